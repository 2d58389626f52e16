"""Durations: "in 10 minutes", "an hour and a half", "半小时后"."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil.relativedelta import relativedelta

from .words import NUMBER_EN, NUMBER_ZH, Unreadable, number

_UNITS_EN = (
    (r"(?:seconds?|secs?|s)", "seconds"),
    (r"(?:minutes?|mins?|m)", "minutes"),
    (r"(?:hours?|hrs?|h)", "hours"),
    (r"(?:days?|d)", "days"),
    (r"(?:weeks?|w)", "weeks"),
    (r"months?", "months"),
    (r"(?:years?|yrs?)", "years"),
)
_UNITS_ZH = (
    (r"秒钟?", "seconds"),
    (r"分钟?", "minutes"),
    (r"刻钟", "quarters"),
    (r"(?:小时|钟头)", "hours"),
    (r"[天日]", "days"),
    (r"(?:周|星期|礼拜)", "weeks"),
    (r"月", "months"),
    (r"年", "years"),
)
UNIT_EN = "|".join(pattern for pattern, _ in _UNITS_EN)
_UNIT_ZH = "|".join(pattern for pattern, _ in _UNITS_ZH)
_PIECE_EN = re.compile(rf"(half an|half a|half|{NUMBER_EN}) ?({UNIT_EN})(?![a-z])( a half)?")
_PIECE_ZH = re.compile(rf"(半|{NUMBER_ZH})个?(半)?({_UNIT_ZH})(半)?")
_DURATION_EN = re.compile(rf"(?:in |after )?((?:{_PIECE_EN.pattern} ?)+)(?:from now|from today|later)?")
_DURATION_ZH = re.compile(rf"(?:再过|过)?((?:{_PIECE_ZH.pattern})+)(后|以后|之后|过后)?")


def read_duration(phrase: str) -> dict[str, float]:
    """Amounts by unit, or nothing."""
    if found := _DURATION_EN.fullmatch(phrase):
        pieces = [(n, unit, half) for n, unit, half in _PIECE_EN.findall(found.group(1))]
        return _amounts(pieces, _UNITS_EN)
    if (found := _DURATION_ZH.fullmatch(phrase.replace(" ", ""))) and (
        found.group(found.re.groups) or not re.search("[天日周年月]|星期|礼拜", phrase)
    ):
        if re.search(r"[0-9一二三四五六七八九十]月", phrase):
            return {}  # "3月" is March; months are counted with 个
        pieces = [(n, unit, before or after) for n, before, unit, after in _PIECE_ZH.findall(found.group(1))]
        return _amounts(pieces, _UNITS_ZH)
    return {}


def _amounts(pieces: list[tuple[str, str, str]], units: tuple[tuple[str, str], ...]) -> dict[str, float]:
    amounts: dict[str, float] = {}
    for word, unit_word, half in pieces:
        amount = 0.5 if word.startswith(("half", "半")) else number(word)
        amount += 0.5 if half else 0
        unit = next(name for pattern, name in units if re.fullmatch(pattern, unit_word))
        if unit == "quarters":
            unit, amount = "minutes", amount * 15
        if unit in ("months", "years") and amount != int(amount):
            unit, amount = ("months", amount * 12) if unit == "years" else ("days", amount * 30)
        amounts[unit] = amounts.get(unit, 0) + amount
    return amounts


def whole_days(span: dict[str, float]) -> bool:
    return not span.keys() & {"seconds", "minutes", "hours"} and all(n == int(n) for n in span.values())


def later(now: datetime, span: dict[str, float]) -> datetime:
    """Days and more keep the time of day; hours and less are elapsed time."""
    if not any(span.values()):
        raise Unreadable("it is no time at all")
    calendar = relativedelta(months=int(span.get("months", 0)), years=int(span.get("years", 0)))
    exact = timedelta(**{unit: span.get(unit, 0) for unit in ("seconds", "minutes", "hours")})
    days = timedelta(days=span.get("days", 0), weeks=span.get("weeks", 0))
    start = now.replace(microsecond=0)
    if calendar or days:  # adding forgets which of two equal wall times it was, so it is done only for days
        start = start + calendar + days
    return (start.astimezone(UTC) + exact).astimezone(now.tzinfo)
