"""A result as the user is shown it: JSON scalars, a table MIME bundle of bounded size, and aligned text."""

from __future__ import annotations

import decimal
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .adapters import Table
from .cells import scalar
from .failure import Failure
from .wording import aligned, cut

TABLE_MIME = "application/vnd.table-copilot.table+json"

LARGEST = 250_000
"""The most bytes that a bundle takes as JSON."""

CELL_LENGTH = 1_000
SHORT_CELL_LENGTH = 100
TEXT_ROWS = 20
TEXT_COLUMNS = 20
MAX_COLUMNS = 300
NAME_LENGTH = 200

_EXACT = 2**53
"""Beyond it JavaScript's numbers have gaps."""

_FLOAT_DIGITS = 15
"""Decimals of so many digits are exact as a float's text."""


@dataclass(frozen=True)
class ResultColumn:
    """``type``: a word that holds no value. ``numeric``: whether its cells are numbers."""

    name: str
    type: str
    numeric: bool


def json_scalar(value: Any) -> Any:
    """A cell as a JSON scalar that a browser reads exactly: integers beyond 2**53 and long decimals are texts."""
    if isinstance(value, decimal.Decimal) and value.is_finite():
        digits = len(value.as_tuple().digits)
        return float(value) if digits <= _FLOAT_DIGITS else format(value, "f")
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":"))
    plain = scalar(value)
    if isinstance(plain, int) and not isinstance(plain, bool) and abs(plain) > _EXACT:
        return str(plain)
    return plain


def scalars(table: Table, *, columns: Sequence[str], limit: int) -> tuple[list[str], list[list[Any]]]:
    """``(names, rows)``: the first ``limit`` rows of some columns of a table, as JSON scalars.

    Raises ``Failure`` for a lazy table: a query computes it.
    """
    if table.lazy:
        raise Failure("%r is lazy: its rows are not there yet." % table.name, "Query it first, and use the result.")
    parts = dict(table.parts())
    positions = range(min(limit, table.rows() or 0))
    cells = [[json_scalar(cell) for cell in table.scalars(parts[name], positions)] for name in columns]
    return list(columns), [list(row) for row in zip(*cells)]


def bundle(
    *,
    ref: str | None,
    title: str,
    columns: Sequence[ResultColumn],
    rows: Sequence[Sequence[Any]],
    total_rows: int,
    sql: str | None = None,
    code: str | None = None,
    elapsed_ms: float = 0.0,
    evidence: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The MIME bundle of a table whose ``rows`` are JSON scalars.

    Cells are cut at ``CELL_LENGTH`` characters, rows and columns left out, until the whole takes ``LARGEST`` bytes.
    """
    shown = columns[:MAX_COLUMNS]
    payload: dict[str, Any] = {
        "ref": ref,
        "title": title,
        "columns": [
            {"name": cut(column.name, NAME_LENGTH), "type": cut(column.type, 80), "numeric": column.numeric}
            for column in shown
        ],
        "rows": [],
        "total_rows": total_rows,
        "truncated": False,
        "sql": sql,
        "code": code,
        "elapsed_ms": round(elapsed_ms, 1),
        "evidence": evidence,
    }
    kept: list[list[Any]] = []
    text = ""
    for length in (CELL_LENGTH, SHORT_CELL_LENGTH):
        short = [[_cut(cell, length) for cell in row[:MAX_COLUMNS]] for row in rows]
        text = plain_text(title, shown, short, total_rows)
        kept = _fitting(short, LARGEST - _size({TABLE_MIME: payload, "text/plain": text}))
        if len(kept) >= min(TEXT_ROWS, len(rows)):
            break
    payload["rows"] = kept
    payload["truncated"] = len(kept) < total_rows or len(shown) < len(columns)
    return {TABLE_MIME: payload, "text/plain": text}


def plain_text(title: str, columns: Sequence[ResultColumn], rows: Sequence[Sequence[Any]], total_rows: int) -> str:
    """Up to ``TEXT_ROWS`` rows and ``TEXT_COLUMNS`` columns, aligned, with a line that says what is left out."""
    shown = columns[:TEXT_COLUMNS]
    head = [list(row[:TEXT_COLUMNS]) for row in rows[:TEXT_ROWS]]
    lines = [title] if title else []
    lines.append(aligned([column.name for column in shown], head, [column.numeric for column in shown]))
    left = []
    if total_rows > len(head):
        left.append("%s more rows" % format(total_rows - len(head), ","))
    if len(columns) > len(shown):
        left.append("%s more columns" % format(len(columns) - len(shown), ","))
    if left:
        lines.append("… and %s" % " and ".join(left))
    return "\n".join(lines)


def _fitting(rows: Sequence[list[Any]], room: int) -> list[list[Any]]:
    kept: list[list[Any]] = []
    for row in rows:
        room -= _size(row) + 2
        if room < 0:
            break
        kept.append(row)
    return kept


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _cut(cell: Any, length: int) -> Any:
    return cut(cell, length) if isinstance(cell, str) else cell


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _jsonable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(inner) for inner in value]
    plain = scalar(value)
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain
