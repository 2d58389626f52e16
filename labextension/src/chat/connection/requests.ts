/** The requests without a reply, in the order in which they were made; they are sent again over the next transport. */
import type { ServerFrame } from "../protocol";
import { ServerError } from "./errors";

/** A frame that can answer a request. */
export type Reply = Extract<ServerFrame, { request_id: string | null }>;

interface Pending {
  readonly text: string;
  readonly timer: ReturnType<typeof setTimeout>;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

export class Requests {
  readonly #pending = new Map<string, Pending>();

  /** Remembers a request; the promise is settled by its reply, or with `late()` after `timeout` ms. */
  add(requestId: string, text: string, timeout: number, late: () => Error): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(requestId);
        reject(late());
      }, timeout);
      this.#pending.set(requestId, { text, timer, resolve, reject });
    });
  }

  /** Settles the request that `reply` answers; false when there is none. */
  settle(requestId: string, reply: Reply): boolean {
    const pending = this.#take(requestId);
    if (pending === undefined) return false;
    if (reply.type === "error") pending.reject(new ServerError(reply.code, reply.message, reply.hint));
    else pending.resolve(reply);
    return true;
  }

  /** The texts of all that wait. */
  texts(): string[] {
    return [...this.#pending.values()].map((pending) => pending.text);
  }

  rejectAll(error: Error): void {
    for (const requestId of [...this.#pending.keys()]) this.#take(requestId)?.reject(error);
  }

  #take(requestId: string): Pending | undefined {
    const pending = this.#pending.get(requestId);
    if (pending !== undefined) clearTimeout(pending.timer);
    this.#pending.delete(requestId);
    return pending;
  }
}
