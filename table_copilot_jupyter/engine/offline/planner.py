"""An ask with the names of one table, for the offline model: one method for each kind of ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .asks import Ask, Clause, NoColumn, Unclear
from .clauses import CONDITIONS
from .comparisons import Condition
from .conditions import conditions_in
from .counting import SAYS_TRUE, Counting
from .names import Column
from .plans import Group, Plan
from .ranking import Ranking
from .tagging import tag
from .units import unit_of, unit_said

_MOST_GUESSES: Final = 3
_MOST_UNSURE: Final = 2
"""Of so many words in small letters it is tried whether they are values."""


class Planner(Counting, Ranking):
    """Plans asks for one table."""

    def plan(self, ask: Ask) -> Plan:
        """Raises Unclear and Choice, also where a word of the ask would be left out."""
        units = [clause for clause in ask.clauses if clause.marker == "in" and unit_said(clause.phrase)]
        conditions: list[Condition] = []
        columns: list[Column] = []
        for clause in ask.clauses:
            if clause in units:
                continue
            if clause.marker in CONDITIONS and (true := self._true_in(f"is {clause.phrase}")):
                conditions.append(true)  # "how many orders were returned"
                continue
            found = conditions_in(clause, self._scene)
            conditions += found.conditions
            columns += [column for column in found.columns if column not in columns]
        if ask.kind == "extreme" and not (ask.entity or ask.measures) and ask.by and self._is_measure(ask.by[0]):
            ask = replace(ask, entity=ask.of, of=ask.by[0], by=ask.by[1:])  # "the largest country by population"
        groups = tuple(group for phrase in ask.by for group in self._groups(phrase))
        base = Plan("rows", ask, self._table, groups=groups, conditions=tuple(conditions), measures=ask.measures)
        made = self._made(ask, base, columns)
        self._must_be_whole(made, columns)
        return self._in_unit(made, [clause.phrase for clause in units])

    def _made(self, ask: Ask, base: Plan, mentioned: Sequence[Column]) -> Plan:
        if ask.kind in ("columns", "describe", "missing", "distinct", "correlation"):
            return self._look(ask, base, mentioned)
        if ask.kind == "count":
            return self._count(ask, base)
        if ask.kind == "aggregate":
            return self._aggregate(ask, base, mentioned)
        if ask.kind == "share":
            return self._share(ask, base)
        if ask.kind in ("extreme", "top"):
            return self._ranking(ask, base)
        return self._rows(ask, base, mentioned)

    def _must_be_whole(self, made: Plan, mentioned: Sequence[Column]) -> None:
        """Raises Unclear where words were left out, or so many only guessed at that nothing would come of it."""
        conditions = (*made.conditions, *made.parts)
        if made.conditions and made.shape in ("columns", "describe"):
            raise self._refusal(
                "I can describe a whole table only, not some of its rows.",
                "我只能描述整个表，不能只描述其中的一些行。",
            )
        used = {
            *made.columns,
            *(group.column for group in made.groups),
            *(c for one in conditions for c in one.columns),
        }
        self._must_be_none([column for column in mentioned if column not in used])
        if len(made.doubtful) > _MOST_GUESSES or sum(condition.unsure for condition in conditions) > _MOST_UNSURE:
            raise Unclear(self._scene.not_understood([condition.said for condition in made.doubtful]))

    def _in_unit(self, made: Plan, said: Sequence[str]) -> Plan:
        """``in grams``: that is said by the column's name, or nowhere. Raises Unclear where it is another unit."""
        for unit in said:
            if not made.columns:
                raise Unclear(self._scene.not_understood([unit]))
            for column in made.columns:
                if (own := unit_of(column.name)) and own != unit_said(unit):
                    raise self._refusal(
                        f"`{column.name}` is in {own}, and I don't convert it into {unit}.",
                        f"`{column.name}` 的单位是 {own}，我不会换算成{unit}。",
                    )
                made = made if own else replace(made, unit=unit)
        return made

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
        if not chosen or (ask.measures and len(chosen) > 1):
            raise NoColumn(ask.of, self._scene.no_column(ask.of or "?"))
        if not ask.measures and (base.groups or len(chosen) > 1):
            return replace(base, shape="count", columns=(), groups=(*base.groups, *map(Group, chosen)))
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

    def _aggregate(self, ask: Ask, base: Plan, mentioned: Sequence[Column]) -> Plan:
        columns, conditions = self._subject(ask.of, ask.hints, measured=True)
        columns = columns or tuple(mentioned)
        if not columns:
            columns = (self._only_number(ask.of),)
        if not set(ask.measures) <= {"min", "max"}:
            for column in columns:
                self._must_hold_numbers(column)
                if "share" in ask.measures and column.holds != "truth" and not SAYS_TRUE.fullmatch(column.name):
                    raise Unclear(self._no_share(column))
        self._must_add_up(columns, ask.measures)
        return replace(base, shape="aggregate", columns=columns, conditions=base.conditions + conditions)

    def _no_share(self, column: Column) -> str:
        return self._scene.say(
            f"`{column.name}` says neither yes nor no, so it has no share. Ask for its mean or its counts.",
            f"`{column.name}` 不是是非列，没有占比。可以问它的平均值或计数。",
        )

    def _rows(self, ask: Ask, base: Plan, mentioned: Sequence[Column]) -> Plan:
        order: tuple[Column, ...] = ()
        if ask.order:
            order = self._subject(ask.order)[0]
            self._must_be_none(order[1:])
            if not order:
                raise NoColumn(ask.order, self._scene.no_column(ask.order))
            base = replace(base, ask=replace(ask, direction=ask.direction or "asc"))
        shown = tuple(mentioned)
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
                more = self._rows_word(ask.of)  # "passengers older than 60", "females older than 60"
                return replace(base, columns=order, conditions=base.conditions + more)
            found = conditions_in(Clause("of", ask.of), self._scene)
            shown = (*found.columns, *shown)
            base = replace(base, conditions=base.conditions + found.conditions)
        return replace(base, columns=order, groups=tuple(Group(column) for column in shown))
