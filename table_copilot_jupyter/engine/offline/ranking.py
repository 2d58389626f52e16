"""What comes first, for the offline model: rows or groups in the order of a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from .asks import HOW_MUCH, SIZE, Ask, Clause, Measure, NoColumn, Refusal, Unclear
from .conditions import conditions_in
from .names import COUNTERS, Column, columns_meant, is_key, name_words
from .plans import Plan
from .subjects import FLOWS, RATES, Subjects


class Ranking(Subjects):
    """Plans rankings of the rows of one table, or of groups of them."""

    def _ranking(self, ask: Ask, base: Plan) -> Plan:
        entity, measured = (ask.entity, ask.of or ask.order) if ask.kind == "extreme" else (ask.of, ask.order)
        named = columns_meant(entity, self._pool(True)) if ask.kind == "top" and not measured else ()
        if named and named[0].holds == "numbers" and not COUNTERS.fullmatch(named[0].name):
            entity, measured = "", entity  # "top 5 prices"
        group, conditions, other = self._entity(entity)
        measured = measured or other
        if group is None and not conditions and not self._means_rows(entity):
            if ask.measures or (not measured and ask.hints in ((), HOW_MUCH, SIZE)):
                raise NoColumn(entity, self._scene.no_column(entity))
            conditions = self._rows_word(entity)
        each = ask.kind == "extreme" and base.groups
        if each and group is not None:
            raise self._refusal(
                f"I can find that over all rows only, not for each “{ask.by[0]}”.",
                f"这个我只能对所有行求，不能按“{ask.by[0]}”分别求。",
            )
        base = replace(base, shape="ranking", conditions=base.conditions + conditions)
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
        if not ask.order and (columns[0].holds in ("text", "other") or is_key(columns[0])):
            raise Refusal(self._which_measure(columns[0]))
        if not base.groups and not {*base.measures} <= {"min", "max"}:
            raise self._refusal("Of which groups? Say “… by COLUMN”.", "按哪一列分组？请说“每个某列的……”。")
        self._must_add_up(columns, base.measures)
        self._must_be_none(columns[1:])
        base = replace(base, columns=columns[:1], conditions=base.conditions + more)
        if each and not base.measures:
            return replace(base, shape="aggregate", measures=("max",) if ask.direction == "desc" else ("min",))
        if base.groups:
            return replace(base, measures=base.measures or self._measure_of(ask, measured, base))
        said = [measured, *(f"{measured} {hint}" for hint in ask.hints if hint)]
        direct = any(columns[0] in columns_meant(phrase, self._table.columns) for phrase in said if phrase)
        if ask.kind == "extreme" and not ask.entity and direct:
            return replace(base, shape="aggregate", measures=("max",) if ask.direction == "desc" else ("min",))
        return replace(base, measures=())

    def _measure_of(self, ask: Ask, measured: str, base: Plan) -> tuple[Measure, ...]:
        """The heaviest penguins of an island are a mean, its most sales are a sum, its highest price is the highest."""
        if FLOWS & set(name_words(base.columns[0].name)) and (ask.direction == "desc" or ask.hints == HOW_MUCH):
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

    def _is_measure(self, phrase: str) -> bool:
        found = columns_meant(phrase, self._pool(True))
        return bool(found) and found[0].holds == "numbers" and not COUNTERS.fullmatch(found[0].name)

    def _must_add_up(self, columns: Sequence[Column], measures: Sequence[Measure]) -> None:
        for column in columns:
            if "sum" in measures and RATES & set(name_words(column.name)):
                raise self._refusal(
                    f"`{column.name}` is a rate, which does not add up. Ask for its mean.",
                    f"`{column.name}` 是比率，不能相加。可以问它的平均值。",
                )
