/** "Related code" as a question of the References view: asked, listed, stepped through, asked again from its history. */

import * as vscode from "vscode";
import { inFull } from "../errorText.ts";
import { foundItem } from "../foundItem.ts";
import { nameRange, uriOf } from "../places.ts";
import type { Found } from "../protocol.ts";
import type { Server } from "../server/server.ts";
import type { SymbolItemNavigation, SymbolTreeInput, SymbolTreeModel } from "./symbolTree.ts";

const LIMIT = 30;
/** Further down the list is noise. */
const LEAST_SCORE = 0.35;

export class RelatedInput implements SymbolTreeInput<Found> {
  readonly contextValue = "semanticSymbols.related";
  readonly title = vscode.l10n.t("Related Code");
  readonly location: vscode.Location;
  private readonly server: Server;

  constructor(server: Server, location: vscode.Location) {
    this.server = server;
    this.location = location;
  }

  with(location: vscode.Location): SymbolTreeInput<Found> {
    return new RelatedInput(this.server, location);
  }

  async resolve(): Promise<SymbolTreeModel<Found>> {
    const { uri, range } = this.location;
    const params = {
      textDocument: { uri: this.server.uriOf(uri) },
      position: { line: range.start.line, character: range.start.character },
      limit: LIMIT,
    };
    try {
      const { results } = await this.server.request("semanticSearch/related", params);
      return modelOf(results.filter(({ score }) => score >= LEAST_SCORE));
    } catch (error) {
      return { ...modelOf([]), message: inFull(error) };
    }
  }
}

function modelOf(found: Found[]): SymbolTreeModel<Found> {
  return {
    provider: {
      getChildren: (parent) => (parent === undefined ? found : []),
      getTreeItem: foundItem,
      getParent: () => undefined,
    },
    message:
      found.length === 0
        ? vscode.l10n.t("Nothing closely related here.")
        : vscode.l10n.t("{0} symbols, closest first", found.length),
    navigation: navigationIn(found),
    highlights: {
      getEditorHighlights: (_, uri) =>
        found.filter((one) => uriOf(one).toString() === uri.toString()).map(nameRange),
    },
  };
}

function navigationIn(found: Found[]): SymbolItemNavigation<Found> {
  const step = (from: Found, by: number): Found =>
    found[(found.indexOf(from) + by + found.length) % found.length] ?? from;
  return {
    nearest: (uri, position) =>
      found.find(
        (one) => uriOf(one).toString() === uri.toString() && nameRange(one).start.line >= position.line,
      ) ?? found[0],
    next: (from) => step(from, 1),
    previous: (from) => step(from, -1),
    location: (one) => new vscode.Location(uriOf(one), nameRange(one)),
  };
}
