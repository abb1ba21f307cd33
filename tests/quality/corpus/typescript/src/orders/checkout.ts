import { randomUUID } from "node:crypto";
import type { Cart } from "../cart/cart";
import type { StockLedger } from "../inventory/stock";
import type { PaymentGateway } from "../payment";
import type { CouponBook } from "../pricing/coupons";
import { totalOf } from "../pricing/totals";
import type { OrderRepository } from "./repository";
import { sendConfirmation } from "./mail";

export type Step = "address" | "shipping" | "payment" | "done";

export class CheckoutError extends Error {
  constructor(readonly code: "empty-cart" | "sold-out" | "declined", message: string) {
    super(message);
  }
}

/**
 * Leads one customer from a cart to an order.
 *
 * Stock is held before money is taken, and given back when the payment fails.
 */
export class Checkout {
  step: Step = "address";
  private holdId?: string;
  private readonly key = randomUUID();

  constructor(
    private readonly cart: Cart,
    private readonly stock: StockLedger,
    private readonly gateway: PaymentGateway,
    private readonly orders: OrderRepository,
    private readonly coupons: CouponBook,
  ) {
    if (cart.isEmpty) throw new CheckoutError("empty-cart", "There is nothing to buy.");
  }

  setAddress(country: string): void {
    this.country = country;
    this.step = "shipping";
  }

  private country = "DE";

  openPayment(): void {
    const hold = this.stock.hold(this.cart.lines);
    if (!hold) throw new CheckoutError("sold-out", "Something was bought by somebody else.");
    this.holdId = hold;
    this.step = "payment";
  }

  async pay(): Promise<string> {
    const { grand } = totalOf(this.cart, this.country, this.coupons);
    const order = await this.orders.create(this.cart, grand);
    const result = await this.gateway.charge(grand, order.id, this.key);
    if (result.status !== "captured") {
      this.stock.giveBack(this.holdId!);
      await this.orders.mark(order.id, "cancelled");
      throw new CheckoutError("declined", "The payment did not go through.");
    }
    this.stock.commit(this.holdId!);
    await this.orders.mark(order.id, "paid");
    await sendConfirmation(order);
    this.step = "done";
    return order.id;
  }
}
