/** A debouncer: runs one task at a time after a pause; a newer one aborts what is waiting or running. Pure. */

export class Debouncer {
  private current = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private readonly pauseMs: number;

  constructor(pauseMs: number) {
    this.pauseMs = pauseMs;
  }

  /** Runs the task after the pause, unless another is given before; its signal is aborted when it is superseded. */
  run(task: (signal: AbortSignal) => unknown): void {
    this.stop();
    const { signal } = this.current;
    this.timer = setTimeout(() => void task(signal), this.pauseMs);
  }

  /** Aborts what is waiting or running. */
  stop(): void {
    clearTimeout(this.timer);
    this.current.abort();
    this.current = new AbortController();
  }
}
