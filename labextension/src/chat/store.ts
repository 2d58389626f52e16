/**
 * The chat that is real: one connection, one session that is shown, and what the user does.
 *
 * Frames are gathered and folded into the state once per animation frame, however many come. What the user does is
 * seen in the snapshot at once. Whatever the server refuses, or does not get, becomes a `problem`; a message that
 * could not be sent goes back into the draft. The parts that keep a matter of their own are in `store/`.
 */
import type { Changes, Chat, ConnectionStatus, SendOptions, Snapshot } from "./chat";
import type { Attachment } from "./connection/attachment";
import type { Backoff } from "./connection/backoff";
import { Connection, type ConnectionOptions } from "./connection/connection";
import { ConnectionError, ServerError } from "./connection/errors";
import type { Pace } from "./connection/keepalive";
import type { Reply } from "./connection/requests";
import type { Dial } from "./connection/transport";
import { Drafts } from "./drafts";
import type { Host, Language } from "./host";
import type { Attached, ClientFrame, ErrorFrame, Notice, Remind, ReminderDue, ServerFrame } from "./protocol";
import { addNotice, initialState, reduceAll } from "./reducer";
import type { ChatState, Decision } from "./state";
import { download } from "./store/download";
import { FreshList } from "./store/fresh-list";
import { KeptStates } from "./store/kept-states";
import { mentioned } from "./store/mentions";
import { NextFrame } from "./store/next-frame";
import { isCommand, messageFrame, Outbox, type Letter } from "./store/outbox";
import { ReminderNews } from "./store/reminder-news";
import { SessionKernel } from "./store/session-kernel";
import { Verifier } from "./store/verifier";
import { CONNECTION_WORDS } from "./words/connection";

export interface StoreOptions {
  readonly surface: Host["surface"];
  /** The session to show; null for a new one. */
  readonly sessionId: string | null;
  readonly kernelId: string | null;
  readonly storage: Host["storage"];
  /** A reminder is due, in whatever session. */
  readonly onReminder?: (reminder: ReminderDue) => void;
  /** Another session is shown now. */
  readonly onSession?: (sessionId: string) => void;
  /** Asked each time, because it may change. */
  readonly language?: () => Language;
  readonly backoff?: Backoff;
  readonly keepAlive?: Pace;
  readonly requestTimeout?: number;
}

/** Events after which a list of sessions looks different. */
const LISTED: ReadonlySet<string> = new Set(["session_updated", "turn_started", "turn_finished", "session_deleted"]);
const FORMATS = { md: "text/markdown", json: "application/json", receipts: "application/x-ndjson" } as const;
/** What is known of one session only. */
const OF_NONE = { tables: null, receipts: null } as const;

