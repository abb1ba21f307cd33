/** The rows of the list. */

import * as vscode from "vscode";
import { kindName, symbolIcon } from "../icons.ts";
import { reference } from "../places.ts";
import { PROBABLY_RELEVANT, percentOf, type Found, type SearchResult } from "../protocol.ts";
import type { ServerState } from "../server/server.ts";
import { pathValue, withoutFilters } from "./filters.ts";
import { whereabouts } from "./whereabouts.ts";
import { doubt, nothingFound } from "./wording.ts";

/** The most characters of a row's detail: more than fits, as a screen reader reads all of it. */
const LONGEST_DETAIL = 160;
/** How many characters of name, container and place fit into a row next to its buttons. */
const ROW_LENGTH = 70;

export type Row =
  | (vscode.QuickPickItem & { row: "symbol"; found: Found })
  /** Taking it writes `query` into the input. */
  | (vscode.QuickPickItem & { row: "query"; query: string; isRemembered: boolean })
  /** Taking it closes the list and runs a command of ours. */
  | (vscode.QuickPickItem & { row: "command"; command: string })
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

/** Returns the symbols in the server's order, with a separator where it stops being sure; remarks head the list. */
export function symbolRows(query: string, result: SearchResult, said: readonly string[]): Row[] {
  if (result.results.length === 0) return emptyRows(query, nothingFound(result));
  const rows: Row[] = result.results.map(symbolRow);
  const firstDoubtful = result.results.findIndex(({ score }) => score < PROBABLY_RELEVANT);
  const heads = firstDoubtful === 0 ? [...said, doubt(result)] : said;
  if (firstDoubtful > 0) rows.splice(firstDoubtful, 0, separator(doubt(result)));
  return heads.length === 0 ? rows : [separator(heads.join(", ")), ...rows];
}

/** Returns rows for what the user can do while no server answers. */
export function notRunningRows(state: ServerState): Row[] {
  const log = commandRow("output", vscode.l10n.t("Open Log"), "openLog");
  switch (state.kind) {
    case "noInterpreter":
      return [
        commandRow("folder-opened", vscode.l10n.t("Choose Python…"), "chooseInterpreter", state.reason),
        commandRow("debug-restart", vscode.l10n.t("Search for Python Again"), "restart"),
      ];
    case "failed":
      return [commandRow("debug-restart", vscode.l10n.t("Restart the Server"), "restart", state.reason), log];
    case "starting":
      return [note(vscode.l10n.t("The server is starting…"))];
    default:
      return [note(vscode.l10n.t("The server is not running."), vscode.l10n.t("Restarting soon.")), log];
  }
}

/** Returns rows that complete a filter. */
export function completionRows(before: string, values: readonly string[]): Row[] {
  const rows = values.map((value): Row => {
    const isFolder = value.endsWith("/");
    return {
      row: "query",
      isRemembered: false,
      query: `${before}${pathValue(value)}${isFolder ? "" : " "}`,
      label: literal(value),
      alwaysShow: true,
      iconPath: new vscode.ThemeIcon("filter"),
    };
  });
  return rows.length === 0 ? [] : [separator(vscode.l10n.t("filters")), ...rows];
}

/** Returns what the empty input offers: recent searches, then the filters. */
export function openingRows(history: readonly string[]): Row[] {
  const remembered = history.map((query): Row => ({
    row: "query",
    isRemembered: true,
    query,
    label: literal(query),
    iconPath: new vscode.ThemeIcon("history"),
    buttons: [FORGET],
    alwaysShow: true,
  }));
  const hints = [
    ["kind:", vscode.l10n.t("only functions, classes, … — kind:function")],
    ["lang:", vscode.l10n.t("only one language — lang:python")],
    ["path:", vscode.l10n.t("only some files — path:src/**")],
    ["name:", vscode.l10n.t("only names that contain this — name:http")],
    ["-", vscode.l10n.t("without a word, or without some files — -test, -path:docs/**")],
    ['"', vscode.l10n.t('these words in this order — "exact phrase"')],
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
  return [...recent, separator(vscode.l10n.t("filters you can add")), ...hints];
}

/** Returns a row that only shows a text, and maybe a detail below it. */
export function note(label: string, detail = ""): Row {
  return { row: "note", label, alwaysShow: true, ...(detail === "" ? {} : { detail }) };
}

function symbolRow(found: Found): Row {
  const room = ROW_LENGTH - found.name.length;
  return {
    row: "symbol",
    found,
    label: literal(found.name),
    description: literal(whereabouts(found.containerName, reference(found), room)),
    detail: literal(`${percentOf(found.score)}%  ${summary(found)}`),
    iconPath: symbolIcon(found.kind),
    buttons: [SIDE, RELATED, COPY],
    alwaysShow: true,
  };
}

/** Says that nothing was found, and offers the search without filters if there are any. */
function emptyRows(query: string, message: string): Row[] {
  const wider = withoutFilters(query);
  if (wider === "") return [note(message)];
  return [
    separator(message),
    {
      row: "query",
      query: wider,
      isRemembered: false,
      label: literal(wider),
      description: vscode.l10n.t("without the filters"),
      iconPath: new vscode.ThemeIcon("clear-all"),
      alwaysShow: true,
    },
  ];
}

function commandRow(icon: string, label: string, command: string, detail = ""): Row {
  return {
    row: "command",
    command: `semanticSymbols.${command}`,
    label,
    iconPath: new vscode.ThemeIcon(icon),
    alwaysShow: true,
    ...(detail === "" ? {} : { detail }),
  };
}

/** Its kind, and the first paragraph of its documentation if there is any, else its signature. */
function summary(found: Found): string {
  const [paragraph = ""] = (found.documentation ?? "").trim().split(/\n\s*\n/);
  const text = paragraph === "" ? found.signature : paragraph.replace(/\s+/g, " ");
  const kind = kindName(found.kind);
  const whole = text.startsWith(`${kind} `) ? text : `${kind} · ${text}`;
  return whole.length > LONGEST_DETAIL ? `${whole.slice(0, LONGEST_DETAIL)}…` : whole;
}

/** The editor draws an icon for `$(date)`: an invisible character keeps code as it is written. */
function literal(text: string): string {
  return text.replaceAll("$(", "$\u200b(");
}

function separator(label: string): Row {
  return { row: "note", label, kind: vscode.QuickPickItemKind.Separator };
}
