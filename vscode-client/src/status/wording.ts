/** The status bar's words for what the server is doing. */

import * as vscode from "vscode";
import { NO_FOLDER, number, percent } from "../coverage.ts";
import type { Status } from "../protocol.ts";
import type { ServerState } from "../server/server.ts";

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
  if (status.folders.length === 0) return sign("$(search-fuzzy) Symbols", NO_FOLDER);
  const facts = factsOf(status);
  switch (status.state) {
    case "starting":
      return sign("$(loading~spin) Symbols", facts);
    case "indexing":
      return sign(`$(sync~spin) Symbols ${percent(status.coverage)}`, facts);
    case "paused":
      return sign(`$(debug-pause) Symbols ${percent(status.coverage)}`, facts, "warning");
    case "failed":
      return sign("$(error) Symbols", facts, "error");
    case "ready":
      return sign(`$(search-fuzzy) Symbols ${compact(status.coverage.symbols)}`, facts);
  }
}

/** Returns what there is to know about the index, as Markdown. */
export function factsOf({ state, message, coverage, index, metrics }: Status): string {
  const title = {
    starting: vscode.l10n.t("Looking at the files"),
    indexing: vscode.l10n.t("Indexing, {0} done", percent(coverage)),
    ready: vscode.l10n.t("Everything is indexed"),
    paused: vscode.l10n.t("Indexing is paused at {0}", percent(coverage)),
    failed: message ?? vscode.l10n.t("The index can't be used"),
  }[state];
  const rows: [string, string][] = [
    [
      vscode.l10n.t("Files"),
      vscode.l10n.t("{0} of {1}", number(coverage.indexedFiles), number(coverage.files)) +
        (coverage.skippedFiles > 0 ? vscode.l10n.t(", {0} skipped", number(coverage.skippedFiles)) : ""),
    ],
    [vscode.l10n.t("Symbols"), number(coverage.symbols)],
  ];
  if (state === "indexing" && metrics.filesPerSecond !== null)
    rows.push([vscode.l10n.t("Speed"), vscode.l10n.t("{0} files/s", number(metrics.filesPerSecond))]);
  if (index !== null)
    rows.push([vscode.l10n.t("Index"), megabytes(index.bytes)], [vscode.l10n.t("Model"), index.model.name]);
  if (metrics.searchMs.p50 !== null)
    rows.push([vscode.l10n.t("Search"), vscode.l10n.t("{0} ms", metrics.searchMs.p50.toFixed(1))]);
  if (metrics.residentBytes !== null) rows.push([vscode.l10n.t("Memory"), megabytes(metrics.residentBytes)]);
  const trouble = state === "ready" && message !== undefined ? [message.replaceAll("\n", "  \n"), ""] : [];
  return [
    `**${title}**`,
    "",
    ...trouble,
    "| | |",
    "|---|---|",
    ...rows.map(([name, value]) => `| ${name} | ${value} |`),
  ].join("\n");
}

function sign(text: string, markdown: string, severity: Sign["severity"] = "none"): Sign {
  const [title = "", ...rest] = markdown.split("\n");
  const label = `Semantic Symbols: ${title.replaceAll("**", "")}`;
  return {
    text,
    label,
    tooltip: new vscode.MarkdownString([`**${label}**`, ...rest].join("\n")),
    severity,
  };
}

function compact(value: number): string {
  return value.toLocaleString(vscode.env.language, { notation: "compact", maximumFractionDigits: 1 });
}

function megabytes(bytes: number): string {
  return vscode.l10n.t("{0} MB", number(bytes / 1_000_000));
}
