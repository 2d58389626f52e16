/** What the panel shows where the server has no copilot: what to do about it. */
import type { PanelWords } from "./words";

const STEPS = ["pip install table-copilot-jupyter", "jupyter server extension enable table_copilot_jupyter"];

export function Missing({ words, checkAgain }: { words: PanelWords; checkAgain: () => void }) {
  return (
    <section class="tcj-chat tcj-panel-missing" aria-label={words.name}>
      <p role="status">{words.missing}</p>
      <p>{words.missingHint}</p>
      <pre>{STEPS.join("\n")}</pre>
      <button type="button" class="tcj-panel-check" onClick={checkAgain}>
        {words.checkAgain}
      </button>
    </section>
  );
}
