import assert from "node:assert/strict";
import { test } from "node:test";
import { errorText, inFull, unlinked } from "../../src/errorText.ts";

test("a suggestion is told apart from what is the matter", () => {
  const error = new Error("There is no kind 'fnction'.\nSuggestion: Did you mean 'function'?");
  assert.deepEqual(errorText(error), {
    what: "There is no kind 'fnction'.",
    advice: "Did you mean 'function'?",
  });
  assert.equal(inFull(error), "There is no kind 'fnction'. Did you mean 'function'?");
});

test("an error without a suggestion, and what is no error, are said as they are", () => {
  assert.equal(inFull(new Error("The server is not running.")), "The server is not running.");
  assert.equal(inFull("no"), "no");
});

test("the name of a file makes no link in a message", () => {
  const name = "[Fix it](command:workbench.action.quit).py";
  assert.equal(unlinked(name).replaceAll("\u200b", ""), name);
  for (const shown of [unlinked(name), inFull(new Error(`${name} can't be read.`))])
    assert.doesNotMatch(shown, /\]\(/);
});
