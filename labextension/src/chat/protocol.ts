/* The wire's frames. Made from table_copilot_jupyter/protocol by `npm run types`; not edited by hand. */

export type ServerFrame =
  | Attached
  | Ack
  | Sessions
  | Todos
  | Reminders
  | About
  | Exported
  | Tables
  | Receipts
  | Payload
  | Verified
  | Pong
  | KernelRequest
  | UserMessage
  | MessageWithdrawn
  | TurnStarted
  | Text
  | Reasoning
  | AgentMessage
  | ToolStarted
  | ToolOutput
  | ToolFinished
  | Evidence
  | Question
  | QuestionClosed
  | Approval
  | ApprovalClosed
  | Sent
  | Notice
  | Usage
  | ErrorFrame
  | TurnFinished
  | ReminderDue
  | ReminderClosed
  | SessionUpdated
  | Rewound
  | Cleared
  | SessionDeleted;
/**
 * The closed list of what can go wrong, as clients see it.
 */
export type ErrorCode =
  | "bad_frame"
  | "too_large"
  | "unknown_session"
  | "busy"
  | "rate_limited"
  | "auth"
  | "model_unavailable"
  | "model_error"
  | "timeout"
  | "kernel_busy"
  | "kernel_gone"
  | "tool_failed"
  | "denied"
  | "internal";
export type ClientFrame =
  | Attach
  | Detach
  | Message
  | Cancel
  | Answer
  | Decide
  | KernelResult
  | List
  | Describe
  | ChangeTodo
  | Remind
  | Export
  | ReadReceipt
  | Verify
  | Rerun
  | Clear
  | Rename
  | Delete
  | Configure
  | Ping;

export interface Frames {
  ServerFrame: ServerFrame;
  ClientFrame: ClientFrame;
}
export interface Attached {
  type: "attached";
  request_id: string | null;
  session_id: string;
  session: SessionInfo;
  seq: number;
  epoch: string;
}
/**
 * What a list of sessions shows of each.
 *
 * ``privacy`` is the level in force: what the model may see of a table, unless a rule lowers it; None while no
 * model can be had. ``ceiling`` is the highest that may be chosen. ``names``: whether the model is told the names
 * of tables and columns.
 */
export interface SessionInfo {
  session_id: string;
  title: string;
  created_at: string;
  updated_at: string;
  messages: number;
  agent: string;
  model: string | null;
  privacy: ("names" | "schema" | "aggregates" | "rows") | null;
  ceiling: "names" | "schema" | "aggregates" | "rows";
  names: "clear" | "masked";
  rules: PrivacyRule[];
  kernel_id: string | null;
  running: boolean;
  queued: number;
}
/**
 * Lowers what the model may see of a table (by its variable's name), or of one of its columns.
 */
export interface PrivacyRule {
  table: string;
  column?: string | null;
  level: "hidden" | "names" | "schema" | "aggregates";
}
/**
 * The request was carried out. For a ``message``: under which ``seq`` it stands in the log.
 */
export interface Ack {
  type: "ack";
  request_id: string | null;
  session_id: string | null;
  message_id: string | null;
  seq: number | null;
  queued: boolean;
}
export interface Sessions {
  type: "sessions";
  request_id: string | null;
  sessions: SessionInfo[];
}
/**
 * The user's todos, all of them: as a reply to ``list``, and to every surface when one changes.
 */
export interface Todos {
  type: "todos";
  request_id: string | null;
  todos: TodoItem[];
}
/**
 * One todo of the user. ``due`` is ISO 8601: a date, or a time with its offset.
 */
export interface TodoItem {
  todo_id: string;
  title: string;
  done: boolean;
  due: string | null;
  priority: "low" | "normal" | "high";
  tags: string[];
  created_at: string;
  completed_at: string | null;
}
/**
 * The user's pending reminders: as a reply to ``list``, and to every surface when one changes.
 */
export interface Reminders {
  type: "reminders";
  request_id: string | null;
  reminders: ReminderItem[];
}
/**
 * One reminder of the user. ``due`` is its next time, ISO 8601 with offset.
 */
