/** The ways to open what a search found, by keys alone: beside, behind the list, and as cells of a notebook. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { after, afterEach, before, test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

const SEARCH = "Control+Shift+Alt+f";
const ROTATE = "rotate the log file";
/** An image of one point. */
const DOT =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
let bench: Workbench;

before(async () => {
  const workspace = standardLibrary(["json", "logging"]);
  writeFileSync(path.join(workspace, "whales.ipynb"), JSON.stringify(notebook(), null, 1));
  writeFileSync(path.join(workspace, "dot.png"), Buffer.from(DOT, "base64"));
  bench = await Workbench.open({ workspace, file: "json/decoder.py" });
  await bench.ready();
  await says(bench.activeFile, "decoder.py");
});

afterEach(async (context) => {
  if ("error" in context && context.error) await bench.picture(`failed-${context.name.replace(/\W+/g, "-")}`);
  await bench.dismiss();
  await bench.command("View: Close All Editors");
  await bench.goTo("json/decoder.py", 20, 1);
});

after(async () => bench.close());

test("Ctrl+Enter opens a symbol to the side, also right behind the last key", async () => {
  await search("how json is decoded");
  await bench.page.keyboard.press("ArrowDown");
  await bench.input.fill(ROTATE);
  await bench.page.keyboard.press("Control+Enter");
  await says(bench.activeFile, "handlers.py");
  const groups = bench.page.locator(".editor-group-container");
  assert.equal(await groups.count(), 2);
  await says(groups.first().locator(".tab.active"), "decoder.py");
  await bench.command("View: Close Editor Group");
});

test("the right arrow opens one symbol after the other, and the list stays", async () => {
  await search(ROTATE);
  await bench.page.keyboard.press("ArrowRight");
  await says(bench.activeFile, "handlers.py");
  await bench.input.fill("encode json");
  await firstRow(bench.rows, "encode, JSONEncoder");
  await bench.page.keyboard.press("ArrowRight");
  await says(bench.activeFile, "encoder.py");
  assert.ok(await bench.input.isVisible());
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  await says(bench.place, "Ln 20, Col 1");
  const tabs = bench.page.locator(".tab");
  assert.deepEqual((await tabs.allInnerTexts()).map((name) => name.replace("\n", "")).sort(), [
    "decoder.py",
    "encoder.py",
    "handlers.py",
  ]);
});

test("in the middle of what is typed the right arrow moves the cursor", async () => {
  await search(ROTATE);
  await bench.page.keyboard.press("Home");
  await bench.page.keyboard.press("ArrowRight");
  await bench.page.keyboard.type("-");
  assert.equal(await bench.input.inputValue(), `r-${ROTATE.slice(1)}`);
  await says(bench.activeFile, "decoder.py");
});

test("what lies in a notebook opens in its cell", async () => {
  await search("plankton_density");
  await firstRow(bench.rows, "plankton_density, whales.ipynb:");
  await bench.page.keyboard.press("ArrowDown");
  const cell = bench.page.locator(".notebookOverlay .cell-list-container .monaco-list-row.focused");
  await says(cell, "plankton_density_at_night");
  await bench.page.keyboard.press("ArrowUp");
  await says(cell, "plankton_density(depth)");
  assert.ok(await bench.input.isVisible());
  await bench.picture("notebook");
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  await eventually(
    () => bench.page.locator(".tab").count(),
    (tabs) => tabs === 1,
    "the previewed notebook should be closed again",
  );
  await search("plankton_density");
  await firstRow(bench.rows, "plankton_density, whales.ipynb:");
  await bench.page.keyboard.press("Enter");
  await bench.page.locator(".notebookOverlay .monaco-list-row.focused .monaco-editor.focused").waitFor();
  await bench.page.keyboard.type("my_");
  await says(cell, "def my_plankton_density");
  await bench.page.keyboard.press("Control+z");
  await says(cell, "def plankton_density");
  await bench.page.keyboard.press("Control+Alt+r");
  await bench.page
    .locator(".pane-body .monaco-list-row", { hasText: "plankton_density_at_night" })
    .first()
    .waitFor();
  // It takes the focus when it has settled.
  await bench.page.waitForFunction(() => document.activeElement?.closest(".pane-body") !== null);
  await bench.command("Semantic Symbols: Why Is This File (Not) Indexed?");
  await bench.notification("whales.ipynb is indexed").waitFor();
  await bench.command("Notifications: Clear All Notifications");
});

test("Escape goes back to an image", async () => {
  await bench.command("View: Close All Editors");
  await bench.command("Explorer: Focus on Folders View");
  await bench.page.locator(".explorer-folders-view .monaco-list-row", { hasText: "dot.png" }).click();
  await says(bench.activeFile, "dot.png");
  await search(ROTATE);
  await bench.page.keyboard.press("ArrowDown");
  await says(bench.activeFile, ".py");
  await bench.dismiss();
  await says(bench.activeFile, "dot.png");
});

test("Escape goes back to the file beside a log that has the focus", async () => {
  await bench.command("Semantic Symbols: Open Log");
  await bench.page.locator(".panel .view-lines").click();
  await search(ROTATE);
  await bench.page.keyboard.press("ArrowDown");
  await eventually(
    () => bench.activeFile.textContent(),
    (name) => name !== "decoder.py",
    "a preview should be shown",
  );
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  await eventually(
    () => bench.page.locator(".tab").count(),
    (tabs) => tabs === 1,
    "no other tab should be left",
  );
  await bench.command("View: Hide Panel");
});

test("a tree keeps its own key to find in it", async () => {
  await bench.command("Explorer: Focus on Folders View");
  await bench.page.waitForFunction(() => document.activeElement?.closest(".explorer-folders-view") !== null);
  await bench.page.keyboard.press("Control+Alt+f");
  await bench.page.locator(".explorer-folders-view .monaco-tree-type-filter input").waitFor();
  assert.equal(await bench.input.isVisible(), false);
  await bench.page.keyboard.press("Escape");
  await bench.page.locator(".editor-group-container.active .view-lines").click();
});

/** Opens the list by its key, and waits until it answers. */
async function search(query: string): Promise<void> {
  await bench.page.keyboard.press(SEARCH);
  await bench.input.fill(query);
  await says(bench.page.locator(".quick-input-list"), "%");
}

/** The wanted cells stand last, out of sight. */
function notebook(): object {
  const code = (id: string, ...source: string[]): object => ({
    id,
    cell_type: "code",
    metadata: {},
    execution_count: null,
    outputs: [],
    source,
  });
  const density = [
    "def plankton_density(depth):\n",
    "    '''How much plankton there is.'''\n",
    "    return depth",
  ];
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { language_info: { name: "python" } },
    cells: [
      { id: "title", cell_type: "markdown", metadata: {}, source: ["# Whales\n", "and what they eat"] },
      ...Array.from({ length: 12 }, (_, number) => code(`step-${number}`, `step = ${number}\n`, "\n", "\n")),
      code("density", "import math\n", "\n", ...density),
      code(
        "night",
        ...density.map((line) => line.replace("density", "density_at_night").replace("is.", "is at night.")),
      ),
    ],
  };
}
