/** What the view sees: a snapshot to show, and the actions that it can take. `store.ts` is the real one. */
import type { About, Configure, ReceiptInfo, ReminderItem, SessionInfo, Tables, TodoItem } from "./protocol";
import type { ChatState, Decision, Result, UserEntry } from "./state";

export type ConnectionStatus =
  | { readonly state: "connecting" }
  /** `busy`: the other side reads nothing at the moment; what is sent waits. Only a kernel does so. */
  | { readonly state: "open"; readonly busy?: true }
  /** Lost; tried again by itself. `attempt` counts from 1 to `of`. */
  | { readonly state: "reconnecting"; readonly attempt: number; readonly of: number }
  /** Given up; `reconnect()` tries again. `message` and `hint` are the server's words where it gave a reason. */
  | { readonly state: "lost"; readonly message: string; readonly hint: string };

/** An action that the server refused, or that could not be sent. Shown above the composer until dismissed. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
}

/** Whether a result still stands for its tables. */
export interface Check {
  readonly state: "checking" | "running" | "fresh" | "stale" | "unknown";
  /** The server's words: what changed, or why it can't be told. */
  readonly reason: string;
}

/** What can be changed of a session. */
export type Changes = Pick<Configure, "model" | "agent" | "privacy" | "names" | "rules">;

export interface Snapshot {
  readonly connection: ConnectionStatus;
  readonly state: ChatState;
  /** Sent, and not yet confirmed by the server. */
  readonly sending: readonly UserEntry[];
  /** null before they were asked for. */
  readonly sessions: readonly SessionInfo[] | null;
  readonly todos: readonly TodoItem[] | null;
  readonly reminders: readonly ReminderItem[] | null;
  readonly about: About | null;
  /** Of the session's kernel; null before they were asked for. */
  readonly tables: Tables | null;
  /** Of the session, the first one first; null before they were asked for. */
  readonly receipts: readonly ReceiptInfo[] | null;
  /** Of the results that were looked at. A result that was run again is another one. */
  readonly checks: ReadonlyMap<Result, Check>;
  readonly problem: Problem | null;
  readonly draft: string;
}

export interface SendOptions {
  readonly agent?: string;
  /** Take this earlier message and everything after it back first. */
  readonly replaces?: string;
  /** Tables that it names. */
  readonly mentions?: readonly string[];
}

export interface Chat {
  /** The same object until something changed. */
  readonly snapshot: Snapshot;
  /** Called at most once per animation frame; returns how to stop. */
  subscribe(listener: () => void): () => void;

  /** Say something, or give a slash command. The draft is kept when it could not be sent. */
  send(content: string, options?: SendOptions): Promise<void>;
  stop(): void;
  /** Take a queued message back. */
  withdraw(messageId: string): void;
  answer(questionId: string, content: string): void;
  decide(approvalId: string, decision: Decision, note?: string): void;
  setDraft(text: string): void;
  dismissProblem(): void;
  reconnect(): void;

  openSession(sessionId: string): void;
  newSession(): void;
  loadSessions(): void;
  rename(sessionId: string, title: string): void;
  deleteSession(sessionId: string): void;
  clear(): void;
  configure(changes: Changes): void;
  /** Downloads the session, or what was sent of it, as a file. */
  exportSession(sessionId: string, format: "md" | "json" | "receipts"): void;

  loadTables(): void;
  loadReceipts(): void;
  /** The body of one request as it was sent; null where it is not kept any more. Rejects with what to show. */
  readReceipt(receiptId: string): Promise<string | null>;
  /**
   * These results are being looked at: whether they still stand comes into `checks`. Not more often than needed, but
   * each time where they are looked at `closely`.
   */
  verify(refs: readonly string[], closely?: boolean): void;
  /** Runs a result's query again. */
  rerun(ref: string): void;

  loadTodos(): void;
  changeTodo(todoId: string, action: "done" | "undone" | "delete"): void;
  loadReminders(): void;
  remind(reminderId: string, action: "done" | "snooze" | "cancel", minutes?: number): void;
}
