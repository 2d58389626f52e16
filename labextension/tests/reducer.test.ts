// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addNotice, initialState, reduce, reduceAll } from "../src/chat/reducer";
import type { ServerFrame } from "../src/chat/protocol";
import type { ChatState, Entry, TextEntry, ToolEntry } from "../src/chat/state";
import { AT, Script, sessionInfo } from "./frames";

const fold = (frames: ServerFrame[], state = initialState("s")): ChatState => frames.reduce(reduce, state);
const kinds = (state: ChatState): string[] => state.entries.map((entry) => entry.kind);
const entryOf = <K extends Entry["kind"]>(state: ChatState, kind: K): Extract<Entry, { kind: K }> =>
  state.entries.find((entry) => entry.kind === kind) as Extract<Entry, { kind: K }>;
const saying = (state: ChatState): string => entryOf(state, "text").text;

/** Freezes all of a state, so that writing to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

describe("the golden frames", () => {
  const folder = new URL("../../tests/golden/v1_server/", import.meta.url).pathname;
  const golden = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(folder + name, "utf8")) as ServerFrame);
  const inSession = (frame: ServerFrame): number =>
    "seq" in frame && frame.type !== "attached" ? (frame.seq ?? 0) : 0;

  it.each(golden.map((frame) => [frame.type, frame] as const))("%s is folded alone", (_, frame) => {
    const state = reduce(frozen(initialState("penguins")), frozen(frame));
    expect(state.sessionId).toBe("penguins");
  });

  it("are a conversation, in the order of their numbers", () => {
    const rank = (frame: ServerFrame): number =>
      frame.type === "attached" ? -1 : frame.type === "session_deleted" ? 1e9 : inSession(frame) || 3.5;
    const frames = golden
      .filter((frame) => frame.type !== "cleared" && frame.type !== "rewound")
      .sort((a, b) => rank(a) - rank(b))
      .map((frame, place) => ({ ...frame, seq: "seq" in frame && frame.seq !== null ? place : null }) as ServerFrame);
    const state = fold(frozen(frames), initialState("penguins"));
    expect(kinds(state)).toEqual(
      expect.arrayContaining(["user", "text", "tool", "question", "approval", "error", "end", "reminder"]),
    );
    expect(state).toMatchObject({ host: "openrouter.ai", sent: { requests: 1, rows: 0, bytes: 1234 }, turn: null });
    expect(state.session?.title).toBe("Penguins");
    expect(entryOf(state, "question")).toMatchObject({ open: false, answer: "Biscoe", by: "magic" });
    expect(entryOf(state, "approval")).toMatchObject({ open: false, decision: "deny", note: "not now" });
  });
});

/** What a query shows. */
const bundle = (ref: string, total = 3, at = AT): Record<string, unknown> => ({
  "application/vnd.table-copilot.table+json": {
    ref,
    total_rows: total,
    evidence: {
      ref,
      sql: "SELECT 1",
      at,
      tables: [{ name: "penguins", fingerprint: { rows: 344, columns: 8, schema: "a", content: "b" } }],
    },
  },
  "text/plain": "…",
});

