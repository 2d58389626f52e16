/** What the text before the caret asks to complete: a command at the beginning, an agent or a table at a word's start. */
import type { About } from "../../protocol";

export interface Candidate {
  readonly name: string;
  /** What stands in the list, `/rename TITLE`. */
  readonly label: string;
  readonly summary: string;
}

export interface Completing {
  readonly kind: "command" | "name";
  /** Where the name begins that is being typed, its mark included. */
  readonly start: number;
  readonly end: number;
  readonly typed: string;
  readonly candidates: readonly Candidate[];
}

const COMMAND = /^\/([\w-]*)$/;
const NAME = /(?:^|\s)@([\p{L}\p{N}_-]*)$/u;

/** null where nothing fits. `summaries` stand in for the server's, by command. `tables` come behind the agents. */
export function completing(
  text: string,
  caret: number,
  about: About | null,
  summaries: Readonly<Record<string, string>>,
  tables: readonly Candidate[] = [],
): Completing | null {
  if (about === null) return null;
  const before = text.slice(Math.max(0, caret - 100), caret);
  const command = caret <= 100 ? COMMAND.exec(before) : null;
  const typed = command?.[1] ?? NAME.exec(before)?.[1];
  if (typed === undefined) return null;
  const known: Candidate[] = command
    ? about.commands.map(({ name, usage, summary }) => ({ name, label: usage, summary: summaries[name] ?? summary }))
    : [...about.agents.map(({ name, description }) => ({ name, label: `@${name}`, summary: description })), ...tables];
  const candidates = fitting(known, typed.toLowerCase());
  if (candidates.length === 0) return null;
  const rest = /^[\p{L}\p{N}_-]*/u.exec(text.slice(caret))?.[0] ?? "";
  return {
    kind: command ? "command" : "name",
    start: caret - typed.length - 1,
    end: caret + rest.length,
    typed,
    candidates,
  };
}

/** Names that begin so come before names that hold it. */
function fitting(known: readonly Candidate[], typed: string): Candidate[] {
  const begins = known.filter(({ name }) => name.toLowerCase().startsWith(typed));
  const holds = known.filter(({ name }) => name.toLowerCase().indexOf(typed) > 0);
  // `/session` itself before `/sessions`
  return [...begins.sort((a, b) => Number(b.name === typed) - Number(a.name === typed)), ...holds];
}

/** The text with `candidate` in it, and where the caret goes. */
export function completed(text: string, at: Completing, candidate: Candidate): { text: string; caret: number } {
  const mark = at.kind === "command" ? "/" : "@";
  const rest = text.slice(at.end);
  const head = `${text.slice(0, at.start)}${mark}${candidate.name} `;
  return { text: head + rest.replace(/^ /, ""), caret: head.length };
}
