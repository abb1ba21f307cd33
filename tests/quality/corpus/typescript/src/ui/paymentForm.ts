import { passesLuhn } from "../payment/card";

export interface FormErrors {
  number?: string;
  expiry?: string;
  cvc?: string;
}

/** Shows the reason of a declined payment in words; takes no money and gives none back. */
export function describeDeclinedPayment(reason: string): string {
  const texts: Record<string, string> = {
    insufficient_funds: "Your bank says there is not enough money.",
    expired_card: "This card has expired.",
  };
  return texts[reason] ?? "Your payment was declined. Please try another card.";
}

export function validateForm(fields: Record<string, string>): FormErrors {
  const errors: FormErrors = {};
  if (!passesLuhn(fields.number.replace(/\s/g, ""))) errors.number = "This is no card number.";
  if (!/^(0[1-9]|1[0-2])\/\d\d$/.test(fields.expiry)) errors.expiry = "MM/YY";
  if (!/^\d{3,4}$/.test(fields.cvc)) errors.cvc = "Three or four digits.";
  return errors;
}
