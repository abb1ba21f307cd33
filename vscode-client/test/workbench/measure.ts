/** Measures what a person waits for: `npm run measure`. Prints one figure a line. */

import { firstRow } from "./expect.ts";
import { Workbench } from "./workbench.ts";
import { files } from "./workspaces.ts";

const FILES = 1000;
const QUERY = "rotate the log file when it gets too large";
const ANSWER = "rotate, BaseRotatingHandler";
const TYPED = ["copy a folder with all files in it", "parse a date", "send an email with an attachment"];
const BETWEEN_KEYS_MS = 120;

await using bench = await Workbench.open({ workspace: files(FILES) });
const workbenchMs = Date.now() - bench.openedAt;
await bench.status.waitFor();
await bench.search(QUERY);
await firstRow(bench.rows, ANSWER);
const answerMs = Date.now() - bench.openedAt;
await bench.picture("while-indexing");
await bench.dismiss();
await bench.ready();
const readyMs = Date.now() - bench.openedAt;

await bench.page.keyboard.press("Control+Alt+f");
await bench.input.waitFor();
await bench.page.evaluate(watchList);
for (const query of TYPED) {
  await bench.input.pressSequentially(query, { delay: BETWEEN_KEYS_MS });
  await bench.input.fill("");
}
const waits = (await bench.page.evaluate<number[]>("globalThis.listWaitsMs")).sort((a, b) => a - b);

console.log(`folder of ${FILES} files opened to workbench: ${workbenchMs} ms`);
console.log(`folder of ${FILES} files opened to first correct answer: ${answerMs} ms`);
console.log(`folder of ${FILES} files opened to everything indexed: ${readyMs} ms`);
for (const share of [0.5, 0.95])
  console.log(
    `key to list, p${share * 100} of ${waits.length}: ${Math.round(waits[Math.floor(waits.length * share)] ?? NaN)} ms`,
  );

/** Runs in the page: notes how long after each key the list is no longer busy. */
function watchList(): void {
  const waits: number[] = [];
  Object.assign(globalThis, { listWaitsMs: waits });
  let pressedAt = 0;
  document
    .querySelector(".quick-input-widget .quick-input-box input")
    ?.addEventListener("input", () => (pressedAt = performance.now()));
  const progress = document.querySelector(".quick-input-widget .quick-input-progress");
  if (progress === null) throw new Error("the list has no progress bar");
  new MutationObserver(() => {
    if (
      pressedAt === 0 ||
      progress.querySelector(".active") !== null ||
      progress.classList.contains("active")
    )
      return;
    waits.push(performance.now() - pressedAt);
    pressedAt = 0;
  }).observe(progress, { attributes: true, subtree: true });
}
