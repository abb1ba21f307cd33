import { Cart } from "./cart";

const KEY = "cart.v2";

export function save(cart: Cart): void {
  localStorage.setItem(KEY, JSON.stringify({ lines: cart.lines, coupon: cart.couponCode }));
}

export function restore(): Cart {
  const raw = localStorage.getItem(KEY);
  if (raw === null) return new Cart();
  try {
    const { lines, coupon } = JSON.parse(raw);
    return new Cart(lines, coupon);
  } catch {
    localStorage.removeItem(KEY);
    return new Cart();
  }
}
