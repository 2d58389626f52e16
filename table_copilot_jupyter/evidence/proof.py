"""Which numbers of an answer stand in which query's result: found by comparing them, not by what the model says.

A number stands in a result when a value of it, rounded as the number is, gives the number: "4,716" is 4716.24, "12%"
is 0.1234 or 12.34, "3.4 million" is 3,412,345, "about 4,700" is 4716. How many rows and columns a result has counts as
a value of it. That some value of a long column rounds to a number is often an accident, so a rounded number counts only
where the values near it are few. What the answer cites (``[q1]``) only tells where to look first.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import isfinite
from typing import Any

from ..protocol import NumberMark
from .numbers import Number
from .prose import prose
from .quantities import find, in_words_of

_FEW = 10
"""So many values between half and twice a number are never taken for an accident."""
_VAGUE = 0.05
"""A number whose last digit is worth more than twice this share of it: one with a single digit."""
_ROUNDED_FROM = {"over": (0.0, 1.0), "under": (1.0, 0.0)}
"""By how many steps what was rounded may lie below and above the number; else by half a step."""


class Match(IntEnum):
    """How well a number fits a result."""

    NONE = 0
    ROUNDED = 1
    EXACT = 2


@dataclass(frozen=True, slots=True)
class Proof:
    """``refs``: results that the answer cites or that its numbers stand in. ``numbers``: all of them, in order."""

    refs: tuple[str, ...] = ()
    numbers: tuple[NumberMark, ...] = ()


class ResultIndex:
    """The values of one result, sorted, so that looking for a number takes microseconds."""

    def __init__(self, ref: str, values: Iterable[float]) -> None:
        self.ref = ref
        self._values = sorted({float(value) for value in values})

    @classmethod
    def of(cls, ref: str, shown: Mapping[str, Any]) -> ResultIndex:
        """From a result as the user is shown it (``…table+json``)."""
        columns = list(shown.get("columns") or ())
        rows = list(shown.get("rows") or ())
        values: set[float] = {len(rows), len(columns)}
        values.update(_numeric(shown.get("total_rows")))
        scales = [_scale(str(column.get("name", ""))) for column in columns if isinstance(column, Mapping)]
        scales += [1.0] * (max(map(len, rows), default=0) - len(scales))
        for cells, scale in zip(zip(*_even(rows), strict=True), scales, strict=False):
            for value in _distinct(cells):
                values.update(_numeric(value))
                if scale != 1:
                    values.update(found * scale for found in _numeric(value))
        return cls(ref, values)

    def match(self, readings: Iterable[_Reading]) -> Match:
        """How well a value fits one of a number's readings."""
        best = Match.NONE
        for reading in readings:
            place = bisect_left(self._values, reading.low)
            if place < len(self._values) and self._values[place] <= reading.high:
                if self._holds(reading.value - reading.slack, reading.value + reading.slack):
                    return Match.EXACT
                if reading.rounds and not self._by_accident(reading):
                    best = Match.ROUNDED
        return best

    def _holds(self, low: float, high: float) -> bool:
        place = bisect_left(self._values, low)
        return place < len(self._values) and self._values[place] <= high

    def _by_accident(self, reading: _Reading) -> bool:
        """Whether a value would be within the bounds anyway, if those near the number were spread evenly."""
        least, most = sorted((reading.value / 2, reading.value * 2))
        near = bisect_right(self._values, most) - bisect_left(self._values, least)
        return near > _FEW and near * (reading.high - reading.low) > most - least


@dataclass(slots=True)
class _Reading:
    """What a number may mean: ``value``, give or take ``slack``, or whatever from ``low`` to ``high`` rounds to it."""

    value: float
    slack: float
    low: float
    high: float
    rounds: bool


