/** What an error says to the user: a message of the server may end with a suggestion. */

export interface ErrorText {
  /** What is wrong, on one line. */
  what: string;
  /** What to do about it; "" when nothing is suggested. */
  advice: string;
}

export function errorText(error: unknown): ErrorText {
  const [what = "", ...rest] = (error instanceof Error ? error.message : String(error)).split("\n");
  return {
    what,
    advice: rest
      .join(" ")
      .replace(/^Suggestion: /, "")
      .trim(),
  };
}

/** Returns both, one after the other, for a message. */
export function inFull(error: unknown): string {
  const { what, advice } = errorText(error);
  return unlinked(advice === "" ? what : `${what} ${advice}`);
}

/**
 * Returns a text for a message. The editor makes links of the Markdown in it, and a link may run a command: an invisible
 * character keeps names of files and patterns of ignore files as they are written.
 */
export function unlinked(text: string): string {
  return text.replaceAll("](", "]\u200b(");
}
