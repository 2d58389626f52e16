/**
 * One session that is listened to, for as long as it is wanted: over one transport after the other.
 *
 * It knows how far its events have come, so that after a loss only those are asked for that are missing. A session
 * whose log became another one (its epoch changed, or it ends before what we have) is asked for from its beginning;
 * the events until then belong to a position that is void, and are dropped.
 */
import type { Attach, Attached, ServerFrame } from "../protocol";

/** Up to where the events of a session are known. */
export interface Position {
  readonly seq: number;
  readonly epoch: string | null;
}

interface Waiter {
  resolve(sessionId: string): void;
  reject(error: Error): void;
}

export class Attachment {
  /** null until the server has made the session. */
  sessionId: string | null;
  attached = false;
  /** The attach that has no reply yet. */
  requestId: string | null = null;

  #seq: number;
  #epoch: string | null;
  #startsOver = false;
  #waiters: Waiter[] = [];
  #ended: Error | null = null;

  constructor(sessionId: string | null, position: Position) {
    this.sessionId = sessionId;
    this.#seq = position.seq;
    this.#epoch = position.epoch;
  }

  /** Whether the connection has let it go: it will not be attached any more. */
  get released(): boolean {
    return this.#ended !== null;
  }

  /** The session's id, once it is attached. Rejects when it was refused or let go, or the connection is given up. */
  ready(): Promise<string> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    if (this.attached && this.sessionId !== null) return Promise.resolve(this.sessionId);
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  frame(requestId: string, surface: string, kernelId: string | null): Attach {
    this.requestId = requestId;
    this.attached = false;
    const frame: Attach = { type: "attach", request_id: requestId, after_seq: this.#seq, surface };
    if (this.sessionId !== null) frame.session_id = this.sessionId;
    if (kernelId !== null) frame.kernel_id = kernelId;
    return frame;
  }

  /** Takes the reply; false when the session has to be asked for again, from its beginning. */
  take(reply: Attached): boolean {
    this.requestId = null;
    this.sessionId = reply.session_id;
    const another = (this.#epoch !== null && this.#epoch !== reply.epoch) || reply.seq < this.#seq;
    this.#epoch = reply.epoch;
    this.#startsOver = another && this.#seq > 0;
    if (another) this.#seq = 0;
    if (this.#startsOver) return false;
    this.attached = true;
    this.#waiters.splice(0).forEach((waiter) => waiter.resolve(reply.session_id));
    return true;
  }

  /** Takes notice of an event; false when it belongs to what is void. */
  pass(event: ServerFrame): boolean {
    if (this.#startsOver) return false;
    const seq = "seq" in event ? event.seq : null;
    if (typeof seq === "number" && seq > this.#seq) this.#seq = seq;
    return true;
  }

  /** Who waits for it waits in vain. */
  fail(error: Error): void {
    this.requestId = null;
    this.attached = false;
    this.#waiters.splice(0).forEach((waiter) => waiter.reject(error));
  }

  /** It is not wanted any more, or refused. */
  end(error: Error): void {
    this.#ended = error;
    this.fail(error);
  }
}
