/** How long to wait before each try: twice as long each time, and not all clients at the same moment. */

export interface Backoff {
  readonly tries: number;
  /** Milliseconds before try `attempt`, counted from 1. */
  delay(attempt: number): number;
}

const FIRST_MS = 500;

/** 0.5, 1, 2, 4 and 8 s, each made up to a quarter shorter or longer by chance. */
export function exponential(tries = 5, random: () => number = Math.random): Backoff {
  return { tries, delay: (attempt) => FIRST_MS * 2 ** (attempt - 1) * (0.75 + random() / 2) };
}
