/** The rows of the list. */

import * as vscode from "vscode";
import { symbolIcon } from "../icons.ts";
import { reference } from "../places.ts";
import { PROBABLY_RELEVANT, type Found, type SearchResult } from "../protocol.ts";
import { doubt, nothingFound } from "./wording.ts";

/** More than fits in the row, and a screen reader reads all of it. */
const LONGEST_DETAIL = 160;

export type Row =
  | (vscode.QuickPickItem & { row: "symbol"; found: Found })
  /** Taking it writes `query` into the input. */
  | (vscode.QuickPickItem & { row: "query"; query: string; isRemembered: boolean })
  | (vscode.QuickPickItem & { row: "note" });

export const SIDE: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("split-horizontal"),
  tooltip: vscode.l10n.t("Open to the Side"),
};
export const RELATED: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("references"),
  tooltip: vscode.l10n.t("Find Related Code"),
};
export const COPY: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("copy"),
  tooltip: vscode.l10n.t("Copy Reference"),
};
export const FORGET: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("close"),
  tooltip: vscode.l10n.t("Remove from History"),
};

/** Returns the symbols in the server's order, parted where it stops being sure. */
export function symbolRows(result: SearchResult): Row[] {
  if (result.results.length === 0) return [note(nothingFound(result))];
  const rows: Row[] = result.results.map(symbolRow);
  const firstDoubtful = result.results.findIndex(({ score }) => score < PROBABLY_RELEVANT);
  if (firstDoubtful >= 0) rows.splice(firstDoubtful, 0, separator(doubt(result)));
  return rows;
}

/** Returns rows that complete a filter. */
export function completionRows(before: string, values: readonly string[]): Row[] {
  const rows = values.map((value): Row => {
    const isFolder = value.endsWith("/");
    return {
      row: "query",
      isRemembered: false,
      query: `${before}${value}${isFolder ? "" : " "}`,
      label: value,
      alwaysShow: true,
      iconPath: new vscode.ThemeIcon("filter"),
    };
  });
  return rows.length === 0 ? [] : [separator(vscode.l10n.t("filters")), ...rows];
}

/** Returns what the empty input offers: the searches of before, then what a query may hold. */
export function openingRows(history: readonly string[]): Row[] {
  const remembered = history.map((query): Row => ({
    row: "query",
    isRemembered: true,
    query,
    label: query,
    iconPath: new vscode.ThemeIcon("history"),
    buttons: [FORGET],
    alwaysShow: true,
  }));
  const hints = [
    ["kind:", vscode.l10n.t("only functions, classes, … — kind:function")],
    ["lang:", vscode.l10n.t("only one language — lang:python")],
    ["path:", vscode.l10n.t("only some files — path:src/**")],
  ].map(([query, description]): Row => ({
    row: "query",
    isRemembered: false,
    query: query ?? "",
    label: query ?? "",
    description: description ?? "",
    iconPath: new vscode.ThemeIcon("filter"),
    alwaysShow: true,
  }));
  const recent = remembered.length === 0 ? [] : [separator(vscode.l10n.t("recent searches")), ...remembered];
  return [...recent, separator(vscode.l10n.t("a query may hold filters")), ...hints];
}

/** Returns a row that only says something, and maybe more below. */
export function note(label: string, detail = ""): Row {
  return { row: "note", label, alwaysShow: true, ...(detail === "" ? {} : { detail }) };
}

function symbolRow(found: Found): Row {
  const container = found.containerName === undefined ? "" : `${found.containerName} · `;
  return {
    row: "symbol",
    found,
    label: found.name,
    description: `${container}${reference(found)}`,
    detail: `${Math.round(found.score * 100)} %  ${summary(found)}`,
    iconPath: symbolIcon(found.kind),
    buttons: [SIDE, RELATED, COPY],
    alwaysShow: true,
  };
}

/** What the symbol is for where someone wrote it down, else how it is declared. */
function summary(found: Found): string {
  const text =
    found.documentation
      ?.split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? found.signature;
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL)}…` : text;
}

function separator(label: string): Row {
  return { row: "note", label, kind: vscode.QuickPickItemKind.Separator };
}
