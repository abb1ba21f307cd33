/** Previews symbols while a list has the focus, and puts the view back afterwards; one step at a time. */

import * as vscode from "vscode";
import { extentOf, fileOf, open, uriOf } from "../places.ts";
import type { Found } from "../protocol.ts";

interface Origin {
  column: vscode.ViewColumn;
  tab: vscode.Tab | undefined;
  /** That of the tab, if it shows text. */
  editor: vscode.TextEditor | undefined;
  selections: readonly vscode.Selection[];
  visible: vscode.Range | undefined;
  /** Every tab that stays, as text: those that there were, and those pinned since. */
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
  /** The files that were shown and did not stay, as text. */
  private readonly shownFiles = new Set<string>();
  private wanted: Found | undefined;
  private work: Promise<void> = Promise.resolve();
  /** Whoever clicks into what is shown wants to stay there. */
  private readonly clicks = vscode.window.onDidChangeTextEditorSelection(({ kind, textEditor }) => {
    const isClick = kind === vscode.TextEditorSelectionChangeKind.Mouse;
    if (isClick && textEditor === this.shown) this.forget();
  });

  /** Shows a symbol, unless another is asked for before its turn comes. */
  show(found: Found): void {
    this.wanted = found;
    void this.queue(async () => {
      if (this.wanted !== found) return;
      const origin = await this.open(found, true);
      // Without preview tabs, as some have it, every symbol would leave one.
      this.shownFiles.add(uriOf(found).toString());
      await close(this.added(origin).filter((tab) => !shows(tab, found)));
    }).catch(() => undefined); // a file that is gone has no preview
  }

  /** Shows a symbol in a tab that stays when the view is put back. */
  pin(found: Found): Promise<void> {
    this.wanted = found;
    return this.queue(async () => {
      const origin = await this.open(found, false);
      const pinned = allTabs().filter((tab) => shows(tab, found));
      for (const tab of pinned) origin.tabs.add(identity(tab));
    });
  }

  /** Puts back what was on screen before. */
  restore(): Promise<void> {
    this.wanted = undefined;
    return this.queue(async () => {
      if (this.origin !== undefined) {
        const added = this.added(this.origin);
        await reopen(this.origin);
        await close(added);
      }
      this.forget();
    }).catch(() => undefined); // nor is there a way back to one
  }

  dispose(): void {
    this.clicks.dispose();
    this.highlight.dispose();
  }

  private async open(found: Found, isPreview: boolean): Promise<Origin> {
    const origin = (this.origin ??= originNow());
    const editor = await open(found, { preview: isPreview, preserveFocus: true, viewColumn: origin.column });
    this.unmark();
    this.shown = editor;
    editor?.setDecorations(this.highlight, [extentOf(found)]);
    editor?.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    return origin;
  }

  /** The tabs of previews, which do not stay. */
  private added(origin: Origin): vscode.Tab[] {
    return allTabs().filter(
      (tab) =>
        this.shownFiles.has(fileOf(tab)?.toString() ?? "") && !tab.isDirty && !origin.tabs.has(identity(tab)),
    );
  }

  private forget(): void {
    this.unmark();
    this.shownFiles.clear();
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

async function reopen({ column, tab, editor, selections, visible }: Origin): Promise<void> {
  const options = {
    preview: tab?.isPreview ?? false,
    preserveFocus: true, // the editor gives it back itself, to whatever had it
    viewColumn: column,
  };
  const input = tab?.input;
  if (input instanceof vscode.TabInputTextDiff) {
    await vscode.commands.executeCommand("vscode.diff", input.original, input.modified, tab?.label, options);
  } else if (input instanceof vscode.TabInputNotebook) {
    await vscode.commands.executeCommand("vscode.openWith", input.uri, input.notebookType, options);
  } else if (input instanceof vscode.TabInputCustom) {
    await vscode.commands.executeCommand("vscode.openWith", input.uri, input.viewType, options);
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
  const { viewColumn: column, activeTab: tab } = vscode.window.tabGroups.activeTabGroup;
  // The active editor may be none of the tab's, but the log in the panel.
  const editor = vscode.window.visibleTextEditors.find(({ viewColumn }) => viewColumn === column);
  return {
    column,
    tab,
    editor,
    selections: editor?.selections ?? [],
    visible: editor?.visibleRanges[0],
    tabs: new Set(allTabs().map(identity)),
  };
}

function allTabs(): vscode.Tab[] {
  return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}

function identity(tab: vscode.Tab): string {
  return `${tab.group.viewColumn} ${fileOf(tab)?.toString() ?? tab.label}`;
}

function shows(tab: vscode.Tab, found: Found): boolean {
  return fileOf(tab)?.toString() === uriOf(found).toString();
}

/** Closes those tabs that are still open: showing another file in a tab's place closes it. */
async function close(tabs: vscode.Tab[]): Promise<void> {
  const wanted = new Set(tabs.map(identity));
  const closing = allTabs().filter((tab) => wanted.has(identity(tab)));
  await vscode.window.tabGroups.close(closing, true);
}
