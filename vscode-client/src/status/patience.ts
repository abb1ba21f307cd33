/** Shows every state of the index at once, except that an update runs: every save is one, and most are over soon. Pure. */

import type { Status } from "../protocol.ts";

export class Patience {
  private readonly show: () => void;
  private readonly patienceMs: number;
  private isReady = false;
  private timer: NodeJS.Timeout | undefined;

  /** @param patienceMs How long an update may take before it is shown. */
  constructor(show: () => void, patienceMs: number) {
    this.show = show;
    this.patienceMs = patienceMs;
  }

  /** Takes a state; undefined while no server tells one. */
  take(state: Status["state"] | undefined): void {
    if (this.isReady && state === "indexing") {
      this.timer ??= setTimeout(() => this.now(state), this.patienceMs);
      return;
    }
    this.now(state);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private now(state: Status["state"] | undefined): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.isReady = state === "ready";
    this.show();
  }
}
