"""What the model is told of a query's result, by the level of all that the query reads.

- ``names``: the result's columns. ``schema``: with their types.
- ``aggregates``: values, if the query is aggregating (``grouping.py``), without rows behind which there are fewer than
  ``MIN_GROUP`` rows; else as at ``schema``.
- ``rows``: values.

How many rows a result has can say as much as its values: ``SELECT unnest(range(salary)) …`` has as many as the salary.
So below ``aggregates`` the model learns that there are some or none, and the number only where it is that of a table.

Values of columns that look secret are never told. Where such a column is named in the statement, the result may hold
it under any name, so then no value is told at all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import gate, secrets
from .gate import MIN_GROUP, Policy, allows, consent, disclosed, lowest
from .lineage import Reading
from .result import ResultColumn
from .wording import SECRET_COLUMN, counted, cut, one_line, shown_name

KEPT_ROWS = 1_000_000
"""The most rows of a result that become the variable; of one more it is known that there are more."""

MODEL_ROWS = 50
MODEL_COLUMNS = 30
MODEL_CELL = 200

_DIGITS = 10


@dataclass(frozen=True)
class Groups:
    """Of an aggregating query: whether each of the first rows stands for enough rows, and how many in all don't."""

    large: Sequence[bool]
    small: int


def levels(policy: Policy, reading: Reading) -> tuple[str, str]:
    """``(level, limit)``: what is allowed of all that a query reads, and what a consent could allow."""
    level, limit = "rows", "rows"
    for table, columns in reading.columns.items():
        level = lowest(level, policy.level_of(table), *(policy.level_of(table, column) for column in columns))
        limit = lowest(limit, policy.limit_of(table), *(policy.limit_of(table, column) for column in columns))
    return level, limit


@dataclass(frozen=True)
class Answer:
    """A result and what decides how much of it is told. ``rows``: the first ones, as JSON scalars; of ``total``."""

    ref: str
    level: str
    limit: str
    reading: Reading
    columns: Sequence[ResultColumn]
    rows: Sequence[Sequence[Any]]
    total: int
    groups: Groups | None
    public_count: bool
    keeps_names: bool
    untold_names: Collection[str] = ()
    """Names of columns that are values: below ``rows`` they are not told."""

    @property
    def secret(self) -> bool:
        """Whether a column that looks secret may be in the result under another name."""
        read = [column for columns in self.reading.columns.values() for column in columns if secrets.hides(column)]
        return any(not self.keeps_names or column.casefold() in self.reading.named for column in read)

    def answer(self, *, user: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, Any]:
        """What the operation returns."""
        told = self._told(self.level)
        offered = self._offered()
        more = None
        if offered is not None:
            rows = self._rows(offered)
            text_columns = sum(not column.numeric for column in self.columns[:MODEL_COLUMNS])
            more = consent(
                self._text(offered),
                level=offered,
                what="%s of %s: %s%s"
                % (
                    counted(len(rows), "row"),
                    self.ref,
                    counted(self._told_columns, "column"),
                    ", %d of text" % text_columns if text_columns else "",
                ),
                tables=self._receipt(offered),
                rows=len(rows),
                columns=self._told_columns,
            )
        return gate.answer(
            self._text(told),
            level=told if self.reading.columns else None,
            tables=self._receipt(told),
            user=user,
            more=more,
            evidence=dict(evidence),
        )

    @property
    def _told_columns(self) -> int:
        return min(len(self.columns), MODEL_COLUMNS)

    def _told(self, allowed: str) -> str:
        """The level of what is told where ``allowed`` is allowed."""
        if allows(allowed, "aggregates") and self.secret:
            return "schema"
        if allowed == "aggregates" and self.groups is None:
            return "schema"
        return allowed

    def _offered(self) -> str | None:
        """The lowest level at which the model would be told more, if the user consented to it."""
        if self.secret or self.level == "rows" or not self.total:
            return None
        if self.groups is not None and (not self.groups.small or self.limit != "rows"):
            gains = self.level != "aggregates" and any(self.groups.large) and allows(self.limit, "aggregates")
            return "aggregates" if gains else None
        return "rows" if self.limit == "rows" else None

    def _rows(self, level: str) -> Sequence[Sequence[Any]]:
        """The rows whose values are told."""
        if level == "rows":
            return self.rows[:MODEL_ROWS]
        if level == "aggregates" and self.groups is not None:
            return [row for row, large in zip(self.rows, self.groups.large) if large][:MODEL_ROWS]
        return []

    def _receipt(self, level: str) -> list[dict[str, Any]]:
        rows = len(self._rows("rows")) if level == "rows" else 0
        return [disclosed(table, level, len(columns), rows) for table, columns in self.reading.columns.items()]

    def _text(self, level: str) -> str:
        head = "%s: %s × %s (%s)" % (
            self.ref,
            self._count(level),
            counted(len(self.columns), "column"),
            self._columns_text(level),
        )
        end = "It is the variable _%s. Cite its numbers as [%s]." % (self.ref, self.ref)
        if not allows(level, "aggregates"):
            reason = ": the query names a column that looks secret" if self.secret else ""
            return "%s; the user sees the table, you don't see its values%s. %s" % (head, reason, end)
        return "%s\n\n%s\n\n%s" % (head, self._table(level), end)

    def _count(self, level: str) -> str:
        if not self.total:
            return "no rows"
        if not (allows(level, "aggregates") or self.public_count):
            return "some rows"
        return ("more than %s" if self.total > KEPT_ROWS else "%s") % counted(min(self.total, KEPT_ROWS), "row")

    def _columns_text(self, level: str) -> str:
        parts = []
        for column in self.columns[:MODEL_COLUMNS]:
            name = shown_name(column.name)
            if column.name in self.untold_names and level != "rows":
                name = "(a name from the data)"
            if secrets.hides(column.name):
                name += ": " + SECRET_COLUMN
            elif allows(level, "schema"):
                name += ": " + column.type
            parts.append(name)
        left = len(self.columns) - len(parts)
        return ", ".join(parts) + (" and %d more" % left if left else "")

    def _table(self, level: str) -> str:
        columns = self.columns[:MODEL_COLUMNS]
        hidden = [secrets.hides(column.name) for column in columns]
        rows = self._rows(level)
        lines = [
            "| %s |" % " | ".join(_escaped(shown_name(column.name)) for column in columns),
            "|%s" % ("---|" * len(columns)),
        ]
        for row in rows:
            cells = [secrets.SECRET if secret else _cell(cell) for cell, secret in zip(row, hidden)]
            lines.append("| %s |" % " | ".join(cells))
        small = self.groups.small if level == "aggregates" and self.groups is not None else 0
        left = self.total - len(rows) - small
        if left > 0:
            lines.append("… %s" % counted(left, "more row"))
        if small:
            lines.append("… %s withheld (fewer than %d rows)" % (counted(small, "row"), MIN_GROUP))
        return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".%dg" % _DIGITS)
    if isinstance(value, int):
        return str(value)
    return _escaped(cut(one_line(secrets.redacted(str(value))), MODEL_CELL))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")
