/** The reminders that will come, the next one first. */
import { useRef } from "preact/hooks";
import { useSnapshot, useSurroundings, useWords } from "../../context";
import { visible } from "../../markdown/visible";
import type { ReminderItem } from "../../protocol";
import { dueExactly, dueInWords, pendingReminders, recurrence } from "./due";
import { useKeptFocus, useNow } from "./hooks";
import { Nothing } from "./Nothing";

const SNOOZE_MINUTES = 10;

export function Reminders() {
  const { reminders } = useSnapshot();
  const words = useWords().shell;
  const box = useRef<HTMLDivElement>(null);
  const now = useNow();
  useKeptFocus(box);
  if (reminders === null) return <p class="tcj-drawer-note">{words.drawer.loading}</p>;
  const pending = pendingReminders(reminders);
  return (
    <div ref={box} class="tcj-reminders" tabIndex={-1}>
      {pending.length === 0 ? (
        <Nothing words={words.reminders} />
      ) : (
        <ul class="tcj-list">
          {pending.map((reminder) => (
            <Reminder key={reminder.reminder_id} reminder={reminder} now={now} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Reminder({ reminder, now }: { reminder: ReminderItem; now: number }) {
  const { chat, host } = useSurroundings();
  const words = useWords().shell.reminders;
  const id = reminder.reminder_id;
  return (
    <li class="tcj-reminder-row">
      <span class="tcj-reminder-content">{visible(reminder.content)}</span>
      <span class="tcj-details">
        <span title={dueExactly(reminder.due, host.language)}>{dueInWords(reminder.due, now, host.language)}</span>
        {reminder.rrule !== null && (
          <span title={reminder.rrule}>{recurrence(reminder.rrule, words, host.language)}</span>
        )}
      </span>
      <span class="tcj-row-buttons">
        <button
          type="button"
          class="tcj-button tcj-button-small"
          aria-label={words.snoozeLabel(reminder.content)}
          onClick={() => chat.remind(id, "snooze", SNOOZE_MINUTES)}
        >
          {words.snooze}
        </button>
        <button
          type="button"
          class="tcj-button tcj-button-small"
          aria-label={words.cancelLabel(reminder.content)}
          onClick={() => chat.remind(id, "cancel")}
        >
          {words.cancel}
        </button>
      </span>
    </li>
  );
}
