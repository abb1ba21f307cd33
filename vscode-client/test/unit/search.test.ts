import assert from "node:assert/strict";
import { test } from "node:test";
import {
  completions,
  literalPath,
  openFilter,
  pathValue,
  unknownLanguages,
  withoutFilters,
} from "../../src/search/filters.ts";
import { History, type Store } from "../../src/search/history.ts";
import { Debouncer } from "../../src/search/debouncer.ts";
import { shortened, whereabouts } from "../../src/search/whereabouts.ts";

test("a filter at the end of the query is open", () => {
  assert.deepEqual(openFilter("retry kind:cl"), {
    key: "kind",
    typed: "cl",
    before: "retry kind:",
    rest: "retry",
  });
  assert.deepEqual(openFilter("-path:src/"), { key: "path", typed: "src/", before: "-path:", rest: "" });
  assert.equal(openFilter("kind:class retry"), undefined);
  assert.equal(openFilter("mankind:cl"), undefined);
  assert.equal(openFilter("name:foo"), undefined);
  for (const word of ["-kind:cl", "retry -lang:py"]) assert.equal(openFilter(word), undefined);
});

test("a filter is open up to its closing quote", () => {
  assert.deepEqual(openFilter('bread path:"My Docs/gu'), {
    key: "path",
    typed: "My Docs/gu",
    before: "bread path:",
    rest: "bread",
  });
  assert.equal(openFilter('bread path:"My Docs/guides/" dough'), undefined);
});

test("a path is written as a pattern that means it alone, and read again", () => {
  const written: [string, string][] = [
    ["src/main.py", "src/main.py"],
    ["app/[id]/page.tsx", "app/\\[id]/page.tsx"],
    ["#old/what?.md", "\\#old/what\\?.md"],
    ["My Docs/a.md", '"My Docs/a.md"'],
    ["My Docs/", '"My Docs/'],
  ];
  for (const [path, value] of written) {
    assert.equal(pathValue(path), value);
    assert.equal(literalPath(value.replaceAll('"', "")), path);
  }
  for (const pattern of ["src/**", "*.py", "a?c", "[ab].py"]) assert.equal(literalPath(pattern), undefined);
});

test("what begins as typed comes first, and what is whole needs no completion", () => {
  const kinds = ["class", "enumMember", "method", "member"];
  assert.deepEqual(completions("mem", kinds), ["member", "enumMember"]);
  assert.deepEqual(completions("Class", kinds), []);
  assert.deepEqual(completions("", ["a", "b"]), ["a", "b"]);
});

test("a filter by a language that nobody knows is found out", () => {
  const known = ["python", "py", "c++"];
  assert.deepEqual(unknownLanguages("parse lang:cobol lang:PY lang:c++", known), ["cobol"]);
  assert.deepEqual(unknownLanguages("slang:cobol", known), []);
  assert.deepEqual(unknownLanguages('lang:"c++" "say lang:cobol" Language:cobol', known), ["cobol"]);
});

test("a query that has filters is known without them", () => {
  assert.equal(withoutFilters("retry kind:class failed -path:tests/** lang:go"), "retry failed");
  assert.equal(
    withoutFilters('retry path:"my docs/**" "exact lang:go" language:go'),
    'retry "exact lang:go"',
  );
  for (const query of ["retry failed", "kind:class", "mankind:class retry", '"kind:class retry"'])
    assert.equal(withoutFilters(query), "");
});

test("a long path keeps its first folder, its file and its line", () => {
  const path = "src/main/java/com/company/product/service/UserServiceImpl.java:123";
  assert.equal(shortened(path, 80), path);
  assert.equal(shortened(path, 50), "src/…/product/service/UserServiceImpl.java:123");
  assert.equal(shortened(path, 0), "…/UserServiceImpl.java:123");
  assert.equal(shortened("a-file-of-a-name-that-is-long.py:1", 0), "a-file-of-a-name-that-is-long.py:1");
});

test("a container leaves room for the file and the line, and is not told where the file is named after it", () => {
  const path = "absl/container/internal/raw_hash_set.cc:1704";
  const told = (room: number): string => whereabouts("absl.container_internal", path, room);
  assert.equal(told(80), `absl.container_internal · ${path}`);
  assert.equal(told(50), "absl.container_internal · …/raw_hash_set.cc:1704");
  assert.equal(told(44), "container_internal · …/raw_hash_set.cc:1704");
  assert.equal(told(30), "absl/…/raw_hash_set.cc:1704");
  assert.equal(whereabouts("Service", "src/Service.java:3", 80), "src/Service.java:3");
  assert.equal(whereabouts(undefined, "main.py:1", 80), "main.py:1");
});

test("the history holds each search once, newest first, and not too many", async () => {
  const history = new History(store());
  for (let number = 0; number < 50; number++) await history.add(`search ${number}`);
  await history.add(" search 40 ");
  await history.add("  ");
  assert.equal(history.all()[0], "search 40");
  assert.equal(history.all().length, 30);
  assert.equal(history.all().filter((query) => query === "search 40").length, 1);
  await history.remove("search 40");
  assert.equal(history.all()[0], "search 49");
});

test("of several searches in a row the last alone is asked, and what runs is called off", async () => {
  const debouncer = new Debouncer(5);
  const asked: string[] = [];
  const aborted: string[] = [];
  const ask = (query: string): Promise<void> =>
    new Promise((resolve) => {
      debouncer.run(async (signal) => {
        asked.push(query);
        signal.addEventListener("abort", () => aborted.push(query));
        resolve();
        return Promise.resolve();
      });
    });
  void ask("r");
  void ask("re");
  await ask("ret");
  await ask("retry");
  assert.deepEqual(asked, ["ret", "retry"]);
  assert.deepEqual(aborted, ["ret"]);
});

function store(): Store {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string, fallback: T) => (values.has(key) ? (values.get(key) as T) : fallback),
    update: (key, value) => Promise.resolve(void values.set(key, value)),
  };
}