export interface ReminderItem {
  reminder_id: string;
  content: string;
  due: string;
  rrule: string | null;
  timezone: string;
  state: "pending" | "fired" | "cancelled";
  session_id: string | null;
  created_at: string;
}
/**
 * What answers here. ``model`` is the one used where a session has chosen none; None with a ``problem``.
 *
 * ``offline``: it is the built-in model, because no key is set.
 */
export interface About {
  type: "about";
  request_id: string | null;
  version: string;
  model: string | null;
  provider: string | null;
  host: string | null;
  offline: boolean;
  problem: string | null;
  persistent: boolean;
  warnings: string[];
  models: ModelInfo[];
  agents: AgentInfo[];
  commands: CommandInfo[];
}
/**
 * A model that can be chosen, and the host that it runs on.
 */
export interface ModelInfo {
  name: string;
  provider: string;
  host: string;
}
export interface AgentInfo {
  name: string;
  description: string;
}
/**
 * A slash command, without its slash. ``usage`` shows its arguments: ``/rename TITLE``.
 */
export interface CommandInfo {
  name: string;
  usage: string;
  summary: string;
}
/**
 * A session as a document, or its receipts.
 */
export interface Exported {
  type: "exported";
  request_id: string | null;
  session_id: string;
  format: "md" | "json" | "receipts";
  filename: string;
  content: string;
}
/**
 * The tables of a session's kernel, now. ``problem``: why they can't be told.
 */
export interface Tables {
  type: "tables";
  request_id: string | null;
  session_id: string;
  kernel_id: string | null;
  tables: TableInfo[];
  problem: string | null;
}
/**
 * A table in the kernel. ``rows`` and ``bytes`` are None where counting would compute something.
 *
 * ``level``: what the model may see of it; ``columns`` may be fewer than ``column_count``.
 */
export interface TableInfo {
  name: string;
  kind: string;
  rows: number | null;
  columns: ColumnInfo[];
  column_count: number;
  bytes: number | null;
  level: string;
}
/**
 * ``level``: what the model may see of it.
 */
export interface ColumnInfo {
  name: string;
  type: string;
  level: string;
}
/**
 * All requests of a session, the first one first.
 */
export interface Receipts {
  type: "receipts";
  request_id: string | null;
  session_id: string;
  receipts: ReceiptInfo[];
}
/**
 * One request to a model. ``bytes``: the size of its body.
 */
export interface ReceiptInfo {
  receipt_id: string;
  turn_id: string | null;
  at: string;
  model: string;
  host: string;
  bytes: number;
  tables: SentTable[];
}
/**
 * What a request told of one table: up to which level, how many of its columns and rows.
 */
export interface SentTable {
  name: string;
  level: string;
  columns: number;
  rows: number;
}
/**
 * The body of one request, exactly as it was sent; None where it is not kept any more.
 */
export interface Payload {
  type: "payload";
  request_id: string | null;
  session_id: string;
  receipt_id: string;
  content: string | null;
}
export interface Verified {
  type: "verified";
  request_id: string | null;
  session_id: string;
  results: Verification[];
}
/**
 * Whether a result still stands for its tables. ``reason`` says why not, or why it can't be told.
 */
export interface Verification {
  ref: string;
  state: "fresh" | "stale" | "unknown";
  reason: string;
}
export interface Pong {
  type: "pong";
  request_id: string | null;
}
/**
 * To the client whose message offered ``kernel``: run this in its cell and send a ``kernel_result``.
 *
 * ``policy`` is what the gate in the kernel goes by.
 */
export interface KernelRequest {
  type: "kernel_request";
  session_id: string;
  call_id: string;
  op: string;
  arguments: {
    [k: string]: unknown;
  };
  policy: {
    [k: string]: unknown;
  };
}
/**
 * ``queued``: a turn was running, this message's own begins after it.
 */
