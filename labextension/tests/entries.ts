/** Entries of every kind, and what a transcript stands in. */
import type { Snapshot } from "../src/chat/chat";
import type { Host } from "../src/chat/host";
import type {
  ApprovalEntry,
  ChatState,
  EndEntry,
  Entry,
  ErrorEntry,
  NoticeEntry,
  QuestionEntry,
  ReminderEntry,
  RunningTurn,
  TextEntry,
  ToolEntry,
  UserEntry,
} from "../src/chat/state";
import { fakeHost as anyHost } from "./fake-chat";

const AT = "2026-03-12T09:00:00Z";
let made = 0;

function shown(): { key: string; at: string; turnId: string } {
  made += 1;
  return { key: `k${made}`, at: AT, turnId: "t1" };
}

const NOTHING_SENT = { requests: 0, rows: 0, bytes: 0 };

export const user = (content: string, rest: Partial<UserEntry> = {}): UserEntry => ({
  ...shown(),
  kind: "user",
  messageId: `m${made}`,
  content,
  surface: "page",
  agent: null,
  ...rest,
});

export const text = (said: string, rest: Partial<TextEntry> = {}): TextEntry => ({
  ...shown(),
  kind: "text",
  messageId: `a${made}`,
  agent: "copilot",
  text: said,
  reasoning: "",
  done: true,
  partial: false,
  proof: null,
  ...rest,
});

export const tool = (name: string, rest: Partial<ToolEntry> = {}): ToolEntry => ({
  ...shown(),
  kind: "tool",
  callId: `c${made}`,
  tool: name,
  arguments: {},
  agent: "copilot",
  ok: true,
  content: "",
  elapsedMs: 12,
  outputs: [],
  children: [],
  asks: false,
  ...rest,
});

export const question = (content: string, rest: Partial<QuestionEntry> = {}): QuestionEntry => ({
  ...shown(),
  kind: "question",
  questionId: `q${made}`,
  callId: `qc${made}`,
  agent: "copilot",
  content,
  options: [],
  multiple: false,
  deadline: null,
  open: true,
  answer: null,
  by: "",
  ...rest,
});

export const approval = (name: string, rest: Partial<ApprovalEntry> = {}): ApprovalEntry => ({
  ...shown(),
  kind: "approval",
  approvalId: `p${made}`,
  callId: `pc${made}`,
  agent: "copilot",
  content: "Run this code in the kernel?",
  tool: name,
  arguments: {},
  options: ["once", "session", "deny"],
  open: true,
  decision: null,
  by: "",
  note: null,
  ...rest,
});

export const notice = (content: string, rest: Partial<NoticeEntry> = {}): NoticeEntry => ({
  ...shown(),
  kind: "notice",
  turnId: null,
  content,
  level: "info",
  command: null,
  ...rest,
});

export const failure = (code: string, rest: Partial<ErrorEntry> = {}): ErrorEntry => ({
  ...shown(),
  kind: "error",
  code,
  message: "The model refused the key.",
  hint: "Check the key in the settings.",
  ...rest,
});

export const reminder = (content: string, rest: Partial<ReminderEntry> = {}): ReminderEntry => ({
  ...shown(),
  kind: "reminder",
  reminderId: `r${made}`,
  content,
  due: AT,
  late: false,
  nextDue: null,
  closed: null,
  ...rest,
});

export const end = (reason: EndEntry["reason"], rest: Partial<EndEntry> = {}): EndEntry => ({
  ...shown(),
  kind: "end",
  reason,
  model: "kimi-k2.5",
  elapsedMs: 3200,
  inputTokens: 1234,
  outputTokens: 56,
  sent: NOTHING_SENT,
  ...rest,
});

export const turn = (rest: Partial<RunningTurn> = {}): RunningTurn => ({
  turnId: "t1",
  messageId: "m1",
  agent: "copilot",
  model: "kimi-k2.5",
  startedAt: AT,
  inputTokens: 0,
  outputTokens: 0,
  sent: NOTHING_SENT,
  ...rest,
});

export const state = (entries: readonly Entry[], rest: Partial<ChatState> = {}): ChatState => ({
  sessionId: "s1",
  session: null,
  epoch: "e",
  seq: 1,
  entries,
  queued: [],
  turn: null,
  results: new Map(),
  sent: NOTHING_SENT,
  host: "",
  deleted: false,
  ...rest,
});

export const snapshot = (entries: readonly Entry[], rest: Partial<ChatState> = {}): Snapshot => ({
  connection: { state: "open" },
  state: state(entries, rest),
  sending: [],
  sessions: null,
  todos: null,
  reminders: null,
  about: null,
  tables: null,
  receipts: null,
  checks: new Map(),
  problem: null,
  draft: "",
});

/** A page of its own, unless a test says another place. */
export const fakeHost = (rest: Partial<Host> = {}): Host => anyHost({ surface: "page", ...rest });
