/** The grammars that are our own. */
import hljs from "highlight.js/lib/core";
import { describe, expect, it } from "vitest";
import { highlighted } from "../src/chat/markdown/highlight";
import javascript from "../src/chat/markdown/javascript-grammar";
import sql from "../src/chat/markdown/sql-grammar";

/** The words of `code` by what they are taken for. */
function words(code: string, language: string): string[] {
  const place = document.createElement("div");
  place.append(highlighted(code, language));
  expect(place.textContent).toBe(code);
  return [...place.querySelectorAll("span")].map(
    (span) => `${span.className.replace("hljs-", "")}: ${span.textContent}`,
  );
}

describe("SQL as DuckDB speaks it", () => {
  it("knows its clauses, types, functions and casts", () => {
    expect(
      words("SELECT avg(x)::DOUBLE FROM t QUALIFY row_number() OVER (ORDER BY y) IN (1, 2.5e3) -- c", "sql"),
    ).toEqual([
      "keyword: SELECT",
      "built_in: avg",
      "operator: ::",
      "type: DOUBLE",
      "keyword: FROM",
      "keyword: QUALIFY",
      "built_in: row_number",
      "keyword: OVER",
      "keyword: ORDER",
      "keyword: BY",
      "keyword: IN",
      "number: 1",
      "number: 2.5e3",
      "comment: -- c",
    ]);
  });

  it("tells texts from names", () => {
    expect(words(`'it''s' "from" $1 null`, "duckdb")).toEqual(["string: 'it''s'", "variable: $1", "literal: null"]);
  });
});

describe("JavaScript and TypeScript", () => {
  it("know words, texts, numbers and what is called", () => {
    expect(words("if (x) { const n: number = f(`a ${y + 1}`, 0x1f); } // end", "ts")).toEqual([
      "keyword: if",
      "keyword: const",
      "built_in: number",
      "title function_: f",
      "string: `a ${y + 1}`",
      "subst: ${y + 1}",
      "number: 1",
      "number: 0x1f",
      "comment: // end",
    ]);
  });

  it("tell a pattern from a division, and know classes and keys", () => {
    expect(words("class A extends B {} x = a / b / c; y = /[/]+/g; z = {k: 1}", "js")).toEqual([
      "keyword: class",
      "title class_: A",
      "keyword: extends",
      "title class_: B",
      "regexp: /[/]+/g",
      "attr: k",
      "number: 1",
    ]);
  });
});

it.each([
  ["sql", sql],
  ["javascript", javascript],
])("%s costs little for what is long and hostile", (language, grammar) => {
  const highlighter = hljs.newInstance();
  highlighter.registerLanguage(language, grammar);
  for (const part of [" ", "/", "(", "a", "'", '"', "`${", "{a:", "a /", "a(", "\n", "class "]) {
    const started = performance.now();
    highlighter.highlight(part.repeat(Math.floor(50_000 / part.length)), { language, ignoreIllegals: true });
    expect(performance.now() - started, part).toBeLessThan(3_000);
  }
});
