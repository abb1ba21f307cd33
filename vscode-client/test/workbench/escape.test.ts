/** Escape puts the view back, wherever the search was opened from. */

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

const ROTATE = "rotate the log file when it gets too large";
let bench: Workbench;

before(async () => {
  bench = await Workbench.open({
    workspace: standardLibrary(["json", "logging"]),
    file: "json/decoder.py",
  });
  await bench.ready();
  await says(bench.activeFile, "decoder.py");
});

afterEach(async (context) => {
  if ("error" in context && context.error) await bench.picture(`failed-${context.name.replace(/\W+/g, "-")}`);
  await bench.dismiss();
});

after(async () => bench.close());

test("moving through the list previews, Escape puts the view back", async () => {
  const before = await bench.place.textContent();
  await bench.search(ROTATE);
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await bench.page.keyboard.press("ArrowDown");
  await isPreviewed();
  await bench.page.keyboard.press("ArrowUp");
  await says(bench.activeFile, "handlers.py");
  await says(bench.lines, "def rotate(self, source, dest)");
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  assert.equal(await bench.place.textContent(), before);
  await isClosed();
});

test("Escape gives the focus back to whatever had it", async () => {
  const has = (place: string): Promise<unknown> =>
    bench.page.waitForFunction((part) => document.activeElement?.closest(part) != null, place);
  await bench.lines.click();
  await has(".editor-group-container");
  await bench.preview(ROTATE, 2);
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  await isClosed();
  await has(".editor-group-container");
  await bench.command("Explorer: Focus on Folders View");
  await has(".explorer-folders-view");
  await bench.page.keyboard.press("Control+Shift+Alt+f");
  await bench.input.fill(ROTATE);
  await says(bench.page.locator(".quick-input-list"), "%");
  await bench.page.keyboard.press("ArrowDown");
  await isPreviewed();
  await bench.dismiss();
  await says(bench.activeFile, "decoder.py");
  await has(".explorer-folders-view");
  await bench.lines.click();
});

test("Escape puts back what is scrolled, also below lines that stick to the top", async () => {
  await bench.goTo("logging/handlers.py", 700, 1);
  await bench.page.locator(".editor-group-container.active .view-lines").hover();
  const unscrolled = await top();
  await bench.page.mouse.wheel(0, 330);
  await eventually(top, (now) => now !== unscrolled, "the wheel should scroll");
  const before = await settledTop();
  await bench.preview(ROTATE, 2);
  await bench.dismiss();
  await says(bench.place, "Ln 700, Col 1");
  await eventually(
    top,
    (now) => Math.abs(now - before) <= 1, // a line that is cut by the edge counts as hidden
    `line ${before} should be at the top again`,
  );
});

test("Escape goes back to a comparison", async () => {
  await bench.goTo("json/decoder.py", 1, 1);
  await bench.command("File: Compare Active File with Saved");
  await says(bench.activeFile, "↔");
  await bench.preview("parse a json document", 2);
  await bench.dismiss();
  await says(bench.activeFile, "↔");
  await bench.command("View: Close All Editors");
  await bench.goTo("json/decoder.py", 1, 1);
});

async function isPreviewed(): Promise<void> {
  await eventually(
    () => bench.activeFile.textContent(),
    (name) => name !== "decoder.py",
    "a preview should be shown",
  );
}

async function isClosed(): Promise<void> {
  await eventually(
    () => bench.page.locator(".tab").count(),
    (tabs) => tabs === 1,
    "the previewed file should be closed again",
  );
}

/** The number of the topmost line on screen. */
async function top(): Promise<number> {
  return bench.page
    .locator(".editor-group-container.active .margin-view-overlays .line-numbers")
    .evaluateAll((all) => {
      const above = document
        .querySelector(".editor-group-container.active .monaco-editor")
        ?.getBoundingClientRect();
      const shown = all.filter((line) => line.getBoundingClientRect().bottom > (above?.top ?? 0));
      return Math.min(...shown.map((line) => Number(line.textContent)));
    });
}

/** The topmost line once nothing scrolls any more. */
async function settledTop(): Promise<number> {
  let before = Number.NaN;
  return eventually(
    async () => {
      before = await top();
      await bench.page.waitForTimeout(300);
      return top();
    },
    (now) => now === before,
    "the view should come to rest",
  );
}
