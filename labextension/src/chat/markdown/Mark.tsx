/**
 * `[q1]` in an answer: a mark that leads to what stands behind it, where there is such a result; else as it was written.
 * The card that it opens is the transcript's (`view/evidence/EvidenceCard.tsx`), which finds it by `data-ref`.
 */
import { useEffect, useRef } from "preact/hooks";
import { useSelected, useSurroundings, useWords } from "../context";
import { whenSeen } from "./seen";

export function Mark({ name }: { name: string }) {
  const { chat } = useSurroundings();
  const words = useWords().tables;
  const button = useRef<HTMLButtonElement>(null);
  const result = useSelected(({ state }) => state.results.get(name));
  const stale = useSelected(({ state, checks }) => {
    const known = state.results.get(name);
    return known !== undefined && checks.get(known)?.state === "stale";
  });
  useEffect(() => (button.current ? whenSeen(button.current, () => chat.verify([name])) : undefined), [chat, result]);
  if (result === undefined) return <>[{name}]</>;
  return (
    <button
      type="button"
      ref={button}
      class={stale ? "tcj-mark tcj-stale" : "tcj-mark"}
      data-ref={name}
      aria-haspopup="dialog"
      aria-label={words.mark(name, stale)}
    >
      {stale ? `${name} ↻` : name}
    </button>
  );
}
