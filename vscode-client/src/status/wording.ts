/** The status bar's words for what the server is doing. */

import * as vscode from "vscode";
import { errorText } from "../errorText.ts";
import { isUpdate, percent, progress } from "../coverage.ts";
import type { Status } from "../protocol.ts";
import type { ServerState } from "../server/server.ts";
import { NO_FOLDER, number } from "../words.ts";

/** What the status bar shows: text with icons, and whether it asks for attention. */
export interface Sign {
  text: string;
  /** What a screen reader says. */
  label: string;
  tooltip: vscode.MarkdownString;
  severity: "none" | "warning" | "error";
}

export function signOf(state: ServerState): Sign {
  switch (state.kind) {
    case "starting":
      return sign("$(loading~spin) Symbols", vscode.l10n.t("The server is starting."));
    case "running":
      return running(state.status);
    case "recovering":
      return sign(
        "$(debug-restart) Symbols",
        vscode.l10n.t(
          "The server ended: {0}. Restarting in {1} s.",
          state.reason,
          Math.ceil(state.waitMs / 1000),
        ),
        "warning",
      );
    case "failed":
    case "noInterpreter":
      return sign("$(error) Symbols", vscode.l10n.t("The server can't run: {0}.", state.reason), "error");
  }
}

function running(status: Status): Sign {
  const { state, coverage, folders } = status;
  if (folders.length === 0) return sign("$(search-fuzzy) Symbols", NO_FOLDER);
  const title = titleOf(status);
  const details = detailsOf(status);
  switch (state) {
    case "starting":
      return sign("$(loading~spin) Symbols", title, "none", details);
    case "indexing":
      return sign(`$(sync~spin) Symbols ${progress(status)}`, title, "none", details);
    case "paused":
      return sign(`$(debug-pause) Symbols ${percent(coverage)}`, title, "warning", details);
    case "failed":
      return sign("$(error) Symbols", title, "error", details);
    case "ready":
      return sign(`$(search-fuzzy) Symbols ${compact(coverage.symbols)}`, title, "none", details);
  }
}

/** Returns in one line how the index is. */
export function titleOf(status: Status): string {
  const { state, message, coverage } = status;
  switch (state) {
    case "starting":
      return vscode.l10n.t("Looking at the files");
    case "indexing":
      return isUpdate(status)
        ? vscode.l10n.t("Updating the index, {0} done", progress(status))
        : vscode.l10n.t("Indexing, {0} done", progress(status));
    case "ready":
      return vscode.l10n.t("Everything is indexed");
    case "paused":
      return vscode.l10n.t("Indexing is paused at {0}", percent(coverage));
    case "failed":
      return errorText(message ?? vscode.l10n.t("The index can't be used")).what;
  }
}

/** Returns what else there is to know about the index, as Markdown. */
function detailsOf({ state, message, coverage, index, metrics }: Status): string {
  const rows: [string, string][] = [
    [
      vscode.l10n.t("Files"),
      vscode.l10n.t("{0} of {1}", number(coverage.indexedFiles), number(coverage.files)) +
        (coverage.skippedFiles > 0 ? vscode.l10n.t(", {0} skipped", number(coverage.skippedFiles)) : ""),
    ],
    [vscode.l10n.t("Symbols"), number(coverage.symbols)],
  ];
  const filesPerSecond = metrics.filesPerSecond ?? 0;
  if (state === "indexing" && filesPerSecond >= 1)
    rows.push([vscode.l10n.t("Speed"), vscode.l10n.t("{0} files/s", number(filesPerSecond))]);
  if (index !== null)
    rows.push([vscode.l10n.t("Index"), megabytes(index.bytes)], [vscode.l10n.t("Model"), index.model.name]);
  if (metrics.searchMs.p50 !== null)
    rows.push([vscode.l10n.t("Search"), vscode.l10n.t("{0} ms", metrics.searchMs.p50.toFixed(1))]);
  if (metrics.residentBytes !== null) rows.push([vscode.l10n.t("Memory"), megabytes(metrics.residentBytes)]);
  const { what, advice } = errorText(message ?? "");
  const trouble = { starting: [], indexing: [], paused: [], failed: [advice], ready: [what, advice] }[state];
  return [
    ...trouble.flatMap((line) => [plain(line), ""]),
    "| | |",
    "|---|---|",
    ...rows.map(([name, value]) => `| ${name} | ${plain(value)} |`),
  ].join("\n");
}

function sign(text: string, title: string, severity: Sign["severity"] = "none", details = ""): Sign {
  const label = `Semantic Symbols: ${title}`;
  return {
    text,
    label,
    tooltip: new vscode.MarkdownString(`**${plain(label)}**\n\n${details}`),
    severity,
  };
}

/** Returns Markdown that shows a text as it is: names of modules and paths have characters that mean something there. */
function plain(text: string): string {
  return text.replace(/[!-/:-@[-`{-~]/g, "\\$&");
}

function compact(value: number): string {
  return value.toLocaleString(vscode.env.language, { notation: "compact", maximumFractionDigits: 1 });
}

/** Whole ones; what is there is at least one. */
function megabytes(bytes: number): string {
  return vscode.l10n.t("{0} MB", number(Math.ceil(bytes / 1_000_000)));
}
