/** Puts the extension together; everything it does is elsewhere. */

import * as vscode from "vscode";
import { registerTools } from "./agents/tools.ts";
import { registerCommands } from "./commands.ts";
import { RelatedLens } from "./related/lens.ts";
import { ResultsView } from "./results/view.ts";
import { History } from "./search/history.ts";
import { Preview } from "./search/preview.ts";
import { Server } from "./server/server.ts";
import { SECTION } from "./server/settings.ts";
import { tellTrouble } from "./server/trouble.ts";
import { showStatusItem } from "./status/item.ts";

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): { server: Server } {
  const { extension, workspaceState } = context;
  const log = vscode.window.createOutputChannel("Semantic Symbols", { log: true });
  const current = (server = new Server(extension, log));
  const preview = new Preview();
  const results = new ResultsView(current, workspaceState);
  context.subscriptions.push(
    log,
    results,
    preview,
    tellTrouble(current),
    showStatusItem(current),
    registerCommands({
      extension,
      server: current,
      history: new History(workspaceState),
      preview,
      results,
      log,
    }),
    registerTools(current),
    RelatedLens.register(),
    vscode.workspace.onDidChangeConfiguration(
      (event) => event.affectsConfiguration(`${SECTION}.interpreter`) && current.start(),
    ),
    vscode.workspace.onDidGrantWorkspaceTrust(() => current.start()),
  );
  void current.start();
  return { server: current };
}

export async function deactivate(): Promise<void> {
  await server?.dispose();
}
