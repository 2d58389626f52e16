/**
 * Where formulas are in Markdown: `$…$`, `$$…$$`, `\(…\)` and `\[…\]`, as extensions of the lexer.
 *
 * A single `$` opens a formula only before a non-space and after no letter or digit, and closes one only after a
 * non-space and before no letter or digit, so that "$5 and $6" and "$HOME/$USER" stay text.
 */
import type { Token, TokenizerExtensionFunction, TokenizerStartFunction, Tokens } from "marked";
import { LONGEST } from "./tex";

export interface MathToken extends Tokens.Generic {
  readonly type: "math";
  readonly text: string;
  readonly display: boolean;
  /** Its end is yet to come. */
  readonly open: boolean;
}

const BLANK_LINE = /\n[ \t]*\n/;
const INLINE = [
  { rule: /^\$\$(?!\$)((?:\\[^]|[^\\$])+)\$\$/, display: true },
  { rule: /^\$(?![\s$])((?:\\[^]|[^\\$])+)(?<!\s)\$(?![\p{L}\p{N}$])/u, display: false },
  { rule: /^\\\(((?:\\[^)]|[^\\])+?)\\\)/, display: false },
  { rule: /^\\\[((?:\\[^\]]|[^\\])+?)\\\]/, display: true },
];

export const inlineMath: TokenizerExtensionFunction = (src: string, tokens: Token[]): MathToken | undefined => {
  const first = src[0];
  if (first !== "$" && !(first === "\\" && (src[1] === "(" || src[1] === "["))) return undefined;
  if (first === "$" && src[1] !== "$" && /[\p{L}\p{N}]$/u.test(tokens.at(-1)?.raw ?? "")) return undefined;
  const window = src.slice(0, LONGEST);
  for (const { rule, display } of INLINE) {
    const match = rule.exec(window);
    if (match?.[1] !== undefined && match[1].trim() !== "" && !BLANK_LINE.test(match[1])) {
      return { type: "math", raw: match[0], text: match[1], display, open: false };
    }
  }
  return undefined;
};

export const inlineMathStart: TokenizerStartFunction = (src: string) => {
  const found = src.search(/\$|\\[([]/);
  return found < 0 ? undefined : found;
};

/** A formula that has lines of its own. While `streaming`, the last one may lack its end. */
export function blockMath(streaming: boolean): TokenizerExtensionFunction {
  return (src: string): MathToken | undefined => {
    const start = /^ {0,3}(\$\$|\\\[)/.exec(src);
    if (start === null) return undefined;
    const blank = src.search(BLANK_LINE);
    const block = blank < 0 ? src : src.slice(0, blank);
    const from = start[0].length;
    const end = block.indexOf(start[1] === "$$" ? "$$" : "\\]", from);
    if (end < 0) {
      if (!streaming || blank >= 0 || src.endsWith("\n\n")) return undefined;
      return { type: "math", raw: src, text: block.slice(from), display: true, open: true };
    }
    const rest = /^[ \t]*(?:\n|$)/.exec(block.slice(end + 2));
    const text = block.slice(from, end);
    if (rest === null || text.trim() === "") return undefined;
    return { type: "math", raw: src.slice(0, end + 2), text, display: true, open: false };
  };
}

/** Where the next formula with lines of its own begins, looked for in the current paragraph only. */
export const blockMathStart: TokenizerStartFunction = (src: string) => {
  const blank = src.search(BLANK_LINE);
  const found = (blank < 0 ? src : src.slice(0, blank)).search(/\n {0,3}(?:\$\$|\\\[)/);
  return found < 0 ? undefined : found + 1;
};
