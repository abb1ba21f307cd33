/** The first minute: a fresh profile with and without a Python, the walkthrough, and a Python that the user names. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { PYTHON, Workbench } from "./workbench.ts";
import { files, standardLibrary } from "./workspaces.ts";

const NO_PROGRAMS = mkdtempSync(path.join(tmpdir(), "no-programs-"));
process.once("exit", () => rmSync(NO_PROGRAMS, { recursive: true }));
const workspace = standardLibrary(["json"]);

test("without any Python there is a message with a button, and the status bar says it too", async () => {
  await using bench = await Workbench.open({ workspace, env: { PATH: NO_PROGRAMS } });
  const message = bench.notification("Semantic Symbols can't run");
  await says(message, "no Python 3.11 or newer is on the PATH");
  assert.equal(await message.getByRole("button", { name: "Choose Python…" }).count(), 1);
  await bench.status.locator(".codicon-error").waitFor();
  await bench.picture("no-python");
  await bench.search("parse json");
  await firstRow(bench.rows, "Choose Python…, no Python 3.11 or newer is on the PATH");
  await says(bench.page.locator(".quick-input-title"), "not running");
  await bench.dismiss();
  await message.getByRole("button", { name: "Choose Python…" }).click();
  await says(bench.page.locator(".quick-input-title"), "Choose a Python 3.11 or newer");
  await listed(bench, 1, "the workspace should be listed first");
  await listed(bench, 0, "the folder of that Python should be listed", pythonProgram());
  await bench.page.keyboard.press("Enter");
  await bench.ready();
});

test("a Python that is none is named in the message, and a model that is none in status bar and menu", async () => {
  await using bench = await Workbench.open({
    workspace,
    machineSettings: { "semanticSymbols.interpreter": "/no/__such__/<python>" },
  });
  const missing = '"/no/__such__/<python>" is no Python 3.11 or newer';
  await says(bench.notification("Semantic Symbols can't run"), missing);
  const told = bench.page.locator(".monaco-hover", { hasText: "Semantic Symbols: " });
  await bench.status.hover();
  await says(told, `Semantic Symbols: The server can't run: ${missing}.`);
  bench.setMachine({ "semanticSymbols.model.path": "/no/*such*/model" });
  const problem = "The folder /no/*such*/model holds no model";
  await eventually(
    () => bench.status.getAttribute("aria-label"),
    (label) => label?.startsWith(`Semantic Symbols: ${problem}`) === true,
    "the status bar should say it",
  );
  await bench.page.mouse.move(600, 400);
  await bench.status.hover();
  await says(told, problem);
  assert.doesNotMatch(await told.innerText(), /\*\*|Suggestion/);
  await bench.status.click();
  await eventually(
    () => bench.input.getAttribute("placeholder"),
    (said) => said?.startsWith(problem) === true,
    "the menu should say it",
  );
});

test("a workspace chooses the Python only once it is trusted", async () => {
  const asking = standardLibrary(["json"]);
  mkdirSync(path.join(asking, ".vscode"));
  const wishes = { "semanticSymbols.interpreter": "/no/such/python" };
  writeFileSync(path.join(asking, ".vscode", "settings.json"), JSON.stringify(wishes));
  await using bench = await Workbench.open({ workspace: asking, isUntrusted: true });
  await bench.page.locator('.statusbar-item[id*="status.workspaceTrust"]').waitFor();
  await bench.ready();
  await bench.search("parse json");
  await firstRow(bench.rows, "loads, json/__init__.py:");
  await bench.picture("restricted");
  await bench.dismiss();
  await bench.command("Workspaces: Manage Workspace Trust");
  await bench.page.getByRole("button", { name: "Trust", exact: true }).click();
  await says(
    bench.notification("Semantic Symbols can't run"),
    '"/no/such/python" is no Python 3.11 or newer',
  );
});

