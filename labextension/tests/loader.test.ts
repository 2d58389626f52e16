/** What a notebook keeps in the place of the chat's code, and how it gets the code. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Loader } from "../src/widget/loader";
import type { Model } from "../src/widget/model";

class Kernel implements Model {
  readonly sent: unknown[] = [];
  readonly callbacks = new Set<(content: unknown) => void>();
  get = vi.fn();
  set = vi.fn();
  save_changes = vi.fn();
  send(content: unknown): void {
    this.sent.push(content);
  }
  on(_event: string, callback: (content: unknown) => void): void {
    this.callbacks.add(callback);
  }
  off(_event: string, callback: (content: unknown) => void): void {
    this.callbacks.delete(callback);
  }
  say(content: unknown): void {
    for (const callback of [...this.callbacks]) callback(content);
  }
}

const el = document.createElement("div");
let kernel: Kernel;
let loads: string[];
let loader: Loader;

const ended = vi.fn();
const widget = {
  initialize: vi.fn(() => ended),
  render: vi.fn(() => () => undefined),
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  kernel = new Kernel();
  loads = [];
  loader = new Loader(async (code) => (loads.push(code), widget));
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  document.head.replaceChildren();
  document.body.replaceChildren();
});

it("gets the code from the kernel once, and is the chat from then on", async () => {
  const end = loader.initialize({ model: kernel });
  const shown = loader.render({ model: kernel, el });
  kernel.say({ other: true });
  kernel.say({ code: "the code", style: ".tcj {}" });
  await shown;
  loader.initialize({ model: kernel });
  await loader.render({ model: kernel, el });
  expect(kernel.sent).toEqual([{ to: "copilot", want: "code" }]);
  expect(loads).toEqual(["the code"]);
  expect(document.head.textContent).toBe(".tcj {}");
  expect(widget.initialize).toHaveBeenCalledTimes(2);
  expect(widget.render).toHaveBeenCalledTimes(2);
  end();
  await vi.advanceTimersByTimeAsync(0);
  expect(ended).toHaveBeenCalledOnce();
  expect(kernel.callbacks.size).toBe(0);
});

it("shows nothing where no kernel is, and does not wait for it for long", async () => {
  loader.initialize({ model: kernel });
  await vi.advanceTimersByTimeAsync(5_000);
  await loader.render({ model: kernel, el });
  expect(loads).toEqual([]);
  expect(kernel.callbacks.size).toBe(0);
});

it("asks for nothing on an exported page", async () => {
  const state = document.createElement("script");
  state.type = "application/vnd.jupyter.widget-state+json";
  document.body.append(state);
  loader.initialize({ model: kernel });
  await loader.render({ model: kernel, el });
  expect(kernel.sent).toEqual([]);
});
