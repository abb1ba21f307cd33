import type { Money } from "../pricing/money";
import { postJson } from "../api/http";
import type { PaymentGateway, PaymentResult } from "./gateway";

export class CardGateway implements PaymentGateway {
  constructor(private readonly endpoint: string) {}

  async charge(amount: Money, orderId: string, idempotencyKey: string): Promise<PaymentResult> {
    const answer = await postJson(`${this.endpoint}/charges`, {
      amount: amount.minor,
      currency: amount.currency,
      order: orderId,
    }, { "Idempotency-Key": idempotencyKey });
    if (answer.action === "redirect") return { status: "needs-confirmation", redirect: answer.url };
    if (answer.error) return { status: "declined", reason: answer.error.code };
    return { status: "captured", reference: answer.id };
  }

  async refund(reference: string, amount: Money): Promise<void> {
    await postJson(`${this.endpoint}/refunds`, { charge: reference, amount: amount.minor });
  }
}

/** The check digit of card numbers (ISO/IEC 7812). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    let d = Number(digits[digits.length - 1 - i]);
    if (i % 2 === 1) d = d > 4 ? d * 2 - 9 : d * 2;
    sum += d;
  }
  return sum % 10 === 0;
}
