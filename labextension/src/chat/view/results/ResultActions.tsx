/** What can be done with a result: its code into a cell, or wherever else; what it shows into the clipboard. */
import { useHost, useWords } from "../../context";
import { useCopying } from "../../markdown/copying";
import { visible } from "../../markdown/visible";

/** `text`: makes what is copied; null where there is nothing. */
export function ResultActions({ code, text = null }: { code: string; text?: (() => string) | null }) {
  const { insertCell } = useHost();
  const words = useWords().tables;
  const [said, copy] = useCopying();
  // As a block of code does: what goes into a cell never does what a reader could not see.
  const shown = visible(code);
  return (
    <span class="tcj-code-actions">
      {code !== "" && (
        <button
          type="button"
          class="tcj-code-button"
          onClick={() => (insertCell === null ? copy(shown) : insertCell(shown, "below"))}
        >
          {insertCell === null ? words.copyCode : words.insert}
        </button>
      )}
      {text !== null && (
        <button type="button" class="tcj-code-button" onClick={() => copy(text())}>
          {words.copy}
        </button>
      )}
      <span class="tcj-quiet" role="status">
        {said}
      </span>
    </span>
  );
}
