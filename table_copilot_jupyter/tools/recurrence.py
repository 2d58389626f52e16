"""When a recurrence rule occurs next, and the rule told in words.

Occurrences are computed in local wall time: "every Monday 09:00" stays 09:00 when the clocks change. A wall
time that does not exist moves forward by the gap; one that comes twice means the first. "Every 2 hours"
without further parts counts elapsed time instead. No rule is followed for more than 50 years.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..language import Language
from .base import ToolError
from .rule import HORIZON_YEARS, UNITS, WEEKDAYS, Rule, at_wall_time, read_rule, until_moment, validate_rrule, wall_time

__all__ = ["begin_rrule", "describe_rrule", "next_occurrence", "validate_rrule"]


def begin_rrule(text: str, *, start: datetime, after: datetime, timezone: ZoneInfo) -> tuple[datetime, str]:
    """The first occurrence after ``after`` of a new rule that begins at ``start``, and the rule to store.

    The stored rule says everything itself: what it leaves open (the time, the weekday, the day of the month)
    is filled in from ``start``. Raises ToolError when it never occurs.
    """
    rule = read_rule(text, timezone)
    wall = rule.start or wall_time(start, timezone)
    rule = _completed(rule, wall)
    probe = replace(rule, start=wall)
    if rule.start is None and not rule.below_a_day:
        probe = replace(probe, interval=1)  # "every 2 weeks on Monday" begins on the next Monday
    first = next_occurrence(probe.text(), after=after, timezone=timezone, start=start)
    if first is None:
        raise ToolError(f"The recurrence rule {text!r} has no occurrence in the next {HORIZON_YEARS} years. Change it.")
    own_start = (rule.start or wall_time(first, timezone)) if rule.needs_start else None
    return first, replace(rule, start=own_start).text()


def next_occurrence(rrule: str, *, after: datetime, timezone: ZoneInfo, start: datetime) -> datetime | None:
    """The first occurrence strictly after ``after``, in ``timezone``; None when there is none (any more).

    ``start`` is where the rule begins, unless the rule's own DTSTART says it. Raises ToolError for a rule that
    can't be read.
    """
    rule = read_rule(rrule, timezone)
    wall = rule.start or wall_time(start, timezone)
    try:
        until = until_moment(rule.until, timezone)
        if rule.elapsed:
            found = _next_elapsed(rule, at_wall_time(wall, timezone), after)
        else:
            found = _next_wall(rule, wall, after, timezone)
        if found is None or (until is not None and found > until):
            return None
        return found.astimezone(timezone)
    except (OverflowError, ValueError):  # past the last year, or parts that exclude each other
        return None


def _next_elapsed(rule: Rule, start: datetime, after: datetime) -> datetime | None:
    step = UNITS[rule.frequency] * rule.interval
    start = start.astimezone(UTC)
    steps = max((after.astimezone(UTC) - start) // step + 1, 0)
    return None if rule.count is not None and steps >= rule.count else start + steps * step


def _next_wall(rule: Rule, start: datetime, after: datetime, timezone: ZoneInfo) -> datetime | None:
    after = after.astimezone(UTC)  # times of one zone compare by their wall clock; in UTC they compare as moments
    earliest = max(wall_time(after, timezone) - timedelta(days=1), start)
    best: datetime | None = None
    for wall in rule.walls(start, earliest):
        if best is not None and wall > wall_time(best, timezone):
            break  # only a time that was moved out of a gap can be overtaken, and only up to there
        moment = at_wall_time(wall, timezone).astimezone(UTC)
        if moment > after and (best is None or moment < best):
            best = moment
    return best


def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with what it leaves open taken from ``start``."""
    parts = dict(rule.parts)
    if rule.elapsed or rule.frequency == "MINUTELY":
        return rule
    if rule.frequency == "HOURLY":
        parts.setdefault("BYMINUTE", str(start.minute))
        return replace(rule, parts=parts)
    parts.setdefault("BYMINUTE", "0" if "BYHOUR" in parts else str(start.minute))
    parts.setdefault("BYHOUR", str(start.hour))
    if rule.frequency == "WEEKLY" or "BYWEEKNO" in parts:
        parts.setdefault("BYDAY", WEEKDAYS[start.weekday()])
    elif rule.frequency != "DAILY" and not parts.keys() & {"BYMONTHDAY", "BYDAY", "BYYEARDAY"}:
        parts["BYMONTHDAY"] = str(start.day)
        if rule.frequency == "YEARLY":
            parts.setdefault("BYMONTH", str(start.month))
    return replace(rule, parts=parts)


# --- in words -----------------------------------------------------------------------------------


