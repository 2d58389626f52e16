import { describe, expect, it } from "vitest";
import { pieces } from "../src/chat/view/transcript/fences";

describe("what the user said", () => {
  it("is prose, as it was typed, where there is no fence", () => {
    expect(pieces("**not bold**\n  <b>x</b>")).toEqual([{ kind: "prose", text: "**not bold**\n  <b>x</b>" }]);
  });

  it("has its fenced code apart, with the language", () => {
    expect(pieces("Explain:\n\n```python\n1/0\n```\n\nand why")).toEqual([
      { kind: "prose", text: "Explain:" },
      { kind: "code", language: "python", text: "1/0" },
      { kind: "prose", text: "and why" },
    ]);
  });

  it("keeps shorter fences inside a longer one", () => {
    expect(pieces("````\n```\nx\n```\n````")).toEqual([{ kind: "code", language: "", text: "```\nx\n```" }]);
  });

  it("takes a fence that is never closed as prose", () => {
    expect(pieces("```python\n1/0")).toEqual([{ kind: "prose", text: "```python\n1/0" }]);
  });

  it("finds a shorter fence after a longer one that is never closed", () => {
    expect(pieces("`````\n```\nx\n```")).toEqual([
      { kind: "prose", text: "`````" },
      { kind: "code", language: "", text: "x" },
    ]);
  });

  it("is read in one go, however many fences are never closed", () => {
    const text = "```a\n".repeat(100_000);
    expect(pieces(text)).toEqual([{ kind: "prose", text }]);
  });
});
