/** Marks in a list of related code, for reading at a glance: what is a test, what is a near-duplicate. */

import type { Found } from "../protocol.ts";

const MARKS = ["test", "duplicate"] as const;

export type Mark = (typeof MARKS)[number];

export function marksOf(found: Found): Mark[] {
  return MARKS.filter((mark) => (found.explanation?.signals[mark] ?? 0) > 0);
}
