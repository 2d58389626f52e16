// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exponential } from "../src/chat/connection/backoff";
import type { ReminderDue, TodoItem } from "../src/chat/protocol";
import { ChatStore, type StoreOptions } from "../src/chat/store";
import { FakeServer, type FakeSession } from "./fake-server";
import { AT } from "./frames";
import { FakePage } from "./page";

let server: FakeServer;
let page: FakePage;
let storage: Map<string, string>;
let stores: ChatStore[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"] });
  page = new FakePage();
  server = new FakeServer();
  storage = new Map();
  stores = [];
});

afterEach(() => {
  stores.forEach((store) => store.close());
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const DRAFT = "table-copilot:draft:";

const asStorage = (map: Map<string, string>): NonNullable<StoreOptions["storage"]> => ({
  getItem: (name) => map.get(name) ?? null,
  setItem: (name, value) => void map.set(name, value),
  removeItem: (name) => void map.delete(name),
});

function make(options: Partial<StoreOptions> = {}): ChatStore {
  const store = new ChatStore(server.dial, {
    surface: "panel",
    sessionId: "s",
    kernelId: null,
    storage: asStorage(storage),
    backoff: exponential(5, () => 0.5),
    ...options,
  });
  stores.push(store);
  return store;
}

/** Lets everything happen that is on its way, then paints. */
async function settle(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  page.paint();
  await vi.advanceTimersByTimeAsync(0);
  page.paint();
}

async function opened(options: Partial<StoreOptions> = {}): Promise<[ChatStore, FakeSession]> {
  const store = make(options);
  await settle();
  return [store, server.session("s")];
}

const contents = (store: ChatStore): (string | undefined)[] =>
  store.snapshot.state.entries.map((entry) => ("content" in entry ? entry.content : undefined));
const sending = (store: ChatStore): string[] => store.snapshot.sending.map((entry) => entry.content);

describe("the snapshot", () => {
  it("is of the session, once it is attached, and of what answers there", async () => {
    const [store, session] = await opened();
    session.emit(...session.script.turn("1", "hello"));
    page.paint();
    expect(store.snapshot).toMatchObject({
      connection: { state: "open" },
      state: { sessionId: "s", epoch: "e1", turn: { turnId: "t1" } },
      about: { version: "0.1.0", offline: true },
    });
    expect(contents(store)).toEqual(["hello"]);
  });

  it("stays the same object until something changed", async () => {
    const [store, session] = await opened();
    const { snapshot } = store;
    session.emit(session.script.text(0, "of no turn"));
    page.paint();
    store.setDraft("");
    store.dismissProblem();
    expect(store.snapshot).toBe(snapshot);
  });

  it("is told of at most once per frame, however much happened", async () => {
    const [store, session] = await opened();
    const listener = vi.fn();
    const stop = store.subscribe(listener);
    session.emit(...session.script.turn());
    for (let place = 0; place < 1000; place++) session.emit(session.script.text(place, "x"));
    store.setDraft("a");
    store.setDraft("ab");
    expect(listener).not.toHaveBeenCalled();
    page.paint();
    expect(listener).toHaveBeenCalledTimes(1);
    page.paint();
    expect(listener).toHaveBeenCalledTimes(1);
    stop();
    store.setDraft("abc");
    page.paint();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("is kept up on a page that is hidden and paints no frames", async () => {
    const [store, session] = await opened();
    const listener = vi.fn();
    store.subscribe(listener);
    session.emit(...session.script.turn());
    await vi.advanceTimersByTimeAsync(250);
    expect(listener).toHaveBeenCalledTimes(1);
    expect(store.snapshot.state.turn).not.toBeNull();
    page.paint();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("asks again what answers there after each reconnection", async () => {
    await opened();
    server.drop();
    await settle(500);
    expect(server.got("describe")).toHaveLength(2);
  });

  it("tells how the connection is", async () => {
    const [store] = await opened();
    server.offline = true;
    server.drop();
    expect(store.snapshot.connection).toEqual({ state: "reconnecting", attempt: 1, of: 5 });
    await settle(20_000);
    expect(store.snapshot.connection).toMatchObject({ state: "lost" });
    server.offline = false;
    store.reconnect();
    await settle();
    expect(store.snapshot.connection).toEqual({ state: "open" });
  });
});

describe("sending", () => {
  it("shows the message at once, and then in its place", async () => {
    const [store, session] = await opened();
    store.setDraft("hello ");
    const sent = store.send("hello");
    expect(sending(store)).toEqual(["hello"]);
    expect(store.snapshot).toMatchObject({ draft: "", sending: [{ surface: "panel", kind: "user" }] });
    const [before] = store.snapshot.sending;
    await settle();
    await sent;
    expect(store.snapshot).toMatchObject({ sending: [], problem: null });
    expect(store.snapshot.state.entries[0]?.key).toBe(before?.key);
    expect(session.script.seq).toBe(1);
  });

  it("shows it in one place at any moment, whichever of ack and event is first", async () => {
    const [store] = await opened();
    const places: string[] = [];
    store.subscribe(() => places.push(`${store.snapshot.sending.length}+${store.snapshot.state.entries.length}`));
    void store.send("hello");
    page.paint();
    await settle();
    expect(new Set(places)).toEqual(new Set(["1+0", "0+1"]));
  });

  it("sends nothing that is blank", async () => {
    const [store] = await opened();
    await store.send(" \n");
    expect(server.got("message")).toEqual([]);
  });

  it("keeps the order of messages that are sent before the session is there", async () => {
    const store = make({ sessionId: null, kernelId: "k1" });
    void store.send("one");
    void store.send("two", { agent: "planner" });
    expect(sending(store)).toEqual(["one", "two"]);
    await settle();
    expect(server.got("message")).toMatchObject([{ content: "one" }, { content: "two", agent: "planner" }]);
    expect(server.got("configure")).toHaveLength(1);
    expect(contents(store)).toEqual(["one", "two"]);
  });

  it("tells its language with a command, which answers in it", async () => {
    const [store] = await opened({ language: () => "zh" });
    await store.send("/privacy");
    await store.send("hello");
    expect(server.got("message").map((frame) => frame.language)).toEqual(["zh", undefined]);
  });

  it("takes an earlier message back when it replaces it", async () => {
    const [store] = await opened();
    await store.send("better", { replaces: "m1" });
    expect(server.got("message")).toMatchObject([{ content: "better", replaces: "m1" }]);
  });

  it("puts a refused message back into the draft and tells why", async () => {
    const [store] = await opened();
    server.refuse("message", "busy");
    store.setDraft("hello");
    void store.send("hello");
    await settle();
    expect(store.snapshot).toMatchObject({
      draft: "hello",
      sending: [],
      problem: { message: "No message.", hint: "Do something else." },
    });
    store.dismissProblem();
    expect(store.snapshot.problem).toBeNull();
  });

  it("does not overwrite what was typed meanwhile", async () => {
    const [store] = await opened();
    server.refuse("message");
    void store.send("hello");
    store.setDraft("something else");
    await settle();
    expect(store.snapshot.draft).toBe("something else");
  });

  it("gives the message back when the connection is given up", async () => {
    const [store] = await opened();
    server.offline = true;
    server.drop();
    void store.send("hello");
    await settle(20_000);
    expect(store.snapshot).toMatchObject({ draft: "hello", sending: [], connection: { state: "lost" } });
    expect(store.snapshot.problem?.message).toBe("The copilot's server can't be reached.");
  });

  it("tries the connection again when it was given up", async () => {
    const [store] = await opened();
    server.offline = true;
    server.drop();
    await settle(20_000);
    server.offline = false;
    void store.send("hello");
    await settle();
    expect(contents(store)).toEqual(["hello"]);
  });

  it("sends a message once, though its ack was lost with the connection", async () => {
    const [store, session] = await opened();
    void store.send("hello");
    await Promise.resolve();
    await Promise.resolve();
    server.ignore.add("message");
    await settle();
    server.drop();
    server.ignore.clear();
    await settle(500);
    expect(session.script.seq).toBe(1);
    expect(contents(store)).toEqual(["hello"]);
    expect(sending(store)).toEqual([]);
  });

  it("gives a message the same id when it is said again, as long as nobody knows whether it arrived", async () => {
    const [store] = await opened();
    server.ignore.add("message");
    void store.send("hello");
    await settle(60_000);
    server.ignore.clear();
    void store.send("hello");
    await settle();
    void store.send("hello");
    await settle();
    const [first, again, third] = server.got("message").map((frame) => frame.message_id);
    expect(again).toBe(first);
    expect(third).not.toBe(first);
  });

  it("tells the session which kernel it is about, before the first message only", async () => {
    const [store] = await opened({ kernelId: "k1" });
    await store.send("one");
    await settle();
    await store.send("two");
    store.setKernel("k2");
    await store.send("three");
    await settle();
    const frames = server.received.flatMap((frame) =>
      frame.type === "configure" ? [frame.kernel_id] : frame.type === "message" ? [frame.content] : [],
    );
    expect(frames).toEqual(["k1", "one", "two", "k2", "three"]);
  });

  it("keeps a message with the kernel that it was said at, whatever notebook is in front when it leaves", async () => {
    const store = make({ sessionId: "s1", kernelId: "k1" });
    void store.send("one");
    store.setKernel("k2");
    await settle();
    const told = [...server.got("attach"), ...server.got("configure")].map((frame) => frame.kernel_id);
    expect(told.filter((kernelId) => kernelId !== null).at(-1)).toBe("k1");
    expect(server.got("message").map((frame) => frame.content)).toEqual(["one"]);
  });

  it("does not send a message whose kernel is refused", async () => {
    const [store] = await opened({ kernelId: "k1" });
    server.refuse("configure", "denied");
    void store.send("hello");
    await settle();
    expect(server.got("message")).toEqual([]);
    expect(store.snapshot).toMatchObject({ draft: "hello", problem: { message: "No configure." } });
    await store.send("hello");
    expect(server.got("message")).toHaveLength(1);
  });
});

describe("a command", () => {
  it("shows its answer with itself, until the next reload", async () => {
    const [store] = await opened();
    server.answers.set("/help", { content: "| Command |" });
    await store.send("/help");
    await settle();
    expect(store.snapshot).toMatchObject({
      sending: [],
      state: { entries: [{ kind: "notice", command: "/help", content: "| Command |", level: "info" }] },
    });
  });

  it("has its answer after what it changed", async () => {
    const [store, session] = await opened();
    session.emit(...session.script.turn(), session.script.end());
    await store.send("/clear");
    await settle();
    expect(contents(store)).toEqual(["Done."]);
  });

  it("can show another session", async () => {
    const [store] = await opened();
    server.answers.set("/new", { content: "New session.", switch_to: "other" });
    await store.send("/new");
    await settle();
    expect(store.snapshot.state).toMatchObject({ sessionId: "other", epoch: "e1", entries: [] });
  });

  it("needs no kernel; a message that begins with two slashes is none", async () => {
    const [store] = await opened({ kernelId: "k1" });
    await store.send("/help");
    expect(server.got("configure")).toEqual([]);
    await store.send("//usr");
    expect(server.got("configure")).toHaveLength(1);
  });

  it("that is refused goes back into the draft", async () => {
    const [store] = await opened();
    server.refuse("message", "bad_frame");
    void store.send("/nope");
    await settle();
    expect(store.snapshot).toMatchObject({ draft: "/nope", problem: { message: "No message." } });
  });
});

describe("what the user does in a turn", () => {
  it("reaches the server", async () => {
    const [store, session] = await opened();
    store.stop();
    session.emit(...session.script.turn("1"));
    page.paint();
    store.stop();
    store.withdraw("m2");
    store.answer("q1", "Biscoe");
    store.decide("a1", "once");
    store.decide("a2", "deny", "not now");
    store.clear();
    store.configure({ privacy: "rows" });
    await settle();
    const session_id = "s";
    expect(server.received.filter((frame) => !["attach", "describe"].includes(frame.type))).toMatchObject([
      { type: "cancel", session_id, message_id: "m1" },
      { type: "cancel", session_id, message_id: "m2" },
      { type: "answer", session_id, question_id: "q1", content: "Biscoe" },
      { type: "decide", session_id, approval_id: "a1", decision: "once", note: null },
      { type: "decide", session_id, approval_id: "a2", decision: "deny", note: "not now" },
      { type: "clear", session_id },
      { type: "configure", session_id, privacy: "rows" },
    ]);
  });

  it("is a problem when it is refused", async () => {
    const [store] = await opened();
    server.refuse("answer");
    store.answer("q1", "x");
    await settle();
    expect(store.snapshot.problem).toEqual({ message: "No answer.", hint: "Do something else." });
  });

  it("is a problem when the server complains of something that was no request", async () => {
    const [store, session] = await opened();
    server.push(session.script.live("error", { message: "Odd.", hint: "Stop." }));
    await settle();
    expect(store.snapshot.problem).toEqual({ message: "Odd.", hint: "Stop." });
  });
});

describe("sessions", () => {
  it("a new one is made by the server, which names it", async () => {
    const onSession = vi.fn();
    const store = make({ sessionId: null, onSession });
    await settle();
    expect(store.snapshot.state.sessionId).toBe("new-1");
    expect(onSession.mock.calls).toEqual([["new-1"]]);
    store.newSession();
    await settle();
    expect(onSession.mock.calls).toEqual([["new-1"], ["new-2"]]);
  });

  it("opening another lets the first go, and does not mix their events", async () => {
    const [store, session] = await opened();
    session.emit(...session.script.turn("1", "first"));
    store.openSession("other");
    expect(store.snapshot.state).toMatchObject({ sessionId: "other", entries: [] });
    await settle();
    expect(session.listeners.size).toBe(0);
    const other = server.session("other");
    other.emit(...other.script.turn("1", "second"));
    await settle();
    expect(contents(store)).toEqual(["second"]);
  });

  it("going back shows at once what was there, then what happened meanwhile", async () => {
    const [store, session] = await opened();
    session.emit(...session.script.turn("1", "first"), session.script.text(0, "Bis"));
    store.openSession("other");
    await settle();
    session.emit(session.script.text(3, "coe"));
    store.openSession("s");
    expect(contents(store)).toEqual(["first", undefined]);
    await settle();
    expect(server.got("attach").at(-1)).toMatchObject({ session_id: "s", after_seq: 2 });
    expect(store.snapshot.state.entries[1]).toMatchObject({ text: "Biscoe", done: false });
  });

  it("only the last five are kept for that", async () => {
    const [store] = await opened();
    for (const sessionId of ["s", "a", "b", "c", "d", "e", "f"]) {
      const { script } = server.session(sessionId);
      server.session(sessionId).emit(...script.turn());
      store.openSession(sessionId);
      await settle();
    }
    const afterSeq = async (sessionId: string): Promise<number | undefined> => {
      store.openSession(sessionId);
      await settle();
      return server.got("attach").at(-1)?.after_seq;
    };
    expect(await afterSeq("s")).toBe(0);
    expect(await afterSeq("c")).toBe(2);
  });

  it("opening the one that is shown does nothing", async () => {
    const [store] = await opened();
    store.openSession("s");
    await settle();
    expect(server.got("attach")).toHaveLength(1);
  });

  it("one that was deleted makes room for a new one", async () => {
    const [store, session] = await opened();
    store.setDraft("lost with it");
    session.delete();
    await settle();
    expect(store.snapshot).toMatchObject({ draft: "", state: { sessionId: "new-1", deleted: false } });
    expect(storage.size).toBe(0);
  });

  it("one that was deleted since the last visit is replaced without a word", async () => {
    server.deleted.add("s");
    const store = make();
    await settle();
    expect(store.snapshot).toMatchObject({ problem: null, state: { sessionId: "new-1" } });
  });

  it("one that is not there when the user opens it is a problem", async () => {
    const [store] = await opened();
    server.deleted.add("gone");
    store.openSession("gone");
    await settle();
    expect(store.snapshot).toMatchObject({ problem: { message: "No attach." }, state: { sessionId: "new-2" } });
  });

  it("one that is refused for now is attached with the next message", async () => {
    server.refuse("attach", "busy");
    const [store] = await opened();
    expect(store.snapshot).toMatchObject({
      problem: { message: "No attach." },
      state: { sessionId: "s", epoch: null },
    });
    void store.send("hello");
    await settle();
    expect(contents(store)).toEqual(["hello"]);
  });

  it("are listed when asked for, and again soon after one changed", async () => {
    const [store, session] = await opened();
    session.update({ title: "Not yet listed" });
    await settle(1000);
    expect(server.got("list")).toEqual([]);
    store.loadSessions();
    await settle();
    expect(store.snapshot.sessions).toMatchObject([{ title: "Not yet listed" }]);
    session.update({ title: "Penguins" });
    session.update({ title: "Penguins by island" });
    session.emit(...session.script.turn(), session.script.end());
    await settle(300);
    await settle();
    expect(store.snapshot.sessions).toMatchObject([{ title: "Penguins by island" }]);
    expect(server.got("list")).toHaveLength(2);
  });

  it("can be renamed and deleted without being shown", async () => {
    const [store] = await opened();
    server.session("other");
    storage.set(`${DRAFT}other`, "x");
    store.loadSessions();
    store.rename("other", "Whales");
    await settle(300);
    await settle();
    expect(store.snapshot.sessions?.map((info) => info.title)).toEqual(["New session", "Whales"]);
    store.deleteSession("other");
    await settle();
    expect(store.snapshot.sessions).toHaveLength(1);
    expect(storage.size).toBe(0);
    expect(store.snapshot.state.sessionId).toBe("s");
  });

  it("are downloaded as a file", async () => {
    const [store] = await opened();
    const links: { href: string; download: string; click: () => void }[] = [];
    const createElement = (): object => links[links.push({ href: "", download: "", click: vi.fn() }) - 1] as object;
    Object.assign(document, { createElement });
    const blobs: Blob[] = [];
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => `blob:${blobs.push(blob as Blob)}`);
    store.exportSession("s", "md");
    await settle();
    expect(links).toMatchObject([{ href: "blob:1", download: "penguins.md" }]);
    expect(links[0]?.click).toHaveBeenCalledTimes(1);
    expect(blobs[0]?.type).toBe("text/markdown;charset=utf-8");
    expect(await blobs[0]?.text()).toBe("# Penguins");
  });
});

describe("the draft", () => {
  it("is kept for each session, and there again after a reload", async () => {
    const [store] = await opened();
    store.setDraft("for s");
    store.openSession("other");
    expect(store.snapshot.draft).toBe("");
    store.setDraft("for other");
    store.openSession("s");
    expect(store.snapshot.draft).toBe("for s");
    expect(make({ sessionId: "other" }).snapshot.draft).toBe("for other");
  });

  it("that was typed before a new session was there belongs to it", async () => {
    const store = make({ sessionId: null });
    store.setDraft("early");
    await settle();
    expect(store.snapshot.draft).toBe("early");
    expect(storage.get(`${DRAFT}new-1`)).toBe("early");
  });

  it("works without storage, and with one that throws", async () => {
    const fail = (): never => {
      throw new Error("not in a private window");
    };
    for (const broken of [null, { getItem: fail, setItem: fail, removeItem: fail }]) {
      const [store] = await opened({ storage: broken });
      store.setDraft("hello");
      expect(store.snapshot.draft).toBe("hello");
      await store.send("hello");
      expect(store.snapshot.draft).toBe("");
    }
  });

  it("of a session that is not shown any more gets the message that failed there", async () => {
    const [store] = await opened();
    server.ignore.add("message");
    void store.send("hello");
    await settle();
    store.openSession("other");
    await settle(60_000);
    expect(store.snapshot.draft).toBe("");
    expect(storage.get(`${DRAFT}s`)).toBe("hello");
  });
});

describe("todos and reminders", () => {
  const todo: TodoItem = {
    todo_id: "1f",
    title: "Send the report",
    done: false,
    due: null,
    priority: "normal",
    tags: [],
    created_at: AT,
    completed_at: null,
  };

  it("are loaded when asked for, and changed by what the server pushes", async () => {
    const [store] = await opened();
    expect(store.snapshot).toMatchObject({ todos: null, reminders: null });
    server.todos = [todo];
    store.loadTodos();
    store.loadReminders();
    await settle();
    expect(store.snapshot).toMatchObject({ todos: [todo], reminders: [] });
    server.push({ type: "todos", request_id: null, todos: [{ ...todo, done: true }] });
    expect(store.snapshot.todos).toMatchObject([{ done: true }]);
  });

  it("are loaded again after a reconnection, if they were before", async () => {
    const [store] = await opened();
    store.loadTodos();
    await settle();
    server.todos = [todo];
    server.drop();
    await settle(500);
    expect(store.snapshot.todos).toEqual([todo]);
    expect(server.got("list").map((frame) => frame.what)).toEqual(["todos", "todos"]);
  });

  it("are changed by the server", async () => {
    const [store] = await opened();
    store.changeTodo("1f", "done");
    store.remind("5a", "done");
    store.remind("5a", "snooze", 10);
    store.remind("5a", "cancel");
    await settle();
    const frames = server.received.filter((frame) => frame.type === "todo" || frame.type === "remind");
    expect(frames.map(({ request_id: _, ...frame }) => frame)).toEqual([
      { type: "todo", todo_id: "1f", action: "done" },
      { type: "remind", reminder_id: "5a", action: "done", session_id: "s" },
      { type: "remind", reminder_id: "5a", action: "snooze", session_id: "s", minutes: 10 },
      { type: "remind", reminder_id: "5a", action: "cancel" },
    ]);
  });

  describe("a reminder that is due", () => {
    const told: ReminderDue[] = [];
    const onReminder = (reminder: ReminderDue): void => void told.push(reminder);
    const names = (): string[] => told.map((reminder) => reminder.reminder_id);

    beforeEach(() => told.splice(0));

    it("is told of once, each time that it is due", async () => {
      const [, session] = await opened({ onReminder });
      const due = session.script.event("reminder", { reminder_id: "r1" });
      session.emit(due);
      server.push(due);
      session.emit(session.script.event("reminder", { reminder_id: "r1", due: "2026-11-23T09:00:00Z" }));
      expect(names()).toEqual(["r1", "r1"]);
    });

    it("is not told of when it is a part of the past", async () => {
      const session = server.session("s");
      session.emit(session.script.event("reminder", { reminder_id: "old" }));
      const [store] = await opened({ onReminder });
      expect(store.snapshot.state.entries).toHaveLength(1);
      expect(names()).toEqual([]);
    });

    it("is told of when it came while the connection was lost", async () => {
      const [, session] = await opened({ onReminder });
      server.drop();
      session.emit(session.script.event("reminder", { reminder_id: "missed" }));
      await settle(500);
      expect(names()).toEqual(["missed"]);
    });

    it("is told of in whatever session, and closed there", async () => {
      const [store] = await opened({ onReminder });
      server.push(server.session("other").script.event("reminder", { reminder_id: "r2" }));
      expect(names()).toEqual(["r2"]);
      expect(store.snapshot.state.entries).toEqual([]);
      store.remind("r2", "done");
      await settle();
      expect(server.got("remind")).toMatchObject([{ session_id: "other" }]);
    });

    it("is told of at once, on a hidden page too", async () => {
      const [, session] = await opened({ onReminder });
      page.look("hidden");
      session.emit(session.script.event("reminder"));
      expect(names()).toEqual(["r1"]);
    });
  });
});

describe("the tables", () => {
  const penguins = {
    name: "penguins",
    kind: "",
    rows: 344,
    columns: [],
    column_count: 8,
    bytes: null,
    level: "schema",
  };
  const listed = (): string[] => server.got("list").flatMap((frame) => (frame.what === "tables" ? "tables" : []));

  it("are those of the session's kernel, which is the notebook's first", async () => {
    const [store] = await opened();
    server.tables = [penguins];
    store.setKernel("k2");
    store.loadTables();
    await settle();
    expect(server.got("configure")).toMatchObject([{ session_id: "s", kernel_id: "k2" }]);
    expect(server.got("list").at(-1)).toMatchObject({ what: "tables", session_id: "s" });
    expect(store.snapshot.tables?.tables).toEqual([penguins]);
  });

  it("are asked for once more, however often they are wanted meanwhile", async () => {
    const [store] = await opened();
    for (let time = 0; time < 5; time++) store.loadTables();
    await settle();
    expect(listed()).toHaveLength(2);
  });

  it("are not asked for without a session, and not kept for another one", async () => {
    const [store] = await opened();
    server.tables = [penguins];
    store.loadTables();
    await settle();
    store.newSession();
    expect(store.snapshot.tables).toBeNull();
    store.loadTables();
    expect(listed()).toHaveLength(1);
  });

  it("that can't be told are no trouble", async () => {
    const [store] = await opened();
    server.refuse("list");
    store.loadTables();
    await settle();
    expect(store.snapshot).toMatchObject({ tables: null, problem: null });
  });

  it("are named in a message that mentions them", async () => {
    const [store] = await opened();
    server.tables = [penguins, { ...penguins, name: "销售" }];
    store.loadTables();
    await settle();
    void store.send("Is @penguins, or me@penguins, like @销售 and @other? @penguins!");
    void store.send("hello");
    await settle();
    expect(server.got("message").map((frame) => frame.mentions)).toEqual([["penguins", "销售"], undefined]);
  });
});

describe("what was sent", () => {
  const receipt = { receipt_id: "r1", turn_id: null, at: AT, model: "kimi", host: "h", bytes: 9, tables: [] };

  it("is listed, read and exported", async () => {
    const [store] = await opened();
    server.receipts = [receipt];
    server.payloads.set("r1", '{"a":1}');
    store.loadReceipts();
    await settle();
    expect(store.snapshot.receipts).toEqual([receipt]);
    await expect(store.readReceipt("r1")).resolves.toBe('{"a":1}');
    await expect(store.readReceipt("r0")).resolves.toBeNull();
    server.refuse("receipt");
    await expect(store.readReceipt("r1")).rejects.toThrow("No receipt.");
    expect(store.snapshot.problem).toBeNull();
  });
});

describe("whether results still stand", () => {
  const mime = (at: string) => ({
    "application/vnd.table-copilot.table+json": { evidence: { ref: "q1", sql: "", at, tables: [] } },
  });
  const result = (store: ChatStore) => store.snapshot.state.results.get("q1")!;
  const check = (store: ChatStore) => store.snapshot.checks.get(result(store));

  async function withResult(): Promise<[ChatStore, FakeSession]> {
    const [store, session] = await opened();
    const { script } = session;
    session.emit(
      ...script.turn(),
      script.event("tool_started"),
      script.event("tool_output", { mime: mime("2026") }),
      script.end(),
    );
    page.paint();
    return [store, session];
  }

  it("is asked for several at once, and for each at most once a minute", async () => {
    const [store] = await withResult();
    store.verify(["q1"]);
    store.verify(["q1", "q9"]);
    await settle(50);
    expect(server.got("verify")).toEqual([]);
    await settle(50);
    expect(server.got("verify")).toMatchObject([{ session_id: "s", refs: ["q1"] }]);
    expect(check(store)).toEqual({ state: "fresh", reason: "" });
    await settle(59_000);
    store.verify(["q1"]);
    await settle(1_000);
    expect(server.got("verify")).toHaveLength(1);
    store.verify(["q1"]);
    await settle(100);
    expect(server.got("verify")).toHaveLength(2);
  });

  it("is asked for anew when somebody looks into it", async () => {
    const [store] = await withResult();
    store.verify(["q1"]);
    await settle(100);
    store.verify(["q1"]);
    store.verify(["q1"], true);
    await settle(100);
    expect(server.got("verify")).toHaveLength(2);
  });

  it("is being checked until it is known, and not known where nobody answers", async () => {
    const [store] = await withResult();
    server.ignore.add("verify");
    store.verify(["q1"]);
    await settle(100);
    expect(check(store)?.state).toBe("checking");
    await settle(60_000);
    expect(check(store)).toBeUndefined();
  });

  it("is not asked while a turn runs, but after it", async () => {
    const [store, session] = await withResult();
    session.emit(...session.script.turn("2"));
    page.paint();
    store.verify(["q1"]);
    await settle(1_000);
    expect(server.got("verify")).toEqual([]);
    session.emit(session.script.end());
    await settle(200);
    await settle(200);
    expect(server.got("verify")).toHaveLength(1);
  });

  it("is another question once a result was run again", async () => {
    const [store, session] = await withResult();
    store.verify(["q1"]);
    await settle(100);
    const old = result(store);
    store.rerun("q1");
    store.rerun("q1");
    page.paint();
    expect(check(store)?.state).toBe("running");
    session.emit(session.script.event("tool_output", { turn_id: null, mime: mime("2027") }));
    await settle();
    expect(server.got("rerun")).toMatchObject([{ session_id: "s", ref: "q1" }]);
    expect(result(store)).not.toBe(old);
    expect(check(store)).toBeUndefined();
    store.verify(["q1"]);
    await settle(100);
    expect(check(store)?.state).toBe("fresh");
  });

  it("stays as it was when running it again is refused, and that is told", async () => {
    const [store] = await withResult();
    store.verify(["q1"]);
    await settle(100);
    server.refuse("rerun", "kernel_busy");
    store.rerun("q1");
    await settle();
    expect(check(store)?.state).toBe("fresh");
    expect(store.snapshot.problem?.message).toBe("No rerun.");
  });
});

describe("a closed chat", () => {
  it("says no more, and keeps what could not be sent", async () => {
    const [store, session] = await opened();
    const listener = vi.fn();
    store.subscribe(listener);
    server.ignore.add("message");
    void store.send("hello");
    await settle();
    listener.mockClear();
    store.close();
    await settle();
    session.emit(...session.script.turn());
    await settle(300_000);
    expect(listener).not.toHaveBeenCalled();
    expect(server.open.size).toBe(0);
    expect(storage.get(`${DRAFT}s`)).toBe("hello");
  });
});
