/** Real code to search in, from the machine's own Python: nothing is downloaded, nothing is kept in the repository. */

import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { PYTHON } from "./workbench.ts";

/** Copies packages and modules of the standard library, without their tests, into a folder; returns it. */
export function standardLibrary(names: readonly string[]): string {
  const isSource = (name: string): boolean => !/__pycache__|test/.test(path.relative(library(), name));
  return copied(names, isSource);
}

/** Copies so many files of the standard library, tests and all. */
export function files(count: number): string {
  const names = globSync("**/*.py", { cwd: library(), exclude: ["site-packages/**", "**/__pycache__/**"] });
  return copied(
    ["logging/handlers.py", ...names.filter((name) => name !== "logging/handlers.py").sort()].slice(0, count),
  );
}

function copied(names: readonly string[], filter: (name: string) => boolean = () => true): string {
  const folder = mkdtempSync(path.join(tmpdir(), "workspace-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const name of names)
    cpSync(path.join(library(), name), path.join(folder, name), { recursive: true, filter });
  return folder;
}

function library(): string {
  const program = "import os; print(os.path.dirname(os.__file__))";
  return (libraryFolder ??= execFileSync(PYTHON, ["-c", program], { encoding: "utf8" }).trim());
}

let libraryFolder: string | undefined;
