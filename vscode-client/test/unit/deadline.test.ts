import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "../../src/server/deadline.ts";

test("an answer in time is the answer", async () => {
  assert.equal(await within(1000, "late", () => Promise.resolve("answer")), "answer");
});

test("a late answer is given up, and its question called off", async () => {
  let isAborted = false;
  const never = (signal: AbortSignal): Promise<string> =>
    new Promise(() => signal.addEventListener("abort", () => (isAborted = true)));
  assert.equal(await within(10, "late", never), "late");
  assert.ok(isAborted);
});

test("an error is no answer", async () => {
  assert.equal(await within(1000, "late", () => Promise.reject(new Error("no"))), "late");
});
