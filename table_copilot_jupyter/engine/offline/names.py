"""Tables and columns for the offline model, and which of them some words mean.

A phrase is compared with a column's name as words: "body mass" is ``body_mass_g``, "life expectancy" ``lifeExp``,
"体重" anything that is called mass or weight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Final, Literal

from .chinese_words import MEANINGS, WORDS_ZH
from .fields import words

Holds = Literal["numbers", "text", "times", "truth", "other", "anything"]

SURE: Final = 0.9
"""From here on a name is meant, whatever else the words could be."""
LIKELY: Final = 0.6
_CLOSE: Final = 0.04


@dataclass(frozen=True)
class Column:
    """``type`` is the tool's word for it, "" where the privacy level hides types."""

    name: str
    type: str = ""

    @property
    def holds(self) -> Holds:
        word = self.type.lower()
        return next((holds for holds, pattern in _TYPES if pattern.match(word)), "other")


_TYPES: Final[tuple[tuple[Holds, re.Pattern[str]], ...]] = (
    ("anything", re.compile(r"$")),
    ("truth", re.compile(r"bool|logical")),
    ("times", re.compile(r"date|time(?!delta)|timestamp")),
    ("numbers", re.compile(r"u?(?:big|small|tiny|huge)?int|[iuf]\d|float|double|half|decimal|real|numeric|number")),
    (
        "text",
        re.compile(r"str(?:ing)?(?![a-z])|object|categor|enum|utf8|varchar|text|large_(?:str|utf8)|dictionary|char"),
    ),
)


@dataclass(frozen=True)
class TableInfo:
    """A table as ``list_tables`` tells of it. ``rows`` is None where nobody knows; ``left`` columns are not named."""

    name: str
    columns: tuple[Column, ...] = ()
    rows: int | None = None
    left: int = 0

    @property
    def is_result(self) -> bool:
        return re.fullmatch(r"_q\d+", self.name) is not None


# --- words --------------------------------------------------------------------------------------

_WORD_IN_NAME = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[\u4e00-\u9fff]+|[^\W\d_]+")
UNITS: Final = words(
    "mm cm dm m km um nm ft mi g kg mg t lb lbs oz s sec ms min h hr hrs usd eur gbp cny rmb pct percent c f k "
    "deg kmh mph kwh kw w v a hz pa bar l ml"
)
_SAME: Final[Mapping[str, str]] = {
    word: group.split()[0]
    for group in (
        "mass weight",
        "sex gender",
        "country nation",
        "price cost",
        "population inhabitant people",
        "salary wage",
        "quantity qty",
        "temperature temp",
        "bill beak culmen",
        "mean avg average",
        "maximum max",
        "minimum min",
        "number num no",
        "year yr",
        "revenue turnover",
        "horsepower hp",
    )
    for word in group.split()
}


def singular(word: str) -> str:
    if word in ("species", "series"):
        return word
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=4096)
def name_words(name: str) -> tuple[str, ...]:
    """``bodyMass_g`` as its words, small and in the singular."""
    return tuple(singular(word.lower()) for word in _WORD_IN_NAME.findall(name))


def _without_units(words: tuple[str, ...]) -> tuple[str, ...]:
    while len(words) > 1 and words[-1] in UNITS:
        words = words[:-1]
    return words


# --- one phrase, one name -----------------------------------------------------------------------


def likeness(phrase: str, name: str, *, loose: bool = True) -> float:
    """How surely ``phrase`` means ``name``, 0 to 1. ``loose`` allows for slips of the pen."""
    if phrase.casefold() == name.casefold():
        return 1.0
    said, called = name_words(phrase), name_words(name)
    if not said or not called:
        return 0.0
    core = _without_units(called)
    if said == called:
        return 0.99
    if said == core:
        return 0.97
    if "".join(said) in ("".join(called), "".join(core)):
        return 0.95
    said, core = (tuple(_SAME.get(word, word) for word in words) for words in (said, core))
    if said == core:
        return 0.93
    if _abbreviates(core, said):
        return 0.91
    if {"per", "percap"} & set(core) - set(said):
        return 0.0  # "gdp" is not `gdp_per_capita`
    if len(said) < len(core) and set(said) <= set(core):
        return 0.6 + 0.25 * len(said) / len(core)
    if loose and len(joined := "".join(said)) >= 5:
        ratio = SequenceMatcher(None, joined, "".join(core)).ratio()
        return 0.8 * ratio if ratio >= 0.85 else 0.0
    return 0.0


def _abbreviates(name: tuple[str, ...], said: tuple[str, ...]) -> bool:
    """``life exp`` for "life expectancy", ``gdp percap`` for "gdp per capita"."""
    if len(name) == len(said):
        return all(
            word == full or (len(word) >= 3 and full.startswith(word)) for word, full in zip(name, said, strict=True)
        )
    joined = "".join(name)
    reaches_last = len(joined) > len("".join(said[:-1]))
    return len(joined) >= 5 and len(name) > 1 and reaches_last and "".join(said).startswith(joined)


def columns_meant(
    phrase: str, columns: Sequence[Column], *, least: float = LIKELY, loose: bool = True
) -> tuple[Column, ...]:
    """The columns that ``phrase`` fits best, one if it is clear; none below ``least``."""
    phrases = MEANINGS.get(phrase, ()) if WORDS_ZH.search(phrase) else ()
    for said in (phrase, *phrases):
        scores = [(likeness(said, column.name, loose=loose), column) for column in columns]
        best = max((score for score, _ in scores), default=0.0)
        if best >= max(least, LIKELY):
            return tuple(column for score, column in scores if score >= best - _CLOSE)
    return ()


_ID_WORDS: Final = words("id no number key index uuid")


def means_rows_of(phrase: str, columns: Sequence[Column]) -> bool:
    """Whether ``phrase`` is what the rows are called by their key: "passengers" where there is a ``PassengerId``."""
    phrases = (phrase, *MEANINGS.get(phrase, ()))
    words_said = [tuple(_SAME.get(word, word) for word in name_words(said)) for said in phrases]
    for column in columns:
        called = tuple(_SAME.get(word, word) for word in name_words(column.name))
        if len(called) > 1 and called[-1] in _ID_WORDS and called[:-1] in words_said:
            return True
    return False


def is_key(column: Column) -> bool:
    """Whether a column numbers the rows, so that nothing is computed of it."""
    words = name_words(column.name)
    return len(words) > 0 and words[-1] in ("id", "uuid", "index", "rownum")


COUNTERS: Final = re.compile(r"(?:.*[ _])?(?:id|index|year|rownum)|年份?|编号", re.IGNORECASE)
"""Names of columns that number or date the rows rather than measure them."""


def table_meant(phrase: str, tables: Sequence[TableInfo]) -> TableInfo | None:
    """The table that is called so, in the singular or plural."""
    phrases = (phrase, *(MEANINGS.get(phrase, ()) if WORDS_ZH.search(phrase) else ()))
    exact = [table for table in tables if table.name == phrase]
    return next(
        (table for said in phrases for table in (*exact, *tables) if likeness(said, table.name, loose=False) >= SURE),
        None,
    )
