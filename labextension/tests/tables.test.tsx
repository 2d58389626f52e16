/** How the chat keeps itself informed of the kernel's tables, and offers them. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { about, chatState, session, table, tables, TURN } from "./fake-chat";
import { Mounted } from "./mounting";

vi.mock("../src/chat/view/Transcript", () => ({ Transcript: () => <div role="log" tabindex={0} /> }));

let view: Mounted;
const mounted = (...setting: ConstructorParameters<typeof Mounted>): Mounted => (view = new Mounted(...setting));
const pass = (milliseconds: number): void => void act(() => void vi.advanceTimersByTime(milliseconds));
const asked = (): number => view.chat.asked("loadTables").length;

afterEach(() => {
  view.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the tables are asked for", () => {
  beforeEach(() => void vi.useFakeTimers());

  it("soon after the chat is there, once for several changes", () => {
    mounted();
    pass(100);
    view.show({ state: chatState({ session: session({ kernel_id: "k2" }) }) });
    pass(299);
    expect(asked()).toBe(0);
    pass(1);
    expect(asked()).toBe(1);
    pass(10_000);
    expect(asked()).toBe(1);
  });

  it("when a turn has ended, and when the kernel is another one", () => {
    mounted();
    pass(300);
    view.show({ state: chatState({ turn: TURN }) });
    pass(1_000);
    expect(asked()).toBe(1);
    view.show({ state: chatState() });
    pass(300);
    expect(asked()).toBe(2);
    view.show({ state: chatState({ session: session({ kernel_id: "k2" }) }) });
    pass(300);
    expect(asked()).toBe(3);
  });

  it("when something is going to be written: a cell may have made one", () => {
    mounted();
    pass(300);
    void act(() => view.field.focus());
    expect(asked()).toBe(2);
  });

  it.each([
    [{ connection: { state: "connecting" } as const }],
    [{ connection: { state: "open", busy: true } as const }],
    [{ state: chatState({ session: null }) }],
  ])("not where nobody could answer: %j", (shown) => {
    mounted(shown);
    pass(1_000);
    expect(asked()).toBe(0);
  });

  it("not for a chat that nobody sees, but once it is seen", () => {
    let tell: (entries: { target: Element; isIntersecting: boolean }[]) => void = () => undefined;
    class Observer {
      constructor(callback: typeof tell) {
        tell = callback;
      }
      observe = () => undefined;
      unobserve = () => undefined;
      disconnect = () => undefined;
    }
    vi.stubGlobal("IntersectionObserver", Observer);
    mounted();
    pass(1_000);
    expect(asked()).toBe(0);
    void act(() => tell([{ target: view.root, isIntersecting: true }]));
    pass(300);
    expect(asked()).toBe(1);
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    void act(() => void document.dispatchEvent(new Event("visibilitychange")));
    view.show({ state: chatState({ session: session({ kernel_id: "k2" }) }) });
    pass(1_000);
    expect(asked()).toBe(1);
    hidden.mockRestore();
    void act(() => void document.dispatchEvent(new Event("visibilitychange")));
    pass(300);
    expect(asked()).toBe(2);
  });
});

describe("the tables are offered", () => {
  it("after an @, with their size and what models may see of them, behind the agents", () => {
    const shown = [table(), table({ name: "people", rows: null, level: "hidden" })];
    mounted({ tables: tables(shown) });
    view.type("describe @p");
    expect(view.all("[role=option]").map((option) => [...option.children].map((part) => part.textContent))).toEqual([
      ["@penguins", "344 × 8 · models see: schema"],
      ["@people", "? × 8 · models see: hidden"],
    ]);
    expect(view.one("[role=listbox]").getAttribute("aria-label")).toBe("Agents and tables");
    view.press("Enter");
    expect(view.field.value).toBe("describe @penguins ");
  });

  it("by the button, where there are no agents either", () => {
    mounted({ about: about({ agents: [] }) });
    expect(view.buttons()).not.toContain("Address an agent or name a table");
    view.show({ tables: tables([table()]) });
    expect(view.buttons()).toContain("Address an agent or name a table");
  });
});
