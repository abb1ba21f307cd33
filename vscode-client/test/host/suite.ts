/** Runs inside the extension host: the parts of the extension that other extensions and agents meet, in the real editor. */

import assert from "node:assert/strict";
import * as path from "node:path";
import * as vscode from "vscode";
import type { activate } from "../../src/extension.ts";

const extension = vscode.extensions.getExtension("semantic-symbols.semantic-symbols");
const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
type Exports = ReturnType<typeof activate>;
const PATIENCE_MS = 60_000;

const tests: Record<string, () => Promise<void>> = {
  "every command of the manifest exists": async () => {
    const manifest = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      manifest.contributes.commands.filter(({ command }) => !registered.has(command)),
      [],
    );
  },

  "the workspace symbols of all providers hold ours, with their containers": async () => {
    const symbols = await until(
      () => workspaceSymbols("doRollover"),
      (found) => found.length > 0,
    );
    const containers = symbols
      .filter(({ name }) => name === "doRollover")
      .map(({ containerName }) => containerName);
    assert.ok(containers.includes("RotatingFileHandler"), String(containers));
  },

  "our names stand beside those of other servers": async () => {
    const place = new vscode.Location(fileUri("json/scanner.py"), new vscode.Position(0, 0));
    const other = new vscode.SymbolInformation("doRolloverElsewhere", vscode.SymbolKind.Function, "", place);
    const provider = vscode.languages.registerWorkspaceSymbolProvider({
      provideWorkspaceSymbols: () => [other],
    });
    const names = new Set((await workspaceSymbols("doRollover")).map(({ name }) => name));
    provider.dispose();
    assert.ok(names.has("doRollover") && names.has("doRolloverElsewhere"), [...names].join());
  },

  "an agent's search answers with places": async () => {
    const text = await tool("semantic-symbols_search", {
      query: "rotate the log file when it gets too large",
      limit: 3,
    });
    assert.match(
      text,
      /logging\/handlers\.py:\d+ class BaseRotatingHandler \(0\.\d\d\): class BaseRotatingHandler/,
    );
    assert.equal(text.match(/^\S+:\d+ /gm)?.length, 3);
  },

  "an agent is told when nothing is close": async () => {
    assert.match(
      await tool("semantic-symbols_search", { query: "zzqx flurbish" }),
      /^Nothing close was found/,
    );
  },

  "an agent is told when nothing passes the filters, and what was searched for instead": async () => {
    assert.equal(
      await tool("semantic-symbols_search", { query: "json path:nowhere/**" }),
      "Nothing was found.",
    );
    const answer = await tool("semantic-symbols_search", { query: "rotate the log flie" });
    assert.match(answer, /^Searched for "rotate the log file" instead\.\n/);
  },

  "an agent finds what is related to a line": async () => {
    const file = "logging/handlers.py";
    const document = await vscode.workspace.openTextDocument(fileUri(file));
    const line =
      document
        .getText()
        .split("\n")
        .findIndex((text) => text.startsWith("class RotatingFileHandler")) + 1;
    assert.match(await tool("semantic-symbols_related", { file, line }), /TimedRotatingFileHandler/);
  },

  "a setting takes effect at once, and one that is not set hides nothing": async () => {
    // The workspace's .semanticsymbols.toml says 2, the default is 5: the editor must not send its default.
    assert.equal(await linksInHover(2), 2);
    const settings = vscode.workspace.getConfiguration("semanticSymbols");
    await settings.update("hover.limit", 3, vscode.ConfigurationTarget.Workspace);
    assert.equal(await linksInHover(3), 3);
    await settings.update("hover.limit", undefined, vscode.ConfigurationTarget.Workspace);
    assert.equal(await linksInHover(2), 2);
  },

  "lenses are there when they are wanted": async () => {
    const document = await vscode.workspace.openTextDocument(fileUri("json/scanner.py"));
    const outline = vscode.languages.registerDocumentSymbolProvider(
      { scheme: "file" },
      { provideDocumentSymbols: outlineOf },
    );
    assert.deepEqual(await lenses(document.uri), []);
    const settings = vscode.workspace.getConfiguration("semanticSymbols");
    await settings.update("codeLens.enabled", true, vscode.ConfigurationTarget.Workspace);
    assert.deepEqual(await lenses(document.uri), ["related code"]);
    await settings.update("codeLens.enabled", undefined, vscode.ConfigurationTarget.Workspace);
    outline.dispose();
  },
};

/** What the editor calls. */
export async function run(): Promise<void> {
  const { server } = (await extension?.activate()) as Exports;
  await until(
    () => Promise.resolve(server.status?.state),
    (state) => state === "ready",
  );
  const failures: string[] = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok ${name}`);
    } catch (error) {
      failures.push(`${name}: ${String(error)}`);
    }
  }
  if (failures.length > 0) throw new Error(failures.join("\n"));
}

function fileUri(name: string): vscode.Uri {
  assert.ok(folder);
  return vscode.Uri.file(path.join(folder.fsPath, name));
}

async function workspaceSymbols(query: string): Promise<vscode.SymbolInformation[]> {
  return vscode.commands.executeCommand("vscode.executeWorkspaceSymbolProvider", query);
}

async function tool(name: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
}

async function linksInHover(expected: number): Promise<number> {
  const uri = fileUri("logging/handlers.py");
  const document = await vscode.workspace.openTextDocument(uri);
  const place = document.positionAt(document.getText().indexOf("RotatingFileHandler(BaseRotating"));
  return until(
    async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        "vscode.executeHoverProvider",
        uri,
        place,
      );
      const texts = hovers.flatMap(({ contents }) =>
        contents.map((content) => (content as vscode.MarkdownString).value),
      );
      return texts.join("\n").match(/^- \[/gm)?.length ?? 0;
    },
    (links) => links === expected,
  );
}

async function lenses(uri: vscode.Uri): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    "vscode.executeCodeLensProvider",
    uri,
  );
  return found.map(({ command }) => command?.title ?? "");
}

function outlineOf(document: vscode.TextDocument): vscode.DocumentSymbol[] {
  const line = document.lineAt(0).range;
  return [
    new vscode.DocumentSymbol("function", "", vscode.SymbolKind.Function, line, line),
    new vscode.DocumentSymbol("constant", "", vscode.SymbolKind.Constant, line, line),
  ];
}

/** Asks again until the answer satisfies, or for so long that it never will; returns the last answer. */
async function until<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer) || Date.now() > end) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
