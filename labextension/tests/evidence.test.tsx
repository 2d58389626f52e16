/** Marks in answers and what stands behind them, in a transcript with nothing replaced. */
import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Check, Snapshot } from "../src/chat/chat";
import { SurroundingsContext } from "../src/chat/context";
import type { Host } from "../src/chat/host";
import type { Entry, Result, TextEntry } from "../src/chat/state";
import { Transcript } from "../src/chat/view/Transcript";
import { end, fakeHost, snapshot, text, user } from "./entries";
import { FakeChat } from "./fake-chat";

const Q1: Result = {
  ref: "q1",
  callId: "c1",
  sql: "SELECT avg(body_mass_g) FROM penguins",
  at: "2026-03-12T08:58:00Z",
  tables: [
    { name: "penguins", rows: 12_345, columns: 8 },
    { name: "lazy", rows: null, columns: 2 },
    { name: "gone", rows: null, columns: null },
  ],
};

let root: HTMLElement;
let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-12T09:00:00Z") });
  root = document.createElement("div");
  root.className = "tcj-chat";
  document.body.append(root);
});
afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  vi.useRealTimers();
});

const known = (entries: readonly Entry[], checks: [Result, Check][] = []): Snapshot => ({
  ...snapshot(entries, { results: new Map([["q1", Q1]]) }),
  checks: new Map(checks),
});
const answer = (said: string, rest: Partial<TextEntry> = {}): Entry[] => [
  user("hi"),
  text(said, rest),
  end("complete"),
];

async function open(shown: Snapshot, host: Partial<Host> = {}): Promise<void> {
  chat = new FakeChat(shown);
  await act(() =>
    render(
      <SurroundingsContext.Provider value={{ chat, host: fakeHost(host) }}>
        <Transcript />
      </SurroundingsContext.Provider>,
      root,
    ),
  );
}

const show = (next: Snapshot) => act(() => chat.show(next));
const pass = (milliseconds: number) => act(() => void vi.advanceTimersByTime(milliseconds));
const marks = () => [...root.querySelectorAll<HTMLElement>(".tcj-mark")];
const mark = () => marks()[0]!;
const card = () => root.querySelector<HTMLElement>(".tcj-evidence-card");
const said = () => root.querySelector(".tcj-markdown")?.textContent;
const point = (at: Element, type = "pointerover") =>
  act(() => void at.dispatchEvent(new Event(type, { bubbles: true })));
