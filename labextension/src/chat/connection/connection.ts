/**
 * One connection to the hub that survives its transports.
 *
 * A request is a frame with a `request_id`; its reply settles the request's promise. A session is attached for as long
 * as its `Attachment` is held. When the transport is lost, the connection dials again with growing, jittered delays, at
 * once when the browser has its network back; then it attaches its sessions after the last event that it has, and sends
 * again what has no reply yet. A message keeps its `message_id`, so the server takes it once. After too many tries, or a
 * close that trying does not mend, it is lost until `reconnect()`.
 */
import type { ConnectionStatus } from "../chat";
import { isObject } from "../fold/fields";
import {
  CLOSE_NOT_AUTHENTICATED,
  CLOSE_TOO_LARGE,
  CLOSE_TOO_MANY_CONNECTIONS,
  CLOSE_TOO_SLOW,
  MAX_FRAME_BYTES,
  type Attached,
  type ClientFrame,
  type ServerFrame,
} from "../protocol";
import { CONNECTION_WORDS, type ConnectionWords, type Said } from "../words/connection";
import { Attachment, type Position } from "./attachment";
import { exponential, type Backoff } from "./backoff";
import { ClosedWhileOpening, ConnectionError, Incompatible, ServerError } from "./errors";
import { newId } from "./ids";
import { KeepAlive, type Pace } from "./keepalive";
import { Requests, type Reply } from "./requests";
import { ABNORMAL, CLOSE_KERNEL_GONE, type Dial, type Transport } from "./transport";
import { onWakeup } from "./wakeups";

export interface ConnectionOptions {
  readonly surface: string;
  /** The notebook's kernel, at the moment of attaching. */
  readonly kernelId: () => string | null;
  readonly backoff?: Backoff;
  readonly keepAlive?: Pace;
  /** Milliseconds that a request waits for its reply. */
  readonly requestTimeout?: number;
  /** Asked each time, because the language may change. */
  readonly words?: () => ConnectionWords;
}

export interface ConnectionListener {
  /** A frame that is no reply, and every `attached`. */
  onframe(frame: ServerFrame): void;
  onstatus(status: ConnectionStatus): void;
  /** A session could not be attached (again). It is let go. */
  onrefused(attachment: Attachment, error: ServerError): void;
}

/** The way broke for a reason that the other side knows. */
const CLOSE_FAILED = 1011;
const KEEP_ALIVE: Pace = { every: 25_000, within: 10_000 };
const REQUEST_TIMEOUT_MS = 60_000;
const NOWHERE: Position = { seq: 0, epoch: null };

export class Connection {
  readonly #dial: Dial;
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  readonly #backoff: Backoff;
  readonly #wordsNow: () => ConnectionWords;
  readonly #requests = new Requests();
  readonly #attachments = new Set<Attachment>();
  readonly #keepAlive: KeepAlive;
  readonly #stopWakeups: () => void;

  #status: ConnectionStatus = { state: "connecting" };
  #transport: Transport | null = null;
  /** Counts the dials, so that one that was given up is known when it answers late. */
  #dialed = 0;
  #dialing = false;
  /** Whether this transport brought anything. */
  #heard = false;
  /** Milliseconds that a request waits for its reply. */
  #patience: number;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  /** Lost for a reason that the browser's network has nothing to do with. */
  #final = false;
  #closed = false;

