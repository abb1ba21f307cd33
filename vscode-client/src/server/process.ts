/** One run of the server: the child process, the conversation with it, and how it ended. */

import { spawn, type ChildProcess } from "node:child_process";
import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  RevealOutputChannelOn,
  type LanguageClientOptions,
} from "vscode-languageclient/node";
import { within } from "./deadline.ts";
import { reasonOf, Tail, type Exit } from "./failure.ts";
import type { Launch } from "./interpreter.ts";
import { SECTION, serverSettings } from "./settings.ts";

/** The palette awaits every provider of workspace symbols before it shows any: a late answer of ours would hold up all. */
const PALETTE_LIMIT_MS = 200;
/** How long the process may take to exit after the conversation has ended. */
const EXIT_PATIENCE_MS = 1000;
const STOP_PATIENCE_MS = 2500;

export class ServerProcess {
  readonly client: LanguageClient;
  private readonly log: vscode.LogOutputChannel;
  private readonly onEnd: (reason: string) => void;
  private readonly tail = new Tail();
  private child: ChildProcess | undefined;
  private exited: Promise<Exit> = Promise.resolve({ code: null, signal: null });
  private isOver = false;
  private stopping: Promise<void> | undefined;

  /** @param onEnd Called once, with the reason, when the server ends without having been asked to. */
  constructor(
    extension: vscode.Extension<unknown>,
    launch: Launch,
    log: vscode.LogOutputChannel,
    onEnd: (reason: string) => void,
  ) {
    this.log = log;
    this.onEnd = onEnd;
    this.client = new QuietClient(
      SECTION,
      "Semantic Symbols",
      () => this.spawn(launch),
      this.options(extension),
    );
  }

  /** Starts it; if it does not come up, `onEnd` is called, as for every other end. */
  async start(): Promise<void> {
    try {
      await this.client.start();
    } catch (error) {
      this.log.error(String(error));
      await this.ended();
    }
  }

  /** Ends it, even while it is starting or hangs; `start` returns then, and `onEnd` is not called. */
  stop(): Promise<void> {
    this.isOver = true;
    this.stopping ??= this.client.dispose(STOP_PATIENCE_MS).catch(() => this.kill());
    return this.stopping;
  }

  private async kill(): Promise<void> {
    this.child?.kill();
    const isGone = await within(EXIT_PATIENCE_MS, false, () => this.exited.then(() => true));
    if (!isGone) this.child?.kill("SIGKILL");
  }

  private spawn({ command, args, cwd, env }: Launch): Promise<ChildProcess> {
    if (this.isOver) return Promise.reject(new Error("It was stopped before it came up."));
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, windowsHide: true });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => this.tail.add(chunk));
    this.child = child;
    this.exited = new Promise((resolve) => {
      child.once("error", (error) => {
        this.tail.add(`${String(error)}\n`);
        resolve({ code: null, signal: null });
      });
      child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    return Promise.resolve(child);
  }

  private options(extension: vscode.Extension<unknown>): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: "file" }],
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        // Whoever made this run decides about a restart: it comes later, and perhaps with another Python.
        closed: () => {
          void this.ended();
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      initializationFailedHandler: () => false,
      middleware: {
        // The status bar shows progress all the time; a notification that pops up would say it twice.
        handleWorkDoneProgress: () => undefined,
        provideWorkspaceSymbols: (query, token, next) =>
          within(PALETTE_LIMIT_MS, [], async (signal) => {
            const source = cancelledWith(signal, token);
            return (await next(query, source.token)) ?? [];
          }),
        workspace: {
          configuration: (params) =>
            params.items.map((item) =>
              serverSettings(
                extension,
                item.scopeUri === undefined ? undefined : vscode.Uri.parse(item.scopeUri),
              ),
            ),
        },
      },
    };
  }

  private async ended(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    const exit = await within<Exit>(EXIT_PATIENCE_MS, { code: null, signal: null }, () => this.exited);
    this.child?.kill();
    if (this.stopping === undefined) this.onEnd(reasonOf(exit, this.tail));
  }
}

/** Writes to the log only: the status bar and `tellTrouble` say what the user has to know. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

/** Returns a source that is cancelled when the signal is aborted or the token is cancelled. */
export function cancelledWith(
  signal: AbortSignal,
  token?: vscode.CancellationToken,
): vscode.CancellationTokenSource {
  const source = new vscode.CancellationTokenSource();
  if (signal.aborted) source.cancel();
  signal.addEventListener("abort", () => source.cancel(), { once: true });
  token?.onCancellationRequested(() => source.cancel());
  return source;
}
