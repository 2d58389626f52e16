/**
 * Whether results still stand, for those that are looked at. Asked in batches, for each result at most once a minute,
 * or at once when somebody looks into one, and never while a turn runs: the kernel has better to do, and what the turn
 * makes is fresh.
 */
import type { Check } from "../chat";
import type { Verification } from "../protocol";
import type { Result } from "../state";

type Checks = ReadonlyMap<Result, Check>;

interface Surroundings {
  /** Null where nobody answers. */
  ask(refs: string[]): Promise<readonly Verification[] | null>;
  mayAsk(): boolean;
  show(checks: Checks): void;
}

const SOON_MS = 100;
const AGAIN_MS = 60_000;
/** The protocol takes no more at once. */
const MOST = 64;
const CHECKING: Check = { state: "checking", reason: "" };

export class Verifier {
  readonly #around: Surroundings;
  readonly #wanted = new Set<Result>();
  readonly #askedAt = new WeakMap<Result, number>();
  #checks: Checks = new Map();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Somebody looks at it; `closely`: at what it was made of. */
  want(result: Result, closely: boolean): void {
    if (!closely && Date.now() - (this.#askedAt.get(result) ?? -Infinity) < AGAIN_MS) return;
    this.#wanted.add(result);
    this.resume();
  }

  /** It may be possible to ask again. */
  resume(): void {
    if (this.#wanted.size > 0 && this.#around.mayAsk()) this.#timer ??= setTimeout(() => void this.#ask(), SOON_MS);
  }

  set(result: Result, check: Check | null): void {
    const checks = new Map(this.#checks);
    if (check === null) checks.delete(result);
    else checks.set(result, check);
    this.#around.show((this.#checks = checks));
  }

  get(result: Result): Check | null {
    return this.#checks.get(result) ?? null;
  }

  /** Another session is shown. */
  clear(): void {
    this.stop();
    this.#wanted.clear();
    this.#around.show((this.#checks = new Map()));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #ask(): Promise<void> {
    this.#timer = null;
    if (!this.#around.mayAsk()) return;
    const asked = [...this.#wanted].slice(0, MOST);
    const before = new Map(asked.map((result) => [result, this.get(result)]));
    for (const result of asked) {
      this.#wanted.delete(result);
      this.#askedAt.set(result, Date.now());
      if (before.get(result) === null) this.set(result, CHECKING);
    }
    const found = await this.#around.ask(asked.map((result) => result.ref));
    for (const result of asked) {
      if (this.get(result)?.state === "running") continue; // it is being run again by now
      const told = found?.find((one) => one.ref === result.ref);
      this.set(result, told ? { state: told.state, reason: told.reason } : (before.get(result) ?? null));
    }
    this.resume();
  }
}