describe("the results that answers point to", () => {
  const log = new Script();
  const asked = fold([
    ...log.turn(),
    log.event("tool_started", { call_id: "c0", tool: "analyst" }),
    log.event("tool_started", { call_id: "c1", parent_call_id: "c0" }),
    log.event("tool_output", { call_id: "c1", mime: bundle("q1") }),
    log.event("tool_finished", { call_id: "c1" }),
    log.event("tool_finished", { call_id: "c0" }),
    log.event("message", { content: "344 [q1], of 9." }),
  ]);
  const inner = (state: ChatState): ToolEntry => entryOf(state, "tool").children[0] as ToolEntry;

  it("are kept by name, whoever made them", () => {
    expect([...asked.results.values()]).toEqual([
      {
        ref: "q1",
        callId: "c1",
        sql: "SELECT 1",
        at: AT,
        tables: [{ name: "penguins", rows: 344, columns: 8 }],
      },
    ]);
  });

  it("take the place of the old one when they are run again, long after their turn", () => {
    const later = fold([log.end(), ...log.turn("2")], frozen(asked));
    const again = log.event("tool_output", { turn_id: null, call_id: "c1", mime: bundle("q1", 4, "2027") });
    const state = fold([again], frozen(later));
    expect(inner(state).outputs).toEqual([bundle("q1", 4, "2027")]);
    expect(state.results.get("q1")?.at).toBe("2027");
    expect(state.entries.at(-1)).toBe(later.entries.at(-1));
  });

  it("stand beside each other where they are several", () => {
    const two = fold([log.event("tool_output", { call_id: "c1", mime: bundle("q2") })], asked);
    expect(inner(two).outputs).toHaveLength(2);
    expect([...two.results.keys()]).toEqual(["q1", "q2"]);
  });

  it("go with what is taken back, or cleared", () => {
    const more = new Script();
    more.seq = 100;
    const second = fold(
      [
        more.end(),
        ...more.turn("2"),
        more.event("tool_started", { call_id: "c2" }),
        more.event("tool_output", { call_id: "c2", mime: bundle("q2") }),
        more.end(),
      ],
      asked,
    );
    expect([...second.results.keys()]).toEqual(["q1", "q2"]);
    expect([...fold([more.event("rewound", { message_id: "m2" })], second).results.keys()]).toEqual(["q1"]);
    expect(fold([more.event("cleared")], second).results.size).toBe(0);
  });

  it.each([
    ["a chart with evidence", { "application/vnd.table-copilot.chart+json": { evidence: { ref: "q7" } } }, ["q7"]],
    ["a table without evidence", { "application/vnd.table-copilot.table+json": { ref: "q7" } }, []],
    ["damaged evidence", { "application/vnd.table-copilot.table+json": { evidence: { ref: 7, tables: "x" } } }, []],
  ])("of %s are %#", (_, mime, refs) => {
    const state = fold([log.event("tool_output", { call_id: "c1", mime })], { ...asked, results: new Map() });
    expect([...state.results.keys()]).toEqual(refs);
  });
});

describe("the evidence of an answer", () => {
  const log = new Script();
  const number = (text: string, ref: string | null) => ({ start: 0, end: 1, text, ref });

  it("is kept with the answer, also inside a call: what it cites, and each number that stands nowhere once", () => {
    const said = fold([
      ...log.turn(),
      log.event("tool_started", { call_id: "c0" }),
      log.event("message", { message_id: "s0", parent_call_id: "c0", content: "42" }),
      log.event("evidence", { message_id: "s0", refs: [], numbers: [number("42", null)] }),
      log.event("message", { content: "3 of 42 and 42" }),
      log.event("evidence", {
        refs: ["q1"],
        numbers: [number("3", "q1"), number("42", null), number("42", null)],
      }),
    ]);
    expect(entryOf(said, "text").proof).toEqual({ refs: ["q1"], unproved: ["42"] });
    expect((entryOf(said, "tool").children[0] as TextEntry).proof).toEqual({ refs: [], unproved: ["42"] });
  });

  it("of an answer that is not there changes nothing", () => {
    const state = fold(log.turn("9"));
    expect(fold([log.event("evidence", { message_id: "other" })], state)).toBe(state);
  });
});

describe("a session's privacy", () => {
  const log = new Script();

  it("follows what is said of it, and takes nothing that it does not know", () => {
    const rules = [{ table: "people", column: null, level: "hidden" as const }, { table: "x", level: "all" } as never];
    const state = fold([
      log.attached(),
      log.event("session_updated", { privacy: "schema", ceiling: "aggregates", names: "masked", rules }),
    ]);
    expect(state.session).toMatchObject({
      privacy: "schema",
      ceiling: "aggregates",
      names: "masked",
      rules: [{ table: "people", column: null, level: "hidden" }],
    });
    expect(fold([log.event("session_updated", { privacy: "all" as never })], state).session?.privacy).toBeNull();
  });
});

