/** What the list shows for what was typed: completions of a filter, symbols, or why there are none. */

import { errorText } from "../errorText.ts";
import type { SearchResult } from "../protocol.ts";
import { ServerNotRunning, type Server } from "../server/server.ts";
import { completions, literalPath, openFilter, unknownLanguages, type OpenFilter } from "./filters.ts";
import { completionRows, note, notRunningRows, symbolRows, type Row } from "./items.ts";
import { pathsBelow } from "./paths.ts";
import { remarks } from "./wording.ts";

const LIMIT = 50;
const MOST_COMPLETIONS = 50;

export interface Answer {
  rows: Row[];
  result?: SearchResult;
}

export async function answerTo(server: Server, typed: string, signal: AbortSignal): Promise<Answer> {
  const filter = openFilter(typed);
  let completing: Row[] = [];
  try {
    if (filter !== undefined)
      completing = completionRows(filter.before, await completionsOf(server, filter, signal));
    // A filter that is still being typed does not filter yet.
    const query = completing.length > 0 && filter !== undefined ? filter.rest : typed;
    if (query.trim() === "") return { rows: completing };
    const result = await server.request("semanticSearch", { query, limit: LIMIT }, signal);
    const names = /lang(uage)?:/i.test(query)
      ? await languageNames(server, signal)
      : new Map<string, string>();
    const said = remarks(result, unknownLanguages(query, [...names.keys()]));
    return { rows: [...completing, ...symbolRows(query, result, said)], result };
  } catch (error) {
    if (error instanceof ServerNotRunning) return { rows: notRunningRows(server.state) };
    const { what, advice } = errorText(error);
    return { rows: [...completing, note(what, advice)] };
  }
}

async function completionsOf(
  server: Server,
  { key, typed }: OpenFilter,
  signal: AbortSignal,
): Promise<string[]> {
  if (key === "path") {
    const path = literalPath(typed);
    return path === undefined ? [] : completions(path, await pathsBelow(path)).slice(0, MOST_COMPLETIONS);
  }
  if (key === "kind") {
    const { kinds } = await server.request("semanticSearch/filters", {}, signal);
    return completions(typed, kinds.toSorted());
  }
  const names = await languageNames(server, signal);
  return [...new Set(completions(typed, [...names.keys()]).map((name) => names.get(name) ?? name))];
}

/** Every name of a language, mapped to the one that it is listed by. */
async function languageNames(server: Server, signal: AbortSignal): Promise<Map<string, string>> {
  const { languages } = await server.request("semanticSearch/filters", {}, signal);
  return new Map(
    languages.flatMap(({ id, aliases }) => [id, ...aliases].map((name): [string, string] => [name, id])),
  );
}
