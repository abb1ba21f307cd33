import assert from "node:assert/strict";
import { test } from "node:test";
import { located } from "../../src/agents/folders.ts";

const [server, client] = [{ name: "server" }, { name: "Web Client" }];

function check(file: string, folders: { name: string }[], expected: unknown): void {
  assert.deepEqual(located(file, folders), expected);
}

test("with several folders, a path begins with the name of its own", () => {
  check("Web Client/src/a.ts", [server, client], { folder: client, below: "src/a.ts" });
  check("server/server/a.py", [server, client], { folder: server, below: "server/a.py" });
});

test("a path that names no folder is below the first", () => {
  check("src/a.py", [server, client], { folder: server, below: "src/a.py" });
  check("server/a.py", [server], { folder: server, below: "server/a.py" });
  check("a.py", [], undefined);
});