export interface UserMessage {
  type: "user_message";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  content: string;
  surface: string;
  agent: string | null;
  mentions: string[];
  queued: boolean;
}
/**
 * A queued message was taken back before its turn began.
 */
export interface MessageWithdrawn {
  type: "message_withdrawn";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
}
/**
 * ``message_id`` is the user message that the turn answers.
 */
export interface TurnStarted {
  type: "turn_started";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  agent: string;
  model: string;
}
/**
 * A piece of an answer in the making, from ``offset`` (in code points) on. Not persisted.
 */
export interface Text {
  type: "text";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  agent: string;
  offset: number;
  delta: string;
  parent_call_id: string | null;
}
/**
 * A piece of what the model thinks aloud; otherwise as ``text``.
 */
export interface Reasoning {
  type: "reasoning";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  agent: string;
  offset: number;
  delta: string;
  parent_call_id: string | null;
}
/**
 * The finished text. ``partial``: it ended before the model had finished it.
 */
export interface AgentMessage {
  type: "message";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  agent: string;
  content: string;
  reasoning: string;
  partial: boolean;
  parent_call_id: string | null;
}
/**
 * ``message_id`` is the agent's message that asked for the call; calls of one message run side by side.
 */
export interface ToolStarted {
  type: "tool_started";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  call_id: string;
  message_id: string;
  tool: string;
  arguments: {
    [k: string]: unknown;
  };
  agent: string;
  parent_call_id: string | null;
}
/**
 * Something to show, as a MIME bundle.
 */
export interface ToolOutput {
  type: "tool_output";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  call_id: string;
  mime: {
    [k: string]: unknown;
  };
}
/**
 * ``content`` is what the model is told. ``level``: how much of ``tables`` it discloses; None for nothing.
 */
export interface ToolFinished {
  type: "tool_finished";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  call_id: string;
  ok: boolean;
  content: string;
  elapsed_ms: number;
  level: string | null;
  tables: SentTable[];
}
/**
 * Which numbers of a message are proved by which results, found by comparing them.
 *
 * ``refs``: the results that the message cites or its numbers come from.
 */
export interface Evidence {
  type: "evidence";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  refs: string[];
  numbers: NumberMark[];
}
/**
 * A number in an answer, at ``start`` to ``end`` (code points). ``ref``: the result that it stands in, if any.
 */
export interface NumberMark {
  start: number;
  end: number;
  text: string;
  ref: string | null;
}
/**
 * The turn waits for the user. ``deadline``: ISO 8601, after which it goes on without an answer.
 */
export interface Question {
  type: "question";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  question_id: string;
  call_id: string;
  content: string;
  options: string[];
  multiple: boolean;
  deadline: string | null;
  agent: string;
}
/**
 * ``by``: the surface that answered, or ``timeout``, or ``cancelled``.
 */
export interface QuestionClosed {
  type: "question_closed";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  question_id: string;
  answer: string | null;
  by: string;
}
export interface Approval {
  type: "approval";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  approval_id: string;
  call_id: string;
  content: string;
  tool: string;
  arguments: {
    [k: string]: unknown;
  };
  options: ("once" | "session" | "deny")[];
  agent: string;
}
export interface ApprovalClosed {
  type: "approval_closed";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  approval_id: string;
  decision: "once" | "session" | "deny";
  by: string;
  note: string | null;
}
/**
 * The receipt of one request to the model. ``bytes``: the size of its body.
 */
export interface Sent {
  type: "sent";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  receipt_id: string;
  model: string;
  host: string;
  bytes: number;
  tables: SentTable[];
}
/**
 * What the server has to say: a command's answer (to its client only, no ``seq``), or a warning.
 *
 * ``switch_to``: the session that the surface should show next (``/new``, ``/session``).
 */
export interface Notice {
  type: "notice";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  content: string;
  level: "info" | "warning";
  switch_to: string | null;
  request_id: string | null;
}
/**
 * Tokens of one request to the model.
 */
export interface Usage {
  type: "usage";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  model: string;
  input: number;
  output: number;
}
/**
 * Inside a turn an event of the session; as a reply to a frame it has no ``seq``.
 */
