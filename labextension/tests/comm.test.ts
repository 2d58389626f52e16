// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dialComm, type CommModel } from "../src/chat/connection/comm";
import { ClosedWhileOpening } from "../src/chat/connection/errors";
import { CLOSE_KERNEL_GONE, type Transport } from "../src/chat/connection/transport";

interface Told {
  readonly to: string;
  readonly connection: string;
  readonly open?: true;
  readonly frame?: string;
  readonly close?: true;
}

/** A widget's model, and the kernel at its other end. */
class FakeModel implements CommModel {
  readonly told: Told[] = [];
  readonly #callbacks = new Map<(content: unknown) => void, string>();
  gone = false;

  send(content: unknown): void {
    if (this.gone) throw new Error("the comm is closed");
    this.told.push(content as Told);
  }

  on(event: string, callback: (content: unknown) => void): void {
    this.#callbacks.set(callback, event);
  }

  off(_: string, callback: (content: unknown) => void): void {
    this.#callbacks.delete(callback);
  }

  get listeners(): number {
    return this.#callbacks.size;
  }

  /** The id of the last connection. */
  get connection(): string {
    return this.told.at(-1)?.connection ?? "";
  }

  say(content: unknown, event = "msg:custom"): void {
    for (const [callback, heard] of [...this.#callbacks]) if (heard === event) callback(content);
  }
}

let model: FakeModel;

beforeEach(() => {
  vi.useFakeTimers();
  model = new FakeModel();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

interface Open {
  readonly transport: Transport;
  readonly connection: string;
  readonly frames: string[];
  readonly closes: [number, string][];
}

async function open(): Promise<Open> {
  const dialed = dialComm(model)();
  const { connection } = model;
  model.say({ connection, opened: true });
  const transport = await dialed;
  const frames: string[] = [];
  const closes: [number, string][] = [];
  transport.onframe = (text) => frames.push(text);
  transport.onclose = (...why) => closes.push(why);
  return { transport, connection, frames, closes };
}

describe("a connection over the comm", () => {
  it("is opened by the kernel, sends frames, and is closed", async () => {
    const { transport, connection } = await open();
    transport.send('{"type":"ping"}');
    transport.close();
    const head = { to: "copilot", connection };
    expect(model.told).toEqual([
      { ...head, open: true },
      { ...head, frame: '{"type":"ping"}' },
      { ...head, close: true },
    ]);
    expect(model.listeners).toBe(0);
  });

  it("has an id of its own each time", async () => {
    const [one, two] = [await open(), await open()];
    expect(one.connection).not.toBe(two.connection);
  });

  it("gives the frames of all messages in their order", async () => {
    const { connection, frames } = await open();
    model.say({ connection, n: 0, frames: ["a", "b"] });
    model.say({ connection, n: 1, frames: [] });
    model.say({ connection, n: 2, frames: ["c", 7] });
    expect(frames).toEqual(["a", "b", "c"]);
  });

  it("keeps the frames that come before somebody listens", async () => {
    const dialed = dialComm(model)();
    const { connection } = model;
    model.say({ connection, opened: true });
    model.say({ connection, n: 0, frames: ["a"] });
    const transport = await dialed;
    const frames: string[] = [];
    transport.onframe = (text) => frames.push(text);
    expect(frames).toEqual(["a"]);
  });

  it("hears nothing of other connections, nor of what is no message of ours", async () => {
    const { connection, frames, closes } = await open();
    for (const content of [
      { connection: "other", n: 0, frames: ["x"] },
      { connection: "other", closed: { code: 1000, reason: "" } },
      { n: 0, frames: ["x"] },
      { connection },
      null,
      "x",
      ["x"],
    ])
      model.say(content);
    expect([frames, closes]).toEqual([[], []]);
  });

  it("ends when messages were lost, so that what is missing is asked for again", async () => {
    const { connection, frames, closes } = await open();
    model.say({ connection, n: 0, frames: ["a"] });
    model.say({ connection, n: 2, frames: ["c"] });
    model.say({ connection, n: 3, frames: ["d"] });
    expect(frames).toEqual(["a"]);
    expect(closes).toEqual([[4408, "messages of the kernel were lost"]]);
    expect(model.told.at(-1)).toEqual({ to: "copilot", connection, close: true });
  });

  it("takes a message that comes twice once", async () => {
    const { connection, frames, closes } = await open();
    for (let time = 0; time < 2; time++) model.say({ connection, n: 0, frames: ["a"] });
    expect([frames, closes]).toEqual([["a"], []]);
  });

  it("ends with the hub's reason", async () => {
    const { connection, closes } = await open();
    model.say({ connection, closed: { code: 4401, reason: "Not authenticated any more." } });
    expect(closes).toEqual([[4401, "Not authenticated any more."]]);
    expect(model.listeners).toBe(0);
  });

  it("ends when the kernel tells no code", async () => {
    const { connection, closes } = await open();
    model.say({ connection, closed: {} });
    expect(closes).toEqual([[1006, ""]]);
  });

  it("ends with the kernel, and is not opened again", async () => {
    const dial = dialComm(model);
    const dialed = dial();
    model.say({ connection: model.connection, opened: true });
    const closes: [number, string][] = [];
    (await dialed).onclose = (...why) => closes.push(why);
    model.say(undefined, "comm_live_update");
    expect(closes).toEqual([[CLOSE_KERNEL_GONE, ""]]);
    expect(model.listeners).toBe(0);
    await expect(dial()).rejects.toEqual(new ClosedWhileOpening(CLOSE_KERNEL_GONE, ""));
  });

  it("that the kernel does not open within 10 min, which a long cell takes, is a failed try", async () => {
    const dialed = dialComm(model)();
    const failed = expect(dialed).rejects.toThrow("did not answer in time");
    await vi.advanceTimersByTimeAsync(600_000);
    await failed;
    expect(model.told.at(-1)).toMatchObject({ close: true });
    expect(model.listeners).toBe(0);
  });

  it("that the kernel refuses to open says why", async () => {
    const dialed = dialComm(model)();
    model.say({ connection: model.connection, closed: { code: 4429, reason: "Too many." } });
    await expect(dialed).rejects.toEqual(new ClosedWhileOpening(4429, "Too many."));
  });

  it("over a comm that is closed is a failed try", async () => {
    model.gone = true;
    await expect(dialComm(model)()).rejects.toThrow("the comm is closed");
    expect(model.listeners).toBe(0);
  });
});
