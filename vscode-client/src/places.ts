/** Where a symbol is, for the editor and for people. */

import * as vscode from "vscode";
import type { Range } from "vscode-languageclient";
import { isNotebook, openCell } from "./notebook/open.ts";
import type { Found } from "./protocol.ts";

export function uriOf(found: Found): vscode.Uri {
  return vscode.Uri.parse(found.location.uri);
}

/** The whole symbol, with its comments. */
export function extentOf(found: Found): vscode.Range {
  return editorRange(found.location.range);
}

/** Its name. */
export function nameRange(found: Found): vscode.Range {
  return editorRange(found.selectionRange);
}

/** "src/net/http.py:42", as people and agents write it. */
export function reference(found: Found): string {
  return `${vscode.workspace.asRelativePath(uriOf(found))}:${found.selectionRange.start.line + 1}`;
}

/** "http.py:42  src/net": of a row that is too long, the end is cut off. */
export function referenceByFile(found: Found): string {
  const parts = reference(found).split("/");
  return [parts.pop(), parts.join("/")].join("  ").trimEnd();
}

/** The file that a tab shows, as text or otherwise; of a comparison, which shows two, none. */
export function fileOf(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  const showsOne =
    input instanceof vscode.TabInputText ||
    input instanceof vscode.TabInputNotebook ||
    input instanceof vscode.TabInputCustom;
  return showsOne ? input.uri : undefined;
}

/**
 * Opens it with the cursor at its name; returns the editor if it is a text editor.
 * @throws Error that says so if the file is gone: the index learns of it a little later.
 */
export async function open(
  found: Found,
  options: vscode.TextDocumentShowOptions = {},
): Promise<vscode.TextEditor | undefined> {
  const uri = uriOf(found);
  const start = nameRange(found).start;
  if (isNotebook(uri) && (await openedCell(uri, start, { preview: false, ...options }))) return undefined;
  const selection = new vscode.Range(start, start);
  try {
    return await vscode.window.showTextDocument(uri, { preview: false, ...options, selection });
  } catch (error) {
    throw (await isGone(uri))
      ? new Error(vscode.l10n.t("{0} is no longer there.", vscode.workspace.asRelativePath(uri)))
      : error;
  }
}

async function isGone(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => false,
    (error: unknown) => error instanceof vscode.FileSystemError && error.code === "FileNotFound",
  );
}

/** Whether it could be opened as a notebook: a broken one, or one that no extension can read, opens as text. */
async function openedCell(...place: Parameters<typeof openCell>): Promise<boolean> {
  return openCell(...place).then(
    () => true,
    () => false,
  );
}

function editorRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
