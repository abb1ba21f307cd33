/** Tells the user when the server can't run, with one button that helps. */

import * as vscode from "vscode";
import { unlinked } from "../errorText.ts";
import type { Server, ServerState } from "./server.ts";
import { SECTION } from "./settings.ts";

const DOWNLOADS = "https://www.python.org/downloads/";

export function tellTrouble(server: Server): vscode.Disposable {
  let last: ServerState["kind"] | undefined;
  return server.onDidChange((state) => {
    const isNew = state.kind !== last;
    last = state.kind;
    if (!isNew) return;
    if (state.kind === "noInterpreter") void offerInterpreter(state.reason);
    if (state.kind === "failed") void offerRestart(server, state.reason);
  });
}

/** Lets the user pick a Python and keeps it as a setting; the change of the setting starts the server. */
export async function chooseInterpreter(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t("Choose a Python 3.11 or newer"),
    openLabel: vscode.l10n.t("Use This Python"),
  });
  if (picked?.[0] === undefined) return;
  await vscode.workspace
    .getConfiguration(SECTION)
    .update("interpreter", picked[0].fsPath, vscode.ConfigurationTarget.Global);
}

async function offerInterpreter(reason: string): Promise<void> {
  const choose = vscode.l10n.t("Choose Python…");
  const get = vscode.l10n.t("Get Python");
  const message = vscode.l10n.t("Semantic Symbols can't run: {0}.", reason);
  const picked = await vscode.window.showErrorMessage(unlinked(message), choose, get);
  if (picked === choose) await chooseInterpreter();
  if (picked === get) await vscode.env.openExternal(vscode.Uri.parse(DOWNLOADS));
}

async function offerRestart(server: Server, reason: string): Promise<void> {
  const restart = vscode.l10n.t("Restart");
  const message = vscode.l10n.t("Semantic Symbols can't run: {0}.", reason);
  if ((await vscode.window.showErrorMessage(unlinked(message), restart)) === restart) await server.start();
}
