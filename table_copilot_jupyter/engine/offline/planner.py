"""An ask with the names of one table, for the offline model: one method for each kind of ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Literal

from .asks import HOW_MUCH, SIZE, Ask, Clause, Measure, NoColumn, Unclear
from .comparisons import Condition
from .conditions import conditions_in
from .fields import words
from .names import Column, columns_meant, name_words
from .plans import Group, Plan
from .subjects import COUNTERS, Subjects
from .tagging import tag

_FLOWS: Final = words("sale sales revenue turnover quantity amount profit unit expense goal point vote death")
"""What is added up where nothing else is said: "top 5 regions by sales"."""
_SAYS_TRUE: Final = re.compile(r"(?:is|has|was)(?:_.*|[A-Z].*)|.*ed", re.IGNORECASE)
_STOCKS: Final = words("pop population inhabitant 人口")
"""What is not added up over the rows: the same people stand in each year's."""


class Planner(Subjects):
    """Plans asks for one table."""

    def plan(self, ask: Ask) -> Plan:
        conditions: list[Condition] = []
        columns: list[Column] = []
        for clause in ask.clauses:
            found = conditions_in(clause, self._scene)
            conditions += found.conditions
            columns += [column for column in found.columns if column not in columns]
        groups = tuple(group for phrase in ask.by for group in self._groups(phrase))
        base = Plan("rows", ask, self._table, groups=groups, conditions=tuple(conditions), measures=ask.measures)
        if ask.kind in ("columns", "describe", "missing", "distinct", "correlation"):
            return self._look(ask, base, columns)
        if ask.kind == "count":
            return self._count(ask, base)
        if ask.kind == "aggregate":
            return self._aggregate(ask, base, columns)
        if ask.kind in ("extreme", "top"):
            return self._ranking(ask, base)
        return self._rows(ask, base)

    # --- the kinds ----------------------------------------------------------------------------------

    def _look(self, ask: Ask, base: Plan, columns: Sequence[Column]) -> Plan:
        if ask.kind == "columns":
            return replace(base, shape="columns")
        found, conditions = self._subject(ask.of)
        if ask.against:
            others, more = self._subject(ask.against)
            found, conditions = (*found, *others), (*conditions, *more)
        chosen = tuple(dict.fromkeys(found or tuple(columns)))
        base = replace(base, columns=chosen, conditions=base.conditions + conditions)
        if ask.kind == "describe":
            return replace(base, shape="describe")
        if ask.kind == "missing":
            return replace(base, shape="missing", columns=chosen or self._table.columns)
        if ask.kind == "correlation":
            return replace(base, shape="correlation", columns=self._pair(chosen))
        if not chosen:
            raise NoColumn(ask.of, self._scene.no_column(ask.of or "?"))
        return replace(base, shape="distinct", columns=chosen[:1])

    def _pair(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        if len(columns) != 2:
            raise Unclear(
                self._scene.say(
                    "A correlation needs two columns of numbers: say “correlation of A and B”.",
                    "相关性需要两列数字：请说“A 和 B 的相关性”。",
                )
            )
        for column in columns:
            self._must_hold_numbers(column)
        return columns

    def _count(self, ask: Ask, base: Plan) -> Plan:
        if self._means_rows(ask.of):
            return replace(base, shape="count")
        if (true := self._true_in(ask.of)) is not None:
            return replace(base, shape="count", conditions=(*base.conditions, true))
        items = tag(ask.of, self._scene)
        words = [item for item in items if item.kind == "word"]
        if len(items) == 1 and words and not words[0].quoted:
            return self._count_of_word(words[0].text, base)
        found = conditions_in(Clause("of", ask.of), self._scene)
        base = replace(base, conditions=base.conditions + found.conditions)
        if found.columns:
            return replace(base, shape="distinct", columns=found.columns[:1], measures=("count",))
        return replace(base, shape="count")

    def _true_in(self, phrase: str) -> Condition | None:
        """``how many were returned``, ``how many passengers survived``: a column that says yes or no."""
        items = tag(phrase, self._scene)
        columns = [item for item in items if item.kind == "column"]
        if len(columns) != 1 or any(item.kind == "word" for item in items):
            return None
        column = self._scene.one(columns[0].columns, columns[0].text)
        if column.holds == "truth":
            return Condition((column,), "=", ("true",))
        told = len(items) > 1 or re.match(r"(?:were|was|are|is|have|had)\b", phrase)
        return (
            Condition((column,), "=", ("1",))
            if column.holds == "numbers" and told and _SAYS_TRUE.fullmatch(column.name)
            else None
        )

    def _count_of_word(self, word: str, base: Plan) -> Plan:
        """``how many passengers``, ``how many males``: a word for the rows, or a value."""
        if found := columns_meant(word, self._table.columns):
            return replace(base, shape="distinct", columns=(self._scene.one(found, word),), measures=("count",))
        if not self._named and (base.groups or base.conditions) and word == word.lower():
            return replace(base, shape="count", unknown=1)
        if not self._named and word == word.lower():
            raise NoColumn(word, self._scene.no_column(word))
        said = conditions_in(Clause("of", word), self._scene)
        return replace(base, shape="count", conditions=base.conditions + said.conditions)

    def _aggregate(self, ask: Ask, base: Plan, mentioned: Sequence[Column]) -> Plan:
        columns, conditions = self._subject(ask.of, ask.hints, measured=True)
        columns = columns or tuple(mentioned)
        if not columns:
            columns = (self._only_number(ask.of),)
        if not set(ask.measures) <= {"min", "max"}:
            for column in columns:
                self._must_hold_numbers(column)
                if "share" in ask.measures and column.holds != "truth" and not _SAYS_TRUE.fullmatch(column.name):
                    raise Unclear(self._no_share(column))
        return replace(base, shape="aggregate", columns=columns, conditions=base.conditions + conditions)

    def _no_share(self, column: Column) -> str:
        return self._scene.say(
            f"`{column.name}` says neither yes nor no, so it has no share. Ask for its mean or its counts.",
            f"`{column.name}` 不是是非列，没有占比。可以问它的平均值或计数。",
        )

    def _ranking(self, ask: Ask, base: Plan) -> Plan:
        entity, measured = (ask.entity, ask.of or ask.order) if ask.kind == "extreme" else (ask.of, ask.order)
        named = columns_meant(entity, self._pool(True)) if ask.kind == "top" and not measured else ()
        if named and named[0].holds == "numbers" and not COUNTERS.fullmatch(named[0].name):
            entity, measured = "", entity  # "top 5 prices"
        group, conditions, other = self._entity(entity)
        measured = measured or other
        unknown = int(group is None and not conditions and not self._means_rows(entity))
        if unknown and not measured and ask.hints in ((), HOW_MUCH, SIZE):
            raise NoColumn(entity, self._scene.no_column(entity))
        base = replace(base, shape="ranking", conditions=base.conditions + conditions, unknown=unknown)
        if group is not None:
            base = replace(base, groups=(group, *(other for other in base.groups if other != group)))
        if "count" in base.measures or (ask.hints == HOW_MUCH and self._means_rows(measured)):
            return self._most_rows(base)
        if not measured and not any(ask.hints):
            return self._most_rows(base) if group is not None else replace(base, shape="rows", ask=self._first(ask))
        if ask.hints == HOW_MUCH and base.groups and not self._names_column(measured):
            return self._most_rows(
                replace(
                    base, conditions=base.conditions + conditions_in(Clause("of", measured), self._scene).conditions
                )
            )
        columns, more = self._subject(measured, ask.hints, measured=True)
        if not columns:
            if not base.groups and ask.entity == "" and (found := self._entity(measured)[0]):
                raise Unclear(self._which_measure(found.column))
            columns = (self._only_number(measured),)
        base = replace(base, columns=columns[:1], conditions=base.conditions + more)
        if base.groups:
            return replace(base, measures=base.measures or self._measure_of(ask, measured, base))
        said = [measured, *(f"{measured} {hint}" for hint in ask.hints if hint)]
        direct = any(columns[0] in columns_meant(phrase, self._table.columns) for phrase in said if phrase)
        if ask.kind == "extreme" and not ask.entity and direct:
            return replace(base, shape="aggregate", measures=("max",) if ask.direction == "desc" else ("min",))
        return replace(base, measures=())

    def _measure_of(self, ask: Ask, measured: str, base: Plan) -> tuple[Measure, ...]:
        """The heaviest penguins of an island are a mean, its most sales are a sum, its highest price is the highest."""
        if ask.hints == HOW_MUCH and not _STOCKS & set(name_words(base.columns[0].name)):
            return ("sum",)
        if _FLOWS & set(name_words(base.columns[0].name)) and ask.direction == "desc":
            return ("sum",)
        if (
            any(ask.hints)
            and ask.hints != SIZE
            and (self._means_rows(measured) or not columns_meant(measured, self._table.columns, loose=False))
        ):
            return ("mean",)
        return ("max",) if ask.direction == "desc" else ("min",)

    def _most_rows(self, base: Plan) -> Plan:
        if not base.groups:
            raise Unclear(self._which_measure(None))
        return replace(base, measures=("count",), columns=())

    def _first(self, ask: Ask) -> Ask:
        position: Literal["first", "last"] = "last" if ask.direction == "asc" else "first"
        return replace(ask, kind="rows", position=position, limit=ask.limit or 5)

    def _rows(self, ask: Ask, base: Plan) -> Plan:
        order: tuple[Column, ...] = ()
        if ask.order:
            order = self._subject(ask.order)[0][:1]
            if not order:
                raise NoColumn(ask.order, self._scene.no_column(ask.order))
            base = replace(base, ask=replace(ask, direction=ask.direction or "asc"))
        shown: tuple[Column, ...] = ()
        if not self._means_rows(ask.of):
            items = tag(ask.of, self._scene)
            said = any(not condition.guessed for condition in base.conditions)
            if not self._named and not said and all(item.kind == "word" for item in items) and items:
                raise NoColumn(ask.of, self._scene.no_column(ask.of))
            if (
                all(item.kind == "word" for item in items)
                and len(items) == 1
                and base.conditions
                and not items[0].quoted
                and ask.of.islower()
            ):
                return replace(base, columns=order, unknown=1)  # a word for the rows: "passengers older than 60"
            found = conditions_in(Clause("of", ask.of), self._scene)
            shown = found.columns
            base = replace(base, conditions=base.conditions + found.conditions)
        return replace(base, columns=order, groups=tuple(Group(column) for column in shown))
