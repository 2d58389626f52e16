/** A chat without a server: it shows what a test gives it and remembers what the view asked of it. */
import type { Chat, SendOptions, Snapshot } from "../src/chat/chat";
import type { Host } from "../src/chat/host";
import type {
  About,
  ColumnInfo,
  ReceiptInfo,
  ReminderItem,
  SessionInfo,
  TableInfo,
  Tables,
  TodoItem,
} from "../src/chat/protocol";
import type { ChatState, Decision } from "../src/chat/state";

export const NOW = "2026-03-11T12:00:00+00:00";

export function session(changes: Partial<SessionInfo> = {}): SessionInfo {
  return {
    session_id: "s1",
    title: "Penguins by island",
    created_at: "2026-03-11T11:00:00+00:00",
    updated_at: "2026-03-11T11:58:00+00:00",
    messages: 4,
    agent: "copilot",
    model: null,
    privacy: null,
    ceiling: "rows",
    names: "clear",
    rules: [],
    kernel_id: null,
    running: false,
    queued: 0,
    ...changes,
  };
}

export function todo(changes: Partial<TodoItem> = {}): TodoItem {
  return {
    todo_id: "t1",
    title: "Send the report",
    done: false,
    due: null,
    priority: "normal",
    tags: [],
    created_at: "2026-03-10T09:00:00+00:00",
    completed_at: null,
    ...changes,
  };
}

export function reminder(changes: Partial<ReminderItem> = {}): ReminderItem {
  return {
    reminder_id: "r1",
    content: "Stretch",
    due: "2026-03-11T12:20:00+00:00",
    rrule: null,
    timezone: "UTC",
    state: "pending",
    session_id: "s1",
    created_at: "2026-03-11T11:00:00+00:00",
    ...changes,
  };
}

export function column(name: string, type = "str"): ColumnInfo {
  return { name, type, level: "schema" };
}

export function table(changes: Partial<TableInfo> = {}): TableInfo {
  return {
    name: "penguins",
    kind: "pandas.DataFrame",
    rows: 344,
    columns: [column("species"), column("body_mass_g", "float64")],
    column_count: 8,
    bytes: 22_000,
    level: "schema",
    ...changes,
  };
}

export function tables(given: TableInfo[], problem: string | null = null): Tables {
  return { type: "tables", request_id: null, session_id: "s1", kernel_id: "k1", tables: given, problem };
}

export function receipt(changes: Partial<ReceiptInfo> = {}): ReceiptInfo {
  return {
    receipt_id: "r1",
    turn_id: "t1",
    at: "2026-03-11T11:58:00+00:00",
    model: "kimi-k2.5",
    host: "openrouter.ai",
    bytes: 1234,
    tables: [],
    ...changes,
  };
}

export function about(changes: Partial<About> = {}): About {
  return {
    type: "about",
    request_id: null,
    version: "0.1.0",
    model: "moonshotai/kimi-k2.5",
    provider: "openrouter",
    host: "openrouter.ai",
    offline: false,
    problem: null,
    persistent: true,
    warnings: [],
    models: [
      { name: "moonshotai/kimi-k2.5", provider: "openrouter", host: "openrouter.ai" },
      { name: "offline", provider: "offline", host: "" },
    ],
    agents: [
      { name: "analyst", description: "Answers questions about tables" },
      { name: "secretary", description: "Keeps todos and reminders" },
    ],
    commands: [
      { name: "help", usage: "/help", summary: "Show this table" },
      { name: "new", usage: "/new [title]", summary: "Begin a new session" },
      { name: "session", usage: "/session [id or title]", summary: "Show or change the session" },
      { name: "sessions", usage: "/sessions", summary: "List your sessions" },
      { name: "todos", usage: "/todos", summary: "List your todos" },
    ],
    ...changes,
  };
}

export function chatState(changes: Partial<ChatState> = {}): ChatState {
  return {
    sessionId: "s1",
    session: session(),
    epoch: "e1",
    seq: 0,
    entries: [],
    queued: [],
    turn: null,
    results: new Map(),
    sent: { requests: 0, rows: 0, bytes: 0 },
    host: "",
    deleted: false,
    ...changes,
  };
}

