/** A reminder that came. */
import { useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ReminderEntry } from "../../state";
import { exact, relative } from "../figures";
import { RelativeTime } from "./Time";
import { useNow } from "./useNow";

const SNOOZE_MINUTES = 10;

export function Reminder({ entry }: { entry: ReminderEntry }) {
  const { chat } = useSurroundings();
  const words = useWords().transcript;
  const closed = entry.closed === null ? null : entry.closed === "done" ? words.isDone : words.isSnoozed;
  return (
    <div class="tcj-card tcj-reminder" role="group" aria-label={words.reminder}>
      <div class={closed === null ? "tcj-card-text tcj-strong" : "tcj-card-text"}>{visible(entry.content)}</div>
      <div class="tcj-quiet">
        {words.reminder} · <RelativeTime at={entry.due} />
        {entry.late && <span class="tcj-late"> · {words.late}</span>}
        {closed !== null && ` · ${closed}`}
        {entry.nextDue !== null && <Next at={entry.nextDue} />}
      </div>
      {closed === null && (
        <div class="tcj-buttons">
          <button type="button" class="tcj-card-button" onClick={() => chat.remind(entry.reminderId, "done")}>
            {words.done}
          </button>
          <button
            type="button"
            class="tcj-card-button"
            onClick={() => chat.remind(entry.reminderId, "snooze", SNOOZE_MINUTES)}
          >
            {words.snooze}
          </button>
        </div>
      )}
    </div>
  );
}

function Next({ at }: { at: string }) {
  const { language } = useSurroundings().host;
  const words = useWords().transcript;
  const now = useNow(30_000);
  return <span title={exact(at, language)}> · {words.next(relative(at, now, language))}</span>;
}
