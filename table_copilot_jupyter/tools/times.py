"""Reads when something is due: ISO 8601, RRULE, and what people type in English and Chinese.

In this order: a recurrence rule; an ISO date or time; our own small grammar (``phrases.py``), which knows what
dateparser does not (Chinese times of day, recurrences); then dateparser for the rest. A day without a time means
09:00. What has passed is refused, except that a bare time of day that has passed means tomorrow.

When the clocks change: a time that does not exist moves forward by the gap, a time that comes twice is the first.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .base import ToolError
from .phrases import DEFAULT_CLOCK, Spoken, is_recurring, read_phrase
from .phrases.words import Unreadable, normalise
from .recurrence import begin_rrule
from .rule import at_wall_time

MAX_CHARS = 200
MAX_YEARS_AHEAD = 100
EXAMPLES = '"in 10 minutes", "tomorrow 9am", "every monday 9am", "明天上午9点", "每周一上午9点", 2026-11-30T09:00'

_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)? ?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_ISO_BASIC = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})[Tt]([0-9]{2})([0-9]{2})([0-9]{2})?([Zz]|[+-][0-9]{2}:?[0-9]{2})?"
)
_ZONE = re.compile(r"\s*[\[(]?\b([A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+|UTC|GMT)\b[\])]?$")
_NUMERIC_DATE = re.compile(r"\b[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
_CLOCK_SAID = re.compile(r"[0-9]:[0-9]{2}|[0-9] ?[ap]\.?m\b|[点时]|hour|minute|second|分|midnight")


@dataclass(frozen=True)
class When:
    """``due`` is aware and in the user's zone; ``rrule`` (stored form) when it recurs, with ``due`` the first time."""

    due: datetime
    rrule: str | None = None


def parse_when(text: str, *, now: datetime, timezone: ZoneInfo) -> When:
    """When ``text`` says, seen from ``now`` (aware). Raises ToolError that names the text and shows what works."""
    spoken, timezone_said = _read(text, now, timezone)
    if spoken.rule is not None:
        if timezone_said.key != timezone.key:
            raise ToolError(f"{text!r} recurs and names a zone. Give the zone as 'timezone' instead.")
        local = now.astimezone(timezone)
        start = local if spoken.clock is None else at_wall_time(datetime.combine(local.date(), spoken.clock), timezone)
        due, rrule = begin_rrule(spoken.rule, start=start, after=now, timezone=timezone)
        return When(due, rrule)
    if spoken.moment is not None:
        candidates = [spoken.moment]
    else:
        clock = spoken.clock or DEFAULT_CLOCK
        walls = [datetime.combine(day + timedelta(days=spoken.carry), clock) for day in spoken.days]
        candidates = [at_wall_time(wall, timezone_said) for wall in walls]
    for candidate in candidates:
        if candidate.astimezone(UTC) > now.astimezone(UTC):
            return When(_bounded(text, candidate, now).astimezone(timezone).replace(microsecond=0))
    passed = candidates[-1].astimezone(timezone)
    raise ToolError(
        f"{text!r} means {passed:%Y-%m-%d %H:%M}, which has passed (it is {now.astimezone(timezone):%Y-%m-%d %H:%M}). "
        "Give a time to come."
    )


def parse_due(text: str, *, now: datetime, timezone: ZoneInfo) -> str:
    """The ``due`` of a todo: a date where only a day was said, else a time with its offset. Raises ToolError."""
    spoken, timezone_said = _read(text, now, timezone)
    if spoken.rule is not None:
        raise ToolError(f"{text!r} recurs, and a todo is due once. Give one day or time, or make a reminder.")
    if spoken.days and spoken.clock is None:
        today = now.astimezone(timezone_said).date()
        if day := next((day for day in spoken.days if day >= today), None):
            _bounded(text, datetime.combine(day, time(), UTC), now)
            return day.isoformat()
        raise ToolError(f"{text!r} means {spoken.days[-1]}, which has passed (today is {today}). Give a day to come.")
    return parse_when(text, now=now, timezone=timezone).due.isoformat(timespec="seconds")


