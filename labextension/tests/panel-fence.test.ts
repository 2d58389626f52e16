// @vitest-environment node
import { expect, test } from "vitest";
import { fenced, shortened } from "../src/panel/fence";

const leftOut = (characters: number) => `(${characters})`;

test("a fence is longer than any run of backticks inside", () => {
  expect(fenced("plain")).toBe("```\nplain\n```");
  expect(fenced("a `b` c")).toBe("```\na `b` c\n```");
  expect(fenced("`````")).toBe("``````\n`````\n``````");
});

test("the language can't bring lines of its own", () => {
  expect(fenced("x", "py\nthon `` c++")).toBe("```pythonc++\nx\n```");
});

test("short text stays as it is", () => {
  expect(shortened("one\ntwo", 7, leftOut)).toBe("one\ntwo");
});

test("long text is cut between lines, and says how much is missing", () => {
  const text = Array.from({ length: 10 }, (_, at) => `line ${at}`).join("\n");
  expect(shortened(text, 32, leftOut)).toBe("line 0\n(43)\nline 7\nline 8\nline 9");
});

test("one long line is cut within itself, never within a character", () => {
  const cut = shortened("😀".repeat(50), 22, leftOut);
  expect(cut).toMatch(/^(😀)+\n\(\d+\)\n(😀)+$/u);
});
