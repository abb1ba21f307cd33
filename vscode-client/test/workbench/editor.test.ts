/** What surrounds the search in the real workbench: hover, related code, the palette, the status bar, and a server that dies. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { PATIENCE_MS, Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

let bench: Workbench;

before(async () => {
  const workspace = standardLibrary([
    "json",
    "email",
    "http",
    "logging",
    "urllib",
    "shutil.py",
    "tempfile.py",
    "zipfile.py",
  ]);
  writeFileSync(path.join(workspace, ".semanticsymbolsignore"), "# Not ours:\nshutil.py\n");
  bench = await Workbench.open({
    workspace,
    file: "logging/handlers.py",
    settings: { "semanticSymbols.indexing.exclude": ["tempfile.py"] },
  });
  await bench.ready();
  await says(bench.activeFile, "handlers.py");
});

afterEach(async (context) => {
  if ("error" in context && context.error) await bench.picture(`failed-${context.name.replace(/\W+/g, "-")}`);
  await bench.dismiss();
});

after(async () => bench.close());

function lineOf(text: string, file: string): number {
  return Number(
    execFileSync("grep", ["-n", "-m1", text, file], { cwd: bench.folder, encoding: "utf8" }).split(":")[0],
  );
}

test("hover shows related code, and its link jumps there", async () => {
  await bench.goTo("logging/handlers.py", lineOf("class RotatingFileHandler", "logging/handlers.py"), 10);
  await bench.page.keyboard.press("Control+k");
  await bench.page.keyboard.press("Control+i");
  const hover = bench.page.locator(".monaco-hover-content", { hasText: "Related code" });
  await says(hover, "TimedRotatingFileHandler");
  await bench.picture("hover");
  await hover.getByRole("link", { name: "TimedRotatingFileHandler", exact: true }).click();
  await says(bench.place, `Ln ${lineOf("class TimedRotatingFileHandler", "logging/handlers.py")},`);
});

test("related code is listed in the References view, and again from its history", async () => {
  await bench.goTo("logging/handlers.py", lineOf("class RotatingFileHandler", "logging/handlers.py"), 10);
  await bench.page.keyboard.press("Control+Alt+r");
  const tree = bench.page.locator(".pane-body .monaco-list-row");
  await says(tree.filter({ hasText: "TimedRotatingFileHandler" }), /%  handlers\.py:\d+  logging/);
  const label = await tree.filter({ hasText: "TimedRotatingFileHandler" }).first().getAttribute("aria-label");
  assert.match(label ?? "", /^TimedRotatingFileHandler, class, \d+%, .*logging\/handlers\.py:\d+$/);
  await bench.picture("related");
  await bench.command("References: Clear");
  await tree.filter({ hasText: "related code" }).hover();
  await tree.filter({ hasText: "related code" }).getByRole("button").click();
  await says(tree.filter({ hasText: "TimedRotatingFileHandler" }), "handlers.py:");
  // It takes the focus when it has settled, which would close a list that opens meanwhile.
  await bench.page.waitForFunction(() => document.activeElement?.closest(".pane-body") !== null);
  await bench.page.locator(".editor-group-container.active .view-lines").click();
});

test("the native palette finds a name", async () => {
  await bench.page.keyboard.press("Control+t");
  await bench.input.fill("#RotatingFileHand");
  await firstRow(bench.rows, "RotatingFileHandler");
  await bench.picture("palette");
  await bench.page.keyboard.press("Enter");
  await says(bench.place, `Ln ${lineOf("class RotatingFileHandler", "logging/handlers.py")},`);
});

test("the status bar tells the state, its menu pauses and resumes", async () => {
  await says(bench.status, /Symbols [\d.,]+K?/);
  assert.match(
    (await bench.status.getAttribute("aria-label")) ?? "",
    /Semantic Symbols: Everything is indexed/,
  );
  await bench.status.click();
  await firstRow(bench.rows, "Search…");
  await bench.picture("menu");
  const summary = await bench.input.getAttribute("placeholder");
  assert.match(summary ?? "", /^\d+ of \d+ files indexed, (\d+ skipped, )?[\d,]+ symbols$/);
  await bench.rows.filter({ hasText: "Pause Indexing" }).click();
  await bench.status.locator(".codicon-debug-pause").waitFor();
  await bench.search("rotate the log file");
  await says(bench.page.locator(".quick-input-title"), "paused");
  await eventually(
    () => bench.rows.count(),
    (rows) => rows > 3,
    "searches should go on",
  );
  await bench.dismiss();
  await bench.status.click();
  await bench.rows.filter({ hasText: "Resume Indexing" }).click();
  await bench.ready();
});

test("a result whose file is gone says so", async () => {
  await bench.command("Semantic Symbols: Pause Indexing");
  await bench.status.locator(".codicon-debug-pause").waitFor();
  rmSync(path.join(bench.folder, "zipfile.py"));
  await bench.search("ZipFile kind:class");
  await firstRow(bench.rows, "ZipFile, zipfile.py:");
  await bench.page.keyboard.press("Enter");
  await says(bench.notification("zipfile.py"), "zipfile.py is no longer there.");
  await bench.command("Notifications: Clear All Notifications");
  await bench.command("Semantic Symbols: Resume Indexing");
  await bench.ready();
});

test("the status bar explains itself when pointed at", async () => {
  await bench.status.hover();
  await bench.page.locator(".monaco-hover", { hasText: "Semantic Symbols: Everything is indexed" }).waitFor();
  await bench.picture("status");
});

test("the menu tells why a file is indexed", async () => {
  await bench.status.click();
  await bench.rows.filter({ hasText: "Why Is This File" }).click();
  await bench.notification("logging/handlers.py is indexed").waitFor();
  await bench.command("Notifications: Clear All Notifications");
});

test("the menu tells why an image is not searched, and that no file is open", async () => {
  writeFileSync(path.join(bench.folder, "dot.png"), "no image, for all that the index knows");
  await bench.command("View: Close All Editors");
  await bench.command("Explorer: Focus on Folders View");
  await bench.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "dot.png" }).click();
  await says(bench.activeFile, "dot.png");
  await bench.status.click();
  await bench.rows.filter({ hasText: "Why Is This File" }).click();
  await bench.notification("dot.png is").waitFor();
  await bench.command("View: Close All Editors");
  await bench.status.click();
  await bench.rows.filter({ hasText: "Why Is This File" }).click();
  await bench.notification("No file is open.").waitFor();
  await bench.command("Notifications: Clear All Notifications");
});

test("where there is no file, related code says what it needs", async () => {
  await bench.command("File: New Untitled Text File");
  await says(bench.activeFile, "Untitled-1");
  await bench.command("Semantic Symbols: Find Related Code");
  await bench.notification("Put the cursor into a file of the workspace first.").waitFor();
  await bench.command("Notifications: Clear All Notifications");
  await bench.command("View: Close Editor");
});

/** Asks the menu why the file in the editor is not indexed, and for the rule that decided. */
async function showRule(file: string): Promise<void> {
  await bench.goTo(file, 1, 1);
  await bench.status.click();
  await bench.rows.filter({ hasText: "Why Is This File" }).click();
  const told = bench.notification(`${file} is not indexed`);
  await told.hover();
  await told.getByRole("button", { name: "Show the Rule" }).click();
}

