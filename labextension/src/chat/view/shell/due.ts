/** When todos and reminders are due: their order, and their times and recurrences in words. */
import type { Language } from "../../host";
import type { ReminderItem, TodoItem } from "../../protocol";
import type { ShellWords, Unit } from "../../words/shell";
import { dayName, exact, relative } from "../figures";

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const PRIORITIES = { high: 0, normal: 1, low: 2 };

/** A date alone means that day here, not midnight in Greenwich. */
const local = (due: string): string => (DATE.test(due) ? `${due}T00:00` : due);

/** The moment after which it is late: a date lasts all day. */
function lateAfter(due: string): number {
  if (!DATE.test(due)) return Date.parse(due);
  return new Date(local(due)).setHours(24, 0, 0, 0);
}

export function isOverdue(todo: TodoItem, now: number): boolean {
  return !todo.done && todo.due !== null && lateAfter(todo.due) < now;
}

/** The overdue first, then by time, then those without; the urgent first among equals. */
export function openTodos(todos: readonly TodoItem[]): TodoItem[] {
  const when = (todo: TodoItem) => (todo.due === null ? Infinity : lateAfter(todo.due));
  return todos
    .filter((todo) => !todo.done)
    .sort((a, b) => {
      const [first, second] = [when(a), when(b)];
      if (first !== second) return first < second ? -1 : 1;
      return PRIORITIES[a.priority] - PRIORITIES[b.priority] || a.created_at.localeCompare(b.created_at);
    });
}

/** The last done first. */
export function doneTodos(todos: readonly TodoItem[]): TodoItem[] {
  return todos
    .filter((todo) => todo.done)
    .sort((a, b) => (b.completed_at ?? b.created_at).localeCompare(a.completed_at ?? a.created_at));
}

export function pendingReminders(reminders: readonly ReminderItem[]): ReminderItem[] {
  return reminders
    .filter((reminder) => reminder.state === "pending")
    .sort((a, b) => Date.parse(a.due) - Date.parse(b.due));
}

/** `tomorrow`, `in 20 min`, `12 Mar, 09:00`. */
export function dueInWords(due: string, now: number, language: Language): string {
  return DATE.test(due) ? dayName(local(due), now, language) : relative(due, now, language);
}

export function dueExactly(due: string, language: Language): string {
  if (!DATE.test(due)) return exact(due, language);
  const day = new Date(local(due));
  return day.toLocaleDateString(language === "zh" ? "zh-CN" : "en-GB", { dateStyle: "full" });
}

const UNITS: Readonly<Record<string, Unit>> = {
  MINUTELY: "minute",
  HOURLY: "hour",
  DAILY: "day",
  WEEKLY: "week",
  MONTHLY: "month",
  YEARLY: "year",
};
const WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/** A recurrence rule in a few words; one that needs many just repeats. */
export function recurrence(rrule: string, words: ShellWords["reminders"], language: Language): string {
  const rule = /FREQ=[^\s]*/.exec(rrule.toUpperCase())?.[0] ?? "";
  const parts = new Map(rule.split(";").map((part) => part.split("=", 2) as [string, string]));
  const unit = UNITS[parts.get("FREQ") ?? ""];
  const interval = Number(parts.get("INTERVAL") ?? 1);
  if (unit === undefined || !Number.isInteger(interval) || interval < 1) return words.repeats;
  const days = parts.get("BYDAY");
  if (days === undefined) return words.every(unit, interval);
  if (interval !== 1 || (unit !== "week" && unit !== "day")) return words.repeats;
  if (days === "MO,TU,WE,TH,FR") return words.weekdays;
  if (days.split(",").length === 7) return words.every("day", 1);
  const numbers = days.split(",").map((day) => WEEKDAYS.indexOf(day));
  return numbers.includes(-1) ? words.repeats : words.on(numbers.map((day) => weekday(day, language)));
}

function weekday(day: number, language: Language): string {
  // 5 January 1970 was a Monday.
  return new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    weekday: language === "zh" ? "short" : "long",
    timeZone: "UTC",
  }).format(Date.UTC(1970, 0, 5 + day));
}
