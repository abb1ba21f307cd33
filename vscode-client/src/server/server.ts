/** The server as the rest of the extension knows it: a state, requests, and starts until it works or can't. */

import * as path from "node:path";
import * as vscode from "vscode";
import { ConnectionError, ErrorCodes, ResponseError } from "vscode-languageclient/node";
import { DID_CHANGE_STATUS, type Requests, type Status } from "../protocol.ts";
import { findLaunch, NoInterpreter } from "./interpreter.ts";
import { cancelledWith, ServerProcess } from "./process.ts";
import { Recovery } from "./recovery.ts";
import { SECTION } from "./settings.ts";
import { Starts } from "./starts.ts";

export type ServerState =
  | { kind: "starting" }
  | { kind: "running"; status: Status }
  /** It ended, and is restarted automatically. */
  | { kind: "recovering"; reason: string; waitMs: number }
  /** It kept ending, or could not be started at all; only the user can start it now. */
  | { kind: "failed"; reason: string }
  | { kind: "noInterpreter"; reason: string };

/** No server is running at the moment. */
export class ServerNotRunning extends Error {}

function notRunning(): ServerNotRunning {
  return new ServerNotRunning(vscode.l10n.t("The server is not running."));
}

/** Whether a request failed because the server ended. */
function isLoss(error: unknown): boolean {
  if (error instanceof ConnectionError) return true;
  return error instanceof ResponseError && LOSSES.has(error.code);
}

const LOSSES = new Set<number>([ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive]);

export class Server implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<ServerState>();
  readonly onDidChange = this.changed.event;
  private readonly extension: vscode.Extension<unknown>;
  private readonly log: vscode.LogOutputChannel;
  private readonly recovery = new Recovery();
  private current: ServerState = { kind: "starting" };
  private run: ServerProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly starts = new Starts();

  constructor(extension: vscode.Extension<unknown>, log: vscode.LogOutputChannel) {
    this.extension = extension;
    this.log = log;
  }

  get state(): ServerState {
    return this.current;
  }

  get status(): Status | undefined {
    return this.current.kind === "running" ? this.current.status : undefined;
  }

  /** Starts or restarts it, whatever it is doing: a run that works, is starting or hangs is ended first. */
  start(): Promise<void> {
    this.recovery.reset();
    return this.startOnce();
  }

  /** @throws ServerNotRunning, or what the server answered. */
  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M][0],
    signal?: AbortSignal,
  ): Promise<Requests[M][1]> {
    await this.starts.settled();
    const client = this.run?.client;
    if (!client?.isRunning()) throw notRunning();
    const source = cancelledWith(signal ?? new AbortController().signal);
    try {
      return await client.sendRequest<Requests[M][1]>(method, params, source.token);
    } catch (error) {
      throw isLoss(error) ? notRunning() : error;
    }
  }

  /** Returns a document's URI as the server writes it, to compare and to send. */
  uriOf(document: vscode.Uri): string {
    return this.run?.client.code2ProtocolConverter.asUri(document) ?? document.toString();
  }

  async dispose(): Promise<void> {
    clearTimeout(this.timer);
    this.starts.end();
    this.changed.dispose();
    await this.run?.stop();
  }

  private startOnce(): Promise<void> {
    clearTimeout(this.timer);
    return this.starts.next((signal) => this.launch(signal));
  }

  private async launch(signal: AbortSignal): Promise<void> {
    await this.run?.stop();
    this.run = undefined;
    this.become({ kind: "starting" });
    try {
      const chosen = vscode.workspace.getConfiguration(SECTION).get("interpreter", "");
      const launch = await findLaunch(chosen, path.join(this.extension.extensionPath, "bundled"));
      if (signal.aborted) return;
      this.log.info(`Starting: ${launch.description}`);
      const run = new ServerProcess(this.extension, launch, this.log, (reason) => this.recover(reason));
      run.client.onNotification(DID_CHANGE_STATUS, (status: Status) => {
        // What a run says while it is being stopped is out of date.
        if (this.run === run && !signal.aborted) this.become({ kind: "running", status });
      });
      this.run = run;
      signal.addEventListener("abort", () => void run.stop(), { once: true });
      await run.start();
    } catch (error) {
      if (signal.aborted) return;
      const reason = error instanceof Error ? error.message : String(error);
      this.log.error(reason);
      this.become({ kind: error instanceof NoInterpreter ? "noInterpreter" : "failed", reason });
    }
  }

  private recover(reason: string): void {
    const waitMs = this.recovery.wait(Date.now());
    this.log.error(
      `The server ended: ${reason}. ${waitMs === undefined ? "Not restarting." : `Restarting in ${waitMs} ms.`}`,
    );
    if (waitMs === undefined) {
      this.become({ kind: "failed", reason });
      return;
    }
    this.become({ kind: "recovering", reason, waitMs });
    this.timer = setTimeout(() => void this.startOnce(), waitMs);
  }

  private become(state: ServerState): void {
    this.current = state;
    this.changed.fire(state);
  }
}
