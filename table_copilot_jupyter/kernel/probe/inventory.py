"""Which tables there are: for the model as far as the gate allows, for the user all of them."""

from __future__ import annotations

import time
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from .adapters import Table
from .failure import Failure
from .frames import WHAT_COUNTS, find_table, find_tables
from .gate import Policy, allows, answer, disclosed, lowest
from .result import ResultColumn, bundle
from .views import Column, every, highest
from .wording import SECRET_COLUMN, counted, memory, shape, shown_name

MAX_TABLES = 50
MAX_COLUMNS = 100
MAX_NAMES = 1_000
"""The most columns that the text names in all, shared out among its tables, but for ten of each."""

MAX_ITEMS = 1_000
"""The most tables that the interface is told of."""

_HEADER = (
    ResultColumn("name", "text", False),
    ResultColumn("kind", "text", False),
    ResultColumn("rows", "number", True),
    ResultColumn("columns", "number", True),
    ResultColumn("memory", "text", False),
)


class _Entry:
    """A table with what it says of itself; one that can't be read says nothing but its name."""

    def __init__(self, table: Table, policy: Policy) -> None:
        self.table = table
        self.level = policy.level_of(table.name)
        self.rows, self.bytes = table.rows(), table.nbytes()
        self.counted = policy.counts(table.name)
        try:
            self.columns: list[Column] | None = every(table, policy)
        except Failure:
            self.columns = None

    @property
    def visible(self) -> list[Column]:
        return [column for column in self.columns or () if column.level != "hidden"]


def tables(namespace: MutableMapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """List the tables. ``items``: what the interface completes names from; see ``_item``."""
    started = time.perf_counter()
    entries = [_Entry(table, policy) for table in find_tables(namespace)[:MAX_ITEMS]]
    seen = [entry for entry in entries if entry.level != "hidden"]
    told = seen[:MAX_TABLES]
    each = _columns_each(told)
    elapsed_ms = (time.perf_counter() - started) * 1_000
    rows = [_row(entry) for entry in entries]
    title = counted(len(entries), "table") if entries else "No tables"
    return answer(
        _text(seen),
        level=highest([level for entry in told for level in _levels(entry, each)]),
        tables=[
            disclosed(entry.table.name, highest(_levels(entry, each)) or "names", len(entry.visible[:each]))
            for entry in told
        ],
        user=bundle(ref=None, title=title, columns=_HEADER, rows=rows, total_rows=len(rows), elapsed_ms=elapsed_ms),
        items=[_item(entry) for entry in entries],
    )


def fingerprints(namespace: MutableMapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The fingerprints of the named tables, null for those that are gone or can't be read. Nothing for the model."""
    items: list[dict[str, Any]] = []
    for name in arguments.get("names") or ():
        try:
            found: dict[str, Any] | None = find_table(namespace, str(name)).fingerprint()
        except Failure:
            found = None
        items.append({"name": name, "fingerprint": found})
    return answer("", items=items)


def _text(entries: Sequence[_Entry]) -> str:
    if not entries:
        return "There are no tables in this kernel. " + WHAT_COUNTS
    told = entries[:MAX_TABLES]
    each = _columns_each(told)
    lines = [counted(len(entries), "table") + " in this kernel:"]
    lines.extend(_line(entry, each) for entry in told)
    if len(entries) > len(told):
        lines.append("… and %d more" % (len(entries) - len(told)))
    return "\n".join(lines)


def _columns_each(entries: Sequence[_Entry]) -> int:
    """How many columns of each table the text names."""
    return min(MAX_COLUMNS, max(10, MAX_NAMES // max(1, len(entries))))


def _line(entry: _Entry, columns: int) -> str:
    facts = [shape(entry.rows if entry.counted else None, len(entry.visible))] if entry.columns is not None else []
    if allows(entry.level, "schema"):
        facts = [entry.table.kind, *facts]
        if entry.table.lazy:
            facts.append("lazy")
        elif entry.bytes is not None and entry.counted:
            facts.append(memory(entry.bytes))
    head = "- %s%s" % (shown_name(entry.table.name), " (%s)" % ", ".join(facts) if facts else "")
    if entry.columns is None:
        return head + ": can't be read"
    names = [_column(column) for column in entry.visible[:columns]]
    left = len(entry.visible) - len(names)
    return head + ": " + ", ".join(names) + (", … and %d more" % left if left else "") if names else head


def _column(column: Column) -> str:
    if column.secret:
        return "%s %s" % (column.shown, SECRET_COLUMN)
    return "%s %s" % (column.shown, column.type_word) if allows(column.level, "schema") else column.shown


def _levels(entry: _Entry, columns: int) -> list[str]:
    """Of what a table's line tells: its name, its kind, its columns."""
    return [lowest(level, "schema") for level in [entry.level, *(c.level for c in entry.visible[:columns])]]


def _row(entry: _Entry) -> list[Any]:
    columns = None if entry.columns is None else len(entry.columns)
    return [
        entry.table.name,
        entry.table.kind,
        entry.rows,
        columns,
        None if entry.bytes is None else memory(entry.bytes),
    ]


def _item(entry: _Entry) -> dict[str, Any]:
    """A table for the interface: all of them, hidden ones with that level; of each the first columns."""
    columns = entry.columns or []
    return {
        "name": entry.table.name,
        "kind": entry.table.kind,
        "rows": entry.rows,
        "columns": [{"name": c.name, "type": c.type, "level": c.level} for c in columns[:MAX_COLUMNS]],
        "column_count": len(columns),
        "bytes": entry.bytes,
        "level": entry.level,
    }
