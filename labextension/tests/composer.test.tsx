import { act } from "preact/test-utils";
import { afterEach, describe, expect, it, vi } from "vitest";
import { chatState, TURN } from "./fake-chat";
import { Mounted } from "./mounting";

vi.mock("../src/chat/view/Transcript", () => ({ Transcript: () => <div role="log" /> }));

let view: Mounted;
const mounted = (...setting: ConstructorParameters<typeof Mounted>): Mounted => (view = new Mounted(...setting));
afterEach(() => view.end());

const running = { state: chatState({ turn: TURN }) };
const sendButton = (): HTMLButtonElement => view.one<HTMLButtonElement>(".tcj-send");

describe("sending", () => {
  it("happens with Enter, and empties the field when it is sent", async () => {
    mounted();
    view.type("which island?");
    expect(view.press("Enter")).toBe(false);
    expect(view.chat.asked("send")).toEqual([["which island?"]]);
    await view.settle();
    expect(view.field.value).toBe("");
  });

  it("happens with the button, and the focus stays in the field", async () => {
    mounted();
    view.type("hello");
    view.click("Send (Enter)");
    await view.settle();
    expect(view.chat.asked("send")).toEqual([["hello"]]);
    expect(view.focused).toBe(view.field);
  });

  it("leaves Shift+Enter to break the line", () => {
    mounted();
    view.type("one");
    expect(view.press("Enter", { shiftKey: true })).toBe(true);
    expect(view.chat.asked("send")).toEqual([]);
  });

  it("happens with Ctrl+Enter where that was chosen, and Enter breaks the line", () => {
    mounted({}, { sendKey: "ctrl-enter" });
    view.type("one");
    expect(view.press("Enter")).toBe(true);
    expect(view.press("Enter", { ctrlKey: true, shiftKey: true })).toBe(true);
    expect(view.chat.asked("send")).toEqual([]);
    expect(view.press("Enter", { ctrlKey: true })).toBe(false);
    expect(view.chat.asked("send")).toEqual([["one"]]);
    expect(sendButton().title).toBe("Send (Ctrl+Enter)");
  });

  it.each([{ isComposing: true }, { keyCode: 229 }])("never happens while a word is composed (%o)", (composing) => {
    mounted();
    view.type("ni hao");
    expect(view.press("Enter", composing)).toBe(true);
    expect(view.chat.asked("send")).toEqual([]);
  });

  it("keeps a line's indentation, and drops blank lines around the text", () => {
    mounted();
    view.type("\n  \n    x = 1\n  \n");
    view.press("Enter");
    expect(view.chat.asked("send")).toEqual([["    x = 1"]]);
  });

  it("does nothing without text", () => {
    mounted();
    view.type("  \n ");
    view.press("Enter");
    expect(view.chat.asked("send")).toEqual([]);
    expect(sendButton().disabled).toBe(true);
  });

  it("happens once, however often Enter comes before the draft is gone", async () => {
    mounted();
    view.type("hello");
    view.press("Enter");
    view.press("Enter");
    await view.settle();
    expect(view.chat.asked("send")).toEqual([["hello"]]);
  });

  it("can be tried again when it failed, with the draft still there", async () => {
    mounted();
    view.chat.sending = () => Promise.reject(new Error("no"));
    view.type("hello");
    view.press("Enter");
    await view.settle();
    expect(view.field.value).toBe("hello");
    view.press("Enter");
    await view.settle();
    expect(view.chat.asked("send")).toHaveLength(2);
  });
});

describe("without a connection", () => {
  const lost = { connection: { state: "lost", message: "", hint: "" } } as const;

  it("nothing is sent, and the draft is kept", () => {
    mounted(lost);
    view.type("hello");
    view.press("Enter");
    expect(view.chat.asked("send")).toEqual([]);
    expect(view.chat.snapshot.draft).toBe("hello");
    expect(sendButton().disabled).toBe(true);
    expect(sendButton().title).toBe("Not connected. The text is kept.");
  });

  it("typing goes on", () => {
    mounted(lost);
    expect(view.field.disabled).toBe(false);
    expect(view.field.readOnly).toBe(false);
  });
});

