import { describe, expect, it } from "vitest";
import { Cart } from "../src/cart/cart";
import { StockLedger } from "../src/inventory/stock";
import { Checkout, CheckoutError } from "../src/orders/checkout";

const line = { sku: "mug", title: "Mug", unitPrice: null as any, quantity: 1 };

describe("Checkout", () => {
  it("refuses an empty cart", () => {
    expect(() => new Checkout(new Cart(), null!, null!, null!, null!)).toThrow(CheckoutError);
  });

  it("gives the stock back when the payment is declined", async () => {
    const stock = new StockLedger(new Map([["mug", 1]]));
    const declining = { charge: async () => ({ status: "declined", reason: "test" }) };
    const checkout = new Checkout(new Cart([line]), stock, declining as any, null!, null!);
    checkout.openPayment();
    await expect(checkout.pay()).rejects.toThrow();
    expect(stock.available("mug")).toBe(1);
  });
});
