/** The icon and colour that the editor has for each kind of symbol. */

import * as vscode from "vscode";

/** By LSP's SymbolKind. */
const NAMES = [
  "",
  "file",
  "module",
  "namespace",
  "package",
  "class",
  "method",
  "property",
  "field",
  "constructor",
  "enum",
  "interface",
  "function",
  "variable",
  "constant",
  "string",
  "number",
  "boolean",
  "array",
  "object",
  "key",
  "null",
  "enum-member",
  "struct",
  "event",
  "operator",
  "type-parameter",
];

export function symbolIcon(kind: number): vscode.ThemeIcon {
  const name = NAMES[kind] ?? "misc";
  const colour = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return new vscode.ThemeIcon(`symbol-${name}`, new vscode.ThemeColor(`symbolIcon.${colour}Foreground`));
}

/** Strings stand for sections of prose. */
const SECTION = 15;

/** Returns "enum member" for 22: how a sentence names the kind. */
export function kindName(kind: number): string {
  if (kind === SECTION) return "section";
  return NAMES[kind]?.replace("-", " ") ?? "symbol";
}
