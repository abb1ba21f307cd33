/** Explains why a file is indexed or not, and opens the rule that decided. */

import * as vscode from "vscode";
import { unlinked } from "../errorText.ts";
import { fileOf } from "../places.ts";
import { type PathExplanation, RULE_OF_SETTINGS } from "../protocol.ts";
import type { Server } from "../server/server.ts";
import { SECTION } from "../server/settings.ts";

/** @param uri The file; the one that the active tab shows when left out. */
export async function explainFile(server: Server, uri = shownFile()): Promise<void> {
  if (uri === undefined) throw new Error(vscode.l10n.t("No file is open."));
  const explanation = await server.request("semanticSearch/explainPath", { uri: server.uriOf(uri) });
  const name = vscode.workspace.asRelativePath(uri);
  const message = explanation.indexed
    ? vscode.l10n.t("{0} is indexed: {1}.", name, explanation.reason)
    : vscode.l10n.t("{0} is not indexed: {1}.", name, explanation.reason);
  const { rule } = explanation;
  const show = vscode.l10n.t("Show the Rule");
  const picked = await vscode.window.showInformationMessage(
    unlinked(message),
    ...(rule === undefined ? [] : [show]),
  );
  if (rule !== undefined && picked === show) await openRule(rule);
}

/** Not the active editor's: an image has none, and the log in the panel is one. */
function shownFile(): vscode.Uri | undefined {
  const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
  return tab?.input instanceof vscode.TabInputTextDiff ? tab.input.modified : fileOf(tab);
}

async function openRule({ file, line }: NonNullable<PathExplanation["rule"]>): Promise<void> {
  if (file === RULE_OF_SETTINGS) {
    const option = `@id:${SECTION}.indexing.exclude`;
    await vscode.commands.executeCommand("workbench.action.openSettings", option);
    return;
  }
  const at = new vscode.Position(line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
