/**
 * The hub over a widget's comm, where its WebSocket is out of the page's reach: the kernel carries the frames.
 *
 * To the kernel: `{to: "copilot", connection, open: true}`, then `{…, frame}` and at the end `{…, close: true}`.
 * From it: `{connection, opened: true}`, then `{connection, n, frames: [text, …]}` and at the end
 * `{connection, closed: {code, reason}}`. A front end drops comm messages that come too fast; `n` counts them from 0,
 * so a gap is seen. The transport then ends as it does for a client that did not read, and the missing events are
 * asked for again.
 *
 * Where a front end or a kernel has no subshells, what is sent waits until the running cell has ended. So this way is
 * patient.
 */
import { asText, isObject } from "../fold/fields";
import { CLOSE_TOO_SLOW } from "../protocol";
import { ClosedWhileOpening } from "./errors";
import { newId } from "./ids";
import type { Pace } from "./keepalive";
import { ABNORMAL, CLOSE_KERNEL_GONE, Pipe, type Dial } from "./transport";

/** A kernel may read nothing while a cell runs, and read on when it has ended. */
const PATIENCE_MS = 600_000;
const PACE: Pace = { every: 25_000, within: PATIENCE_MS, busyAfter: 3_000 };

/** A message of the kernel; and that the kernel, and the comm with it, is not the one it was. */
type CommEvent = "msg:custom" | "comm_live_update";

/** What of anywidget's model is used. */
export interface CommModel {
  send(content: unknown): void;
  on(event: CommEvent, callback: (content: unknown) => void): void;
  off(event: CommEvent, callback: (content: unknown) => void): void;
}

export function dialComm(model: CommModel): Dial {
  let gone = false;
  return async () => {
    if (gone) throw new ClosedWhileOpening(CLOSE_KERNEL_GONE, "");
    const transport = new CommTransport(model, () => (gone = true));
    await transport.opened();
    return transport;
  };
}

class CommTransport extends Pipe {
  readonly pace = PACE;
  readonly #model: CommModel;
  readonly #connection = newId();
  readonly #take = (content: unknown): void => this.#taken(content);
  readonly #die = (): void => {
    this.tellGone();
    this.#end(new ClosedWhileOpening(CLOSE_KERNEL_GONE, ""));
  };
  #settle: { resolve(): void; reject(error: Error): void } | null = null;
  #next = 0;

  constructor(
    model: CommModel,
    private readonly tellGone: () => void,
  ) {
    super();
    this.#model = model;
  }

  /** Rejects when the kernel does not answer in time, or refuses. */
  opened(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => this.#refuse(new Error("the kernel did not answer in time")), PATIENCE_MS);
      this.#settle = {
        resolve: () => (clearTimeout(timer), resolve()),
        reject: (error) => (clearTimeout(timer), reject(error)),
      };
      this.#model.on("msg:custom", this.#take);
      this.#model.on("comm_live_update", this.#die);
      try {
        this.#tell({ open: true });
      } catch (error) {
        this.#refuse(error instanceof Error ? error : new Error("the kernel is gone"));
      }
    });
  }

  send(text: string): void {
    this.#tell({ frame: text });
  }

  close(): void {
    this.hush();
    this.#leave();
  }

  #tell(content: object): void {
    this.#model.send({ to: "copilot", connection: this.#connection, ...content });
  }

  #taken(content: unknown): void {
    if (!isObject(content) || content.connection !== this.#connection) return;
    if (isObject(content.closed)) {
      const { code, reason } = content.closed;
      const end = new ClosedWhileOpening(typeof code === "number" ? code : ABNORMAL, asText(reason));
      this.#end(end);
    } else if (content.opened === true) {
      this.#settle?.resolve();
      this.#settle = null;
    } else if (Array.isArray(content.frames)) {
      this.#frames(content.n, content.frames);
    }
  }

  #end(end: ClosedWhileOpening): void {
    this.#listenNoMore();
    this.#settle?.reject(end);
    this.#settle = null;
    this.ended(end.code, end.reason);
  }

  #listenNoMore(): void {
    this.#model.off("msg:custom", this.#take);
    this.#model.off("comm_live_update", this.#die);
  }

  #frames(n: unknown, frames: unknown[]): void {
    if (n === this.#next) {
      this.#next++;
      for (const frame of frames) if (typeof frame === "string") this.arrived(frame);
    } else if (typeof n !== "number" || n > this.#next) {
      this.#leave();
      this.ended(CLOSE_TOO_SLOW, "messages of the kernel were lost");
    }
  }

  #refuse(error: Error): void {
    this.#leave();
    this.#settle?.reject(error);
    this.#settle = null;
  }

  /** Says that nobody is here any more. */
  #leave(): void {
    this.#listenNoMore();
    try {
      this.#tell({ close: true });
    } catch {
      // the kernel is gone; then it knows
    }
  }
}
