/** The status menu: what can be done with the index right now. */

import * as vscode from "vscode";
import type { Server, ServerState } from "../server/server.ts";
import { NO_FOLDER, number } from "../words.ts";
import { titleOf } from "./wording.ts";

interface Entry extends vscode.QuickPickItem {
  command?: string;
}

export async function showMenu(server: Server): Promise<void> {
  const entries = entriesFor(server.state);
  const picked = await vscode.window.showQuickPick(entries, {
    title: vscode.l10n.t("Semantic Symbols"),
    placeHolder: summary(server.state),
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
}

function entriesFor(state: ServerState): Entry[] {
  const always: Entry[] = [
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    entry("output", vscode.l10n.t("Open Log"), "openLog"),
    entry("settings-gear", vscode.l10n.t("Settings"), "openSettings"),
  ];
  if (state.kind === "noInterpreter")
    return [
      entry("folder-opened", vscode.l10n.t("Choose Python…"), "chooseInterpreter"),
      entry("debug-restart", vscode.l10n.t("Search for Python Again"), "restart"),
      ...always,
    ];
  if (state.kind !== "running")
    return [entry("debug-restart", vscode.l10n.t("Restart the Server"), "restart"), ...always];
  const steer =
    state.status.state === "paused"
      ? entry(
          "debug-start",
          vscode.l10n.t("Resume Indexing"),
          "resume",
          vscode.l10n.t("and check for changes made meanwhile"),
        )
      : entry(
          "debug-pause",
          vscode.l10n.t("Pause Indexing"),
          "pause",
          vscode.l10n.t("searches still work; the pause survives restarts"),
        );
  return [
    entry("search", vscode.l10n.t("Search…"), "search"),
    steer,
    entry(
      "refresh",
      vscode.l10n.t("Rebuild the Index"),
      "rebuild",
      vscode.l10n.t("the old index answers meanwhile"),
    ),
    entry("question", vscode.l10n.t("Why Is This File (Not) Indexed?"), "explainFile"),
    entry("debug-restart", vscode.l10n.t("Restart the Server"), "restart"),
    ...always,
  ];
}

function summary(state: ServerState): string {
  if (state.kind === "noInterpreter" || state.kind === "failed")
    return vscode.l10n.t("The server can't run: {0}.", state.reason);
  if (state.kind !== "running") return vscode.l10n.t("The server is not running");
  const { coverage, folders } = state.status;
  if (folders.length === 0) return NO_FOLDER;
  if (state.status.state === "failed") return titleOf(state.status);
  const indexed = number(coverage.indexedFiles);
  const files = number(coverage.files);
  const symbols = number(coverage.symbols);
  const skipped = number(coverage.skippedFiles);
  return coverage.skippedFiles > 0
    ? vscode.l10n.t("{0} of {1} files indexed, {2} skipped, {3} symbols", indexed, files, skipped, symbols)
    : vscode.l10n.t("{0} of {1} files indexed, {2} symbols", indexed, files, symbols);
}

function entry(icon: string, label: string, command: string, description = ""): Entry {
  return { label, description, iconPath: new vscode.ThemeIcon(icon), command: `semanticSymbols.${command}` };
}
