/** The chat in a cell: one for all views of a widget, beside its static transcript. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isExported, StaticTranscript } from "../src/widget/live";
import type { Model, Traits } from "../src/widget/model";
import { SharedChat } from "../src/widget/shared";
import { fakeHub, type FakeHub } from "./fake-hub";

class FakeModel implements Model {
  readonly saved: string[] = [];
  readonly callbacks = new Map<string, Set<(content: unknown) => void>>();
  #traits: Traits = {
    session_id: "s1",
    height: "480px",
    language: "en",
    _chat_id: "abc",
    _epoch: "e1",
    _kernel_id: "k1",
  };

  get<K extends keyof Traits>(name: K): Traits[K] {
    return this.#traits[name];
  }
  set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    this.#traits = { ...this.#traits, [name]: value };
    for (const callback of this.callbacks.get(`change:${name}`) ?? []) callback(value);
  }
  save_changes(): void {
    this.saved.push(this.#traits.session_id);
  }
  send(): void {}
  on(event: string, callback: (content: unknown) => void): void {
    this.callbacks.set(event, (this.callbacks.get(event) ?? new Set()).add(callback));
  }
  off(event: string, callback: (content: unknown) => void): void {
    this.callbacks.get(event)?.delete(callback);
  }
}

function hub(): FakeHub {
  return fakeHub((frame) => {
    if (frame.type !== "attach") return undefined;
    const session_id = frame.session_id ?? "made";
    return { type: "attached", session_id, seq: 0, epoch: "e1", session: { session_id, title: "New session" } };
  });
}

function transcript(name = "abc"): HTMLElement {
  const element = document.createElement("div");
  element.className = `tcj-static tcj-static-${name}`;
  document.body.append(element);
  return element;
}

const isSeen = (element: HTMLElement): boolean => getComputedStyle(element).display !== "none";

/** Until what was dialled is there and was shown. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100);

let model: FakeModel;
let ended: number;
let chat: SharedChat;

function open(server: FakeHub = hub()): SharedChat {
  chat = new SharedChat(model, () => ended++, server.dial);
  return chat;
}

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
  ended = 0;
});

afterEach(() => {
  if (ended === 0) chat.close();
  vi.useRealTimers();
  document.body.replaceChildren();
  document.head.replaceChildren();
});

describe("the session", () => {
  it("is the widget's", async () => {
    const server = hub();
    open(server);
    await settle();
    expect(server.received[0]).toMatchObject({ type: "attach", session_id: "s1", kernel_id: "k1", surface: "widget" });
    expect(model.saved).toEqual([]);
  });

  it("follows the widget's", async () => {
    open();
    await settle();
    model.set("session_id", "s2");
    await settle();
    expect(chat.store.snapshot.state.sessionId).toBe("s2");
    expect(model.saved).toEqual([]);
  });

  it("that is opened in the chat is told to the widget, once it is there", async () => {
    open();
    await settle();
    chat.store.openSession("s3");
    expect(model.get("session_id")).toBe("s1");
    await settle();
    expect(model.saved).toEqual(["s3"]);
    chat.store.newSession();
    await settle();
    expect(model.saved).toEqual(["s3", "made"]);
  });
});

describe("the static transcript", () => {
  it("is out of sight while the chat is connected and seen", async () => {
    const [own, other] = [transcript(), transcript("other")];
    open();
    const connected = vi.fn();
    const leave = chat.show(connected);
    expect(isSeen(own)).toBe(true);
    await settle();
    expect(connected).toHaveBeenCalledOnce();
    expect(isSeen(own)).toBe(false);
    expect(isSeen(other)).toBe(true);
    leave();
    expect(isSeen(own)).toBe(true);
  });

  it("stays in sight when the chat can't be connected, which then shows why", async () => {
    const own = transcript();
    open(fakeHub(null));
    const connected = vi.fn();
    chat.show(connected);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(chat.store.snapshot.connection.state).toBe("lost");
    expect(connected).toHaveBeenCalledOnce();
    expect(isSeen(own)).toBe(true);
  });

  it("is known by a name that can't be anything else", () => {
    open();
    const odd = new StaticTranscript("x, body { display: none }");
    odd.hide();
    expect(odd.present).toBe(false);
    expect(document.head.querySelector("style")).toBeNull();
  });

  it("is all that an exported page shows", () => {
    open();
    expect(isExported()).toBe(false);
    const state = document.createElement("script");
    state.type = "application/vnd.jupyter.widget-state+json";
    document.body.append(state);
    expect(isExported()).toBe(true);
  });
});

describe("several views", () => {
  it("share a chat that stays for as long as one of them does", async () => {
    const own = transcript();
    open();
    const [first, second] = [chat.show(() => undefined), chat.show(() => undefined)];
    await settle();
    first();
    first();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(isSeen(own)).toBe(false);
    second();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(ended).toBe(1);
  });

  it("find it again when they are made again soon, draft and all", async () => {
    open();
    await settle();
    const leave = chat.show(() => undefined);
    chat.store.setDraft("half a question");
    leave();
    await vi.advanceTimersByTimeAsync(10_000);
    const again = vi.fn();
    chat.show(again);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(again).toHaveBeenCalledOnce();
    expect(ended).toBe(0);
    expect(chat.store.snapshot.draft).toBe("half a question");
  });

  it("leave nothing behind with the widget", async () => {
    const server = hub();
    open(server);
    await settle();
    chat.close();
    expect(server.open.size).toBe(0);
    expect(ended).toBe(1);
    expect([...model.callbacks.values()].every((callbacks) => callbacks.size === 0)).toBe(true);
  });
});
