/** Resolves the paths that agents pass back from an earlier answer. Pure. */

/**
 * Returns the folder that a relative path belongs to, and the path below it. With several folders the editor writes
 * the folder's name first; a path without one is taken to be below the first folder.
 */
export function located<Folder extends { name: string }>(
  file: string,
  folders: readonly Folder[],
): { folder: Folder; below: string } | undefined {
  const named = folders.length > 1 ? folders.find(({ name }) => file.startsWith(`${name}/`)) : undefined;
  if (named !== undefined) return { folder: named, below: file.slice(named.name.length + 1) };
  return folders[0] && { folder: folders[0], below: file };
}
