/** Events about the user's messages and the turns that answer them. */
import type * as wire from "../protocol";
import type { UserEntry } from "../state";
import { NO_RESULTS, NOTHING_SENT, type Builder } from "./builder";
import { asNumber, asText, asTextOrNull, oneOf } from "./fields";
import type { Handler } from "./handler";
import { resultsOf } from "./results";

const NONE_QUEUED: readonly UserEntry[] = [];

/** Nothing was said and nothing was sent. */
export function empty(builder: Builder): void {
  builder.truncate(0);
  builder.queued = NONE_QUEUED;
  builder.results = NO_RESULTS;
  builder.sent = NOTHING_SENT;
  builder.host = "";
}

export const onUserMessage: Handler<wire.UserMessage> = (builder, event) => {
  const messageId = asText(event.message_id);
  if (messageId === "") return false;
  const entry: UserEntry = {
    kind: "user",
    key: `user:${messageId}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    messageId,
    content: asText(event.content),
    surface: asText(event.surface),
    agent: asTextOrNull(event.agent),
  };
  if (event.queued === true) builder.queued = [...builder.queued, entry];
  else builder.append(entry);
  return true;
};

export const onMessageWithdrawn: Handler<wire.MessageWithdrawn> = (builder, event) => {
  builder.queued = without(builder.queued, event.message_id);
  const place = findMessage(builder, event.message_id);
  if (place >= 0) builder.remove(place);
  return true;
};

export const onTurnStarted: Handler<wire.TurnStarted> = (builder, event) => {
  const turnId = asText(event.turn_id);
  if (turnId === "") return false;
  const waiting = builder.queued.find((entry) => entry.messageId === event.message_id);
  if (waiting !== undefined) {
    builder.queued = without(builder.queued, event.message_id);
    builder.append({ ...waiting, turnId });
  } else {
    const place = findMessage(builder, event.message_id);
    if (place >= 0) builder.change<UserEntry>([place], { turnId });
  }
  builder.turn = {
    turnId,
    messageId: asText(event.message_id),
    agent: asText(event.agent),
    model: asText(event.model),
    startedAt: asText(event.at),
    inputTokens: 0,
    outputTokens: 0,
    sent: NOTHING_SENT,
  };
  return true;
};

export const onTurnFinished: Handler<wire.TurnFinished> = (builder, event) => {
  const turnId = asTextOrNull(event.turn_id);
  const turn = builder.turn?.turnId === turnId ? builder.turn : null;
  if (turn !== null) builder.closeTurn();
  const elapsed = turn === null ? 0 : Date.parse(asText(event.at)) - Date.parse(turn.startedAt);
  builder.append({
    kind: "end",
    key: `end:${event.seq}`,
    at: asText(event.at),
    turnId,
    reason: oneOf(event.reason, ["complete", "cancelled", "error", "limit", "interrupted"]),
    model: turn?.model ?? "",
    elapsedMs: asNumber(elapsed),
    inputTokens: turn?.inputTokens ?? 0,
    outputTokens: turn?.outputTokens ?? 0,
    sent: turn?.sent ?? NOTHING_SENT,
  });
  return true;
};

export const onRewound: Handler<wire.Rewound> = (builder, event) => {
  const place = findMessage(builder, event.message_id);
  builder.closeTurn(); // none runs when this happens; the end of one that we saw running may be among what is gone
  if (place >= 0) {
    builder.truncate(place);
    builder.results = resultsOf(builder.entries);
  }
  builder.queued = NONE_QUEUED;
  return true;
};

export const onCleared: Handler<wire.Cleared> = (builder) => {
  empty(builder);
  if (builder.session !== null) builder.session = { ...builder.session, messages: 0 };
  return true;
};

function without(entries: readonly UserEntry[], messageId: string): readonly UserEntry[] {
  const left = entries.filter((entry) => entry.messageId !== messageId);
  return left.length === entries.length ? entries : left;
}

function findMessage(builder: Builder, messageId: string): number {
  return builder.findLast((entry) => entry.kind === "user" && entry.messageId === messageId);
}
