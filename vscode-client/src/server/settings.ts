/** The settings sent to the server: those the user set, not the defaults, which would hide the server's other layers. */

import * as vscode from "vscode";

export const SECTION = "semanticSymbols";

/** Settings of the extension alone, unknown to the server. */
export const CLIENT_KEYS = ["interpreter", "codeLens.enabled", "search.previewOnMove"] as const;

/** Returns what the user set, by dotted keys. */
export function serverSettings(
  extension: vscode.Extension<unknown>,
  scope?: vscode.Uri,
): Record<string, unknown> {
  const configuration = vscode.workspace.getConfiguration(SECTION, scope ?? null);
  const chosen: Record<string, unknown> = {};
  for (const key of serverKeys(extension)) {
    const layers = configuration.inspect(key);
    const isSet = [layers?.globalValue, layers?.workspaceValue, layers?.workspaceFolderValue].some(
      (value) => value !== undefined,
    );
    if (isSet) chosen[key] = configuration.get(key);
  }
  return chosen;
}

function serverKeys(extension: vscode.Extension<unknown>): string[] {
  const manifest = extension.packageJSON as {
    contributes: { configuration: { properties: Record<string, unknown> }[] };
  };
  return manifest.contributes.configuration
    .flatMap((group) => Object.keys(group.properties))
    .map((key) => key.slice(SECTION.length + 1))
    .filter((key) => !(CLIENT_KEYS as readonly string[]).includes(key));
}
