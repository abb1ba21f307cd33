/** The real workbench in a real browser, with a fresh profile that has our extension installed and nothing configured. */

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { once } from "node:events";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { eventually, firstRow, says } from "./expect.ts";

const client = path.resolve(import.meta.dirname, "..", "..");
const CODE_SERVER = process.env.CODE_SERVER ?? "code-server";
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const PYTHON = process.env.PYTHON ?? "python3";
const VSIX =
  process.env.WORKBENCH_VSIX ??
  path.join(client, "out", `semantic-symbols-${process.platform}-${process.arch}.vsix`);
const PICTURES = process.env.WORKBENCH_PICTURES ?? path.join(client, "out", "pictures");
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const SIZE = { width: 1280, height: 800 };
export const PATIENCE_MS = 120_000;

export interface Profile {
  /** Copied, so that a test may change it. */
  workspace: string;
  settings?: Record<string, unknown>;
  /** Settings with the scope of a machine: the workbench is a remote one, which takes them from nowhere else. */
  machineSettings?: Record<string, unknown>;
  /** Left restricted until someone trusts it. */
  isUntrusted?: boolean;
  /** Over the editor's own environment. */
  env?: Record<string, string>;
  /** A file to open, relative to the workspace. */
  file?: string;
  /** A module whose `run` the extension host calls. */
  hostTests?: string;
  /** Functions that the page may call. */
  expose?: Record<string, (...values: unknown[]) => unknown>;
}

export class Workbench {
  readonly page: Page;
  /** The copy of the workspace. */
  readonly folder: string;
  private readonly browser: Browser;
  private readonly server: ChildProcess;
  readonly home: string;

  /** When the folder was opened, in milliseconds. */
  readonly openedAt = Date.now();

  private constructor(home: string, server: ChildProcess, browser: Browser, page: Page) {
    this.home = home;
    this.folder = path.join(home, "workspace");
    this.server = server;
    this.browser = browser;
    this.page = page;
  }