describe("while an answer comes", () => {
  it("the button stops it", () => {
    mounted(running);
    view.click("Stop (Esc)");
    expect(view.chat.asked("stop")).toHaveLength(1);
  });

  it("the button has company while there is a text to queue", () => {
    mounted(running);
    view.type("and then?");
    expect(sendButton().title).toBe("Send after this answer (Enter)");
    view.click("Stop (Esc)");
    expect(view.chat.asked("stop")).toHaveLength(1);
    expect(view.chat.asked("send")).toEqual([]);
    expect(view.focused).toBe(view.field);
  });

  it("Esc stops it", () => {
    mounted(running);
    view.field.focus();
    view.press("Escape");
    expect(view.chat.asked("stop")).toHaveLength(1);
  });

  it("a draft is queued, and the button says so", () => {
    mounted(running);
    view.type("and then?");
    view.click("Send after this answer (Enter)");
    expect(view.chat.asked("send")).toEqual([["and then?"]]);
    expect(view.chat.asked("stop")).toEqual([]);
  });

  it("Esc closes the completion first", () => {
    mounted(running);
    view.type("/");
    view.press("Escape");
    expect(view.has("[role=listbox]")).toBe(false);
    expect(view.chat.asked("stop")).toEqual([]);
    view.press("Escape");
    expect(view.chat.asked("stop")).toHaveLength(1);
  });
});

it("Esc does nothing when nothing runs", () => {
  mounted();
  view.field.focus();
  expect(view.press("Escape")).toBe(true);
  expect(view.chat.asked("stop")).toEqual([]);
});

describe("the draft", () => {
  it("is told to the chat with every key", () => {
    mounted();
    view.type("he");
    view.type("hel");
    expect(view.chat.asked("setDraft")).toEqual([["he"], ["hel"]]);
  });

  it("is what the chat has kept", () => {
    mounted({ draft: "from before" });
    expect(view.field.value).toBe("from before");
  });

  it("is changed by the chat, as when another session is opened", () => {
    mounted();
    view.type("for the first");
    view.show({ draft: "for the second", state: chatState({ sessionId: "s2" }) });
    expect(view.field.value).toBe("for the second");
  });

  it("is not undone by a snapshot that has nothing to do with it", () => {
    mounted();
    view.type("hello");
    view.show(running);
    expect(view.field.value).toBe("hello");
  });
});

