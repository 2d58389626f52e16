"""What the offline model reads out of the tools' results. All that it knows of their format is here.

The formats are those of ``kernel/probe/inventory.py`` and ``kernel/probe/query_answer.py``: a line for each table, and
for a query a head, a Markdown table where values may be read, and how to cite them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .names import Column, TableInfo

_TABLE: Final = re.compile(r'^- (?P<name>"(?:[^"]|"")*"|[^\s(:]+)(?: \((?P<facts>[^()]*)\))?(?:: (?P<columns>.*))?$')
_ROWS: Final = re.compile(r"(?P<rows>[\d,]+) rows?\b")
_COLUMN: Final = re.compile(r'(?P<name>"(?:[^"]|"")*"|[^\W\d]\w*)(?P<type>(?: |: ).*)?')
_MORE: Final = re.compile(r"… and (\d+) more|and (\d+) more")
_HEAD: Final = re.compile(
    r"^(?P<ref>q\d+): (?P<count>no|some|(?:more than )?[\d,]+) rows? × [\d,]+ columns? \((?P<columns>.*)\)",
    re.MULTILINE,
)
_CELLS: Final = re.compile(r"(?<!\\)((?:\\\\)*)\|")
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
NULL: Final = "null"


@dataclass(frozen=True)
class Told:
    """A query's result as far as the model was told it. ``total`` is None where that is not told."""

    ref: str
    columns: tuple[Column, ...]
    total: int | None
    rows: tuple[tuple[str, ...], ...] = ()
    readable: bool = False
    withheld: bool = False

    @property
    def empty(self) -> bool:
        return self.total == 0

    @property
    def says_nothing(self) -> bool:
        """Whether nothing came out, as far as is told: no rows, nothing but zeros and nulls, or what is not told."""
        return not self.total or self.withheld or (self.complete and {*sum(self.rows, ())} <= {"0", "0.0", NULL})

    @property
    def complete(self) -> bool:
        """Whether every row is among ``rows``."""
        return self.readable and self.total == len(self.rows)


# --- tables -----------------------------------------------------------------------------------------


def tables_told(text: str) -> tuple[TableInfo, ...]:
    """The tables that ``list_tables`` told of."""
    found = (_TABLE.match(line) for line in text.splitlines())
    return tuple(_table(match) for match in found if match)


def _table(match: re.Match[str]) -> TableInfo:
    rows = _ROWS.search(match["facts"] or "")
    parts = _parts(match["columns"] or "")
    left = next((int(more[1] or more[2]) for part in parts if (more := _MORE.fullmatch(part))), 0)
    return TableInfo(
        _unquoted(match["name"]),
        tuple(column for part in parts if (column := _column(part))),
        int(rows["rows"].replace(",", "")) if rows else None,
        left,
    )


def _column(part: str) -> Column | None:
    found = _COLUMN.fullmatch(part)
    return Column(_unquoted(found["name"]), (found["type"] or "").lstrip(": ")) if found else None


def _parts(text: str) -> list[str]:
    """``text`` cut at its commas, but not at those within brackets or quotes: a type may hold some."""
    parts, start, depth, quoted = [], 0, 0, False
    for at, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign in "([{<":
            depth += 1
        elif not quoted and sign in ")]}>":
            depth -= 1
        elif sign == "," and not quoted and depth <= 0:
            parts.append(text[start:at].strip())
            start = at + 1
    return [part for part in (*parts, text[start:].strip()) if part]


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


# --- results ----------------------------------------------------------------------------------------


def result_told(text: str) -> Told | None:
    """What ``query_table`` told of a result; None where there is no result."""
    head = _HEAD.search(text)
    if head is None:
        return None
    rows = [_row(line) for line in text[head.end() :].splitlines() if line.startswith("|")]
    count = {"no": "0", "some": ""}.get(head["count"], head["count"].removeprefix("more than ").replace(",", ""))
    parts = [re.sub(r" and \d+ more$", "", part) for part in _parts(head["columns"])]
    return Told(
        head["ref"],
        tuple(column for part in parts if (column := _column(part))),
        int(count) if count else None,
        tuple(rows[2:]),
        readable=len(rows) >= 2,
        withheld=" withheld (" in text,
    )


def _row(line: str) -> tuple[str, ...]:
    cells = _CELLS.sub(lambda found: found[1] + "\0", line.strip()).strip("\0").split("\0")
    return tuple(re.sub(r"\\(.)", r"\1", cell.strip()) for cell in cells)


def figure(text: str) -> str:
    """A number as people read it: 4716.017964 as 4,716.02. What is no number stays as it is."""
    if not _NUMBER.fullmatch(text):
        return text
    if "." not in text and "e" not in text:
        return f"{int(text):,}"
    number = float(text)
    if number == 0 or not 1e-4 <= abs(number) < 1e15:
        return f"{number:.4g}"
    if abs(number) < 1:
        return f"{number:.4g}"
    whole, _, fraction = f"{number:,.2f}".partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"