export class ChatStore implements Chat {
  readonly #options: StoreOptions;
  readonly #connection: Connection;
  readonly #drafts: Drafts;
  readonly #listeners = new Set<() => void>();
  readonly #frame = new NextFrame(() => this.#show());
  readonly #outbox = new Outbox();
  readonly #kept = new KeptStates();
  readonly #news = new ReminderNews();
  readonly #kernel: SessionKernel;
  readonly #list = new FreshList(() => this.#loadSessions());
  readonly #tables = new FreshList(() => this.#loadTables());
  readonly #receipts = new FreshList(() => this.#loadReceipts());
  readonly #verifier = new Verifier({
    ask: async (refs) => {
      const reply = await this.#ask({ type: "verify", session_id: this.#shown, refs });
      return reply?.type === "verified" ? reply.results : null;
    },
    mayAsk: () => this.#snapshot.connection.state === "open" && this.#snapshot.state.turn === null,
    show: (checks) => this.#change({ checks }),
  });

  #snapshot: Snapshot;
  #changed = false;
  #pending: ServerFrame[] = [];
  #attachment: Attachment;
  #announced: string | null = null;

  constructor(dial: Dial, options: StoreOptions) {
    this.#options = options;
    this.#kernel = new SessionKernel(options.kernelId, (frame) => this.#connection.request(frame));
    this.#drafts = new Drafts(options.storage);
    this.#snapshot = {
      connection: { state: "connecting" },
      state: initialState(options.sessionId ?? ""),
      sending: [],
      sessions: null,
      todos: null,
      reminders: null,
      about: null,
      ...OF_NONE,
      checks: new Map(),
      problem: null,
      draft: this.#drafts.read(options.sessionId),
    };
    this.#connection = new Connection(
      dial,
      connectionOptions(options, () => this.#kernel.kernelId),
      {
        onframe: (frame) => this.#take(frame),
        onstatus: (status) => this.#onStatus(status),
        onrefused: (attachment, error) => this.#onRefused(attachment, error),
      },
    );
    this.#attachment = this.#connection.attach(options.sessionId);
  }

  // --- what the view sees ----------------------------------------------------------------------------

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    const called = (): void => listener(); // the same function may subscribe twice
    this.#listeners.add(called);
    return () => this.#listeners.delete(called);
  }

  close(): void {
    this.#listeners.clear();
    this.#connection.close();
    for (const list of [this.#list, this.#tables, this.#receipts, this.#verifier]) list.stop();
    this.#frame.cancel();
  }

  #change(changes: Partial<Snapshot>): void {
    const names = Object.keys(changes) as (keyof Snapshot)[];
    if (names.every((name) => changes[name] === this.#snapshot[name])) return;
    this.#snapshot = { ...this.#snapshot, ...changes };
    this.#changed = true;
    this.#frame.request();
  }

  #show(): void {
    this.#fold();
    if (!this.#changed) return;
    this.#changed = false;
    for (const listener of [...this.#listeners]) listener();
    if (this.#pending.length === 0 && !this.#changed) this.#frame.cancel();
  }

  // --- messages --------------------------------------------------------------------------------------

  async send(content: string, options: SendOptions = {}): Promise<void> {
    if (content.trim() === "") return;
    if (this.#snapshot.draft.trim() === content.trim()) this.setDraft("");
    if (this.#connection.status.state === "lost") this.#connection.reconnect();
    const attachment = this.#attached();
    const { kernelId } = this.#kernel; // the user may be at another notebook before it is sent
    const mentions = mentioned(content, this.#snapshot.tables?.tables ?? []);
    const letter = this.#outbox.add(attachment, content, this.#options.surface, { ...options, mentions });
    this.#change({ problem: null });
    this.#showSending();
    try {
      const sessionId = await attachment.ready();
      if (!isCommand(content)) await this.#kernel.tell(sessionId, kernelId, this.#snapshot.state.session);
      this.#answered(
        letter,
        sessionId,
        await this.#connection.request(messageFrame(sessionId, letter, this.#options.language?.())),
      );
    } catch (error) {
      this.#returned(letter, error);
    }
  }

  #answered(letter: Letter, sessionId: string, reply: Reply): void {
    if (reply.type === "ack" && reply.seq !== null && this.#isShown(sessionId)) {
      letter.seq = reply.seq;
      this.#outbox.caughtUp(sessionId, this.#snapshot.state.seq);
    } else {
      this.#outbox.remove(letter.entry.messageId);
    }
    if (reply.type === "notice") this.#addAnswer(sessionId, reply, letter.entry.content);
    this.#showSending();
  }

  /** Puts a command's answer where the command was given, then does what it says. */
  #addAnswer(sessionId: string, { content, level, at, switch_to }: Notice, command: string): void {
    const add = (state: ChatState): ChatState => addNotice(state, { content, level, at, command });
    const shown = this.#isShown(sessionId);
    if (shown) {
      this.#fold(); // what the command changed comes before its answer
      this.#change({ state: add(this.#snapshot.state) });
    } else {
      this.#kept.change(sessionId, add);
    }
    if (switch_to !== null && shown) this.openSession(switch_to);
  }

  #returned(letter: Letter, error: unknown): void {
    if (error instanceof ConnectionError) this.#outbox.lose(letter);
    else this.#outbox.remove(letter.entry.messageId);
    this.#showSending();
    const { sessionId } = letter.attachment;
    const { content } = letter.entry;
    if (sessionId !== null && !this.#isShown(sessionId)) {
      if (this.#drafts.read(sessionId) === "") this.#drafts.write(sessionId, content);
    } else if (this.#snapshot.draft === "") {
      this.setDraft(content);
    }
    this.#complain(error);
  }

  #showSending(): void {
    this.#change({ sending: this.#outbox.of(this.#attachment, this.#snapshot.sending) });
  }

  stop(): void {
    const { turn, sessionId } = this.#snapshot.state;
    if (turn !== null) this.#do({ type: "cancel", session_id: sessionId, message_id: turn.messageId });
  }

  withdraw(messageId: string): void {
    this.#do({ type: "cancel", session_id: this.#shown, message_id: messageId });
  }

  answer(questionId: string, content: string): void {
    this.#do({ type: "answer", session_id: this.#shown, question_id: questionId, content });
  }

  decide(approvalId: string, decision: Decision, note?: string): void {
    this.#do({ type: "decide", session_id: this.#shown, approval_id: approvalId, decision, note: note ?? null });
  }

  setDraft(text: string): void {
    this.#drafts.write(this.#attachment.sessionId, text);
    this.#change({ draft: text });
  }

  dismissProblem(): void {
    this.#change({ problem: null });
  }

  reconnect(): void {
    this.#connection.reconnect();
    this.#attached();
  }

  /** The notebook's kernel from now on; the session is told with the next message. */
  setKernel(kernelId: string | null): void {
    this.#kernel.kernelId = kernelId;
  }

  // --- sessions --------------------------------------------------------------------------------------

  openSession(sessionId: string): void {
    if (this.#attachment.sessionId !== sessionId || this.#attachment.released) this.#switch(sessionId);
  }

  newSession(): void {
    this.#switch(null);
  }

  #switch(sessionId: string | null): void {
    this.#foldPending();
    this.#kept.keep(this.#snapshot.state);
    this.#connection.release(this.#attachment);
    const state = (sessionId === null ? null : this.#kept.take(sessionId)) ?? initialState(sessionId ?? "");
    this.#attachment = this.#connection.attach(sessionId, state);
    this.#change({ state, draft: this.#drafts.read(sessionId), problem: null, ...OF_NONE });
    this.#verifier.clear();
    this.#showSending();
  }

  loadSessions(): void {
    this.#list.now();
  }

  async #loadSessions(): Promise<void> {
    const reply = await this.#ask({ type: "list", what: "sessions" });
    if (reply?.type === "sessions") this.#change({ sessions: reply.sessions });
  }

  rename(sessionId: string, title: string): void {
    this.#do({ type: "rename", session_id: sessionId, title }, () => this.#list.soon());
  }

  deleteSession(sessionId: string): void {
    this.#do({ type: "delete", session_id: sessionId }, () => {
      this.#forget(sessionId);
      this.#list.soon();
    });
  }

  #forget(sessionId: string): void {
    this.#kept.take(sessionId);
    this.#drafts.write(sessionId, "");
    const sessions = this.#snapshot.sessions?.filter((session) => session.session_id !== sessionId) ?? null;
    if (sessions?.length !== this.#snapshot.sessions?.length) this.#change({ sessions });
  }

  clear(): void {
    this.#do({ type: "clear", session_id: this.#shown });
  }

  configure(changes: Changes): void {
    this.#do({ type: "configure", session_id: this.#shown, ...changes });
  }

  exportSession(sessionId: string, format: keyof typeof FORMATS): void {
    this.#do({ type: "export", session_id: sessionId, format }, (reply) => {
      if (reply.type === "exported") download(reply.filename, reply.content, FORMATS[format]);
    });
  }

  // --- tables, what was sent of them, and what stands of results ---------------------------------------

  loadTables(): void {
    this.#tables.now();
  }

  async #loadTables(): Promise<void> {
    const { sessionId } = this.#attachment;
    const { session } = this.#snapshot.state;
    if (sessionId === null) return;
    // Those of the notebook's kernel; where the server refuses it, those of the session's.
    await this.#kernel.tell(sessionId, this.#kernel.kernelId, session).catch(() => undefined);
    const tables = await this.#ask({ type: "list", what: "tables", session_id: sessionId });
    if (tables?.type === "tables" && this.#isShown(sessionId)) this.#change({ tables });
  }

  loadReceipts(): void {
    this.#receipts.now();
  }

  async #loadReceipts(): Promise<void> {
    const { sessionId } = this.#attachment;
    if (sessionId === null) return;
    const reply = await this.#ask({ type: "list", what: "receipts", session_id: sessionId });
    if (reply?.type === "receipts" && this.#isShown(sessionId)) this.#change({ receipts: reply.receipts });
  }

  async readReceipt(receiptId: string): Promise<string | null> {
    const frame = { type: "receipt", session_id: this.#shown, receipt_id: receiptId } as const;
    const reply = await this.#connection.request(frame);
    return reply.type === "payload" ? reply.content : null;
  }

  verify(refs: readonly string[], closely = false): void {
    for (const ref of refs) {
      const result = this.#snapshot.state.results.get(ref);
      if (result !== undefined) this.#verifier.want(result, closely);
    }
  }

  rerun(ref: string): void {
    const result = this.#snapshot.state.results.get(ref);
    if (result === undefined) return;
    const before = this.#verifier.get(result);
    if (before?.state === "running") return;
    this.#verifier.set(result, { state: "running", reason: "" });
    this.#connection.request({ type: "rerun", session_id: this.#shown, ref }).then(
      () => this.#verifier.set(result, null), // there is another one by now
      (error: unknown) => {
        this.#verifier.set(result, before);
        this.#complain(error);
      },
    );
  }

  // --- todos and reminders -----------------------------------------------------------------------------

  loadTodos(): void {
    this.#do({ type: "list", what: "todos" }, (reply) => this.#takeList(reply));
  }

  changeTodo(todoId: string, action: "done" | "undone" | "delete"): void {
    this.#do({ type: "todo", todo_id: todoId, action });
  }

  loadReminders(): void {
    this.#do({ type: "list", what: "reminders" }, (reply) => this.#takeList(reply));
  }

  remind(reminderId: string, action: "done" | "snooze" | "cancel", minutes?: number): void {
    const frame: Remind = { type: "remind", reminder_id: reminderId, action };
    if (action !== "cancel") frame.session_id = this.#sessionOfReminder(reminderId);
    if (minutes !== undefined) frame.minutes = minutes;
    this.#do(frame);
  }

  /** The card that is shown comes first; else that of which we were told. */
  #sessionOfReminder(reminderId: string): string {
    const { entries } = this.#snapshot.state;
    const here = entries.some((entry) => entry.kind === "reminder" && entry.reminderId === reminderId);
    return (here ? null : this.#news.sessionOf(reminderId)) ?? this.#shown;
  }

  #takeList(frame: ServerFrame): void {
    if (frame.type === "todos" && Array.isArray(frame.todos)) this.#change({ todos: frame.todos });
    if (frame.type === "reminders" && Array.isArray(frame.reminders)) this.#change({ reminders: frame.reminders });
  }

  // --- requests ----------------------------------------------------------------------------------------

  get #shown(): string {
    return this.#attachment.sessionId ?? "";
  }

  #isShown(sessionId: string): boolean {
    return this.#attachment.sessionId === sessionId;
  }

  /** The attachment of what is shown; asked for again, if it had been refused. */
  #attached(): Attachment {
    if (this.#attachment.released) {
      const { state } = this.#snapshot;
      this.#attachment = this.#connection.attach(state.sessionId === "" ? null : state.sessionId, state);
    }
    return this.#attachment;
  }

  #do(frame: ClientFrame, done?: (reply: Reply) => void): void {
    this.#connection.request(frame).then(done, (error: unknown) => this.#complain(error));
  }

  /** As `#do`, for what nobody asked for: a failure is nothing to tell. */
  async #ask(frame: ClientFrame): Promise<Reply | null> {
    try {
      return await this.#connection.request(frame);
    } catch {
      return null;
    }
  }

  #complain(error: unknown): void {
    if (!(error instanceof ServerError || error instanceof ConnectionError)) throw error;
    this.#change({ problem: { message: error.message, hint: error.hint } });
  }

  // --- what comes ----------------------------------------------------------------------------------------

  #onStatus(status: ConnectionStatus): void {
    const before = this.#snapshot.connection;
    this.#change({ connection: status });
    if (status.state === "open" && !status.busy && !(before.state === "open" && before.busy)) void this.#refresh();
    this.#verifier.resume();
  }

  async #refresh(): Promise<void> {
    const { todos, reminders } = this.#snapshot;
    this.#list.soon();
    for (const what of ["todos", "reminders"] as const) {
      if ({ todos, reminders }[what] !== null)
        void this.#ask({ type: "list", what }).then((r) => r && this.#takeList(r));
    }
    const about = await this.#ask({ type: "describe" });
    if (about?.type === "about") this.#change({ about });
  }

  #onRefused(attachment: Attachment, error: ServerError): void {
    if (attachment !== this.#attachment) return;
    if (error.code === "unknown_session") {
      const restored = this.#announced === null; // what the last visit left; it may well be gone by now
      this.newSession();
      if (restored) return;
    }
    this.#complain(error);
  }

  #take(frame: ServerFrame): void {
    const sessionId = "session_id" in frame ? frame.session_id : null;
    if (sessionId !== null && sessionId === this.#attachment.sessionId) {
      this.#pending.push(frame);
      this.#frame.request();
    }
    if (LISTED.has(frame.type)) this.#list.soon();
    if (frame.type === "attached") this.#onAttached(frame);
    else if (frame.type === "session_updated") this.#kernel.updated(frame.session_id);
    else if (frame.type === "error" && frame.seq === null) this.#complain(toError(frame));
    else if (frame.type === "reminder" && this.#news.isNew(frame)) this.#options.onReminder?.(frame);
    else this.#takeList(frame);
  }

  #onAttached(frame: Attached): void {
    this.#news.attached(frame);
    if (!this.#isShown(frame.session_id) || this.#announced === frame.session_id) return;
    this.#announced = frame.session_id;
    if (this.#snapshot.state.sessionId === "") this.#drafts.write(frame.session_id, this.#snapshot.draft);
    this.#fold();
    this.#options.onSession?.(frame.session_id);
  }

  #fold(): void {
    const { deleted, sessionId } = this.#foldPending();
    if (!deleted) return;
    this.#forget(sessionId);
    this.newSession();
  }

  #foldPending(): ChatState {
    const frames = this.#pending;
    this.#pending = [];
    const state = reduceAll(this.#snapshot.state, frames);
    for (const frame of frames) if (frame.type === "user_message") this.#outbox.remove(frame.message_id);
    this.#outbox.caughtUp(state.sessionId, state.seq);
    this.#change({ state });
    this.#verifier.resume();
    this.#showSending();
    return state;
  }
}

function connectionOptions(options: StoreOptions, kernelId: () => string | null): ConnectionOptions {
  const { surface, language, backoff, keepAlive, requestTimeout } = options;
  return {
    surface,
    kernelId,
    words: () => CONNECTION_WORDS[language?.() ?? "en"],
    ...(backoff && { backoff }),
    ...(keepAlive && { keepAlive }),
    ...(requestTimeout && { requestTimeout }),
  };
}

function toError({ code, message, hint }: ErrorFrame): ServerError {
  return new ServerError(code, message, hint);
}
