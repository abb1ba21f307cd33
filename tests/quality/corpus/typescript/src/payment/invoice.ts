import type { Money } from "../pricing/money";
import type { PaymentGateway, PaymentResult } from "./gateway";

export class InvoiceGateway implements PaymentGateway {
  private next = 1;

  async charge(amount: Money, orderId: string, idempotencyKey: string): Promise<PaymentResult> {
    if (amount.minor > 100_000) return { status: "declined", reason: "too-much-for-an-invoice" };
    return { status: "captured", reference: `INV-${this.next++}-${orderId}` };
  }

  async refund(reference: string, amount: Money): Promise<void> {
    console.info(`credit note for ${reference}: ${amount}`);
  }
}
