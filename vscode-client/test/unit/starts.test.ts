import assert from "node:assert/strict";
import { test } from "node:test";
import { Starts, type Start } from "../../src/server/starts.ts";

/** Starts that hang until they are called off, and what became of them. */
class Hanging {
  readonly seen: string[] = [];

  named(name: string): Start {
    return (signal) => {
      this.seen.push(`${name} begins`);
      return new Promise((resolve) => {
        signal.addEventListener("abort", () => {
          this.seen.push(`${name} ends`);
          resolve();
        });
      });
    };
  }

  quick(name: string): Start {
    return () => Promise.resolve(void this.seen.push(name));
  }
}

test("a start that hangs is called off by the next, which begins when it is over", async () => {
  const starts = new Starts();
  const hanging = new Hanging();
  void starts.next(hanging.named("first"));
  await turn();
  await starts.next(hanging.quick("second"));
  assert.deepEqual(hanging.seen, ["first begins", "first ends", "second"]);
});

test("of several starts asked for in a row the last alone begins", async () => {
  const starts = new Starts();
  const hanging = new Hanging();
  for (const name of ["first", "second"]) void starts.next(hanging.quick(name));
  await starts.next(hanging.quick("third"));
  assert.deepEqual(hanging.seen, ["third"]);
});

test("after the end nothing begins, neither what waits nor what is asked for then", async () => {
  const starts = new Starts();
  const hanging = new Hanging();
  void starts.next(hanging.named("first"));
  await turn();
  void starts.next(hanging.quick("second"));
  starts.end();
  await starts.next(hanging.quick("third"));
  await starts.settled();
  assert.deepEqual(hanging.seen, ["first begins", "first ends"]);
});

test("a start that is over is told too when the next is asked for", async () => {
  const starts = new Starts();
  let isCalledOff = false;
  await starts.next((signal) => {
    signal.addEventListener("abort", () => (isCalledOff = true));
    return Promise.resolve();
  });
  assert.equal(isCalledOff, false);
  await starts.next(() => Promise.resolve());
  assert.equal(isCalledOff, true);
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
