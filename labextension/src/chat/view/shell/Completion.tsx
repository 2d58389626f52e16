/** The list of what can be completed. The text field keeps the focus and points here (`aria-activedescendant`). */
import { useLayoutEffect, useRef } from "preact/hooks";
import { useWords } from "../../context";
import { grouped } from "../figures";
import type { Completion } from "./useCompletion";

export const optionId = (listId: string, index: number): string => `${listId}-${index}`;

export function CompletionList({ id, completion }: { id: string; completion: Completion }) {
  const words = useWords().shell.composer;
  const list = useRef<HTMLDivElement>(null);
  const { offer, active } = completion;
  useLayoutEffect(() => {
    list.current?.querySelector?.("[aria-selected=true]")?.scrollIntoView?.({ block: "nearest" });
  }, [active, offer?.typed]);
  return (
    <>
      <span class="tcj-for-readers" role="status">
        {offer && words.choices(grouped(offer.candidates.length))}
      </span>
      {offer && (
        <div
          ref={list}
          id={id}
          class="tcj-completion"
          role="listbox"
          aria-label={offer.kind === "command" ? words.commandList : words.nameList}
          onPointerDown={(event) => event.preventDefault()} // the focus stays in the text
          onMouseDown={(event) => event.preventDefault()}
        >
          {offer.candidates.map((candidate, index) => (
            <div
              key={candidate.name}
              id={optionId(id, index)}
              class="tcj-completion-option"
              role="option"
              aria-selected={index === active}
              onClick={() => completion.choose(candidate)}
            >
              <span class="tcj-completion-option-label">{candidate.label}</span>
              <span class="tcj-completion-option-summary">{candidate.summary}</span>
            </div>
          ))}
        </div>
      )}
    </>
  );
}