  constructor(dial: Dial, options: ConnectionOptions, listener: ConnectionListener) {
    this.#dial = dial;
    this.#options = options;
    this.#listener = listener;
    this.#backoff = options.backoff ?? exponential();
    this.#wordsNow = options.words ?? (() => CONNECTION_WORDS.en);
    this.#patience = options.requestTimeout ?? REQUEST_TIMEOUT_MS;
    this.#keepAlive = new KeepAlive(
      () => this.#send({ type: "ping" }),
      () => this.#lost(ABNORMAL, ""),
      (busy) => this.#show(busy ? { state: "open", busy } : { state: "open" }),
    );
    this.#stopWakeups = onWakeup(() => this.#wake());
    this.#connect();
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** Sends a frame and gives its reply. Rejects with ServerError or ConnectionError. */
  request(frame: ClientFrame): Promise<Reply> {
    if (this.#closed) return Promise.reject(new ConnectionError(this.#words.closed));
    if (this.#status.state === "lost") return Promise.reject(new ConnectionError(this.#status));
    const requestId = newId();
    const text = JSON.stringify({ ...frame, request_id: requestId });
    if (isTooLarge(text)) {
      const { message, hint } = this.#words.messageTooLong;
      return Promise.reject(new ServerError("too_large", message, hint));
    }
    const reply = this.#requests.add(requestId, text, this.#patience, () => new ConnectionError(this.#words.noReply));
    this.#sendText(text);
    this.#keepAlive.awaiting();
    return reply;
  }

  /** Listens to a session from `position` on; to a new one when there is no id. */
  attach(sessionId: string | null, position: Position = NOWHERE): Attachment {
    const attachment = new Attachment(sessionId, position);
    this.#attachments.add(attachment);
    this.#ask(attachment);
    return attachment;
  }

  /** Lets a session go. */
  release(attachment: Attachment): void {
    if (!this.#attachments.delete(attachment)) return;
    if (attachment.attached) this.#detach(attachment.sessionId);
    attachment.end(new ConnectionError(this.#words.closed));
  }

  /** Tries again now, with all tries. */
  reconnect(): void {
    if (this.#closed || this.#transport !== null || this.#dialing) return;
    this.#failures = 0;
    this.#final = false;
    this.#show({ state: "connecting" });
    this.#connect();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWakeups();
    this.#drop();
    const error = new ConnectionError(this.#words.closed);
    this.#requests.rejectAll(error);
    for (const attachment of this.#attachments) attachment.end(error);
    this.#attachments.clear();
  }

  // --- the life of the transports ------------------------------------------------------------------

  #connect(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const dialed = ++this.#dialed;
    this.#dialing = true;
    const isCurrent = (): boolean => dialed === this.#dialed && !this.#closed;
    this.#dial().then(
      (transport) => (isCurrent() ? this.#opened(transport) : transport.close()),
      (error: unknown) => {
        if (!isCurrent()) return;
        this.#dialing = false;
        if (error instanceof Incompatible) this.#giveUp(this.#words.otherVersion, true);
        else if (error instanceof ClosedWhileOpening) this.#refusedToOpen(error);
        else this.#pause();
      },
    );
  }

  #opened(transport: Transport): void {
    this.#dialing = false;
    this.#transport = transport;
    this.#heard = false;
    this.#keepAlive.start(transport.pace ?? this.#options.keepAlive ?? KEEP_ALIVE);
    if (transport.pace !== undefined) this.#patience = Math.max(this.#patience, transport.pace.within);
    transport.onframe = (text) => this.#take(text);
    transport.onclose = (code, reason) => this.#lost(code, reason);
    for (const attachment of this.#attachments) this.#ask(attachment);
    for (const text of this.#requests.texts()) this.#sendText(text);
    if (this.#transport === transport) this.#show({ state: "open" }); // else it was lost meanwhile
  }

  #refusedToOpen({ code, reason }: ClosedWhileOpening): void {
    if (code !== CLOSE_FAILED || reason === "") return this.#lost(code, reason);
    this.#giveUp({ message: reason, hint: "" }, true); // it says what to do, and trying again does not help
  }

  #lost(code: number, reason: string): void {
    this.#drop();
    const words = this.#finalWords(code, reason);
    if (words !== null) this.#giveUp(words, true);
    else if (code === CLOSE_TOO_SLOW && this.#heard) this.#connect();
    else this.#pause();
  }

  /** Lets the transport go, and whatever would bring another one. */
  #drop(): void {
    const transport = this.#transport;
    this.#transport = null;
    this.#dialing = false;
    this.#dialed++;
    this.#keepAlive.stop();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    for (const attachment of this.#attachments) attachment.attached = false;
    if (transport === null) return;
    transport.onframe = transport.onclose = null;
    transport.close();
  }

  #pause(): void {
    this.#failures++;
    const { tries } = this.#backoff;
    if (this.#failures > tries) {
      this.#giveUp(this.#words.unreachable, false);
      return;
    }
    this.#show({ state: "reconnecting", attempt: this.#failures, of: tries });
    this.#retry = setTimeout(() => this.#connect(), this.#backoff.delay(this.#failures));
  }

  #giveUp({ message, hint }: Said, final: boolean): void {
    this.#final = final;
    this.#show({ state: "lost", message, hint });
    this.#fail(new ConnectionError({ message, hint }));
  }

  #wake(): void {
    if (this.#transport !== null) this.#keepAlive.check();
    else if (this.#retry !== null || (this.#status.state === "lost" && !this.#final)) this.reconnect();
  }

  /** What to say when trying again does not help; null when it may. */
  get #words(): ConnectionWords {
    return this.#wordsNow();
  }

  #finalWords(code: number, reason: string): Said | null {
    if (code === CLOSE_KERNEL_GONE) return this.#words.kernelGone;
    if (code === CLOSE_TOO_LARGE) return this.#words.frameTooLarge;
    const words =
      code === CLOSE_NOT_AUTHENTICATED
        ? this.#words.loggedOut
        : code === CLOSE_TOO_MANY_CONNECTIONS
          ? this.#words.tooMany
          : null;
    return words !== null && reason !== "" ? { ...words, message: reason } : words;
  }

  #fail(error: Error): void {
    this.#requests.rejectAll(error);
    for (const attachment of this.#attachments) attachment.fail(error);
  }

  #show(status: ConnectionStatus): void {
    this.#status = status;
    this.#listener.onstatus(status);
  }

  // --- frames ----------------------------------------------------------------------------------------

  #ask(attachment: Attachment): void {
    if (this.#transport !== null)
      this.#send(attachment.frame(newId(), this.#options.surface, this.#options.kernelId()));
  }

  #detach(sessionId: string | null): void {
    if (sessionId !== null) this.#send({ type: "detach", session_id: sessionId });
  }

  #send(frame: ClientFrame): void {
    this.#sendText(JSON.stringify(frame));
  }

  #sendText(text: string): void {
    try {
      this.#transport?.send(text);
    } catch {
      this.#lost(ABNORMAL, ""); // what has no reply is sent again
    }
  }

