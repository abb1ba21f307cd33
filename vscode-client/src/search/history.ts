/** The searches that led somewhere, newest first, kept for the workspace. */

const MOST = 30;
const KEY = "searches";

/** What of the editor's Memento is needed. */
export interface Store {
  get<T>(key: string, fallback: T): T;
  update(key: string, value: unknown): Thenable<void>;
}

export class History {
  private readonly store: Store;

  constructor(store: Store) {
    this.store = store;
  }

  all(): readonly string[] {
    return this.store.get<string[]>(KEY, []);
  }

  async add(query: string): Promise<void> {
    const kept = query.trim();
    if (kept === "") return;
    await this.store.update(KEY, [kept, ...this.all().filter((other) => other !== kept)].slice(0, MOST));
  }

  async remove(query: string): Promise<void> {
    await this.store.update(
      KEY,
      this.all().filter((other) => other !== query),
    );
  }
}