describe("what changes nothing", () => {
  const log = new Script();
  const state = fold([log.attached(), ...log.turn(), log.text(0, "Hi")]);
  const odd = (frame: object): ServerFrame => frame as ServerFrame;

  it.each([
    ["an unknown type", odd({ type: "firework", session_id: "s", seq: 99 })],
    ["a name that objects have anyway", odd({ type: "constructor", session_id: "s", seq: 99 })],
    ["no type", odd({ session_id: "s", seq: 99 })],
    ["no object", odd(["text"])],
    ["null", null as unknown as ServerFrame],
    ["a message without an id", odd({ type: "user_message", session_id: "s", seq: 99, content: "x" })],
    ["a text without a delta", odd({ type: "text", session_id: "s", turn_id: "t1", message_id: "s1", offset: 2 })],
    ["a text with an offset that is no number", log.text("2" as unknown as number, "x")],
    ["an empty piece of text", log.text(2, "")],
    ["a text of another turn", log.text(2, "x", { turn_id: "t0" })],
    ["a tool's output without a call", odd({ type: "tool_output", session_id: "s", seq: 99, mime: {} })],
    ["an event of another session", new Script("other").event("user_message")],
    ["an event that came before", odd({ ...new Script().event("user_message", { message_id: "again" }) })],
    ["an event of the log without a number", log.live("user_message", { message_id: "m9" })],
    ["a command's answer", log.live("notice", { content: "Done.", request_id: "r1" })],
    ["an error that answers a request", log.live("error", { message: "No.", request_id: "r1" })],
    ["a list", { type: "todos", request_id: null, todos: [] } satisfies ServerFrame],
  ])("%s", (_, frame) => {
    expect(reduce(state, frame)).toBe(state);
    expect(reduceAll(state, [frame, frame])).toBe(state);
  });

  it("fields of the wrong kind are read as empty ones", () => {
    const broken = odd({ type: "tool_started", session_id: "s", seq: 99, call_id: "c", arguments: 7, tool: null });
    expect(entryOf(reduce(state, broken), "tool")).toMatchObject({ tool: "", arguments: {}, agent: "" });
  });
});

describe("the session", () => {
  it("is attached with what is known of it", () => {
    const state = fold([new Script().attached({ session: sessionInfo("s", { title: "Penguins" }) })]);
    expect(state).toMatchObject({ sessionId: "s", epoch: "e1", seq: 0, session: { title: "Penguins" } });
  });

  it("takes its id from the first attachment, when it is new", () => {
    expect(fold([new Script("fresh").attached()], initialState("")).sessionId).toBe("fresh");
  });

  it("is not changed by the attachment of another one", () => {
    const state = fold([new Script().attached()]);
    expect(reduce(state, new Script("other").attached())).toBe(state);
  });

  it("starts empty when the log is another one", () => {
    const log = new Script();
    const state = fold([log.attached(), ...log.turn(), log.event("sent", { bytes: 9 })]);
    const again = reduce(state, new Script("s", "e2").attached());
    expect(again).toMatchObject({ epoch: "e2", seq: 0, entries: [], turn: null, sent: { requests: 0 }, host: "" });
    expect(kinds(fold(new Script("s", "e2").turn(), again))).toEqual(["user"]);
  });

  it("starts empty when the log ends before what is there of it", () => {
    const log = new Script();
    const state = fold([log.attached(), ...log.turn()]);
    expect(reduce(state, log.attached({ seq: 1 }))).toMatchObject({ seq: 0, entries: [] });
  });

  it("keeps what is there when the log is the same", () => {
    const log = new Script();
    const state = fold([log.attached(), ...log.turn()]);
    expect(kinds(reduce(state, log.attached()))).toEqual(["user"]);
  });

  it("takes a new title and settings", () => {
    const log = new Script();
    const state = fold([log.attached(), log.event("session_updated", { title: "Whales", model: "kimi" })]);
    expect(state.session).toMatchObject({ title: "Whales", model: "kimi", messages: 0 });
  });

  it("says that it was deleted", () => {
    const log = new Script();
    expect(fold([log.attached(), log.live("session_deleted")]).deleted).toBe(true);
  });

  it("is empty after it was cleared, and goes on", () => {
    const log = new Script();
    const before = fold([log.attached(), ...log.turn(), log.event("sent", { bytes: 5 }), log.end()]);
    const cleared = reduce(before, log.event("cleared"));
    expect(cleared).toMatchObject({ entries: [], queued: [], turn: null, sent: { requests: 0 }, seq: log.seq });
    expect(kinds(fold(log.turn("2"), cleared))).toEqual(["user"]);
  });
});

