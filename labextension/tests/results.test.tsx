import axe from "axe-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CHART, RUN, TABLE } from "../src/chat/mime";
import { Output } from "../src/chat/view/results/Output";
import { Alone } from "./alone";
import { title } from "../src/chat/words/server";

let place: Alone;
beforeEach(() => (place = new Alone()));
afterEach(() => place.end());

const COLUMNS = [
  { name: "island", type: "str", numeric: false },
  { name: "mass", type: "float64", numeric: true },
];
const table = (rows: unknown[][], changes: Record<string, unknown> = {}) => ({
  [TABLE]: {
    ref: "q1",
    title: "",
    columns: COLUMNS,
    rows,
    total_rows: rows.length,
    truncated: false,
    sql: "SELECT 1",
    code: "import duckdb",
    elapsed_ms: 12,
    evidence: null,
    ...changes,
  },
  "text/plain": "as text",
});
const show = (mime: Record<string, unknown>) => place.show(<Output mime={mime} />);
const many = (count: number) => Array.from({ length: count }, (_, at) => [`name ${at}`, at]);
const cells = (column: number) => place.texts(`tbody td:nth-child(${column})`);
const heading = (name: string) => place.all("th").find((each) => each.textContent.startsWith(name))!;

describe("a result's table", () => {
  it("has a name, a size, columns and rows", () => {
    show(table([["Biscoe", 4716]]));
    expect(place.one("figure").getAttribute("aria-label")).toBe("Result q1");
    expect(place.one(".tcj-result-name").textContent).toBe("q1 1 row · 12 ms");
    expect(place.texts("th")).toEqual(["island", "mass"]);
    expect(place.texts("td")).toEqual(["Biscoe", "4716"]);
    expect(place.all("td")[1]!.className).toBe("tcj-number");
  });

  it.each([
    [{ total_rows: 12_345, truncated: true }, "first 2 of 12\u2009345 rows"],
    [{ total_rows: null }, "2 rows"],
    [{ rows: [], total_rows: 0 }, "No rows"],
  ])("says how much of the result it is: %j", (changes, said) => {
    show(table(many(2), changes));
    expect(place.one(".tcj-result-name").textContent).toBe(`q1 ${said} · 12 ms`);
  });

  it("speaks Chinese", () => {
    place.end();
    place = new Alone({ language: "zh" });
    show(table(many(2), { total_rows: 12_345 }));
    expect(place.one(".tcj-result-name").textContent).toContain("共 12\u2009345 行，这里是前 2 行");
    expect(place.texts("button").slice(0, 2)).toEqual(["插入为单元格", "复制"]);
  });

  it("says in Chinese what a list or a description of tables is", () => {
    place.end();
    place = new Alone({ language: "zh" });
    const columns = [
      { name: "column", type: "text", numeric: false },
      { name: "most frequent", type: "text", numeric: false },
      { name: "25 %", type: "number", numeric: true },
    ];
    show(table([["a", "x", 1]], { ref: null, title: "staff: 1,704 rows × 6 columns", columns }));
    expect(place.one(".tcj-result-name").textContent).toContain("staff：1,704 行 × 6 列");
    expect(place.texts("th")).toEqual(["列", "最常见", "25 %"]);
    show(table([["a"]], { title: "rows", columns: [{ name: "rows", type: "number", numeric: true }] }));
    expect(place.texts("th")).toEqual(["rows"]);
  });

  it.each([
    ["3 tables", "3 个表"],
    ["No tables", "没有表"],
    ["t: 2 columns", "t：2 列"],
    ["t: 5 rows × 1 column; all figures from 100 rows, evenly spread", "t：5 行 × 1 列；所有数字来自均匀抽取的 100 行"],
    ["Something else", "Something else"],
  ])("has Chinese for the title %j", (said, chinese) => {
    expect(title(said)).toBe(chinese);
  });

  it("shows what is no value, what hides and what a float is", () => {
    show(
      table(
        [
          ["a\u202eb", null],
          [null, 0.1 + 0.2],
        ],
        { title: "t\u202e" },
      ),
    );
    expect(cells(1)).toEqual(["a<U+202E>b", "null"]);
    expect(place.all(".tcj-null")).toHaveLength(2);
    expect(cells(2)).toEqual(["null", "0.3"]);
    expect(place.one("[title='0.30000000000000004']").textContent).toBe("0.3");
    expect(place.one(".tcj-result-name").textContent).toContain("t<U+202E>");
  });

  it("cuts a long cell to a line that the keyboard can open", () => {
    const long = "x".repeat(200);
    show(
      table([
        [long, 1],
        ["two\nlines", 2],
      ]),
    );
    expect(place.all(".tcj-long").map((each) => [each.tabIndex, each.title, each.textContent])).toEqual([
      [0, long, long],
      [0, "two\nlines", "two\nlines"],
    ]);
  });

  it.each([
    ["no table at all", 7],
    ["no rows", { columns: COLUMNS }],
    ["no columns", { rows: [] }],
  ])("falls back to the text where it is %s", (_, value) => {
    show({ [TABLE]: value, "text/plain": "as text" });
    expect(place.one("pre").textContent).toBe("as text");
  });

  it("stands damaged rows, cells that are no scalars and columns without a name", () => {
    show(table([["a"], "no row" as never, [{ x: 1 }, 2, 3]], { columns: [...COLUMNS, 7] }));
    expect(cells(1)).toEqual(["a", '{"x":1}']);
    expect(cells(2)).toEqual(["null", "2"]);
  });

  it("has nothing that a checker of accessibility finds", async () => {
    show(table(many(60)));
    await place.unfold();
    const found = await axe.run(place.element, {
      // What needs colours or a canvas is looked at in a browser.
      rules: {
        region: { enabled: false },
        "color-contrast": { enabled: false },
        "label-content-name-mismatch": { enabled: false },
      },
    });
    expect(found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
  });
});

describe("sorting", () => {
  const rows = [
    ["b", 10],
    ["a10", null],
    ["a9", 9],
    ["c", "1000"],
  ];
  beforeEach(() => show(table(rows)));

  it("goes upwards, downwards and back, and says so", () => {
    const state = () => heading("mass").getAttribute("aria-sort");
    expect(state()).toBe("none");
    place.click("mass");
    expect([state(), cells(2)]).toEqual(["ascending", ["9", "10", "1000", "null"]]);
    place.click("mass");
    expect([state(), cells(2)]).toEqual(["descending", ["1000", "10", "9", "null"]]);
    place.click("mass");
    expect([state(), cells(2)]).toEqual(["none", ["10", "null", "9", "1000"]]);
  });

  it("of text counts numbers in it as numbers", () => {
    place.click("island");
    expect(cells(1)).toEqual(["a9", "a10", "b", "c"]);
  });
});

describe("searching", () => {
  it("is there for more than ten rows", () => {
    show(table(many(10)));
    expect(place.all("input")).toEqual([]);
    show(table(many(11)));
    expect(place.one("input").getAttribute("aria-label")).toBe("Find in this table");
  });

  it("finds rows by any of their cells, whatever the case, and says how many", () => {
    show(table(many(1000)));
    place.type(" NAME 99");
    expect(cells(1)).toEqual(["name 99", ...Array.from({ length: 10 }, (_, at) => `name 99${at}`)]);
    expect(place.texts(".tcj-result-search [role=status]")).toEqual(["11 of 1\u2009000 rows"]);
    place.type("walrus");
    expect(cells(1)).toEqual([]);
    expect(place.texts(".tcj-result-search [role=status]")).toEqual(["No row has “walrus” in it."]);
  });

  it("leaves the rows that stay as they are", () => {
    show(table(many(30)));
    const first = place.one("tbody tr");
    place.type("name");
    expect(place.one("tbody tr")).toBe(first);
  });
});

describe("pages", () => {
  it("are there for more than twenty-five rows, twenty-five each", () => {
    show(table(many(25)));
    expect(place.all(".tcj-pages")).toEqual([]);
    show(table(many(60)));
    expect(cells(1)).toHaveLength(25);
    expect(place.one(".tcj-pages").textContent).toContain("1–25 of 60");
    place.click("Next");
    place.click("Next");
    expect(cells(1)).toEqual(Array.from({ length: 10 }, (_, at) => `name ${50 + at}`));
    expect(place.button("Next").getAttribute("aria-disabled")).toBe("true");
    place.click("Next");
    expect(place.one(".tcj-pages").textContent).toContain("51–60 of 60");
  });

  it("begin anew with a search, and end where the rows do", () => {
    show(table(many(100)));
    place.click("Next");
    place.type("name");
    expect(cells(1)[0]).toBe("name 0");
  });

  it("keep a thousand rows of twenty columns fast: a page is in the document, and a key costs little", () => {
    const columns = Array.from({ length: 20 }, (_, at) => ({ name: `c${at}`, type: "int64", numeric: true }));
    const rows = Array.from({ length: 1000 }, (_, row) => columns.map((__, at) => row * at));
    show(table(rows, { columns }));
    expect(place.all("td")).toHaveLength(500);
    place.type("1"); // makes what is searched
    const started = performance.now();
    for (const text of ["12", "123", "1234", "", "9"]) place.type(text);
    place.click("c7");
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe("what can be done with it", () => {
  it("goes as a cell into the notebook, with what hides in it shown", () => {
    show(table(many(1), { code: "import duckdb # \u202e" }));
    place.click("Insert as cell");
    expect(place.inserted).toEqual(["import duckdb # <U+202E>"]);
  });

  it("is copied as code where there is no notebook, and not at all without code", async () => {
    place.end();
    place = new Alone({ insertCell: null, copy: (text) => Promise.resolve(void place.copied.push(text)) });
    show(table(many(1)));
    place.click("Copy code");
    await place.settle();
    expect(place.copied).toEqual(["import duckdb"]);
    show(table(many(1), { code: null }));
    expect(place.texts("button").slice(0, 1)).toEqual(["Copy"]);
  });

  it("is copied as it is shown, for spreadsheets: all pages of it, values to the last digit", async () => {
    show(
      table([
        ["b", 0.1 + 0.2],
        ['say "a"\tb', null],
      ]),
    );
    place.click("island");
    place.click("island");
    place.click("Copy");
    await place.settle();
    expect(place.copied).toEqual(['island\tmass\n"say ""a""\tb"\t\nb\t0.30000000000000004']);
    expect(place.texts(".tcj-code-actions [role=status]")).toEqual(["Copied"]);
  });

  it("shows its SQL on demand, which is for no cell", async () => {
    show(table(many(1)));
    expect(place.all(".tcj-code")).toEqual([]);
    await place.unfold();
    expect(place.one(".tcj-code").textContent).toBe("SQLCopySELECT 1");
  });
});

describe("a chart", () => {
  const spec = { description: "Mass by island", mark: "bar" };
  const chart = { [CHART]: { ref: "q2", title: "Mass", spec, code: "import altair" }, "text/plain": "chart" };

  it("is a picture that says what it shows", () => {
    show({ ...chart, "image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg">é\ud800</svg>' });
    const picture = place.one<HTMLImageElement>("img");
    expect(decodeURIComponent(picture.src)).toBe(
      'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg">é\ufffd</svg>',
    );
    expect(picture.alt).toBe("Mass. Mass by island");
    expect(place.one(".tcj-result-name").textContent).toBe("q2 Mass");
    expect(place.all("svg")).toEqual([]);
    place.click("Insert as cell");
    expect(place.inserted).toEqual(["import altair"]);
  });

  it("may come as PNG", () => {
    show({ ...chart, "image/png": "aGk=" });
    expect(place.one<HTMLImageElement>("img").src).toBe("data:image/png;base64,aGk=");
  });

  it("shows what it was made of on demand", async () => {
    show({ ...chart, "image/png": "aGk=" });
    await place.unfold();
    expect(JSON.parse(place.one(".tcj-code-body").textContent)).toEqual(spec);
  });

  it("without a picture is its text", () => {
    show(chart);
    expect(place.one("pre").textContent).toBe("chart");
  });
});

describe("code that ran", () => {
  const run = (changes: Record<string, unknown>) => ({ [RUN]: { code: "x = 1", ...changes }, "text/plain": "ran" });

  it("shows what it printed, without colours, and what it showed", () => {
    show(run({ stdout: "\u001b[31mred\u001b[0m", stderr: "a warning", outputs: [{ "text/plain": "1" }, 7] }));
    expect(place.all("pre").map((each) => [each.getAttribute("aria-label"), each.textContent])).toEqual([
      ["Output", "red"],
      ["Error output", "a warning"],
      ["Result", "1"],
    ]);
  });

  it("says which variables it made, changed and removed", () => {
    show(run({ variables: { new: ["a", "b\u202e"], changed: ["c"], removed: [] } }));
    expect(place.one(".tcj-run .tcj-quiet").textContent).toBe("new: a, b<U+202E> · changed: c");
    place.click("Insert as cell");
    expect(place.inserted).toEqual(["x = 1"]);
  });

  it("says how it failed, the traceback folded", async () => {
    show(run({ error: { name: "KeyError", message: "'x'", traceback: ["\u001b[31mone\u001b[0m", "two"] } }));
    expect(place.one(".tcj-error .tcj-strong").textContent).toBe("KeyError: 'x'");
    expect(place.all("pre")).toEqual([]);
    await place.unfold();
    expect(place.one("pre").textContent).toBe("one\ntwo");
  });

  it("stands whatever came", () => {
    show(run({ stdout: 7, outputs: "x", error: [], variables: null }));
    expect(place.texts("button")).toEqual(["Insert as cell"]);
  });
});