def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises ToolError."""
    try:
        return ZoneInfo(name)
    except (ValueError, LookupError, OSError):  # malformed, unknown, or the name of a folder
        raise ToolError(f"The timezone {name!r} is not known. Use an IANA name such as Europe/Berlin.") from None


def _read(text: str, now: datetime, timezone: ZoneInfo) -> tuple[Spoken, ZoneInfo]:
    """What ``text`` says, and the zone that its clock times are in."""
    stripped = text.strip()
    if not stripped:
        raise ToolError(f"No time was given. These work: {EXAMPLES}.")
    if re.search(r"FREQ\s*=", stripped, re.IGNORECASE):
        timed = re.search(r"FREQ=(MINUTELY|HOURLY)", stripped, re.IGNORECASE) is None
        return Spoken(rule=stripped, clock=DEFAULT_CLOCK if timed else None), timezone
    if len(stripped) > MAX_CHARS:
        raise ToolError(f"The time has {len(stripped)} characters; at most {MAX_CHARS} are read. Try {EXAMPLES}.")
    try:
        if zone := _ZONE.search(stripped):
            timezone, stripped = zone_named(zone.group(1)), stripped[: zone.start()].strip()
        local = now.astimezone(timezone)
        spoken = _read_iso(stripped, timezone) or read_phrase(stripped, local) or _ask_dateparser(stripped, local)
    except Unreadable as error:
        raise ToolError(f"{text!r} can't be read as a time: {error}. These work: {EXAMPLES}.") from None
    except (OverflowError, ValueError):  # "in 999999 years"
        raise ToolError(f"{text!r} is beyond what a calendar holds. These work: {EXAMPLES}.") from None
    if spoken is None:
        raise ToolError(f"{text!r} can't be read as a time. These work: {EXAMPLES}.")
    return spoken, timezone


def _read_iso(text: str, timezone: ZoneInfo) -> Spoken | None:
    found = _ISO.fullmatch(text) or _ISO_BASIC.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, offset = found.groups()
    try:
        stamp = datetime(*(int(part or 0) for part in (year, month, day, hour, minute, second)))  # type: ignore[arg-type]  # six numbers
        if hour is None:
            return Spoken(days=(stamp.date(),))
        if offset is None:
            return Spoken(moment=at_wall_time(stamp, timezone))
        return Spoken(moment=datetime.fromisoformat(stamp.isoformat() + offset.upper()).astimezone(UTC))
    except ValueError as error:
        raise Unreadable(f"as an ISO time it is wrong ({error})") from None


def _ask_dateparser(text: str, now: datetime) -> Spoken | None:
    """What dateparser makes of a phrase that our grammar does not know.

    It is kept from what it would only guess at: bare numbers, 9.30 (a time or a day), wrong numeric dates, recurrences.
    """
    plain = normalise(text)
    if is_recurring(text) or _NUMERIC_DATE.search(plain) or not re.search(r"[0-9]", plain):
        return None
    if re.fullmatch(r"[0-9 ]+", plain) or re.search(r"(?<![0-9.])[0-9]{1,2}\.[0-9]{2}(?![0-9.])", plain):
        return None
    import dateparser

    settings = {
        "RELATIVE_BASE": now.replace(tzinfo=None, microsecond=0),
        "TIMEZONE": str(now.tzinfo),
        "PREFER_DATES_FROM": "future",
        "RETURN_AS_TIMEZONE_AWARE": True,
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own use of the standard library is not our user's concern
            moment = dateparser.parse(plain, languages=["en", "zh"], settings=settings)
    except Exception:  # it is fed whatever was typed, and raises many things for it
        return None
    if moment is None:
        return None
    if moment.time() == time() and not _CLOCK_SAID.search(plain):
        return Spoken(days=(moment.date(),))
    return Spoken(moment=moment)


def _bounded(text: str, moment: datetime, now: datetime) -> datetime:
    if moment.year - now.year > MAX_YEARS_AHEAD:
        raise ToolError(f"{text!r} is in the year {moment.year}; at most {MAX_YEARS_AHEAD} years ahead are kept.")
    return moment