_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_UNIT_WORDS = {
    "MINUTELY": ("minute", "分钟"),
    "HOURLY": ("hour", "小时"),
    "DAILY": ("day", "天"),
    "WEEKLY": ("week", "周"),
    "MONTHLY": ("month", "个月"),
    "YEARLY": ("year", "年"),
}
_WEEK = {
    "MO,TU,WE,TH,FR": ("every weekday", "每个工作日"),
    "SA,SU": ("every weekend", "每个周末"),
    ",".join(WEEKDAYS): ("every day", "每天"),
}
_ORDINALS = {
    1: ("first", "第一个"),
    2: ("second", "第二个"),
    3: ("third", "第三个"),
    4: ("fourth", "第四个"),
    -1: ("last", "最后一个"),
}
_MOST_TIMES = 4


def describe_rrule(rrule: str, language: Language = "en", *, with_time: bool = True) -> str:
    """A rule for people: "every Monday at 09:00", "每周一 09:00". A rule without plain words is shown as it is."""
    rule = read_rule(rrule)
    days = _describe_days(rule, language)
    times = _describe_times(rule, language) if with_time or rule.below_a_day else ""
    if days is None or times is None:
        line = rule.text().rpartition(":")[2]
        return f"by the rule {line}" if language == "en" else f"按规则 {line}"
    return days + times + _describe_end(rule, language)


def _describe_days(rule: Rule, language: Language) -> str | None:
    """The part before the time, or None where there are no plain words."""
    parts = rule.parts.keys() - {"BYHOUR", "BYMINUTE", "WKST"}
    english = language == "en"
    every = _every(rule, english)
    if not parts:
        return every
    names = _DAYS[language]
    if parts == {"BYDAY"}:
        days = rule.parts["BYDAY"].split(",")
        numbered = [day for day in days if len(day) > 2]
        if rule.frequency in ("WEEKLY", "DAILY") and not numbered:
            if rule.interval == 1 and rule.parts["BYDAY"] in _WEEK:
                return _WEEK[rule.parts["BYDAY"]][0 if english else 1]
            if rule.interval > 1 and rule.frequency == "DAILY":
                return None
            weekdays = _joined([names[WEEKDAYS.index(day)] for day in days], english)
            if rule.interval == 1:
                return f"every {weekdays}" if english else f"每{weekdays}"
            return f"{every} on {weekdays}" if english else f"{every}的{weekdays}"
        if rule.frequency == "MONTHLY" and len(days) == 1 and numbered and (number := int(days[0][:-2])) in _ORDINALS:
            weekday, ordinal = names[WEEKDAYS.index(days[0][-2:])], _ORDINALS[number]
            return f"{every} on the {ordinal[0]} {weekday}" if english else f"{every}{ordinal[1]}{weekday}"
    if parts == {"BYMONTHDAY"} and rule.frequency == "MONTHLY" and (days_of_month := _month_days(rule, english)):
        return f"{every} on {days_of_month}" if english else f"{every}{days_of_month}"
    if parts == {"BYMONTH", "BYMONTHDAY"} and rule.frequency == "YEARLY":
        month, month_day = rule.numbers("BYMONTH"), rule.numbers("BYMONTHDAY")
        if len(month) == len(month_day) == 1 and month_day[0] > 0:
            return (
                f"{every} on {month_day[0]} {_MONTHS[month[0] - 1]}"
                if english
                else f"{every}{month[0]}月{month_day[0]}日"
            )
    return None


def _every(rule: Rule, english: bool) -> str:
    word, chinese = _UNIT_WORDS[rule.frequency]
    if english:
        return f"every {word}" if rule.interval == 1 else f"every {rule.interval} {word}s"
    return f"每{chinese.removeprefix('个')}" if rule.interval == 1 else f"每{rule.interval}{chinese}"


def _month_days(rule: Rule, english: bool) -> str | None:
    days = rule.numbers("BYMONTHDAY")
    if days == [-1]:
        return "the last day" if english else "最后一天"
    if any(day < 0 for day in days):
        return None
    if english:
        return "the " + _joined([ordinal(day) for day in days], english)
    return _joined([f"{day}日" for day in days], english)


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, … 11th, …"""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _joined(words: list[str], english: bool) -> str:
    if not english:
        return "、".join(words)
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _describe_times(rule: Rule, language: Language) -> str | None:
    hours, minutes = rule.numbers("BYHOUR"), rule.numbers("BYMINUTE")
    if rule.below_a_day:
        return None if rule.parts else ""
    if not hours or not minutes:
        return "" if not hours and not minutes else None
    times = [f"{hour:02}:{minute:02}" for hour in hours for minute in minutes]
    if len(times) > _MOST_TIMES:
        return None
    return f" at {_joined(times, True)}" if language == "en" else f" {_joined(times, False)}"


def _describe_end(rule: Rule, language: Language) -> str:
    english = language == "en"
    if rule.count is not None:
        times = "once" if rule.count == 1 else f"{rule.count} times"
        return f", {times}" if english else f"，共{rule.count}次"
    if rule.until is not None:
        last = datetime.strptime(rule.until[:8], "%Y%m%d")
        return (
            f", until {last.day} {_MONTHS[last.month - 1]} {last.year}"
            if english
            else f"，到{last.year}年{last.month}月{last.day}日"
        )
    return ""
