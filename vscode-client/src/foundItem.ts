/** A symbol as a row of a tree. */

import * as vscode from "vscode";
import { kindName, symbolIcon } from "./icons.ts";
import { isNotebook } from "./notebook/open.ts";
import { nameRange, reference, referenceByFile, uriOf } from "./places.ts";
import { percentOf, type Found } from "./protocol.ts";
import { marksOf } from "./related/marks.ts";

export function foundItem(found: Found): vscode.TreeItem {
  const item = new vscode.TreeItem(shortName(found));
  const facts = [`${percentOf(found.score)}%`, ...marks(found)];
  item.description = [...facts, referenceByFile(found)].join("  ");
  const label = [shortName(found), kindName(found.kind), ...facts, reference(found)].join(", ");
  item.accessibilityInformation = { label };
  item.iconPath = symbolIcon(found.kind);
  item.tooltip = tooltip(found);
  item.contextValue = "symbol";
  item.command = opening(found);
  return item;
}

/** The editor's own command handles double clicks and the like, but not notebook cells. */
function opening(found: Found): vscode.Command {
  const title = vscode.l10n.t("Open");
  const uri = uriOf(found);
  if (isNotebook(uri)) return { title, command: "semanticSymbols.openFound", arguments: [found] };
  const start = nameRange(found).start;
  return {
    title,
    command: "vscode.open",
    arguments: [uri, { selection: new vscode.Range(start, start), preserveFocus: true }],
  };
}

function marks(found: Found): string[] {
  const words = { test: vscode.l10n.t("test"), duplicate: vscode.l10n.t("duplicate") };
  return marksOf(found).map((mark) => `(${words[mark]})`);
}

/** "RotatingFileHandler.__init__": a tree has no room for more, and a name alone may be one of many. */
function shortName(found: Found): string {
  return found.qualifiedName.split(".").slice(-2).join(".");
}

function tooltip(found: Found): vscode.MarkdownString {
  const text = new vscode.MarkdownString().appendCodeblock(found.signature, found.language);
  if (found.documentation !== undefined) text.appendText(`${found.documentation}\n\n`);
  return text.appendText(reference(found));
}
