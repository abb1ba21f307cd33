export { Cart } from "./cart/cart";
export type { CartLine } from "./cart/cart";
export { Checkout } from "./orders/checkout";
export { totalOf } from "./pricing/totals";
export { createGateway } from "./payment";
