/** The part of the built-in References view's API that we use; it is stable, but not published as a package. */

import type * as vscode from "vscode";

export const REFERENCES_VIEW = "vscode.references-view";

export interface SymbolTree {
  setInput(input: SymbolTreeInput<unknown>): void;
}

/** One question in the view's history: it can be asked again. */
export interface SymbolTreeInput<T> {
  readonly contextValue: string;
  readonly title: string;
  readonly location: vscode.Location;
  resolve(): vscode.ProviderResult<SymbolTreeModel<T>>;
  with(location: vscode.Location): SymbolTreeInput<T>;
}

export interface SymbolTreeModel<T> {
  provider: vscode.TreeDataProvider<T>;
  message: string | undefined;
  navigation?: SymbolItemNavigation<T>;
  highlights?: { getEditorHighlights(item: T, uri: vscode.Uri): vscode.Range[] | undefined };
  dispose?(): void;
}

export interface SymbolItemNavigation<T> {
  nearest(uri: vscode.Uri, position: vscode.Position): T | undefined;
  next(from: T): T;
  previous(from: T): T;
  location(item: T): vscode.Location | undefined;
}