describe("a streamed text", () => {
  const start = (): [Script, ChatState] => {
    const log = new Script();
    return [log, fold([log.attached(), ...log.turn()])];
  };

  it("grows piece by piece", () => {
    const [log, state] = start();
    const next = fold([log.text(0, "Bis"), log.text(3, "coe")], state);
    expect(entryOf(next, "text")).toMatchObject({ text: "Biscoe", done: false, agent: "copilot" });
  });

  it("counts code points, not the units of a string", () => {
    const [log, state] = start();
    const next = fold([log.text(0, "🐧🐧"), log.text(2, "é𝒳"), log.text(4, "!")], state);
    expect(saying(next)).toBe("🐧🐧é𝒳!");
  });

  it("takes only what is new of a piece that overlaps", () => {
    const [log, state] = start();
    expect(saying(fold([log.text(0, "a🐧b"), log.text(1, "🐧b🐋c")], state))).toBe("a🐧b🐋c");
  });

  it("counts both halves of a pair that was cut between two pieces", () => {
    const [log, state] = start();
    expect(saying(fold([log.text(0, "\ud83d"), log.text(1, "\udc27"), log.text(2, "!")], state))).toBe("🐧!");
  });

  it("does not change when it comes again", () => {
    const [log, state] = start();
    const once = fold([log.text(0, "🐧 Hi")], state);
    expect(fold([log.text(0, "🐧 Hi"), log.text(1, " H"), log.text(0, "🐧")], once)).toBe(once);
  });

  it("goes on after the whole of it came at once, in mid-answer", () => {
    const [log, state] = start();
    expect(saying(fold([log.text(0, "🐧🐋"), log.text(0, "🐧🐋🐟"), log.text(3, "!")], state))).toBe("🐧🐋🐟!");
  });

  it("keeps what is there before a hole, until the whole comes", () => {
    const [log, state] = start();
    const holed = fold([log.text(0, "Bis"), log.text(5, "e"), log.text(6, ".")], state);
    expect(saying(holed)).toBe("Bis");
    expect(saying(reduce(holed, log.text(0, "Biscoe.")))).toBe("Biscoe.");
    expect(saying(reduce(holed, log.event("message", { content: "Biscoe!" })))).toBe("Biscoe!");
  });

  it("is finished by its message, which has the last word", () => {
    const [log, state] = start();
    const open = fold([log.live("reasoning", { delta: "Hm" }), log.text(0, "Bis")], state);
    const done = reduce(open, log.event("message", { content: "Biscoe.", reasoning: "Hm.", partial: true }));
    expect(kinds(done)).toEqual(["user", "text"]);
    expect(entryOf(done, "text")).toMatchObject({ text: "Biscoe.", reasoning: "Hm.", done: true, partial: true });
    expect(entryOf(done, "text").key).toBe(entryOf(open, "text").key);
    expect(reduce(done, log.text(7, " More"))).toBe(done);
  });

  it("has its thoughts counted apart", () => {
    const [log, state] = start();
    const next = fold([log.live("reasoning", { delta: "Hmm" }), log.text(0, "A"), log.text(1, "B")], state);
    expect(entryOf(next, "text")).toMatchObject({ reasoning: "Hmm", text: "AB" });
  });

  it("is nothing to show when its message only called tools", () => {
    const [log, state] = start();
    expect(kinds(reduce(state, log.event("message")))).toEqual(["user"]);
  });

  it("that nobody finished is closed with the turn, as a partial one", () => {
    const [log, state] = start();
    const done = fold([log.text(0, "Bis"), log.event("tool_started"), log.end({ reason: "cancelled" })], state);
    expect(entryOf(done, "text")).toMatchObject({ text: "Bis", done: true, partial: true });
    expect(entryOf(done, "tool").ok).toBe(false);
    expect(fold([log.text(3, "coe")], done)).toBe(done);
  });

  it("goes on from a state that was not folded here", () => {
    const [log, state] = start();
    const copy = structuredClone(fold([log.text(0, "🐧"), log.event("tool_started")], state));
    const next = fold([log.text(1, "!"), log.event("tool_finished", { content: "3 rows" })], copy);
    expect(saying(next)).toBe("🐧!");
    expect(entryOf(next, "tool")).toMatchObject({ ok: true, content: "3 rows" });
  });
});

