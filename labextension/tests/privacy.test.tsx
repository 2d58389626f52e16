/** What models may see, and what was sent to them: the dialogs behind the header's button and the receipt line. */
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionInfo } from "../src/chat/protocol";
import { indented } from "../src/chat/view/shell/indented";
import { chatState, column, NOW, receipt, session, table, tables } from "./fake-chat";
import { Mounted } from "./mounting";

vi.mock("../src/chat/view/Transcript", () => ({ Transcript: () => <div role="log" tabindex={0} /> }));

let view: Mounted;
const mounted = (...setting: ConstructorParameters<typeof Mounted>): Mounted => (view = new Mounted(...setting));
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOW), toFake: ["Date"] });
});
afterEach(() => {
  view.end();
  vi.useRealTimers();
});

const choose = (element: Element, value?: string): void =>
  void act(() => {
    if (value !== undefined) (element as HTMLSelectElement).value = value;
    else (element as HTMLInputElement).click();
    if (value !== undefined) element.dispatchEvent(new Event("change", { bubbles: true }));
  });

describe("what models may see", () => {
  const opened = (changes: Partial<SessionInfo> = {}, ...[shown, host]: Partial<Parameters<typeof mounted>>): void => {
    const info = session({ privacy: "schema", ...changes });
    mounted({ state: chatState({ session: info }), ...shown }, host);
    view.click(view.one(".tcj-privacy"));
  };
  const levels = () => view.all<HTMLInputElement>("dialog [type=radio]");

  it("stands in the header, and whether names are masked", () => {
    opened();
    expect(view.one(".tcj-privacy").textContent).toBe("schema");
    expect(view.button("Privacy: schema").getAttribute("aria-haspopup")).toBe("dialog");
    view.end();
    opened({ names: "masked" });
    expect(view.one(".tcj-privacy").textContent).toBe("schema · masked");
  });

  it("is told level by level, and changed at once", () => {
    opened();
    expect(view.all("dialog [role=radiogroup] label").map((each) => each.textContent)).toEqual([
      "names Names of tables and columns, and how many rows there are",
      "schema Names and types, no values",
      "aggregates Also statistics that stand for at least 5 rows",
      "rows Everything, single values too",
    ]);
    expect(levels().map((each) => each.checked)).toEqual([false, true, false, false]);
    choose(levels()[0]!);
    expect(view.chat.asked("configure")).toEqual([[{ privacy: "names" }]]);
  });

  it("goes no further than the administrator lets it", () => {
    opened({ ceiling: "schema" });
    expect(levels().map((each) => each.disabled)).toEqual([false, false, true, true]);
    expect(levels()[2]!.closest("label")!.textContent).toContain("limited by this server’s administrator");
  });

  it("masks names, and clears them", () => {
    opened();
    choose(view.one("[role=switch]"));
    view.end();
    const [first] = view.chat.asked("configure");
    opened({ names: "masked" });
    expect(view.one<HTMLInputElement>("[role=switch]").checked).toBe(true);
    choose(view.one("[role=switch]"));
    expect([first, ...view.chat.asked("configure")]).toEqual([[{ names: "masked" }], [{ names: "clear" }]]);
  });

  it("shows why a change was refused, where it can be seen", () => {
    opened();
    view.show({ problem: { message: "The level is too high.", hint: "Choose schema." } });
    expect(view.one("dialog [role=alert]").textContent).toBe("The level is too high. Choose schema.");
  });

  it("closes, and the focus goes back", () => {
    opened();
    view.press("Escape");
    expect(view.has("dialog")).toBe(false);
    expect(view.focused).toBe(view.one(".tcj-privacy"));
  });

  it("speaks Chinese", () => {
    opened({ ceiling: "names" }, {}, { language: "zh" });
    expect(view.one("dialog h2").textContent).toBe("模型可以看到什么");
    expect(levels()[1]!.closest("label")!.textContent).toBe("结构 名称和类型，不含数据 (受本服务器管理员限制)");
  });

  describe("is lowered by rules", () => {
    const rules = [
      { table: "people", column: null, level: "hidden" as const },
      { table: "penguins", column: "species", level: "names" as const },
    ];
    const selects = () => view.all<HTMLSelectElement>("dialog select");

    it("that are listed and removed one by one", () => {
      opened({ rules });
      expect(view.all(".tcj-rule-name").map((each) => each.textContent)).toEqual([
        "people → hidden",
        "penguins.species → names",
      ]);
      view.click("Remove the rule for people");
      expect(view.chat.asked("configure")).toEqual([[{ rules: [rules[1]] }]]);
      view.show({ state: chatState({ session: session({ privacy: "schema", rules: rules.slice(1) }) }) });
      expect(view.focused).toBe(view.one("dialog ul"));
    });

    it("that are made from the tables that are there", () => {
      const people = table({ name: "people", columns: [column("name"), column("id")] });
      opened({ rules }, { tables: tables([table(), people]) });
      expect(view.chat.asked("loadTables").length).toBeGreaterThan(0);
      expect([...selects()[0]!.options].map((each) => each.value)).toEqual(["penguins", "people"]);
      expect([...selects()[1]!.options].map((each) => each.text)).toEqual(["whole table", "species", "body_mass_g"]);
      choose(selects()[0]!, "people");
      expect([...selects()[1]!.options].map((each) => each.value)).toEqual(["", "name", "id"]);
      choose(selects()[1]!, "name");
      choose(selects()[2]!, "schema");
      view.click("Add");
      expect(view.chat.asked("configure")).toEqual([
        [{ rules: [...rules, { table: "people", column: "name", level: "schema" }] }],
      ]);
    });

    it("of which the newer counts for the same table or column", () => {
      opened({ rules: [{ table: "penguins", column: null, level: "hidden" }] }, { tables: tables([table()]) });
      choose(selects()[2]!, "aggregates");
      view.click("Add");
      expect(view.chat.asked("configure")).toEqual([
        [{ rules: [{ table: "penguins", column: null, level: "aggregates" }] }],
      ]);
    });

    it.each([
      [tables([]), "There are no tables in the kernel to make a rule for."],
      [tables([], "The kernel is busy."), "The kernel is busy."],
    ])("or says why there are none to make (%#)", (shown, note) => {
      opened({}, { tables: shown });
      expect(view.one("dialog").textContent).toContain(note);
      expect(selects()).toEqual([]);
    });
  });
});

