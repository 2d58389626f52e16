/** What could not be done, above the composer, until it is dismissed. */
import type { Problem } from "../../chat";
import { useWords } from "../../context";
import { visible } from "../../markdown/visible";
import { CloseIcon } from "./icons";

export function ProblemBar({ problem, onDismiss }: { problem: Problem; onDismiss: () => void }) {
  const words = useWords().shell;
  return (
    <div class="tcj-bar tcj-bar-error" role="alert">
      <p class="tcj-bar-text">
        <strong>{visible(problem.message)}</strong> {visible(problem.hint)}
      </p>
      <button
        type="button"
        class="tcj-icon-button"
        aria-label={words.dismiss}
        title={words.dismiss}
        onClick={onDismiss}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
