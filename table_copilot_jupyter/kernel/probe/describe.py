"""What the columns of a table are like: types, missing and distinct values, ranges, quartiles, frequent values.

The user is shown all of it. The model reads of each column what its level allows: its name, its type, its figures,
and at ``rows`` a few rows too. Whatever the table's size it takes about a second at most: beyond ``ALL_CELLS`` cells
what needs sorting or hashing comes from an evenly spread sample, beyond ``WHOLE_CELLS`` everything does. Figures from
a sample are marked with ~.
"""

from __future__ import annotations

import difflib
import time
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import Any

from .adapters import Table, attempt
from .describe_text import SampleRows, column_line, heading, rows_text, user_bundle
from .failure import Failure
from .frames import find_table
from .gate import Policy, allows, answer, consent, disclosed, lowest
from .profiles import Profile
from .sampling import spread
from .views import Column, every, highest
from .wording import counted, shown_name

ALL_CELLS = 1_000_000
"""Up to so many cells every figure is exact."""

WHOLE_CELLS = 25_000_000
"""Up to so many cells missing values, least, greatest, mean and deviation are exact."""

MAX_COLUMNS = 100
SHOWN_ROWS = 3


class _Description:
    """A table with the profiles of some of its columns."""

    def __init__(self, table: Table, columns: Sequence[Column], left: int, counted: bool) -> None:
        self.table = table
        self.columns = columns
        self.left = left
        """How many visible columns are not among them."""
        self.counted = counted
        self.rows = table.rows()
        self.sampled: int | None = None
        """How many rows the sample has, None without one."""
        self.whole = True
        self.profiles: dict[int, Profile] = {}
        self.parts: dict[int, Any] = {}
        if self.rows is not None and columns:
            self._profile(self.rows)

    def _profile(self, rows: int) -> None:
        parts = self.table.parts()
        cells = rows * len(self.columns)
        positions = None
        if cells > ALL_CELLS:
            positions = spread(rows, max(1_000, ALL_CELLS // len(self.columns)))
            self.sampled = len(positions)
            self.whole = cells <= WHOLE_CELLS
        for column in self.columns:
            part = self.parts[column.place] = parts[column.place][1]
            profile = self.table.profile(part, positions, self.whole)
            if profile.missing and profile.looked < rows:
                profile.missing = round(profile.missing * rows / profile.looked)
            profile.name, profile.type = column.name, column.type
            self.profiles[column.place] = profile

    def text(self, level_of: Callable[[Column], str]) -> str:
        """What the model would read if each column's level were that."""
        seen = [column for column in self.columns if level_of(column) != "hidden"]
        top = highest([level_of(column) for column in seen]) or "names"
        lines = [
            heading(
                self.table,
                self.rows if self.counted or allows(top, "aggregates") else None,
                len(seen) + self.left,
                kind=allows(top, "schema"),
                sampled=self.sampled if allows(top, "aggregates") else None,
            )
        ]
        for column in seen:
            lines.append(column_line(column, level_of(column), self.profiles.get(column.place), self.rows or 0))
        if self.left:
            lines.append("… and %s: name them to see them" % counted(self.left, "more column"))
        if self.table.lazy:
            lines.append(_how_to_compute(self.table))
        rows = self.sample_rows(level_of)
        return "\n".join(lines + ([rows_text(rows)] if rows.rows else []))

    def sample_rows(self, level_of: Callable[[Column], str]) -> SampleRows:
        """A few rows with the columns whose values may be shown."""
        columns = [c for c in self.columns if allows(level_of(c), "rows") and not c.secret and c.place in self.parts]
        if not columns or not self.rows:
            return SampleRows([], [])
        positions = spread(self.rows, SHOWN_ROWS)
        cells = [self._cells(column, positions) for column in columns]
        return SampleRows([column.name for column in columns], [list(row) for row in zip(*cells)])

    def _cells(self, column: Column, positions: list[int]) -> list[Any]:
        cells = attempt(lambda: self.table.scalars(self.parts[column.place], positions))
        return [None] * len(positions) if cells is None else cells


def describe(namespace: MutableMapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Describe the table ``name``, or those of its ``columns``. ``Failure`` if there is no such table or column."""
    started = time.perf_counter()
    table = find_table(namespace, str(arguments.get("name")), policy)
    chosen, left = _chosen(every(table, policy), arguments.get("columns"), table.name)
    description = _Description(table, chosen, left, policy.counts(table.name))
    text = description.text(lambda column: column.level)
    seen = [column for column in chosen if column.level != "hidden"]
    shown = description.sample_rows(lambda column: column.level)
    shows = "rows" if shown.rows else "aggregates" if description.profiles else "schema"
    level = highest([lowest(shows, _told_level(column)) for column in seen]) or lowest(
        "schema", policy.level_of(table.name)
    )
    return answer(
        text,
        level=level,
        tables=[disclosed(table.name, level, len(seen), len(shown.rows))],
        user=user_bundle(
            table,
            [description.profiles.get(column.place) or Profile(column.name, column.type) for column in chosen],
            description.rows,
            sampled=description.sampled,
            whole=description.whole,
            elapsed_ms=(time.perf_counter() - started) * 1_000,
        ),
        more=_more(description, seen),
    )


def _told_level(column: Column) -> str:
    """The level of what is told of a column: of one that looks secret never more than its name."""
    return "names" if column.secret else column.level


def _more(description: _Description, seen: Sequence[Column]) -> dict[str, Any] | None:
    """The consent to statistics, where they could be shown and are not."""

    def raised(column: Column) -> str:
        return column.level if allows(column.level, "aggregates") else lowest("aggregates", column.limit)

    gained = [column for column in seen if raised(column) != column.level and allows(raised(column), "aggregates")]
    gained = [column for column in gained if not column.secret and column.place in description.profiles]
    if not gained:
        return None
    table = description.table
    return consent(
        description.text(raised),
        level="aggregates",
        what="statistics of %s of %s (%s)"
        % (counted(len(gained), "column"), shown_name(table.name), counted(description.rows or 0, "row")),
        tables=[disclosed(table.name, "aggregates", len(seen))],
        columns=len(gained),
    )


def _chosen(columns: Sequence[Column], wanted: Any, table: str) -> tuple[list[Column], int]:
    """The columns to describe, and how many visible ones are left out. Hidden ones stand in for the user only."""
    if not wanted:
        chosen = list(columns[:MAX_COLUMNS])
        return chosen, sum(column.level != "hidden" for column in columns[MAX_COLUMNS:])
    by_name = {column.name.casefold(): column for column in columns if column.level != "hidden"}
    chosen = []
    for name in wanted:
        column = by_name.get(str(name).casefold())
        if column is None:
            near = difflib.get_close_matches(str(name).casefold(), by_name, n=3, cutoff=0.5)
            names = " or ".join(repr(by_name[match].name) for match in near)
            raise Failure(
                "%s has no column %r." % (table, str(name)[:100]),
                "Did you mean %s?" % names if near else "Describe the table without naming columns to see all of them.",
            )
        if column not in chosen:
            chosen.append(column)
    return chosen[:MAX_COLUMNS], max(0, len(chosen) - MAX_COLUMNS)


def _how_to_compute(table: Table) -> str:
    load = "in the notebook %s = %s.%s loads it" % (table.name, table.name, table.compute)
    if table.computed_by_query:
        return "It is lazy, so its rows aren't looked at here. A query computes what it needs; " + load + "."
    return "It is lazy, so its rows aren't looked at here: " + load + "."
