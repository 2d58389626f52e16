import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Block } from "../src/chat/markdown/block";
import { Blocks, GROUP } from "../src/chat/markdown/blocks";
import { mended } from "../src/chat/markdown/mend";
import { makePlace, type Place } from "./markdown-place";

const PART =
  "Text with **bold**, `code` and a [link](https://a.example).\n\n- one\n- two\n  - three\n\n" +
  "```python\nimport os\nprint(1)\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quote\n\n";

/** Feeds `source` in pieces; returns all blocks after each one. */
function fed(source: string, size: number, blocks = new Blocks()): Block[][] {
  const seen: Block[][] = [];
  for (let end = size; end < source.length + size; end += size) {
    seen.push(blocks.feed(source.slice(0, end), true).flat());
  }
  seen.push(blocks.feed(source, false).flat());
  return seen;
}

function sources(blocks: readonly Block[]): string[] {
  return blocks.map((block) => (block.kind === "code" ? block.code : block.source.trimEnd()));
}

describe("a text that grows", () => {
  it("keeps its finished blocks as the same objects", () => {
    const states = fed(PART.repeat(5), 7);
    const last = states.at(-1)!;
    const changes = last.map((block, index) => states.filter((state) => state[index] === block).length);
    // Each but the last ones was final long before the end.
    for (const [index, times] of changes.slice(0, -3).entries()) expect(times, `block ${index}`).toBeGreaterThan(5);
    for (let at = 1; at < states.length; at++) {
      const before = states[at - 1]!;
      const settled = before.length - 3;
      expect(states[at]!.slice(0, Math.max(0, settled))).toEqual(before.slice(0, Math.max(0, settled)));
    }
  });

  it.each([1, 3, 7, 64])("has the same blocks in the end, in pieces of %i", (size) => {
    const text = `${PART}1. a\n\n1\n\n2. b\n\ntext\n- a\n\nSetext\n---\n\n~~~\nopen`;
    expect(sources(fed(text, size).at(-1)!)).toEqual(sources(new Blocks().feed(text, false).flat()));
  });

  it("costs twice as much when it is twice as long", () => {
    const work = [100_000, 200_000].map((size) => {
      const blocks = new Blocks();
      const text = PART.repeat(Math.ceil(size / PART.length)).slice(0, size);
      for (let end = 100; end <= size; end += 100) blocks.feed(text.slice(0, end), true);
      blocks.feed(text, false);
      return blocks.work;
    });
    expect(work[1]! / work[0]!).toBeLessThan(3);
    expect(work[1]!).toBeLessThan(5 * 200_000);
  });

  it.each([
    ["list", "- an item with **bold**\n"],
    ["table", "| 1 | 2 |\n"],
    ["quote", "> a line\n"],
    ["paragraph", "a line of words\n"],
  ])("costs a small multiple of its length even as one endless %s", (kind, line) => {
    const head = kind === "table" ? "| a | b |\n|---|---|\n" : "";
    const work = [100_000, 200_000].map((size) => {
      const blocks = new Blocks();
      const text = (head + line.repeat(Math.ceil(size / line.length))).slice(0, size);
      for (let end = 400; end <= size; end += 400) blocks.feed(text.slice(0, end), true);
      return blocks.work;
    });
    expect(work[1]! / work[0]!).toBeLessThan(3);
  });

  it("does not lex code again while its fence is open", () => {
    const blocks = new Blocks();
    const text = `\`\`\`python\n${"x = 1\n".repeat(30_000)}`;
    for (let end = 100; end <= text.length; end += 100) blocks.feed(text.slice(0, end), true);
    expect(blocks.work).toBeLessThan(1_000);
    expect(blocks.feed(`${text}\`\`\`\n\nafter`, false).flat()).toMatchObject([
      { kind: "code", language: "python", open: false, code: "x = 1\n".repeat(30_000).trimEnd() },
      { kind: "text", source: "after" },
    ]);
  });

  it("begins again when it is another text", () => {
    const blocks = new Blocks();
    blocks.feed("one\n\ntwo", false);
    expect(sources(blocks.feed("three", true).flat())).toEqual(["three"]);
    expect(sources(blocks.feed("three\n\nfour", false).flat())).toEqual(["three", "four"]);
  });

  it("is in groups that stay the same objects once they are full", () => {
    const blocks = new Blocks();
    const text = "word\n\n".repeat(3 * GROUP);
    const before = blocks.feed(text, true);
    expect(before.map(({ length }) => length)).toEqual([GROUP, GROUP, GROUP]);
    const after = blocks.feed(`${text}more`, true);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it("waits for the second half of a character", () => {
    const blocks = new Blocks();
    expect(sources(blocks.feed("a \ud83d", true).flat())).toEqual(["a"]);
    expect(sources(blocks.feed("a \ud83d\udc27", true).flat())).toEqual(["a \u{1f427}"]);
  });
});

describe("definitions of links", () => {
  it("reach the blocks before them, and only those that refer to them", () => {
    const blocks = new Blocks();
    const text = "see [one]\n\nnothing\n\n[two] too\n\n";
    const before = blocks.feed(text, true).flat();
    const after = blocks.feed(`${text}[ONE]: https://one.example\n\nmore\n\nmore`, true).flat();
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after[0]).toMatchObject({ source: "see [one]", links: { one: { href: "https://one.example" } } });
  });

  it("count once: the first one", () => {
    const [block] = new Blocks().feed("[x]\n\n[x]: https://first.example\n[x]: https://second.example", false).flat();
    expect(block).toMatchObject({ links: { x: { href: "https://first.example" } } });
  });
});

describe("the end of a text that grows", () => {
  it.each([
    ["a **bold", "a **bold**"],
    ["a **bold ", "a **bold**"],
    ["a **bold*", "a **bold**"],
    ["a **", "a "],
    ["use `code", "use `code`"],
    ["a `x ** y` b", "a `x ** y` b"],
    ["see [text](https://exam", "see text"],
    ["see ![chart](data:image/png;base64,AAAA", "see "],
    ["text\n-", "text\n"],
    ["text\n===", "text\n"],
    ["- one\n2", "- one\n"],
    ["text\n``", "text\n"],
    ["text\n```pyt", "text\n"],
    ["| a | b |", ""],
    ["| a | b |\n|--", ""],
    ["text\n\n| a | b |\n| --- |", "text\n\n"],
    ["| a | b |\n|---|---|", "| a | b |\n|---|---|"],
    ["```\na ** b", "```\na ** b"],
    ["```\ncode\n``", "```\ncode\n"],
    ["[x]: https://exam", ""],
  ])("%j is shown as %j", (source, shown) => expect(mended(source).text).toBe(shown));
});

describe("the elements of a text that grows", () => {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });
  afterEach(() => place.end());

  it("stay as they are once their block is finished", () => {
    const text = PART.repeat(3);
    const root = place.markdown(text.slice(0, 400), true);
    const first = [...root.querySelectorAll(".tcj-block, .tcj-code")].slice(0, 5);
    const before = first.map((element) => element.outerHTML);
    const observer = new MutationObserver(() => undefined);
    for (const element of first)
      observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
    for (let end = 400; end < text.length; end += 50) place.markdown(text.slice(0, end), true);
    place.markdown(text);
    expect(observer.takeRecords()).toEqual([]);
    expect(first.every((element) => element.isConnected)).toBe(true);
    expect(first.map((element) => element.outerHTML)).toEqual(before);
  });

  it("stay the same elements in a block that grows: a table keeps its rows and how it was scrolled", () => {
    const head = "| a | b |\n|---|---|\n| 1 | 2 |\n";
    const root = place.markdown(head, true);
    const [region, row] = [root.querySelector(".tcj-table")!, root.querySelector("tbody tr")!];
    place.markdown(`${head}| 3 | 4 |\n| 5`, true);
    expect(root.querySelector(".tcj-table")).toBe(region);
    expect(root.querySelector("tbody tr")).toBe(row);
    expect(root.querySelectorAll("tbody tr").length).toBe(3);
  });

  it("get text appended, so that a selection survives", () => {
    const root = place.markdown("some words", true);
    const text = root.querySelector("p")!.firstChild;
    place.markdown("some words and more", true);
    expect(root.querySelector("p")!.firstChild).toBe(text);
    expect(text?.textContent).toBe("some words and more");
  });

  it("get code appended while its fence is open, and its colours when it closes", () => {
    const root = place.markdown("```python\nimport os\n", true);
    const code = root.querySelector("pre code")!;
    const text = code.querySelector(".tcj-code-part")!.firstChild;
    place.markdown("```python\nimport os\nprint(1)\n``", true);
    expect(code.querySelector(".tcj-code-part")!.firstChild).toBe(text);
    expect(code.textContent).toBe("import os\nprint(1)");
    expect(code.querySelector(".hljs-keyword")).toBeNull();
    expect(root.querySelector("button")).toBeNull();
    place.markdown("```python\nimport os\nprint(1)\n```\n", true);
    expect(root.querySelector("pre code")).toBe(code);
    expect(code.querySelector(".hljs-keyword")?.textContent).toBe("import");
    expect(root.querySelectorAll("button").length).toBe(3);
  });

  it("do so for code in a list too", () => {
    const root = place.markdown("1. do\n\n   ```python\n   import os\n", true);
    const code = root.querySelector("li pre code")!;
    place.markdown("1. do\n\n   ```python\n   import os\n   x = 1\n", true);
    expect(root.querySelector("li pre code")).toBe(code);
    expect(code.textContent).toBe("import os\nx = 1");
    expect(code.querySelector(".hljs-keyword")).toBeNull();
    place.markdown("1. do\n\n   ```python\n   import os\n   x = 1\n   ```\n2. done", true);
    expect(root.querySelector("li pre code")).toBe(code);
    expect(code.querySelector(".hljs-keyword")).not.toBeNull();
  });

  it("lay long code out in parts", () => {
    const text = `\`\`\`\n${"a line of code\n".repeat(3_000)}`;
    for (let end = 500; end < text.length + 500; end += 500) place.markdown(text.slice(0, end), true);
    const code = place.element.querySelector("pre code")!;
    expect(code.children.length).toBeGreaterThan(2);
    expect(code.textContent).toBe("a line of code\n".repeat(3_000).trimEnd());
  });
});