  /** Installs the extension into a new profile and opens the workspace with it. */
  static async open(profile: Profile): Promise<Workbench> {
    const home = mkdtempSync(path.join(tmpdir(), "workbench-"));
    const folder = path.join(home, "workspace");
    cpSync(profile.workspace, folder, { recursive: true });
    writeSettings(path.join(home, "data", "User"), { ...CALM, ...profile.settings });
    writeSettings(path.join(home, "data", "Machine"), { ...profile.machineSettings });
    const { server, url } = await startServer(
      home,
      { ...process.env, ...ISOLATED, HOME: home, XDG_CACHE_HOME: path.join(home, "cache"), ...profile.env },
      [
        ...(profile.hostTests === undefined ? [] : TELLS_THE_PAGE),
        ...(profile.isUntrusted ? [] : ["--disable-workspace-trust"]),
      ],
    );
    const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: QUIET });
    const page = await browser.newPage({ viewport: SIZE });
    page.setDefaultTimeout(PATIENCE_MS);
    const bench = new Workbench(home, server, browser, page);
    for (const [name, callback] of Object.entries(profile.expose ?? {}))
      await page.exposeFunction(name, callback);
    await page.goto(
      `${url}?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload(profile, folder, new URL(url).host)))}`,
    );
    await page.locator(".monaco-workbench .statusbar").waitFor({ timeout: PATIENCE_MS });
    return bench;
  }

  /** Changes the settings with the scope of a machine. */
  setMachine(settings: Record<string, unknown>): void {
    writeSettings(path.join(this.home, "data", "Machine"), settings);
  }

  get status(): Locator {
    return this.page.locator('.statusbar-item[id*="semanticSymbols.status"]');
  }

  /** The rows of the open list, by what a screen reader says of them. */
  get rows(): Locator {
    return this.page.locator(".quick-input-widget .quick-input-list .monaco-list-row");
  }

  get input(): Locator {
    return this.page.locator(".quick-input-widget .quick-input-box input");
  }

  /** Waits until the status bar says that everything is indexed. */
  async ready(): Promise<void> {
    await this.status.locator(".codicon-search-fuzzy").waitFor({ timeout: PATIENCE_MS });
  }

  /** Leaves a list that is open. */
  async dismiss(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  }

  /** Runs a command from the palette by its title. */
  async command(title: string): Promise<void> {
    await this.opened("F1");
    await this.input.fill(`>${title}`);
    await this.rows.filter({ hasText: title }).first().click();
  }

  /** The file and the line the cursor is in, as title and status bar tell. */
  get place(): Locator {
    return this.page.locator('.statusbar-item[id*="status.editor.selection"]');
  }

  /** The name of the file in the active editor. */
  get activeFile(): Locator {
    return this.page.locator(".editor-group-container.active .tab.active .monaco-icon-label");
  }

  /** The lines of the active editor that are on screen. */
  get lines(): Locator {
    return this.page.locator(".editor-group-container.active .view-lines");
  }

  notification(text: string): Locator {
    return this.page.locator(".notification-list-item", { hasText: text });
  }

  /** Puts the cursor on a place of a file, by the built-in Go to File. */
  async goTo(file: string, line: number, column: number): Promise<void> {
    await this.page.keyboard.press("Control+p");
    await this.input.fill(`${file}:${line}:${column}`);
    await firstRow(this.rows, path.basename(file));
    await this.page.keyboard.press("Enter");
    await says(this.place, `Ln ${line}, Col ${column}`);
  }

  /** Opens the search and asks at once. */
  async search(query: string): Promise<void> {
    await this.opened("Control+Alt+f");
    await this.input.fill(query);
  }

  /** Searches and moves down the list, until what is highlighted there is shown. */
  async preview(query: string, steps: number): Promise<void> {
    await this.search(query);
    await says(this.page.locator(".quick-input-list"), "%");
    for (let step = 0; step < steps; step++) {
      await this.page.keyboard.press("ArrowDown");
      await this.page.waitForTimeout(300);
    }
  }

  /** Presses a key until a list opens: keys are lost while an editor or the extension comes up. */
  private async opened(key: string): Promise<void> {
    const visible = async (): Promise<boolean> => {
      await this.page.keyboard.press(key);
      return this.input
        .waitFor({ timeout: 2_000 })
        .then(() => true)
        .catch(() => false);
    };
    await eventually(visible, (is) => is, `${key} should open a list`, this.page);
  }

  /** The servers of this workbench: others may run on the machine. */
  serverPids(): string[] {
    const processes = execFileSync("ps", ["-eo", "pid,args", "ww"], { encoding: "utf8" }).split("\n");
    return processes
      .filter((line) => line.endsWith("-P -m lsp_server"))
      .map((line) => line.trim().split(" ")[0] ?? "")
      .filter((pid) => this.owns(pid));
  }

  private owns(pid: string): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOME=${this.home}`);
    } catch {
      return false; // it ended meanwhile
    }
  }

  async picture(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    await this.page.screenshot({ animations: "disabled", path: path.join(PICTURES, `${name}.png`) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.server.kill();
    await once(this.server, "exit");
    rmSync(this.home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

/** No gallery to ask; and with the environment it is given, not that of a login shell. */
const ISOLATED = { EXTENSIONS_GALLERY: "{}", VSCODE_CLI: "1" };

/** Tests inside the extension host report to the page; the editor shows no notifications then. */
const TELLS_THE_PAGE = ["--vscode-option", "enable-smoke-test-driver"];

/** No tips, no animations, nothing saved behind a test's back. */
const CALM = {
  "files.autoSave": "off",
  "workbench.quickOpen.closeOnFocusLost": false, // an editor that comes up late may take the focus
  "workbench.startupEditor": "none",
  "workbench.reduceMotion": "on",
  "workbench.tips.enabled": false,
  "editor.cursorBlinking": "solid",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
  "window.commandCenter": false,
};

function writeSettings(folder: string, settings: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
}

/** What the workbench does once it is up, as its web server passes it on. */
function payload(profile: Profile, folder: string, host: string): [string, string][] {
  const remote = (file: string): string => `vscode-remote://${host}${file}`;
  const wishes: [string, string][] = [];
  if (profile.file !== undefined) wishes.push(["openFile", remote(path.join(folder, profile.file))]);
  if (profile.hostTests !== undefined)
    wishes.push(
      ["extensionDevelopmentPath", remote(client)],
      ["extensionTestsPath", remote(profile.hostTests)],
    );
  return wishes;
}

async function startServer(
  home: string,
  env: NodeJS.ProcessEnv,
  options: string[],
): Promise<{ server: ChildProcess; url: string }> {
  const program = realpathSync(CODE_SERVER); // run by this Node, so that the PATH may be anything
  const where = [
    "--user-data-dir",
    path.join(home, "data"),
    "--extensions-dir",
    path.join(home, "extensions"),
    "--config",
    "/dev/null",
  ];
  execFileSync(process.execPath, [program, ...where, "--install-extension", VSIX], { env, stdio: "pipe" });
  const quiet = [
    "--auth",
    "none",
    "--bind-addr",
    "127.0.0.1:0",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
  ];
  const server = spawn(process.execPath, [program, ...where, ...quiet, ...options], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`code-server ended with ${String(code)}`)));
    server.stdout.setEncoding("utf8").on("data", (text: string) => {
      const found = /listening on (http:\S+)/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return { server, url };
}
