/** A "related code" lens above functions and classes, where the user wants one. */

import * as vscode from "vscode";
import { SECTION } from "../server/settings.ts";

const KINDS = new Set([
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Constructor,
  vscode.SymbolKind.Enum,
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Struct,
]);

export class RelatedLens implements vscode.CodeLensProvider {
  /** Lenses appear and disappear with the setting. */
  static register(): vscode.Disposable {
    let registration = vscode.Disposable.from();
    const follow = (): void => {
      const isWanted = vscode.workspace.getConfiguration(SECTION).get<boolean>("codeLens.enabled", false);
      registration.dispose();
      if (isWanted)
        registration = vscode.languages.registerCodeLensProvider({ scheme: "file" }, new RelatedLens());
    };
    follow();
    const listener = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.codeLens`)) follow();
    });
    return vscode.Disposable.from(listener, { dispose: () => void registration.dispose() });
  }

  /** Their places come from the language's own extension: our server offers no document outline. */
  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
      "vscode.executeDocumentSymbolProvider",
      document.uri,
    );
    return flattened(symbols ?? [])
      .filter(({ kind }) => KINDS.has(kind))
      .map(({ selectionRange }) => {
        const place = new vscode.Location(document.uri, selectionRange.start);
        return new vscode.CodeLens(selectionRange, {
          title: vscode.l10n.t("related code"),
          command: "semanticSymbols.related",
          arguments: [place],
        });
      });
  }
}

function flattened(symbols: vscode.DocumentSymbol[]): vscode.DocumentSymbol[] {
  return symbols.flatMap((symbol) => [symbol, ...flattened(symbol.children)]);
}