const press = (key: string, at: Element = document.activeElement!) =>
  act(() => void at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
const click = (at: HTMLElement) =>
  act(() => {
    at.focus();
    at.click();
  });
const state = (name: Check["state"], reason = ""): [Result, Check] => [Q1, { state: name, reason }];

describe("a mark", () => {
  it("stands where the answer points to a result that is there", async () => {
    await open(known(answer("Biscoe, at 4 716 g [q1]. **So [q1]**\n\n| a [q1] |\n|---|\n| 1 [q1] |")));
    expect(marks()).toHaveLength(4);
    expect(mark().textContent).toBe("q1");
    expect(mark().getAttribute("aria-label")).toBe("Evidence q1");
    expect(said()).toContain("4 716 g q1.");
  });

  it.each([
    ["of a result that nobody knows", "at 4 716 g [q2] and [q99999999].", "at 4 716 g [q2] and [q99999999]."],
    ["in code", "`[q1]`\n\n```text\n[q1]\n```", "[q1]Copy[q1]"],
    ["in a link", "[see [q1]](https://example.org)", "see [q1] (example.org)"],
    ["that is written otherwise", "q1 [Q1] [q1, q2] \\[q1]", "q1 [Q1] [q1, q2] [q1]"],
  ])("%s is plain text", async (_, source, shown) => {
    await open(known(answer(source)));
    expect(marks()).toEqual([]);
    expect(said()).toBe(shown);
  });

  it("comes when its result does, and goes with it", async () => {
    const entries = answer("4 716 g [q1]");
    await open(snapshot(entries));
    expect(said()).toBe("4 716 g [q1]");
    await show(known(entries));
    expect(marks()).toHaveLength(1);
    await show(snapshot(entries));
    expect(said()).toBe("4 716 g [q1]");
  });

  it("stays the same while the answer grows around it", async () => {
    const grows = text("4 716 g [q1] on", { done: false });
    await open(known([grows]));
    const before = mark();
    await show(known([{ ...grows, text: "4 716 g [q1] on Biscoe, and [q1]" }]));
    expect(mark()).toBe(before);
    expect(marks()).toHaveLength(2);
  });

  it("asks whether its result still stands when it comes into view", async () => {
    const seen: ((entries: { target: Element; isIntersecting: boolean }[]) => void)[] = [];
    const observed: Element[] = [];
    class Observer {
      constructor(callback: (typeof seen)[number]) {
        seen.push(callback);
      }
      observe = (element: Element) => void observed.push(element);
      unobserve = () => undefined;
      disconnect = () => undefined;
    }
    vi.stubGlobal("IntersectionObserver", Observer);
    await open(known(answer("4 716 g [q1]")));
    expect(chat.asked("verify")).toEqual([]);
    seen[0]!([{ target: observed[0]!, isIntersecting: false }]);
    expect(chat.asked("verify")).toEqual([]);
    seen[0]!([{ target: observed[0]!, isIntersecting: true }]);
    expect(chat.asked("verify")).toEqual([["q1"]]);
    vi.unstubAllGlobals();
  });

  it("looks and reads otherwise when the result is out of date", async () => {
    await open(known(answer("4 716 g [q1]"), [state("stale")]));
    expect(mark().textContent).toBe("q1 ↻");
    expect(mark().classList.contains("tcj-stale")).toBe(true);
    expect(mark().getAttribute("aria-label")).toBe("Evidence q1, out of date");
    await show(known(answer("4 716 g [q1]"), [state("fresh")]));
    expect(mark().textContent).toBe("q1");
  });
});

describe("the card behind a mark", () => {
  it("comes up when the mark is pointed at for a while, and goes when the pointer leaves both", async () => {
    await open(known(answer("4 716 g [q1]")));
    await point(mark());
    await pass(199);
    expect(card()).toBeNull();
    await pass(1);
    expect(card()).not.toBeNull();
    await point(root.querySelector(".tcj-markdown p")!);
    await pass(100);
    await point(card()!);
    await pass(1_000);
    expect(card()).not.toBeNull();
    await point(root.querySelector(".tcj-markdown p")!);
    await pass(200);
    expect(card()).toBeNull();
  });

  it("shows the SQL, the time and the tables as they were then", async () => {
    await open(known(answer("4 716 g [q1]"), [state("fresh")]));
    await click(mark());
    expect(card()!.getAttribute("aria-label")).toBe("Evidence q1");
    expect(card()!.querySelector("time")?.textContent).toBe("2 min ago");
    expect(card()!.querySelector(".tcj-code-body")?.textContent).toBe(Q1.sql);
    expect([...card()!.querySelectorAll("li")].map((each) => each.textContent)).toEqual([
      "penguins 12\u2009345 × 8",
      "lazy ? × 2",
      "gone",
    ]);
    expect(card()!.querySelector("[role=status]")?.textContent).toBe("The tables are as they were. ");
    expect(card()!.querySelector(".tcj-card-button")).toBeNull();
    expect(chat.asked("verify").length).toBeGreaterThan(0);
  });

  it("takes the focus when the mark is pressed, and gives it back on Esc, which stops nothing", async () => {
    await open(known(answer("4 716 g [q1]")));
    await click(mark());
    expect(document.activeElement).toBe(card());
    const heard = vi.fn();
    root.addEventListener("keydown", heard);
    await press("Escape");
    expect(card()).toBeNull();
    expect(document.activeElement).toBe(mark());
    expect(heard).not.toHaveBeenCalled();
  });

  it("goes when the mark is pressed again, or the focus goes elsewhere", async () => {
    await open(known(answer("4 716 g [q1]")));
    await click(mark());
    await act(() => mark().click());
    expect(card()).toBeNull();
    await click(mark());
    await act(() => root.querySelector<HTMLElement>("[role=log]")!.focus());
    expect(card()).toBeNull();
  });

  it("goes with its result", async () => {
    await open(known(answer("4 716 g [q1]")));
    await click(mark());
    await show(snapshot(answer("4 716 g [q1]")));
    expect(card()).toBeNull();
  });

  it.each([
    ["checking", "Checking… "],
    ["running", "Running… "],
    ["unknown", "Can’t be checked now. The kernel has ended."],
    ["stale", "Out of date. The kernel has ended."],
  ] as const)("says of a result that is %s: %s", async (name, line) => {
    const reason = line.endsWith(" ") ? "" : "The kernel has ended.";
    await open(known(answer("4 716 g [q1]"), [state(name, reason)]));
    await click(mark());
    expect(card()!.querySelector("[role=status]")?.textContent).toBe(line);
  });

  it("runs what is out of date again", async () => {
    const entries = answer("4 716 g [q1]");
    await open(known(entries, [state("stale")]));
    await click(mark());
    const again = () => card()!.querySelector<HTMLElement>(".tcj-card-button")!;
    await click(again());
    expect(chat.asked("rerun")).toEqual([["q1"]]);
    await show(known(entries, [state("running")]));
    expect(again().getAttribute("aria-disabled")).toBe("true");
    const fresh: Result = { ...Q1, at: "2026-03-12T09:00:00Z" };
    await show(snapshot(entries, { results: new Map([["q1", fresh]]) }));
    expect(card()!.querySelector("time")?.textContent).toBe("just now");
    expect(document.activeElement).toBe(card());
  });

  it("speaks Chinese", async () => {
    await open(known(answer("4 716 g [q1]"), [state("stale")]), { language: "zh" });
    expect(mark().getAttribute("aria-label")).toBe("依据 q1，已过时");
    await click(mark());
    expect(card()!.textContent).toContain("重新运行");
  });

  it.each([
    ["penguins has changed since.", "已过时。 penguins 之后有过改动。"],
    ["There is no table penguins any more.", "已过时。 表 penguins 已不存在。"],
    ["Something else.", "已过时。 Something else."],
  ])("says in Chinese why it is out of date: %s", async (reason, said) => {
    await open(known(answer("4 716 g [q1]"), [state("stale", reason)]), { language: "zh" });
    await click(mark());
    expect(card()!.querySelector("[role=status]")!.textContent).toBe(said);
  });
});

describe("below an answer", () => {
  const lines = () => [...root.querySelectorAll(".tcj-text > .tcj-quiet")].map((each) => each.textContent);

  it.each([
    [{ refs: ["q1"], unproved: [] }, "It is 42.", ["Evidence: q1"]],
    [{ refs: ["q1"], unproved: [] }, "It is 42 [q1].", []],
    [{ refs: ["q7"], unproved: [] }, "It is 42.", []],
    [{ refs: [], unproved: ["42"] }, "It is 42.", ["1 number without evidence: 42"]],
    [{ refs: ["q1"], unproved: ["42", "17"] }, "42 and 17", ["Evidence: q1", "2 numbers without evidence: 42, 17"]],
    [
      { refs: [], unproved: ["1", "2", "3", "4", "5", "6", "7", "8", "9"] },
      "many",
      ["9 numbers without evidence: 1, 2, 3, 4, 5, 6, 7, 8 …"],
    ],
  ])("stands what proves it, where it does not say so itself: %j", async (proof, source, expected) => {
    await open(known(answer(source, { proof })));
    expect(lines()).toEqual(expected);
  });

  it("stands nothing where nothing was said of it", async () => {
    await open(known(answer("It is 42.")));
    expect(lines()).toEqual([]);
  });
});
