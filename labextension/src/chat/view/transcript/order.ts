/** What a list of entries shows, and which user message is the last. Plain functions over the state. */
import { SHARE } from "../../fold/fields";
import type { ApprovalEntry, ChatState, Entry, QuestionEntry, ToolEntry, UserEntry } from "../../state";

/**
 * The entries that are shown. A call that asks the user is left out where its card says the same: a question
 * always, an approval until it is decided, and for good when it was not given; never one to send what it has found.
 */
export function shownEntries(entries: readonly Entry[]): readonly Entry[] {
  if (!entries.some((entry) => entry.kind === "tool" && entry.asks)) return entries;
  const cards = new Map<string, QuestionEntry | ApprovalEntry>();
  for (const entry of entries) {
    if (entry.kind === "question" || (entry.kind === "approval" && entry.tool !== SHARE))
      cards.set(entry.callId, entry);
  }
  return entries.filter((entry) => entry.kind !== "tool" || !entry.asks || !coveredBy(entry, cards.get(entry.callId)));
}

function coveredBy(call: ToolEntry, card: QuestionEntry | ApprovalEntry | undefined): boolean {
  if (card === undefined) return call.ok === null; // its card is in another list
  return card.kind === "question" || card.open || card.decision === null || card.decision === "deny";
}

/** -1 where there is none. */
export function lastUserIndex(entries: readonly Entry[]): number {
  return entries.findLastIndex((entry) => entry.kind === "user");
}

export function lastUser(state: ChatState): UserEntry | null {
  const entry = state.entries[lastUserIndex(state.entries)];
  return entry?.kind === "user" ? entry : null;
}

/** Whether the running turn waits for the user. */
export function waitsForUser(entries: readonly Entry[]): boolean {
  return entries.some(
    (entry) =>
      ((entry.kind === "question" || entry.kind === "approval") && entry.open) ||
      (entry.kind === "tool" && entry.ok === null && waitsForUser(entry.children)),
  );
}

/** The calls that an open card is about, one identifier to a line. */
export function askedAbout(entries: readonly Entry[]): string {
  return entries
    .flatMap((entry) => {
      if (entry.kind === "tool") return entry.ok === null ? [askedAbout(entry.children)] : [];
      return (entry.kind === "question" || entry.kind === "approval") && entry.open ? [entry.callId] : [];
    })
    .filter(Boolean)
    .join("\n");
}

/** Whether one of these is the call, or one made inside it. */
export function hasCall(calls: readonly string[], call: ToolEntry): boolean {
  return calls.includes(call.callId) || call.children.some((child) => child.kind === "tool" && hasCall(calls, child));
}

/** The last entry that shows something and isn't a card. */
export function lastAtWork(entries: readonly Entry[]): Entry | undefined {
  return entries.findLast((entry) => entry.kind === "tool" || entry.kind === "text" || entry.kind === "user");
}
