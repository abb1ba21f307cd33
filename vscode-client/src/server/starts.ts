/** One start at a time, of which the newest counts: it calls off what began before, also what would never end by itself. Pure. */

/** Its signal is aborted when another start is asked for, or none at all; then it has to end soon. */
export type Start = (signal: AbortSignal) => Promise<void>;

export class Starts {
  private last: Promise<void> = Promise.resolve();
  private attempt = new AbortController();
  private isOver = false;

  /** Calls off what runs and begins once it is over, unless it is called off itself before. */
  next(start: Start): Promise<void> {
    if (this.isOver) return this.last;
    this.attempt.abort();
    const { signal } = (this.attempt = new AbortController());
    this.last = this.last.then(() => (signal.aborted ? undefined : start(signal)));
    return this.last;
  }

  /** Resolves when every start is over, also those asked for meanwhile. */
  async settled(): Promise<void> {
    const { last } = this;
    await last;
    if (last !== this.last) await this.settled();
  }

  /** Calls off what runs; nothing begins any more. */
  end(): void {
    this.isOver = true;
    this.attempt.abort();
  }
}
