/** The state of the completion below a text field: what is offered, which one is marked, and what the keys do. */
import { useState } from "preact/hooks";
import { useSnapshot, useWords } from "../../context";
import { shape } from "../figures";
import { completed, completing, type Candidate, type Completing } from "./completing";

export interface Completion {
  /** null when there is nothing to offer. */
  readonly offer: Completing | null;
  readonly active: number;
  mark(index: number): void;
  choose(candidate: Candidate): void;
  /** Whether the key was for the completion. */
  takesKey(event: KeyboardEvent): boolean;
}

export function useCompletion(
  text: string,
  caret: number,
  focused: boolean,
  insert: (text: string, caret: number) => void,
): Completion {
  const { about, tables } = useSnapshot();
  const { shell: words, privacy } = useWords();
  const offered = (tables?.tables ?? []).map(({ name, rows, column_count, level }): Candidate => {
    const seen = privacy.levels[level as keyof typeof privacy.levels]?.name ?? level;
    return { name, label: `@${name}`, summary: `${shape(rows, column_count)} · ${privacy.seen(seen)}` };
  });
  const found = completing(text, caret, about, words.summaries, offered);
  const key = found === null ? "" : `${found.kind} ${found.start}`;
  // What was typed since the list came up decides anew which one is marked; Esc holds until another word is begun.
  const [marked, setMarked] = useState({ at: "", index: 0 });
  const [dismissed, dismiss] = useState("");
  if (dismissed !== "" && dismissed !== key) dismiss("");

  const offer = focused && found !== null && dismissed !== key ? found : null;
  const at = `${key} ${found?.typed ?? ""}`;
  const count = offer?.candidates.length ?? 0;
  const active = marked.at === at ? Math.min(marked.index, count - 1) : 0;
  const mark = (index: number) => setMarked({ at, index: (index + count) % count });

  const choose = (candidate: Candidate) => {
    if (offer === null) return;
    const result = completed(text, offer, candidate);
    insert(result.text, result.caret);
  };

  const takesKey = (event: KeyboardEvent): boolean => {
    if (offer === null || event.ctrlKey || event.metaKey || event.altKey) return false;
    const candidate = offer.candidates[active];
    switch (event.key) {
      case "ArrowDown":
        mark(active + 1);
        return true;
      case "ArrowUp":
        mark(active - 1);
        return true;
      case "Escape":
        dismiss(key);
        return true;
      case "Enter":
        // A name that is already typed out is meant to be sent.
        if (event.shiftKey || candidate === undefined || candidate.name === offer.typed) return false;
        choose(candidate);
        return true;
      case "Tab":
        if (event.shiftKey || candidate === undefined) return false;
        choose(candidate);
        return true;
    }
    return false;
  };

  return { offer, active, mark, choose, takesKey };
}
