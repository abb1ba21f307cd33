/** Tools for language models in the editor: the same index, the same answers, as text. */

import * as path from "node:path";
import * as vscode from "vscode";
import { percent } from "../coverage.ts";
import { kindName } from "../icons.ts";
import { reference } from "../places.ts";
import { PROBABLY_RELEVANT, percentOf, type Found, type SearchResult } from "../protocol.ts";
import { marksOf } from "../related/marks.ts";
import type { Server } from "../server/server.ts";
import { located } from "./folders.ts";

const LIMIT = 10;

interface SearchInput {
  query: string;
  limit?: number;
}

interface RelatedInput {
  file: string;
  line: number;
  limit?: number;
}

export function registerTools(server: Server): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.lm.registerTool<SearchInput>("semantic-symbols_search", {
      prepareInvocation: ({ input }) => ({
        invocationMessage: vscode.l10n.t('Searching for "{0}"', input.query),
      }),
      invoke: async ({ input }, token) =>
        answer(
          await server.request(
            "semanticSearch",
            { query: input.query, limit: input.limit ?? LIMIT },
            signalOf(token),
          ),
        ),
    }),
    vscode.lm.registerTool<RelatedInput>("semantic-symbols_related", {
      prepareInvocation: ({ input }) => ({
        invocationMessage: vscode.l10n.t("Looking for code related to {0}", `${input.file}:${input.line}`),
      }),
      invoke: async ({ input }, token) => {
        const params = {
          textDocument: { uri: server.uriOf(fileUri(input.file)) },
          position: { line: input.line - 1, character: 0 },
          limit: input.limit ?? LIMIT,
        };
        return answer(await server.request("semanticSearch/related", params, signalOf(token)));
      },
    }),
  );
}

function answer(result: SearchResult): vscode.LanguageModelToolResult {
  const lines = result.results.map(line);
  const best = result.results[0]?.score;
  if (best === undefined) lines.push("Nothing was found.");
  else if (best < PROBABLY_RELEVANT) lines.unshift("Nothing close was found; these are the nearest results.");
  if (result.correctedQuery !== undefined) lines.unshift(`Searched for "${result.correctedQuery}" instead.`);
  if (result.isIncomplete)
    lines.push(`The index is still being built (${percent(result.coverage)}); more may be found later.`);
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(lines.join("\n"))]);
}

function line(found: Found): string {
  const purpose = found.documentation?.split("\n")[0] ?? "";
  const facts = [(percentOf(found.score) / 100).toFixed(2), ...marksOf(found)].join(", ");
  return `${reference(found)} ${kindName(found.kind)} ${found.qualifiedName} (${facts}): ${found.signature}${purpose === "" ? "" : ` — ${purpose}`}`;
}

function fileUri(file: string): vscode.Uri {
  const place = path.isAbsolute(file) ? undefined : located(file, vscode.workspace.workspaceFolders ?? []);
  return place === undefined ? vscode.Uri.file(file) : vscode.Uri.joinPath(place.folder.uri, place.below);
}

function signalOf(token: vscode.CancellationToken): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}
