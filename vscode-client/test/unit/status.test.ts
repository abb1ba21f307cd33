import assert from "node:assert/strict";
import { test } from "node:test";
import { isUpdate, percent, progress } from "../../src/coverage.ts";
import type { Status } from "../../src/protocol.ts";
import { Patience } from "../../src/status/patience.ts";

function indexing(indexedFiles: number, work: Status["work"]): Status {
  const coverage = { files: 10, indexedFiles, skippedFiles: 1, symbols: 50 };
  const metrics = { filesPerSecond: null, searchMs: { p50: null, p99: null }, residentBytes: null };
  return { state: "indexing", coverage, index: null, folders: [], work, metrics };
}

test("a first index is as far as its files, a rebuild as far as its work", () => {
  assert.equal(progress(indexing(3, { done: 1, total: 2 })), "40%");
  assert.equal(percent(indexing(8, null).coverage), "90%");
  assert.equal(progress(indexing(9, { done: 1, total: 3 })), "33%");
  assert.equal(progress(indexing(9, null)), "0%");
  assert.deepEqual([isUpdate(indexing(3, null)), isUpdate(indexing(9, null))], [false, true]);
});

test("an update is shown only if it takes a while", async () => {
  let state: Status["state"] | undefined;
  const shown: (Status["state"] | undefined)[] = [];
  let tell: () => void = () => undefined;
  const patience = new Patience(() => {
    shown.push(state);
    tell();
  }, 20);
  const take = (next: typeof state): void => patience.take((state = next));
  for (const next of ["indexing", "ready", "indexing", "indexing", "ready", undefined] as const) take(next);
  assert.deepEqual(shown.splice(0), ["indexing", "ready", "ready", undefined]);
  take("ready");
  const isTold = new Promise<void>((resolve) => (tell = resolve));
  take("indexing");
  assert.deepEqual(shown, ["ready"]);
  await isTold;
  take("indexing");
  assert.deepEqual(shown, ["ready", "indexing", "indexing"]);
});
