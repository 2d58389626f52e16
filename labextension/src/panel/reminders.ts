/** Due reminders as Jupyter's notifications, which go when the reminder's card is done with. */
import { Notification } from "@jupyterlab/apputils";
import type { ReminderDue } from "../chat/protocol";
import type { Entry } from "../chat/state";
import type { PanelWords } from "./words";

export interface ReminderActions {
  remind(reminderId: string, action: "done" | "snooze", minutes?: number): void;
  openSession(sessionId: string): void;
}

const SNOOZE_MIN = 10;

export class ReminderNotes {
  /** The notifications that may still be there, by the reminder and its time. */
  private readonly open = new Map<string, string>();

  constructor(private readonly actions: ReminderActions) {}

  show(reminder: ReminderDue, words: PanelWords): void {
    const { reminder_id: reminderId, session_id: sessionId, content, due, late } = reminder;
    const note = Notification.emit(words.reminder(content, late), "info", {
      autoClose: false,
      actions: [
        { label: words.done, callback: () => this.actions.remind(reminderId, "done"), displayType: "accent" },
        { label: words.snooze, callback: () => this.actions.remind(reminderId, "snooze", SNOOZE_MIN) },
        { label: words.openSession, callback: () => this.actions.openSession(sessionId) },
      ],
    });
    this.open.set(name(reminderId, due), note);
  }

  /** Looks for cards that were done with or moved, here or on another surface. */
  review(entries: readonly Entry[]): void {
    if (this.open.size === 0) return;
    for (const entry of entries) {
      if (entry.kind !== "reminder" || entry.closed === null) continue;
      const key = name(entry.reminderId, entry.due);
      const note = this.open.get(key);
      this.open.delete(key);
      if (note !== undefined && Notification.manager.has(note)) Notification.dismiss(note);
    }
  }
}

function name(reminderId: string, due: string): string {
  return `${reminderId} ${due}`;
}
