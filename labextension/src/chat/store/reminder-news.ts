/** Which reminders to tell of: each once, and not those that a session brings with its past. */
import type { Attached, ReminderDue } from "../protocol";

interface Past {
  readonly epoch: string;
  /** The end of the log when the session was attached for the first time. */
  readonly seq: number;
}

export class ReminderNews {
  readonly #pasts = new Map<string, Past>();
  readonly #told = new Set<string>();
  readonly #sessions = new Map<string, string>();

  attached({ session_id, epoch, seq }: Attached): void {
    if (this.#pasts.get(session_id)?.epoch !== epoch) this.#pasts.set(session_id, { epoch, seq });
  }

  /** Whether the user has not been told of it yet. */
  isNew(reminder: ReminderDue): boolean {
    const { reminder_id, due, session_id, seq } = reminder;
    this.#sessions.set(reminder_id, session_id);
    const name = JSON.stringify([reminder_id, due]);
    const past = this.#pasts.get(session_id);
    if (this.#told.has(name) || (past !== undefined && seq !== null && seq <= past.seq)) return false;
    this.#told.add(name);
    return true;
  }

  /** The session that has the reminder's card. */
  sessionOf(reminderId: string): string | null {
    return this.#sessions.get(reminderId) ?? null;
  }
}