describe("a tool call", () => {
  it("shows its outputs and its result", () => {
    const log = new Script();
    const state = fold([
      ...log.turn(),
      log.event("tool_started", { arguments: { sql: "SELECT 1" } }),
      log.event("tool_output", { mime: { "text/plain": "1" } }),
      log.event("tool_output", { mime: { "text/plain": "2" } }),
      log.event("tool_finished", { content: "2 rows", elapsed_ms: 12 }),
    ]);
    expect(entryOf(state, "tool")).toMatchObject({
      arguments: { sql: "SELECT 1" },
      outputs: [{ "text/plain": "1" }, { "text/plain": "2" }],
      ok: true,
      content: "2 rows",
      elapsedMs: 12,
    });
  });

  it("holds what the agent did that it handed over to, at any depth", () => {
    const log = new Script();
    const inside = { parent_call_id: "c2", message_id: "s3", agent: "analyst" };
    const state = fold([
      ...log.turn(),
      log.event("tool_started", { call_id: "c1", tool: "ask_planner" }),
      log.event("tool_started", { call_id: "c2", tool: "ask_analyst", parent_call_id: "c1", agent: "planner" }),
      log.text(0, "Look", inside),
      log.text(4, "ing", inside),
      log.event("message", { ...inside, content: "Looking." }),
      log.event("tool_started", { call_id: "c3", parent_call_id: "c2" }),
      log.event("tool_output", { call_id: "c3", mime: { a: 1 } }),
      log.event("tool_finished", { call_id: "c3", content: "ok" }),
      log.event("message", { message_id: "s4", parent_call_id: "c1", content: "Planned.", agent: "planner" }),
      log.event("tool_finished", { call_id: "c1", content: "all" }),
    ]);
    expect(kinds(state)).toEqual(["user", "tool"]);
    const [second, planned] = entryOf(state, "tool").children as [ToolEntry, TextEntry];
    const [said, third] = second.children as [TextEntry, ToolEntry];
    expect(planned.text).toBe("Planned.");
    expect(said).toMatchObject({ text: "Looking.", agent: "analyst", done: true });
    expect(third).toMatchObject({ outputs: [{ a: 1 }], content: "ok", ok: true });
  });

  it("of an unknown parent stands in the conversation", () => {
    const log = new Script();
    expect(kinds(fold([...log.turn(), log.event("tool_started", { parent_call_id: "c0" })]))).toEqual(["user", "tool"]);
  });

  it("has its question right after it, while others run side by side", () => {
    const log = new Script();
    const before = fold([
      ...log.turn(),
      log.event("tool_started", { call_id: "c1" }),
      log.event("tool_started", { call_id: "c2" }),
      log.event("tool_started", { call_id: "c3", parent_call_id: "c2" }),
    ]);
    const state = fold(
      [
        log.event("question", { question_id: "q1", call_id: "c1", content: "Which?" }),
        log.event("approval", { approval_id: "a1", call_id: "c1" }),
        log.event("question", { question_id: "q3", call_id: "c3" }),
        log.event("tool_finished", { call_id: "c3", content: "three" }),
        log.event("question_closed", { question_id: "q3", answer: "Dream", by: "magic" }),
        log.event("tool_finished", { call_id: "c2", content: "two" }),
      ],
      before,
    );
    expect(kinds(state)).toEqual(["user", "tool", "question", "approval", "tool", "question"]);
    const [, first, asked, , second, nested] = state.entries;
    expect(first).toMatchObject({ callId: "c1", asks: true, ok: null });
    expect(asked).toMatchObject({ content: "Which?", open: true });
    expect(second).toMatchObject({ content: "two", asks: false, children: [{ asks: true, content: "three" }] });
    expect(nested).toMatchObject({ open: false, answer: "Dream", by: "magic" });
  });

  it("leaves no question open when its turn ends", () => {
    const log = new Script();
    const state = fold([...log.turn(), log.event("tool_started"), log.event("question"), log.end()]);
    expect(entryOf(state, "question")).toMatchObject({ open: false, answer: null, by: "cancelled" });
  });

  it("stays beside its call where it is about what that has found", () => {
    const log = new Script();
    const state = fold([
      ...log.turn(),
      log.event("tool_started"),
      log.event("tool_output"),
      log.event("approval", { tool: "share_data" }),
    ]);
    expect(entryOf(state, "tool").asks).toBe(false);
  });

  it("needs a decision that the wire knows", () => {
    const log = new Script();
    const state = fold([
      ...log.turn(),
      log.event("approval", { options: ["once", "always" as "once"] }),
      log.event("approval_closed", { decision: "always" as "once" }),
    ]);
    expect(entryOf(state, "approval")).toMatchObject({ options: ["once"], decision: "deny" });
  });
});

