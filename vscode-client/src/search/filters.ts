/** Completion of the filters in a query: which one is being typed, and which values fit. Pure. */

/** A filter at the end of what was typed. */
export interface OpenFilter {
  key: "kind" | "lang" | "path";
  /** What has been typed of its value. */
  typed: string;
  /** The query up to the value. */
  before: string;
  /** The query without the filter. */
  rest: string;
}

/** A filter, its key and its value; or a quoted phrase, which contains no filters. */
const FILTER = /(?<=^|\s)(?:"[^"]*"|(kind|lang|language|name|-?path):("[^"]*"|\S+))/gi;

/** Returns the filter that the query ends in, if any; of the three, only `path:` may be negated with a dash. */
export function openFilter(query: string): OpenFilter | undefined {
  const match = /(?:^|\s)(?:-(?=path:))?(kind|lang|path):(\S*)$/.exec(query);
  if (match === null) return undefined;
  const typed = match[2] ?? "";
  return {
    key: match[1] as OpenFilter["key"],
    typed,
    before: query.slice(0, query.length - typed.length),
    rest: query.slice(0, match.index),
  };
}

/** Returns the values that begin with what was typed, then those that contain it; none when it is complete already. */
export function completions(typed: string, values: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  if (values.some((value) => value.toLowerCase() === wanted)) return [];
  const beginning = values.filter((value) => value.toLowerCase().startsWith(wanted));
  const containing = values.filter(
    (value) => value.toLowerCase().includes(wanted) && !beginning.includes(value),
  );
  return [...beginning, ...containing];
}

/** Returns the unknown languages that a query filters by: the server treats such filters as words. */
export function unknownLanguages(query: string, known: readonly string[]): string[] {
  const names = new Set(known.map((name) => name.toLowerCase()));
  return [...query.matchAll(FILTER)]
    .filter(([, key]) => /^lang(uage)?$/i.test(key ?? ""))
    .map(([, , value]) => (value ?? "").replace(/^"(.*)"$/, "$1"))
    .filter((name) => name !== "" && !names.has(name.toLowerCase()));
}

/** Returns the query without its filters; "" when it has none, or nothing else. */
export function withoutFilters(query: string): string {
  const rest = query.replace(FILTER, (whole: string, key?: string) => (key === undefined ? whole : " "));
  return rest === query ? "" : rest.replace(/\s+/g, " ").trim();
}
