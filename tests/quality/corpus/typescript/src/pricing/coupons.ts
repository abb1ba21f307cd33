import { Cart } from "../cart/cart";
import { Money } from "./money";

export interface Coupon {
  code: string;
  percent?: number;
  fixed?: Money;
  validUntil: Date;
  minimum?: Money;
}

export type CouponProblem = "unknown" | "expired" | "below-minimum";

export class CouponBook {
  private readonly byCode = new Map<string, Coupon>();

  constructor(coupons: Iterable<Coupon>) {
    for (const c of coupons) this.byCode.set(c.code, c);
  }

  /** Tells why a code is of no use for this cart, or null where it is. */
  problemWith(code: string, cart: Cart, now: Date): CouponProblem | null {
    const coupon = this.byCode.get(code);
    if (!coupon) return "unknown";
    if (coupon.validUntil < now) return "expired";
    if (coupon.minimum && cart.subtotal().minor < coupon.minimum.minor) return "below-minimum";
    return null;
  }

  reduction(code: string, subtotal: Money): Money {
    const coupon = this.byCode.get(code)!;
    if (coupon.fixed) return new Money(-Math.min(coupon.fixed.minor, subtotal.minor), subtotal.currency);
    return subtotal.times(-(coupon.percent ?? 0) / 100);
  }
}
