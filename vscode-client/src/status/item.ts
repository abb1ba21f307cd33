/** The status bar item: what the server is doing, at a glance; a click opens the menu. */

import * as vscode from "vscode";
import type { Server } from "../server/server.ts";
import { Patience } from "./patience.ts";
import { signOf, type Sign } from "./wording.ts";

const PATIENCE_MS = 1000;

const COLOURS: Record<Sign["severity"], vscode.ThemeColor | undefined> = {
  none: undefined,
  warning: new vscode.ThemeColor("statusBarItem.warningBackground"),
  error: new vscode.ThemeColor("statusBarItem.errorBackground"),
};

export function showStatusItem(server: Server): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    "semanticSymbols.status",
    vscode.StatusBarAlignment.Right,
    100,
  );
  item.name = "Semantic Symbols";
  item.command = "semanticSymbols.showMenu";
  const show = (): void => {
    const { text, label, tooltip, severity } = signOf(server.state);
    item.text = text;
    item.tooltip = tooltip;
    item.accessibilityInformation = { label };
    item.backgroundColor = COLOURS[severity];
    const isPaused = server.status?.state === "paused";
    void vscode.commands.executeCommand("setContext", "semanticSymbols.paused", isPaused);
  };
  const patience = new Patience(show, PATIENCE_MS);
  show();
  item.show();
  const changes = server.onDidChange(() => patience.take(server.status?.state));
  return vscode.Disposable.from(item, patience, changes);
}
