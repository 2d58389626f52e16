"""Words of the grammar: numbers, weekdays and months, English and Chinese, and one spelling for all."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_SPACE_IN_CHINESE = re.compile(r"(?<=[一-鿿]) (?=[0-9一-鿿])|(?<=[0-9]) (?=[一-鿿])")


class Unreadable(Exception):
    """The phrase is of a known form but means nothing, such as 30 February; says why."""


def normalise(text: str) -> str:
    """One spelling for what reads the same: width, case, spaces, punctuation."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[,;!?。、()]|\.(?=\s|$)", " ", text)
    return _SPACE_IN_CHINESE.sub("", " ".join(text.split()))


COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NUMBER_WORDS = {word: number for number, word in enumerate(COUNTED, 1)} | {
    "a": 1,
    "an": 1,
    "couple": 2,
    "a couple": 2,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "forty-five": 45,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
}
ORDINAL_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
CHINESE_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
EN_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EN_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

NUMBER_EN = r"(?:[0-9]{1,6}(?:\.[0-9]{1,2})?|a couple|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + ")"
NUMBER_ZH = r"(?:[0-9]{1,6}(?:\.[0-9]{1,2})?|[零〇一二两三四五六七八九十]{1,3})"
WEEKDAY_EN = (
    r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:s|nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
MONTH_EN = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
WEEK_ZH = r"(?:周|星期|礼拜)"
WEEKDAYS_ZH = {day: number for number, day in enumerate("一二三四五六日")} | {"天": 6}
ORDINAL_EN = r"([0-9]{1,2})(?:st|nd|rd|th)?"

REWRITES = (
    (r"\btonight\b", "today night"),
    (r"\bthis (morning|afternoon|evening)\b", r"today \1"),
    (r"\beveryday\b", "every day"),
    (r"\b(?:tmrw|tmr|tomorow|tommorow)\b", "tomorrow"),
    (r"(今|明|(?<![天日周期拜月年时头钟])后)(早|晚)上?", r"\1天\2上"),
    (r"每(早|晚)上?", r"每天\1上"),
    (r"(?<=[天日号一二三四五六])(早|晚)(?=[0-9零〇一二两三四五六七八九十]|$)", r"\1上"),
    (r"\b(?:end of (?:the )?day|eod)\b", "today at 18:00"),
)
_FILLERS_EN = re.compile(r"\b(?:on|the|of|and|at|by|around)\b|&|@")
_FILLERS_ZH = re.compile(r"[的在和及与]")


def without_fillers(phrase: str) -> str:
    """The phrase without the little words that carry no meaning of their own here."""
    return _SPACE_IN_CHINESE.sub("", " ".join(_FILLERS_ZH.sub("", _FILLERS_EN.sub(" ", phrase)).split()))


def number(word: str) -> float:
    """A number in digits, English or Chinese."""
    if word in NUMBER_WORDS:
        return NUMBER_WORDS[word]
    if word[0].isascii():
        return float(word)
    tens, ten, ones = word.rpartition("十")
    if not ten and len(word) > 1 and word[0] not in "零〇":
        raise Unreadable(f"{word} is no number")
    if any(digit not in CHINESE_DIGITS for digit in tens + ones):
        raise Unreadable(f"{word} is no number")
    value = 0
    for digit in ones:
        value = value * 10 + CHINESE_DIGITS[digit]
    return value + (10 * (CHINESE_DIGITS[tens] if tens else 1) if ten else 0)


def whole_number(word: str | None) -> int:
    value = number(word) if word else 1
    if value != int(value) or value < 1:
        raise Unreadable(f"{word} is no whole number of them")
    return int(value)


_MONTH_AND_DAY_ZH = re.compile(rf"(?:([0-9]{{4}})年|(今年|明年|后年))?({NUMBER_ZH})月({NUMBER_ZH})[日号]?")


def month_and_day(words: str, this_year: int | None = None) -> tuple[int, int, int | None] | None:
    """Month, day and year (if said) of "March 3", "3rd March 2027", "明年3月3日"."""
    if found := re.fullmatch(rf"({MONTH_EN}) {ORDINAL_EN}(?: ([0-9]{{4}}))?", words):
        month, day, year = found.groups()
    elif found := re.fullmatch(rf"{ORDINAL_EN} ({MONTH_EN})(?: ([0-9]{{4}}))?", words):
        day, month, year = found.groups()
    elif found := _MONTH_AND_DAY_ZH.fullmatch(words.replace(" ", "")):
        year, relative, month, day = found.groups()
        if relative and this_year is None:
            return None
        said = int(year) if year else (this_year or 0) + "今明后".index(relative[0]) if relative else None
        return whole_number(month), day_number(day), said
    else:
        return None
    return EN_MONTHS.index(month[:3]) + 1, int(day), int(year) if year else None


def day_number(word: str) -> int:
    day = whole_number(word)
    if day > 31:
        raise Unreadable(f"no month has {day} days")
    return day


def existing_date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(f"there is no day {year:04}-{month:02}-{day:02}") from None


def check_day(month: int, day: int) -> None:
    """Whether some year has the day."""
    try:
        date(2000, month, day)
    except ValueError:
        raise Unreadable(f"month {month} has no day {day}") from None
