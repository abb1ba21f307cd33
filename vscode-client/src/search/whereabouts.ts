/** Where a symbol is, for a row of a list, which would cut off the end: the file and the line. Pure. */

/** The least room that a path gets, whatever comes before it. */
const LEAST = 24;

/**
 * Returns the container and the path. Of a container that leaves no room for the file the last part is named, or nothing;
 * nor is a class named whose file has the same name.
 */
export function whereabouts(container: string | undefined, path: string, room: number): string {
  const isTold = container === undefined || path.includes(`/${container}.`);
  const names = isTold ? [] : [container, container.slice(container.lastIndexOf(".") + 1)];
  const least = fileOf(path).length;
  const name = names.map((one) => `${one} · `).find((one) => one.length + least <= room) ?? "";
  return `${name}${shortened(path, room - name.length)}`;
}

/** Returns the path if it fits, else its first folder, an ellipsis, and as much of its end as there is room for. */
export function shortened(path: string, room: number): string {
  const most = Math.max(room, LEAST);
  if (path.length <= most) return path;
  const [first = "", ...rest] = path.split("/");
  for (let from = 1; from < rest.length; from++) {
    const short = [first, "…", ...rest.slice(from)].join("/");
    if (short.length <= most) return short;
  }
  return fileOf(path);
}

/** The file, with an ellipsis for its folder if it has one. */
function fileOf(path: string): string {
  const end = path.slice(path.lastIndexOf("/") + 1);
  return end === path ? path : `…/${end}`;
}
