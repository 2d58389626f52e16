import { render, type ComponentChildren } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { SurroundingsContext } from "../src/chat/context";
import type { Host } from "../src/chat/host";
import type { Entry } from "../src/chat/state";
import { PAGE, Transcript } from "../src/chat/view/Transcript";
import type { Snapshot } from "../src/chat/chat";
import {
  approval,
  end,
  failure,
  fakeHost,
  notice,
  question,
  reminder,
  snapshot,
  text,
  tool,
  turn,
  user,
} from "./entries";
import { FakeChat } from "./fake-chat";

/** How often each source was rendered. */
const rendered = vi.hoisted(() => new Map<string, number>());

vi.mock("../src/chat/markdown/Markdown", () => ({
  Markdown: ({ source, streaming }: { source: string; streaming: boolean }) => {
    rendered.set(source, (rendered.get(source) ?? 0) + 1);
    return <div data-markdown={streaming ? "streaming" : "done"}>{source}</div>;
  },
}));
vi.mock("../src/chat/markdown/CodeBlock", () => ({
  CodeBlock: ({ code, language }: { code: string; language: string }) => <pre data-language={language}>{code}</pre>,
}));
vi.mock("../src/chat/markdown/Html", () => ({
  Html: ({ html }: { html: string }): ComponentChildren => <div data-html={html} />,
}));

let root: HTMLElement;
let chat: FakeChat;

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-03-12T09:02:00Z") });
  rendered.clear();
  root = document.createElement("div");
  root.className = "tcj-chat";
  document.body.append(root);
});

afterEach(async () => {
  await act(() => render(null, root));
  root.remove();
  vi.useRealTimers();
});