describe("messages and turns", () => {
  it("a queued message waits apart until its turn begins, then stands at the end", () => {
    const log = new Script();
    const queued = fold([
      ...log.turn("1"),
      log.event("user_message", { message_id: "m2", content: "next", queued: true }),
      log.event("user_message", { message_id: "m3", queued: true }),
      log.event("message", { content: "One." }),
      log.end(),
    ]);
    expect(kinds(queued)).toEqual(["user", "text", "end"]);
    expect(queued.queued.map((entry) => entry.messageId)).toEqual(["m2", "m3"]);
    const begun = reduce(queued, log.begin("2"));
    expect(begun.queued.map((entry) => entry.messageId)).toEqual(["m3"]);
    expect(begun.entries.at(-1)).toMatchObject({ kind: "user", content: "next", turnId: "t2" });
  });

  it("a withdrawn message is gone", () => {
    const log = new Script();
    const state = fold([...log.turn(), log.event("user_message", { message_id: "m2", queued: true })]);
    expect(reduce(state, log.event("message_withdrawn", { message_id: "m2" })).queued).toEqual([]);
    expect(reduce(state, log.event("message_withdrawn", { message_id: "m1" })).entries).toEqual([]);
  });

  it("a turn runs from its start to its end, with its figures", () => {
    const log = new Script();
    const tables = [
      { name: "penguins", level: "rows", columns: 8, rows: 3 },
      { name: "islands", level: "rows", columns: 2, rows: 4 },
    ];
    const running = fold([
      ...log.turn(),
      log.event("sent", { bytes: 100, tables }),
      log.event("usage", { input: 10, output: 2 }),
      log.event("sent", { bytes: 50 }),
      log.event("usage", { input: 5, output: 1 }),
    ]);
    const figures = { inputTokens: 15, outputTokens: 3, sent: { requests: 2, rows: 7, bytes: 150 } };
    expect(running.turn).toMatchObject({ turnId: "t1", messageId: "m1", model: "kimi", startedAt: AT, ...figures });
    const state = reduce(running, log.end({ reason: "limit", at: "2026-11-22T08:00:02.500Z" }));
    expect(state.turn).toBeNull();
    expect(entryOf(state, "end")).toMatchObject({ reason: "limit", elapsedMs: 2500, model: "kimi", ...figures });
    expect(state).toMatchObject({ host: "openrouter.ai", sent: figures.sent });
  });

  it("what was taken back is gone with all after it; what was sent stays sent", () => {
    const log = new Script();
    const state = fold([
      ...log.turn("1"),
      log.end(),
      ...log.turn("2"),
      log.event("sent", { bytes: 7 }),
      log.event("message", { content: "Two." }),
      log.end(),
      log.event("reminder"),
      log.event("rewound", { message_id: "m2", first_seq: 4 }),
      ...log.turn("3"),
      log.text(0, "Three"),
    ]);
    expect(kinds(state)).toEqual(["user", "end", "user", "text"]);
    expect(state).toMatchObject({ sent: { requests: 1, bytes: 7 }, turn: { turnId: "t3" } });
  });

  it("what was taken back while nobody looked leaves nothing open", () => {
    const log = new Script();
    const state = fold([...log.turn("1"), log.event("tool_started"), ...log.turn("2"), log.text(0, "Tw")]);
    const after = reduce(state, log.event("rewound", { message_id: "m2" }));
    expect(after.turn).toBeNull();
    expect(entryOf(after, "tool").ok).toBe(false);
    expect(kinds(after)).toEqual(["user", "tool"]);
  });

  it("an error in a turn is shown where it happened", () => {
    const log = new Script();
    const state = fold([
      ...log.turn(),
      log.text(0, "Bis"),
      log.event("error", { code: "rate_limited", message: "It is busy.", hint: "Try again." }),
      log.end({ reason: "error" }),
    ]);
    expect(kinds(state)).toEqual(["user", "text", "error", "end"]);
    expect(entryOf(state, "error")).toMatchObject({ code: "rate_limited", message: "It is busy.", hint: "Try again." });
  });
});

