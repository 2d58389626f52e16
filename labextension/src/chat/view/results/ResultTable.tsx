/**
 * A result as a table that can be sorted, searched and paged. At most a page of rows is in the document, and a row
 * renders once, so a thousand rows cost what twenty-five do.
 */
import { useMemo, useState } from "preact/hooks";
import { useHost, useWords } from "../../context";
import { CodeBlock } from "../../markdown/CodeBlock";
import { visible } from "../../markdown/visible";
import type { Cell, Column, Table } from "../../mime";
import type { TableWords } from "../../words/tables";
import { duration, grouped } from "../figures";
import { Fold } from "../Fold";
import { memo } from "../memo";
import { arranged, searchable, shown, tabSeparated, type Sort } from "./arrange";
import { ResultActions } from "./ResultActions";

const SEARCHED_FROM = 11;
const PAGE = 25;
/** A longer cell is cut to one line; it opens when it has the focus. */
const LONG = 40;

export function ResultTable({ table: given }: { table: Table }) {
  const words = useWords().tables;
  const table = useMemo(() => (given.ref === "" ? worded(given, words) : given), [given, words]);
  const [query, find] = useState("");
  const [sort, sortBy] = useState<Sort | null>(null);
  const [page, turnTo] = useState(0);
  const texts = useMemo(() => (query === "" ? [] : searchable(table)), [table, query === ""]);
  const places = useMemo(() => arranged(table, texts, query, sort), [table, texts, query, sort]);
  const start = Math.min(page, Math.max(0, Math.ceil(places.length / PAGE) - 1)) * PAGE;
  const name = words.result(table.ref, visible(table.title));
  const search = (text: string) => {
    find(text);
    turnTo(0);
  };
  return (
    <figure class={table.ref === null ? "tcj-result tcj-listing" : "tcj-result"} aria-label={name}>
      <figcaption class="tcj-result-head">
        <Caption table={table} />
        <ResultActions code={table.code} text={() => tabSeparated(table, places)} />
      </figcaption>
      {table.rows.length >= SEARCHED_FROM && (
        <div class="tcj-result-search">
          <input
            type="search"
            class="tcj-field"
            placeholder={words.search}
            aria-label={words.search}
            value={query}
            onInput={(event) => search(event.currentTarget.value)}
          />
          <span class="tcj-quiet" role="status">
            {query.trim() !== "" &&
              (places.length > 0
                ? words.foundRows(grouped(places.length), grouped(table.rows.length))
                : words.noneFound(query.trim()))}
          </span>
        </div>
      )}
      <div class="tcj-result-scroll" role="region" tabIndex={0} aria-label={name}>
        <table>
          <thead>
            <tr>
              {table.columns.map((column, at) => (
                <Heading key={at} column={column} at={at} sort={sort} onSort={sortBy} />
              ))}
            </tr>
          </thead>
          <tbody>
            {places.slice(start, start + PAGE).map((place) => (
              <Row key={place} cells={table.rows[place]!} columns={table.columns} />
            ))}
          </tbody>
        </table>
      </div>
      {places.length > PAGE && <Pages start={start} count={places.length} onTurn={(to) => turnTo(to / PAGE)} />}
      {table.sql !== "" && (
        <Fold line={words.sql}>{() => <CodeBlock code={table.sql} language="sql" quoted={true} />}</Fold>
      )}
    </figure>
  );
}

/** A list or a description of tables, whose title and columns are the server's own words. */
function worded(table: Table, { title, head }: TableWords): Table {
  const columns = table.columns.map((column) => ({ ...column, name: head(column.name) }));
  return { ...table, title: title(table.title), columns };
}

function Caption({ table }: { table: Table }) {
  const { language } = useHost();
  const words = useWords().tables;
  const { ref, title, total, elapsedMs } = table;
  const count = table.rows.length;
  const rows = total > count ? words.firstRows(grouped(count), grouped(total)) : words.rows(grouped(count));
  return (
    <span class="tcj-result-name">
      {ref !== "" && <span class="tcj-strong">{visible(ref)} </span>}
      {title !== "" && `${visible(title)} `}
      <span class="tcj-quiet">
        {[count === 0 && total === 0 ? words.empty : rows, elapsedMs > 0 ? duration(elapsedMs, language) : ""]
          .filter(Boolean)
          .join(" · ")}
      </span>
    </span>
  );
}

interface HeadingProps {
  readonly column: Column;
  readonly at: number;
  readonly sort: Sort | null;
  onSort(sort: Sort | null): void;
}

/** Sorts upwards, downwards, and not at all. */
function Heading({ column, at, sort, onSort }: HeadingProps) {
  const descending = sort?.column === at ? sort.descending : null;
  return (
    <th
      scope="col"
      class={column.numeric ? "tcj-number" : ""}
      aria-sort={descending === null ? "none" : descending ? "descending" : "ascending"}
    >
      <button
        type="button"
        class="tcj-sort"
        title={visible(column.type)}
        onClick={() => onSort(descending === true ? null : { column: at, descending: descending === false })}
      >
        {visible(column.name)}
        {descending !== null && (
          <span class="tcj-sort-mark" aria-hidden="true">
            {descending ? "▼" : "▲"}
          </span>
        )}
      </button>
    </th>
  );
}

const Row = memo(({ cells, columns }: { cells: readonly Cell[]; columns: readonly Column[] }) => (
  <tr>
    {cells.map((cell, at) => (
      <td key={at} class={columns[at]!.numeric ? "tcj-number" : ""}>
        <Value cell={cell} />
      </td>
    ))}
  </tr>
));

function Value({ cell }: { cell: Cell }) {
  if (cell === null) return <span class="tcj-null">null</span>;
  const text = visible(shown(cell));
  const whole = visible(String(cell));
  if (text.length <= LONG && !text.includes("\n"))
    return <span {...(text === whole ? {} : { title: whole })}>{text}</span>;
  return (
    <span class="tcj-long" tabIndex={0} title={whole}>
      {whole}
    </span>
  );
}

function Pages({ start, count, onTurn }: { start: number; count: number; onTurn: (start: number) => void }) {
  const words = useWords().tables;
  const end = Math.min(start + PAGE, count);
  // A button that is switched off would lose the focus of who has just pressed it.
  const turn = (to: number, label: string, sign: string) => {
    const off = to < 0 || to >= count;
    return (
      <button
        type="button"
        class="tcj-small-button"
        aria-label={label}
        title={label}
        aria-disabled={off}
        onClick={() => off || onTurn(to)}
      >
        {sign}
      </button>
    );
  };
  return (
    <div class="tcj-pages">
      {turn(start - PAGE, words.previous, "‹")}
      <span class="tcj-quiet" role="status">
        {words.range(grouped(start + 1), grouped(end), grouped(count))}
      </span>
      {turn(start + PAGE, words.next, "›")}
    </div>
  );
}
