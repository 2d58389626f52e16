/** Things to ask, made from the tables that are really there. */
import { visible } from "../../markdown/visible";
import type { TableInfo } from "../../protocol";
import type { ShellWords } from "../../words/shell";
import { shape } from "../figures";

const NUMBER = /^(?:u?int|float|double|decimal|number)/i;
/** Numbers that nobody averages. */
const NAME = /(?:^|_)(?:id|index|key|year|code)$/i;
const GROUP = /^(?:str|text|cat|enum|bool|varchar)/i;

/** The largest tables first; none of those that models may know nothing of. */
export function suggestions(tables: readonly TableInfo[], words: ShellWords["empty"]): string[] {
  const seen = tables
    .filter(({ name, level }) => level !== "hidden" && isPlain(name))
    .sort((one, other) => (other.rows ?? 0) - (one.rows ?? 0));
  const [described, ...others] = seen.map(({ name, rows, column_count }) =>
    words.describe(name, shape(rows, column_count)),
  );
  return [described, average(seen[0], words), ...others].filter((text) => text !== undefined);
}

function average(table: TableInfo | undefined, words: ShellWords["empty"]): string | undefined {
  const columns = table?.columns.filter(({ name, level }) => level !== "hidden" && isPlain(name)) ?? [];
  const value = columns.find(({ name, type }) => NUMBER.test(type) && !NAME.test(name));
  const group = columns.find(({ type }) => GROUP.test(type));
  return table && value && group && words.average(value.name, group.name, table.name);
}

/** It can stand between backticks. */
function isPlain(name: string): boolean {
  return name !== "" && !name.includes("`") && visible(name) === name;
}
