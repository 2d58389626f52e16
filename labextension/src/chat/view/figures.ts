/** Numbers, sizes, spans of time and times for people: thin-space groups, kB and MB, relative times. */
import type { Language } from "../host";
import { WORDS } from "../words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An integer in groups of three, parted by thin spaces. */
export function grouped(number: number): string {
  return Math.round(number)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/** The size of a table: `344 × 8`; `? × 8` where nobody has counted the rows. */
export function shape(rows: number | null, columns: number): string {
  return `${rows === null ? "?" : grouped(rows)} × ${grouped(columns)}`;
}

/** A number of bytes: `812 B`, `1.2 kB`, `3.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  // 999 950 would be rounded to "1000.0 kB".
  return bytes < 999_950 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** A span of time: `12 ms`, `3.2 s`, `45 s`, `2 min 5 s`, `1 h 2 min`. */
export function duration(milliseconds: number, language: Language): string {
  const { units } = WORDS[language].transcript;
  const span = Math.max(0, milliseconds);
  if (Math.round(span) < 1000) return units.ms(Math.round(span));
  if (span < 9950) return units.s((span / 1000).toFixed(1));
  const seconds = Math.round(span / 1000);
  if (seconds < 60) return units.s(`${seconds}`);
  if (seconds < 3600) return units.min(Math.floor(seconds / 60), seconds % 60);
  return units.h(Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60));
}

/** Whole seconds: `12 s`, `2 min 5 s`; for what is still going on. */
export function elapsed(milliseconds: number, language: Language): string {
  const { units } = WORDS[language].transcript;
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? units.s(`${seconds}`) : duration(seconds * 1000, language);
}

/** `just now`, `2 min ago`, `in 3 h`, `yesterday, 14:05`, `12 Mar, 09:00`; an unreadable time stays as it is. */
export function relative(iso: string, now: number, language: Language): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  const { times } = WORDS[language].transcript;
  const apart = Math.abs(now - time);
  const past = time <= now;
  if (apart < MINUTE) return past ? times.justNow : times.soon;
  if (apart < HOUR) {
    // What is to come is rounded: a reminder that was just set for in five minutes is not "in 4 min".
    const minutes = past ? Math.floor(apart / MINUTE) : Math.round(apart / MINUTE);
    return past ? times.minutesAgo(minutes) : times.inMinutes(minutes);
  }
  const days = daysBetween(time, now);
  if (days === 0) {
    const hours = Math.floor(apart / HOUR);
    return past ? times.hoursAgo(hours) : times.inHours(hours);
  }
  return `${dayName(iso, now, language)}${times.separator}${clock(time, language)}`;
}

/** Day and time to the second, for hovering. */
export function exact(iso: string, language: Language): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  return format(language, { dateStyle: "full", timeStyle: "medium" }).format(time);
}

/** `Today`-like words where there are some, else the date, with its year when it is another one. */
export function dayName(iso: string, now: number, language: Language): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return iso;
  const { times } = WORDS[language].transcript;
  const known = new Map([
    [-1, times.tomorrow],
    [0, times.today],
    [1, times.yesterday],
  ]).get(daysBetween(time, now));
  if (known !== undefined) return known;
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(language, { month: "short", day: "numeric", ...(sameYear ? {} : { year: "numeric" }) }).format(time);
}

/** Whether two times fall on the same day here; an unreadable one is no other day. */
export function sameDay(one: string, other: string): boolean {
  if (Number.isNaN(Date.parse(one)) || Number.isNaN(Date.parse(other))) return true;
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function clock(time: number, language: Language): string {
  return format(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(time);
}

/** Calendar days from `time` to `now`; a day with a change of the clock has 23 or 25 hours, hence the rounding. */
function daysBetween(time: number, now: number): number {
  return Math.round((midnight(now) - midnight(time)) / (24 * HOUR));
}

function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one is slow, and a transcript has many times. */
function format(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", options);
  formats.set(key, made);
  return made;
}
