/** What the list says about itself: how much is indexed, how sure it is, what went wrong. */

import * as vscode from "vscode";
import { errorText } from "../errorText.ts";
import { isUpdate, percent } from "../coverage.ts";
import { PROBABLY_RELEVANT, type SearchResult } from "../protocol.ts";
import type { ServerState } from "../server/server.ts";
import { NO_FOLDER, number } from "../words.ts";

/** Returns the heading of the list: the extension's name, and what the reader must know of the index. */
export function heading(state: ServerState): string {
  const name = "Semantic Symbols";
  if (state.kind === "starting") return `${name} — ${vscode.l10n.t("starting…")}`;
  if (state.kind !== "running") return `${name} — ${vscode.l10n.t("not running")}`;
  const { status } = state;
  if (status.folders.length === 0) return `${name} — ${NO_FOLDER}`;
  switch (status.state) {
    case "starting":
      return `${name} — ${vscode.l10n.t("looking at the files…")}`;
    case "indexing":
      return isUpdate(status)
        ? `${name} — ${vscode.l10n.t("updating the index…")}`
        : `${name} — ${vscode.l10n.t("index {0}, more results to come", percent(status.coverage))}`;
    case "paused":
      return `${name} — ${vscode.l10n.t("indexing is paused at {0}", percent(status.coverage))}`;
    case "failed":
      return `${name} — ${errorText(status.message ?? vscode.l10n.t("the index can't be used")).what}`;
    case "ready":
      return `${name} — ${vscode.l10n.t("{0} symbols", number(status.coverage.symbols))}`;
  }
}

/** Returns how the query was understood, where that differs from what was typed. */
export function remarks({ correctedQuery }: SearchResult, unknownLanguages: readonly string[]): string[] {
  return [
    ...unknownLanguages.map((name) => vscode.l10n.t("no language “{0}”: taken as words", name)),
    ...(correctedQuery === undefined ? [] : [vscode.l10n.t("searched for “{0}”", correctedQuery)]),
  ];
}

/** Returns the heading above the first result that is probably not what was meant: from there on, or for all. */
export function doubt(result: SearchResult): string {
  const best = result.results[0]?.score ?? 0;
  return best < PROBABLY_RELEVANT ? vscode.l10n.t("nothing close") : vscode.l10n.t("less sure");
}

/** Returns what an empty list says. */
export function nothingFound(result: SearchResult): string {
  if (!result.isIncomplete && result.coverage.symbols === 0)
    return vscode.l10n.t("Nothing to search: no file here is indexed");
  return result.isIncomplete
    ? vscode.l10n.t("Nothing yet: the index is not complete")
    : vscode.l10n.t("Nothing found");
}
