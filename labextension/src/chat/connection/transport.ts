/** A live way to the hub, and how to get one. */
import type { Pace } from "./keepalive";

export interface Transport {
  /** How patient to be with it, where it is slower than others. */
  readonly pace?: Pace;
  /** Sends one frame. May throw when the way is gone. */
  send(text: string): void;
  /** Lets go of it; nothing is called any more. */
  close(): void;
  onframe: ((text: string) => void) | null;
  onclose: ((code: number, reason: string) => void) | null;
}

export type Dial = () => Promise<Transport>;

/** The way ended without a word. */
export const ABNORMAL = 1006;

/** The kernel that carried it ended. Only said in the browser. */
export const CLOSE_KERNEL_GONE = 4410;

export const DIAL_TIMEOUT_MS = 10_000;

/** Keeps what comes before somebody listens, and tells of the end once. */
export abstract class Pipe implements Transport {
  #onframe: Transport["onframe"] = null;
  #onclose: Transport["onclose"] = null;
  #waiting: string[] = [];
  #end: { readonly code: number; readonly reason: string } | null = null;
  #told = false;

  abstract send(text: string): void;
  abstract close(): void;

  get onframe(): Transport["onframe"] {
    return this.#onframe;
  }

  set onframe(callback: Transport["onframe"]) {
    this.#onframe = callback;
    if (callback === null) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    waiting.forEach((text) => this.#onframe?.(text));
  }

  get onclose(): Transport["onclose"] {
    return this.#onclose;
  }

  set onclose(callback: Transport["onclose"]) {
    this.#onclose = callback;
    this.#tellEnd();
  }

  protected arrived(text: string): void {
    if (this.#end !== null) return;
    if (this.#onframe === null) this.#waiting.push(text);
    else this.#onframe(text);
  }

  /** The other side is gone. */
  protected ended(code: number, reason: string): void {
    this.#end ??= { code, reason };
    this.#tellEnd();
  }

  /** This side let go. */
  protected hush(): void {
    this.#told = true;
    this.#end ??= { code: ABNORMAL, reason: "" };
    this.#onframe = this.#onclose = null;
    this.#waiting = [];
  }

  #tellEnd(): void {
    if (this.#told || this.#end === null || this.#onclose === null) return;
    this.#told = true;
    this.#onclose(this.#end.code, this.#end.reason);
  }
}