async function open(shown: Snapshot | readonly Entry[], host: Partial<Host> = {}): Promise<void> {
  chat = new FakeChat("state" in shown ? shown : snapshot(shown));
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
const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];
const one = <E extends HTMLElement = HTMLElement>(selector: string): E => {
  const found = root.querySelector<E>(selector);
  if (found === null) throw new Error(`nothing is ${selector} in ${root.innerHTML}`);
  return found;
};
const button = (name: string): HTMLButtonElement => {
  const found = all("button").find((each) => each.textContent === name || each.textContent === `1${name}`);
  if (!(found instanceof HTMLButtonElement)) throw new Error(`no button ${name} in ${root.innerHTML}`);
  return found;
};
const names = () => all("button").map((each) => each.textContent);
const click = (name: string) => act(() => button(name).click());
const type = (field: HTMLInputElement | HTMLTextAreaElement, value: string) =>
  act(() => {
    field.value = value;
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
const press = (
  key: string,
  target: EventTarget = document.activeElement ?? document.body,
  more: KeyboardEventInit = {},
) =>
  act(() => {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  });
const unfold = (selector: string) =>
  act(async () => {
    one<HTMLDetailsElement>(selector).open = true;
    one(selector).dispatchEvent(new Event("toggle"));
  });
const said = () => one(".tcj-transcript-frame > [aria-live=polite]").textContent;

describe("the log", () => {
  test("is named, can be reached by key and is not read out as it grows", async () => {
    await open([user("hi")]);
    const log = one("[role=log]");
    expect(log.getAttribute("aria-label")).toBe("Conversation");
    expect(log.getAttribute("aria-live")).toBe("off");
    expect(log.tabIndex).toBe(0);
  });

  test("renders only the entries that changed", async () => {
    const [first, second] = [text("one"), text("two", { done: false })];
    const question = user("hi");
    await open(snapshot([question, first, second], { turn: turn() }));
    await show(snapshot([question, first, { ...second, text: "two and a half" }], { turn: turn() }));
    await show(snapshot([question, first, { ...second, text: "three", done: true }], { turn: turn() }));
    await show(snapshot([question, first, { ...second, text: "three", done: true }, end("complete")]));
    expect(rendered.get("one")).toBe(1);
    expect(rendered.get("two and a half")).toBe(1);
  });

  test("shows the end of a long session, and earlier messages when asked", async () => {
    const entries = Array.from({ length: 450 }, (_, index) => text(`answer ${index}.`));
    await open(entries);
    expect(all(".tcj-text")).toHaveLength(PAGE);
    expect(root.textContent).toContain("answer 449.");
    await click("Show earlier messages");
    expect(all(".tcj-text")).toHaveLength(2 * PAGE);
    await click("Show earlier messages");
    expect(all(".tcj-text")).toHaveLength(450);
    expect(names()).not.toContain("Show earlier messages");
    expect(document.activeElement).toBe(one("[role=log]"));
  });

  test("parts days only where they change", async () => {
    await open([
      text("a", { at: "2026-03-11T09:00:00Z" }),
      text("b", { at: "2026-03-11T09:01:00Z" }),
      text("c", { at: "2026-03-12T09:00:00Z" }),
    ]);
    expect(all(".tcj-day").map((day) => day.textContent)).toEqual(["today"]);
  });

  test("is the same in Chinese", async () => {
    await open(
      [
        user("hi", { surface: "magic" }),
        tool("query_table", { ok: false }),
        question("哪个岛？", { open: false }),
        end("limit"),
      ],
      { language: "zh" },
    );
    expect(root.textContent).toContain("来自单元格");
    expect(root.textContent).toContain("失败 · 12 毫秒");
    expect(root.textContent).toContain("未回答");
    expect(root.textContent).toContain("已达到步数上限。");
    expect(names()).toContain("继续");
  });
});

describe("a user message", () => {
  test("shows who said it, whom it is for and where it came from", async () => {
    await open([user("  plan\n  it", { agent: "planner", surface: "magic" })]);
    expect(one(".tcj-user").textContent).toContain("You@planner   plan\n  it");
    expect(one(".tcj-user").textContent).toContain("from a cell");
  });

  test.each([
    ["@Planner plan it", "plan it"],
    ["@planner：订计划", "订计划"],
    ["@planner订计划", "订计划"],
    ["@planners plan it", "@planners plan it"],
    ["@planner", "@planner"],
  ])("names once whom it is for: %s", async (content, shown) => {
    await open([user(content, { agent: "planner" })]);
    expect(one(".tcj-user-line").textContent).toBe(`You@planner ${shown}`);
  });

  test("of this surface says nothing of it", async () => {
    await open([user("hi", { surface: "page" })]);
    expect(one(".tcj-user-line").textContent).toBe("Youhi");
  });

  test("makes hidden characters visible", async () => {
    await open([user("a\u202eb")]);
    expect(one(".tcj-user").textContent).not.toContain("\u202e");
  });

  test("can be said again when it is the last and no turn runs", async () => {
    const last = user("last", { agent: "planner" });
    await open([user("first"), text("answer"), last, text("answer")]);
    expect(names().filter((name) => name === "Retry")).toHaveLength(1);
    await click("Retry");
    expect(chat.calls).toEqual([["send", "last", { agent: "planner", replaces: last.messageId }]]);
  });

  test("can't be said again while a turn runs or a message waits", async () => {
    const last = user("last");
    await open(snapshot([last], { turn: turn() }));
    expect(names()).toEqual([]);
    await show(snapshot([last], { queued: [user("next")] }));
    expect(names()).toEqual(["Take back"]);
  });

  test("is edited in its place", async () => {
    const last = user("lats");
    await open([last]);
    await click("Edit");
    const field = one<HTMLTextAreaElement>("textarea");
    expect(document.activeElement).toBe(field);
    await type(field, "last");
    await press("Enter", field, { shiftKey: true });
    await press("Enter", field, { isComposing: true });
    expect(chat.calls).toEqual([]);
    await press("Enter", field);
    expect(chat.calls).toEqual([["send", "last", { replaces: last.messageId }]]);
    expect(all("textarea")).toEqual([]);
  });

  test("is sent with Ctrl+Enter where that is the key", async () => {
    await open([user("hi")], { sendKey: "ctrl-enter" });
    await click("Edit");
    await press("Enter");
    expect(chat.calls).toEqual([]);
    await press("Enter", undefined, { ctrlKey: true });
    expect(chat.calls).toHaveLength(1);
  });

  test("stays as it was after Escape, and the focus returns to where it came from", async () => {
    await open([user("hi")]);
    const composer = document.createElement("textarea");
    root.append(composer);
    composer.focus();
    const event = new CustomEvent("tcj-edit-last", { cancelable: true });
    await act(() => void root.dispatchEvent(event));
    expect(event.defaultPrevented).toBe(true);
    const outside = vi.fn();
    root.addEventListener("keydown", outside);
    await type(one("textarea"), "hello");
    await press("Escape", one("textarea"));
    expect(outside).not.toHaveBeenCalled(); // Escape would stop a turn there
    expect(one(".tcj-user-line").textContent).toBe("Youhi");
    expect(document.activeElement).toBe(composer);
    expect(chat.calls).toEqual([]);
    composer.remove();
  });

  test("that is empty can't be sent", async () => {
    await open([user("hi")]);
    await click("Edit");
    await type(one("textarea"), "  ");
    expect(button("Send").disabled).toBe(true);
    await press("Enter", one("textarea"));
    expect(chat.calls).toEqual([]);
  });
});

describe("messages that wait", () => {
  test("stand at the end and can be taken back once they are queued", async () => {
    const waiting = user("later");
    await open({ ...snapshot([user("now")], { turn: turn(), queued: [waiting] }), sending: [user("last")] });
    expect(all(".tcj-user").map((each) => each.querySelector(".tcj-user-line")?.textContent)).toEqual([
      "Younow",
      "Youlater",
      "Youlast",
    ]);
    expect(one(".tcj-running").nextElementSibling?.textContent).toContain("Queued");
    expect(root.textContent).toContain("Sending…");
    await click("Take back");
    expect(chat.calls).toEqual([["withdraw", waiting.messageId]]);
  });
});

describe("an answer", () => {
  test("is Markdown, and streams until it is done", async () => {
    const growing = text("**bo", { done: false });
    await open(snapshot([growing], { turn: turn() }));
    expect(one("[data-markdown]").dataset["markdown"]).toBe("streaming");
    await show(snapshot([{ ...growing, text: "**bold**", done: true }], { turn: turn() }));
    expect(one("[data-markdown]").dataset["markdown"]).toBe("done");
  });

  test("is signed by an agent other than the copilot", async () => {
    await open([text("a"), text("b", { agent: "planner" })]);
    expect(all(".tcj-agent").map((name) => name.textContent)).toEqual(["planner"]);
  });

  test("thinks first, then has its reasoning folded", async () => {
    const growing = text("", { reasoning: "hm", done: false, at: "2026-03-12T09:02:00Z" });
    await open(snapshot([growing], { turn: turn() }));
    expect(one(".tcj-reasoning > summary").textContent?.trim()).toBe("Thinking…");
    expect(all(".tcj-running")).toEqual([]); // once is enough
    await show(snapshot([{ ...growing, text: "so" }], { turn: turn() }));
    expect(one(".tcj-reasoning > summary").textContent?.trim()).toBe("Reasoning");
    expect(one<HTMLDetailsElement>(".tcj-reasoning").open).toBe(false);
  });

  test("that was cut off says so", async () => {
    await open([text("The heaviest", { partial: true })]);
    expect(one(".tcj-text").textContent).toContain("The answer ends here, before it was finished.");
  });

  test("can be copied", async () => {
    const copied: string[] = [];
    await open([text("**bold**")], { copy: async (all) => void copied.push(all) });
    await act(async () => button("Copy").click());
    expect(copied).toEqual(["**bold**"]);
    expect(names()).toContain("Copied");
    await pass(2000);
    expect(names()).toContain("Copy");
  });

  test("without words, as one that only calls tools, shows nothing", async () => {
    await open([text("")]);
    expect(all(".tcj-text")).toEqual([]);
  });
});

describe("a tool call", () => {
  test("is one line: name, arguments, time", async () => {
    await open([tool("query_table", { arguments: { sql: "SELECT *\n  FROM penguins" }, elapsedMs: 12 })]);
    expect(one(".tcj-tool-name").textContent).toBe("query_table");
    expect(one(".tcj-tool-arguments").textContent).toBe("SELECT * FROM penguins");
    expect(one(".tcj-tool-state").textContent).toBe("ok 12 ms");
  });

  test("says in words that it runs, failed or never finished", async () => {
    const running = tool("a", { ok: null, at: "2026-03-12T09:02:00Z" });
    await open(snapshot([running, tool("b", { ok: false })], { turn: turn() }));
    const states = () => all(".tcj-tool-state").map((each) => each.textContent?.trim());
    expect(states()).toEqual(["running", "failed · 12 ms"]);
    await show(snapshot([running, tool("b", { ok: false, elapsedMs: 0 })]));
    expect(states()).toEqual(["not finished", "not finished"]);
  });

  test("says that it waits while a card about it, or about a call inside it, is open", async () => {
    const inside = tool("query_table", { callId: "inside", ok: null });
    const outer = tool("ask_analyst", { callId: "outer", ok: null, children: [inside] });
    const other = tool("now", { callId: "other", ok: null });
    const card = (open: boolean) => approval("share_data", { callId: "inside", open });
    const states = () => all(".tcj-tool .tcj-tool-state").map((each) => each.textContent?.trim().split(" ")[0]);
    await open(snapshot([outer, card(true), other], { turn: turn() }));
    expect(states()).toEqual(["Waiting", "running"]);
    await show(snapshot([outer, card(false), other], { turn: turn() }));
    expect(states()).toEqual(["running", "running"]);
  });

  test("opens to its arguments and its result", async () => {
    await open([tool("run", { arguments: { code: "1 + 1", timeout: 5 }, content: "2" })]);
    expect(all(".tcj-tool pre")).toEqual([]); // made when looked at
    await unfold(".tcj-tool details");
    expect(one("[data-language=python]").textContent).toBe("1 + 1");
    expect(one("[aria-label=Arguments]").textContent).toBe('{\n  "timeout": 5\n}');
    expect(one("[aria-label=Result]").textContent).toBe("2");
    expect(root.textContent).toContain("Started 2 min ago");
  });

  test("cuts a long result and says by how much", async () => {
    await open([tool("read", { content: "x".repeat(21_234) })]);
    await unfold(".tcj-tool details");
    const shown = one("[aria-label=Result]").textContent ?? "";
    expect(shown).toContain("… 1\u2009234 more characters");
    expect(shown.match(/x/g)).toHaveLength(20_000);
  });

  test("shows while a delegation runs what is done just now, and all of it when opened", async () => {
    const children = [tool("inner", { arguments: { city: "Oslo" } }), text("Step two\nis done", { agent: "planner" })];
    await open(snapshot([tool("delegate", { ok: null, children })], { turn: turn() }));
    expect(one(".tcj-latest").textContent).toBe("is done");
    await show(snapshot([tool("delegate", { ok: null, children: children.slice(0, 1) })], { turn: turn() }));
    expect(one(".tcj-latest").textContent).toBe("inner Oslo");
    await unfold(".tcj-tool details");
    expect(all(".tcj-latest")).toEqual([]);
    expect(one(".tcj-nested .tcj-tool-name").textContent).toBe("inner");
  });

  test("never folds away a question that waits inside it", async () => {
    await open(snapshot([tool("delegate", { ok: null, children: [question("Which?")] })], { turn: turn() }));
    expect(one<HTMLDetailsElement>(".tcj-tool details").open).toBe(false);
    expect(one(".tcj-question").closest("details")).toBeNull();
  });

  test("that asks is hidden behind its question", async () => {
    await open([tool("ask", { callId: "c", asks: true, ok: null }), question("Which?", { callId: "c" })]);
    expect(all(".tcj-tool")).toEqual([]);
  });

  test("that needs approval is hidden until it may, and shown when it was allowed", async () => {
    const call = tool("run_code", { callId: "c", asks: true, ok: null });
    const card = approval("run_code", { callId: "c" });
    await open([call, card]);
    expect(all(".tcj-tool")).toEqual([]);
    await show(snapshot([call, { ...card, open: false, decision: "deny" }]));
    expect(all(".tcj-tool")).toEqual([]);
    await show(snapshot([call, { ...card, open: false, decision: "once" }]));
    expect(all(".tcj-tool")).toHaveLength(1);
  });

  test.each([
    [{ "image/png": "aGk=\n", "text/plain": "a plot" }, "img", "src", "data:image/png;base64,aGk="],
    [{ "image/svg+xml": "<svg/>", "text/plain": "a plot" }, "img", "src", "data:image/svg+xml,%3Csvg%2F%3E"],
    [{ "text/html": ["<b>", "x</b>"], "text/plain": "x" }, "[data-html]", "data-html", "<b>x</b>"],
    [{ "text/markdown": "*x*", "text/plain": "x" }, "[data-markdown]", "data-markdown", "done"],
    [{ "application/json": { a: 1 }, "text/plain": "x" }, ".tcj-output pre", "aria-label", "Result"],
    [{ "image/png": "javascript:alert(1)", "text/plain": "x" }, ".tcj-output pre", "aria-label", "Result"],
  ])("shows the richest safe form of %j", async (mime, selector, attribute, value) => {
    await open([tool("plot", { outputs: [mime] })]);
    expect(one(selector).getAttribute(attribute)).toBe(value);
    expect(one(".tcj-output").children).toHaveLength(1);
  });
});

describe("what is done inside of a call", () => {
  const shows = (name: string, data: string) => tool(name, { outputs: [{ "text/plain": data }] });

  test("is shown to the user below the call's own line, folded or not, and once", async () => {
    const inner = tool("plan", { children: [shows("query_table", "first")] });
    await open([tool("analyst", { children: [inner, shows("query_table", "second")] })]);
    const outputs = () => all(".tcj-output").map((each) => each.textContent);
    expect(outputs()).toEqual(["first", "second"]);
    await unfold("details");
    expect(outputs()).toEqual(["first", "second"]);
    expect(all(".tcj-tool .tcj-tool").length).toBeGreaterThan(0);
  });
});

test("a list of tables, a step on the way, is told inside its line only", async () => {
  await open([tool("list_tables", { content: "penguins", outputs: [{ "text/plain": "penguins 344" }] })]);
  expect(all(".tcj-output")).toEqual([]);
});

describe("a question", () => {
  const island = () => question("Which island?", { options: ["Biscoe", "Dream"], deadline: "2026-03-12T09:07:00Z" });

  test("is answered by a click, once", async () => {
    const entry = island();
    await open([entry]);
    await act(() => button("Biscoe").click());
    await act(() => button("Biscoe").click());
    expect(chat.calls).toEqual([["answer", entry.questionId, "Biscoe"]]);
  });

  test("takes the focus to its first option, and by key its number", async () => {
    const entry = island();
    await open([entry]);
    expect(document.activeElement).toBe(button("Biscoe"));
    await press("2");
    expect(chat.calls).toEqual([["answer", entry.questionId, "Dream"]]);
  });

  test("hears its keys although the chat keeps keys to itself", async () => {
    await open([island()]);
    root.addEventListener("keydown", (event) => event.stopPropagation());
    await press("1");
    expect(chat.calls).toHaveLength(1);
  });

  test("leaves the focus with who is writing, and the digits too", async () => {
    await open([]);
    const composer = document.createElement("textarea");
    root.append(composer);
    composer.value = "I am";
    composer.focus();
    await show(snapshot([island()]));
    expect(document.activeElement).toBe(composer);
    await press("1", composer);
    expect(chat.calls).toEqual([]);
    await act(() => composer.blur());
    await press("1", document.body);
    expect(chat.calls).toHaveLength(1);
    composer.remove();
  });

  test("takes the focus from an empty composer and gives it back", async () => {
    await open([]);
    const composer = document.createElement("textarea");
    root.append(composer);
    composer.focus();
    const entry = island();
    await show(snapshot([entry]));
    expect(document.activeElement).toBe(button("Biscoe"));
    await show(snapshot([{ ...entry, open: false, answer: "Dream", by: "magic" }]));
    expect(document.activeElement).toBe(composer);
    composer.remove();
  });

  test("leaves a notebook in command mode alone", async () => {
    const cell = document.createElement("div");
    cell.tabIndex = 0;
    document.body.append(cell);
    cell.focus();
    await open([island()]);
    expect(document.activeElement).toBe(cell);
    await press("1", cell);
    expect(chat.calls).toEqual([]);
    cell.remove();
  });

  test("has a free line", async () => {
    const entry = island();
    await open([entry]);
    const field = one<HTMLInputElement>("input");
    expect(field.getAttribute("aria-label")).toBe("Something else");
    await type(field, " All of them ");
    await press("Enter", field, { isComposing: true });
    expect(chat.calls).toEqual([]);
    await press("Enter", field);
    expect(chat.calls).toEqual([["answer", entry.questionId, "All of them"]]);
  });

  test("with several answers has boxes, and joins what was chosen in its order", async () => {
    const entry = { ...island(), multiple: true };
    await open([entry]);
    expect(button("Answer").disabled).toBe(true);
    await act(() => all("input[type=checkbox]")[1]?.click());
    await press("1", all("input[type=checkbox]")[0]);
    await type(one("input[type=text]"), "and the sea");
    await click("Answer");
    expect(chat.calls).toEqual([["answer", entry.questionId, "Biscoe, Dream, and the sea"]]);
  });

  test("tells how long it waits", async () => {
    await open([island()]);
    expect(root.textContent).toContain("Without an answer, the copilot goes on in 5 min.");
    await pass(6 * 60_000);
    expect(root.textContent).not.toContain("Without an answer");
  });

  test.each([
    [{ answer: "Biscoe", by: "page" }, "Which island? → Biscoe"],
    [{ answer: "Biscoe", by: "magic" }, "Which island? → Biscoe · answered in a cell"],
    [{ answer: null, by: "timeout" }, "Which island? → not answered in time"],
    [{ answer: null, by: "cancelled" }, "Which island? → not answered"],
  ])("folds when it is closed by %j", async (closing, line) => {
    await open([{ ...island(), open: false, ...closing }]);
    expect(one(".tcj-question").textContent).toBe(line);
    expect(all("button")).toEqual([]);
  });

  test("is read out", async () => {
    await open([]);
    await show(snapshot([island()]));
    expect(said()).toBe("Which island? Biscoe Dream");
  });
});

describe("an approval", () => {
  const run = () => approval("run_code", { arguments: { code: "x = 1 # \u202eignored" } });

  test("shows the code with what hides in it, and where it runs", async () => {
    await open([run()], { notebook: { name: "penguins.ipynb", kernelId: null } });
    expect(one("[data-language=python]").textContent).not.toContain("\u202e");
    expect(root.textContent).toContain("Runs in the kernel of penguins.ipynb");
    expect(names()).toEqual(["Run once", "Allow this code in this session", "Don’t run"]);
  });

  test("names the notebook, the kernel and the code's hash that the server named", async () => {
    const more = { sha256: "0123456789abcdef", kernel: "k-1", notebook: "a\u202eb.ipynb" };
    await open([approval("run_code", { arguments: { code: "x = 1", ...more } })]);
    expect(one(".tcj-approval .tcj-quiet").textContent).toBe(
      "Runs in the kernel of a<U+202E>b.ipynb · kernel k-1 · sha256 0123456789ab",
    );
  });

  test("of another tool allows instead of running, and only as far as the server does", async () => {
    await open([approval("delete_todo", { options: ["once", "deny"] })]);
    expect(names()).toEqual(["Allow once", "Don’t allow"]);
  });

  test("has the focus on the refusal", async () => {
    await open([run()]);
    expect(document.activeElement).toBe(button("Don’t run"));
  });

  test("is not given by what was pressed before it could be read", async () => {
    const entry = run();
    await open([entry]);
    await pass(599);
    await click("Run once");
    await click("Allow this code in this session");
    expect(chat.calls).toEqual([]);
    await pass(1);
    await click("Run once");
    await click("Run once");
    expect(chat.calls).toEqual([["decide", entry.approvalId, "once"]]);
  });

  test("is asked for in the chat's language", async () => {
    await open([run()], { language: "zh" });
    expect(one(".tcj-card-text").textContent).toBe("助手想在你的内核中运行这段代码。");
  });

  test("is not given by a key that is held", async () => {
    await open([run()]);
    const held = new KeyboardEvent("keydown", { key: "Enter", repeat: true, bubbles: true, cancelable: true });
    await act(() => void button("Run once").dispatchEvent(held));
    expect(held.defaultPrevented).toBe(true);
  });

  test("can be refused at once", async () => {
    const entry = run();
    await open([entry]);
    await click("Don’t run");
    expect(chat.calls).toEqual([["decide", entry.approvalId, "deny"]]);
  });

  test("folds to what was decided", async () => {
    await open([
      { ...run(), open: false, decision: "session", by: "page" },
      { ...run(), open: false, decision: "deny", by: "timeout" },
      { ...run(), open: false, decision: null, by: "cancelled" },
    ]);
    expect(all(".tcj-approval .tcj-tool-state").map((each) => each.textContent)).toEqual([
      "this code is allowed in this session",
      "nobody decided in time",
      "not run",
    ]);
    expect(all(".tcj-approval button")).toEqual([]);
  });
});

describe("a consent to show values to the model", () => {
  const share = (rest: Record<string, unknown> = {}) =>
    approval("share_data", {
      content: "The model asks to see 3 rows of q1: 2 columns, 1 of text.",
      arguments: {
        level: "rows",
        rows: 3,
        columns: 2,
        what: "3 rows of q1: 2 columns, 1 of text",
        preview: "island\tname\nBiscoe\tAda\u202e",
        model: "kimi-k2.5",
        host: "openrouter.ai",
        ...rest,
      },
    });

  test("leaves its call and what that has found in sight, whether it is given or not", async () => {
    const outputs = [{ "text/plain": "Biscoe 4716" }];
    const shared = { ...share(), callId: "c" };
    const refused = { ...shared, open: false, decision: "deny" as const };
    const call = tool("run_code", { callId: "c", outputs });
    await open([call, shared]);
    expect(one(".tcj-output").textContent).toContain("Biscoe 4716");
    const allowed = approval("run_code", { callId: "c", open: false, decision: "once" });
    await show(snapshot([{ ...call, asks: true }, allowed, refused]));
    expect(one(".tcj-asked").textContent).toBe("The model asked to see 3 rows of q1: 2 columns, 1 of text");
    expect(one(".tcj-output").textContent).toContain("Biscoe 4716");
  });

  test("says what would leave, in numbers, and to whom", async () => {
    await open([share()]);
    expect(one(".tcj-card-text").textContent).toBe("The model asks to see 3 rows of q1: 2 columns, 1 of text.");
    expect(one(".tcj-approval .tcj-quiet").textContent).toBe("kimi-k2.5 @ openrouter.ai");
    expect(names()).toEqual(["Once", "This session", "No"]);
    expect(document.activeElement).toBe(button("No"));
  });

  test.each([
    ["3 rows of q1: 2 columns, 1 of text", "模型想看 q1 的 3 行（2 列，其中 1 列是文字）。"],
    ["1 row of sales: 1 column", "模型想看 sales 的 1 行（1 列）。"],
    ["1,704 rows of q1: 6 columns", "模型想看 q1 的 1,704 行（6 列）。"],
    ["statistics of 3 columns of staff (20 rows)", "模型想看 staff 中 3 列的统计值（共 20 行）。"],
    ["the message and traceback of the error", "模型想看错误信息及其调用堆栈。"],
    [
      "the output of the code: 1 line of text and 2 outputs (1 picture is not sent)",
      "模型想看代码的输出：1 行文字和 2 个输出（1 张图片不发送）。",
    ],
    [
      "the output of the code (12 lines of text) and its error's message",
      "模型想看代码的输出（12 行文字）和错误信息。",
    ],
    ["something new", "模型想看：something new。"],
  ])("says so in Chinese: %s", async (what, said) => {
    await open([share({ what })], { language: "zh" });
    expect(one(".tcj-card-text").textContent).toBe(said);
  });

  test("shows on demand exactly what would be sent, all of it, with what hides in it", async () => {
    const preview = `${"x".repeat(30_000)}\u202e`;
    await open([share({ preview })]);
    expect(all(".tcj-pre")).toEqual([]);
    await unfold(".tcj-approval details");
    expect(one(".tcj-pre").textContent).toBe(`${"x".repeat(30_000)}<U+202E>`);
  });

  test("is not given before it could be read, and says afterwards how it went", async () => {
    const entry = share();
    await open([entry]);
    await click("Once");
    expect(chat.calls).toEqual([]);
    await pass(600);
    await click("This session");
    expect(chat.calls).toEqual([["decide", entry.approvalId, "session"]]);
    await show(snapshot([{ ...entry, open: false, decision: "session", by: "page" }]));
    expect(one(".tcj-tool-state").textContent).toBe("allowed in this session");
  });
});

describe("an error", () => {
  test("says what happened and what to do, below the answer so far", async () => {
    const last = user("hi");
    const opened: string[] = [];
    await open([last, text("so far", { partial: true }), failure("auth")], {
      openSettings: () => opened.push("settings"),
    });
    const card = one(".tcj-error");
    expect(card.previousElementSibling?.textContent).toContain("so far");
    expect(one(".tcj-error .tcj-strong").textContent).toBe("The model refused the key.");
    expect(card.textContent).toContain("Check the key in the settings.");
    expect(one(".tcj-error details code").textContent).toBe("auth");
    await act(() => one(".tcj-error button").click());
    expect(chat.calls).toEqual([["send", "hi", { replaces: last.messageId }]]);
    await click("Open settings");
    expect(opened).toEqual(["settings"]);
  });

  test("offers settings only where they help and there are some", async () => {
    await open([failure("timeout")], { openSettings: () => undefined });
    expect(names()).toEqual([]);
    await show(snapshot([failure("auth")]));
    expect(names()).toEqual(["Open settings"]);
  });

  test("of an earlier turn can't be tried again", async () => {
    await open([user("a"), failure("timeout"), user("b"), text("c")]);
    expect(all(".tcj-error button")).toEqual([]);
  });
});

describe("notices and reminders", () => {
  test("a command is echoed above its answer", async () => {
    await open([notice("| Command |", { command: "/help" })]);
    expect(one(".tcj-command").textContent).toBe("/help");
    expect(one("[data-markdown]").textContent).toBe("| Command |");
  });

  test("a warning says that it is one", async () => {
    await open([notice("The log was lost.", { level: "warning" })]);
    expect(one(".tcj-warning").textContent).toBe("Warning: The log was lost.");
  });

  test("a reminder can be closed or put off", async () => {
    const entry = reminder("Tea", { late: true, nextDue: "2026-03-12T10:02:00Z" });
    await open([entry]);
    expect(one(".tcj-reminder").textContent).toContain("Reminder · 2 min ago · late · Next in 1 h");
    expect(one("time").title).toContain("12 March 2026");
    await click("Done");
    await click("Snooze 10 min");
    expect(chat.calls).toEqual([
      ["remind", entry.reminderId, "done"],
      ["remind", entry.reminderId, "snooze", 10],
    ]);
    await show(snapshot([{ ...entry, closed: "snoozed" }]));
    expect(one(".tcj-reminder").textContent).toContain("snoozed");
    expect(all(".tcj-reminder button")).toEqual([]);
  });
});

describe("the end of a turn", () => {
  test("tells quietly what it took", async () => {
    await open([end("complete")]);
    expect(one(".tcj-end").textContent).toBe("kimi-k2.5 · 1\u2009234 → 56 tokens · 3.2 s · 2 min ago");
  });

  test.each([
    ["cancelled", "Stopped.", []],
    ["limit", "The step limit was reached.", ["Continue"]],
    ["interrupted", "The server went away in mid-answer.", ["Retry"]],
  ] as const)("that was %s says so", async (reason, words, offered) => {
    const last = user("hi");
    await open([last, end(reason)]);
    expect(one(".tcj-end").textContent).toContain(words);
    expect(all(".tcj-end button").map((each) => each.textContent)).toEqual(offered);
    await act(() => one(".tcj-entries").querySelector<HTMLElement>(".tcj-end button")?.click());
    expect(chat.calls).toEqual(
      { cancelled: [], limit: [["send", "Go on."]], interrupted: [["send", "hi", { replaces: last.messageId }]] }[
        reason
      ],
    );
  });
});

describe("the running line", () => {
  const running = (...entries: Entry[]) =>
    snapshot([user("hi"), ...entries], { turn: turn({ startedAt: "2026-03-12T09:02:00Z" }) });

  test("says nothing while the connection is lost: nobody knows", async () => {
    await open({ ...running(), connection: { state: "reconnecting", attempt: 1, of: 5 } });
    expect(all(".tcj-running")).toEqual([]);
  });

  test("says what the turn is at", async () => {
    await open(running());
    expect(one(".tcj-running").textContent).toBe("Thinking…");
    await show(running(tool("query", { ok: null })));
    expect(one(".tcj-running").textContent).toBe("Working…");
    await show(running(text("The", { done: false })));
    expect(one(".tcj-running").textContent).toBe("Writing…");
    await show(running(question("Which?")));
    expect(one(".tcj-running").textContent).toBe("Waiting for your answer");
    await show(snapshot([user("hi")]));
    expect(all(".tcj-running")).toEqual([]);
  });

  test("counts the seconds from the fifth on", async () => {
    await open(running());
    await pass(4000);
    expect(one(".tcj-running").textContent).toBe("Thinking…");
    await pass(1000);
    expect(one(".tcj-running").textContent).toBe("Thinking…5 s");
    expect(one(".tcj-running [aria-live]").textContent).toBe("Thinking…"); // seconds are not read out
  });
});

describe("what is read out", () => {
  const begun = () => snapshot([user("hi"), text("Bis", { done: false })], { turn: turn() });

  test("is the finished answer's beginning, never a piece of it", async () => {
    await open(begun());
    await pass(2000);
    await show(snapshot([user("hi"), text("Biscoe ".repeat(10), { done: false })], { turn: turn() }));
    expect(said()).toBe("");
    await show(snapshot([user("hi"), text("Biscoe ".repeat(100)), end("complete")]));
    expect(said()).toHaveLength(200);
    expect(said()).toMatch(/^Biscoe /);
  });

  test("is not what a session that was just opened replays", async () => {
    await open(begun());
    await show(snapshot([user("hi"), text("Biscoe"), failure("timeout"), end("error")]));
    expect(said()).toBe("");
  });

  test("is an error with what to do, and an approval", async () => {
    await open(begun());
    await pass(2000);
    await show(snapshot([user("hi"), failure("auth")]));
    expect(said()).toBe("The model refused the key. Check the key in the settings.");
    await show(snapshot([user("hi"), approval("run_code")], { turn: turn() }));
    expect(said()).toBe("Permission needed: Run this code in the kernel?");
  });
});

describe("scrolling", () => {
  /** What jsdom lacks: a height of the content, and of the window onto it. */
  function layOut(height: number): HTMLElement {
    const log = one("[role=log]");
    let top = 0;
    Object.defineProperties(log, {
      clientHeight: { configurable: true, get: () => 100 },
      scrollHeight: { configurable: true, get: () => height },
      scrollTop: {
        configurable: true,
        get: () => top,
        set: (value: number) => (top = Math.max(0, Math.min(value, height - 100))),
      },
    });
    return log;
  }
  const scrollTo = (log: HTMLElement, top: number) =>
    act(() => {
      log.scrollTop = top;
      log.dispatchEvent(new Event("scroll"));
    });

  test("follows the end while the user is there", async () => {
    const first = text("one");
    await open([first]);
    const log = layOut(500);
    await show(snapshot([first, text("two")]));
    expect(log.scrollTop).toBe(400);
    expect(all(".tcj-news")).toEqual([]);
  });

  test("leaves who reads above where they are, and offers the way down", async () => {
    const entries = [user("hi"), text("one")];
    await open(entries);
    const log = layOut(500);
    await scrollTo(log, 400);
    await scrollTo(log, 200);
    await show(snapshot([...entries, text("two")]));
    expect(log.scrollTop).toBe(200);
    expect(one(".tcj-news").textContent).toBe("New messages ↓");
    await click("New messages ↓");
    expect(log.scrollTop).toBe(400);
    expect(all(".tcj-news")).toEqual([]);
  });

  test("says at the way down that a question waits", async () => {
    const entries = [user("hi")];
    await open(snapshot(entries, { turn: turn() }));
    const log = layOut(500);
    await scrollTo(log, 400);
    await scrollTo(log, 0);
    await show(snapshot([...entries, question("Which?")], { turn: turn() }));
    expect(one(".tcj-news").textContent).toBe("A question waits for you ↓");
  });

  test("goes to the end with one's own message", async () => {
    await open([text("one")]);
    const log = layOut(500);
    await scrollTo(log, 400);
    await scrollTo(log, 100);
    await show({ ...snapshot([text("one")]), sending: [user("me")] });
    expect(log.scrollTop).toBe(400);
  });

  test("keeps what is opened where it is", async () => {
    const entries = [tool("query", { content: "rows" })];
    await open(entries);
    const log = layOut(500);
    await scrollTo(log, 400);
    await act(() => one("summary").click());
    layOut(900);
    log.scrollTop = 400;
    await show(snapshot([...entries]));
    expect(log.scrollTop).toBe(400);
  });

  test("begins at the end in another session", async () => {
    await open([text("one")]);
    const log = layOut(500);
    await scrollTo(log, 400);
    await scrollTo(log, 0);
    await show(snapshot([text("two")], { sessionId: "s2" }));
    expect(one("[role=log]")).not.toBe(log);
    expect(all(".tcj-news")).toEqual([]);
  });
});
