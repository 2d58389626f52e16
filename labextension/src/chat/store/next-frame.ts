/** Calls back once with the next animation frame; where there is none (the page is hidden), soon. */

const HIDDEN_MS = 250;

export class NextFrame {
  readonly #callback: () => void;
  #frame: number | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(callback: () => void) {
    this.#callback = callback;
  }

  request(): void {
    if (this.#timer !== null) return;
    // the timer runs beside the frame: a page that is hidden in between gets no frame
    this.#timer = setTimeout(() => this.#now(), HIDDEN_MS);
    if (typeof requestAnimationFrame === "function") this.#frame = requestAnimationFrame(() => this.#now());
  }

  cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#timer = this.#frame = null;
  }

  #now(): void {
    this.cancel();
    this.#callback();
  }
}
