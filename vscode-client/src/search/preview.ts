/** Previews symbols while a list has the focus, and puts the view back afterwards; one step at a time. */

import * as vscode from "vscode";
import { extentOf, open } from "../places.ts";
import type { Found } from "../protocol.ts";

interface Origin {
  editor: vscode.TextEditor | undefined;
  selections: readonly vscode.Selection[];
  visible: vscode.Range | undefined;
  tab: vscode.Tab | undefined;
  /** Every tab there was, as text. */
  tabs: Set<string>;
}

export class Preview implements vscode.Disposable {
  private readonly highlight = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor("editor.rangeHighlightBackground"),
  });
  /** What was on screen before the first symbol; undefined while none is shown. */
  private origin: Origin | undefined;
  private shown: vscode.TextEditor | undefined;
  private wanted: Found | undefined;
  private work: Promise<void> = Promise.resolve();

  /** Shows a symbol, unless another is asked for before its turn comes. */
  show(found: Found): void {
    this.wanted = found;
    void this.queue(async () => {
      if (this.wanted === found) await this.open(found, true);
    }).catch(() => undefined); // a file that is gone has no preview
  }

  /** Shows a symbol in a tab that stays when the view is put back. */
  pin(found: Found): Promise<void> {
    this.wanted = found;
    return this.queue(() => this.open(found, false));
  }

  /** Puts back what was on screen before. */
  restore(): Promise<void> {
    this.wanted = undefined;
    return this.queue(async () => {
      if (this.origin !== undefined) await putBack(this.origin);
      this.forget();
    }).catch(() => undefined); // nor is there a way back to one
  }

  dispose(): void {
    this.highlight.dispose();
  }

  private async open(found: Found, isPreview: boolean): Promise<void> {
    this.origin ??= originNow();
    const column = this.origin.editor?.viewColumn ?? vscode.ViewColumn.Active;
    const editor = await open(found, { preview: isPreview, preserveFocus: true, viewColumn: column });
    this.unmark();
    this.shown = editor;
    editor?.setDecorations(this.highlight, [extentOf(found)]);
    editor?.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }

  private forget(): void {
    this.unmark();
    this.origin = this.shown = undefined;
  }

  private unmark(): void {
    this.shown?.setDecorations(this.highlight, []);
  }

  private queue(step: () => Promise<void>): Promise<void> {
    const done = this.work.then(step);
    this.work = done.catch(() => undefined);
    return done;
  }
}

async function putBack(origin: Origin): Promise<void> {
  const added = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((other) => other.isPreview && !origin.tabs.has(identity(other)));
  await reopen(origin);
  await vscode.window.tabGroups.close(stillOpen(added));
}

async function reopen({ editor, selections, visible, tab }: Origin): Promise<void> {
  const options = {
    preview: tab?.isPreview ?? false,
    preserveFocus: true, // the editor gives it back itself, to whatever had it
    viewColumn: tab?.group.viewColumn ?? vscode.ViewColumn.Active,
  };
  const input = tab?.input;
  if (input instanceof vscode.TabInputTextDiff) {
    await vscode.commands.executeCommand("vscode.diff", input.original, input.modified, tab?.label, options);
  } else if (input instanceof vscode.TabInputNotebook) {
    await vscode.commands.executeCommand("vscode.openWith", input.uri, input.notebookType, options);
  } else if (editor !== undefined) {
    const back = await vscode.window.showTextDocument(editor.document, options);
    back.selections = selections;
    if (visible !== undefined) scrollTo(back, visible.start.line);
  }
}

/** Scrolls a line to the top; the editor keeps some lines above what it reveals, so reveal one further down. */
function scrollTo(editor: vscode.TextEditor, line: number): void {
  const settings = vscode.workspace.getConfiguration("editor", editor.document);
  const sticky = settings.get<boolean>("stickyScroll.enabled", true)
    ? settings.get("stickyScroll.maxLineCount", 5)
    : 0;
  const aim = line + Math.max(sticky, settings.get("cursorSurroundingLines", 0));
  editor.revealRange(new vscode.Range(aim, 0, aim, 0), vscode.TextEditorRevealType.AtTop);
}

function originNow(): Origin {
  const editor = vscode.window.activeTextEditor;
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  return {
    editor,
    selections: editor?.selections ?? [],
    visible: editor?.visibleRanges[0],
    tab: vscode.window.tabGroups.activeTabGroup.activeTab,
    tabs: new Set(tabs.map(identity)),
  };
}

function identity(tab: vscode.Tab): string {
  const isFile = tab.input instanceof vscode.TabInputText || tab.input instanceof vscode.TabInputNotebook;
  const uri = isFile ? tab.input.uri.toString() : tab.label;
  return `${tab.group.viewColumn} ${uri}`;
}

/** Those tabs that are still open: showing another file in a tab's place closes it. */
function stillOpen(tabs: vscode.Tab[]): vscode.Tab[] {
  const wanted = new Set(tabs.map(identity));
  return vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter((tab) => wanted.has(identity(tab)));
}
