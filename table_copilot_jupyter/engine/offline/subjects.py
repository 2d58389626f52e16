"""Which columns of one table the phrases of an ask mean: what is measured, looked for, grouped by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .asks import SIZE, Clause, NoColumn, Refusal, Unclear
from .comparisons import Condition
from .conditions import conditions_in
from .fields import words
from .function_words import FUNCTION_WORDS
from .names import COUNTERS, LIKELY, SURE, Column, columns_meant, is_key, means_rows_of, singular
from .plans import Group
from .scene import Scene
from .tagging import FILLER, tag

ROWS: Final = re.compile(
    r"(?:the |all |total |of |their |different )*(?:rows?|records?|entr(?:y|ies)|observations?|lines?|data "
    r"?points?|samples?|cases?|items?|"
    r"data|values?|lines|people|ones|行|条|记录|数据|条记录|行数据|样本)?",
    re.IGNORECASE,
)
FLOWS: Final = words(
    "sale sales revenue turnover quantity amount profit unit expense goal point vote death precipitation rain rainfall "
    "snow production generation consumption"
)
"""What is added up where nothing else is said: "top 5 regions by sales"."""
RATES: Final = words("per percap rate ratio percent percentage pct mean avg average median density")
"""What is added up over nothing."""
STOCKS: Final = words("pop population inhabitant 人口")
"""What is not added up over the rows: the same people stand in each year's."""
_PERIODS: Final = {
    "year": "year",
    "month": "month",
    "day": "day",
    "week": "week",
    "hour": "hour",
    "quarter": "quarter",
    "time": "month",
    "date": "month",
    "年": "year",
    "年份": "year",
    "月": "month",
    "月份": "month",
    "天": "day",
    "日": "day",
    "周": "week",
    "季度": "quarter",
    "小时": "hour",
}
_IN_YEARS: Final = frozenset({"year", "years", "time", "date", "年", "年份", "时间"})