describe("what was sent", () => {
  const SENT = { requests: 2, rows: 0, bytes: 3000 };
  const RECEIPTS = [
    receipt({
      tables: [
        { name: "penguins", level: "schema", columns: 8, rows: 0 },
        { name: "a\u202eb", level: "rows", columns: 1, rows: 3 },
        { name: "heavy", level: "schema", columns: 0, rows: 0 },
      ],
    }),
    receipt({ receipt_id: "r2", at: "2026-03-11T11:59:30+00:00" }),
  ];
  const opened = (receipts: typeof RECEIPTS | null = RECEIPTS): void => {
    mounted({ state: chatState({ sent: SENT }), receipts });
    view.click(view.one(".tcj-receipt"));
  };
  const requests = () => view.all(".tcj-request");

  it("is asked for when the receipt line is pressed, and again when more was sent", () => {
    opened(null);
    expect(view.one("dialog").textContent).toContain("Loading…");
    expect(view.chat.asked("loadReceipts")).toHaveLength(1);
    view.show({ state: chatState({ sent: { ...SENT, requests: 3 } }) });
    expect(view.chat.asked("loadReceipts")).toHaveLength(2);
  });

  it("is listed, the newest first: when, to whom, how much, and what of which table", () => {
    opened();
    expect(requests().map((each) => [...each.firstElementChild!.children].map((line) => line.textContent))).toEqual([
      ["just now · kimi-k2.5 @ openrouter.ai · 1.2 kB", "nothing of a table"],
      [
        "2 min ago · kimi-k2.5 @ openrouter.ai · 1.2 kB",
        "penguins: schema · 8 columns · 0 rows",
        "a<U+202E>b: rows · 1 column · 3 rows",
        "heavy: only its name",
      ],
    ]);
  });

  it("says that it was nothing", () => {
    opened([]);
    expect(view.one("dialog").textContent).toContain("Nothing was sent to a model in this session.");
  });

  it("is exported", () => {
    opened();
    view.click("Export as JSON Lines");
    expect(view.chat.asked("exportSession")).toEqual([["s1", "receipts"]]);
  });

  it("shows a request word for word, and leads back", async () => {
    opened();
    view.chat.payload = () => Promise.resolve('{"a":[1.0,"x\u202e"]}');
    view.click(requests()[1]!);
    expect(view.one("dialog").textContent).toContain("Loading…");
    await view.settle();
    expect(view.chat.asked("readReceipt")).toEqual([["r1"]]);
    expect(view.one(".tcj-payload").textContent).toBe('{\n  "a": [\n    1.0,\n    "x<U+202E>"\n  ]\n}');
    expect(view.focused).toBe(view.button("All requests"));
    view.click("All requests");
    expect(requests()).toHaveLength(2);
    expect(view.focused).toBe(requests()[1]);
  });

  it("puts a large request on the page as far as it is read", async () => {
    opened();
    view.chat.payload = () => Promise.resolve("x".repeat(1_000_000));
    view.click(requests()[0]!);
    await view.settle();
    const text = view.one(".tcj-payload");
    expect(text.textContent).toHaveLength(20_000);
    void act(() => void text.dispatchEvent(new Event("scroll")));
    expect(text.textContent).toHaveLength(40_000);
  });

  it.each([
    [() => Promise.resolve(null), "The text of this request is not kept any more."],
    [() => Promise.reject(new Error("The server did not reply in time.")), "The server did not reply in time."],
  ])("says why a request can't be shown (%#)", async (payload, note) => {
    opened();
    view.chat.payload = payload;
    view.click(requests()[0]!);
    await view.settle();
    expect(view.one("dialog").textContent).toContain(note);
  });
});

describe("JSON on lines of its own", () => {
  it.each([
    [
      '{"a":[],"b":{ },"c":[1,{"d":null}]}',
      '{\n  "a": [],\n  "b": { },\n  "c": [\n    1,\n    {\n      "d": null\n    }\n  ]\n}',
    ],
    ['{"text":"a, {b}: \\"c\\" \\\\"}', '{\n  "text": "a, {b}: \\"c\\" \\\\"\n}'],
    ["[1.0,12345678901234567890,-1e-7]", "[\n  1.0,\n  12345678901234567890,\n  -1e-7\n]"],
    ["{ no JSON", "{ no JSON"],
  ])("keeps every character of %s", (json, lines) => {
    expect(indented(json)).toBe(lines);
  });

  it("is made of a megabyte in no time", () => {
    const long = JSON.stringify({ messages: Array.from({ length: 2_000 }, () => ({ content: 'a "b"\n'.repeat(70) })) });
    const started = performance.now();
    expect(JSON.parse(indented(long))).toEqual(JSON.parse(long));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
