"""Recurrences: "every Monday", "the last Friday of every month", "每周一、三"."""

from __future__ import annotations

import re

from ..rule import WEEKDAYS
from .words import (
    CHINESE_DIGITS,
    EN_WEEKDAYS,
    NUMBER_EN,
    NUMBER_ZH,
    ORDINAL_EN,
    ORDINAL_WORDS,
    WEEK_ZH,
    WEEKDAY_EN,
    WEEKDAYS_ZH,
    check_day,
    day_number,
    month_and_day,
    whole_number,
)

_FREQUENCIES = {
    "minute": "MINUTELY",
    "hour": "HOURLY",
    "day": "DAILY",
    "week": "WEEKLY",
    "month": "MONTHLY",
    "year": "YEARLY",
    "分钟": "MINUTELY",
    "小时": "HOURLY",
    "钟头": "HOURLY",
    "天": "DAILY",
    "日": "DAILY",
    "周": "WEEKLY",
    "星期": "WEEKLY",
    "礼拜": "WEEKLY",
    "月": "MONTHLY",
    "年": "YEARLY",
}
_ADVERBS = {
    "hourly": "every hour",
    "daily": "every day",
    "weekly": "every week",
    "monthly": "every month",
    "yearly": "every year",
    "annually": "every year",
    "天天": "每天",
}
_EVERY_EN = re.compile(
    rf"(?:every|each) (?:(other|second|{NUMBER_EN}) ?)?(minute|min|hour|day|week|month|year)s?"
    rf"(?: (?P<rest>.+))?"
)
_EVERY_ZH = re.compile(
    rf"每(?P<skip>隔)?(?P<n>{NUMBER_ZH})?个?(?P<unit>分钟|小时|钟头|天|日|周|星期|礼拜|月|年)(?P<rest>.+)?"
)
_LIST_EN = re.compile(rf"{WEEKDAY_EN}s?(?: (?:to |through )?{WEEKDAY_EN}s?| ?- ?{WEEKDAY_EN})*")
_LIST_ZH = re.compile(rf"{WEEK_ZH}?[一二三四五六日天](?:[到至-]?{WEEK_ZH}?[一二三四五六日天])*")
_NTH_EN = re.compile(rf"(first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) ({WEEKDAY_EN})")


def read_recurrence(phrase: str) -> str | None:
    """The RRULE, without a time of day, of a phrase that recurs as a whole."""
    first, _, rest = phrase.partition(" ")
    if first in _ADVERBS:
        phrase = f"{_ADVERBS[first]} {rest}".strip()
    if found := re.fullmatch(r"(.+) (?:every|each) month", phrase):
        phrase = f"every month {found[1]}"
    if re.fullmatch(r"(?:(?:every|each) )?(?:weekdays?|workdays?|working days?|business days?)|每?个?工作日", phrase):
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    if re.fullmatch(r"(?:every|each) weekends?|weekends|每个?周末", phrase):
        return "FREQ=WEEKLY;BYDAY=SA,SU"
    if re.fullmatch(r"(?:every|each) half (?:an )?hour|每半个?小时", phrase):
        return "FREQ=MINUTELY;INTERVAL=30"
    if found := _EVERY_EN.fullmatch(phrase):
        interval = 2 if found[1] in ("other", "second") else whole_number(found[1])
        return _every("minute" if found[2] == "min" else found[2], interval, found["rest"] or "")
    if found := _EVERY_ZH.fullmatch(phrase.replace(" ", "")):
        interval = whole_number(found["n"])
        if found["skip"] and interval == 1:
            interval = 2  # "每隔一天" is every other day
        return _every(found["unit"], interval, found["rest"] or "")
    if (found := re.fullmatch(r"every (?:other|second) (.+)", phrase)) and (days := _weekday_list(found[1])):
        return f"FREQ=WEEKLY;INTERVAL=2;BYDAY={days}"
    if found := re.fullmatch(r"(?:every|each) (.+)", phrase):
        return _every_named(found[1])
    if re.fullmatch(r"(?:[a-z]+days(?: |$))+", phrase) and (days := _weekday_list(phrase)):
        return f"FREQ=WEEKLY;BYDAY={days}"
    return None


