// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionStatus } from "../src/chat/chat";
import type { Attachment } from "../src/chat/connection/attachment";
import { exponential } from "../src/chat/connection/backoff";
import { Connection, type ConnectionOptions } from "../src/chat/connection/connection";
import { ConnectionError, Incompatible, ServerError } from "../src/chat/connection/errors";
import type { Dial } from "../src/chat/connection/transport";
import { dialWebSocket } from "../src/chat/connection/websocket";
import { MAX_FRAME_BYTES, SUBPROTOCOL, type ServerFrame } from "../src/chat/protocol";
import { initialState, reduceAll } from "../src/chat/reducer";
import type { TextEntry } from "../src/chat/state";
import { FakeServer } from "./fake-server";
import { FakePage } from "./page";

let server: FakeServer;
let page: FakePage;
let connections: Connection[];

beforeEach(() => {
  vi.useFakeTimers();
  page = new FakePage();
  server = new FakeServer();
  connections = [];
});

afterEach(() => {
  connections.forEach((connection) => connection.close());
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

interface Client {
  readonly connection: Connection;
  readonly frames: ServerFrame[];
  readonly statuses: ConnectionStatus[];
  readonly refused: [Attachment, ServerError][];
}

function connect(options: Partial<ConnectionOptions> = {}, dial: Dial = server.dial): Client {
  const frames: ServerFrame[] = [];
  const statuses: ConnectionStatus[] = [];
  const refused: [Attachment, ServerError][] = [];
  const connection = new Connection(
    dial,
    { surface: "panel", kernelId: () => null, backoff: exponential(5, () => 0.5), ...options },
    {
      onframe: (frame) => frames.push(frame),
      onstatus: (status) => statuses.push(status),
      onrefused: (...what) => refused.push(what),
    },
  );
  connections.push(connection);
  return { connection, frames, statuses, refused };
}

const types = (frames: ServerFrame[]): string[] => frames.map((frame) => frame.type);
/** What a promise came to; "pending" when nothing yet. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  let found: unknown = "pending";
  promise.then(
    (value) => (found = value),
    (error: unknown) => (found = error),
  );
  await settle();
  return found;
}

describe("a request", () => {
  it("is settled by the reply that carries its id, whatever else comes", async () => {
    const { connection, frames } = connect();
    const todos = connection.request({ type: "list", what: "todos" });
    const about = connection.request({ type: "describe" });
    expect(await about).toMatchObject({ type: "about", version: "0.1.0" });
    expect(await todos).toMatchObject({ type: "todos", todos: [] });
    expect(frames).toEqual([]);
  });

  it("is rejected with what the server says when it refuses", async () => {
    const { connection } = connect();
    server.refuse("rename", "busy");
    const error = await outcome(connection.request({ type: "rename", session_id: "s", title: "x" }));
    expect(error).toBeInstanceOf(ServerError);
    expect(error).toMatchObject({ code: "busy", message: "No rename.", hint: "Do something else." });
  });

  it("waits for the connection", async () => {
    server.offline = true;
    const { connection } = connect();
    const reply = connection.request({ type: "describe" });
    expect(await outcome(reply)).toBe("pending");
    server.offline = false;
    await vi.advanceTimersByTimeAsync(500);
    expect(await outcome(reply)).toMatchObject({ type: "about" });
  });

  it("is sent again over the next connection, until it has its reply, and then no more", async () => {
    const { connection } = connect();
    server.ignore.add("message");
    const message = { type: "message", session_id: "s", message_id: "m1", content: "hello" } as const;
    const reply = connection.request(message);
    await settle();
    server.drop();
    server.ignore.clear();
    await vi.advanceTimersByTimeAsync(500);
    expect(await outcome(reply)).toMatchObject({ type: "ack", message_id: "m1" });
    server.drop();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.got("message")).toMatchObject([message, message]);
    expect(server.session("s").script.seq).toBe(1);
  });

  it("is rejected when no reply comes within a minute", async () => {
    const { connection } = connect();
    server.ignore.add("describe");
    const reply = connection.request({ type: "describe" });
    reply.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await outcome(reply)).toBe("pending");
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcome(reply)).toMatchObject({ message: "The server did not reply in time." });
  });

  it("that is larger than the server takes is not sent", async () => {
    const { connection } = connect();
    const content = "é".repeat(MAX_FRAME_BYTES / 2);
    const reply = connection.request({ type: "message", session_id: "s", message_id: "m", content });
    expect(await outcome(reply)).toMatchObject({ code: "too_large" });
    expect(server.received).toEqual([]);
  });
});

describe("a session", () => {
  it("is attached with the surface and the kernel, and its events come", async () => {
    const { connection, frames } = connect({ kernelId: () => "k1" });
    const attachment = connection.attach("s");
    expect(await attachment.ready()).toBe("s");
    expect(server.got("attach")).toMatchObject([{ session_id: "s", after_seq: 0, surface: "panel", kernel_id: "k1" }]);
    const session = server.session("s");
    session.emit(...session.script.turn());
    expect(types(frames)).toEqual(["attached", "user_message", "turn_started"]);
  });

  it("is a new one when there is no id, and the same one after a loss", async () => {
    const { connection } = connect();
    const attachment = connection.attach(null);
    expect(await attachment.ready()).toBe("new-1");
    server.drop();
    await vi.advanceTimersByTimeAsync(500);
    expect(server.got("attach").map((frame) => frame.session_id)).toEqual([undefined, "new-1"]);
  });

  it("that is let go is detached", async () => {
    const { connection } = connect();
    const attachment = connection.attach("s");
    await attachment.ready();
    connection.release(attachment);
    await settle();
    expect(server.got("detach")).toMatchObject([{ session_id: "s" }]);
    expect(server.session("s").listeners.size).toBe(0);
  });

  it("that is let go before the server answered is detached as soon as it does", async () => {
    const { connection, frames } = connect();
    await settle();
    const attachment = connection.attach(null);
    const ready = outcome(attachment.ready());
    connection.release(attachment);
    expect(await ready).toBeInstanceOf(ConnectionError);
    await settle();
    expect(server.got("detach")).toMatchObject([{ session_id: "new-1" }]);
    expect(frames).toEqual([]);
  });

  it("stays attached when it is let go and wanted again at once", async () => {
    const { connection } = connect();
    await settle();
    const first = connection.attach("s");
    connection.release(first);
    await connection.attach("s").ready();
    await settle();
    expect(server.session("s").listeners.size).toBe(1);
  });

  it("that is refused says so, and is let go", async () => {
    const { connection, refused } = connect();
    server.deleted.add("s");
    const attachment = connection.attach("s");
    expect(await outcome(attachment.ready())).toMatchObject({ code: "unknown_session" });
    expect(refused).toMatchObject([[attachment, { code: "unknown_session" }]]);
    expect(attachment.released).toBe(true);
    expect(await outcome(attachment.ready())).toMatchObject({ code: "unknown_session" });
  });

  it("is attached after the last event that is known", async () => {
    const { connection, frames } = connect();
    const session = server.session("s");
    session.emit(...session.script.turn());
    await connection.attach("s", { seq: 1, epoch: "e1" }).ready();
    expect(types(frames)).toEqual(["attached", "turn_started"]);
  });

  it("goes on where it was after a loss in mid-answer", async () => {
    const { connection, frames } = connect();
    await connection.attach("s").ready();
    const session = server.session("s");
    session.emit(...session.script.turn(), session.script.text(0, "🐧 Bis"));
    server.drop();
    session.emit(session.script.text(5, "co"), session.script.event("tool_started"));
    await vi.advanceTimersByTimeAsync(500);
    session.emit(session.script.text(7, "e."));
    expect(server.got("attach")[1]).toMatchObject({ after_seq: 2 });
    const state = reduceAll(initialState("s"), frames);
    expect(state.entries.map((entry) => entry.kind)).toEqual(["user", "text", "tool"]);
    expect((state.entries[1] as TextEntry).text).toBe("🐧 Biscoe.");
  });

  it("starts over when its log became another one", async () => {
    const { connection, frames } = connect();
    const attachment = connection.attach("s");
    await attachment.ready();
    const session = server.session("s");
    session.emit(...session.script.turn("1"), session.script.end());
    server.drop();
    session.loseLog();
    session.emit(...session.script.turn("2"), session.script.end(), ...session.script.turn("3"));
    await vi.advanceTimersByTimeAsync(500);
    expect(server.got("attach").map((frame) => frame.after_seq)).toEqual([0, 3, 0]);
    expect(await attachment.ready()).toBe("s");
    const state = reduceAll(initialState("s"), frames);
    expect(state).toMatchObject({ epoch: "e2", seq: 5, turn: { turnId: "t3" } });
    expect(state.entries.map((entry) => entry.kind)).toEqual(["user", "end", "user"]);
  });

  it("starts over when its log ends before what is known", async () => {
    const { connection } = connect();
    await connection.attach("s", { seq: 9, epoch: "e1" }).ready();
    expect(server.got("attach").map((frame) => frame.after_seq)).toEqual([9, 0]);
  });
});

describe("a lost connection", () => {
  it("is tried five times, each time later, then given up", async () => {
    const { statuses } = connect();
    await settle();
    server.offline = true;
    server.drop();
    for (const [place, delay] of [500, 1000, 2000, 4000, 8000].entries()) {
      expect(statuses.at(-1)).toEqual({ state: "reconnecting", attempt: place + 1, of: 5 });
      await vi.advanceTimersByTimeAsync(delay - 1);
      expect(server.dials).toBe(place + 1);
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(server.dials).toBe(6);
    expect(statuses.at(-1)).toMatchObject({ state: "lost", message: "The copilot's server can't be reached." });
    await vi.advanceTimersByTimeAsync(600_000);
    expect(server.dials).toBe(6);
  });

  it("has its tries spread by chance", () => {
    const [soonest, latest] = [exponential(5, () => 0), exponential(5, () => 1)];
    expect([soonest.delay(1), latest.delay(1), soonest.delay(5), latest.delay(5)]).toEqual([375, 625, 6000, 10000]);
  });

  it("has all its tries again once it was there", async () => {
    const { statuses } = connect();
    const attempts = (): number[] =>
      statuses.flatMap((status) => (status.state === "reconnecting" ? [status.attempt] : []));
    await settle();
    server.offline = true;
    server.drop();
    await vi.advanceTimersByTimeAsync(1000);
    server.offline = false;
    await vi.advanceTimersByTimeAsync(2000);
    server.push({ type: "todos", request_id: null, todos: [] });
    server.drop();
    expect(attempts()).toEqual([1, 2, 1]);
  });

  it("that is given up rejects what waits, and what comes after", async () => {
    server.offline = true;
    const { connection } = connect();
    const waiting = Promise.allSettled([connection.request({ type: "describe" }), connection.attach("s").ready()]);
    await vi.advanceTimersByTimeAsync(20_000);
    const later = Promise.allSettled([connection.request({ type: "describe" })]);
    const reason = { message: "The copilot's server can't be reached." };
    for (const one of [...(await waiting), ...(await later)]) expect(one).toMatchObject({ status: "rejected", reason });
  });

  it("that was given up comes back when the user wants it, with its sessions", async () => {
    server.offline = true;
    const { connection, statuses } = connect();
    const attachment = connection.attach("s");
    await vi.advanceTimersByTimeAsync(20_000);
    server.offline = false;
    connection.reconnect();
    const ready = attachment.ready();
    expect(statuses.at(-1)).toEqual({ state: "connecting" });
    expect(await ready).toBe("s");
    expect(statuses.at(-1)).toEqual({ state: "open" });
  });

  it.each(["online", "visible"])("is tried at once when the page is %s again", async (event) => {
    const { statuses } = connect();
    await settle();
    server.offline = true;
    server.drop();
    await vi.advanceTimersByTimeAsync(20_000);
    page.look("hidden");
    server.offline = false;
    expect(server.dials).toBe(6);
    if (event === "online") page.online();
    else page.look("visible");
    await settle();
    expect(statuses.at(-1)).toEqual({ state: "open" });
  });

  it("does not wait for its next try when the network is back", async () => {
    connect();
    await settle();
    server.drop();
    page.online();
    await settle();
    expect(server.open.size).toBe(1);
  });

  it.each([
    [1009, "message too big", "A message was too large for the server.", "Send a shorter one."],
    [4401, "Not authenticated any more.", "Not authenticated any more.", "Reload the page to log in again."],
    [4429, "", "The server has too many connections open.", "Close some notebooks or pages, then try again."],
  ])("with code %i is not tried again by itself", async (code, reason, message, hint) => {
    const { connection, statuses } = connect();
    await settle();
    server.drop(code, reason);
    expect(statuses.at(-1)).toEqual({ state: "lost", message, hint });
    page.online();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.dials).toBe(1);
    connection.reconnect();
    await settle();
    expect(statuses.at(-1)).toEqual({ state: "open" });
  });

  it("for which the server closes while it is being opened says why", async () => {
    const { statuses } = connect({}, server.dialAndClose(4429, "200 connections are open already."));
    await settle();
    expect(statuses).toMatchObject([{ state: "lost", message: "200 connections are open already." }]);
  });

  it("that the kernel refuses to open is not tried again, and says why", async () => {
    const { statuses } = connect({}, server.dialAndClose(1011, "No copilot here. Restart the kernel."));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(statuses).toEqual([{ state: "lost", message: "No copilot here. Restart the kernel.", hint: "" }]);
  });

  it("to a server of another version is not tried again", async () => {
    const { statuses } = connect({}, () => Promise.reject(new Incompatible()));
    await settle();
    expect(statuses).toMatchObject([
      { state: "lost", message: expect.stringContaining("different versions") as string },
    ]);
  });

  it("because we did not read comes back at once", async () => {
    const { connection, statuses } = connect();
    await connection.attach("s").ready();
    server.drop(4408, "Frames were not read in time.");
    await settle();
    expect(server.got("attach")).toHaveLength(2);
    expect(statuses.map((status) => status.state)).toEqual(["open", "open"]);
  });

  it("that brings nothing is not tried in a circle", async () => {
    const { statuses } = connect();
    await settle();
    server.drop(4408);
    await settle();
    expect(statuses.at(-1)).toMatchObject({ state: "reconnecting", attempt: 1 });
  });
});

describe("the keep-alive", () => {
  it("pings every 25 s and is content with any sign of life", async () => {
    const { statuses } = connect();
    await vi.advanceTimersByTimeAsync(80_000);
    expect(server.pings).toBe(3);
    expect(statuses).toEqual([{ state: "open" }]);
  });

  it("finds out that the network is dead", async () => {
    const { statuses } = connect();
    await settle();
    server.mute = true;
    await vi.advanceTimersByTimeAsync(34_999);
    expect(statuses.at(-1)).toEqual({ state: "open" });
    await vi.advanceTimersByTimeAsync(1);
    expect(statuses.at(-1)).toMatchObject({ state: "reconnecting" });
    expect(server.open.size).toBe(0);
  });

  it("asks at once when the page is looked at again", async () => {
    connect();
    await settle();
    page.look("hidden");
    page.look("visible");
    await settle();
    expect(server.pings).toBe(1);
  });
});

describe("a way that may wait, as through a kernel", () => {
  const patient: Dial = async () =>
    Object.assign(await server.dial(), { pace: { every: 25_000, within: 600_000, busyAfter: 3_000 } });

  it("is busy when no reply comes for a while, and not lost; what was asked meanwhile is answered later", async () => {
    const { connection, statuses } = connect({}, patient);
    await settle();
    server.ignore.add("describe");
    const reply = connection.request({ type: "describe" });
    await vi.advanceTimersByTimeAsync(2_999);
    expect(statuses).toEqual([{ state: "open" }]);
    await vi.advanceTimersByTimeAsync(1);
    expect(statuses.at(-1)).toEqual({ state: "open", busy: true });
    server.mute = true;
    await vi.advanceTimersByTimeAsync(500_000);
    expect(statuses).toHaveLength(2);
    expect(await outcome(reply)).toBe("pending");
    server.mute = false;
    server.ignore.clear();
    const other = connection.request({ type: "describe" });
    expect(await outcome(other)).toMatchObject({ type: "about" });
    expect(statuses.at(-1)).toEqual({ state: "open" });
  });

  it("is dead when nothing comes for ten minutes", async () => {
    const { statuses } = connect({}, patient);
    await settle();
    server.mute = true;
    await vi.advanceTimersByTimeAsync(25_000 + 600_000);
    expect(statuses.at(-1)).toMatchObject({ state: "reconnecting" });
  });
});

describe("a closed connection", () => {
  it("leaves nothing behind", async () => {
    const { connection, statuses } = connect();
    const attachment = connection.attach("s");
    server.ignore.add("describe");
    const reply = outcome(connection.request({ type: "describe" }));
    connection.close();
    expect(await reply).toBeInstanceOf(ConnectionError);
    expect(await outcome(attachment.ready())).toBeInstanceOf(ConnectionError);
    expect(await outcome(connection.request({ type: "describe" }))).toBeInstanceOf(ConnectionError);
    connection.reconnect();
    page.online();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.open.size).toBe(0);
    expect(statuses).toEqual([]);
  });

  it("speaks the language that it was given", async () => {
    const { CONNECTION_WORDS } = await import("../src/chat/words/connection");
    const { statuses } = connect({ words: () => CONNECTION_WORDS.zh });
    await settle();
    server.drop(1009);
    expect(statuses.at(-1)).toMatchObject({ message: CONNECTION_WORDS.zh.frameTooLarge.message });
  });
});

describe("frames that are none", () => {
  it("are ignored", async () => {
    const { connection, frames } = connect();
    await settle();
    for (const text of ["{", "7", "null", "[]", '{"type":7}', '{"seq":1}'])
      for (const open of server.open) open.onframe?.(text);
    server.push({ type: "ack", request_id: "unknown", session_id: null, message_id: null, seq: 1, queued: false });
    expect(frames).toEqual([]);
    expect(connection.status).toEqual({ state: "open" });
  });
});

describe("a WebSocket", () => {
  class FakeSocket {
    static made: FakeSocket[] = [];
    onopen: (() => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    protocol = SUBPROTOCOL;
    readonly sent: string[] = [];
    closed = false;

    constructor(
      readonly url: string,
      readonly offered: string,
    ) {
      FakeSocket.made.push(this);
    }

    send(text: string): void {
      this.sent.push(text);
    }

    close(): void {
      this.closed = true;
    }
  }

  const dial = (url = "http://host/table-copilot/ws", token?: string): [ReturnType<Dial>, FakeSocket] => {
    const transport = dialWebSocket(url, token)();
    return [transport, FakeSocket.made.at(-1) as FakeSocket];
  };

  beforeEach(() => vi.stubGlobal("WebSocket", FakeSocket));

  it("is opened with our subprotocol, and the token where there is one", () => {
    const urls = [dial()[1], dial("wss://host/ws", "a b&c")[1], dial("ws://host/ws?x=1", "t")[1]];
    expect(urls.map((socket) => socket.url)).toEqual([
      "ws://host/table-copilot/ws",
      "wss://host/ws?token=a%20b%26c",
      "ws://host/ws?x=1&token=t",
    ]);
    expect(urls.every((socket) => socket.offered === SUBPROTOCOL)).toBe(true);
    vi.clearAllTimers();
  });

  it("carries frames both ways, and keeps those that come before somebody listens", async () => {
    const [dialed, socket] = dial();
    socket.onopen?.();
    const transport = await dialed;
    socket.onmessage?.({ data: "one" });
    socket.onmessage?.({ data: new ArrayBuffer(1) });
    const frames: string[] = [];
    transport.onframe = (text) => frames.push(text);
    socket.onmessage?.({ data: "two" });
    transport.send("three");
    expect(frames).toEqual(["one", "two"]);
    expect(socket.sent).toEqual(["three"]);
  });

  it("tells of its end, once, even to who listens late", async () => {
    const [dialed, socket] = dial();
    socket.onopen?.();
    const transport = await dialed;
    socket.onclose?.({ code: 4408, reason: "slow" });
    const onclose = vi.fn<(code: number, reason: string) => void>();
    transport.onclose = onclose;
    transport.onclose = onclose;
    expect(onclose.mock.calls).toEqual([[4408, "slow"]]);
  });

  it("says nothing more after it was let go", async () => {
    const [dialed, socket] = dial();
    socket.onopen?.();
    const transport = await dialed;
    const onclose = vi.fn();
    transport.onclose = onclose;
    transport.close();
    expect([socket.closed, socket.onclose, socket.onmessage]).toEqual([true, null, null]);
    expect(onclose).not.toHaveBeenCalled();
  });

  it.each([
    ["that is refused", (socket: FakeSocket) => socket.onclose?.({ code: 1006, reason: "" }), Error],
    ["that nobody answers within 10 s", () => vi.advanceTimersByTime(10_000), Error],
    ["without our subprotocol", (socket: FakeSocket) => ((socket.protocol = ""), socket.onopen?.()), Incompatible],
  ] as const)("%s is a failed try", async (_, happen, kind) => {
    const [dialed, socket] = dial();
    const failed = outcome(dialed);
    happen(socket);
    expect(await failed).toBeInstanceOf(kind);
    expect(socket.closed).toBe(true);
  });
});