def _readings(number: Number, sign: int = 1) -> list[_Reading]:
    below, above = _ROUNDED_FROM.get(number.trend, (0.5, 0.5))
    below, above = below * number.step, above * number.step
    found = []
    for factor in (1.0,) if number.also is None else (1.0, number.also):
        times = sign * factor
        value, slack = number.value * times, abs(number.value * times) * 1e-9
        low, high = sorted(((number.value - below) * times, (number.value + above) * times))
        rounds = value != 0 or number.step < 1
        found.append(_Reading(value, slack, low - slack, high + slack, rounds))
    return found


def prove(
    text: str, results: Sequence[ResultIndex], *, said: str = "", cited: Sequence[str] = (), remembered: bool = False
) -> Proof:
    """Look for every number of an answer in the results, of which the newest is last.

    A number that the user has ``said`` proves nothing and is left out. ``cited``: results that the answer is known
    to be about though it does not cite them. ``remembered``: all results are of earlier turns, so a short number
    ("1 open todo") stands in one that is not cited by accident only. Of several results that a number stands in,
    the one that is cited in the same sentence counts, else in the same line, else anywhere, else the newest.
    """
    indexes = {index.ref: index for index in results}
    said_text = prose(text)
    known = in_words_of(said)
    numbers = [number for number in find(said_text) if number.key not in known]
    places = _Places(said_text, indexes)
    about = dict.fromkeys([*(ref for ref in reversed(places.cited) if ref in indexes), *cited])
    about = {ref: None for ref in about if ref in indexes}
    remote = list(dict.fromkeys([*about, *reversed(indexes)]))
    marks = []
    for number in numbers:
        near = places.near(number)
        rest = remote if _is_long(number) or not remembered else list(about)
        ref = _stands_in(number, near, rest, indexes)
        if ref is None and not number.signed and places.falls(number):
            less = _readings(number, -1)
            ref = next((ref for ref in [*near, *rest] if indexes[ref].match(less)), None)
        marks.append(NumberMark(start=number.start, end=number.end, text=text[number.start : number.end], ref=ref))
    refs = dict.fromkeys([*places.cited, *(mark.ref for mark in marks if mark.ref)])
    return Proof(tuple(refs), tuple(marks))


def _is_long(number: Number) -> bool:
    """Whether it has three digits that count, so that it is hardly met by accident."""
    return abs(number.value) >= 100 * number.step


def _stands_in(
    number: Number, near: Sequence[str], rest: Sequence[str], indexes: Mapping[str, ResultIndex]
) -> str | None:
    """The first result that fits. One digit is rounded to by too much: there an exact fit goes before others."""
    readings = _readings(number)
    for ref in near:
        if indexes[ref].match(readings):
            return ref
    vague = number.step > 2 * _VAGUE * abs(number.value)
    second: str | None = None
    for ref in rest:
        match = indexes[ref].match(readings)
        if match is Match.EXACT or (match and not vague):
            return ref
        if match and second is None:
            second = ref
    return second


# --- where in the text --------------------------------------------------------------------------

_CITATION = re.compile(r"[\[【]\s*_?([A-Za-z]\w{0,30}(?:\s*[,;，、]\s*_?[A-Za-z]\w{0,30}){0,20})\s*[\]】]")
_REF = re.compile(r"[A-Za-z]\w*")
# a citation right after a sentence's end belongs to it
_SENTENCE_END = re.compile(r"(?:[.!?](?=\s)|[。！？；;]|\n)(?:[ \t]*[\[【]_?q[0-9][^\]】\n]{0,60}[\]】])*")
_NEAREST = 8
_FALLS = re.compile(
    r"\b(?:fell|falls?|fallen|falling|decreas\w*|drop\w*|declin\w*|down|los[ets]\w*|loss\w*|reduc\w*|shr[iau]nk\w*|"
    r"lower|less|fewer|below|lighter|smaller|shorter|negative\w*)\b|下降|减少|降低|下跌|跌|减|低|少|负|亏",
    re.IGNORECASE,
)


