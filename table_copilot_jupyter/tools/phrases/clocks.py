"""Times of day: "9am", "half past nine", "tonight at 8", "下午三点半"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from .spans import UNIT_EN
from .words import COUNTED, NUMBER_ZH, Unreadable, number

_PART_DEFAULTS = {"dawn": 3, "morning": 9, "noon": 12, "afternoon": 15, "evening": 19, "night": 20, "midnight": 0}
_PARTS = {
    **{part: part for part in _PART_DEFAULTS},
    "midday": "noon",
    **dict.fromkeys(("清晨", "早上", "早晨", "上午"), "morning"),
    **dict.fromkeys(("晚上", "夜里", "半夜"), "night"),
    "凌晨": "dawn",
    "中午": "noon",
    "正午": "noon",
    "下午": "afternoon",
    "傍晚": "evening",
    "午夜": "midnight",
}
_PART = re.compile(
    r"(?:\bin the |\bat )?\b(morning|afternoon|evening|night|noon|midday|midnight)\b|"
    r"(凌晨|清晨|早上|早晨|上午|中午|正午|下午|傍晚|晚上|夜里|半夜|午夜)"
)
_HOUR_WORD = "|".join(COUNTED)
_CLOCKS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int]]], ...] = (
    (
        re.compile(r"(?<![0-9:./-])([0-9]{1,2})(?::([0-9]{2}))?(?::[0-9]{2})? ?([ap])\.?m\b\.?"),
        lambda found: (_meridiem(int(found[1]), found[3]), int(found[2] or 0)),
    ),
    (
        re.compile(r"(?<![0-9:./-])([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?![0-9:])"),
        lambda found: (int(found[1]), int(found[2])),
    ),
    (
        re.compile(r"\bat ([0-9]{1,2})[.h]([0-9]{2})?\b(?![.:/-])|(?<![0-9:./-])\b([0-9]{1,2})h([0-9]{2})\b"),
        lambda found: (int(found[1] or found[3]), int(found[2] or found[4] or 0)),
    ),
    (
        re.compile(rf"\b(half past|quarter past|quarter to) ([0-9]{{1,2}}|{_HOUR_WORD})\b"),
        lambda found: _quarter(found[1], int(number(found[2]))),
    ),
    (
        re.compile(rf"({NUMBER_ZH})(?:点钟?|时(?!候))(?:(半)|([一三])刻|({NUMBER_ZH})分?|整)?"),
        lambda found: (
            int(number(found[1])),
            30 if found[2] else {"一": 15, "三": 45}[found[3]] if found[3] else int(number(found[4] or "0")),
        ),
    ),
    (
        re.compile(rf"\bat ([0-9]{{1,2}}|{_HOUR_WORD})\b(?! ?(?:{UNIT_EN})\b)(?![:./-])(?: o'?clock)?"),
        lambda found: (int(number(found[1])), 0),
    ),
    (re.compile(rf"\b([0-9]{{1,2}}|{_HOUR_WORD}) o'?clock"), lambda found: (int(number(found[1])), 0)),
)
_BARE_HOUR = re.compile(r"(?:(?<=\S) |(?<=[一-鿿]))([0-9]{1,2})$")


def take_clock(phrase: str, bare_hour: bool) -> tuple[str, time | None, int, bool]:
    """The phrase without its time of day, that time, the days it carries over, and whether only a part was said."""
    part = None
    hour_minute: tuple[int, int] | None = None
    for pattern, read in _CLOCKS:
        while found := pattern.search(phrase):
            if hour_minute is not None:
                raise Unreadable("it has two times of day; give one")
            hour_minute = read(found)
            phrase = f"{phrase[: found.start()]} {phrase[found.end() :]}"
    if found := _PART.search(phrase):
        part = _PARTS[found[1] or found[2]]
        phrase = f"{phrase[: found.start()]} {phrase[found.end() :]}"
    elif hour_minute is None and bare_hour and (found := _BARE_HOUR.search(phrase)):
        hour_minute, phrase = (int(found[1]), 0), phrase[: found.start()]
    if part == "night" and (found := re.search(r"\bmidnight\b", phrase)):  # "tonight at midnight"
        hour_minute, phrase = (0, 0), phrase.replace("midnight", " ")
    if hour_minute is None:
        return phrase, time(_PART_DEFAULTS[part]) if part else None, 0, part is not None
    hour, minute = hour_minute
    hour, carry = _hour_of(hour, part) if part else (hour, 0)
    if hour > 23 or minute > 59:
        raise Unreadable(f"{hour}:{minute:02} is no time of day")
    return phrase, time(hour, minute), carry, part is not None


def _meridiem(hour: int, letter: str) -> int:
    if not 1 <= hour <= 12:
        return hour  # "17:00 pm" is clear enough
    return hour % 12 + (12 if letter == "p" else 0)


def _quarter(words: str, hour: int) -> tuple[int, int]:
    if words == "quarter to":
        return (hour - 1) % 24, 45
    return hour, 30 if words == "half past" else 15


def _hour_of(hour: int, part: str) -> tuple[int, int]:
    """An hour said together with a part of the day: on the 24-hour clock, and the days it carries over."""
    if part in ("dawn", "midnight"):
        return 0 if hour == 12 else hour, 0
    if part == "noon":
        return hour + 12 if hour <= 3 else hour, 0
    if part == "night" and (hour < 5 or hour == 12):
        return hour % 12, 1
    if part in ("afternoon", "evening", "night") and hour < 12:
        return hour + 12, 0
    return hour, 0