export interface ErrorFrame {
  type: "error";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  code: ErrorCode;
  message: string;
  hint: string;
  request_id: string | null;
}
export interface TurnFinished {
  type: "turn_finished";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  reason: "complete" | "cancelled" | "error" | "limit" | "interrupted";
}
/**
 * ``late``: it was due while nobody could send it.
 */
export interface ReminderDue {
  type: "reminder";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  reminder_id: string;
  content: string;
  due: string;
  late: boolean;
  next_due: string | null;
}
/**
 * The card of a reminder that came is done with. ``by``: the surface.
 */
export interface ReminderClosed {
  type: "reminder_closed";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  reminder_id: string;
  action: "done" | "snoozed";
  by: string;
}
export interface SessionUpdated {
  type: "session_updated";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  title: string;
  agent: string;
  model: string | null;
  privacy: ("names" | "schema" | "aggregates" | "rows") | null;
  ceiling: "names" | "schema" | "aggregates" | "rows";
  names: "clear" | "masked";
  rules: PrivacyRule[];
  kernel_id: string | null;
}
/**
 * A user message was taken back, with everything after it: the events from ``first_seq`` up to this one are gone.
 *
 * What stays in the log: receipts (``sent``), ``usage``, and the turns of earlier messages, where this one had waited
 * behind them.
 */
export interface Rewound {
  type: "rewound";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
  message_id: string;
  first_seq: number;
}
/**
 * The session's history was emptied; what came before is gone.
 */
export interface Cleared {
  type: "cleared";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
}
export interface SessionDeleted {
  type: "session_deleted";
  session_id: string;
  seq: number | null;
  turn_id: string | null;
  at: string;
}
/**
 * Listen to a session: ``attached``, then the events after ``after_seq``, then live ones.
 *
 * ``kernel_id``: the session's tables are that kernel's from now on.
 */
export interface Attach {
  type: "attach";
  request_id?: string | null;
  session_id?: string | null;
  after_seq?: number;
  kernel_id?: string | null;
  surface?: string;
}
export interface Detach {
  type: "detach";
  request_id?: string | null;
  session_id: string;
}
/**
 * What the user says. The same ``message_id`` again is taken once.
 *
 * ``replaces``: an earlier user message of the session. It and everything after it are taken back first
 * (``rewound``), which needs a session in which no turn runs.
 * ``kernel_id``: the kernel whose tables this message is about; without it the session's.
 * ``offers``: a cell of ``kernel_id`` waits for this turn and runs its kernel requests (``kernel_request``).
 * ``mentions``: tables that the message names with ``@``, where the surface knows them.
 * ``language``: of the surface; a command answers in it.
 */
export interface Message {
  type: "message";
  request_id?: string | null;
  session_id: string;
  content: string;
  message_id: string;
  agent?: string | null;
  kernel_id?: string | null;
  /**
   * @maxItems 8
   */
  offers?:
    | []
    | ["kernel"]
    | ["kernel", "kernel"]
    | ["kernel", "kernel", "kernel"]
    | ["kernel", "kernel", "kernel", "kernel"]
    | ["kernel", "kernel", "kernel", "kernel", "kernel"]
    | ["kernel", "kernel", "kernel", "kernel", "kernel", "kernel"]
    | ["kernel", "kernel", "kernel", "kernel", "kernel", "kernel", "kernel"]
    | ["kernel", "kernel", "kernel", "kernel", "kernel", "kernel", "kernel", "kernel"];
  /**
   * @maxItems 64
   */
  mentions?: string[];
  replaces?: string | null;
  language?: ("en" | "zh") | null;
}
/**
 * Stop the running turn; with ``message_id`` only that message's turn, or take it out of the queue.
 */
