import assert from "node:assert/strict";
import { test } from "node:test";
import type { Found } from "../../src/protocol.ts";
import { marksOf } from "../../src/related/marks.ts";

test("related tests and duplicates are marked, and nothing else is", () => {
  const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 5 } };
  const found: Found = {
    name: "retry",
    qualifiedName: "retry",
    kind: 12,
    language: "python",
    signature: "def retry()",
    location: { uri: "file:///a.py", range },
    selectionRange: range,
    score: 0.9,
  };
  const marked = (signals: Record<string, number>): string[] =>
    marksOf({ ...found, explanation: { signals } });
  assert.deepEqual(marksOf(found), []);
  assert.deepEqual(marked({ name: 1, test: 0 }), []);
  assert.deepEqual(marked({ test: 1 }), ["test"]);
  assert.deepEqual(marked({ duplicate: 1, test: 1 }), ["test", "duplicate"]);
});
