/**
 * A hub in memory, for one user: sessions with a log, who listens to them, replies to every frame. Its answers come in
 * a later microtask, its events when a test makes them happen. `dial` is how to connect; `offline`, `mute` and `drop`
 * are how networks fail; `refuse` and `ignore` how requests do.
 */
import { ClosedWhileOpening } from "../src/chat/connection/errors";
import { Pipe, type Dial } from "../src/chat/connection/transport";
import type {
  About,
  ClientFrame,
  ErrorCode,
  ReceiptInfo,
  ReminderItem,
  ServerFrame,
  SessionInfo,
  TableInfo,
  TodoItem,
} from "../src/chat/protocol";
import { AT, Script, sessionInfo } from "./frames";

type Frame<T extends ClientFrame["type"]> = Extract<ClientFrame, { type: T }>;

export const ABOUT: Omit<About, "request_id"> = {
  type: "about",
  version: "0.1.0",
  model: "offline",
  provider: null,
  host: null,
  offline: true,
  problem: null,
  persistent: true,
  warnings: [],
  models: [],
  agents: [],
  commands: [],
};

export class FakeServer {
  readonly sessions = new Map<string, FakeSession>();
  readonly deleted = new Set<string>();
  /** The connections that are open. */
  readonly open = new Set<FakeConnection>();
  /** Every frame that came, but pings. */
  readonly received: ClientFrame[] = [];
  pings = 0;
  dials = 0;
  /** Nobody is there. */
  offline = false;
  /** Frames reach nobody, and nobody notices. */
  mute = false;
  /** Types that get no answer, as if the connection were lost before it. */
  readonly ignore = new Set<ClientFrame["type"]>();
  todos: TodoItem[] = [];
  reminders: ReminderItem[] = [];
  tables: TableInfo[] = [];
  receipts: ReceiptInfo[] = [];
  readonly payloads = new Map<string, string>();
  readonly #refusals = new Map<ClientFrame["type"], ErrorCode>();
  /** What commands answer. */
  readonly answers = new Map<string, { content: string; switch_to?: string }>();

  readonly dial: Dial = async () => {
    this.dials++;
    if (this.offline) throw new Error("nobody is there");
    const connection = new FakeConnection(this);
    this.open.add(connection);
    return connection;
  };

  /** The next dial is let in and closed. */
  readonly dialAndClose =
    (code: number, reason = ""): Dial =>
    () =>
      Promise.reject(new ClosedWhileOpening(code, reason));

  session(sessionId: string): FakeSession {
    let session = this.sessions.get(sessionId);
    if (session === undefined) this.sessions.set(sessionId, (session = new FakeSession(this, sessionId)));
    return session;
  }

  /** Ends every connection, as seen by the client. */
  drop(code = 1006, reason = ""): void {
    for (const connection of [...this.open]) connection.drop(code, reason);
  }

  push(frame: ServerFrame): void {
    for (const connection of this.open) connection.deliver(frame);
  }

  /** The next frame of this type is answered with an error. */
  refuse(type: ClientFrame["type"], code: ErrorCode = "internal"): void {
    this.#refusals.set(type, code);
  }

  /** The frames of one type that came. */
  got<T extends ClientFrame["type"]>(type: T): Frame<T>[] {
    return this.received.filter((frame): frame is Frame<T> => frame.type === type);
  }

  receive(connection: FakeConnection, frame: ClientFrame): void {
    if (frame.type === "ping") {
      this.pings++;
      connection.deliver({ type: "pong", request_id: null });
      return;
    }
    this.received.push(frame);
    if (this.ignore.has(frame.type)) return;
    const code = this.#refusals.get(frame.type);
    this.#refusals.delete(frame.type);
    if (code !== undefined) connection.deliver(error(frame, code));
    else this.#handle(connection, frame);
  }

  #handle(connection: FakeConnection, frame: ClientFrame): void {
    const request_id = frame.request_id ?? null;
    switch (frame.type) {
      case "attach":
        this.#attach(connection, frame);
        return;
      case "detach":
        this.sessions.get(frame.session_id)?.listeners.delete(connection);
        break;
      case "list":
        connection.deliver(this.#list(frame, request_id));
        return;
      case "receipt":
        connection.deliver({
          type: "payload",
          request_id,
          session_id: frame.session_id,
          receipt_id: frame.receipt_id,
          content: this.payloads.get(frame.receipt_id) ?? null,
        });
        return;
      case "verify":
        connection.deliver({
          type: "verified",
          request_id,
          session_id: frame.session_id,
          results: (frame.refs ?? []).map((ref) => ({ ref, state: "fresh", reason: "" })),
        });
        return;
      case "describe":
        connection.deliver({ ...ABOUT, request_id });
        return;
      case "export":
        connection.deliver({
          type: "exported",
          request_id,
          session_id: frame.session_id,
          format: frame.format ?? "md",
          filename: "penguins.md",
          content: "# Penguins",
        });
        return;
      case "message":
        this.#message(connection, frame);
        return;
      case "delete":
        this.sessions.get(frame.session_id)?.delete();
        break;
      case "configure":
      case "rename":
        this.session(frame.session_id).update(frame.type === "rename" ? { title: frame.title } : given(frame));
        break;
      case "clear":
        this.session(frame.session_id).clear();
        break;
    }
    if (request_id !== null) connection.deliver(ack(frame));
  }

