/**
 * The composer's text. It is the chat's draft, but kept here too: the chat tells of changes once a frame, which is
 * later than the next key. What the chat changes itself (another session, a sent message) is taken over.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useSnapshot, useSurroundings } from "../../context";

export interface Draft {
  readonly text: string;
  set(text: string): void;
  /** Take over what the chat made of it. */
  adopt(): void;
}

export function useDraft(): Draft {
  const { chat } = useSurroundings();
  const snapshot = useSnapshot();
  const [text, show] = useState(snapshot.draft);
  const known = useRef(snapshot.draft);
  const adopt = () => {
    const { draft } = chat.snapshot; // the newest, not the one that is being shown
    if (draft === known.current) return;
    known.current = draft;
    show(draft);
  };
  useLayoutEffect(adopt, [snapshot.draft]);
  const set = (next: string) => {
    known.current = next;
    show(next);
    chat.setDraft(next);
  };
  return { text, set, adopt };
}
