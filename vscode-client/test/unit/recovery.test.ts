import assert from "node:assert/strict";
import { test } from "node:test";
import { Recovery } from "../../src/server/recovery.ts";

const MINUTE_MS = 60_000;

test("waits grow, and come to an end", () => {
  const recovery = new Recovery();
  const waits = [0, 1, 2, 3, 4, 5, 6].map((second) => recovery.wait(second * 1000));
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 16_000, undefined]);
});

test("ends of long ago are forgiven", () => {
  const recovery = new Recovery();
  for (let minute = 0; minute < 60; minute += 4) assert.equal(recovery.wait(minute * MINUTE_MS), 500);
});

test("after a start that the user asked for, counting begins anew", () => {
  const recovery = new Recovery();
  while (recovery.wait(0) !== undefined);
  recovery.reset();
  assert.equal(recovery.wait(0), 500);
});
