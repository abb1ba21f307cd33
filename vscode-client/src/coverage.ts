/** How much is indexed, in words. */

import * as vscode from "vscode";
import type { Coverage } from "./protocol.ts";

export const NO_FOLDER = vscode.l10n.t("No folder is open");

/** Returns "43 %" of the files. */
export function percent({ indexedFiles, skippedFiles, files }: Coverage): string {
  const share = files === 0 ? 0 : Math.floor((100 * (indexedFiles + skippedFiles)) / files);
  return `${share} %`;
}

/** Returns a whole number as the user's language writes it. */
export function number(value: number): string {
  return Math.round(value).toLocaleString(vscode.env.language);
}
