import { Money, zero } from "../pricing/money";

export interface CartLine {
  sku: string;
  title: string;
  unitPrice: Money;
  quantity: number;
}

/** What a customer wants to buy. Immutable: each change returns another cart. */
export class Cart {
  constructor(readonly lines: readonly CartLine[] = [], readonly couponCode?: string) {}

  get isEmpty(): boolean {
    return this.lines.length === 0;
  }

  get itemCount(): number {
    return this.lines.reduce((sum, line) => sum + line.quantity, 0);
  }

  /** Puts an item into the cart; one that is there already gets a higher quantity. */
  add(line: CartLine): Cart {
    const same = this.lines.find((other) => other.sku === line.sku);
    if (!same) return new Cart([...this.lines, line], this.couponCode);
    return this.setQuantity(line.sku, same.quantity + line.quantity);
  }

  setQuantity(sku: string, quantity: number): Cart {
    const lines = this.lines
      .map((line) => (line.sku === sku ? { ...line, quantity } : line))
      .filter((line) => line.quantity > 0);
    return new Cart(lines, this.couponCode);
  }

  withCoupon(code: string): Cart {
    return new Cart(this.lines, code.trim().toUpperCase());
  }

  subtotal(): Money {
    return this.lines.reduce((sum, l) => sum.plus(l.unitPrice.times(l.quantity)), zero("EUR"));
  }
}
