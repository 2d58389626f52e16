"""What is counted, for the offline model: rows, different values, sums of what is a count already, shares."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .asks import Ask, Clause, NoColumn, Unclear
from .comparisons import Condition
from .conditions import conditions_in
from .names import COUNTERS, Column, columns_meant, is_key, name_words, singular
from .plans import Plan
from .subjects import FLOWS, STOCKS, Subjects
from .tagging import tag

SAYS_TRUE: Final = re.compile(r"(?:is|has|was)(?:_.*|[A-Z].*)|.*ed", re.IGNORECASE)


class Counting(Subjects):
    """Plans counts and shares of the rows of one table."""

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
        if items[0].kind == "table" and singular(items[0].text.lower()) != items[0].text.lower():
            self._must_be_none([c for c in found.columns if all(c not in one.columns for one in base.conditions)])
            return replace(base, shape="count")  # "how many passengers embarked in Cherbourg"
        self._must_be_none(found.columns[1:])
        return self._counted(base, found.columns) if found.columns else replace(base, shape="count")

    def _counted(self, base: Plan, columns: Sequence[Column]) -> Plan:
        """``how many species``, ``how many people``: different values, or the sum of what is a count itself."""
        column = columns[0]
        if column.holds != "numbers" or not (FLOWS | STOCKS) & set(name_words(column.name)):
            return replace(base, shape="distinct", columns=(column,), measures=("count",))
        times = {c for c in self._table.columns if c.holds == "times" or (COUNTERS.fullmatch(c.name) and not is_key(c))}
        fixed = {c for condition in base.conditions if condition.op == "=" for c in condition.columns}
        if STOCKS & set(name_words(column.name)) and times and not times & {*fixed, *(g.column for g in base.groups)}:
            raise self._refusal(
                f"`{column.name}` is told for each time anew, so it does not add up. Say which: “… in 2007”.",
                f"`{column.name}` 每个时间都有一个值，不能直接相加。请说明是哪一年，例如“2007 年”。",
            )
        return replace(base, shape="aggregate", columns=(column,), measures=("sum",))

    def _share(self, ask: Ask, base: Plan) -> Plan:
        """``what percentage of the penguins is female``"""
        items = tag(ask.of, self._scene)
        if [item.kind for item in items] == ["word"] and not items[0].quoted:
            whole = self._rows_word(items[0].text)
        else:
            whole = self._part(ask.of)
        parts = self._part(ask.text)
        if not parts:  # 2007年的企鹅占百分之多少: what is said of the part stands in the conditions
            parts, base = base.conditions, replace(base, conditions=())
        if not parts:
            raise Unclear(self._scene.not_understood([ask.text or ask.of]))
        return replace(base, shape="share", conditions=base.conditions + whole, parts=parts)

    def _part(self, phrase: str) -> tuple[Condition, ...]:
        if self._means_rows(phrase):
            return ()
        if true := self._true_in(f"is {phrase}"):
            return (true,)
        found = conditions_in(Clause("where", phrase), self._scene)
        if found.columns:
            raise Unclear(self._scene.not_understood([phrase]))
        return found.conditions

    def _true_in(self, phrase: str) -> Condition | None:
        """``how many were returned``, ``how many passengers survived``: a column that says yes or no."""
        positive = re.sub(r"\bnot ", "", phrase)
        items = tag(positive, self._scene)
        columns = [item for item in items if item.kind == "column"]
        if len(columns) != 1 or any(item.kind == "word" for item in items):
            return None
        column = self._scene.one(columns[0].columns, columns[0].text)
        if column.holds == "truth":
            return Condition((column,), "=", ("true" if positive == phrase else "false",))
        told = len(items) > 1 or re.match(r"(?:were|was|are|is|have|had)\b", phrase)
        return (
            Condition((column,), "=", ("1" if positive == phrase else "0",))
            if column.holds == "numbers" and told and SAYS_TRUE.fullmatch(column.name)
            else None
        )

    def _count_of_word(self, word: str, base: Plan) -> Plan:
        """``how many passengers``, ``how many males``: a word for the rows, or a value."""
        if found := columns_meant(word, self._table.columns):
            return self._counted(base, [self._scene.one(found, word)])
        if singular(word.lower()) not in ("time", "date") and (period := self._period(word)):
            return replace(base, shape="distinct", columns=(period.column,), period=period.period, measures=("count",))
        if not (self._named or base.groups or base.conditions) and word == word.lower():
            raise NoColumn(word, self._scene.no_column(word))
        return replace(base, shape="count", conditions=base.conditions + self._rows_word(word))