export interface Cancel {
  type: "cancel";
  request_id?: string | null;
  session_id: string;
  message_id?: string | null;
}
export interface Answer {
  type: "answer";
  request_id?: string | null;
  session_id: string;
  question_id: string;
  content: string;
}
export interface Decide {
  type: "decide";
  request_id?: string | null;
  session_id: string;
  approval_id: string;
  decision: "once" | "session" | "deny";
  note?: string | null;
}
/**
 * How a ``kernel_request`` went: ``value`` is the operation's.
 */
export interface KernelResult {
  type: "kernel_result";
  request_id?: string | null;
  session_id: string;
  call_id: string;
  ok: boolean;
  value?: {
    [k: string]: unknown;
  } | null;
  error?: KernelFault | null;
}
/**
 * Why a kernel request failed. ``detail`` is for the user only; the others may be told to the model.
 */
export interface KernelFault {
  message: string;
  hint?: string;
  detail?: string;
}
/**
 * Ask for one of the user's lists; the reply's type is what was asked for.
 *
 * ``tables`` (of the session's kernel) and ``receipts`` need a ``session_id``.
 */
export interface List {
  type: "list";
  request_id?: string | null;
  what?: "sessions" | "todos" | "reminders" | "tables" | "receipts";
  session_id?: string | null;
}
/**
 * Ask what answers here: model, host, agents, commands. The reply is ``about``.
 */
export interface Describe {
  type: "describe";
  request_id?: string | null;
}
/**
 * Change one of the user's todos; ``todos`` then goes to every surface.
 */
export interface ChangeTodo {
  type: "todo";
  request_id?: string | null;
  todo_id: string;
  action: "done" | "undone" | "delete";
}
/**
 * Close or move a reminder. ``done`` and ``snooze`` close its card in ``session_id`` (``reminder_closed``).
 *
 * ``minutes`` is for ``snooze``: the reminder comes again so long from now. ``cancel`` ends a pending one.
 */
export interface Remind {
  type: "remind";
  request_id?: string | null;
  reminder_id: string;
  action: "done" | "snooze" | "cancel";
  session_id?: string | null;
  minutes?: number;
}
/**
 * Ask for a session as a document, or for its receipts as JSON Lines; the reply is ``exported``.
 */
export interface Export {
  type: "export";
  request_id?: string | null;
  session_id: string;
  format?: "md" | "json" | "receipts";
}
/**
 * Ask for the exact payload of one request to the model; the reply is ``payload``.
 */
export interface ReadReceipt {
  type: "receipt";
  request_id?: string | null;
  session_id: string;
  receipt_id: string;
}
/**
 * Ask whether results still stand for their tables as they are now; the reply is ``verified``.
 */
export interface Verify {
  type: "verify";
  request_id?: string | null;
  session_id: string;
  /**
   * @maxItems 64
   */
  refs?: string[];
}
/**
 * Run a result's query again: its new ``tool_output`` comes under the same ``call_id`` and reference.
 */
export interface Rerun {
  type: "rerun";
  request_id?: string | null;
  session_id: string;
  ref: string;
}
export interface Clear {
  type: "clear";
  request_id?: string | null;
  session_id: string;
}
export interface Rename {
  type: "rename";
  request_id?: string | null;
  session_id: string;
  title: string;
}
export interface Delete {
  type: "delete";
  request_id?: string | null;
  session_id: string;
}
/**
 * Change a session. ``rules`` replaces all of its privacy rules; what is not given stays.
 */
export interface Configure {
  type: "configure";
  request_id?: string | null;
  session_id: string;
  model?: string | null;
  privacy?: ("names" | "schema" | "aggregates" | "rows") | null;
  names?: ("clear" | "masked") | null;
  rules?: PrivacyRule[] | null;
  agent?: string | null;
  kernel_id?: string | null;
}
export interface Ping {
  type: "ping";
  request_id?: string | null;
}

export const SUBPROTOCOL = "table-copilot.v1";
export const MAX_FRAME_BYTES = 1048576;
export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_TOO_LARGE = 1009;
export const CLOSE_NOT_AUTHENTICATED = 4401;
export const CLOSE_TOO_SLOW = 4408;
export const CLOSE_TOO_MANY_CONNECTIONS = 4429;