def _every_named(rest: str) -> str | None:
    """What follows "every": weekdays, a day of the month, a day of the year."""
    if days := _weekday_list(rest):
        return f"FREQ=WEEKLY;BYDAY={days}"
    rest = rest.removesuffix(" month")
    if days := _in_month(rest):
        return f"FREQ=MONTHLY;{days}"
    return f"FREQ=YEARLY;{days}" if (days := _in_year(rest)) else None


def _every(unit: str, interval: int, rest: str) -> str | None:
    frequency = _FREQUENCIES[unit]
    rule = f"FREQ={frequency}" + (f";INTERVAL={interval}" if interval > 1 else "")
    if not rest:
        return rule
    read = {"WEEKLY": _weekday_list, "MONTHLY": _in_month, "YEARLY": _in_year}.get(frequency)
    days = read(rest) if read else None
    if days is None:
        return None
    return f"{rule};BYDAY={days}" if frequency == "WEEKLY" else f"{rule};{days}"


def _weekday_list(words: str) -> str | None:
    """MO,WE,FR of a list or a range of weekdays."""
    if _LIST_EN.fullmatch(words):
        tokens = re.sub(r"\b(?:to|through)\b|-", " - ", words).split()
        numbers = [None if token == "-" else EN_WEEKDAYS.index(token[:3]) for token in tokens]
    elif _LIST_ZH.fullmatch(words.replace(" ", "")):
        letters = re.sub(r"周|星期|礼拜| ", "", words)
        numbers = [WEEKDAYS_ZH.get(letter) for letter in letters]
    else:
        return None
    days: list[int] = []
    for position, day in enumerate(numbers):
        if day is not None:
            days.append(day)
        elif 0 < position < len(numbers) - 1 and (last := numbers[position + 1]) is not None:
            days += [(days[-1] + step) % 7 for step in range(1, (last - days[-1]) % 7)]
    return ",".join(WEEKDAYS[day] for day in sorted(set(days)))


def _in_month(words: str) -> str | None:
    if found := _NTH_EN.fullmatch(words):
        nth = ORDINAL_WORDS[found[1]] if found[1] in ORDINAL_WORDS else int(found[1][0])
        return f"BYDAY={nth}{WEEKDAYS[EN_WEEKDAYS.index(found[2][:3])]}"
    if found := re.fullmatch(rf"(?:第([一二三四])|(最后一))个?{WEEK_ZH}([一二三四五六日天])", words):
        nth = -1 if found[2] else CHINESE_DIGITS[found[1]]
        return f"BYDAY={nth}{WEEKDAYS[WEEKDAYS_ZH[found[3]]]}"
    if re.fullmatch(r"last day|最后一天", words):
        return "BYMONTHDAY=-1"
    if words in ("first day", "first", "第一天"):
        return "BYMONTHDAY=1"
    days = re.findall(r"([0-9]{1,2})(?:st|nd|rd|th|[号日])", words)
    if len(days) > 1 and re.fullmatch(r"(?:[0-9]{1,2}(?:st|nd|rd|th|[号日]) ?)+", words):
        return "BYMONTHDAY=" + ",".join(str(day_number(day)) for day in days)
    found = re.fullmatch(ORDINAL_EN, words) or re.fullmatch(r"day ([0-9]{1,2})", words)
    found = found or re.fullmatch(rf"({NUMBER_ZH})[号日]", words)
    return f"BYMONTHDAY={day_number(found[1])}" if found else None


def _in_year(words: str) -> str | None:
    found = month_and_day(words)
    if found is None:
        return None
    month, day, year = found
    if year is not None:
        return None
    check_day(month, day)
    return f"BYMONTH={month};BYMONTHDAY={day}"
