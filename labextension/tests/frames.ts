/** Writes the frames of a session as its server would: numbered, in order, with what a test does not care about filled in. */
import type { Attached, ServerFrame, SessionInfo } from "../src/chat/protocol";

type Of<T extends ServerFrame["type"]> = Extract<ServerFrame, { type: T }>;
type Given<T extends ServerFrame["type"]> = Partial<Omit<Of<T>, "type" | "session_id" | "seq">>;

const DEFAULTS: { [K in ServerFrame["type"]]?: object } = {
  user_message: { message_id: "m1", content: "", surface: "panel", agent: null, mentions: [], queued: false },
  message_withdrawn: { message_id: "m1" },
  turn_started: { message_id: "m1", agent: "copilot", model: "kimi" },
  text: { message_id: "s1", agent: "copilot", offset: 0, delta: "", parent_call_id: null },
  reasoning: { message_id: "s1", agent: "copilot", offset: 0, delta: "", parent_call_id: null },
  message: {
    message_id: "s1",
    agent: "copilot",
    content: "",
    reasoning: "",
    partial: false,
    parent_call_id: null,
  },
  tool_started: {
    call_id: "c1",
    message_id: "s1",
    tool: "query_table",
    arguments: {},
    agent: "copilot",
    parent_call_id: null,
  },
  tool_output: { call_id: "c1", mime: {} },
  tool_finished: { call_id: "c1", ok: true, content: "", elapsed_ms: 1, level: null, tables: [] },
  question: {
    question_id: "q1",
    call_id: "c1",
    content: "",
    options: [],
    multiple: false,
    deadline: null,
    agent: "copilot",
  },
  question_closed: { question_id: "q1", answer: null, by: "panel" },
  approval: {
    approval_id: "a1",
    call_id: "c1",
    content: "",
    tool: "run_code",
    arguments: {},
    options: ["once", "session", "deny"],
    agent: "copilot",
  },
  approval_closed: { approval_id: "a1", decision: "deny", by: "panel", note: null },
  sent: { receipt_id: "r1", model: "kimi", host: "openrouter.ai", bytes: 0, tables: [] },
  usage: { model: "kimi", input: 0, output: 0 },
  notice: { content: "", level: "info", switch_to: null, request_id: null },
  error: { code: "internal", message: "", hint: "", request_id: null },
  turn_finished: { reason: "complete" },
  reminder: { reminder_id: "r1", content: "", due: "2026-11-22T09:00:00Z", late: false, next_due: null },
  reminder_closed: { reminder_id: "r1", action: "done", by: "panel" },
  evidence: { message_id: "s1", refs: [], numbers: [] },
  session_updated: {
    title: "Penguins",
    agent: "copilot",
    model: null,
    privacy: null,
    ceiling: "rows",
    names: "clear",
    rules: [],
    kernel_id: null,
  },
  rewound: { message_id: "m1", first_seq: 1 },
};

export const AT = "2026-11-22T08:00:00.000Z";

export function sessionInfo(sessionId = "s", given: Partial<SessionInfo> = {}): SessionInfo {
  return {
    session_id: sessionId,
    title: "New session",
    created_at: AT,
    updated_at: AT,
    messages: 0,
    agent: "copilot",
    model: null,
    privacy: null,
    ceiling: "rows",
    names: "clear",
    rules: [],
    kernel_id: null,
    running: false,
    queued: 0,
    ...given,
  };
}

export class Script {
  seq = 0;
  turnId: string | null = null;

  constructor(
    readonly sessionId = "s",
    readonly epoch = "e1",
  ) {}

  attached(given: Partial<Attached> = {}): ServerFrame {
    const { sessionId: session_id, epoch, seq } = this;
    return { type: "attached", request_id: null, session_id, session: sessionInfo(session_id), seq, epoch, ...given };
  }

  /** The next event of the log. */
  event<T extends ServerFrame["type"]>(type: T, given: Given<T> = {}): ServerFrame {
    return this.#frame(type, ++this.seq, given);
  }

  /** A frame without a number. */
  live<T extends ServerFrame["type"]>(type: T, given: Given<T> = {}): ServerFrame {
    return this.#frame(type, null, given);
  }

  text(offset: number, delta: string, given: Given<"text"> = {}): ServerFrame {
    return this.live("text", { offset, delta, ...given });
  }

  /** A user's message, and the start of the turn that answers it. */
  turn(id = "1", content = "hello"): ServerFrame[] {
    const said = this.event("user_message", { message_id: `m${id}`, content });
    return [said, this.begin(id)];
  }

  /** The start of the turn that answers message `m<id>`. */
  begin(id = "1"): ServerFrame {
    this.turnId = `t${id}`;
    return this.event("turn_started", { message_id: `m${id}` });
  }

  end(given: Given<"turn_finished"> = {}): ServerFrame {
    const frame = this.event("turn_finished", given);
    this.turnId = null;
    return frame;
  }

  #frame(type: ServerFrame["type"], seq: number | null, given: object): ServerFrame {
    const turn_id = type === "user_message" ? null : this.turnId;
    return { type, session_id: this.sessionId, seq, turn_id, at: AT, ...DEFAULTS[type], ...given } as ServerFrame;
  }
}
