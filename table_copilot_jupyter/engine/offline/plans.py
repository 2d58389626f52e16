"""What an ask comes to once its words have found their columns: the plan that SQL and answers are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .asks import Ask, Measure
from .comparisons import Condition
from .names import Column, TableInfo

Shape = Literal["columns", "describe", "count", "distinct", "missing", "correlation", "aggregate", "ranking", "rows"]


@dataclass(frozen=True)
class Group:
    """A column by which results are grouped, or the ``period`` of a column of times."""

    column: Column
    period: str = ""


@dataclass(frozen=True)
class Plan:
    """An ask with the names found. ``ranking`` is of rows where it has no groups."""

    shape: Shape
    ask: Ask
    table: TableInfo
    columns: tuple[Column, ...] = ()
    groups: tuple[Group, ...] = ()
    conditions: tuple[Condition, ...] = ()
    measures: tuple[Measure, ...] = ()
    unknown: int = 0

    @property
    def guesses(self) -> int:
        """How many words were not found, and taken for values or for a word that means the rows."""
        return self.unknown + sum(condition.guessed for condition in self.conditions)