test("the rule of an ignore file is shown where it stands", async () => {
  await showRule("shutil.py");
  await says(bench.activeFile, ".semanticsymbolsignore");
  await says(bench.place, "Ln 2, Col 1");
});

test("the rule of a setting is shown in the settings", async () => {
  await showRule("tempfile.py");
  const option = bench.page.locator(".settings-editor .setting-item-contents");
  await says(option, "Indexing: Exclude");
  await says(option.locator(".setting-list-row"), "tempfile.py");
});

test("the log can be read", async () => {
  await bench.command("Semantic Symbols: Open Log");
  await says(bench.page.locator(".panel .view-lines"), /Starting: Python \S+ \(.*\), the bundled server/);
  await bench.command("View: Hide Panel");
});

test("a killed server comes back to the list that is open, and the log says what happened", async () => {
  const pids = bench.serverPids();
  assert.equal(pids.length, 1);
  await bench.search("rotate the log file");
  await says(bench.page.locator(".quick-input-list"), "%");
  const told = passes(".quick-input-list .monaco-list-row", "The server is not running");
  process.kill(Number(pids[0]), "SIGSTOP"); // so that it ends while it is asked
  await bench.input.fill("rotate the log file when it gets too large");
  await bench.page.waitForTimeout(500);
  process.kill(Number(pids[0]), "SIGKILL");
  await told;
  await eventually(
    () => Promise.resolve(bench.serverPids()),
    (now) => now.length === 1 && now[0] !== pids[0],
    "another server should run",
  );
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await bench.dismiss();
  await bench.command("Semantic Symbols: Open Log");
  await says(bench.page.locator(".panel .view-lines"), "The server ended: it was killed (SIGKILL)");
});

/** Waits until a row that begins with a text is shown, if only for a moment: the page itself looks, as often as it draws. */
async function passes(rows: string, beginning: string): Promise<unknown> {
  return bench.page.waitForFunction(
    ([selector, text]) =>
      [...document.querySelectorAll(selector)].some((row) =>
        row.getAttribute("aria-label")?.startsWith(text),
      ),
    [rows, beginning] as const,
    { timeout: PATIENCE_MS },
  );
}
