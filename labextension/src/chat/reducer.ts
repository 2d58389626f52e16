/**
 * A session's events, folded into what is shown of it. What each event means is in `fold/`, and nowhere else.
 *
 * An event of the log has a `seq` above that of the one before it; what comes again after a reconnection is known by it
 * and ignored. `text` and `reasoning` have an `offset` in code points instead, and belong to the running turn: what is
 * there already is cut off, and of a text with a hole the finished `message` brings the whole. Answers and tool calls of
 * an agent that a call handed over to are inside that call, at any depth; questions stay outside, where they are seen.
 *
 * Folding is pure. An event of an unknown type, or one that lacks what it is about, changes nothing.
 */
import { Builder, NO_RESULTS, NOTHING_SENT } from "./fold/builder";
import { asNumber, asSession, asText, asTextOrNull, isObject } from "./fold/fields";
import type { Handler } from "./fold/handler";
import * as records from "./fold/records";
import * as turns from "./fold/turns";
import * as work from "./fold/work";
import type * as wire from "./protocol";
import type { ServerFrame } from "./protocol";
import type { ChatState, NoticeEntry } from "./state";

export function initialState(sessionId: string): ChatState {
  return {
    sessionId,
    session: null,
    epoch: null,
    seq: 0,
    entries: [],
    queued: [],
    turn: null,
    results: NO_RESULTS,
    sent: NOTHING_SENT,
    host: "",
    deleted: false,
  };
}

export function reduce(state: ChatState, frame: ServerFrame): ChatState {
  return reduceAll(state, [frame]);
}

/** As `reduce` with one after the other, but copies each list at most once. */
export function reduceAll(state: ChatState, frames: readonly ServerFrame[]): ChatState {
  const builder = new Builder(state);
  for (const frame of frames) apply(builder, frame);
  return builder.finish();
}

/** Shows a command's answer, which is no event of the session: the next reload does not bring it. */
export function addNotice(
  state: ChatState,
  notice: Pick<NoticeEntry, "content" | "level" | "command" | "at">,
): ChatState {
  const builder = new Builder(state);
  const key = `command:${builder.seq}.${builder.entries.length}`;
  builder.append({ kind: "notice", key, turnId: builder.turn?.turnId ?? null, ...notice });
  return builder.finish();
}

function apply(builder: Builder, frame: ServerFrame): void {
  if (!isObject(frame)) return;
  if (frame.type === "attached") {
    onAttached(builder, frame);
  } else if (frame.type === "session_deleted") {
    if (frame.session_id === builder.sessionId) builder.deleted = true;
  } else if (Object.hasOwn(HANDLERS, frame.type)) {
    const handle = HANDLERS[frame.type as keyof typeof HANDLERS] as Handler<ServerFrame>;
    const { session_id, seq } = frame as wire.UserMessage;
    if (session_id !== builder.sessionId) return;
    if (!Number.isSafeInteger(seq) || seq === null) {
      if (UNNUMBERED.has(frame.type)) handle(builder, frame);
    } else if (seq > builder.seq && handle(builder, frame)) {
      builder.seq = seq;
    }
  }
}

function onAttached(builder: Builder, frame: wire.Attached): void {
  const sessionId = asText(frame.session_id);
  if (sessionId === "" || (builder.sessionId !== "" && builder.sessionId !== sessionId)) return;
  const epoch = asTextOrNull(frame.epoch);
  // a log that ends before what we have of it is another one, too
  if ((builder.epoch !== null && builder.epoch !== epoch) || asNumber(frame.seq) < builder.seq) {
    turns.empty(builder);
    builder.seq = 0;
  }
  builder.sessionId = sessionId;
  builder.epoch = epoch;
  builder.session = asSession(frame.session) ?? builder.session;
}

const HANDLERS = {
  user_message: turns.onUserMessage,
  message_withdrawn: turns.onMessageWithdrawn,
  turn_started: turns.onTurnStarted,
  turn_finished: turns.onTurnFinished,
  rewound: turns.onRewound,
  cleared: turns.onCleared,
  text: work.onStreamed("text"),
  reasoning: work.onStreamed("reasoning"),
  message: work.onMessage,
  evidence: work.onEvidence,
  tool_started: work.onToolStarted,
  tool_output: work.onToolOutput,
  tool_finished: work.onToolFinished,
  question: work.onQuestion,
  question_closed: work.onQuestionClosed,
  approval: work.onApproval,
  approval_closed: work.onApprovalClosed,
  sent: records.onSent,
  usage: records.onUsage,
  notice: records.onNotice,
  error: records.onError,
  reminder: records.onReminder,
  reminder_closed: records.onReminderClosed,
  session_updated: records.onSessionUpdated,
} satisfies { [K in ServerFrame["type"]]?: Handler<Extract<ServerFrame, { type: K }>> };

/** The events that are not in the log. Any other without a number is none of it. */
const UNNUMBERED: ReadonlySet<string> = new Set(["text", "reasoning", "notice"]);
