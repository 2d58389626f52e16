"""What an ask comes to once its words have found their columns: the plan that SQL and answers are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .asks import Ask, Measure
from .comparisons import Condition
from .names import Column, TableInfo

Shape = Literal[
    "columns", "describe", "count", "distinct", "missing", "correlation", "aggregate", "share", "ranking", "rows"
]


@dataclass(frozen=True)
class Group:
    """A column by which results are grouped, or the ``period`` of a column of times."""

    column: Column
    period: str = ""


@dataclass(frozen=True)
class Plan:
    """An ask with the names found. ``ranking`` is of rows where it has no groups; ``share`` is that of the rows where
    ``parts`` hold among those where ``conditions`` do. ``period``: what is counted of a column of times. ``unit``: the
    user's word for one that no column's name tells. ``noun``: their word for the rows.
    """

    shape: Shape
    ask: Ask
    table: TableInfo
    columns: tuple[Column, ...] = ()
    groups: tuple[Group, ...] = ()
    conditions: tuple[Condition, ...] = ()
    measures: tuple[Measure, ...] = ()
    parts: tuple[Condition, ...] = ()
    period: str = ""
    unit: str = ""
    noun: str = ""

    @property
    def guesses(self) -> int:
        """How many words were not found, and taken for values or for a word that means the rows."""
        guessed = [condition.said for condition in (*self.conditions, *self.parts) if condition.guessed]
        return sum(len(said.split()) for said in guessed)

    @property
    def doubtful(self) -> tuple[Condition, ...]:
        """Where words were taken for values only because they could be nothing else."""
        return tuple(condition for condition in (*self.conditions, *self.parts) if condition.doubtful)
