/** The search: a list that follows what is typed, previews what is highlighted, and keeps the server's order. */

import * as vscode from "vscode";
import { inFull } from "../errorText.ts";
import { open, reference } from "../places.ts";
import type { Found, SearchResult } from "../protocol.ts";
import type { Server } from "../server/server.ts";
import { SECTION } from "../server/settings.ts";
import { answerTo } from "./answer.ts";
import { Debouncer } from "./debouncer.ts";
import type { History } from "./history.ts";
import { COPY, FORGET, notRunningRows, openingRows, RELATED, SIDE, type Row } from "./items.ts";
import type { Preview } from "./preview.ts";
import { heading } from "./wording.ts";

const PAUSE_MS = 60;
/** How long after a change of the index the search is repeated. */
const REFRESH_MS = 500;

/** What the list needs, and where its results go. */
export interface SearchParts {
  server: Server;
  history: History;
  preview: Preview;
  /** Finds what is related to a symbol of the list. */
  showRelated: (found: Found) => void;
  /** Keeps a search in the results view. */
  keep: (query: string, result: SearchResult) => void;
}

const KEEP: vscode.QuickInputButton = {
  iconPath: new vscode.ThemeIcon("list-tree"),
  tooltip: vscode.l10n.t("Keep in the Results View"),
};

/** Context key, true while the list is open: its keys work only then. */
const IS_SEARCHING = "semanticSymbols.isSearching";

/** What commands and keys do with the list; there is one at a time. */
export class Search {
  private readonly parts: SearchParts;
  private list: SearchPicker | undefined;

  constructor(parts: SearchParts) {
    this.parts = parts;
  }

  /** Opens the list, with a query if one is given; without, a list that is open stays as it is. */
  show(query = ""): void {
    if (query === "" && this.list !== undefined) return;
    const list = new SearchPicker(this.parts, () => {
      if (this.list === list) this.become(undefined);
    });
    this.become(list);
    list.show(query);
  }

  /** Opens the highlighted symbol to the side. */
  openToSide(): void {
    this.list?.openToSide();
  }

  /** Opens the highlighted symbol behind the list, which stays for the next one. */
  openInBackground(): void {
    this.list?.openInBackground();
  }

  /** Closes the list, back at where it was opened. */
  async close(): Promise<void> {
    await this.list?.close();
  }

  private become(list: SearchPicker | undefined): void {
    this.list = list;
    void vscode.commands.executeCommand("setContext", IS_SEARCHING, list !== undefined);
  }
}

type Taking = (row: Row | undefined) => Promise<void>;

class SearchPicker {
  private readonly parts: SearchParts;
  private readonly onEnd: () => void;
  private readonly pick = vscode.window.createQuickPick<Row>();
  private readonly queries = new Debouncer(PAUSE_MS);
  private readonly moves = new Debouncer(PAUSE_MS);
  private readonly disposables: { dispose(): unknown }[] = [this.pick];
  /** What the list shows: the text that it answers, and the result if there is one. */
  private shown: { query: string; result?: SearchResult } = { query: "" };
  private refresh: NodeJS.Timeout | undefined;
  /** The row that the editor highlighted by itself because the list is new. */
  private untouched: Row | undefined;
  private hasMoved = false;
  /** What to do with the next answer: Enter, or another key, was pressed before it had come. */
  private awaited: Taking | undefined;

  constructor(parts: SearchParts, onEnd: () => void) {
    this.parts = parts;
    this.onEnd = onEnd;
  }

  show(query: string): void {
    const { pick } = this;
    keepOrder(pick);
    pick.placeholder = vscode.l10n.t("What should the code do? In words, a name, or code");
    pick.matchOnDescription = pick.matchOnDetail = false;
    pick.buttons = [KEEP];
    pick.value = query;
    this.disposables.push(
      pick.onDidChangeValue(() => {
        this.awaited = undefined;
        this.search();
      }),
      pick.onDidChangeActive(([row]) => this.highlighted(row)),
      pick.onDidAccept(() => this.choose((row) => this.take(row))),
      pick.onDidTriggerButton(() => this.keep()),
      pick.onDidTriggerItemButton(({ button, item }) => telling(this.press(button, item))),
      pick.onDidHide(() => this.hidden()),
      this.parts.server.onDidChange(() => this.indexChanged()),
    );
    pick.title = heading(this.parts.server.state);
    this.search();
    pick.show();
  }

  openToSide(): void {
    this.choose(async (row) => {
      if (row?.row === "symbol") await this.press(SIDE, row);
    });
  }

  openInBackground(): void {
    this.choose(async (row) => {
      if (row?.row !== "symbol") return;
      await this.parts.history.add(this.pick.value);
      await this.parts.preview.pin(row.found);
    });
  }

  /** Puts the view back before the list goes: an editor that shows another file meanwhile loses the focus that it is given back. */
  async close(): Promise<void> {
    await this.parts.preview.restore();
    this.pick.hide();
  }

