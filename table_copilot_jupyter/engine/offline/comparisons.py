"""Comparisons, for the offline model: "bill_length_mm over 50", "older than 30", "in 2007" as what SQL compares."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .asks import COMPARATIVES, NoColumn, Unclear
from .chinese_words import VALUES
from .condition_rules import (
    COMPARATIVE,
    NUMBER,
    OR,
    RULES,
    TRUTH,
    YEAR,
    plain_number,
    split,
)
from .function_words import FUNCTION_WORDS
from .names import LIKELY, Column, columns_meant
from .scene import Scene
from .tagging import tag


@dataclass(frozen=True)
class Condition:
    """``op``: =, <>, <, <=, >, >=, in, not in, between, contains, starts, ends, null, known. ``year``: the year of a
    time is compared. Several ``columns``: one of them has to fit. ``guessed``: no column was named; ``loose``: one was,
    but nothing said that it is compared; ``said`` are the user's words then, ``unsure`` of them no names and in no
    quotes. ``noun``: they may be a word for the rows just as well, and are where there are no ``columns``. ``shown``:
    the values as they were written, "5 kg" for 5000."""

    columns: tuple[Column, ...]
    op: str
    values: tuple[str, ...] = ()
    year: bool = False
    guessed: bool = False
    loose: bool = False
    said: str = ""
    unsure: int = 0
    noun: bool = False
    shown: tuple[str, ...] = ()

    @property
    def doubtful(self) -> bool:
        """Whether words were taken for a value only because they could be nothing else."""
        return self.guessed or self.loose


class Comparisons:
    """Reads comparisons with the columns of one table. Raises Unclear and Choice."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.table = scene.table
        self.before: list[str] = []
        """Chinese words that stood before the column's name in the last comparison: 雌性企鹅体重大于 4000."""
        self.of_which = ""
        """What stood before a comparison that names no column: "Dream" in "on Dream weigh more than 4000"."""

    def compared(self, part: str) -> Condition | None:
        """The comparison that ``part`` is, None where it is none."""
        self.before, self.of_which = [], ""
        if (match := COMPARATIVE.fullmatch(part)) and (hinted := self._hinted(match)):
            return hinted
        for pattern, op in RULES:
            if (match := pattern.fullmatch(part)) and (condition := self._by_rule(match, op)):
                return condition
        return None

    def _hinted(self, match: re.Match[str]) -> Condition | None:
        """``older than 30``"""
        if word := match["word"]:
            op, hints = COMPARATIVES[word.lower()]
        else:
            said = (match["weigh"] or match["cost"]).lower()
            op = ">" if said in ("more", "over") else "<"
            hints = ("mass", "weight") if match["weigh"] else ("price", "cost", "fare")
        left = re.sub(r"^(?:the|a|an)\s+", "", match["left"].strip())
        for phrase in (*(f"{left} {hint}" for hint in hints if left), *hints):
            numbers = [column for column in self.table.columns if column.holds in ("numbers", "anything")]
            if found := columns_meant(phrase, numbers, loose=False):
                self.of_which = left if phrase in hints else ""
                return self.condition(self.scene.one(found, phrase), op, match["value"])
        return None

    def _by_rule(self, match: re.Match[str], op: str) -> Condition | None:
        columns = self._left(match["left"])
        values = match.groupdict()
        if not columns:
            if op in ("<", "<=", ">", ">=", "between") and self._names_nothing(match["left"]):
                return self._bare_time(values, op)
            return None
        column = self.scene.one(columns, match["left"])
        if op in ("null", "known"):
            return Condition((column,), op)
        if (
            op in ("=", "in")
            and FUNCTION_WORDS.search(values["value"])
            and not values["value"].startswith(("'", '"', "“", "`"))
        ):
            return None
        if op == "between":
            return self._between(column, values["low"], values["high"])
        return self.condition(column, op, values["value"])

    def _left(self, phrase: str) -> tuple[Column, ...]:
        """The columns that all the words before a comparison mean."""
        phrase = re.sub(
            r"^(?:the|an?|their|its|whose|with|have|has|having|where|的)\s+", "", phrase.strip(), flags=re.IGNORECASE
        )
        if not phrase or self._names_nothing(phrase):
            return ()
        if found := columns_meant(phrase.strip("`\"“”'"), self.table.columns, least=LIKELY):
            return found
        items = tag(phrase, self.scene, least=LIKELY)
        found_columns = [item for item in items if item.kind == "column"]
        others = [item.text for item in items if item.kind in ("word", "break")]
        if not found_columns or not all(re.search(r"[\u4e00-\u9fff]", text) for text in others):
            return ()
        self.before = [text for text in others if text not in ("和", "与", "或", "及")]
        return found_columns[-1].columns

    def _names_nothing(self, phrase: str) -> bool:
        return all(item.kind == "table" for item in tag(phrase, self.scene))

    def _bare_time(self, values: dict[str, str | None], op: str) -> Condition | None:
        """``since 2007``, ``before 2023-06-01``: a year or date that says of no column."""
        given = [str(values[key]).strip() for key in ("low", "high", "value") if values.get(key)]
        if all(re.fullmatch(YEAR, value) for value in given):
            return self.year(op, tuple(given))
        times = [column for column in self.table.columns if column.holds == "times"]
        if times and all(re.fullmatch(r"\d{4}-\d{2}(?:-\d{2})?(?:[ T][\d:]+)?", value) for value in given):
            return Condition((self.scene.one(times, given[0]),), op, tuple(given))
        return None

    def _between(self, column: Column, low: str, high: str) -> Condition:
        if column.holds == "times" and all(re.fullmatch(YEAR, value) for value in (low, high)):
            return Condition((column,), "between", (low, high), year=True)
        if unit := re.search(r"[^\W\d]+$", high):
            low = low if re.search(r"[^\W\d]+$", low) else f"{low} {unit.group()}"
        return Condition(
            (column,), "between", tuple(self.value(column, value) for value in (low, high)), shown=(low, high)
        )

    def condition(self, column: Column, op: str, said: str) -> Condition:
        """``column`` compared with what was said: a value, or several with "or"."""
        said = re.sub(
            r"^(?:than|to|the|an?|either|exactly|equal to|in|one of)\s+", "", said.strip(), flags=re.IGNORECASE
        )
        parts = [part for part in split(OR, said.strip("()")) if part.strip()]
        if column.holds == "times" and all(re.fullmatch(YEAR, part.strip()) for part in parts):
            return Condition(
                (column,),
                "in" if len(parts) > 1 else "=" if op == "in" else op,
                tuple(part.strip() for part in parts),
                year=True,
            )
        values = tuple(self.value(column, part) for part in parts)
        shown = tuple(_unquoted(part) for part in parts)
        values += tuple(VALUES[value] for value in values if value in VALUES)
        if op in ("=", "in"):
            return Condition((column,), "in" if len(values) > 1 else "=", values, shown=shown)
        if op == "<>":  # true of every row where the value is none
            doubtful = column.holds == "text"
            said = " or ".join(shown) if doubtful else ""
            ways = "not in" if len(values) > 1 else op
            return Condition((column,), ways, values, loose=doubtful, said=said, shown=shown)
        return Condition((column,), op, values[:1], shown=shown[:1])

    def value(self, column: Column, said: str) -> str:
        """A value as SQL takes it, without quotes. Raises Unclear where the column can't hold it."""
        text = _unquoted(said)
        numeric = column.holds != "truth" and re.fullmatch(NUMBER, text, re.IGNORECASE)
        if column.holds in ("numbers", "anything") or numeric:
            if (number := plain_number(text, column.name)) is not None:
                return number
            if column.holds == "numbers":
                raise Unclear(
                    self.scene.say(
                        f"`{column.name}` holds numbers, and “{text}” is none.",
                        f"`{column.name}` 里是数字，而“{text}”不是数字。",
                    )
                )
        if column.holds == "truth":
            if (truth := TRUTH.get(text.lower())) is None:
                raise Unclear(
                    self.scene.say(
                        f"`{column.name}` is true or false, and “{text}” is neither.",
                        f"`{column.name}` 是真或假，而“{text}”不是。",
                    )
                )
            return truth
        return re.sub(r"^(?:the|an?)\s+", "", text)

    def columns(self, phrase: str) -> tuple[Column, ...]:
        """The one column that a phrase means."""
        phrase = re.sub(r"^(?:a|an|the|any)\s+", "", phrase.strip())
        if found := columns_meant(phrase, self.table.columns):
            return (self.scene.one(found, phrase),)
        raise NoColumn(phrase, self.scene.no_column(phrase))

    def year(self, op: str, years: tuple[str, ...]) -> Condition:
        """The years of a column that is called so, else of the only column of times."""
        named = columns_meant("year", self.table.columns, loose=False) or columns_meant("年份", self.table.columns)
        times = tuple(column for column in self.table.columns if column.holds == "times")
        if named:
            column = self.scene.one(named, "year")
            return Condition((column,), op, years, year=column.holds == "times")
        if times:
            return Condition((self.scene.one(times, years[0]),), op, years, year=True)
        raise Unclear(
            self.scene.say(
                f"`{self.table.name}` has no column of years or dates, so I can't look at {years[0]} alone.",
                f"`{self.table.name}` 没有年份或日期列，所以无法按 {years[0]} 年筛选。",
            )
        )


def _unquoted(text: str) -> str:
    return text.strip().strip("`\"“”'‘’").strip()
