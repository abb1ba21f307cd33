/** Reads the paths that agents hand on from an answer. Pure. */

/**
 * Returns the folder that a relative path begins in, and the path below it. As the editor writes paths, the name of
 * the folder comes first where there are several; a path without one is taken to be below the first.
 */
export function located<Folder extends { name: string }>(
  file: string,
  folders: readonly Folder[],
): { folder: Folder; below: string } | undefined {
  const named = folders.length > 1 ? folders.find(({ name }) => file.startsWith(`${name}/`)) : undefined;
  if (named !== undefined) return { folder: named, below: file.slice(named.name.length + 1) };
  return folders[0] && { folder: folders[0], below: file };
}
