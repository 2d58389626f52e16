/** As much of a browser's page as the connection and the store look at. */
import { vi } from "vitest";

export class FakePage {
  visibilityState: "visible" | "hidden" = "visible";
  readonly #window = new EventTarget();
  readonly #document = new EventTarget();
  #frames = new Map<number, () => void>();
  #frame = 0;

  /** Is the page from now on, until `vi.unstubAllGlobals()`. */
  constructor() {
    const { visibilityState } = this;
    const page = Object.assign(this.#document, { visibilityState });
    Object.defineProperty(page, "visibilityState", { get: () => this.visibilityState });
    vi.stubGlobal("document", page);
    vi.stubGlobal("addEventListener", this.#window.addEventListener.bind(this.#window));
    vi.stubGlobal("removeEventListener", this.#window.removeEventListener.bind(this.#window));
    vi.stubGlobal("requestAnimationFrame", (callback: () => void) => {
      this.#frames.set(++this.#frame, callback);
      return this.#frame;
    });
    vi.stubGlobal("cancelAnimationFrame", (frame: number) => this.#frames.delete(frame));
  }

  /** The browser says that it has a network. */
  online(): void {
    this.#window.dispatchEvent(new Event("online"));
  }

  look(visibilityState: "visible" | "hidden"): void {
    this.visibilityState = visibilityState;
    this.#document.dispatchEvent(new Event("visibilitychange"));
  }

  /** Paints: calls what waits for the next animation frame. */
  paint(): void {
    const frames = [...this.#frames.values()];
    this.#frames.clear();
    frames.forEach((callback) => callback());
  }
}
