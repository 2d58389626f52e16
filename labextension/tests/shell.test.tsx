import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { dueInWords, openTodos, recurrence } from "../src/chat/view/shell/due";
import { passes } from "../src/chat/view/shell/keys";
import { en, zh } from "../src/chat/words/shell";
import { about, chatState, column, NOW, reminder, session, table, tables, todo, TURN } from "./fake-chat";
import { Mounted } from "./mounting";

vi.mock("../src/chat/view/Transcript", () => ({ Transcript: () => <div role="log" tabindex={0} /> }));

let view: Mounted;
const mounted = (...setting: ConstructorParameters<typeof Mounted>): Mounted => (view = new Mounted(...setting));
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW), toFake: ["Date", "setInterval", "clearInterval"] });
});
afterEach(() => {
  view.end();
  vi.useRealTimers();
});

describe("the frame", () => {
  it("says its language and its place", () => {
    mounted({}, { language: "zh", surface: "widget" });
    expect(view.root.lang).toBe("zh");
    expect(view.root.classList.contains("tcj-surface-widget")).toBe(true);
    expect(view.root.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });

  it("keeps keys to itself, and lets those of the window pass", async () => {
    mounted();
    const heard: string[] = [];
    const hear = (event: KeyboardEvent): void => void heard.push(event.key);
    document.addEventListener("keydown", hear);
    view.press("d", {}, view.button("More"));
    view.press("s", { ctrlKey: true }, view.field);
    view.press("C", { ctrlKey: true, shiftKey: true }, view.field);
    view.press("c", { ctrlKey: true }, view.field);
    view.press("F5", {}, view.field);
    document.removeEventListener("keydown", hear);
    expect(heard).toEqual(["s", "C", "F5"]);
    await view.settle();
    expect(view.root.getAttribute("data-lm-suppress-shortcuts")).toBe("true");
  });

  it("lets Lab see a key that passes, which listens before the chat does", () => {
    mounted();
    const seen: boolean[] = [];
    const hear = (): void => void seen.push(view.root.hasAttribute("data-lm-suppress-shortcuts"));
    document.addEventListener("keydown", hear, true);
    view.press("s", { metaKey: true }, view.field);
    document.removeEventListener("keydown", hear, true);
    expect(seen).toEqual([false]);
  });

  it.each(["F1", "F12"])("lets %s pass", (key) => expect(passes(new KeyboardEvent("keydown", { key }))).toBe(true));

  it("has the header, the conversation and the field in this order of the Tab key", () => {
    mounted({ state: chatState({ turn: TURN }) });
    const order = view.all("button, textarea, [role=log]").map((element) => element.className || element.role);
    expect(order.indexOf("log")).toBeGreaterThan(order.indexOf("tcj-title"));
    expect(order.indexOf("tcj-input")).toBeGreaterThan(order.indexOf("log"));
  });
});

describe("the header", () => {
  it("shows the session's title", () => {
    mounted();
    expect(view.one(".tcj-title").textContent).toBe("Penguins by island");
  });

  it("shows what would turn a title around", () => {
    mounted({ state: chatState({ session: session({ title: "a\u202eb" }) }) });
    expect(view.one(".tcj-title").textContent).toBe("a<U+202E>b");
  });

  it("says in the user's language that a session is new", () => {
    mounted({ state: chatState({ session: session({ title: "New session" }) }) }, { language: "zh" });
    expect(view.one(".tcj-title").textContent).toBe("新会话");
  });

  it("shows the model's short name, and its host when asked", () => {
    mounted();
    expect(view.one(".tcj-model").textContent).toBe("kimi-k2.5");
    expect(view.one(".tcj-model").title).toBe("Model: moonshotai/kimi-k2.5 on openrouter.ai");
  });

  it("changes the model", () => {
    mounted();
    view.click("Model");
    const items = view.all("[role=menuitemradio]");
    expect(items.map((item) => item.getAttribute("aria-checked"))).toEqual(["true", "false"]);
    view.click("offline model");
    expect(view.chat.asked("configure")).toEqual([[{ model: "offline" }]]);
    expect(view.has("[role=menu]")).toBe(false);
  });

  it("says that the model is the built-in one", () => {
    mounted({ about: about({ model: "offline", provider: "offline", host: "", offline: true }) });
    expect(view.one(".tcj-model").textContent).toBe("offline model");
  });

  it("says nothing of it where it is not set", () => {
    mounted();
    expect(view.has(".tcj-privacy")).toBe(false);
  });
});

describe("the menu", () => {
  beforeEach(() => {
    mounted({}, { openSettings: () => view.chat.calls.push(["openSettings"]) });
    view.click("More");
  });
  const labels = (): string[] => view.all("[role=menuitem]").map((item) => item.textContent);

  it("has everything that can be done", () => {
    expect(labels()).toEqual([
      "New session",
      "Todos",
      "Reminders",
      "Rename",
      "Export as Markdown",
      "Export as JSON",
      "Clear conversation…",
      "Settings",
      "Keyboard",
    ]);
  });

  it("puts the focus on its first item, and moves it with the keys", () => {
    expect(view.focused?.textContent).toBe("New session");
    view.press("ArrowDown");
    expect(view.focused?.textContent).toBe("Todos");
    view.press("End");
    expect(view.focused?.textContent).toBe("Keyboard");
    view.press("ArrowDown");
    expect(view.focused?.textContent).toBe("New session");
    view.press("ArrowUp");
    expect(view.focused?.textContent).toBe("Keyboard");
    view.press("r");
    expect(view.focused?.textContent).toBe("Reminders");
  });

  it("closes on Esc, and the focus goes back to its button", () => {
    view.press("Escape");
    expect(view.has("[role=menu]")).toBe(false);
    expect(view.focused).toBe(view.button("More"));
    expect(view.button("More").getAttribute("aria-expanded")).toBe("false");
  });

  it("closes when something else is pressed", async () => {
    document.body.dispatchEvent(new Event("pointerdown", { bubbles: true }));
    await view.settle();
    expect(view.has("[role=menu]")).toBe(false);
  });

  it.each([
    ["New session", ["newSession"]],
    ["Export as Markdown", ["exportSession", "s1", "md"]],
    ["Export as JSON", ["exportSession", "s1", "json"]],
    ["Settings", ["openSettings"]],
  ])("does what %s says", (label, call) => {
    view.click(label);
    expect(view.chat.calls).toContainEqual(call);
  });

  it("asks before it clears", () => {
    view.click("Clear conversation");
    expect(view.one("dialog h2").textContent).toBe("Clear “Penguins by island”?");
    expect(view.focused).toBe(view.button("Keep it"));
    view.click("Keep it");
    expect(view.chat.asked("clear")).toEqual([]);
    view.click("More");
    view.click("Clear conversation");
    view.click("Clear");
    expect(view.chat.asked("clear")).toHaveLength(1);
    expect(view.has("dialog")).toBe(false);
  });

  it("renames in the title's place", async () => {
    view.click("Rename");
    const field = view.one<HTMLInputElement>(".tcj-rename");
    expect(field.value).toBe("Penguins by island");
    view.type("  Islands ", field);
    view.press("Enter");
    expect(view.chat.asked("rename")).toEqual([["s1", "Islands"]]);
    await view.settle();
    expect(view.focused).toBe(view.one(".tcj-title"));
  });

  it("leaves the title as it was on Esc", () => {
    view.click("Rename");
    view.type("Islands", view.one<HTMLInputElement>(".tcj-rename"));
    view.press("Escape");
    expect(view.chat.asked("rename")).toEqual([]);
    expect(view.has(".tcj-rename")).toBe(false);
  });

  it("tells the keys, those that this place uses", () => {
    view.click("Keyboard");
    expect(view.one("dialog").textContent).toContain("Shift+EnterNew line");
    view.press("Escape");
    expect(view.has("dialog")).toBe(false);
    expect(view.focused).toBe(view.button("More"));
  });
});

describe("the session switcher", () => {
  const SESSIONS = [
    session({ session_id: "s2", title: "Sales", updated_at: "2026-03-11T11:00:00+00:00", messages: 1 }),
    session(),
    session({ session_id: "s3", title: "Weather in Oslo", updated_at: "2026-03-10T11:00:00+00:00", running: true }),
    session({ session_id: "s4", title: "New session", messages: 0 }), // left before anything was said
  ];
  beforeEach(() => {
    mounted({ sessions: SESSIONS });
    view.click("Session: Penguins by island");
  });
  const titles = (): string[] => view.all(".tcj-session-title").map((title) => title.textContent);
  const search = (): HTMLInputElement => view.one<HTMLInputElement>("[type=search]");

  it("asks for the sessions, and shows them, the last used first", () => {
    expect(view.chat.asked("loadSessions")).toHaveLength(1);
    expect(titles()).toEqual(["Penguins by island", "Sales", "Weather in Oslo"]);
  });

  it("tells of each what there is to tell", () => {
    const [first, second, third] = view.all(".tcj-session-open");
    expect(first?.getAttribute("aria-current")).toBe("true");
    expect(first?.textContent).toBe("Penguins by islandopen now2 min ago4 messages");
    expect(second?.textContent).toContain("1 message");
    expect(third?.textContent).toContain("running");
  });

  it("finds by title", () => {
    view.type("os", search());
    expect(titles()).toEqual(["Weather in Oslo"]);
    view.type("walrus", search());
    expect(view.one(".tcj-switcher [role=status]").textContent).toBe("No title has “walrus” in it.");
  });

  it("opens the first that was found with Enter", () => {
    view.type("sa", search());
    view.press("Enter");
    expect(view.chat.asked("openSession")).toEqual([["s2"]]);
    expect(view.has(".tcj-switcher")).toBe(false);
    expect(view.focused).toBe(view.one(".tcj-title"));
  });

  it("is walked through with the arrow keys", () => {
    expect(view.focused).toBe(search());
    view.press("ArrowDown");
    view.press("ArrowDown");
    expect(view.focused?.textContent).toContain("Sales");
    view.press("ArrowUp");
    view.press("ArrowUp");
    expect(view.focused).toBe(search());
  });

  it("closes on Esc, and the focus goes back to the title", () => {
    view.press("Escape");
    expect(view.has(".tcj-switcher")).toBe(false);
    expect(view.focused).toBe(view.one(".tcj-title"));
  });

  it("begins a new session", () => {
    view.click(view.one(".tcj-switcher-top button"));
    expect(view.chat.asked("newSession")).toHaveLength(1);
  });

  it("does not open the session again that is open", () => {
    view.click(view.one(".tcj-session-open"));
    expect(view.chat.asked("openSession")).toEqual([]);
  });

  it("asks before it deletes, and names what", () => {
    view.click("Actions for Sales");
    view.click(view.all(".tcj-session-actions:not([hidden]) button").at(-1) as HTMLElement);
    expect(view.one("dialog h2").textContent).toBe("Delete “Sales”?");
    expect(view.one("dialog p").textContent).toContain("Its 1 message can’t be brought back.");
    expect(view.chat.asked("deleteSession")).toEqual([]);
    view.click(view.one("dialog .tcj-button-danger"));
    expect(view.chat.asked("deleteSession")).toEqual([["s2"]]);
    expect(view.has(".tcj-switcher")).toBe(true);
  });

  it("keeps the focus when the deleted row goes away", () => {
    view.one(".tcj-session-open").focus();
    view.show({ sessions: SESSIONS.filter(({ session_id: id }) => id !== "s1") });
    expect(view.focused).toBe(view.one(".tcj-switcher-inside"));
  });

  it("renames and exports", () => {
    view.click("Actions for Sales");
    view.click("Export Markdown: Sales");
    view.click("Export JSON: Sales");
    view.click(view.one(".tcj-session-actions:not([hidden]) button"));
    view.type("Sales 2025", view.one<HTMLInputElement>(".tcj-rename"));
    view.press("Enter");
    expect(view.chat.asked("exportSession")).toEqual([
      ["s2", "md"],
      ["s2", "json"],
    ]);
    expect(view.chat.asked("rename")).toEqual([["s2", "Sales 2025"]]);
  });

  it("renames with F2 and deletes with Del", () => {
    view.press("F2", {}, view.all(".tcj-session-open")[1]);
    expect(view.one<HTMLInputElement>(".tcj-rename").value).toBe("Sales");
    view.press("Escape");
    expect(view.has(".tcj-switcher")).toBe(true);
    view.press("Delete", {}, view.all(".tcj-session-open")[1]);
    expect(view.one("dialog h2").textContent).toBe("Delete “Sales”?");
  });
});

it("says that the sessions are on their way", () => {
  mounted();
  view.click("Session:");
  expect(view.one(".tcj-switcher [role=status]").textContent).toBe("Loading…");
});

describe("the connection", () => {
  const status = (): string => view.one(".tcj-frame > [role=status]").textContent;

  it("is not spoken of when it is there", () => {
    mounted();
    expect(status()).toBe("");
  });

  it("is not spoken of in its first second", async () => {
    vi.useFakeTimers({ now: Date.parse(NOW) });
    mounted({ connection: { state: "connecting" }, state: chatState({ session: null }) });
    vi.advanceTimersByTime(100); // the effect that starts the clock runs after the first frame
    expect(status()).toBe("");
    await vi.advanceTimersByTimeAsync(1100);
    expect(status()).toBe("Connecting…");
  });

  it("tells how often it was tried", () => {
    mounted({ connection: { state: "reconnecting", attempt: 2, of: 5 } });
    expect(status()).toBe("Reconnecting (2 of 5)…");
  });

  it("says why it is lost, and can be tried again", async () => {
    mounted({ connection: { state: "lost", message: "The login has ended.", hint: "Log in again." } });
    expect(status()).toContain("Not connected. The login has ended. Log in again.");
    view.click("Try again");
    expect(view.chat.asked("reconnect")).toHaveLength(1);
    await view.settle();
    expect(view.focused).toBe(view.field);
  });

  it("offers a new session where this one was deleted", () => {
    mounted({ state: chatState({ deleted: true }) });
    expect(status()).toContain("This session was deleted.");
    view.click(view.one(".tcj-bar button"));
    expect(view.chat.asked("newSession")).toHaveLength(1);
  });
});

describe("the drawer", () => {
  const TODOS = [
    todo({ todo_id: "none", title: "Someday" }),
    todo({ todo_id: "late", title: "Tax", due: "2026-03-09", priority: "high", tags: ["home"] }),
    todo({ todo_id: "soon", title: "Call Ada", due: "2026-03-11T15:00:00+00:00" }),
    todo({ todo_id: "done", title: "Milk", done: true }),
  ];

  function opened(tab: "Todos" | "Reminders", shown: ConstructorParameters<typeof Mounted>[0]): void {
    mounted(shown);
    view.click("More");
    view.click(tab);
  }

  it("asks for what it shows", () => {
    opened("Reminders", {});
    expect(view.chat.asked("loadReminders")).toHaveLength(1);
    expect(view.one("[role=tabpanel]").textContent).toBe("Loading…");
    view.click("Todos");
    expect(view.chat.asked("loadTodos")).toHaveLength(1);
  });

  it("changes tabs with the arrow keys", () => {
    opened("Todos", { todos: TODOS });
    view.press("ArrowRight", {}, view.one("[role=tab]"));
    expect(view.one("[aria-selected=true]").textContent).toBe("Reminders");
    expect(view.focused?.textContent).toBe("Reminders");
  });

  it("closes on Esc, and the focus goes to the field", async () => {
    opened("Todos", { todos: TODOS });
    view.press("Escape", {}, view.one("[role=tab]"));
    await view.settle();
    expect(view.has(".tcj-drawer")).toBe(false);
    expect(view.focused).toBe(view.field);
  });

  it("shows what is late first, then by time, then the rest, and folds what is done", () => {
    opened("Todos", { todos: TODOS });
    expect(view.all(".tcj-todo-title").map((title) => title.textContent)).toEqual([
      "Tax",
      "Call Ada",
      "Someday",
      "Milk",
    ]);
    expect(view.one(".tcj-todo .tcj-details").textContent).toBe("overdue, 9 Marhigh priority#home");
    expect(view.one("details summary").textContent).toBe("Done (1)");
  });

  it("ticks, takes back and deletes", () => {
    opened("Todos", { todos: TODOS });
    view.click(view.all("[type=checkbox]")[0] as HTMLElement);
    view.click(view.all("[type=checkbox]").at(-1) as HTMLElement);
    view.click("Delete the todo Someday");
    expect(view.chat.asked("changeTodo")).toEqual([
      ["late", "done"],
      ["done", "undone"],
      ["none", "delete"],
    ]);
  });

  it("says how to add a todo, and takes the sentence over", async () => {
    opened("Todos", { todos: [] });
    expect(view.one("[role=tabpanel]").textContent).toContain("Nothing to do.");
    view.click("add a todo: send the report tomorrow");
    expect(view.field.value).toBe("add a todo: send the report tomorrow");
    await view.settle();
    expect(view.focused).toBe(view.field);
    expect(view.chat.asked("send")).toEqual([]);
  });

  it("shows the reminders that will come, the next one first", () => {
    opened("Reminders", {
      reminders: [
        reminder({ reminder_id: "r2", content: "Stand-up", due: "2026-03-16T09:00:00+00:00", rrule: "FREQ=DAILY" }),
        reminder(),
        reminder({ reminder_id: "r3", content: "Over", state: "fired" }),
      ],
    });
    expect(view.all(".tcj-reminder-content").map((content) => content.textContent)).toEqual(["Stretch", "Stand-up"]);
    expect(view.one(".tcj-reminder-row .tcj-details").textContent).toBe("in 20 min");
    view.click("Snooze 10 min: Stretch");
    view.click("Cancel the reminder: Stand-up");
    expect(view.chat.asked("remind")).toEqual([
      ["r1", "snooze", 10],
      ["r2", "cancel"],
    ]);
  });

  it("says how to set a reminder", () => {
    opened("Reminders", { reminders: [] });
    expect(view.one("[role=tabpanel]").textContent).toContain("remind me in 10 minutes to stretch");
  });
});

describe("before anything was said", () => {
  const suggestions = (): string[] => view.all(".tcj-suggestion").map((button) => button.textContent);

  it("three things to try fill the field, and are not sent", async () => {
    mounted();
    expect(suggestions()).toHaveLength(3);
    view.click("Remind me in 10 minutes");
    await view.settle();
    expect(view.field.value).toBe("Remind me in 10 minutes to stretch");
    expect(view.focused).toBe(view.field);
    expect(view.chat.asked("send")).toEqual([]);
  });

  it("they are made from what is at hand", () => {
    mounted({ todos: [todo(), todo({ todo_id: "t2" })] }, { notebook: { name: "Penguins.ipynb", kernelId: "k" } });
    expect(suggestions()).toEqual([
      "What tables are in Penguins.ipynb?",
      "Which of my 2 todos comes first?",
      "Remind me in 10 minutes to stretch",
    ]);
  });

  it("they come from the tables that are there, the largest first", () => {
    const penguins = table({ columns: [column("species", "category"), column("body_mass_g", "float64")] });
    const sales = table({ name: "sales", rows: 12_345, columns: [], column_count: 3 });
    mounted({ tables: tables([penguins, sales, table({ name: "people", level: "hidden" })]) });
    expect(suggestions()).toEqual([
      "Describe `sales` (12\u2009345 × 3)",
      "Describe `penguins` (344 × 8)",
      "Add a todo: send the report tomorrow",
    ]);
    view.end();
    mounted({ tables: tables([penguins]) });
    expect(suggestions()[1]).toBe("Average `body_mass_g` by `species` in `penguins`");
  });

  it("says quietly why there are no tables", () => {
    mounted({ tables: tables([], "This session has no kernel, so there are no tables.") });
    expect(view.one(".tcj-empty-note").textContent).toBe("This session has no kernel, so there are no tables.");
  });

  it("asks for the todos once it is connected", () => {
    mounted({ todos: null });
    expect(view.chat.asked("loadTodos")).toHaveLength(1);
  });

  it("says of the offline model what it can, and how to connect another", () => {
    mounted({ about: about({ offline: true, model: "offline" }) });
    expect(view.text).toContain("The built-in offline model answers.");
    expect(view.one("details").textContent).toContain("OPENROUTER_API_KEY=your-key");
    expect(suggestions()).not.toContain("What can you do?");
  });

  it("shows what is to be mended", () => {
    const opened: string[] = [];
    const problem = "OPENAI_API_KEY is not accepted. Correct it.";
    mounted({ about: about({ model: null, problem }) }, { openSettings: () => opened.push("settings") });
    expect(view.one(".tcj-empty-problem").textContent).toContain(problem);
    view.click("Open settings");
    expect(opened).toEqual(["settings"]);
  });

  it.each([
    { state: chatState({ session: null }) },
    { state: chatState({ turn: TURN }) },
    { state: chatState({ deleted: true }) },
  ])("is over, or not yet there (%#)", (shown) => {
    mounted(shown);
    expect(view.has(".tcj-empty")).toBe(false);
  });
});

describe("times", () => {
  beforeEach(() => mounted());
  const now = Date.parse(NOW);

  it("a date alone is the whole day", () => {
    expect(dueInWords("2026-03-11", now, "en").toLowerCase()).toBe("today");
    expect(dueInWords("2026-03-12", now, "zh")).toBe("明天");
  });

  it("the urgent one comes first among equals", () => {
    const low = todo({ todo_id: "low", due: "2026-03-12", priority: "low" });
    const high = todo({ todo_id: "high", due: "2026-03-12", priority: "high" });
    expect(openTodos([low, high]).map(({ todo_id: id }) => id)).toEqual(["high", "low"]);
  });

  it.each([
    ["FREQ=DAILY;BYHOUR=9;BYMINUTE=0", "every day", "每天"],
    ["FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0", "every Monday", "每周一"],
    ["FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "every weekday", "每个工作日"],
    ["DTSTART:20260311T090000\nRRULE:FREQ=HOURLY;INTERVAL=2", "every 2 hours", "每 2 小时"],
    ["FREQ=MONTHLY;BYMONTHDAY=1", "every month", "每月"],
    ["FREQ=MONTHLY;BYDAY=2TU", "repeats", "重复"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "repeats", "重复"],
    ["something else", "repeats", "重复"],
  ])("the rule %s in a few words", (rule, english, chinese) => {
    expect(recurrence(rule, en.reminders, "en")).toBe(english);
    expect(recurrence(rule, zh.reminders, "zh")).toBe(chinese);
  });
});
