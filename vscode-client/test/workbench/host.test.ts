/** Runs the tests that live inside the extension host (`test/host`), in the same real editor. */

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { PATIENCE_MS, Workbench } from "./workbench.ts";
import { standardLibrary } from "./workspaces.ts";

test("the tests inside the extension host pass", { timeout: 3 * PATIENCE_MS }, async () => {
  const workspace = standardLibrary(["json", "logging"]);
  writeFileSync(path.join(workspace, ".semanticsymbols.toml"), "[hover]\nlimit = 2\n");
  const log: string[] = [];
  let exit: (code: number) => void = () => undefined;
  const exited = new Promise<number>((resolve) => (exit = resolve));
  await using bench = await Workbench.open({
    workspace,
    hostTests: path.resolve(import.meta.dirname, "../../dist/host-tests.cjs"),
    expose: {
      codeAutomationExit: (code) => exit(Number(code)),
      codeAutomationLog: (_, lines) => log.push(...[lines].flat().map(String)),
    },
  });
  assert.equal(await exited, 0, log.join("\n"));
  assert.ok(
    log.some((line) => line.includes("ok every command")),
    log.join("\n"),
  );
  assert.ok(bench.folder);
});
