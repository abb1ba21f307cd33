import { Cart } from "../cart/cart";
import { CouponBook } from "./coupons";
import { Money } from "./money";
import { shippingCost } from "./shipping";
import { vatRate } from "./tax";

export interface Totals {
  subtotal: Money;
  reduction: Money;
  shipping: Money;
  tax: Money;
  grand: Money;
}

/** Adds everything up: goods, coupon, shipping, and the tax that is contained in them. */
export function totalOf(cart: Cart, country: string, book: CouponBook): Totals {
  const subtotal = cart.subtotal();
  const reduction = cart.couponCode ? book.reduction(cart.couponCode, subtotal) : subtotal.times(0);
  const reduced = subtotal.plus(reduction);
  const shipping = shippingCost(reduced, country);
  const grand = reduced.plus(shipping);
  const rate = vatRate(country);
  return { subtotal, reduction, shipping, tax: grand.times(rate / (1 + rate)), grand };
}
