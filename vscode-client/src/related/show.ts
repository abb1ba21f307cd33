/** Shows what is related to a place, in the References view. */

import * as vscode from "vscode";
import { inFile } from "../notebook/open.ts";
import type { Server } from "../server/server.ts";
import { RelatedInput } from "./input.ts";
import { REFERENCES_VIEW, type SymbolTree } from "./symbolTree.ts";

/** @param place Where; the cursor's place when left out. */
export async function showRelated(server: Server, place = placeOfCursor()): Promise<void> {
  const asked = place && (await inFile(place));
  if (asked?.uri.scheme !== "file")
    throw new Error(vscode.l10n.t("Put the cursor into a file of the workspace first."));
  const tree = await vscode.extensions.getExtension<SymbolTree>(REFERENCES_VIEW)?.activate();
  tree?.setInput(new RelatedInput(server, asked));
}

function placeOfCursor(): vscode.Location | undefined {
  const editor = vscode.window.activeTextEditor;
  return editor && new vscode.Location(editor.document.uri, editor.selection.active);
}
