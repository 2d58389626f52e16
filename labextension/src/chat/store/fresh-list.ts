/** Keeps a list that is shown up to date: loads it anew soon after something in it may have changed. */

const SOON_MS = 300;

export class FreshList {
  readonly #load: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #wanted = false;
  #loading = false;
  #again = false;

  constructor(load: () => Promise<void>) {
    this.#load = load;
  }

  /** Loads it; while it is being loaded, once more afterwards. */
  now(): void {
    this.#wanted = true;
    this.stop();
    if (this.#loading) {
      this.#again = true;
      return;
    }
    this.#loading = true;
    void this.#load().finally(() => {
      this.#loading = false;
      if (this.#again) this.now();
    });
  }

  /** Something in it may have changed; nothing to do while nobody has asked for the list. */
  soon(): void {
    if (this.#wanted) this.#timer ??= setTimeout(() => this.now(), SOON_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#again = false;
  }
}
