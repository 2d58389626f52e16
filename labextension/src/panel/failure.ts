/**
 * A failed cell, and the message that asks the model about it: its code and the type of its error. What the error says
 * may quote the user's data, so it stays in the kernel; the agent reads it there as far as the user lets models see.
 */
import { plain } from "../chat/markdown/plain";
import { fenced, shortened } from "./fence";
import type { PanelWords } from "./words";

export interface FailedCell {
  readonly source: string;
  /** The notebook's language, such as `python`. */
  readonly language: string;
}

const SOURCE_LIMIT = 16_000;
/** What a class is called; an error's name that is none may be anything. */
const TYPE = /^[\p{L}_][\p{L}\p{N}_.]{0,99}$/u;

/** The type of the error that a cell ended with; null when it did not fail. `outputs` as in the notebook's file. */
export function failureOf(outputs: Iterable<Readonly<Record<string, unknown>>>): string | null {
  let failure: string | null = null;
  for (const { output_type: type, ename } of outputs) {
    if (type === "error") failure = typeof ename === "string" && TYPE.test(ename) ? ename : "Error";
  }
  return failure;
}

export function failureMessage(kind: "explain" | "fix", cell: FailedCell, failure: string, words: PanelWords): string {
  return [
    kind === "explain" ? words.pleaseExplain : words.pleaseFix,
    fenced(shortened(plain(cell.source), SOURCE_LIMIT, words.leftOut), cell.language),
    words.theError(failure),
  ].join("\n\n");
}
