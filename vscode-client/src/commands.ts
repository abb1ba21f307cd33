/** Every command of the extension, by its name in the manifest. */

import * as vscode from "vscode";
import { inFull } from "./errorText.ts";
import { nameRange, open, uriOf } from "./places.ts";
import type { Found } from "./protocol.ts";
import { showRelated } from "./related/show.ts";
import type { ResultNode, ResultsView } from "./results/view.ts";
import type { History } from "./search/history.ts";
import type { Preview } from "./search/preview.ts";
import { Search } from "./search/picker.ts";
import type { Server } from "./server/server.ts";
import { chooseInterpreter } from "./server/trouble.ts";
import { explainFile } from "./status/explain.ts";
import { showMenu } from "./status/menu.ts";

/** The parts that commands act on. */
export interface Parts {
  extension: vscode.Extension<unknown>;
  server: Server;
  history: History;
  preview: Preview;
  results: ResultsView;
  log: vscode.LogOutputChannel;
}

export function registerCommands(parts: Parts): vscode.Disposable {
  const { server, results } = parts;
  const search = new Search({
    server,
    history: parts.history,
    preview: parts.preview,
    showRelated: (found) =>
      void showRelated(server, new vscode.Location(uriOf(found), nameRange(found).start)),
    keep: (query, result) => void results.keep(query, result),
  });
  // Menus, lenses and keybindings each come with an argument of their own, or none.
  const commands: Record<string, (argument: unknown) => unknown> = {
    search: (query) => search.show(typeof query === "string" ? query : ""),
    searchSelection: () => search.show(selectedText()),
    "search.openToSide": () => search.openToSide(),
    "search.openInBackground": () => search.openInBackground(),
    "search.close": () => search.close(),
    openFound: (found) => open(found as Found, { preview: true, preserveFocus: true }),
    related: (place) => showRelated(server, place instanceof vscode.Location ? place : undefined),
    showMenu: () => showMenu(server),
    pause: () => server.request("semanticSearch/pause", {}),
    resume: () => server.request("semanticSearch/resume", {}),
    rebuild: () => server.request("semanticSearch/rebuild", {}),
    explainFile: (uri) => explainFile(server, uri instanceof vscode.Uri ? uri : undefined),
    restart: () => server.start(),
    chooseInterpreter,
    openLog: () => parts.log.show(),
    openSettings: () =>
      vscode.commands.executeCommand("workbench.action.openSettings", `@ext:${parts.extension.id}`),
    "results.repeat": () => results.repeat(),
    "results.groupByFile": () => results.setFlat(false),
    "results.flatten": () => results.setFlat(true),
    "results.clear": () => results.clear(),
    "results.dismiss": (node) => results.dismiss(node as ResultNode),
    "results.copyReference": (node) => results.copyReference(node as ResultNode),
  };
  const registered = Object.entries(commands).map(([name, run]) =>
    vscode.commands.registerCommand(`semanticSymbols.${name}`, async (argument: unknown) => {
      try {
        await run(argument);
      } catch (error) {
        void vscode.window.showErrorMessage(inFull(error));
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** The selected text on one line, as the input has no more: it would join the last word of a line and the first of the next. */
function selectedText(): string {
  const editor = vscode.window.activeTextEditor;
  return editor?.document.getText(editor.selection).replace(/\s+/g, " ") ?? "";
}