class Subjects:
    """Finds the columns that phrases mean. ``named``: the user has named this table."""

    def __init__(self, scene: Scene, *, named: bool) -> None:
        self._scene = scene
        self._table = scene.table
        self._named = named

    def _means_rows(self, phrase: str) -> bool:
        """Whether a phrase says nothing but the rows of the table: "rows", "penguins", ""."""
        phrase = phrase.strip()
        if phrase and columns_meant(phrase, self._table.columns, least=SURE, loose=False):
            return False
        if ROWS.fullmatch(phrase) or means_rows_of(phrase, self._table.columns):
            return True
        items = tag(phrase, self._scene)
        return all(item.kind == "table" for item in items)

    def _rows_word(self, phrase: str) -> tuple[Condition, ...]:
        """Of a word that may be a value or one for the rows: "females", "passengers"."""
        one = phrase == phrase.lower() and len(phrase.split()) == 1 and not FUNCTION_WORDS.search(phrase)
        if one and all(column.holds in ("numbers", "times", "truth") for column in self._table.columns):
            return (Condition((), "=", (phrase,), guessed=True, noun=True, said=phrase),)
        found = conditions_in(Clause("of", phrase), self._scene)
        return tuple(replace(condition, noun=one) for condition in found.conditions)

    def _names_column(self, phrase: str) -> bool:
        return bool(columns_meant(phrase, self._table.columns)) or any(
            item.kind == "column" for item in tag(phrase, self._scene)
        )

    def _entity(self, phrase: str) -> tuple[Group | None, tuple[Condition, ...], str]:
        """What is looked for: a column's values, or rows (None); conditions and a second column said with it."""
        phrase = re.sub(r"^(?:(?:one|of|the|single|kind of|type of)\s+)+", "", phrase.strip(), flags=re.IGNORECASE)
        if not phrase or self._means_rows(phrase):
            return None, (), ""
        if found := columns_meant(phrase, self._table.columns):
            return Group(self._scene.one(found, phrase)), (), ""
        if period := self._period(phrase):
            return period, (), ""
        items = tag(phrase, self._scene, least=LIKELY)
        columns = [item for item in items if item.kind == "column"]
        words = " ".join(item.text for item in items if item.kind == "word")
        if columns or any(item.kind == "table" for item in items):
            conditions = conditions_in(Clause("of", words), self._scene).conditions if words else ()
            group = Group(self._scene.one(columns[0].columns, columns[0].text)) if columns else None
            return group, conditions, columns[1].text if len(columns) > 1 else ""
        return None, (), ""

    def _groups(self, phrase: str) -> list[Group]:
        if found := columns_meant(phrase, self._table.columns):
            return [Group(self._scene.one(found, phrase))]
        if period := self._period(phrase):
            return [period]
        groups: list[Group] = []
        for item in tag(phrase, self._scene, least=LIKELY, loose=True):
            if item.kind == "column":
                groups.append(Group(self._scene.one(item.columns, item.text)))
            elif item.kind == "word" and (found_period := self._period(item.text)):
                groups.append(found_period)
            elif item.kind == "word":
                raise NoColumn(item.text, self._scene.no_column(item.text))
        if not groups and not (phrase and self._means_rows(phrase) and phrase.lower() not in FILLER):
            raise NoColumn(phrase, self._scene.no_column(phrase))
        return list(dict.fromkeys(groups))

    def _period(self, phrase: str) -> Group | None:
        """``year`` of the only column of times; a column of years for "time"."""
        word = _PERIODS.get(singular(phrase.strip().lower()))
        if word is None:
            return None
        times = [column for column in self._table.columns if column.holds == "times"]
        if times:
            return Group(self._scene.one(times, phrase), word)
        years = columns_meant("year", self._table.columns, loose=False)
        return Group(self._scene.one(years, phrase)) if years and phrase.strip().lower() in _IN_YEARS else None

    def _subject(
        self, phrase: str, hints: Sequence[str] = (), *, measured: bool = False
    ) -> tuple[tuple[Column, ...], tuple[Condition, ...]]:
        """The columns that a phrase is about, and conditions said with it: "Gentoo body mass"."""
        phrase = re.sub(r"^(?:the|all|their|its|columns?)\s+", "", phrase.strip(), flags=re.IGNORECASE)
        pool = self._pool(measured)
        tried = [f"{phrase} {hint}" for hint in hints if hint and phrase] + ([phrase] if phrase else [])
        for name in tried:
            if found := columns_meant(name, pool):
                return (self._scene.one(found, phrase),), ()
        columns: list[Column] = []
        words: list[str] = []
        said: tuple[Condition, ...] = ()
        for item in (
            tag(phrase, replace(self._scene, table=replace(self._table, columns=tuple(pool))), least=LIKELY)
            if phrase
            else ()
        ):
            if item.kind == "column":
                columns.append(self._scene.one(item.columns, item.text))
            elif item.kind == "word":
                words.append(item.text)
        if not columns and (not words or hints != SIZE):
            for hint in filter(None, hints):
                if found := columns_meant(hint, pool, loose=False):
                    columns.append(self._scene.one(found, hint))
                    if words and phrase.endswith(words[-1]):  # "the heaviest animals", "the heaviest females"
                        said = self._rows_word(words.pop())
                    break
        if not columns and measured and (found := columns_meant(phrase, self._table.columns)):
            return (self._scene.one(found, phrase),), ()
        if not columns and words:
            raise NoColumn(phrase, self._scene.no_column(phrase))
        conditions = conditions_in(Clause("of", " ".join(words)), self._scene).conditions if words else ()
        return tuple(dict.fromkeys(columns)), (*conditions, *said)

    def _pool(self, measured: bool) -> tuple[Column, ...]:
        """The columns that could be measured: numbers, where there are any that are known to be."""
        numbers = tuple(
            column
            for column in self._table.columns
            if column.holds in ("numbers", "anything", "truth", "times") and not is_key(column)
        )
        return numbers if measured and numbers else self._table.columns

    def _only_number(self, phrase: str) -> Column:
        """The one column of numbers; where there are several, the user is asked."""
        numbers = [c for c in self._table.columns if c.holds in ("numbers", "anything") and not is_key(c)]
        numbers = [column for column in numbers if not COUNTERS.fullmatch(column.name)] or numbers
        if not numbers:
            raise NoColumn(phrase, self._scene.no_column(phrase or "?"))
        return self._scene.one(numbers, "#numbers")

    def _must_hold_numbers(self, column: Column) -> None:
        if column.holds in ("text", "other"):
            raise Unclear(
                self._scene.say(
                    f"`{column.name}` holds {column.type}, not numbers, so that can't be computed of it.",
                    f"`{column.name}` 的类型是 {column.type}，不是数字，算不了。",
                )
            )

    def _must_be_none(self, left: Sequence[Column]) -> None:
        """Raises Refusal where columns are left over."""
        if left:
            names = ", ".join(f"`{column.name}`" for column in left)
            said = self._scene.say(
                f"I can't read all of that: {names} is left over.", f"这句话我没有全部读懂：{names} 没有用上。"
            )
            raise Refusal(said + self._scene.forms())

    def _refusal(self, english: str, chinese: str) -> Refusal:
        return Refusal(self._scene.say(english, chinese))

    def _which_measure(self, column: Column | None) -> str:
        name = f"`{column.name}`" if column is not None else f"`{self._table.name}`"
        return self._scene.say(
            f"By which column should I rank {name}? Say “… by COLUMN”.", f"按哪一列给 {name} 排名？请说明列名。"
        )
