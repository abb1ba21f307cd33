/** Finds the Python that runs the server: the one the user chose, else the first on PATH that is new enough. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import * as path from "node:path";

/** How to start the server. */
export interface Launch {
  command: string;
  args: string[];
  /** Where: asked about itself elsewhere, a version manager might have chosen another Python. */
  cwd: string;
  /** Environment variables of the server beyond the editor's own. */
  env: Record<string, string>;
  /** "3.12.4 from /usr/bin/python3, bundled server": for the log. */
  description: string;
}

/** No suitable Python was found; the message says what was tried. */
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
  const cwd = cwdOf(bundle);
  if (chosen !== "") {
    const python = await probe(homely(chosen), cwd);
    const launch = python && launchOf(python, bundle, "own");
    if (launch) return launch;
    throw new NoInterpreter(
      python
        ? lacking(python, bundle)
        : ((await tooOld(chosen, cwd)) ?? `"${chosen}" is no Python 3.11 or newer`),
    );
  }
  const tried: string[] = [];
  for (const name of NAMES) {
    if (process.platform === "darwin" && (await wouldAsk(name))) continue;
    const python = await probe(name, cwd);
    const launch = python && launchOf(python, bundle, "bundled");
    if (launch) return launch;
    const reason = python ? lacking(python, bundle) : await tooOld(name, cwd);
    if (reason !== undefined) tried.push(reason);
  }
  throw new NoInterpreter(tried[0] ?? "no Python 3.11 or newer is on the PATH");
}

/** Whether a program would open a window that offers Apple's developer tools, which its own Python comes with. */
async function wouldAsk(name: string): Promise<boolean> {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return firstOf(name, folders) === "/usr/bin/python3" && (await output("xcode-select", ["-p"], "/")) === "";
}

/** The file that a name stands for. */
export function firstOf(name: string, folders: string[]): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find((file) => existsSync(file));
}

/** Asks a Python about itself; undefined when it does not answer, or is too old for `-P`. */
async function probe(command: string, cwd: string): Promise<Python | undefined> {
  const answer = await output(command, ["-P", "-c", PROBE], cwd);
  const [implementation, version, tag, hasServer] = answer.trim().split(" ");
  if (implementation !== "cpython" || version === undefined || tag === undefined) return undefined;
  return { command, version, tag, hasServer: hasServer === "True" };
}

/** Says that a Python is too old, if that is why it can't be used. */
async function tooOld(command: string, cwd: string): Promise<string | undefined> {
  const answer = await output(homely(command), ["--version"], cwd);
  const [, version, major, minor] = /^Python ((\d+)\.(\d+)\S*)/.exec(answer) ?? [];
  const isOld = Number(major) < 3 || (Number(major) === 3 && Number(minor) < 11);
  return isOld ? `Python ${version ?? ""} (${command}) is too old, 3.11 or newer is needed` : undefined;
}

/** Combines a Python with the packages that fit it; undefined when there are none. */
export function launchOf(python: Python, bundle: string, preferred: "own" | "bundled"): Launch | undefined {
  const bundled = bundledPackages(bundle, python.tag);
  const usesOwn = python.hasServer && (preferred === "own" || bundled === undefined);
  if (!usesOwn && bundled === undefined) return undefined;
  return {
    command: python.command,
    args: ["-P", "-m", "lsp_server"],
    cwd: cwdOf(bundle),
    env: usesOwn || bundled === undefined ? {} : { PYTHONPATH: bundled.join(path.delimiter) },
    description: `Python ${python.version} (${python.command}), ${usesOwn ? "its own" : "the bundled"} server`,
  };
}

/** The extension's own folder. Not the workspace: nothing there may shadow a module that the server imports. */
function cwdOf(bundle: string): string {
  return path.dirname(bundle);
}

/** The folders of packages for one kind of Python: those for its version before those for every version. */
function bundledPackages(bundle: string, tag: string): string[] | undefined {
  const folders = [path.join(bundle, tag), path.join(bundle, "any")];
  return folders.every((folder) => existsSync(folder)) ? folders : undefined;
}

/** A program's standard output; "" when it can't be run, fails or takes too long. */
function output(command: string, args: string[], cwd: string): Promise<string> {
  return new Promise<string>((resolve) => {
    execFile(command, args, { cwd, timeout: PROBE_TIMEOUT_MS, windowsHide: true }, (error, stdout) =>
      resolve(error ? "" : stdout),
    );
  }).catch(() => ""); // some failures are thrown, as that to run one of Windows' batch files
}

function homely(command: string): string {
  return command.replace(/^~(?=[\\/])/, homedir);
}

function lacking(python: Python, bundle: string): string {
  const what = existsSync(bundle)
    ? `the extension has packages for ${bundledVersions(bundle).join(", ")} only`
    : "the package semantic-symbols is not installed there";
  return `Python ${python.version} (${python.command}) was found, but ${what}`;
}

/** The Pythons that there are packages for: "3.11", "3.12". */
function bundledVersions(bundle: string): string[] {
  const minors = readdirSync(bundle).map((folder) => Number(/^cp3(\d+)$/.exec(folder)?.[1]));
  return minors
    .filter((minor) => minor > 0)
    .sort((one, other) => one - other)
    .map((minor) => `3.${minor}`);
}
