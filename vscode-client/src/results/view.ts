/** The results view: one kept search that stays while you work through it. */

import * as vscode from "vscode";
import { inFull } from "../errorText.ts";
import { foundItem } from "../foundItem.ts";
import { reference } from "../places.ts";
import { percentOf, type Found, type SearchResult } from "../protocol.ts";
import type { Server } from "../server/server.ts";
import { byFile, type FileGroup } from "./grouping.ts";

const VIEW = "semanticSymbols.results";
const FLAT = "resultsFlat";
const LIMIT = 50;
/** Weak results are left out of a list to work through, unless there is nothing else. */
const LEAST_SCORE = 0.3;

/** A row of the view. */
export type ResultNode = FileGroup | Found;

export class ResultsView implements vscode.TreeDataProvider<ResultNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private readonly server: Server;
  private readonly state: vscode.Memento;
  private readonly view: vscode.TreeView<ResultNode>;
  private query = "";
  private found: Found[] = [];

  constructor(server: Server, state: vscode.Memento) {
    this.server = server;
    this.state = state;
    this.view = vscode.window.createTreeView<ResultNode>(VIEW, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    void this.setFlat(this.isFlat);
  }

  /** Keeps a search, replacing the previous one, and shows it. */
  async keep(query: string, result: SearchResult): Promise<void> {
    this.query = query;
    await vscode.commands.executeCommand("setContext", "semanticSymbols.hasResults", true);
    this.put(worthwhile(result.results));
    await vscode.commands.executeCommand(`${VIEW}.focus`);
  }

  /** Runs the same search again. */
  async repeat(): Promise<void> {
    if (this.query === "") return;
    await vscode.window.withProgress({ location: { viewId: VIEW } }, async () => {
      try {
        const { results } = await this.server.request("semanticSearch", { query: this.query, limit: LIMIT });
        this.put(worthwhile(results));
      } catch (error) {
        this.view.message = inFull(error);
      }
    });
  }

  async clear(): Promise<void> {
    this.query = "";
    this.put([]);
    await vscode.commands.executeCommand("setContext", "semanticSymbols.hasResults", false);
  }

  /** Removes a symbol, or a whole file, from the list once it is dealt with. */
  dismiss(node: ResultNode): void {
    const gone = new Set("found" in node ? node.found : [node]);
    this.put(this.found.filter((one) => !gone.has(one)));
  }

  async copyReference(node: ResultNode): Promise<void> {
    if (!("found" in node)) await vscode.env.clipboard.writeText(reference(node));
  }

  async setFlat(isFlat: boolean): Promise<void> {
    await this.state.update(FLAT, isFlat);
    await vscode.commands.executeCommand("setContext", "semanticSymbols.resultsFlat", isFlat);
    this.changed.fire(undefined);
  }

  getChildren(parent?: ResultNode): ResultNode[] {
    if (parent !== undefined) return "found" in parent ? parent.found : [];
    return this.isFlat ? this.found : byFile(this.found);
  }

  getTreeItem(node: ResultNode): vscode.TreeItem {
    if (!("found" in node)) {
      const item = foundItem(node);
      // The file stands above.
      if (!this.isFlat)
        item.description = `${percentOf(node.score)}%  :${node.selectionRange.start.line + 1}`;
      return item;
    }
    const item = new vscode.TreeItem(vscode.Uri.parse(node.uri), vscode.TreeItemCollapsibleState.Expanded);
    item.iconPath = vscode.ThemeIcon.File;
    item.description = true;
    item.contextValue = "file";
    return item;
  }

  dispose(): void {
    this.view.dispose();
    this.changed.dispose();
  }

  private get isFlat(): boolean {
    return this.state.get(FLAT, false);
  }

  private put(found: Found[]): void {
    this.found = found;
    this.view.message =
      found.length === 0
        ? vscode.l10n.t("Nothing left.")
        : vscode.l10n.t("“{0}”: {1} symbols", this.query, found.length);
    this.changed.fire(undefined);
  }
}

function worthwhile(found: Found[]): Found[] {
  const good = found.filter(({ score }) => score >= LEAST_SCORE);
  return good.length > 0 ? good : found;
}
