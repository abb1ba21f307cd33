/** The search as a person has it: typing, looking, taking, working through. */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

const ROTATE = "rotate the log file when it gets too large";
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
  writeFiles(workspace, {
    "modules/registration/source/main/implementation/of/services/UserRegistrationService.java":
      "class UserRegistrationService {\n  /** Registers whoever comes,\n   * whenever that is.\n   *\n   * At least once. */\n  void registerVisitorByMail() {}\n}\n",
    "backup.sh": "#!/bin/bash\nBACKUP_DAY=$(date)\n",
    "My Docs/bread/dough.md": "# How to bake bread\nKnead the dough, and wait an hour.\n",
    "app/[id]/page.tsx":
      "/** Shows one product. */\nexport function renderProductPage(id: string) {\n  return id;\n}\n",
  });
  const crowd = Array.from({ length: 60 }, (_, number): [string, string] => [
    `crowd/person${number}.txt`,
    "",
  ]);
  writeFiles(workspace, Object.fromEntries([...crowd, ["crowd/zebra.txt", ""]]));
  bench = await Workbench.open({ workspace, file: "json/decoder.py" });
  await bench.ready();
  await says(bench.activeFile, "decoder.py");
});

afterEach(async (context) => {
  if ("error" in context && context.error) await bench.picture(`failed-${context.name.replace(/\W+/g, "-")}`);
  await bench.dismiss();
});

after(async () => bench.close());

test("a sentence, typed key by key, finds the symbol", async () => {
  await bench.search("");
  await bench.input.pressSequentially(ROTATE);
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await says(bench.page.locator(".quick-input-title"), /\d symbols/);
  await bench.picture("search");
});

test("the words of the question need not be those of the code", async () => {
  await bench.search("how much free disk space is left");
  await firstRow(bench.rows, "disk_usage, shutil.py:");
  await bench.page.keyboard.press("ArrowDown");
  await eventually(
    () => bench.activeFile.textContent(),
    (name) => name !== "decoder.py",
    "a preview should be shown",
  );
  await bench.page.keyboard.press("ArrowUp");
  await says(bench.activeFile, "shutil.py");
  await says(bench.lines, "def disk_usage");
  await bench.picture("preview");
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
});

test("Enter lands on the line of the name", async () => {
  await bench.search(ROTATE);
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  const line = /handlers\.py:(\d+)/.exec((await bench.rows.first().getAttribute("aria-label")) ?? "")?.[1];
  await bench.page.keyboard.press("Enter");
  await says(bench.activeFile, "handlers.py");
  await says(bench.place, `Ln ${String(line)},`);
});

test("Enter right behind the last key takes the first answer to what was typed", async () => {
  await bench.goTo("json/decoder.py", 1, 1);
  await bench.search("how much free disk space is left");
  await bench.page.keyboard.press("Enter");
  await says(bench.activeFile, "shutil.py");
});

test("Go Back leads to where the search began, past all previews", async () => {
  await bench.command("View: Close All Editors");
  await bench.goTo("json/decoder.py", 20, 1);
  await bench.preview(ROTATE, 3);
  await bench.page.keyboard.press("Enter");
  await bench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await eventually(
    () => bench.activeFile.textContent(),
    (name) => name !== "decoder.py",
    "the symbol should be opened",
  );
  await bench.command("Go Back");
  await says(bench.activeFile, "decoder.py");
  await says(bench.place, "Ln 20, Col 1");
});

test("an empty input offers the searches of before", async () => {
  await bench.page.keyboard.press("Control+Alt+f");
  await firstRow(bench.rows, ROTATE);
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
});

test("the key that opened the list leaves it as it is", async () => {
  await bench.search(ROTATE);
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await bench.page.keyboard.press("Control+Shift+Alt+f");
  await bench.page.keyboard.press("End");
  await bench.page.keyboard.type(" files");
  assert.equal(await bench.input.inputValue(), `${ROTATE} files`);
});

