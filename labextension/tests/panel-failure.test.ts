// @vitest-environment node
import { describe, expect, test } from "vitest";
import { failureMessage, failureOf } from "../src/panel/failure";
import { PANEL_WORDS } from "../src/panel/words";

const cell = { source: "df.head(", language: "python" };
const error = (changes: Record<string, unknown> = {}) => ({
  output_type: "error",
  ename: "KeyError",
  evalue: "'Ada Lovelace, 4111 1111 1111 1111'",
  traceback: ["Cell In[1], line 1", "KeyError: 'Ada Lovelace, 4111 1111 1111 1111'"],
  ...changes,
});
const message = (failure: string, source = cell.source) =>
  failureMessage("explain", { ...cell, source }, failure, PANEL_WORDS.en);

describe("the error of a cell", () => {
  test("is none where nothing failed", () => {
    expect(failureOf([{ output_type: "stream", text: "Error" }, { output_type: "display_data" }])).toBeNull();
  });

  test("is the last one, by its type", () => {
    expect(failureOf([error(), { output_type: "stream" }, error({ ename: "pkg.errors.NameError" })])).toBe(
      "pkg.errors.NameError",
    );
  });

  test.each([[3], [""], ["Ada Lovelace"], ["Error: 4111"], ["x".repeat(101)]])(
    "has a type that is one, whatever the output says: %j",
    (ename) => {
      expect(failureOf([error({ ename })])).toBe("Error");
    },
  );
});

describe("the message to the model", () => {
  test("has the code and the type of the error", () => {
    expect(message("KeyError")).toBe(
      ["Explain the error of this cell.", "```python\ndf.head(\n```", "It ended with `KeyError`."].join("\n\n"),
    );
  });

  test("has nothing of what the error says, which may be the user's data", () => {
    const sent = message(failureOf([error()])!);
    expect(sent).not.toContain("Ada");
    expect(sent).not.toContain("Cell In");
  });

  test("is in the user's language", () => {
    expect(failureMessage("fix", cell, "KeyError", PANEL_WORDS.zh)).toMatch(/^请修复这个单元格的报错。/);
  });

  test("has no colours, links or control characters", () => {
    const link = "\u001b]8;;http://x\u0007here\u001b]8;;\u0007 \u001b[1;38;5;9mred\u001b[0m\u0000\u0008!";
    expect(message("KeyError", link)).toContain("\nhere red!\n");
  });

  test("keeps the beginning and the end of long code", () => {
    const lines = Array.from({ length: 4_000 }, (_, at) => `line ${at} of many`);
    const text = message("KeyError", lines.join("\n"));
    expect(text.length).toBeLessThan(17_000);
    expect(text).toContain("line 0 of many\n");
    expect(text).toContain("line 3999 of many\n");
    expect(text).toMatch(/\n… \d+ characters left out …\n/);
  });

  test("can't be broken out of by backticks in the code", () => {
    expect(message("KeyError", 'x = "```"')).toContain('````python\nx = "```"\n````');
  });
});
