/** Shows a place in a notebook's file in its cell. */

import * as vscode from "vscode";
import { cellPlace, filePlace } from "./cells.ts";

/** Whether the editor shows a file as a notebook; false where the user opens it as text. */
export function isNotebook(uri: vscode.Uri): boolean {
  const editors = vscode.workspace
    .getConfiguration("workbench")
    .get<Record<string, string>>("editorAssociations", {});
  return uri.path.endsWith(".ipynb") && editors["*.ipynb"] !== "default";
}

/** Opens it with the cell selected, and the cursor at the place in it where the notebook has the focus. */
export async function openCell(
  uri: vscode.Uri,
  place: vscode.Position,
  options: vscode.TextDocumentShowOptions,
): Promise<void> {
  const file = await textOf(uri);
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const wanted = cellPlace(file, place);
  const index = Math.max(0, Math.min(wanted?.cell ?? 0, notebook.cellCount - 1));
  const cells = new vscode.NotebookRange(index, Math.min(index + 1, notebook.cellCount));
  const editor = await vscode.window.showNotebookDocument(notebook, { ...options, selections: [cells] });
  editor.revealRange(cells, vscode.NotebookEditorRevealType.InCenter);
  const cell = notebook.cellCount > 0 ? notebook.cellAt(index) : undefined;
  if (wanted === undefined || cell?.kind !== vscode.NotebookCellKind.Code || options.preserveFocus) return;
  const at = new vscode.Position(wanted.line, wanted.character);
  await vscode.window.showTextDocument(cell.document, { ...options, selection: new vscode.Range(at, at) });
}

/** Returns the place in the notebook's file for one in a cell; any other place unchanged, and that in a notebook without a file. */
export async function inFile(location: vscode.Location): Promise<vscode.Location> {
  const cell = vscode.workspace.notebookDocuments
    .flatMap((notebook) => notebook.getCells())
    .find(({ document }) => document.uri.toString() === location.uri.toString());
  if (cell === undefined || cell.notebook.isUntitled) return location;
  const { line, character } = location.range.start;
  const place = filePlace(await textOf(cell.notebook.uri), { cell: cell.index, line, character });
  const at = new vscode.Position(place?.line ?? 0, place?.character ?? 0);
  return new vscode.Location(cell.notebook.uri, at);
}

async function textOf(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
