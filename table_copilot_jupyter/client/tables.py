"""A table that a tool shows, as static HTML: its first rows, what it is called, and the SQL and code behind it.

The values come from the user's tables. They are escaped here, and hidden characters are made visible.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Any

from . import style
from .highlight import highlighted
from .kernel_words import head_in, title_in
from .visible import short, visible
from .words import ENGLISH, Words, grouped

ROWS_SHOWN = 20
COLUMNS_SHOWN = 50
CELL_SHOWN = 200
WIDTH = 40
_DECIMALS = 4


def table_html(table: dict[str, Any], words: Words = ENGLISH) -> str:
    """One table, with its caption and, folded, what makes it again without the copilot."""
    columns = [column for column in _list(table.get("columns")) if isinstance(column, dict)][:COLUMNS_SHOWN]
    rows = [row for row in _list(table.get("rows")) if isinstance(row, list)][:ROWS_SHOWN]
    numeric = [column.get("numeric") is True for column in columns]
    heads = "".join(
        f'<th style="{style.NUMBER if number else style.WORDS}" title="{_escaped(column.get("type"))}">'
        f"{_escaped(_head(table, column, words))}</th>"
        for column, number in zip(columns, numeric, strict=True)
    )
    # in a result it is a value; in a description there is nothing to tell
    nothing = f'<span style="{style.NOTHING}">null</span>' if table.get("ref") else ""
    cells = [_column([_at(row, index) for row in rows], numeric[index], nothing) for index in range(len(columns))]
    body = "".join(f"<tr>{''.join(column[number] for column in cells)}</tr>" for number in range(len(rows)))
    return (
        f'<div style="{style.TABLE}"><table style="{style.GRID}">'
        f'<caption style="{style.CAPTION}">{html.escape(caption(table, words))}</caption>'
        f'<thead><tr style="{style.HEAD_ROW}">{heads}</tr></thead><tbody>{body}</tbody></table></div>'
        f"{sources_html(table, words)}"
    )


def _head(table: dict[str, Any], column: dict[str, Any], words: Words) -> Any:
    """A result's columns are the user's own; those of a list or a description are the kernel's."""
    name = column.get("name")
    return name if table.get("ref") or not isinstance(name, str) else head_in(name, words)


def sources_html(shown: dict[str, Any], words: Words = ENGLISH) -> str:
    """The SQL and the code of a result, folded."""
    sql, code = shown.get("sql"), shown.get("code")
    inside = ""
    if isinstance(sql, str) and sql.strip():
        inside += f'<pre style="{style.PRE}">{highlighted(sql, "sql")}</pre>'
    if isinstance(code, str) and code.strip():
        inside += f'<pre style="{style.PRE}">{highlighted(code, "python")}</pre>'
    if sql and code:
        title = words.say("SQL, and the same as a cell", "SQL，以及作用相同的单元格")
    else:
        title = "SQL" if sql else words.say("As a cell", "写成单元格")
    return f'<details style="{style.DETAILS}"><summary>{title}</summary>{inside}</details>' if inside else ""


def caption(table: dict[str, Any], words: Words = ENGLISH) -> str:
    """``q1 · 3 rows``, or how many of them are shown and where the others are. A title says enough by itself."""
    named = (table.get("ref"), title_in(str(table.get("title") or ""), words))
    said = [short(str(name)) for name in named if name]
    shown, total = min(len(_list(table.get("rows"))), ROWS_SHOWN), total_rows(table)
    if shown >= total:
        rows = "" if table.get("title") and not table.get("ref") else words.counted(total, "row", "行")
    else:
        rows = words.say(
            f"first {grouped(shown)} of {words.counted(total, 'row', '行')}",
            f"共 {grouped(total)} 行，这里是前 {grouped(shown)} 行",
        )
        evidence = table.get("evidence")
        if isinstance(evidence, dict) and evidence.get("variable"):
            rows += _held(short(str(evidence["variable"])), evidence.get("rows"), total, words)
    count, columns = len(_list(table.get("columns"))), ""
    if count > COLUMNS_SHOWN:
        columns = words.say(
            f"first {COLUMNS_SHOWN} of {grouped(count)} columns",
            f"共 {grouped(count)} 列，这里是前 {COLUMNS_SHOWN} 列",
        )
    return " · ".join(text for text in [*said, rows, columns] if text)


def _held(variable: str, kept: object, total: int, words: Words) -> str:
    """What of the rows a variable has."""
    if isinstance(kept, int) and kept < total:
        return words.say(f"; {variable} holds the first {grouped(kept)}", f"；{variable} 里有前 {grouped(kept)} 行")
    return words.say(f"; {variable} holds them all", f"；全部在 {variable} 里")


def total_rows(table: dict[str, Any]) -> int:
    """How many rows there are, whether they are all here or not."""
    total = table.get("total_rows")
    return total if isinstance(total, int) else len(_list(table.get("rows")))


def _column(values: Sequence[Any], numeric: bool, nothing: str) -> list[str]:
    """The cells of one column. Its numbers have as many decimals as its values need, so that they can be compared."""
    kind = style.NUMBER if numeric else f"{style.WORDS};min-width:{_width(values)}ch"
    decimals = max((_decimals(value) for value in values if _is_decimal(value)), default=0)
    return [f'<td style="{kind}">{nothing if value is None else _cell(value, decimals)}</td>' for value in values]


def _width(values: Sequence[Any]) -> int:
    """How many characters wide a column of text is at least: else a wide table squeezes it to one word a line."""
    return min(max((len(value) for value in values if isinstance(value, str)), default=0), WIDTH)


def _cell(value: Any, decimals: int) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if _is_decimal(value):
        fits = value == 0 or 10**-_DECIMALS <= abs(value) < 1e15
        return f"{value:.{decimals}f}" if fits else f"{value:.6g}"
    text = visible(str(value))
    return html.escape(text if len(text) <= CELL_SHOWN else f"{text[: CELL_SHOWN - 1]}…")


def _is_decimal(value: Any) -> bool:
    return isinstance(value, float) and math.isfinite(value)


def _decimals(value: float) -> int:
    return max(1, len(f"{value:.{_DECIMALS}f}".rstrip("0").rpartition(".")[2]))


def _at(row: list[Any], index: int) -> Any:
    return row[index] if index < len(row) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _escaped(value: Any) -> str:
    return html.escape(short(str(value), CELL_SHOWN), quote=True)
