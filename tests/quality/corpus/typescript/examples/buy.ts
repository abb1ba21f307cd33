import { Cart, Checkout, createGateway } from "../src";
import { StockLedger } from "../src/inventory/stock";
import { MemoryOrders } from "../src/orders/repository";
import { CouponBook } from "../src/pricing/coupons";
import { Money } from "../src/pricing/money";

async function buyOneMug(): Promise<void> {
  const cart = new Cart().add({ sku: "mug", title: "Mug", unitPrice: new Money(1200, "EUR"), quantity: 1 });
  const stock = new StockLedger(new Map([["mug", 3]]));
  const checkout = new Checkout(cart, stock, createGateway("invoice", ""), new MemoryOrders(), new CouponBook([]));
  checkout.setAddress("AT");
  checkout.openPayment();
  console.log("order", await checkout.pay());
}

void buyOneMug();
