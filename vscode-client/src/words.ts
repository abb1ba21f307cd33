/** Words that several parts of the extension say. */

import * as vscode from "vscode";

export const NO_FOLDER = vscode.l10n.t("No folder is open");

/** Returns a whole number as the user's language writes it. */
export function number(value: number): string {
  return Math.round(value).toLocaleString(vscode.env.language);
}