test("a quote or a dash is no question yet", async () => {
  await bench.search("-");
  await bench.rows.filter({ hasText: "kind:" }).waitFor();
  await bench.input.fill('"rotate');
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await bench.input.fill('"');
  await bench.rows.filter({ hasText: "kind:" }).waitFor();
});

test("filters are completed, and then hold", async () => {
  await bench.search("guess a type kind:cl");
  await firstRow(bench.rows, "class");
  await bench.page.keyboard.press("Enter");
  await eventually(
    () => bench.input.inputValue(),
    (value) => value === "guess a type kind:class ",
    "the filter should be written out",
  );
  const kinds = (): Promise<(string | null)[]> =>
    bench.rows
      .locator('[class*="codicon-symbol-"]')
      .evaluateAll((icons) =>
        icons.map((icon) => /codicon-symbol-(\w+)/.exec(icon.getAttribute("class") ?? "")?.[1] ?? null),
      );
  await eventually(
    kinds,
    (shown) => shown.length > 0 && shown.every((kind) => kind === "class"),
    "classes alone should be listed",
  );
  await bench.input.fill("lang:pure");
  await firstRow(bench.rows, "purescript");
  await bench.input.fill("path:em");
  await firstRow(bench.rows, "email/");
});

test("paths are completed with whatever is in their names", async () => {
  await bench.search("how to bake path:my");
  await firstRow(bench.rows, "My Docs/");
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "My Docs/bread/");
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "My Docs/bread/dough.md");
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "How to bake bread, My Docs/bread/dough.md:1");
  assert.equal(await bench.input.inputValue(), 'how to bake path:"My Docs/bread/dough.md" ');
  await bench.input.fill("show a product path:app/");
  await firstRow(bench.rows, "app/[id]/");
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "app/[id]/page.tsx");
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "renderProductPage, app/[id]/page.tsx:");
});

test("of a crowded folder every file is completed", async () => {
  await bench.search("path:crowd/z");
  await firstRow(bench.rows, "crowd/zebra.txt");
});

test("code that looks like an icon is shown as it is written", async () => {
  await bench.search("backup day");
  await firstRow(bench.rows, "BACKUP_DAY, backup.sh:2");
  const shown = (await bench.rows.first().textContent())?.replaceAll("\u200b", "");
  assert.match(shown ?? "", /BACKUP_DAY=\$\(date\)/);
});

test("the selection can be searched for", async () => {
  await bench.lines.getByText("class", { exact: true }).first().dblclick();
  await says(bench.place, "(5 selected)");
  await bench.command("Semantic Symbols: Search for the Selection");
  await eventually(
    () => bench.input.inputValue(),
    (value) => value === "class",
    "the selected text should be the query",
  );
});

test("of a selection of several lines no words are joined", async () => {
  await bench.goTo("backup.sh", 1, 1);
  await bench.page.keyboard.press("Control+a");
  await says(bench.place, "selected");
  await bench.command("Semantic Symbols: Search for the Selection");
  await eventually(
    () => bench.input.inputValue(),
    (value) => value === "#!/bin/bash BACKUP_DAY=$(date) ",
    "the lines should follow each other",
  );
  await bench.dismiss();
  await bench.command("View: Close Editor");
});

test("when nothing is close, the list says so", async () => {
  await bench.search("zzqx flurbish");
  await says(bench.page.locator(".quick-input-list"), "nothing close");
});

test("what was made of the query is told where it is not what was typed", async () => {
  await bench.search("rotate the log file lang:cobol");
  await says(bench.page.locator(".quick-input-list"), "no language “cobol”: taken as words");
  await bench.input.fill("zzqx flurbish lang:cobol");
  await says(bench.page.locator(".quick-input-list"), "no language “cobol”: taken as words, nothing close");
  await bench.input.fill("rotate the log flie");
  await says(bench.page.locator(".quick-input-list"), "searched for “rotate the log file”");
});

