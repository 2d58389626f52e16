/** What a screen reader is told: that something waits, went wrong or is finished. Never an answer word by word. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { Snapshot } from "../../chat";
import type { ApprovalEntry, Entry, QuestionEntry } from "../../state";
import type { TranscriptWords } from "../../words/transcript";
import { asking } from "./asking";

const SAID = 200;
/** A session that was just opened is replayed; its old answers are no news. */
const OPENING = 1000;

/** What to say at the change from one snapshot to the next; null for nothing. `opening`: the session is being loaded. */
export function announcement(
  before: Snapshot,
  after: Snapshot,
  opening: boolean,
  words: TranscriptWords,
): string | null {
  const [old, fresh] = changed(before.state.entries, after.state.entries);
  const known = new Set(openCards(old).map((card) => card.key));
  const waiting = openCards(fresh).filter((card) => !known.has(card.key));
  if (waiting.length > 0) return waiting.map((card) => asked(card, words)).join(" ");
  if (opening) return null;
  const news = fresh.flatMap((entry) => {
    if (entry.kind === "error") return [`${entry.message} ${entry.hint}`.trim()];
    return entry.kind === "reminder" && entry.closed === null ? [`${words.reminder}: ${entry.content}`] : [];
  });
  if (news.length > 0) return news.join(" ");
  if (before.state.turn === null || after.state.turn?.turnId === before.state.turn.turnId) return null;
  const { turnId } = before.state.turn;
  const answer = after.state.entries.findLast((entry) => entry.kind === "text" && entry.turnId === turnId);
  return answer?.kind === "text" ? answer.text.slice(0, SAID) : null;
}

/** The ends of both lists from the first entry on that is not the same. */
function changed(before: readonly Entry[], after: readonly Entry[]): [old: readonly Entry[], fresh: readonly Entry[]] {
  let start = Math.min(before.length, after.length);
  // From the end: nearly always only the last ones are new, and this runs at every piece of an answer.
  while (start > 0 && before[start - 1] !== after[start - 1]) start -= 1;
  return [before.slice(start), after.slice(start)];
}

type Card = QuestionEntry | ApprovalEntry;

function openCards(entries: readonly Entry[]): readonly Card[] {
  return entries.flatMap((entry) => {
    if (entry.kind === "tool") return openCards(entry.children);
    return (entry.kind === "question" || entry.kind === "approval") && entry.open ? [entry] : [];
  });
}

function asked(card: Card, words: TranscriptWords): string {
  if (card.kind === "approval") return `${words.approval}: ${asking(card, words)}`;
  return [card.content, ...card.options].join(" ");
}

/** The text of the live region. */
export function useAnnouncement(snapshot: Snapshot, words: TranscriptWords): string {
  const [said, say] = useState("");
  const before = useRef(snapshot);
  const opened = useRef(Date.now());
  useEffect(() => {
    const text = announcement(before.current, snapshot, Date.now() - opened.current < OPENING, words);
    // Emptied when a turn begins, so that the same answer twice is said twice.
    if (text !== null) say(text);
    else if (before.current.state.turn === null && snapshot.state.turn !== null) say("");
    before.current = snapshot;
  }, [snapshot]);
  return said;
}