  #take(text: string): void {
    this.#failures = 0;
    this.#heard = true;
    this.#keepAlive.heard();
    const frame = parse(text);
    if (frame === null || frame.type === "pong") return;
    const requestId = "request_id" in frame && typeof frame.request_id === "string" ? frame.request_id : null;
    const attachment = this.#attachmentOf(requestId);
    if (frame.type === "attached") this.#attached(frame, attachment);
    else if (requestId === null) this.#event(frame);
    else if (attachment === null) this.#requests.settle(requestId, frame as Reply);
    else if (frame.type === "error") this.#refused(attachment, frame.code, frame.message, frame.hint);
  }

  #attachmentOf(requestId: string | null): Attachment | null {
    if (requestId !== null) for (const one of this.#attachments) if (one.requestId === requestId) return one;
    return null;
  }

  #attached(frame: Attached, attachment: Attachment | null): void {
    if (attachment === null) {
      // nobody wants it any more; but it may be wanted again since
      if (![...this.#attachments].some((one) => one.sessionId === frame.session_id)) this.#detach(frame.session_id);
      return;
    }
    const complete = attachment.take(frame);
    this.#listener.onframe(frame);
    if (!complete && !attachment.released) this.#ask(attachment);
  }

  #event(frame: ServerFrame): void {
    const sessionId = "session_id" in frame ? frame.session_id : null;
    for (const one of this.#attachments) if (one.sessionId === sessionId && !one.pass(frame)) return;
    this.#listener.onframe(frame);
  }

  #refused(attachment: Attachment, code: string, message: string, hint: string): void {
    const error = new ServerError(code, message, hint);
    this.#attachments.delete(attachment);
    attachment.end(error);
    this.#listener.onrefused(attachment, error);
  }
}

function parse(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    return isObject(frame) && typeof frame.type === "string" ? (frame as unknown as ServerFrame) : null;
  } catch {
    return null;
  }
}

function isTooLarge(text: string): boolean {
  return text.length * 3 > MAX_FRAME_BYTES && new TextEncoder().encode(text).length > MAX_FRAME_BYTES;
}
