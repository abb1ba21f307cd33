/** Real code to search in, from the machine's own Python: nothing is downloaded, nothing is kept in the repository. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { PYTHON } from "./workbench.ts";

/** Copies packages of the standard library into a folder that the callback gets. */
export function standardLibrary(packages: readonly string[]): string {
  const library = execFileSync(PYTHON, ["-c", "import os; print(os.path.dirname(os.__file__))"], {
    encoding: "utf8",
  }).trim();
  const folder = mkdtempSync(path.join(tmpdir(), "workspace-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const isSource = (name: string): boolean => !/__pycache__|test/.test(path.relative(library, name));
  for (const name of packages)
    cpSync(path.join(library, name), path.join(folder, name), { recursive: true, filter: isSource });
  return folder;
}
