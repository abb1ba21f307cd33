import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

const client = new URL("../../", import.meta.url);

test("the texts to translate are those of the code", () => {
  const sources = globSync("src/**/*.ts", { cwd: client }).map((name) =>
    readFileSync(new URL(name, client), "utf8"),
  );
  const calls = sources.flatMap((source) => [...source.matchAll(/l10n\.t\(\s*("(?:[^"\\]|\\.)*"|'[^']*')/g)]);
  const texts = calls.map(([, text]) =>
    text?.startsWith("'") ? text.slice(1, -1) : (JSON.parse((text ?? "").replaceAll("\\'", "'")) as string),
  );
  const bundle = JSON.parse(readFileSync(new URL("l10n/bundle.l10n.json", client), "utf8")) as Record<
    string,
    string
  >;
  assert.deepEqual(Object.keys(bundle).sort(), [...new Set(texts)].sort(), "run: npm run texts");
});