/** A turn that is being answered. */
export const TURN = {
  turnId: "u1",
  messageId: "m1",
  agent: "copilot",
  model: "moonshotai/kimi-k2.5",
  startedAt: NOW,
  inputTokens: 0,
  outputTokens: 0,
  sent: { requests: 0, rows: 0, bytes: 0 },
} as const;

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    connection: { state: "open" },
    state: chatState(),
    sending: [],
    sessions: null,
    todos: [],
    reminders: null,
    about: about(),
    tables: null,
    receipts: null,
    checks: new Map(),
    problem: null,
    draft: "",
    ...changes,
  };
}

export function fakeHost(changes: Partial<Host> = {}): Host {
  return {
    surface: "panel",
    language: "en",
    sendKey: "enter",
    storage: null,
    copy: () => Promise.resolve(),
    insertCell: null,
    notebook: null,
    openSettings: null,
    ...changes,
  };
}

export class FakeChat implements Chat {
  /** What was asked, in order: the action's name and what came with it. */
  readonly calls: unknown[][] = [];
  /** How `send` ends; the draft goes away when it succeeds. */
  sending: () => Promise<void> = () => Promise.resolve();
  /** What `readReceipt` gives. */
  payload: () => Promise<string | null> = () => Promise.resolve(null);
  private listeners = new Set<() => void>();

  constructor(public snapshot: Snapshot) {}

  show(changes: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...changes };
    for (const listener of this.listeners) listener();
  }

  /** The arguments of every call of `action`. */
  asked(action: keyof Chat): unknown[][] {
    return this.calls.filter(([name]) => name === action).map(([, ...rest]) => rest);
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async send(content: string, options?: SendOptions): Promise<void> {
    this.calls.push(options ? ["send", content, options] : ["send", content]);
    await this.sending();
    this.show({ draft: "" });
  }
  stop(): void {
    this.calls.push(["stop"]);
  }
  withdraw(messageId: string): void {
    this.calls.push(["withdraw", messageId]);
  }
  answer(questionId: string, content: string): void {
    this.calls.push(["answer", questionId, content]);
  }
  decide(approvalId: string, decision: Decision, note?: string): void {
    this.calls.push(note === undefined ? ["decide", approvalId, decision] : ["decide", approvalId, decision, note]);
  }
  setDraft(text: string): void {
    this.calls.push(["setDraft", text]);
    this.show({ draft: text });
  }
  dismissProblem(): void {
    this.calls.push(["dismissProblem"]);
    this.show({ problem: null });
  }
  reconnect(): void {
    this.calls.push(["reconnect"]);
  }
  openSession(sessionId: string): void {
    this.calls.push(["openSession", sessionId]);
  }
  newSession(): void {
    this.calls.push(["newSession"]);
  }
  loadSessions(): void {
    this.calls.push(["loadSessions"]);
  }
  rename(sessionId: string, title: string): void {
    this.calls.push(["rename", sessionId, title]);
  }
  deleteSession(sessionId: string): void {
    this.calls.push(["deleteSession", sessionId]);
  }
  clear(): void {
    this.calls.push(["clear"]);
  }
  configure(changes: Parameters<Chat["configure"]>[0]): void {
    this.calls.push(["configure", changes]);
  }
  exportSession(sessionId: string, format: "md" | "json" | "receipts"): void {
    this.calls.push(["exportSession", sessionId, format]);
  }
  loadTables(): void {
    this.calls.push(["loadTables"]);
  }
  loadReceipts(): void {
    this.calls.push(["loadReceipts"]);
  }
  readReceipt(receiptId: string): Promise<string | null> {
    this.calls.push(["readReceipt", receiptId]);
    return this.payload();
  }
  verify(refs: readonly string[]): void {
    this.calls.push(["verify", ...refs]);
  }
  rerun(ref: string): void {
    this.calls.push(["rerun", ref]);
  }
  loadTodos(): void {
    this.calls.push(["loadTodos"]);
  }
  changeTodo(todoId: string, action: "done" | "undone" | "delete"): void {
    this.calls.push(["changeTodo", todoId, action]);
  }
  loadReminders(): void {
    this.calls.push(["loadReminders"]);
  }
  remind(reminderId: string, action: "done" | "snooze" | "cancel", minutes?: number): void {
    this.calls.push(minutes === undefined ? ["remind", reminderId, action] : ["remind", reminderId, action, minutes]);
  }
}
