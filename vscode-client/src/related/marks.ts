/** What the reader of a list of related code should know at a glance: what is a test, what says the same again. */

import type { Found } from "../protocol.ts";

const MARKS = ["test", "duplicate"] as const;

export type Mark = (typeof MARKS)[number];

export function marksOf(found: Found): Mark[] {
  return MARKS.filter((mark) => (found.explanation?.signals[mark] ?? 0) > 0);
}
