import assert from "node:assert/strict";
import { test } from "node:test";
import type { Found } from "../../src/protocol.ts";
import { byFile } from "../../src/results/grouping.ts";

test("files stand where their best symbol stands", () => {
  const found = ["b:1", "a:2", "b:3", "c:4"].map(
    (place) => ({ name: place, location: { uri: place[0] } }) as Found,
  );
  const groups = byFile(found).map((group) => [group.uri, ...group.found.map(({ name }) => name)]);
  assert.deepEqual(groups, [
    ["b", "b:1", "b:3"],
    ["a", "a:2"],
    ["c", "c:4"],
  ]);
});