class _Places:
    """What is cited where: ``cited`` are the known results of the whole text, in order."""

    def __init__(self, text: str, known: Mapping[str, ResultIndex]) -> None:
        self._text = text
        self._sentences = [match.end() for match in _SENTENCE_END.finditer(text)]
        self._lines = [match.start() for match in re.finditer("\n", text)]
        self._falls: dict[int, bool] = {}
        by_name = {ref.casefold(): ref for ref in known}
        self._citations: list[tuple[int, str]] = []
        for match in _CITATION.finditer(text):
            for name in _REF.findall(match[1].replace("_", "")):
                if ref := by_name.get(name.casefold()):
                    self._citations.append((match.start(), ref))
        self.cited = list(dict.fromkeys(ref for _, ref in self._citations))

    def near(self, number: Number) -> list[str]:
        """The results cited in the number's sentence, the next one after it first, then those in its line."""
        if not self._citations:
            return []
        here = bisect_left(self._citations, (number.start,))
        around = self._citations[here : here + _NEAREST] + self._citations[max(0, here - _NEAREST) : here][::-1]
        found: dict[str, None] = {}
        for ends in (self._sentences, self._lines):
            start, end = self._around(ends, number.start)
            found |= dict.fromkeys(ref for place, ref in around if start <= place < end)
        return list(found)

    def falls(self, number: Number) -> bool:
        """Whether the number's sentence is about something that became less."""
        start, end = self._around(self._sentences, number.start)
        if start not in self._falls:
            self._falls[start] = bool(_FALLS.search(self._text, start, end))
        return self._falls[start]

    def _around(self, ends: Sequence[int], place: int) -> tuple[int, int]:
        """The piece that ``place`` is in, of those that the text is cut into."""
        after = bisect_right(ends, place)
        return ends[after - 1] if after else 0, ends[after] if after < len(ends) else len(self._text)


# --- values of a result -------------------------------------------------------------------------

_DATE = re.compile(r"\s*([0-9]{4})-[0-9]{2}(?:-[0-9]{2}|\s*$)")
_IN_TEXT = re.compile(
    r"(?<![\w.])[-−]?[0-9]{1,20}(?:[,\u00a0\u2009\u202f'][0-9]{3})*(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?"
)
_LONGEST = 200
_MOST = 8
_SCALES = (
    (re.compile(r"thousand|\bin k\b|\(k\)|(?<![十百])千(?![克米瓦卡])", re.IGNORECASE), 1e3),
    (re.compile(r"million|\bmn\b|\bmio\b|百万", re.IGNORECASE), 1e6),
    (re.compile(r"billion|\bbn\b|十亿", re.IGNORECASE), 1e9),
    (re.compile(r"trillion|万亿", re.IGNORECASE), 1e12),
    (re.compile(r"(?<![十百千])[万萬](?!亿)"), 1e4),
    (re.compile(r"(?<![十百千万])[亿億]"), 1e8),
)


def _scale(column: str) -> float:
    """By how much a column's name says that its values stand for more: "population (万)" holds ten thousands."""
    return next((scale for pattern, scale in _SCALES if pattern.search(column.replace("_", " "))), 1.0)


def _even(rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    width = max(map(len, rows), default=0)
    return [row if len(row) == width else [*row, *[None] * (width - len(row))] for row in rows]


def _distinct(cells: Iterable[Any]) -> Iterator[Any]:
    """Each value once; a boolean is no number, and no key equal to one."""
    return iter({cell for cell in cells if isinstance(cell, str | int | float) and not isinstance(cell, bool)})


def _numeric(value: Any) -> list[float]:
    """The numbers in a cell: itself, or those in a text ("18-24"), of a date the year."""
    if isinstance(value, str):
        if date := _DATE.match(value):
            return [float(date[1])]
        found = [match[0] for match in _IN_TEXT.finditer(value[:_LONGEST])][:_MOST]
        numbers = [float(re.sub("[,'\\s]", "", text).replace("−", "-")) for text in found]
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300:
        numbers = [float(value)]
    else:
        numbers = []
    return [number for number in numbers if isfinite(number)]