test("a restart ends a server that hangs before it has answered anything", async () => {
  const programs = mkdtempSync(path.join(tmpdir(), "programs-"));
  process.once("exit", () => rmSync(programs, { recursive: true }));
  const python = path.join(programs, "python");
  const started = path.join(programs, "started");
  // It answers the question for its version, hangs the first time that it is to serve, and then is a real Python.
  const hangsOnce = [
    "#!/bin/sh",
    `case "$*" in *"-m lsp_server"*) if [ ! -e "${started}" ]; then echo $$ >"${started}"; exec sleep 600; fi ;; esac`,
    `exec "${pythonProgram()}" "$@"`,
  ];
  writeFileSync(python, hangsOnce.join("\n"), { mode: 0o755 });
  await using bench = await Workbench.open({
    workspace,
    machineSettings: { "semanticSymbols.interpreter": python },
  });
  await eventually(
    () => Promise.resolve(existsSync(started) && readFileSync(started, "utf8").trim()),
    (pid) => pid !== false && pid !== "",
    "the server should have been started",
  );
  await bench.search("parse json");
  await firstRow(bench.rows, "The server is starting…");
  await bench.dismiss();
  await bench.command("Semantic Symbols: Restart the Server");
  await bench.ready();
  assert.equal(isAlive(Number(readFileSync(started, "utf8"))), false);
  assert.equal(await bench.notification("Semantic Symbols").count(), 0);
});

test("Enter is not forgotten when the list is asked again because the index grew", async () => {
  await using bench = await Workbench.open({
    workspace: files(600),
    file: "logging/handlers.py",
    machineSettings: { "semanticSymbols.indexing.workers": 1 },
  });
  await bench.search("rotate the log file");
  const title = bench.page.locator(".quick-input-title");
  await says(title, "more results to come");
  await says(bench.page.locator(".quick-input-list"), "%");
  const [pid] = bench.serverPids();
  const before = await title.textContent();
  await eventually(
    () => title.textContent(),
    (now) => now !== before,
    "the index should grow",
  );
  process.kill(Number(pid), "SIGSTOP"); // so that the answer takes longer than it takes to ask again
  await bench.input.fill("emit a record to the console");
  await bench.page.keyboard.press("Enter");
  await bench.page.waitForTimeout(700);
  process.kill(Number(pid), "SIGCONT");
  await bench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
});

test("the highlight stays where it was moved when an answer on the grown index comes late", async () => {
  await using bench = await Workbench.open({
    workspace: files(600),
    file: "logging/handlers.py",
    machineSettings: { "semanticSymbols.indexing.workers": 1 },
  });
  await bench.search("rotate the log file");
  const title = bench.page.locator(".quick-input-title");
  await says(title, "more results to come");
  await says(bench.page.locator(".quick-input-list"), "%");
  const [pid] = bench.serverPids();
  const moved = async (): Promise<string | null> => {
    const before = await title.textContent();
    return eventually(
      () => title.textContent(),
      (now) => now !== before,
      "the index should grow",
    );
  };
  await moved();
  process.kill(Number(pid), "SIGSTOP"); // so that the list is asked again, and the answer waits
  await bench.page.waitForTimeout(700);
  await bench.page.keyboard.press("ArrowDown");
  const second = bench.rows.nth(1).and(bench.page.locator(".focused"));
  await second.waitFor();
  await bench.page.waitForTimeout(200); // until the extension knows of it
  process.kill(Number(pid), "SIGCONT");
  await moved();
  await second.waitFor({ timeout: 1_000 });
});

test("without a folder, status bar and search say that none is open", async () => {
  await using bench = await Workbench.open({ workspace });
  await bench.ready();
  await bench.page.goto(new URL("/?ew=true", bench.page.url()).href);
  await eventually(
    async () => ((await bench.status.count()) > 0 ? bench.status.getAttribute("aria-label") : null),
    (label) => label === "Semantic Symbols: No folder is open",
    "the status bar should say it",
  );
  await bench.search("parse json");
  await says(bench.page.locator(".quick-input-title"), "No folder is open");
});

test("the walkthrough shows three steps", async () => {
  await using bench = await Workbench.open({ workspace });
  await bench.command("Welcome: Open Walkthrough...");
  await bench.input.fill("Find code by what it means");
  await firstRow(bench.rows, "Find code by what it means");
  await bench.page.keyboard.press("Enter");
  await says(bench.page.locator(".getting-started-step").first(), "Ask for it");
  assert.equal(await bench.page.locator(".getting-started-step").count(), 3);
  await bench.command("View: Close Primary Side Bar");
  await bench.page.locator(".getting-started-media img").first().waitFor();
  await bench.picture("walkthrough");
});

/** Waits until the dialog lists the workspace or not; what it puts into its own input late is typed over. */
async function listed(bench: Workbench, count: number, message: string, typed?: string): Promise<void> {
  await eventually(
    async () => {
      if (typed !== undefined && (await bench.input.inputValue()) !== typed) await bench.input.fill(typed);
      return bench.rows.filter({ hasText: /^json$/ }).count();
    },
    (found) => found === count,
    message,
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function pythonProgram(): string {
  return execFileSync(PYTHON, ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
}
