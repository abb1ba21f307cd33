import assert from "node:assert/strict";
import { test } from "node:test";
import { cellPlace, filePlace } from "../../src/notebook/cells.ts";

const NOTEBOOK = {
  metadata: { "odd, {key": [1, { source: ["no cell"] }] },
  cells: [
    { cell_type: "markdown", source: ["# Whales\n", 'They say "hello": \\o/ {'] },
    {
      cell_type: "code",
      outputs: [{ text: ["printed\n"] }],
      source: ["import math\n", "\n", "def speed(mass):\n"],
    },
    { cell_type: "code", source: "first = 1\nsecond = 2\n" },
    { cell_type: "code", source: [] },
  ],
};

/** Checks where the first place of a text in the file is found in the cells. */
function check(
  written: string,
  expected: { cell: number; line: number; character: number },
  indent = 1,
  leadsBack = true,
): void {
  const file = JSON.stringify(NOTEBOOK, null, indent);
  const before = file.slice(0, file.indexOf(written)).split("\n");
  const place = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  assert.deepEqual(cellPlace(file, place), expected);
  if (leadsBack) assert.deepEqual(filePlace(file, expected), place);
}

test("a place in a source is found in its cell, however the file is laid out", () => {
  for (const indent of [0, 1, 4]) {
    check("speed(mass)", { cell: 1, line: 2, character: 4 }, indent);
    check("Whales", { cell: 0, line: 0, character: 2 }, indent);
    check("o/ {", { cell: 0, line: 1, character: 19 }, indent);
    check("second", { cell: 2, line: 1, character: 0 }, indent);
  }
});

test("a place outside the sources stands for the next one below", () => {
  check("metadata", { cell: 0, line: 0, character: 0 }, 1, false);
  check("printed", { cell: 1, line: 0, character: 0 }, 1, false);
  assert.equal(filePlace(JSON.stringify(NOTEBOOK), { cell: 1, line: 9, character: 0 }), undefined);
  assert.equal(cellPlace("{}", { line: 3, character: 7 }), undefined);
  assert.equal(cellPlace('{"cells": [{"source": ["cut', { line: 0, character: 0 }), undefined);
});
