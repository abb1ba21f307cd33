export type Currency = "EUR" | "USD" | "JPY";

const DECIMALS: Record<Currency, number> = { EUR: 2, USD: 2, JPY: 0 };

/** An amount in the smallest unit of its currency, so that nothing is lost to binary fractions. */
export class Money {
  constructor(readonly minor: number, readonly currency: Currency) {
    if (!Number.isInteger(minor)) throw new RangeError("minor units are whole");
  }

  plus(other: Money): Money {
    if (other.currency !== this.currency) throw new TypeError(`${this.currency} + ${other.currency}`);
    return new Money(this.minor + other.minor, this.currency);
  }

  times(factor: number): Money {
    return new Money(roundHalfEven(this.minor * factor), this.currency);
  }

  toString(): string {
    return (this.minor / 10 ** DECIMALS[this.currency]).toFixed(DECIMALS[this.currency]);
  }
}

export function zero(currency: Currency): Money {
  return new Money(0, currency);
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
