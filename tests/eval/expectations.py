"""What a question expects, and whether an answer says it: numbers as far as they are rounded, names, dates, lists.

A whole number has to be met exactly; any other one as closely as the answer gives it, and to two digits at least
("4,716", "4.7 thousand" and "4716.02" all say 4716.018; "5 thousand" does not). "12.3%" says 12.3 and 0.123.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from table_copilot_jupyter.evidence.numbers import Number
from table_copilot_jupyter.evidence.prose import plain_digits, prose
from table_copilot_jupyter.evidence.quantities import find

Synonyms = Mapping[str, Sequence[str]]
Scalar = int | float | str | datetime.date
COARSEST = 0.1
"""The most that the last digit of a stated number may be worth, as a share of the number."""


@dataclass(frozen=True)
class One:
    """A number, a name, a month (``"2010-02"``) or a day."""

    value: Scalar


@dataclass(frozen=True)
class Several:
    """Some of them; their order counts where the question says so."""

    values: tuple[Scalar, ...]


@dataclass(frozen=True)
class Rows:
    """Rows, each a name and what belongs to it."""

    values: tuple[tuple[Scalar, ...], ...]


@dataclass(frozen=True)
class Missing:
    """The answer has to say that ``name`` is not there."""

    name: str


@dataclass(frozen=True)
class AnyOf:
    """The answer has to contain one of these pieces of text."""

    pieces: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A chart with one of ``marks``, in which all ``fields`` are encoded, has to be shown."""

    marks: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class InKernel:
    """Afterwards ``expression`` has to be ``value`` in the kernel."""

    expression: str
    value: Any


Expectation = One | Several | Rows | Missing | AnyOf | Chart | InKernel


def expectation(value: Any) -> Expectation:
    """From TOML. Raises ValueError."""
    match value:
        case {"missing": str(name)}:
            return Missing(name)
        case {"any": [*pieces]}:
            return AnyOf(tuple(pieces))
        case {"chart": [*marks], "fields": [*names]}:
            return Chart(tuple(marks), tuple(names))
        case {"kernel": str(expression), "value": expected}:
            return InKernel(expression, expected)
        case [[*_], *_]:
            return Rows(tuple(tuple(row) for row in value))
        case [_, *_]:
            return Several(tuple(value))
        case bool() | dict() | []:
            raise ValueError(f"expected: {value!r} is none of the known forms.")
        case int() | float() | str() | datetime.date():
            return One(value)
    raise ValueError(f"expected: {value!r} is none of the known forms.")


class Answer:
    """The text of an answer, and where it says what."""

    def __init__(self, text: str, synonyms: Synonyms) -> None:
        # numbers and names may stand in code spans, formulas and bold type; code blocks are no part of an answer
        plain = re.sub(r"(?<!`)`([^`\n]+)`(?!`)", r"\1", plain_digits(text))
        plain = re.sub(r"\$([^$\n]+)\$", r"\1", plain).replace("*", "").replace("\\_", "_")
        self.text = plain
        self._said = prose(plain)
        self._numbers = find(self._said)
        self._synonyms = synonyms

    def says(self, expected: One | Several | Rows | Missing | AnyOf, *, ordered: bool, rivals: Sequence[str]) -> bool:
        match expected:
            case One(value):
                return self._says_first(value, rivals)
            case Several(values):
                return self._in_order(values) if ordered else all(self._places(value) for value in values)
            case Rows(rows):
                return self._says_rows(rows)
            case Missing(name):
                return name.casefold() in self.text.casefold() and bool(_NOT_THERE.search(self.text))
            case AnyOf(pieces):
                return any(piece.casefold() in self.text.casefold() for piece in pieces)

    def contradicts(self, expected: Several | Rows, *, ordered: bool) -> bool:
        """Whether it says of several values what is not so: another order, or other values beside the names."""
        if isinstance(expected, Rows):
            return all(self._places(name) for name, *_ in expected.values) and not self._says_rows(expected.values)
        firsts = [min(places) for value in expected.values if (places := self._places(value))]
        return ordered and firsts != sorted(firsts)

    def _says_first(self, value: Scalar, rivals: Sequence[str]) -> bool:
        """Whether it says it, and none of the rivals before it: an answer begins with what was asked for."""
        places = self._places(value)
        others = [place for rival in rivals for place in self._places(rival)]
        return bool(places) and min(places) < min(others, default=len(self.text))

    def _in_order(self, values: Sequence[Scalar]) -> bool:
        last = -1
        for value in values:
            later = [place for place in self._places(value) if place > last]
            if not later:
                return False
            last = min(later)
        return True

    def _says_rows(self, rows: Sequence[Sequence[Scalar]]) -> bool:
        """Each row's values beside its name: between them no other row's name."""
        names = {place: row[0] for row in rows for place in self._places(row[0])}
        for name, *values in rows:
            for value in values:
                pairs = ((sorted((a, b))) for a in self._places(name) for b in self._places(value))
                if not any(all(names[at] == name for at in names if low < at < high) for low, high in pairs):
                    return False
        return True

    def _places(self, value: Scalar) -> list[int]:
        if isinstance(value, int | float):
            found = [number.start for number in self._numbers if fits(number, value)]
            return found + [match.start() for match in _in_words(value, self._said)]
        forms: Sequence[str] = _forms(value) or [re.escape(word) for word in (str(value), *self._others(str(value)))]
        return [match.start() for form in forms for match in re.finditer(_whole(form), self.text, re.IGNORECASE)]

    def _others(self, name: str) -> Sequence[str]:
        return self._synonyms.get(name, ())