describe("the arrow up", () => {
  it("asks for the last message to be edited, from an empty field", () => {
    mounted();
    const heard = vi.fn((event: Event) => event.preventDefault());
    view.element.addEventListener("tcj-edit-last", heard);
    view.field.focus();
    expect(view.press("ArrowUp")).toBe(false);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("moves the caret in a text", () => {
    mounted();
    const heard = vi.fn();
    view.element.addEventListener("tcj-edit-last", heard);
    view.type("text");
    expect(view.press("ArrowUp")).toBe(true);
    expect(heard).not.toHaveBeenCalled();
  });
});

describe("a text that no message holds", () => {
  const long = "0123456789".repeat(95_000);

  function paste(text: string): boolean {
    let left = true;
    void act(() => {
      const event = new Event("paste", { bubbles: true, cancelable: true });
      left = view.field.dispatchEvent(
        Object.assign(event, { clipboardData: { getData: (kind: string) => (kind === "text/plain" ? text : "") } }),
      );
    });
    return left;
  }

  it("is not pasted, which is said, and what was there stays", () => {
    mounted();
    view.type("look at this: ");
    expect(paste(long)).toBe(false);
    expect(view.one("[role=alert]").textContent).toContain("This text has 950.0 kB; a message holds 900 kB.");
    expect(view.field.value).toBe("look at this: ");
  });

  it("is measured as it travels", () => {
    mounted();
    expect(paste("表".repeat(290_000))).toBe(true);
    expect(paste("表".repeat(310_000))).toBe(false);
  });

  it("is not sent either, and stays in the field", () => {
    mounted({ draft: long });
    view.field.focus();
    view.press("Enter");
    expect(view.chat.asked("send")).toEqual([]);
    expect(view.field.value).toBe(long);
    expect(view.has("[role=alert]")).toBe(true);
    view.click("Dismiss");
    expect(view.has("[role=alert]")).toBe(false);
  });
});

it("shows a problem until it is dismissed", () => {
  mounted({ problem: { message: "The session is full.", hint: "Begin a new one." } });
  expect(view.one("[role=alert]").textContent).toBe("The session is full. Begin a new one.");
  view.click("Dismiss");
  expect(view.chat.asked("dismissProblem")).toHaveLength(1);
  expect(view.has("[role=alert]")).toBe(false);
  expect(view.focused).toBe(view.field);
});

describe("completion", () => {
  const options = (): string[] => view.all("[role=option]").map((option) => option.textContent);

  it("shows the commands with what they do", () => {
    mounted();
    view.type("/");
    expect(options()[0]).toBe("/helpShow all commands");
    expect(view.one("[role=listbox]").getAttribute("aria-label")).toBe("Commands");
  });

  it("speaks the user's language", () => {
    mounted({}, { language: "zh" });
    view.type("/");
    expect(options()[0]).toBe("/help查看所有命令");
  });

  it("tells assistive software which one is marked", () => {
    mounted();
    view.type("/");
    view.press("ArrowDown");
    const marked = view.one("[aria-selected=true]");
    expect(marked.textContent).toContain("/new");
    expect(view.field.getAttribute("aria-activedescendant")).toBe(marked.id);
    expect(view.field.getAttribute("aria-controls")).toBe(view.one("[role=listbox]").id);
    expect(view.focused).toBe(view.field);
  });

  it.each(["Tab", "Enter"])("inserts with %s", (key) => {
    mounted();
    view.type("/he");
    expect(view.press(key)).toBe(false);
    expect(view.field.value).toBe("/help ");
    expect(view.chat.asked("send")).toEqual([]);
    expect(view.has("[role=listbox]")).toBe(false);
  });

  it("lets a command that is typed out be sent", () => {
    mounted();
    view.type("/session");
    view.press("Enter");
    expect(view.chat.asked("send")).toEqual([["/session"]]);
  });

  it("inserts what is clicked", () => {
    mounted();
    view.type("ask @");
    const [, secretary] = view.all("[role=option]");
    if (secretary) view.click(secretary);
    expect(view.field.value).toBe("ask @secretary ");
  });

  it("goes around at its ends", () => {
    mounted();
    view.type("@");
    view.press("ArrowUp");
    expect(view.one("[aria-selected=true]").textContent).toContain("@secretary");
    view.press("ArrowDown");
    expect(view.one("[aria-selected=true]").textContent).toContain("@analyst");
  });

  it("stays closed after Esc until another word is begun", () => {
    mounted();
    view.type("/");
    view.press("Escape");
    view.type("/h");
    expect(view.has("[role=listbox]")).toBe(false);
    view.type("/h @");
    expect(view.has("[role=listbox]")).toBe(true);
  });

  it("marks the first again when more is typed", () => {
    mounted();
    view.type("/");
    view.press("ArrowDown");
    view.press("ArrowDown");
    view.type("/s");
    expect(view.one("[aria-selected=true]").textContent).toContain("/session");
  });

  it("begins with the buttons in the field, too", () => {
    mounted();
    view.click("Address an agent");
    expect(view.field.value).toBe("@");
    expect(options()).toHaveLength(2);
  });
});

describe("the receipt line", () => {
  const line = (): string => view.one(".tcj-receipt").textContent.replace("↳ ", "");

  it("is there before anything was sent", () => {
    mounted();
    expect(line()).toBe("nothing sent yet");
  });

  it("says what left for models, and where to", () => {
    mounted({ state: chatState({ sent: { requests: 2, rows: 0, bytes: 1234 }, host: "openrouter.ai" }) });
    expect(line()).toBe("sent so far: 2 requests · 0 rows · 1.2 kB");
    expect(view.one(".tcj-receipt").title).toBe("The last request went to openrouter.ai.");
  });

  it("speaks of one request as one", () => {
    mounted({ state: chatState({ sent: { requests: 1, rows: 1, bytes: 10 } }) });
    expect(line()).toBe("sent so far: 1 request · 1 row · 10 B");
  });

  it("adds the tokens of the running answer", () => {
    const turn = { ...TURN, inputTokens: 1204, outputTokens: 85 };
    mounted({ state: chatState({ turn, sent: { requests: 1, rows: 0, bytes: 4000 } }) });
    expect(line()).toBe("sent so far: 1 request · 0 rows · 4.0 kB · 1\u2009204 + 85 tokens");
  });
});
