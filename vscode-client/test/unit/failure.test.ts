import assert from "node:assert/strict";
import { test } from "node:test";
import { reasonOf, Tail } from "../../src/server/failure.ts";

function check(written: string, exit: { code?: number; signal?: string }, expected: string): void {
  const tail = new Tail();
  for (const chunk of written.match(/.{1,7}/gs) ?? []) tail.add(chunk);
  assert.equal(reasonOf({ code: exit.code ?? null, signal: exit.signal ?? null }, tail), expected);
}

test("the error that Python names last is the reason", () => {
  check(
    "Traceback (most recent call last):\n  File \"x.py\", line 1\nModuleNotFoundError: No module named 'numpy'\n",
    { code: 1 },
    "ModuleNotFoundError: No module named 'numpy'",
  );
});

test("without an error, the end itself is the reason", () => {
  check("", { code: 3 }, "it ended with exit code 3");
  check("", { signal: "SIGTERM" }, "it was ended by SIGTERM");
  check("", { signal: "SIGKILL" }, "it was killed (SIGKILL), perhaps for want of memory");
  check("disk quota exceeded\n", { code: 8 }, "it ended with exit code 8: disk quota exceeded");
});

test("a long reason is cut", () => {
  check(`ValueError: ${"x".repeat(500)}`, { code: 1 }, `ValueError: ${"x".repeat(187)}…`);
});

test("only the last lines are kept", () => {
  const tail = new Tail();
  for (let line = 0; line < 1000; line++) tail.add(`line ${line}\n`);
  assert.ok(tail.lines().length <= 40);
  assert.equal(tail.lines().at(-1), "line 999");
});
