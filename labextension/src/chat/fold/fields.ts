/**
 * Reading what the wire brings. The generated types say what a frame should hold; these say what it does hold,
 * so that a field of the wrong kind can't break what is shown.
 */
import type { PrivacyRule, SessionInfo } from "../protocol";

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

export function asTextOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A count; 0 for all that is none. */
export function asNumber(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

export function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

export function asTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** `value` if it is one of `allowed`, else the first of them. */
export function oneOf<T extends string>(value: unknown, allowed: readonly [T, ...T[]]): T {
  return allowed.find((item) => item === value) ?? allowed[0];
}

export type Level = SessionInfo["ceiling"];
export type RuleLevel = PrivacyRule["level"];

/** What models may see of tables, the least first. */
export const LEVELS: readonly Level[] = ["names", "schema", "aggregates", "rows"];
export const RULE_LEVELS: readonly RuleLevel[] = ["hidden", "names", "schema", "aggregates"];

/** A session's privacy, of `session` and `session_updated` alike. */
export function asPrivacy(
  value: Record<string, unknown>,
): Pick<SessionInfo, "privacy" | "ceiling" | "names" | "rules"> {
  return {
    privacy: LEVELS.find((level) => level === value.privacy) ?? null,
    ceiling: oneOf(value.ceiling, ["rows", "names", "schema", "aggregates"]),
    names: oneOf(value.names, ["clear", "masked"]),
    rules: (Array.isArray(value.rules) ? value.rules : []).flatMap((rule: unknown) => asRule(rule) ?? []),
  };
}

function asRule(value: unknown): PrivacyRule | null {
  const { table, column, level } = asObject(value);
  const known = RULE_LEVELS.find((one) => one === level);
  return typeof table === "string" && known ? { table, column: asTextOrNull(column), level: known } : null;
}

export function asSession(value: unknown): SessionInfo | null {
  if (!isObject(value) || typeof value.session_id !== "string") return null;
  return {
    session_id: value.session_id,
    title: asText(value.title),
    created_at: asText(value.created_at),
    updated_at: asText(value.updated_at),
    messages: asNumber(value.messages),
    agent: asText(value.agent),
    model: asTextOrNull(value.model),
    ...asPrivacy(value),
    kernel_id: asTextOrNull(value.kernel_id),
    running: value.running === true,
    queued: asNumber(value.queued),
  };
}

/** The tool of approvals to send values: such a card is about what its call has found, and stands beside it. */
export const SHARE = "share_data";

/** How many code points `text` has; a half of a surrogate pair alone counts as one. */
export function countCodePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if (isPairAt(text, at)) {
      count--;
      at++;
    }
  }
  return count;
}

/** `text` without its first `count` code points. */
export function skipCodePoints(text: string, count: number): string {
  let at = 0;
  for (; count > 0 && at < text.length; count--) at += isPairAt(text, at) ? 2 : 1;
  return text.slice(at);
}

function isPairAt(text: string, at: number): boolean {
  const first = text.charCodeAt(at);
  if (first < 0xd800 || first > 0xdbff) return false;
  const second = text.charCodeAt(at + 1);
  return second >= 0xdc00 && second <= 0xdfff;
}
