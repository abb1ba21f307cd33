/** What becomes of previews that are clicked into, and of those in an editor without preview tabs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually, firstRow, says } from "./expect.ts";
import { Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

test("a click into a preview stays there, and Escape leaves no tabs where there are no preview tabs", async () => {
  await using bench = await Workbench.open({
    workspace: standardLibrary(["json", "logging", "http"]),
    file: "json/decoder.py",
    settings: { "workbench.editor.enablePreview": false, "workbench.quickOpen.closeOnFocusLost": true },
  });
  await bench.ready();
  await says(bench.activeFile, "decoder.py");
  const tabs = async (): Promise<string[]> =>
    (await bench.page.locator(".tab").allInnerTexts()).map((name) => name.replace("\n", ""));

  await bench.search("parse");
  await firstRow(bench.rows, "parse");
  const seen = new Set<string>();
  for (let step = 0; step < 12; step++) {
    await bench.page.keyboard.press("ArrowDown");
    await bench.page.waitForTimeout(200);
    seen.add((await bench.activeFile.textContent()) ?? "");
  }
  assert.ok(seen.size > 2, [...seen].join());
  await eventually(tabs, (names) => names.length <= 2, "there should be one preview at a time");
  await bench.dismiss();
  await eventually(tabs, (names) => names.join() === "decoder.py", "no preview should be left");

  await bench.search("rotate the log file when it gets too large");
  await firstRow(bench.rows, "rotate, BaseRotatingHandler");
  await bench.page.keyboard.press("ArrowDown");
  await eventually(
    () => bench.activeFile.textContent(),
    (name) => name !== "decoder.py",
    "a preview should be shown",
  );
  await bench.page.keyboard.press("ArrowUp");
  await says(bench.activeFile, "handlers.py");
  await bench.page.mouse.click(700, 640);
  await bench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  const before = await bench.place.textContent();
  await bench.page.keyboard.press("ArrowDown");
  await eventually(
    () => bench.place.textContent(),
    (now) => now !== before,
    "the cursor should be in the preview",
  );
  await says(bench.activeFile, "handlers.py");
});
