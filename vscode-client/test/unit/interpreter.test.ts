import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { findLaunch, firstOf, launchOf, NoInterpreter, type Python } from "../../src/server/interpreter.ts";

const PYTHON: Python = { command: "python3", version: "3.12.4", tag: "cp312", hasServer: false };

function bundle(...folders: string[]): string {
  const root = mkdtempSync(path.join(tmpdir(), "bundle-"));
  process.once("exit", () => rmSync(root, { recursive: true }));
  for (const folder of folders) mkdirSync(path.join(root, folder));
  return root;
}

test("the bundled packages are those for that Python, then those for all", () => {
  const root = bundle("any", "cp311", "cp312");
  const launch = launchOf(PYTHON, root, "bundled");
  assert.deepEqual(launch?.args, ["-P", "-m", "lsp_server"]);
  assert.equal(
    launch.env.PYTHONPATH,
    [path.join(root, "cp312"), path.join(root, "any")].join(path.delimiter),
  );
});

test("a Python that nothing fits is not used", () => {
  assert.equal(launchOf(PYTHON, bundle("any", "cp311"), "bundled"), undefined);
  assert.equal(launchOf(PYTHON, "/nowhere", "bundled"), undefined);
});

test("an installed server counts where the user chose that Python, or nothing is bundled for it", () => {
  const installed = { ...PYTHON, hasServer: true };
  assert.deepEqual(launchOf(installed, bundle("any", "cp312"), "own")?.env, {});
  assert.deepEqual(launchOf(installed, bundle("any", "cp311"), "bundled")?.env, {});
  assert.notDeepEqual(launchOf(installed, bundle("any", "cp312"), "bundled")?.env, {});
});

test("a program that is no Python is named", async () => {
  for (const program of ["/no/such/python", `${process.execPath}/python`]) {
    await assert.rejects(findLaunch(program, bundle()), {
      message: `"${program}" is no Python 3.11 or newer`,
    });
  }
});

test("a Python that is too old is none", { skip: process.platform === "win32" }, async () => {
  const old = path.join(bundle(), "python3");
  writeFileSync(old, '#!/bin/sh\necho "Unknown option: $1" >&2\nexit 2\n', { mode: 0o755 });
  await assert.rejects(findLaunch(old, bundle()), NoInterpreter);
  const answers = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.6" && exit\nexit 2\n';
  writeFileSync(old, answers);
  await assert.rejects(findLaunch(old, bundle()), {
    message: `Python 3.9.6 (${old}) is too old, 3.11 or newer is needed`,
  });
});

test("a Python that is too new is told what would do", { skip: process.platform === "win32" }, async () => {
  const own = path.join(bundle(), "python3");
  writeFileSync(own, "#!/bin/sh\necho cpython 3.15.0 cp315 False\n", { mode: 0o755 });
  await assert.rejects(findLaunch(own, bundle("any", "cp39", "cp312", "cp311")), {
    message: `Python 3.15.0 (${own}) was found, but the extension has packages for 3.9, 3.11, 3.12 only`,
  });
});

test(
  "a Python is asked where it will run: a version manager may choose it by the folder",
  { skip: process.platform === "win32" },
  async () => {
    const packages = bundle("any", "cp312");
    const managed = path.join(bundle(), "python3");
    const answers = `#!/bin/sh\n[ "$(pwd -P)" = "${realpathSync(path.dirname(packages))}" ] && version=12 || version=11\necho cpython 3.$version.1 cp3$version False\n`;
    writeFileSync(managed, answers, { mode: 0o755 });
    const launch = await findLaunch(managed, packages);
    assert.equal(launch.cwd, path.dirname(packages));
    assert.match(launch.description, /^Python 3\.12\.1 /);
  },
);

test("a name stands for the first file on the PATH", { skip: process.platform === "win32" }, () => {
  const [empty, own] = [bundle(), bundle("python3")];
  assert.equal(firstOf("python3", [empty, `${own}/`, "/usr/bin"]), path.join(own, "python3"));
  assert.equal(firstOf("python3", [empty]), undefined);
});

test("a tilde is the user's own folder", { skip: process.platform === "win32" }, async () => {
  const own = path.join(bundle("any", "cp312"), "python3");
  writeFileSync(own, "#!/bin/sh\necho cpython 3.12.4 cp312 True\n", { mode: 0o755 });
  const launch = await findLaunch(`~/${path.relative(homedir(), own)}`, "/nowhere");
  assert.match(launch.description, /^Python 3\.12\.4/);
});
