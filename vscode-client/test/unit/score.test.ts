import assert from "node:assert/strict";
import { test } from "node:test";
import { percentOf } from "../../src/protocol.ts";

test("no score below one half is shown as half, and none loses a percent to binary fractions", () => {
  assert.deepEqual([0.4999, 0.5, 0.29, 0.57, 1, 0].map(percentOf), [49, 50, 29, 57, 100, 0]);
});
