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
  const match = /(?:^|\s)(?:-(?=path:))?(kind|lang|path):(?:"([^"]*)|(\S*))$/.exec(query);
  if (match === null) return undefined;
  const [whole, key, quoted, plain = ""] = match;
  const value = quoted === undefined ? plain : `"${quoted}`;
  return {
    key: key as OpenFilter["key"],
    typed: quoted ?? plain,
    before: query.slice(0, match.index + whole.length - value.length),
    rest: query.slice(0, match.index),
  };
}

/** Returns the path that a value of `path:` is the beginning of; undefined when it is a pattern of many. */
export function literalPath(typed: string): string | undefined {
  return /(?<!\\)[*?[]/.test(typed) ? undefined : typed.replace(/\\(.)/g, "$1");
}

/** Returns a path as a value of `path:` that means it alone; the quotes of a folder stay open, for what lies in it. */
export function pathValue(path: string): string {
  const pattern = path.replace(/[\\*?[]|^[!#]/g, "\\$&");
  if (!/\s/.test(path)) return pattern;
  return path.endsWith("/") ? `"${pattern}` : `"${pattern}"`;
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
