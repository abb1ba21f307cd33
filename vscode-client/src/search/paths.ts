/** Completions of `path:`: the entries of the folder that is being typed. */

import * as vscode from "vscode";

/** Returns paths relative to the workspace folders; folders end with a slash. */
export async function pathsBelow(typed: string): Promise<string[]> {
  const parent = typed.slice(0, typed.lastIndexOf("/") + 1);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const listings = await Promise.all(folders.map(({ uri }) => list(vscode.Uri.joinPath(uri, parent))));
  const isHiddenWanted = typed.startsWith(".", parent.length);
  const names = listings.flat().filter(([name]) => isHiddenWanted || !name.startsWith("."));
  return [
    ...new Set(
      names.map(([name, type]) => `${parent}${name}${type === vscode.FileType.Directory ? "/" : ""}`),
    ),
  ];
}

async function list(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return []; // not there (yet): nothing to offer
  }
}
