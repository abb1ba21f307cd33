/** Shortens paths for a row of a list, which would cut off their end: the file and the line. Pure. */

/** The least room that a path gets, whatever comes before it. */
const LEAST = 24;

/** Returns the path if it fits, else its first folder, an ellipsis, and as much of its end as there is room for. */
export function shortened(path: string, room: number): string {
  const most = Math.max(room, LEAST);
  if (path.length <= most) return path;
  const [first = "", ...rest] = path.split("/");
  for (let from = 1; from < rest.length; from++) {
    const short = [first, "…", ...rest.slice(from)].join("/");
    if (short.length <= most) return short;
  }
  return rest.length > 0 ? `…/${rest.at(-1) ?? ""}` : path;
}
