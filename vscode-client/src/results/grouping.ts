/** One kept search as a tree: by file, each at the rank of its best symbol, or flat in the server's order. Pure. */

import type { Found } from "../protocol.ts";

export interface FileGroup {
  uri: string;
  found: Found[];
}

/** Groups symbols by file; files come in the order of their best symbol, symbols in the server's order. */
export function byFile(found: readonly Found[]): FileGroup[] {
  const groups = new Map<string, FileGroup>();
  for (const one of found) {
    const group = groups.get(one.location.uri) ?? { uri: one.location.uri, found: [] };
    group.found.push(one);
    groups.set(one.location.uri, group);
  }
  return [...groups.values()];
}
