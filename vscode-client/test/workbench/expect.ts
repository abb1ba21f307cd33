/** Assertions that wait: true as soon as the page shows it, false when it has not for long enough. */

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";

const PATIENCE_MS = 120_000;
const PAUSE_MS = 50;

/** Reads until what was read satisfies; the last reading is in the message, and what the page said then. */
export async function eventually<T>(
  read: () => Promise<T>,
  satisfies: (value: T) => boolean,
  what: string,
  page?: Page,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  let value = await read();
  while (!satisfies(value)) {
    if (Date.now() > end) {
      const shown = page === undefined ? "" : `; the page: ${await page.locator("body").innerText()}`;
      assert.fail(`${what}; it was ${JSON.stringify(value).slice(0, 600)}${shown.slice(0, 2_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    value = await read();
  }
  return value;
}

/** Waits until a place on the page holds a text. */
export async function says(place: Locator, text: string | RegExp): Promise<void> {
  const read = async (): Promise<string> =>
    (await place.count()) > 0 ? ((await place.first().textContent()) ?? "").replaceAll("\u00a0", " ") : "";
  await eventually(
    read,
    (value) => (typeof text === "string" ? value.includes(text) : text.test(value)),
    `it should say ${String(text)}`,
    place.page(),
  );
}

/** Waits until the first row of a list begins with a text. */
export async function firstRow(rows: Locator, beginning: string): Promise<void> {
  const read = async (): Promise<string[]> =>
    rows.evaluateAll((all) => all.map((row) => row.getAttribute("aria-label") ?? ""));
  await eventually(
    read,
    ([first]) => first?.startsWith(beginning) === true,
    `the first row should begin with ${beginning}`,
    rows.page(),
  );
}
