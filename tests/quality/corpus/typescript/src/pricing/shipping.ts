import { Money } from "./money";

const FREE_FROM = 5000;
const ZONES: Record<string, number> = { DE: 490, AT: 790, FR: 890 };

export function shippingCost(goods: Money, country: string): Money {
  if (goods.minor >= FREE_FROM) return goods.times(0);
  return new Money(ZONES[country] ?? 1490, goods.currency);
}