test("where filters leave nothing, Enter searches without them", async () => {
  await bench.search(`${ROTATE} path:nowhere/** kind:class`);
  await firstRow(bench.rows, `${ROTATE}, without the filters, Nothing found`);
  await bench.page.keyboard.press("Enter");
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  assert.equal(await bench.input.inputValue(), ROTATE);
});

test("of a long path the file and the line are seen", async () => {
  await bench.search("register visitor by mail");
  await firstRow(bench.rows, "registerVisitorByMail, modules/…/services/UserRegistrationService.java:6, ");
  assert.match(
    (await bench.rows.first().getAttribute("aria-label")) ?? "",
    /%  method · Registers whoever comes, whenever that is\.$/,
  );
});

test("a symbol opens to the side of what was there, and its reference is copied", async () => {
  await bench.goTo("json/decoder.py", 1, 1);
  await bench.search(ROTATE);
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await pressOnFirstRow("Copy Reference");
  await says(bench.page.locator(".statusbar"), /Copied logging\/handlers\.py:\d+/);
  await bench.dismiss(); // what is typed while another list comes up goes into the one that is there
  await bench.preview(ROTATE, 1);
  await pressOnFirstRow("Open to the Side");
  await eventually(
    () => bench.page.locator(".editor-group-container").count(),
    (groups) => groups === 2,
    "there should be a second group",
  );
  await says(bench.activeFile, "handlers.py");
  await says(bench.page.locator(".editor-group-container").first().locator(".tab.active"), "decoder.py");
  await bench.command("View: Close Editor Group");
});

test("a search is kept in the results view, by file and flat", async () => {
  await bench.search("handlers that rotate files");
  await firstRow(bench.rows, "BaseRotatingHandler");
  await bench.page.getByRole("button", { name: "Keep in the Results View" }).click();
  const tree = bench.page.locator(".pane-body .monaco-list-row");
  await says(tree.first(), /handlers\.py/);
  await says(bench.page.locator(".pane-body"), /“handlers that rotate files”: \d+ symbols/);
  await says(tree.nth(1), /\d+%  :\d+/);
  await bench.picture("results");
  await bench.page.getByRole("button", { name: "Show as a List" }).click();
  await says(tree.first(), /^BaseRotatingHandler\d+%  handlers\.py:\d+  logging/);
  await tree.first().click();
  await says(bench.activeFile, "handlers.py");
  await bench.page.keyboard.press("Shift+F10"); // what buttons do has to be within reach of the keyboard too
  await bench.page.getByRole("menuitem", { name: "Dismiss" }).waitFor();
  await bench.page.keyboard.press("Escape");
  await bench.page.getByRole("button", { name: "Clear Results" }).click();
  await eventually(
    () => bench.page.locator('.activitybar [aria-label^="Semantic Symbols"]').count(),
    (icons) => icons === 0,
    "an empty view should go away",
  );
});

test("text that is not saved is found", async () => {
  await bench.command("File: New Untitled Text File");
  await bench.command("View: Close Editor");
  await bench.page.keyboard.press("Control+Home");
  await bench.page.keyboard.insertText(
    "def brew_espresso_for_visitors():\n    '''Make coffee for the guests of the office.'''\n\n",
  );
  await bench.search("make coffee for guests");
  await firstRow(bench.rows, "brew_espresso_for_visitors");
});

/** Writes files below a folder, by their paths. */
function writeFiles(folder: string, texts: Record<string, string>): void {
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** Presses a button of the first row, which has them only while the pointer is over it. */
async function pressOnFirstRow(name: string): Promise<void> {
  const button = bench.rows.first().getByRole("button", { name });
  const shown = async (): Promise<boolean> => {
    await bench.page.mouse.move(0, 0); // a row that was just drawn anew does not know of a pointer that rests
    await bench.rows.first().hover();
    return button.isVisible();
  };
  await eventually(shown, (is) => is, `the first row should have “${name}”`, bench.page);
  await button.click();
}
