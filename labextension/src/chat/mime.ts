/** What tools show of tables: MIME bundles of unknown making, read into what the view needs. */
import { asNumber, asObject, asText, asTexts, isObject } from "./fold/fields";
import type { MimeBundle } from "./state";

export const TABLE = "application/vnd.table-copilot.table+json";
export const CHART = "application/vnd.table-copilot.chart+json";
export const RUN = "application/vnd.table-copilot.run+json";

export type Cell = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly numeric: boolean;
}

export interface Table {
  readonly ref: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** Each as long as `columns`. */
  readonly rows: readonly (readonly Cell[])[];
  /** How many rows the result has, of which `rows` may be the first. */
  readonly total: number;
  readonly truncated: boolean;
  readonly sql: string;
  /** A cell that gives the same; "" where there is none. */
  readonly code: string;
  readonly elapsedMs: number;
}

export interface Chart {
  readonly ref: string;
  readonly title: string;
  readonly description: string;
  readonly spec: unknown;
  readonly code: string;
}

export interface Run {
  readonly code: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: readonly MimeBundle[];
  readonly error: { readonly name: string; readonly message: string; readonly traceback: string } | null;
  readonly variables: Readonly<Record<"new" | "changed" | "removed", readonly string[]>>;
}

export function tableOf(mime: MimeBundle): Table | null {
  const value = mime[TABLE];
  if (!isObject(value) || !Array.isArray(value.columns) || !Array.isArray(value.rows)) return null;
  const columns = value.columns.map((column: unknown): Column => {
    const { name, type, numeric } = asObject(column);
    return { name: asText(name), type: asText(type), numeric: numeric === true };
  });
  const rows = value.rows.filter(Array.isArray).map((row) => columns.map((_, at) => asCell(row[at])));
  return {
    ref: asText(value.ref),
    title: asText(value.title),
    columns,
    rows,
    total: Math.max(rows.length, asNumber(value.total_rows)),
    truncated: value.truncated === true,
    sql: asText(value.sql),
    code: asText(value.code),
    elapsedMs: asNumber(value.elapsed_ms),
  };
}

export function chartOf(mime: MimeBundle): Chart | null {
  const value = mime[CHART];
  if (!isObject(value)) return null;
  const { ref, title, spec, code } = value;
  const description = asText(asObject(spec).description);
  return { ref: asText(ref), title: asText(title), description, spec, code: asText(code) };
}

export function runOf(mime: MimeBundle): Run | null {
  const value = mime[RUN];
  if (!isObject(value)) return null;
  const { code, stdout, stderr, outputs, error, variables } = value;
  const names = asObject(variables);
  return {
    code: asText(code),
    stdout: asText(stdout),
    stderr: asText(stderr),
    outputs: Array.isArray(outputs) ? outputs.filter(isObject) : [],
    error: isObject(error)
      ? {
          name: asText(error.name),
          message: asText(error.message),
          traceback: Array.isArray(error.traceback) ? asTexts(error.traceback).join("\n") : asText(error.traceback),
        }
      : null,
    variables: { new: asTexts(names.new), changed: asTexts(names.changed), removed: asTexts(names.removed) },
  };
}

function asCell(value: unknown): Cell {
  if (value === undefined || value === null) return null;
  return typeof value === "object" ? JSON.stringify(value) : (value as Cell);
}
