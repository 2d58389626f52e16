/** A table's rows as a reader wants them: found, sorted, and as text. */
import type { Cell, Table } from "../../mime";

export interface Sort {
  readonly column: number;
  readonly descending: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** What a cell shows. Digits beyond the tenth say more of the machine than of the data. */
export function shown(cell: Cell): string {
  if (typeof cell !== "number" || Number.isInteger(cell)) return String(cell);
  return String(Number(cell.toPrecision(10)));
}

/** For each row, all that it shows, to be searched. */
export function searchable({ rows }: Table): string[] {
  return rows.map((row) => row.map(shown).join("\n").toLowerCase());
}

/** The places of the rows to show. `texts` is what `searchable` gave; rows without a value come last either way. */
export function arranged(table: Table, texts: readonly string[], query: string, sort: Sort | null): number[] {
  const wanted = query.trim().toLowerCase();
  const places = [...table.rows.keys()].filter((place) => wanted === "" || texts[place]!.includes(wanted));
  if (sort === null) return places;
  const { column, descending } = sort;
  const compare = table.columns[column]?.numeric === true ? byNumber : byText;
  const cell = (place: number): Cell => table.rows[place]![column]!;
  return places.sort((one, other) => {
    const [a, b] = [cell(one), cell(other)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return descending ? compare(b, a) : compare(a, b);
  });
}

/** Also of numbers that came as text because JSON has no such numbers. */
function byNumber(one: Cell, other: Cell): number {
  return Number(one) - Number(other) || byText(one, other);
}

function byText(one: Cell, other: Cell): number {
  return collator.compare(String(one), String(other));
}

/** The rows as tab-separated values, with a line of names: what spreadsheets take. */
export function tabSeparated(table: Table, places: readonly number[]): string {
  const rows = places.map((place) => table.rows[place]!.map((cell) => (cell === null ? "" : String(cell))));
  const lines = [table.columns.map((column) => column.name), ...rows];
  return lines.map((cells) => cells.map(quoted).join("\t")).join("\n");
}

function quoted(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
