/** One start at a time; a newer one aborts what began before, even what would never end by itself. Pure. */

/** Its signal is aborted when another start is asked for, or a stop; it has to end soon then. */
export type Start = (signal: AbortSignal) => Promise<void>;

export class Starts {
  private last: Promise<void> = Promise.resolve();
  private attempt = new AbortController();
  private isOver = false;

  /** Aborts what is running and begins once that is over, unless it is aborted itself before. */
  next(start: Start): Promise<void> {
    if (this.isOver) return this.last;
    this.attempt.abort();
    const { signal } = (this.attempt = new AbortController());
    this.last = this.last.then(() => (signal.aborted ? undefined : start(signal)));
    return this.last;
  }

  /** Resolves when every start is over, including those asked for meanwhile. */
  async settled(): Promise<void> {
    const { last } = this;
    await last;
    if (last !== this.last) await this.settled();
  }

  /** Aborts what is running; nothing begins after that. */
  end(): void {
    this.isOver = true;
    this.attempt.abort();
  }
}
