"""The table that a sentence is read for, and what is said where some words mean nothing there.

Words that were not understood are named, with a sentence that would be, made of the table's own columns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...language import Language
from .asks import Choice
from .function_words import FUNCTION_WORDS
from .names import COUNTERS, Column, TableInfo, is_key


@dataclass(frozen=True)
class Scene:
    """The table that a sentence is read for, the others, and what the user chose where words fitted several names."""

    table: TableInfo
    tables: Sequence[TableInfo] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    language: Language = "en"

    def say(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english

    def one(self, columns: Sequence[Column], words: str) -> Column:
        """The column of several that is meant. Raises Choice."""
        words = words.strip()
        chosen = self.choices.get(words.casefold())
        if chosen is not None:
            columns = [column for column in self.table.columns if column.name == chosen] or columns
        if len(columns) > 1:
            raise Choice("column", words, tuple(column.name for column in columns))
        return columns[0]

    def no_column(self, phrase: str) -> str:
        """That the table has no such column, with those that it has."""
        if FUNCTION_WORDS.search(phrase):
            return self.not_understood([phrase])
        names = ", ".join(f"`{column.name}`" for column in self.table.columns[:30])
        more = self.table.left + max(0, len(self.table.columns) - 30)
        return self.say(
            f"`{self.table.name}` has no column like “{phrase}”. It has {names}{' and more' if more else ''}.",
            f"`{self.table.name}` 里没有像“{phrase}”的列。它有：{names}{'……' if more else ''}。",
        )

    def not_understood(self, phrases: Sequence[str], *, looked_for: bool = False) -> str:
        """That some words mean nothing here. ``looked_for``: they were looked for in the table as values, too."""
        english = ", ".join(f"“{phrase}”" for phrase in dict.fromkeys(phrases))
        chinese = english.replace(", ", "、")
        nowhere = self.say(
            f": neither a column nor a value of `{self.table.name}`",
            f"：`{self.table.name}` 里没有这样的列，也没有这样的值",
        )
        where = nowhere if looked_for else ""
        return self.say(f"I don't understand {english} here{where}.", f"我不懂{chinese}{where}。") + self.forms()

    def forms(self) -> str:
        """What would be understood."""
        return self.say(
            f" I know fixed forms only, such as `{self.example()}`.", f"我只懂固定的说法，例如 `{self.example()}`。"
        )

    def example(self) -> str:
        """A question that this table can be asked."""
        numbers = [column for column in self.table.columns if column.holds == "numbers" and not is_key(column)]
        measured = next((_written(column) for column in numbers if not COUNTERS.fullmatch(column.name)), "")
        group = next((_written(column) for column in self.table.columns if column.holds in ("text", "anything")), "")
        if measured and group:
            return self.say(f"average {measured} by {group}", f"按 {group} 的平均 {measured}")
        if measured:
            return self.say(f"average {measured}", f"平均 {measured} 是多少")
        if group:
            return self.say(f"number of rows by {group}", f"每个 {group} 有多少行")
        return self.say("how many rows are there", "有多少行")


def _written(column: Column) -> str:
    """A name as it can stand in a sentence."""
    return column.name if re.fullmatch(r"\w+", column.name) else f"“{column.name}”"
