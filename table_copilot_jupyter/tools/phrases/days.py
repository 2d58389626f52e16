"""Days: "tomorrow", "next Friday", "3 March", "下周五"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from .spans import later, read_duration, whole_days
from .words import (
    EN_WEEKDAYS,
    NUMBER_ZH,
    ORDINAL_EN,
    WEEK_ZH,
    WEEKDAY_EN,
    WEEKDAYS_ZH,
    check_day,
    day_number,
    existing_date,
    month_and_day,
)

_NAMED_DAYS = {
    "yesterday": -1,
    "昨天": -1,
    "today": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "今天": 0,
    "今日": 0,
    "明天": 1,
    "明日": 1,
    "后天": 2,
    "大后天": 3,
}
_DAY_EN = re.compile(
    rf"(?:(?P<next>next)|this coming|this|coming)? ?(?P<day>{WEEKDAY_EN})(?P<week> next week)?|"
    rf"next week (?P<after>{WEEKDAY_EN})"
)
_DAY_ZH = re.compile(rf"(?P<which>下下个?|下个?|这个?|本)?{WEEK_ZH}(?P<day>[一二三四五六日天末])")


def read_days(phrase: str, today: date) -> tuple[date, ...]:
    """The candidates of a phrase that is a day as a whole; none where it is not."""
    dense = phrase.replace(" ", "")
    if (name := phrase if phrase in _NAMED_DAYS else dense) in _NAMED_DAYS:
        return (today + timedelta(days=_NAMED_DAYS[name]),)
    span = read_duration(phrase)
    if span and whole_days(span):
        now = datetime.combine(today, time(), UTC)
        return (later(now, span).date(),)
    return _week_days(phrase, dense, today) or _month_days(phrase, dense, today) or _dates(phrase, today)


def _week_days(phrase: str, dense: str, today: date) -> tuple[date, ...]:
    monday = today - timedelta(days=today.weekday())
    if phrase in ("end week", "end this week"):
        return (monday + timedelta(days=4 if today.weekday() < 5 else 6),)
    if phrase in ("weekend", "this weekend"):
        return _weekday(today, 5)
    if phrase == "next weekend":
        return (monday + timedelta(days=12),)
    if phrase == "next week" or re.fullmatch(rf"下个?{WEEK_ZH}", dense):
        return (monday + timedelta(days=7),)
    if found := _DAY_EN.fullmatch(phrase):
        day = EN_WEEKDAYS.index((found["day"] or found["after"])[:3])
        if found["week"] or found["after"]:
            return (monday + timedelta(days=7 + day),)
        return _weekday(today + timedelta(days=1), day) if found["next"] else _weekday(today, day)
    if found := _DAY_ZH.fullmatch(dense):
        day = 5 if found["day"] == "末" else WEEKDAYS_ZH[found["day"]]
        if which := found["which"]:
            return (monday + timedelta(days=7 * which.count("下") + day),)
        return _weekday(today, day)
    return ()


def _weekday(start: date, day: int) -> tuple[date, ...]:
    """The first such weekday from ``start`` on, and the one after."""
    first = start + timedelta(days=(day - start.weekday()) % 7)
    return first, first + timedelta(days=7)


def _month_days(phrase: str, dense: str, today: date) -> tuple[date, ...]:
    """Days of the month without a month's name."""
    first = today.replace(day=1)
    following = first + relativedelta(months=1)
    if phrase == "next month" or re.fullmatch(r"下个?月", dense):
        return (following,)
    found = re.fullmatch(rf"{ORDINAL_EN} next month", phrase) or re.fullmatch(rf"next month {ORDINAL_EN}", phrase)
    if found := found or re.fullmatch(rf"下个?月({NUMBER_ZH})[号日]", dense):
        return (existing_date(following.year, following.month, day_number(found[1])),)
    if found := re.fullmatch(rf"(?:这个?|本)月({NUMBER_ZH})[号日]", dense):
        return (existing_date(today.year, today.month, day_number(found[1])),)
    found = re.fullmatch(r"([0-9]{1,2})(?:st|nd|rd|th)(?: this month)?", phrase)
    if found := found or re.fullmatch(rf"({NUMBER_ZH})[号日]", dense):
        months = (first + relativedelta(months=n) for n in range(4))
        return _existing([(month.year, month.month, day_number(found[1])) for month in months])
    return ()


def _dates(phrase: str, today: date) -> tuple[date, ...]:
    if phrase in ("end month", "end this month", "月底"):
        return (today + relativedelta(day=31),)
    if phrase in ("end year", "end this year", "年底"):
        return (date(today.year, 12, 31),)
    if phrase == "next year":
        return (date(today.year + 1, 1, 1),)
    if found := re.fullmatch(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", phrase):
        return (existing_date(int(found[1]), int(found[3]), int(found[4])),)
    if (named := month_and_day(phrase, today.year)) is None:
        return ()
    month, day, year = named
    if year is not None:
        return (existing_date(year, month, day),)
    check_day(month, day)
    days = _existing([(today.year + n, month, day) for n in range(9)])  # 29 February may be eight years off
    return days[:1] if days[0] == today else days  # today's date means today, not a year from now


def _existing(candidates: list[tuple[int, int, int]]) -> tuple[date, ...]:
    days = []
    for candidate in candidates:
        try:
            days.append(date(*candidate))
        except ValueError:
            continue  # this month is too short; the next one counts
    return tuple(days)
