import { CardGateway } from "./card";
import type { PaymentGateway } from "./gateway";
import { InvoiceGateway } from "./invoice";

export type { PaymentGateway, PaymentResult } from "./gateway";

export function createGateway(method: "card" | "invoice", endpoint: string): PaymentGateway {
  return method === "card" ? new CardGateway(endpoint) : new InvoiceGateway();
}
