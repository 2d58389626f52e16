import { describe, expect, it } from "vitest";
import { completed, completing } from "../src/chat/view/shell/completing";
import { about } from "./fake-chat";

const SERVER = about();

function offered(text: string, caret = text.length): string[] {
  return completing(text, caret, SERVER, {})?.candidates.map(({ name }) => name) ?? [];
}

describe("what is offered", () => {
  it("is every command after a slash at the very beginning", () => {
    expect(offered("/")).toEqual(["help", "new", "session", "sessions", "todos"]);
  });

  it("is narrowed down by what is typed", () => {
    expect(offered("/ses")).toEqual(["session", "sessions"]);
    expect(offered("/SES")).toEqual(["session", "sessions"]);
  });

  it("puts names that begin so before names that hold it", () => {
    expect(offered("/s")).toEqual(["session", "sessions", "todos"]);
  });

  it("is nothing where nothing fits", () => expect(offered("/penguin")).toEqual([]));

  it("is no command in the middle of a text", () => {
    expect(offered("one / two")).toEqual([]);
    expect(offered("a/b")).toEqual([]);
    expect(offered("first\n/he")).toEqual([]);
  });

  it("is no command for an escaped slash", () => expect(offered("//he")).toEqual([]));

  it("is no command behind its first word", () => expect(offered("/new title")).toEqual([]));

  it("is the agents after an @ at a word's start", () => {
    expect(offered("@")).toEqual(["analyst", "secretary"]);
    expect(offered("please ask @an")).toEqual(["analyst"]);
    expect(offered("first\n@sec")).toEqual(["secretary"]);
  });

  it("is the tables behind the agents, in whatever script", () => {
    const tables = ["andes", "销售"].map((name) => ({ name, label: `@${name}`, summary: "" }));
    const names = (text: string) =>
      completing(text, text.length, SERVER, {}, tables)?.candidates.map(({ name }) => name);
    expect(names("ask @an")).toEqual(["analyst", "andes"]);
    expect(names("@销")).toEqual(["销售"]);
  });

  it("is no agent within a word", () => expect(offered("ada@an")).toEqual([]));

  it("follows the caret, not the text's end", () => {
    expect(offered("@an and more", 3)).toEqual(["analyst"]);
    expect(offered("@an and more", 12)).toEqual([]);
  });

  it("is nothing before the server said what it has", () => expect(completing("/", 1, null, {})).toBeNull());

  it("shows the usage, and the words of the language", () => {
    const found = completing("/new", 4, SERVER, { new: "开始新会话" });
    expect(found?.candidates[0]).toEqual({ name: "new", label: "/new [title]", summary: "开始新会话" });
  });

  it("costs little in a very long text", () => {
    expect(offered(`${"x".repeat(1_000_000)} @an`)).toEqual(["analyst"]);
  });
});

describe("what is inserted", () => {
  function after(text: string, caret: number, index = 0): { text: string; caret: number } {
    const found = completing(text, caret, SERVER, {});
    const candidate = found?.candidates[index];
    if (!found || !candidate) throw new Error(`nothing is offered in ${text}`);
    return completed(text, found, candidate);
  }

  it("is the command and a space", () => expect(after("/he", 3)).toEqual({ text: "/help ", caret: 6 }));

  it("keeps what comes before and behind", () => {
    expect(after("ask @an which", 7)).toEqual({ text: "ask @analyst which", caret: 13 });
  });

  it("replaces the rest of the word under the caret", () => {
    expect(after("@anxyz which", 3)).toEqual({ text: "@analyst which", caret: 9 });
  });
});
