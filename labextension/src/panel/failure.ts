/** A failed cell's error, and the message that asks the model about it. */
import { fenced, shortened } from "./fence";
import type { PanelWords } from "./words";

export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly traceback: readonly string[];
}

export interface FailedCell {
  readonly source: string;
  /** The notebook's language, such as `python`. */
  readonly language: string;
}

const SOURCE_LIMIT = 16_000;
const TRACEBACK_LIMIT = 4_000;
const MESSAGE_LIMIT = 1_000;
/** Colours, cursor moves, links: everything that a terminal would not show as text. */
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** The error that a cell ended with; null when it did not fail. `outputs` as in the notebook's file. */
export function failureOf(outputs: Iterable<Readonly<Record<string, unknown>>>): Failure | null {
  let failure: Failure | null = null;
  for (const output of outputs) {
    if (output["output_type"] !== "error") continue;
    const { ename, evalue, traceback } = output;
    failure = {
      name: typeof ename === "string" ? ename : "",
      message: typeof evalue === "string" ? evalue : "",
      traceback: Array.isArray(traceback) ? traceback.filter((frame) => typeof frame === "string") : [],
    };
  }
  return failure;
}

export function failureMessage(kind: "explain" | "fix", cell: FailedCell, failure: Failure, words: PanelWords): string {
  return [
    kind === "explain" ? words.pleaseExplain : words.pleaseFix,
    fenced(shortened(plain(cell.source), SOURCE_LIMIT, words.leftOut), cell.language),
    words.theError,
    fenced(errorText(failure, words), "text"),
  ].join("\n\n");
}

/** The error in a line, and where it came from. */
function errorText(failure: Failure, words: PanelWords): string {
  const line = plain([failure.name, failure.message].filter(Boolean).join(": "));
  const head = shortened(line, MESSAGE_LIMIT, words.leftOut);
  // A traceback ends with the very line, and begins with a rule of dashes.
  const frames = plain(failure.traceback.join("\n"))
    .replace(/^-{8,}$\n?/gm, "")
    .trim();
  const origin = frames.endsWith(line) ? frames.slice(0, frames.length - line.length).trimEnd() : frames;
  if (!origin) return head || "Error";
  return `${head}\n\n${shortened(origin, TRACEBACK_LIMIT, words.leftOut)}`.trim();
}

function plain(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(ESCAPES, "").replace(CONTROLS, "");
}
