/** The widget takes the page's WebSocket only where it is sure that the very session lives there. */
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CommModel } from "../src/chat/connection/comm";
import { chooseDial, hostsSession, pageServer } from "../src/widget/transport";
import { fakeHub } from "./fake-hub";

const SESSION = { sessionId: "nb-1", epoch: "e1" };

function server(sessions: string[], epoch: string) {
  return fakeHub((frame) => {
    if (frame.type === "list") return { type: "sessions", sessions: sessions.map((id) => ({ session_id: id })) };
    return { type: "attached", session_id: frame.session_id, seq: 7, epoch };
  });
}

/** A kernel that opens every connection. */
class Kernel implements CommModel {
  readonly sent: Record<string, unknown>[] = [];
  #callbacks = new Set<(content: unknown) => void>();

  send(content: unknown): void {
    const message = content as Record<string, unknown>;
    this.sent.push(message);
    if (message.open === true)
      queueMicrotask(() => this.#callbacks.forEach((tell) => tell({ connection: message.connection, opened: true })));
  }
  on(event: string, callback: (content: unknown) => void): void {
    if (event === "msg:custom") this.#callbacks.add(callback);
  }
  off(_event: string, callback: (content: unknown) => void): void {
    this.#callbacks.delete(callback);
  }
}

afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

describe("a server hosts the session", () => {
  it("when it lists it, with the same log", async () => {
    const hub = server(["other", "nb-1"], "e1");
    expect(await hostsSession(hub.dial, SESSION)).toBe(true);
    expect(hub.open.size).toBe(0);
  });

  it("not when it does not list it; and then the session is not made there", async () => {
    const hub = server(["other"], "e1");
    expect(await hostsSession(hub.dial, SESSION)).toBe(false);
    expect(hub.received.map((frame) => frame.type)).toEqual(["list"]);
  });

  it("not when another log has its name", async () => {
    expect(await hostsSession(server(["nb-1"], "e2").dial, SESSION)).toBe(false);
  });

  it("not when the kernel does not know the log yet", async () => {
    const hub = server(["nb-1"], "");
    expect(await hostsSession(hub.dial, { sessionId: "nb-1", epoch: "" })).toBe(false);
    expect(hub.received).toEqual([]);
  });

  it("not when it is not there, refuses or says nothing", async () => {
    expect(await hostsSession(fakeHub(null).dial, SESSION)).toBe(false);
    expect(await hostsSession(fakeHub(() => ({ type: "error", code: "internal" })).dial, SESSION)).toBe(false);
    vi.useFakeTimers();
    const silent = hostsSession(fakeHub(() => undefined).dial, SESSION);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await silent).toBe(false);
  });

  it("and is asked for no event", async () => {
    const hub = server(["nb-1"], "e1");
    await hostsSession(hub.dial, SESSION);
    expect(hub.received[1]).toMatchObject({ type: "attach", after_seq: 2 ** 53 - 1, surface: "widget" });
  });
});

describe("the way that is taken", () => {
  const page = { url: "ws://here/table-copilot/ws", token: "t" };

  it("is the socket where the session is hosted, and it is asked once", async () => {
    const hub = server(["nb-1"], "e1");
    const kernel = new Kernel();
    const dial = chooseDial(
      kernel,
      () => SESSION,
      page,
      () => hub.dial,
    );
    await dial();
    await dial();
    expect(hub.received).toHaveLength(2);
    expect(hub.open.size).toBe(2);
    expect(kernel.sent).toEqual([]);
  });

  it("is the comm elsewhere, and the server is asked again with the next dial", async () => {
    const hub = server([], "e1");
    const kernel = new Kernel();
    const dial = chooseDial(
      kernel,
      () => SESSION,
      page,
      () => hub.dial,
    );
    await dial();
    await dial();
    expect(hub.received).toHaveLength(2);
    expect(kernel.sent.map((message) => message.open)).toEqual([true, true]);
  });

  it("is the comm on a page without a server", async () => {
    const kernel = new Kernel();
    const never = vi.fn();
    await chooseDial(kernel, () => SESSION, null, never)();
    expect(kernel.sent).toHaveLength(1);
    expect(never).not.toHaveBeenCalled();
  });

  it("gives the page's token to the socket", () => {
    const dialled = vi.fn(() => fakeHub(null).dial);
    chooseDial(new Kernel(), () => SESSION, page, dialled);
    chooseDial(new Kernel(), () => SESSION, { ...page, token: "" }, dialled);
    expect(dialled.mock.calls).toEqual([
      ["ws://here/table-copilot/ws", "t"],
      ["ws://here/table-copilot/ws", undefined],
    ]);
  });
});

describe("the page's server", () => {
  function config(text: string): void {
    const element = document.createElement("script");
    element.id = "jupyter-config-data";
    element.type = "application/json";
    element.textContent = text;
    document.body.replaceChildren(element);
  }

  it("is found by its base, with its token", () => {
    config('{"baseUrl": "/user/ada/", "wsUrl": "", "token": "t0"}');
    expect(pageServer()).toEqual({ url: `${location.origin}/user/ada/table-copilot/ws`, token: "t0" });
    config('{"baseUrl": "/base"}');
    expect(pageServer()).toEqual({ url: `${location.origin}/base/table-copilot/ws`, token: "" });
  });

  it("may have another address for sockets", () => {
    config('{"baseUrl": "/", "wsUrl": "wss://other.example/hub/"}');
    expect(pageServer()?.url).toBe("wss://other.example/hub/table-copilot/ws");
  });

  it("is not there on a page that is no Jupyter's", () => {
    expect(pageServer()).toBeNull();
    for (const text of ["", "no json", "[]", "null", "{}", '{"baseUrl": 3}', '{"baseUrl": "http://["}']) {
      config(text);
      expect(pageServer()).toBeNull();
    }
  });
});
