const RATES: Record<string, number> = { DE: 0.19, AT: 0.2, FR: 0.2, LU: 0.17 };

export class UnknownCountry extends Error {}

export function vatRate(country: string): number {
  const rate = RATES[country];
  if (rate === undefined) throw new UnknownCountry(country);
  return rate;
}

// Companies elsewhere in the union pay the tax themselves.
export function isReverseCharge(country: string, vatNumber?: string): boolean {
  return country !== "DE" && vatNumber !== undefined && /^[A-Z]{2}[0-9A-Z]{8,12}$/.test(vatNumber);
}
