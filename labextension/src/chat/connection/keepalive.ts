/** Finds out that a network is dead which says nothing of it: after a ping, something has to come in time. */

export interface Pace {
  /** Milliseconds between pings. */
  readonly every: number;
  /** How long to wait for a sign of life after each. */
  readonly within: number;
  /** After how long without a reply the other side counts as busy; never without. */
  readonly busyAfter?: number;
}

export class KeepAlive {
  #interval: ReturnType<typeof setInterval> | null = null;
  #deadline: ReturnType<typeof setTimeout> | null = null;
  #patience: ReturnType<typeof setTimeout> | null = null;
  #pace: Pace | null = null;
  #busy = false;

  constructor(
    private readonly ping: () => void,
    private readonly dead: () => void,
    private readonly tellBusy: (busy: boolean) => void,
  ) {}

  start(pace: Pace): void {
    this.stop();
    this.#pace = pace;
    this.#interval = setInterval(() => this.check(), pace.every);
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = this.#pace = null;
    this.#busy = false; // what follows is told otherwise
    this.heard();
  }

  /** Anything came: the other side lives. */
  heard(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#deadline = this.#patience = null;
    if (this.#busy) this.#setBusy(false);
  }

  /** Something was sent that the other side replies to. */
  awaiting(): void {
    if (this.#pace?.busyAfter === undefined || this.#patience !== null) return;
    this.#patience = setTimeout(() => this.#setBusy(true), this.#pace.busyAfter);
  }

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    this.tellBusy(busy);
  }

  /** Asks for a sign of life, unless one is awaited already. */
  check(): void {
    if (this.#pace === null || this.#deadline !== null) return;
    this.#deadline = setTimeout(() => this.dead(), this.#pace.within);
    this.ping();
    this.awaiting();
  }
}
