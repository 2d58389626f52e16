/** The tables that a message names with `@`. */
import type { TableInfo } from "../protocol";

/** As Python takes names, in any script; not within an address such as me@example.org. */
const MENTION = /(?<![\p{L}\p{N}_@./])@([\p{L}_][\p{L}\p{N}_]*)/gu;
const MOST = 64;

export function mentioned(content: string, tables: readonly TableInfo[]): string[] {
  const known = new Set(tables.map((table) => table.name));
  const names = [...content.matchAll(MENTION)].map((found) => found[1]!).filter((name) => known.has(name));
  return [...new Set(names)].slice(0, MOST);
}