describe("what stands beside the conversation", () => {
  it("a warning of the server is shown, numbered or not", () => {
    const log = new Script();
    const state = fold([
      log.live("notice", { content: "Kept in memory only.", level: "warning" }),
      log.event("notice", { content: "Saved again." }),
      log.live("notice", { content: "Kept in memory only.", level: "warning" }),
    ]);
    expect(state.entries).toMatchObject([{ level: "warning", command: null }, { level: "info" }, { level: "warning" }]);
    expect(new Set(state.entries.map((entry) => entry.key)).size).toBe(3);
  });

  it("a command's answer is put there with its command", () => {
    const log = new Script();
    const state = fold(log.turn());
    const noticed = addNotice(frozen(state), { content: "| … |", level: "info", command: "/help", at: AT });
    expect(noticed.entries.at(-1)).toMatchObject({ kind: "notice", command: "/help", content: "| … |" });
    expect(kinds(fold([log.text(0, "Hi")], noticed))).toEqual(["user", "notice", "text"]);
  });

  it("a reminder comes, and is closed by whoever closes it", () => {
    const log = new Script();
    const due = fold([
      log.event("reminder", { content: "Stand-up", late: true }),
      log.event("reminder", { reminder_id: "r2" }),
    ]);
    expect(due.entries).toMatchObject([{ content: "Stand-up", late: true, closed: null }, { closed: null }]);
    expect(reduce(due, log.event("reminder_closed", { action: "snoozed" })).entries).toMatchObject([
      { closed: "snoozed" },
      { closed: null },
    ]);
  });
});

