/** Why the server ended, in plain words, from its exit and the last lines of its standard error. Pure. */

const TAIL_LINES = 40;
const REASON_LENGTH = 200;

/** Keeps the last lines that a process wrote. */
export class Tail {
  private text = "";

  add(chunk: string): void {
    this.text = (this.text + chunk).split("\n").slice(-TAIL_LINES).join("\n");
  }

  lines(): string[] {
    return this.text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  }
}

export interface Exit {
  code: number | null;
  signal: string | null;
}

/** Returns the reason in one line: the last error that Python reported if there is one, else how the process ended. */
export function reasonOf(exit: Exit, tail: Tail): string {
  const error = tail.lines().findLast((line) => /^[\w.]*(Error|Exception|Interrupt)\b/.test(line));
  if (error !== undefined) return shortened(error);
  if (exit.signal !== null)
    return exit.signal === "SIGKILL"
      ? "it was killed (SIGKILL), perhaps for want of memory"
      : `it was ended by ${exit.signal}`;
  const last = tail.lines().at(-1);
  const ended = exit.code === null ? "it ended" : `it ended with exit code ${exit.code}`;
  return last === undefined ? ended : `${ended}: ${shortened(last)}`;
}

function shortened(text: string): string {
  return text.length > REASON_LENGTH ? `${text.slice(0, REASON_LENGTH - 1)}…` : text;
}
