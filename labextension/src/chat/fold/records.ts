/** Events beside the turn's work: receipts, notices, errors, reminders, the session's settings. */
import type * as wire from "../protocol";
import type { Tally } from "../state";
import { asNumber, asPrivacy, asText, asTextOrNull, isObject, oneOf } from "./fields";
import type { Handler } from "./handler";

export const onSent: Handler<wire.Sent> = (builder, event) => {
  builder.sent = plus(builder.sent, event);
  builder.host = asText(event.host);
  const { turn } = builder;
  if (turn?.turnId === event.turn_id) builder.turn = { ...turn, sent: plus(turn.sent, event) };
  return true;
};

function plus(tally: Tally, event: wire.Sent): Tally {
  const tables: unknown[] = Array.isArray(event.tables) ? event.tables : [];
  const rows = tables.reduce<number>((sum, table) => sum + (isObject(table) ? asNumber(table.rows) : 0), 0);
  return { requests: tally.requests + 1, rows: tally.rows + rows, bytes: tally.bytes + asNumber(event.bytes) };
}

export const onUsage: Handler<wire.Usage> = (builder, event) => {
  const { turn } = builder;
  if (turn?.turnId === event.turn_id)
    builder.turn = {
      ...turn,
      inputTokens: turn.inputTokens + asNumber(event.input),
      outputTokens: turn.outputTokens + asNumber(event.output),
    };
  return true;
};

export const onNotice: Handler<wire.Notice> = (builder, event) => {
  if (typeof event.request_id === "string") return false; // a command's answer is for who gave the command
  builder.append({
    kind: "notice",
    key: event.seq === null ? `notice:${builder.seq}.${builder.entries.length}` : `notice:${event.seq}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    content: asText(event.content),
    level: oneOf(event.level, ["info", "warning"]),
    command: null,
  });
  return true;
};

export const onError: Handler<wire.ErrorFrame> = (builder, event) => {
  builder.append({
    kind: "error",
    key: `error:${event.seq}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    code: asText(event.code),
    message: asText(event.message),
    hint: asText(event.hint),
  });
  return true;
};

export const onReminder: Handler<wire.ReminderDue> = (builder, event) => {
  const reminderId = asText(event.reminder_id);
  if (reminderId === "") return false;
  builder.append({
    kind: "reminder",
    key: `reminder:${event.seq}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    reminderId,
    content: asText(event.content),
    due: asText(event.due),
    late: event.late === true,
    nextDue: asTextOrNull(event.next_due),
    closed: null,
  });
  return true;
};

export const onReminderClosed: Handler<wire.ReminderClosed> = (builder, event) => {
  const closed = oneOf(event.action, ["done", "snoozed"]);
  builder.entries.forEach((entry, place) => {
    if (entry.kind === "reminder" && entry.reminderId === event.reminder_id && entry.closed === null)
      builder.change([place], { closed });
  });
  return true;
};

export const onSessionUpdated: Handler<wire.SessionUpdated> = (builder, event) => {
  const { session } = builder;
  if (session !== null)
    builder.session = {
      ...session,
      title: asText(event.title),
      agent: asText(event.agent),
      model: asTextOrNull(event.model),
      ...asPrivacy({ ...event }),
      kernel_id: asTextOrNull(event.kernel_id),
    };
  return true;
};
