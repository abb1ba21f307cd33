import type { CartLine } from "../cart/cart";

interface Hold {
  id: string;
  quantities: Map<string, number>;
  until: number;
}

const HOLD_MS = 15 * 60 * 1000;

export class StockLedger {
  private holds = new Map<string, Hold>();
  private serial = 0;

  constructor(private readonly onHand: Map<string, number>, private readonly now = Date.now) {}

  available(sku: string): number {
    this.dropExpired();
    let held = 0;
    for (const hold of this.holds.values()) held += hold.quantities.get(sku) ?? 0;
    return (this.onHand.get(sku) ?? 0) - held;
  }

  hold(lines: readonly CartLine[]): string | undefined {
    if (lines.some((line) => this.available(line.sku) < line.quantity)) return undefined;
    const id = `h${++this.serial}`;
    const quantities = new Map(lines.map((line) => [line.sku, line.quantity]));
    this.holds.set(id, { id, quantities, until: this.now() + HOLD_MS });
    return id;
  }

  giveBack(id: string): void {
    this.holds.delete(id);
  }

  commit(id: string): void {
    for (const [sku, n] of this.holds.get(id)?.quantities ?? []) {
      this.onHand.set(sku, (this.onHand.get(sku) ?? 0) - n);
    }
    this.holds.delete(id);
  }

  private dropExpired(): void {
    for (const [id, hold] of this.holds) if (hold.until < this.now()) this.holds.delete(id);
  }
}