def fits(number: Number, value: float) -> bool:
    """Whether a stated number says ``value``."""
    for factor in (1.0, number.also or 1.0):
        off = abs(number.value * factor - value)
        if off <= 1e-9 * abs(value):
            return True
        step = number.step * factor
        if isinstance(value, float) and off <= step / 2 * (1 + 1e-9) and step <= COARSEST * abs(value):
            return True
    return False


# --- words --------------------------------------------------------------------------------------

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_CHINESE = ["零", "一", "[二两]", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
_NOT_THERE = re.compile(
    r"\b(?:no|not|none|neither|nor|without|cannot|missing|absent|unavailable|doesn['’]?t|isn['’]?t|can['’]?t|"
    r"don['’]?t|couldn['’]?t|wasn['’]?t|aren['’]?t)\b|没有|不存在|找不到|未找到|无法|并无|不包含|不含|没找到",
    re.IGNORECASE,
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def _in_words(value: float, text: str) -> Iterator[re.Match[str]]:
    """Small whole numbers that are written out."""
    if not isinstance(value, int) or not 0 <= value < len(_WORDS):
        return iter(())
    chinese = rf"(?<![一二两三四五六七八九十百第]){_CHINESE[value]}(?=[个只条种天年家国处行列款辆次])"
    return re.finditer(rf"\b{_WORDS[value]}\b|{chinese}", text, re.IGNORECASE)


def _forms(value: Scalar) -> list[str]:
    """How a day or a month may be written, as patterns; empty for what is neither."""
    if isinstance(value, datetime.date):
        day = rf"0?{value.day}"
        month, year = _month_forms(value.month), value.year
        return [
            rf"{year}[-/.]0?{value.month}[-/.]{day}(?:T[0-9:.]+Z?)?",
            rf"{year}\s?年\s?0?{value.month}\s?月\s?{day}\s?[日号]",
            rf"{day}(?:st|nd|rd|th)?\.?\s(?:of\s)?{month},?\s{year}",
            rf"{month}\s{day}(?:st|nd|rd|th)?,?\s{year}",
        ]
    if isinstance(value, str) and (match := re.fullmatch(r"([0-9]{4})-([0-9]{2})", value)):
        year, number = int(match[1]), int(match[2])
        return [
            rf"{year}[-/.]0?{number}(?:-01)?",
            rf"{year}\s?年\s?0?{number}\s?月",
            rf"{_month_forms(number)},?\s(?:of\s)?{year}",
        ]
    return []


def _month_forms(number: int) -> str:
    name = _MONTHS[number - 1]
    return rf"(?:{name}|{name[:3]}\.?)"


def _whole(form: str) -> str:
    """No letter or digit right before or after it; Chinese characters may stand there."""
    return rf"(?<![A-Za-z0-9])(?:{form})(?![A-Za-z0-9])".replace(r"\ ", r"\s+")
