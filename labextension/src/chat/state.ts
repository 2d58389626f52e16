/** What the view shows of one session. Made by `reducer.ts` from the protocol's events, and by nothing else. */
import type { Decide, SessionInfo } from "./protocol";

export type Decision = Decide["decision"];
export type MimeBundle = Record<string, unknown>;

interface Shown {
  /** Stable for as long as the entry is shown; unique in the session. */
  readonly key: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly turnId: string | null;
}

export interface UserEntry extends Shown {
  readonly kind: "user";
  readonly messageId: string;
  readonly content: string;
  readonly surface: string;
  readonly agent: string | null;
}

/** A message of an agent; it grows while `done` is false. */
export interface TextEntry extends Shown {
  readonly kind: "text";
  readonly messageId: string;
  readonly agent: string;
  readonly text: string;
  readonly reasoning: string;
  readonly done: boolean;
  /** The model was cut off. */
  readonly partial: boolean;
  /** null where the server said nothing of it. */
  readonly proof: Proof | null;
}

/** What stands behind the numbers of an answer. */
export interface Proof {
  /** The results that it cites or takes its numbers from. */
  readonly refs: readonly string[];
  /** The numbers that stand in no result, each once. */
  readonly unproved: readonly string[];
}

/** A result that an answer may point to, such as q1: the newest one of this name. */
export interface Result {
  readonly ref: string;
  readonly callId: string;
  readonly sql: string;
  readonly at: string;
  readonly tables: readonly TableRead[];
}

/** A table that a result was made of, as it was then. */
export interface TableRead {
  readonly name: string;
  readonly rows: number | null;
  readonly columns: number | null;
}

export interface ToolEntry extends Shown {
  readonly kind: "tool";
  readonly callId: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly agent: string;
  /** null while it runs. */
  readonly ok: boolean | null;
  readonly content: string;
  readonly elapsedMs: number;
  readonly outputs: readonly MimeBundle[];
  /** What the agent did that this call handed over to. */
  readonly children: readonly Entry[];
  /** Its question or approval is an entry of its own, right after it. */
  readonly asks: boolean;
}

export interface QuestionEntry extends Shown {
  readonly kind: "question";
  readonly questionId: string;
  readonly callId: string;
  readonly agent: string;
  readonly content: string;
  readonly options: readonly string[];
  readonly multiple: boolean;
  readonly deadline: string | null;
  readonly open: boolean;
  readonly answer: string | null;
  /** Who closed it: a surface, `timeout` or `cancelled`. */
  readonly by: string;
}

export interface ApprovalEntry extends Shown {
  readonly kind: "approval";
  readonly approvalId: string;
  readonly callId: string;
  readonly agent: string;
  readonly content: string;
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly options: readonly Decision[];
  readonly open: boolean;
  readonly decision: Decision | null;
  readonly by: string;
  readonly note: string | null;
}

/** What the server has to say: a command's answer (Markdown) or a warning. */
export interface NoticeEntry extends Shown {
  readonly kind: "notice";
  readonly content: string;
  readonly level: "info" | "warning";
  /** The command that it answers, as typed. */
  readonly command: string | null;
}

export interface ErrorEntry extends Shown {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface ReminderEntry extends Shown {
  readonly kind: "reminder";
  readonly reminderId: string;
  readonly content: string;
  readonly due: string;
  readonly late: boolean;
  readonly nextDue: string | null;
  readonly closed: "done" | "snoozed" | null;
}

/** The end of a turn. */
export interface EndEntry extends Shown {
  readonly kind: "end";
  readonly reason: "complete" | "cancelled" | "error" | "limit" | "interrupted";
  readonly model: string;
  readonly elapsedMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly sent: Tally;
}

export type Entry =
  | UserEntry
  | TextEntry
  | ToolEntry
  | QuestionEntry
  | ApprovalEntry
  | NoticeEntry
  | ErrorEntry
  | ReminderEntry
  | EndEntry;

/** What left for models: the receipt line. */
export interface Tally {
  readonly requests: number;
  readonly rows: number;
  readonly bytes: number;
}

export interface RunningTurn {
  readonly turnId: string;
  readonly messageId: string;
  readonly agent: string;
  readonly model: string;
  readonly startedAt: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly sent: Tally;
}

export interface ChatState {
  readonly sessionId: string;
  /** null until the session is attached. */
  readonly session: SessionInfo | null;
  readonly epoch: string | null;
  /** The last event that was taken in; events up to it are not taken again. */
  readonly seq: number;
  /** In the order in which they are shown. */
  readonly entries: readonly Entry[];
  /** Messages whose turn has not begun, in their order. */
  readonly queued: readonly UserEntry[];
  readonly turn: RunningTurn | null;
  /** By reference. */
  readonly results: ReadonlyMap<string, Result>;
  /** All that this session sent to models. */
  readonly sent: Tally;
  /** The host that the last request went to; "" before there was one. */
  readonly host: string;
  readonly deleted: boolean;
}
