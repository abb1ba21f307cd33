/** Back-off: how long to wait before a server that ended is restarted, and when to stop trying. Pure. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const MAX_ENDS = 6;
const FORGIVEN_AFTER_MS = 3 * 60_000;

/** Counts the ends of one server. */
export class Recovery {
  private readonly ends: number[] = [];

  /** Note an end at a time in milliseconds; returns the wait in milliseconds, or undefined when it is time to give up. */
  wait(nowMs: number): number | undefined {
    while (this.ends[0] !== undefined && nowMs - this.ends[0] > FORGIVEN_AFTER_MS) this.ends.shift();
    this.ends.push(nowMs);
    if (this.ends.length > MAX_ENDS) return undefined;
    return Math.min(FIRST_WAIT_MS * 2 ** (this.ends.length - 1), LONGEST_WAIT_MS);
  }

  /** Forget what happened: the user asked for another start. */
  reset(): void {
    this.ends.length = 0;
  }
}
