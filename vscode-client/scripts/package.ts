/**
 * Builds the extension for one platform, with the server and its model inside:
 * `npm run package [-- --target linux-x64] [--python 3.12 3.13]`.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync } from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

const client = path.dirname(import.meta.dirname);
const { values } = parseArgs({
  options: {
    target: { type: "string", default: `${process.platform}-${process.arch}` },
    python: { type: "string", multiple: true, default: [] },
    out: { type: "string", default: path.join(client, "out") },
  },
});

run(
  process.env.PYTHON ?? (process.platform === "win32" ? "python" : "python3"),
  "scripts/bundle.py",
  "--target",
  values.target,
  ...(values.python.length > 0 ? ["--python", ...values.python] : []),
);
run("node", "scripts/build.mjs", "--release");
for (const name of ["LICENSE", "NOTICE"])
  copyFileSync(path.join(client, "..", name), path.join(client, name));
mkdirSync(values.out, { recursive: true });
run(
  "node",
  path.join("node_modules", "@vscode", "vsce", "vsce"), // not `npx`: Windows has that as a batch file
  "package",
  "--no-dependencies",
  "--target",
  values.target,
  "--out",
  path.join(values.out, `semantic-symbols-${values.target}.vsix`),
);

function run(command: string, ...args: string[]): void {
  console.log(`> ${command} ${args.join(" ")}`);
  execFileSync(command, args, { cwd: client, stdio: "inherit" });
}