  private search(): void {
    const query = this.pick.value;
    if (isUnasked(query)) {
      this.queries.stop();
      this.put(query, openingRows(this.parts.history.all()));
      return;
    }
    this.pick.busy = true;
    // An answer takes seconds then; what the list shows meanwhile is none.
    if (this.parts.server.state.kind === "starting") this.list(notRunningRows(this.parts.server.state));
    this.queries.run(async (signal) => {
      const { rows, result } = await answerTo(this.parts.server, query, signal);
      if (signal.aborted) return;
      if (query === this.shown.query && this.hasChosen) {
        this.pick.busy = false;
        return;
      }
      this.put(query, rows, result);
      const { awaited } = this;
      this.awaited = undefined;
      if (awaited !== undefined) telling(awaited(this.untouched));
    });
  }

  private put(query: string, rows: Row[], result?: SearchResult): void {
    this.shown = { query, ...(result === undefined ? {} : { result }) };
    this.list(rows);
    this.pick.busy = false;
  }

  private list(rows: Row[]): void {
    this.untouched = rows.find(({ kind }) => kind !== vscode.QuickPickItemKind.Separator);
    this.pick.items = rows;
  }

  /** Accepts the highlighted row; not one that nobody chose, in a list that further typing has made stale. */
  private choose(taking: Taking): void {
    const [active] = this.pick.activeItems;
    // The editor may not have said yet that it highlights the first row of a new list.
    const row = active !== undefined && this.pick.items.includes(active) ? active : this.untouched;
    const isStale = this.pick.value !== this.shown.query && row === this.untouched;
    this.awaited = isStale ? taking : undefined;
    if (!isStale) telling(taking(row));
  }

  /**
   * Previews the row that the user stays at; the one that a new list highlights by itself does not count until they move.
   * The pause also skips rows that the editor reports by their index in a list that is gone already.
   */
  private highlighted(row: Row | undefined): void {
    this.moves.run(() => {
      if (row === undefined || row !== this.pick.activeItems[0]) return;
      this.hasMoved ||= row !== this.untouched;
      if (!this.hasMoved) return;
      if (row.row === "symbol" && previewsOnMove()) this.parts.preview.show(row.found);
    });
  }

  /** Shows how far the index is, and repeats the search on what is indexed by now, unless the user is choosing already. */
  private indexChanged(): void {
    this.pick.title = heading(this.parts.server.state);
    const mayKnowMore = this.shown.result?.isIncomplete ?? !isUnasked(this.pick.value);
    if (!mayKnowMore || this.refresh !== undefined) return;
    this.refresh = setTimeout(() => {
      this.refresh = undefined;
      if (!this.hasChosen) this.search();
    }, REFRESH_MS);
  }

  /** Whether the highlight has left the first row; an answer to the same text must not move it back. */
  private get hasChosen(): boolean {
    return this.pick.activeItems[0] !== this.untouched;
  }

  private async take(row: Row | undefined): Promise<void> {
    if (row?.row === "query") {
      this.pick.value = row.query;
      this.search(); // a value that is set here does not count as changed
    } else if (row?.row === "command") {
      this.pick.hide();
      await vscode.commands.executeCommand(row.command);
    } else if (row?.row === "symbol") {
      await this.leave();
      await open(row.found);
    }
  }

  private async press(button: vscode.QuickInputButton, row: Row): Promise<void> {
    if (row.row === "query" && button === FORGET) {
      await this.parts.history.remove(row.query);
      this.search();
    }
    if (row.row !== "symbol") return;
    if (button === COPY) {
      await vscode.env.clipboard.writeText(reference(row.found));
      vscode.window.setStatusBarMessage(vscode.l10n.t("Copied {0}", reference(row.found)), 3000);
      return;
    }
    await this.leave();
    if (button === SIDE) await open(row.found, { viewColumn: vscode.ViewColumn.Beside });
    if (button === RELATED) this.parts.showRelated(row.found);
  }

  private keep(): void {
    const { query, result } = this.shown;
    if (result === undefined) return;
    this.parts.keep(query.trim(), result);
    void this.leave();
  }

  /** Ends the search with a result, opened from where the search began, so that Go Back leads there. */
  private async leave(): Promise<void> {
    await this.parts.history.add(this.pick.value);
    this.pick.hide();
    await this.parts.preview.restore();
  }

  private hidden(): void {
    this.onEnd();
    this.queries.stop();
    this.moves.stop();
    clearTimeout(this.refresh);
    void this.parts.preview.restore();
    for (const disposable of this.disposables) disposable.dispose();
  }
}

/** Whether there is nothing to look for yet: a quote or a dash is a filter that only begins. */
function isUnasked(query: string): boolean {
  return !/[^\s"-]/.test(query);
}

/** Reports why something that the user asked for failed: the file of a result may be gone by now. */
function telling(work: Promise<void>): void {
  work.catch((error: unknown) => void vscode.window.showErrorMessage(inFull(error)));
}

function previewsOnMove(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get<boolean>("search.previewOnMove", true);
}

/** Keeps the list from sorting by label: there is no stable API for it yet, but the property is there. */
function keepOrder(pick: vscode.QuickPick<Row>): void {
  const list = pick as vscode.QuickPick<Row> & { sortByLabel?: boolean };
  try {
    list.sortByLabel = false;
  } catch {
    // A version that refuses it sorts matches of the label first; nothing else is lost.
  }
}
