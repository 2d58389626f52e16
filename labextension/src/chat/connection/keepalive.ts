/** Finds out that a network is dead which says nothing of it: after a ping, something has to come in time. */

export interface Pace {
  /** Milliseconds between pings. */
  readonly every: number;
  /** How long to wait for a sign of life after each. */
  readonly within: number;
}

export class KeepAlive {
  #interval: ReturnType<typeof setInterval> | null = null;
  #deadline: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly pace: Pace,
    private readonly ping: () => void,
    private readonly dead: () => void,
  ) {}

  start(): void {
    this.stop();
    this.#interval = setInterval(() => this.check(), this.pace.every);
  }

  stop(): void {
    if (this.#interval !== null) clearInterval(this.#interval);
    this.#interval = null;
    this.heard();
  }

  /** Anything came: the other side lives. */
  heard(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  /** Asks for a sign of life, unless one is awaited already. */
  check(): void {
    if (this.#interval === null || this.#deadline !== null) return;
    this.#deadline = setTimeout(() => this.dead(), this.pace.within);
    this.ping();
  }
}
