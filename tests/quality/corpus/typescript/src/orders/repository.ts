import type { Cart } from "../cart/cart";
import type { Money } from "../pricing/money";

export type OrderState = "open" | "paid" | "shipped" | "cancelled";

export interface Order {
  id: string;
  email: string;
  lines: Cart["lines"];
  total: Money;
  state: OrderState;
}

export interface OrderRepository {
  create(cart: Cart, total: Money): Promise<Order>;
  find(id: string): Promise<Order | undefined>;
  mark(id: string, state: OrderState): Promise<void>;
}

export class MemoryOrders implements OrderRepository {
  private readonly rows = new Map<string, Order>();

  async create(cart: Cart, total: Money): Promise<Order> {
    const order: Order = { id: String(this.rows.size + 1), email: "", lines: cart.lines, total, state: "open" };
    this.rows.set(order.id, order);
    return order;
  }

  async find(id: string): Promise<Order | undefined> {
    return this.rows.get(id);
  }

  async mark(id: string, state: OrderState): Promise<void> {
    this.rows.get(id)!.state = state;
  }
}
