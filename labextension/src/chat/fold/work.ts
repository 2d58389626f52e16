/** Events about what agents say, do and ask. */
import type * as wire from "../protocol";
import type { Decision, Entry, MimeBundle, TextEntry } from "../state";
import type { Builder, Stream } from "./builder";
import { asNumber, asObject, asText, asTextOrNull, asTexts, isObject, oneOf, SHARE, skipCodePoints } from "./fields";
import type { Handler } from "./handler";
import { resultOf } from "./results";

export function onStreamed(stream: Stream): Handler<wire.Text | wire.Reasoning> {
  return (builder, event) => {
    const { message_id: messageId, offset, delta } = event;
    if (builder.turn === null || builder.turn.turnId !== (event.turn_id ?? builder.turn.turnId)) return false;
    if (asText(messageId) === "" || typeof delta !== "string" || !Number.isSafeInteger(offset)) return false;
    const there = builder.lengthOf(messageId, stream);
    if (there === null || offset > there || offset < 0) return false;
    const fresh = skipCodePoints(delta, there - offset);
    if (fresh === "") return false;
    builder.grow(messageId, stream, fresh, asTextOrNull(event.parent_call_id), () => textEntry(event));
    return true;
  };
}

export const onMessage: Handler<wire.AgentMessage> = (builder, event) => {
  const messageId = asText(event.message_id);
  if (messageId === "") return false;
  const whole: Partial<TextEntry> = {
    at: asText(event.at),
    text: asText(event.content),
    reasoning: asText(event.reasoning),
    done: true,
    partial: event.partial === true,
  };
  const known = builder.lengthOf(messageId, "text") === null;
  const path = builder.finishText(messageId);
  if (path !== null) builder.change<TextEntry>(path, whole);
  else if (!known && (whole.text !== "" || whole.reasoning !== ""))
    builder.append({ ...textEntry(event), ...whole }, asTextOrNull(event.parent_call_id));
  return true;
};

function textEntry(event: wire.Text | wire.Reasoning | wire.AgentMessage): TextEntry {
  const turnId = asTextOrNull(event.turn_id);
  return {
    kind: "text",
    key: `text:${turnId}:${event.message_id}`,
    at: asText(event.at),
    turnId,
    messageId: event.message_id,
    agent: asText(event.agent),
    text: "",
    reasoning: "",
    done: false,
    partial: false,
    proof: null,
  };
}

export const onEvidence: Handler<wire.Evidence> = (builder, event) => {
  const path = builder.find((entry) => entry.kind === "text" && entry.messageId === event.message_id);
  if (path === undefined) return false;
  const numbers: unknown[] = Array.isArray(event.numbers) ? event.numbers : [];
  const unproved = numbers.map(asObject).flatMap(({ ref, text }) => (typeof ref === "string" ? [] : asText(text)));
  builder.change<TextEntry>(path, {
    proof: { refs: asTexts(event.refs), unproved: [...new Set(unproved)].filter((number) => number !== "") },
  });
  return true;
};

export const onToolStarted: Handler<wire.ToolStarted> = (builder, event) => {
  const callId = asText(event.call_id);
  if (callId === "") return false;
  builder.addTool(
    {
      kind: "tool",
      key: `tool:${event.seq}`,
      at: asText(event.at),
      turnId: asTextOrNull(event.turn_id),
      callId,
      tool: asText(event.tool),
      arguments: asObject(event.arguments),
      agent: asText(event.agent),
      ok: null,
      content: "",
      elapsedMs: 0,
      outputs: [],
      children: [],
      asks: false,
    },
    asTextOrNull(event.parent_call_id),
  );
  return true;
};

export const onToolOutput: Handler<wire.ToolOutput> = (builder, event) => {
  const { call_id: callId, mime } = event;
  if (!isObject(mime)) return false;
  const result = resultOf(callId, mime);
  const isSame = (output: MimeBundle): boolean => result !== null && resultOf(callId, output)?.ref === result.ref;
  // One that was run again stands where it stood, however long ago that was.
  const again = result !== null && builder.results.get(result.ref)?.callId === callId;
  const path = again
    ? builder.find((entry) => entry.kind === "tool" && entry.callId === callId && entry.outputs.some(isSame))
    : builder.toolPath(callId);
  if (path === undefined) return false;
  builder.addOutput(path, mime, isSame);
  if (result !== null) builder.results = new Map(builder.results).set(result.ref, result);
  return true;
};

export const onToolFinished: Handler<wire.ToolFinished> = (builder, event) => {
  const path = builder.toolPath(event.call_id);
  if (path === undefined) return false;
  const { ok, content, elapsed_ms } = event;
  builder.change(path, { ok: ok === true, content: asText(content), elapsedMs: asNumber(elapsed_ms) });
  return true;
};

export const onQuestion: Handler<wire.Question> = (builder, event) => {
  const questionId = asText(event.question_id);
  if (questionId === "") return false;
  ask(builder, questionId, event.call_id, {
    kind: "question",
    key: `question:${event.seq}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    questionId,
    callId: asText(event.call_id),
    agent: asText(event.agent),
    content: asText(event.content),
    options: asTexts(event.options),
    multiple: event.multiple === true,
    deadline: asTextOrNull(event.deadline),
    open: true,
    answer: null,
    by: "",
  });
  return true;
};

export const onQuestionClosed: Handler<wire.QuestionClosed> = (builder, event) => {
  const path = builder.closeAsk(event.question_id);
  if (path === undefined) return false;
  builder.change(path, { open: false, answer: asTextOrNull(event.answer), by: asText(event.by) });
  return true;
};

const DECISIONS: readonly [Decision, ...Decision[]] = ["deny", "once", "session"];

export const onApproval: Handler<wire.Approval> = (builder, event) => {
  const approvalId = asText(event.approval_id);
  if (approvalId === "") return false;
  ask(builder, approvalId, event.call_id, {
    kind: "approval",
    key: `approval:${event.seq}`,
    at: asText(event.at),
    turnId: asTextOrNull(event.turn_id),
    approvalId,
    callId: asText(event.call_id),
    agent: asText(event.agent),
    content: asText(event.content),
    tool: asText(event.tool),
    arguments: asObject(event.arguments),
    options: asTexts(event.options).filter((option) => DECISIONS.includes(option as Decision)) as Decision[],
    open: true,
    decision: null,
    by: "",
    note: null,
  });
  return true;
};

export const onApprovalClosed: Handler<wire.ApprovalClosed> = (builder, event) => {
  const path = builder.closeAsk(event.approval_id);
  if (path === undefined) return false;
  const decision = oneOf(event.decision, DECISIONS);
  builder.change(path, { open: false, decision, by: asText(event.by), note: asTextOrNull(event.note) });
  return true;
};

/** Puts a question right after the call in the conversation that it came from, behind those asked there before. */
function ask(builder: Builder, id: string, callId: string, entry: Entry): void {
  const call = builder.toolPath(callId);
  let place = builder.entries.length;
  if (call?.[0] !== undefined) {
    if (entry.kind !== "approval" || entry.tool !== SHARE) builder.change(call, { asks: true });
    place = call[0] + 1;
    while (["question", "approval"].includes(builder.entries[place]?.kind ?? "")) place++;
  }
  builder.openAsk(id, builder.insert(place, entry));
}
