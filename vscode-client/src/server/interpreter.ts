/** Finds the Python that runs the server: the one the user chose, else the first on PATH that is new enough. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** How to start the server. */
export interface Launch {
  command: string;
  args: string[];
  /** What the server's environment has beyond the editor's. */
  env: Record<string, string>;
  /** "3.12.4 from /usr/bin/python3, bundled server": for the log. */
  description: string;
}

/** No Python will do; the message says what was tried. */
export class NoInterpreter extends Error {}

/** What a Python says about itself. */
export interface Python {
  command: string;
  version: string;
  /** The tag of its binary packages, such as "cp312". */
  tag: string;
  /** Whether the server is installed in its own environment. */
  hasServer: boolean;
}

const NAMES =
  process.platform === "win32"
    ? ["python", "python3", "py"]
    : ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11"];
const PROBE = [
  "import sys, importlib.util as u",
  "v = sys.version_info",
  "print(sys.implementation.name, '%d.%d.%d' % v[:3], 'cp%d%d' % v[:2], u.find_spec('lsp_server') is not None)",
].join("\n");
const PROBE_TIMEOUT_MS = 10_000;

/**
 * @param chosen The user's setting, "" for none; "~" at its beginning is the user's own folder.
 * @param bundle The folder with the server's packages that came with the extension; it may not exist.
 * @throws NoInterpreter
 */
export async function findLaunch(chosen: string, bundle: string): Promise<Launch> {
  if (chosen !== "") {
    const python = await probe(chosen.replace(/^~(?=[\\/])/, homedir));
    const launch = python && launchOf(python, bundle, "own");
    if (launch) return launch;
    throw new NoInterpreter(python ? lacking(python, bundle) : `"${chosen}" is no Python 3.11 or newer`);
  }
  const tried: string[] = [];
  for (const name of NAMES) {
    const python = await probe(name);
    const launch = python && launchOf(python, bundle, "bundled");
    if (launch) return launch;
    if (python) tried.push(lacking(python, bundle));
  }
  throw new NoInterpreter(tried[0] ?? "no Python 3.11 or newer is on the PATH");
}

/** Asks a Python about itself; undefined when it does not answer, or is too old for `-P`. */
async function probe(command: string): Promise<Python | undefined> {
  const answer = await new Promise<string>((resolve) => {
    execFile(
      command,
      ["-P", "-c", PROBE],
      { timeout: PROBE_TIMEOUT_MS, windowsHide: true },
      (error, stdout) => resolve(error ? "" : stdout),
    );
  });
  const [implementation, version, tag, hasServer] = answer.trim().split(" ");
  if (implementation !== "cpython" || version === undefined || tag === undefined) return undefined;
  return { command, version, tag, hasServer: hasServer === "True" };
}

/** Combines a Python with the packages that fit it; undefined when there are none. */
export function launchOf(python: Python, bundle: string, preferred: "own" | "bundled"): Launch | undefined {
  const bundled = bundledPackages(bundle, python.tag);
  const usesOwn = python.hasServer && (preferred === "own" || bundled === undefined);
  if (!usesOwn && bundled === undefined) return undefined;
  return {
    command: python.command,
    args: ["-P", "-m", "lsp_server"],
    env: usesOwn || bundled === undefined ? {} : { PYTHONPATH: bundled.join(path.delimiter) },
    description: `Python ${python.version} (${python.command}), ${usesOwn ? "its own" : "the bundled"} server`,
  };
}

/** The folders of packages for one kind of Python: those for its version before those for every version. */
function bundledPackages(bundle: string, tag: string): string[] | undefined {
  const folders = [path.join(bundle, tag), path.join(bundle, "any")];
  return folders.every((folder) => existsSync(folder)) ? folders : undefined;
}

function lacking(python: Python, bundle: string): string {
  const what = existsSync(bundle)
    ? "the extension carries no packages for that version"
    : "the package semantic-symbols is not installed there";
  return `Python ${python.version} (${python.command}) was found, but ${what}`;
}