  #attach(connection: FakeConnection, frame: Frame<"attach">): void {
    const sessionId = frame.session_id ?? `new-${this.sessions.size + 1}`;
    if (this.deleted.has(sessionId)) connection.deliver(error(frame, "unknown_session"));
    else this.session(sessionId).attach(connection, frame.request_id ?? null, frame.after_seq ?? 0);
  }

  #list({ what = "sessions", session_id }: Frame<"list">, request_id: string | null): ServerFrame {
    const ofSession = { request_id, session_id: session_id ?? "" };
    if (what === "tables") return { type: "tables", ...ofSession, kernel_id: null, tables: this.tables, problem: null };
    if (what === "receipts") return { type: "receipts", ...ofSession, receipts: this.receipts };
    if (what === "todos") return { type: "todos", request_id, todos: this.todos };
    if (what === "reminders") return { type: "reminders", request_id, reminders: this.reminders };
    return { type: "sessions", request_id, sessions: [...this.sessions.values()].map((session) => session.info) };
  }

  #message(connection: FakeConnection, frame: Frame<"message">): void {
    const session = this.session(frame.session_id);
    if (/^\/[^/]/.test(frame.content)) {
      if (frame.content === "/clear") session.clear();
      const { content, switch_to = null } = this.answers.get(frame.content) ?? { content: "Done." };
      const notice = session.script.live("notice", { content, switch_to, request_id: frame.request_id ?? null });
      connection.deliver(notice);
      return;
    }
    connection.deliver({
      ...ack(frame),
      message_id: frame.message_id,
      ...session.say(frame.message_id, frame.content),
    });
  }
}

export class FakeSession {
  readonly listeners = new Set<FakeConnection>();
  readonly #live = new Map<string, Extract<ServerFrame, { type: "text" }>>();
  readonly #said = new Map<string, number>();
  #log: ServerFrame[] = [];
  script: Script;
  info: SessionInfo;

  constructor(
    readonly server: FakeServer,
    sessionId: string,
  ) {
    this.script = new Script(sessionId);
    this.info = sessionInfo(sessionId);
  }

  attach(connection: FakeConnection, request_id: string | null, afterSeq: number): void {
    connection.deliver(this.script.attached({ request_id, session: this.info }));
    for (const event of this.#log) if ("seq" in event && (event.seq ?? 0) > afterSeq) connection.deliver(event);
    for (const text of this.#live.values()) connection.deliver(text);
    this.listeners.add(connection);
  }

  /** Something happens. */
  emit(...frames: ServerFrame[]): void {
    for (const frame of frames) {
      if ("seq" in frame && frame.seq !== null) this.#log.push(frame);
      if (frame.type === "text") {
        const before = this.#live.get(frame.message_id)?.delta ?? "";
        this.#live.set(frame.message_id, { ...frame, offset: 0, delta: before + frame.delta });
      }
      if (frame.type === "message") this.#live.delete(frame.message_id);
      for (const listener of this.listeners) listener.deliver(frame);
    }
  }

  /** Takes a user's message, each once. */
  say(messageId: string, content: string): { seq: number; queued: boolean } {
    const queued = this.script.turnId !== null;
    let seq = this.#said.get(messageId);
    if (seq === undefined) {
      this.emit(this.script.event("user_message", { message_id: messageId, content, queued }));
      this.#said.set(messageId, (seq = this.script.seq));
    }
    return { seq, queued };
  }

  update(changes: Partial<SessionInfo>): void {
    this.info = { ...this.info, ...changes };
    const { title, agent, model, privacy, ceiling, names, rules, kernel_id } = this.info;
    const shown = { title, agent, model, privacy, ceiling, names, rules, kernel_id };
    this.emit(this.script.event("session_updated", shown));
  }

  clear(): void {
    this.#log = [];
    this.emit(this.script.event("cleared"));
  }

  delete(): void {
    this.emit(this.script.live("session_deleted"));
    this.listeners.clear();
    this.server.sessions.delete(this.script.sessionId);
    this.server.deleted.add(this.script.sessionId);
  }

  /** The log is lost; there is another one now. */
  loseLog(epoch = "e2"): void {
    this.#log = [];
    this.#live.clear();
    this.script = new Script(this.script.sessionId, epoch);
  }
}

class FakeConnection extends Pipe {
  constructor(private readonly server: FakeServer) {
    super();
  }

  send(text: string): void {
    if (!this.server.open.has(this)) throw new Error("the connection is closed");
    if (!this.server.mute) queueMicrotask(() => this.#arrive(text));
  }

  close(): void {
    this.hush();
    this.#leave();
  }

  drop(code: number, reason: string): void {
    this.#leave();
    this.ended(code, reason);
  }

  deliver(frame: ServerFrame): void {
    if (!this.server.mute && this.server.open.has(this)) this.arrived(JSON.stringify(frame));
  }

  #arrive(text: string): void {
    if (this.server.open.has(this)) this.server.receive(this, JSON.parse(text) as ClientFrame);
  }

  #leave(): void {
    this.server.open.delete(this);
    for (const session of this.server.sessions.values()) session.listeners.delete(this);
  }
}

function ack(frame: ClientFrame): Extract<ServerFrame, { type: "ack" }> {
  const session_id = "session_id" in frame ? (frame.session_id ?? null) : null;
  return { type: "ack", request_id: frame.request_id ?? null, session_id, message_id: null, seq: null, queued: false };
}

function error(frame: ClientFrame, code: ErrorCode): ServerFrame {
  const session_id = "session_id" in frame ? (frame.session_id ?? "") : "";
  const answer = { session_id, request_id: frame.request_id ?? null, seq: null, turn_id: null, at: AT };
  return { type: "error", ...answer, code, message: `No ${frame.type}.`, hint: "Do something else." };
}

function given({ model, agent, privacy, names, rules, kernel_id }: Frame<"configure">): Partial<SessionInfo> {
  const wanted = Object.entries({ model, agent, privacy, names, rules, kernel_id }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(wanted);
}
