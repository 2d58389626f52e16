"""Conditions, for the offline model: what a clause says of a table, whether it names a column or only a value.

A value alone ("Gentoo") names no column; every text column is then compared with it. Text is compared without regard
to case, since people type it as they like.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from .asks import Clause, Unclear, number_said
from .comparisons import Comparisons, Condition
from .condition_rules import (
    AND,
    BETWEEN,
    LIST,
    NOTHING,
    OR,
    VERSUS,
    YEAR,
    YEAR_OPS,
    YEARS,
    forms_of,
    plain_number,
    split,
)
from .function_words import FUNCTION_WORDS
from .names import Column
from .scene import Scene
from .tagging import Item, tag

MOST_TEXT_COLUMNS: Final = 40


@dataclass(frozen=True)
class Found:
    """What a clause says: conditions, and columns that it only names."""

    conditions: tuple[Condition, ...] = ()
    columns: tuple[Column, ...] = ()


def conditions_in(clause: Clause, scene: Scene) -> Found:
    """What a clause says of the scene's table. Raises Unclear and Choice."""
    return _Reader(scene).read(clause)


class _Reader(Comparisons):
    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._phrase = ""

    def read(self, clause: Clause) -> Found:
        self._phrase = clause.phrase.strip()
        if VERSUS.search(self._phrase):
            raise self._unreadable()
        text = BETWEEN.sub(r"\1 \2 to ", clause.phrase.strip())
        text = LIST.sub(lambda found: "(" + re.sub(r"\s*,\s*", " or ", found[1]) + ")", text)
        if clause.marker in ("in", "during") and re.fullmatch(rf"(?:the )?(?:year )?{YEAR}", text):
            return Found((self.year("=", (text[-4:],)),))
        if text.lower().startswith("without "):
            return Found((Condition(self.columns(text[8:]), "null"),))
        conditions: list[Condition] = []
        columns: list[Column] = []
        for part in split(AND, text):
            found = self._part(part.strip(), conditions)
            conditions += found.conditions
            columns += found.columns
        return Found(tuple(conditions), tuple(columns))

    def _part(self, part: str, before: list[Condition]) -> Found:
        """One of several conditions. A value alone joins the values of the condition before it."""
        conditions: list[Condition] = []
        if years := YEARS.search(part):
            loose = (years["word"] or "").lower() in ("in", "during", "for") or years.start() == 0
            if not loose and (compared := self.compared(part)):
                return Found((compared, *self._said_before()))
            part, condition = part[: years.start()].strip(), self._of_years(years)
            conditions.append(condition)
        if not part:
            return Found(tuple(conditions))
        if compared := self.compared(part):
            return Found((compared, *self._said_before(), *conditions))
        if before and (more := self._more_numbers(part, before[-1])):
            before[-1] = more
            return Found(tuple(conditions))
        found = self._plain(part)
        if before and before[-1].op in ("=", "in") and not found.columns and len(found.conditions) == 1:
            alone = found.conditions[0]
            same = alone.columns == before[-1].columns
            if same or (len(alone.columns) != 1 and before[-1].columns[0].holds in ("text", "anything", "other")):
                last = before.pop()
                joined = replace(
                    last,
                    op="in",
                    values=last.values + alone.values,
                    said=f"{last.said} or {alone.said}",
                    unsure=max(last.unsure, alone.unsure),
                    shown=last.shown and (*last.shown, alone.said or alone.values[0]),
                )
                return Found((joined, *conditions))
        return Found((*found.conditions, *conditions), found.columns)

    def _said_before(self) -> list[Condition]:
        """The values that stood before what was compared."""
        if self.of_which:
            found = self._plain(self.of_which)
            if found.columns:
                raise self._unreadable()
            return list(found.conditions)
        self._must_be_values(self.before, quoted=False)
        return [self._anywhere([word], quoted=False) for word in self.before]

    def _more_numbers(self, part: str, last: Condition) -> Condition | None:
        """``25 or 30`` after "age is 20"."""
        numbers = [plain_number(value, last.columns[0].name) for value in OR.split(part)]
        if last.op not in ("=", "in") or last.columns[0].holds != "numbers" or None in numbers:
            return None
        values = (*last.values, *(number for number in numbers if number is not None))
        return replace(last, op="in", values=values, shown=(*last.shown, *OR.split(part)))

    def _of_years(self, years: re.Match[str]) -> Condition:
        if years["low"]:
            return self.year("between", (years["low"], years["high"]))
        if years["side"]:
            return self.year(">=" if years["side"].lower() in ("later", "after", "newer") else "<=", (years["year"],))
        return self.year(YEAR_OPS.get((years["word"] or "").lower(), "="), (years["year"],))

    # --- without a comparison ---------------------------------------------------------------------

    def _plain(self, part: str) -> Found:
        """``Gentoo``, ``species Gentoo``, ``Biscoe island``, ``the penguins``."""
        items = tag(part, self.scene)
        conditions: list[Condition] = []
        columns: list[Column] = []
        at = 0
        while at < len(items):
            item = items[at]
            if item.kind == "word":
                first, (at, words) = item, self._words(items, at)
                self._must_be_values(words, quoted=first.quoted)
                after = items[at] if at < len(items) else None
                if after is not None and after.kind == "column" and words[0].lower() in NOTHING:
                    conditions.append(Condition((self.scene.one(after.columns, after.text),), "null"))
                    at += 1
                elif after is not None and after.kind == "column" and not columns and self._takes(after, words):
                    column = self.scene.one(after.columns, after.text)
                    conditions.append(self._beside(column, words, quoted=first.quoted))
                    at += 1
                elif columns and self._may_be_value(columns[-1], words):
                    conditions.append(self._beside(columns.pop(), words, quoted=first.quoted))
                else:
                    conditions.append(self._anywhere(words, quoted=first.quoted))
                continue
            if item.kind == "column":
                columns.append(self.scene.one(item.columns, item.text))
            at += 1
        return Found(tuple(conditions), tuple(columns))

    def _words(self, items: Sequence[Item], at: int) -> tuple[int, list[str]]:
        """The values that begin at ``at``, those joined by "or" as several."""
        values: list[str] = []
        current: list[str] = []
        while at < len(items):
            item = items[at]
            following = items[at + 1] if at + 1 < len(items) else None
            if item.kind == "word":
                if current and current[-1].islower() and item.text[:1].isupper():
                    break  # "female Gentoo" are two values, "New York" is one
                current.append(item.text)
            elif item.kind == "break" and current and following is not None and following.kind == "word":
                values.append(" ".join(current))
                current = []
            else:
                break
            at += 1
        return at, [*values, " ".join(current)] if current else values

    def _takes(self, item: Item, words: Sequence[str]) -> bool:
        return len(item.columns) == 1 and item.columns[0].holds in ("text", "anything") and len(words) == 1

    def _may_be_value(self, column: Column, words: Sequence[str]) -> bool:
        return column.holds != "numbers" or all(plain_number(word) is not None for word in words)

    def _must_be_values(self, words: Sequence[str], *, quoted: bool) -> None:
        """Raises Unclear where words can't be values, because they only hold the sentence together or are too many."""
        if not quoted and any(FUNCTION_WORDS.search(word) or len(word.split()) > 5 for word in words):
            raise self._unreadable()

    def _unreadable(self) -> Unclear:
        said = self.scene.say(f"I can't read the condition “{self._phrase}”.", f"我读不懂条件“{self._phrase}”。")
        return Unclear(said + self.scene.forms())

    def _beside(self, column: Column, words: Sequence[str], *, quoted: bool) -> Condition:
        """``species Gentoo``: a value beside a column's name, with no word that compares them."""
        said = " or ".join(words)
        return replace(self.condition(column, "=", said), loose=True, said=said, unsure=0 if quoted else _unsure(words))

    def _anywhere(self, words: Sequence[str], *, quoted: bool) -> Condition:
        """A value that stands alone. Raises Unclear where no column could hold it."""
        text = tuple(column for column in self.table.columns if column.holds == "text")
        if not text:
            text = tuple(column for column in self.table.columns if column.holds == "anything")
        said = words[0]
        numbers = all(plain_number(word) is not None or number_said(word) is not None for word in words)
        if not text or len(text) > MOST_TEXT_COLUMNS or numbers:
            raise Unclear(
                self.scene.say(
                    f"I can't tell which column of `{self.table.name}` “{said}” is about. Say “where COLUMN = {said}”.",
                    f"“{said}”指的是 `{self.table.name}` 的哪一列？请写成“列名 = {said}”。",
                )
            )
        values = tuple(dict.fromkeys(form for word in words for form in forms_of(word)))
        return Condition(
            text,
            "in" if len(values) > 1 else "=",
            values,
            guessed=True,
            said=" or ".join(words),
            unsure=0 if quoted else _unsure(words),
        )


def _unsure(values: Sequence[str]) -> int:
    """How many words of the longest value are not written as names."""
    return max(sum(not word[:1].isupper() for word in value.split()) for value in values)