describe("folding", () => {
  /** Two turns with everything in them: text beyond the BMP, nested calls, questions, a queued message. */
  function conversation(): ServerFrame[] {
    const log = new Script();
    const inside = { parent_call_id: "c1", message_id: "s2", agent: "analyst" };
    return [
      ...log.turn("1"),
      log.event("sent", { bytes: 100 }),
      log.live("reasoning", { delta: "Let me 🤔" }),
      log.text(0, "🐧 "),
      log.text(2, "Look"),
      log.text(6, "ing"),
      log.event("usage", { input: 3, output: 4 }),
      log.event("message", { content: "🐧 Looking", reasoning: "Let me 🤔" }),
      log.event("tool_started", { call_id: "c1", tool: "ask_analyst" }),
      log.event("tool_started", { call_id: "c2" }),
      log.text(0, "𝒜", inside),
      log.event("user_message", { message_id: "m2", queued: true }),
      log.text(1, "nalysis", inside),
      log.event("message", { ...inside, content: "𝒜nalysis" }),
      log.event("tool_started", { call_id: "c3", parent_call_id: "c1" }),
      log.event("question", { call_id: "c3" }),
      log.event("question_closed", { answer: "Dream" }),
      log.event("tool_output", { call_id: "c2", mime: { "text/plain": "1" } }),
      log.event("tool_output", { call_id: "c3", mime: bundle("q1") }),
      log.event("tool_finished", { call_id: "c3" }),
      log.event("tool_finished", { call_id: "c2" }),
      log.event("tool_finished", { call_id: "c1" }),
      log.text(0, "Done 🎉", { message_id: "s5" }),
      log.event("message", { message_id: "s5", content: "Done 🎉" }),
      log.end(),
      log.begin("2"),
      log.text(0, "𝒯wo", { message_id: "s6" }),
      log.text(3, "!", { message_id: "s6" }),
      log.event("message", { message_id: "s6", content: "𝒯wo!" }),
      log.event("evidence", { message_id: "s6", refs: ["q1"], numbers: [] }),
      log.end(),
      log.event("tool_output", { call_id: "c3", mime: bundle("q1", 4) }),
    ];
  }

  /** What a server sends to who attaches when `happened` has happened, and has all up to `afterSeq`. */
  function replay(happened: ServerFrame[], afterSeq: number): ServerFrame[] {
    const log = happened.filter((frame) => "at" in frame && frame.seq !== null);
    const live = new Map<string, ServerFrame & { delta: string }>();
    for (const frame of happened) {
      if (frame.type === "text" || frame.type === "reasoning") {
        const key = `${frame.type} ${frame.message_id}`;
        live.set(key, { ...frame, offset: 0, delta: (live.get(key)?.delta ?? "") + frame.delta });
      } else if (frame.type === "message") {
        for (const kind of ["text", "reasoning"]) live.delete(`${kind} ${frame.message_id}`);
      }
    }
    const last = log.at(-1);
    const seq = last !== undefined && "seq" in last ? (last.seq ?? 0) : 0;
    const missed = log.filter((frame) => "seq" in frame && (frame.seq ?? 0) > afterSeq);
    return [new Script().attached({ seq }), ...missed, ...live.values()];
  }

  const whole = conversation();
  const expected = fold([new Script().attached(), ...whole]);

  it("changes no state that it was given, and shares what is the same", () => {
    const middle = frozen(fold(whole.slice(0, 12)));
    expect(fold(frozen(whole.slice(12)), middle).entries).toEqual(expected.entries);
    expect(fold(whole.slice(12), middle).entries[0]).toBe(middle.entries[0]);
  });

  it("gives the same one by one and all at once", () => {
    expect(reduceAll(initialState("s"), [new Script().attached(), ...whole])).toEqual(expected);
  });

  it("gives the same for two futures of one state", () => {
    const middle = fold(whole.slice(0, 10));
    const futures = [1, 2].map(() => fold([new Script().attached({ seq: middle.seq }), ...whole.slice(10)], middle));
    expect(futures[0]).toEqual(expected);
    expect(futures[1]).toEqual(expected);
  });

  it("gives the same to who attaches anew at any moment", () => {
    for (let at = 0; at <= whole.length; at++) {
      const late = fold(replay(whole.slice(0, at), 0));
      expect(fold(whole.slice(at), late)).toEqual(expected);
    }
  });

  it("gives the same whenever the connection is lost and comes back, whatever happened meanwhile", () => {
    for (let lost = 0; lost <= whole.length; lost++) {
      const before = fold([new Script().attached(), ...whole.slice(0, lost)]);
      for (let back = lost; back <= whole.length; back++) {
        const resumed = reduceAll(before, replay(whole.slice(0, back), before.seq));
        expect(reduceAll(resumed, whole.slice(back))).toEqual(expected);
      }
    }
  });

  it("gives the same when anything comes twice", () => {
    for (let from = 0; from < whole.length; from += 3) {
      for (let to = from + 1; to <= whole.length; to += 4) {
        const frames = [...whole.slice(0, to), ...whole.slice(from, to), ...whole.slice(to)];
        expect(fold([new Script().attached(), ...frames])).toEqual({ ...expected, session: expected.session });
      }
    }
  });

  it("costs the same for each token, however long the text is", () => {
    const cost = (count: number): number => {
      const log = new Script();
      const frames = Array.from({ length: count }, (_, place) => log.text(place * 4, "abc🐧"));
      const started = performance.now();
      const state = frames.reduce(
        reduce,
        fold([...log.turn(), log.event("message", { message_id: "s0", content: "A" })]),
      );
      const elapsed = performance.now() - started;
      expect((state.entries.at(-1) as TextEntry).text).toHaveLength(count * 5);
      return elapsed;
    };
    const best = (count: number): number => Math.min(cost(count), cost(count), cost(count));
    cost(100_000);
    expect(best(40_000) / best(20_000)).toBeLessThan(3);
  });
});
