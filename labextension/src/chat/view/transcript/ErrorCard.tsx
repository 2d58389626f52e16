/** What went wrong, what to do, and a button where a button can do it. */
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ErrorEntry } from "../../state";
import { retryLast } from "./again";

/** What the settings can mend. */
const SETTINGS_HELP: readonly string[] = ["auth", "model_unavailable"];

export function ErrorCard({ entry, again }: { entry: ErrorEntry; again: boolean }) {
  const { chat, host } = useSurroundings();
  const words = useWords().transcript;
  const { openSettings } = host;
  const settings = openSettings !== null && SETTINGS_HELP.includes(entry.code);
  return (
    <div class="tcj-card tcj-error">
      <div class="tcj-strong tcj-wrapped">{visible(entry.message)}</div>
      {entry.hint !== "" && <div class="tcj-wrapped">{visible(entry.hint)}</div>}
      {(again || settings) && (
        <div class="tcj-buttons">
          {again && (
            <button type="button" class="tcj-card-button" onClick={() => retryLast(chat)}>
              {words.retry}
            </button>
          )}
          {settings && (
            <button type="button" class="tcj-card-button" onClick={() => openSettings()}>
              {words.openSettings}
            </button>
          )}
        </div>
      )}
      <details class="tcj-fold">
        <summary>{words.details}</summary>
        <div class="tcj-nested">
          <code>{visible(entry.code)}</code>
        </div>
      </details>
    </div>
  );
}
