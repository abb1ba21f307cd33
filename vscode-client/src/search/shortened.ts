/** Paths in a row of a list, which cuts off what is behind its edge: the file and the line. Pure. */

/** The least that a path may take, whatever stands before it. */
const LEAST = 24;

/** Returns a path that fits where it can: its first folder, an ellipsis, and as much of its end as there is room for. */
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
