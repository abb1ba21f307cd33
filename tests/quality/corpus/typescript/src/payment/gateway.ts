import type { Money } from "../pricing/money";

export type PaymentResult =
  | { status: "captured"; reference: string }
  | { status: "declined"; reason: string }
  | { status: "needs-confirmation"; redirect: string };

/** Something that takes money. Asking twice with the same key charges once. */
export interface PaymentGateway {
  charge(amount: Money, orderId: string, idempotencyKey: string): Promise<PaymentResult>;
  refund(reference: string, amount: Money): Promise<void>;
}
