"""The gate: what of a table the model may see, decided here, before a byte leaves the kernel.

Levels, each with all that those before it allow:

- ``hidden``: nothing, not even that the table or column is there. Only a rule sets it.
- ``names``: names of tables and columns, and how many rows and columns there are.
- ``schema``: also types. No value, no category, no least or greatest value, no count of anything but rows.
- ``aggregates``: also statistics of whole columns, and results of aggregating queries whose every row stands for
  at least ``MIN_GROUP`` rows.
- ``rows``: also values.

A policy has the session's level, the ceiling up to which the user may be asked for more, and rules, which only
ever lower. Everything is shown to the *user*; this is about the model alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

LEVELS = ("hidden", "names", "schema", "aggregates", "rows")
MIN_GROUP = 5
"""The fewest rows that a group may stand for at ``aggregates``."""


def allows(level: str, needed: str) -> bool:
    """Whether ``level`` is at least ``needed``."""
    return LEVELS.index(level) >= LEVELS.index(needed)


def lowest(*levels: str) -> str:
    """The strictest of some levels."""
    return min(levels, key=LEVELS.index)


class Rule:
    """``table`` is a variable's name; ``column`` None stands for the whole table. Names are compared without case."""

    def __init__(self, table: str, column: str | None, level: str) -> None:
        self.table = table.casefold()
        self.column = None if column is None else column.casefold()
        self.level = level


class Policy:
    """What a session's user allows. ``ceiling``: the most that a consent could reach.

    ``uncounted``: tables whose number of rows says something of values, as that of most results of queries does.
    """

    def __init__(self, level: str, ceiling: str, rules: Sequence[Rule] = (), uncounted: Collection[str] = ()) -> None:
        self.level = lowest(level, ceiling)
        self.ceiling = ceiling
        self.rules = tuple(rules)
        self.uncounted = frozenset(uncounted)

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> Policy:
        """From a request. What is missing or unknown is read as the strictest: ``names``, and nothing beyond it."""
        ceiling = _known(value.get("ceiling"))
        rules: list[Rule] = []
        for entry in value.get("rules") or ():
            column = entry.get("column")
            level = entry.get("level")
            rules.append(
                Rule(
                    str(entry.get("table")),
                    None if column is None else str(column),
                    level if level in LEVELS else "hidden",
                )
            )
        return cls(_known(value.get("level")), ceiling, rules)

    def level_of(self, table: str, column: str | None = None) -> str:
        """What may be shown of a table, or of one of its columns."""
        return lowest(self.level, self._rule(table, column))

    def limit_of(self, table: str, column: str | None = None) -> str:
        """What could be shown of it if the user consented: rules and the ceiling stand."""
        return lowest(self.ceiling, self._rule(table, column))

    def counts(self, table: str) -> bool:
        """Whether the model may learn how many rows a table has."""
        return table not in self.uncounted or allows(self.level_of(table), "aggregates")

    def visible(self, table: str, columns: Sequence[str]) -> list[tuple[str, str]]:
        """The columns that are not hidden, each with its level; none of a hidden table."""
        return [(name, level) for name in columns if (level := self.level_of(table, name)) != "hidden"]

    def _rule(self, table: str, column: str | None) -> str:
        folded = table.casefold()
        level = "rows"
        for rule in self.rules:
            if rule.table == folded and (
                rule.column is None or (column is not None and rule.column == column.casefold())
            ):
                level = lowest(level, rule.level)
        return level


def disclosed(name: str, level: str, columns: int = 0, rows: int = 0) -> dict[str, Any]:
    """One table's line in the receipt: what the text for the model shows of it.

    ``columns``: how many of its columns are named or shown; ``rows``: how many of its rows, value by value.
    """
    return {"name": name, "level": level, "columns": columns, "rows": rows}


def answer(
    model: str,
    *,
    level: str | None = None,
    tables: Sequence[Mapping[str, Any]] = (),
    user: Mapping[str, Any] | None = None,
    more: Mapping[str, Any] | None = None,
    **rest: Any,
) -> dict[str, Any]:
    """What an operation returns.

    ``model``: the text that the model may read. ``level``: the highest level of what stands in it; None where
    nothing of a table does. ``tables``: its lines in the receipt. ``user``: a MIME bundle that the user is shown.
    ``more``: what a consent would allow instead, made by ``consent``.
    """
    return {
        "model": model,
        "level": level,
        "tables": list(tables),
        "user": dict(user) if user is not None else None,
        "more": dict(more) if more is not None else None,
        **rest,
    }


def consent(
    text: str, *, level: str, what: str, tables: Sequence[Mapping[str, Any]], rows: int = 0, columns: int = 0
) -> dict[str, Any]:
    """What would be sent after the user's consent: exactly ``text``. ``what`` tells it in words and numbers."""
    return {
        "text": text,
        "level": level,
        "what": what,
        "tables": list(tables),
        "rows": rows,
        "columns": columns,
    }


def _known(level: Any) -> str:
    return level if level in LEVELS and level != "hidden" else "names"
