/** The results that answers point to, read from what tool calls show. */
import { CHART, TABLE } from "../mime";
import type { Entry, MimeBundle, Result, TableRead } from "../state";
import { asObject, asText } from "./fields";

/** The result in a bundle; null where there is none with a reference and evidence. */
export function resultOf(callId: string, mime: MimeBundle): Result | null {
  const { evidence } = asObject(mime[TABLE] ?? mime[CHART]);
  const { ref, sql, at, tables } = asObject(evidence);
  if (typeof ref !== "string" || ref === "") return null;
  const read: unknown[] = Array.isArray(tables) ? tables : [];
  return { ref, callId, sql: asText(sql), at: asText(at), tables: read.map(asTable) };
}

/** The newest result of each name, of all that `entries` show. */
export function resultsOf(entries: readonly Entry[]): Map<string, Result> {
  const found = new Map<string, Result>();
  const visit = (entry: Entry): void => {
    if (entry.kind !== "tool") return;
    for (const mime of entry.outputs) {
      const result = resultOf(entry.callId, mime);
      if (result !== null) found.set(result.ref, result);
    }
    entry.children.forEach(visit);
  };
  entries.forEach(visit);
  return found;
}

function asTable(value: unknown): TableRead {
  const { name, fingerprint } = asObject(value);
  const { rows, columns } = asObject(fingerprint);
  return {
    name: asText(name),
    rows: asCount(rows),
    columns: Array.isArray(columns) ? columns.length : asCount(columns),
  };
}

function asCount(value: unknown): number | null {
  return typeof value === "number" && value >= 0 ? value : null;
}
