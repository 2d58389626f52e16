"""One recurrence rule (RFC 5545), read from text and checked.

A rule is kept as text: ``FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0``. Where the rule alone does not say
which days are meant (an INTERVAL, a COUNT, "every 2 hours") a ``DTSTART`` line with the local time of its
beginning stands before it, so that moving one occurrence never moves the others.

What would be costly to follow is refused: rules finer than a minute, long lists of times.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from .base import ToolError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
MAX_RULE_CHARS = 500
MAX_COUNT = 1000
MAX_INTERVAL = 100_000
MAX_TIMES_A_DAY = 96
HORIZON_YEARS = 50
EXAMPLE = "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0"

_CALENDAR_CYCLE = timedelta(days=146_097)
_FREQUENCIES = ("MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
UNITS = {
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_RANGES = {  # part: smallest, largest, and whether it also counts from the end
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
_PART_ORDER = ("BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "BYHOUR", "BYMINUTE", "BYSETPOS", "WKST")
_BYDAY = re.compile(r"([+-]?[1-9][0-9]?)?(MO|TU|WE|TH|FR|SA|SU)")
_UNTIL = re.compile(r"[0-9]{8}(T[0-9]{6}Z?)?")
_DTSTART = re.compile(r"DTSTART(?:;TZID=([^:;\s]+))?(?:;VALUE=[A-Z-]+)?:([0-9]{8}(?:T[0-9]{6}Z?)?)", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """One rule that was read. ``start`` is its own DTSTART, in local wall time; ``parts`` are its BY… parts."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str | None = None
    parts: dict[str, str] = field(default_factory=dict)
    start: datetime | None = None

    @property
    def below_a_day(self) -> bool:
        return self.frequency in ("MINUTELY", "HOURLY")

    @property
    def elapsed(self) -> bool:
        """Whether it counts elapsed time: "every 2 hours", and nothing about which ones."""
        return self.below_a_day and not self.parts

    @property
    def needs_start(self) -> bool:
        return self.interval > 1 or self.count is not None or self.elapsed

    def numbers(self, part: str) -> list[int]:
        return [int(number) for number in self.parts[part].split(",")] if part in self.parts else []

    def text(self) -> str:
        """The rule as it is stored."""
        line = self._line(f"COUNT={self.count}" if self.count else "", f"UNTIL={self.until}" if self.until else "")
        return line if self.start is None else f"DTSTART:{self.start:%Y%m%dT%H%M%S}\nRRULE:{line}"

    def _line(self, *limits: str) -> str:
        interval = f"INTERVAL={self.interval}" if self.interval > 1 else ""
        parts = [f"{name}={self.parts[name]}" for name in _PART_ORDER if name in self.parts]
        return ";".join(part for part in (f"FREQ={self.frequency}", interval, *limits, *parts) if part)

    def walls(self, start: datetime, earliest: datetime) -> Iterator[datetime]:
        """Occurrences as naive local times, in order, from ``earliest`` or a little before on.

        dateutil looks for an occurrence up to the year 9999, which takes seconds for a rule that has none. The
        calendar repeats every 400 years, so the rule is followed in the last cycle before that year.
        """
        start = start.replace(second=0, microsecond=0)
        if self.count is None:
            start = self._nearer(start, earliest)
        shift = _CALENDAR_CYCLE * ((MAXYEAR - HORIZON_YEARS - earliest.year) // 400)
        latest = earliest + timedelta(days=365 * HORIZON_YEARS)
        for wall in islice(rrulestr(self._line(), dtstart=start + shift), self.count):
            if wall - shift > latest:
                return
            yield wall - shift

    def _nearer(self, start: datetime, earliest: datetime) -> datetime:
        """A later start with the same occurrences from ``earliest`` on, so that an old rule costs no more."""
        if unit := UNITS.get(self.frequency):
            return start + max((earliest - start) // (unit * self.interval), 0) * unit * self.interval
        if not self.parts.keys() & {"BYMONTHDAY", "BYDAY", "BYYEARDAY"}:
            return start  # the day comes from the start itself; at most one occurrence per period
        per_year = 12 if self.frequency == "MONTHLY" else 1
        month = earliest.month - start.month if per_year == 12 else 0
        periods = ((earliest.year - start.year) * per_year + month) // self.interval * self.interval
        if periods <= 0:
            return start
        years, month = divmod(start.month - 1 + periods if per_year == 12 else 0, 12)
        return start.replace(year=start.year + (years if per_year == 12 else periods), month=month + 1, day=1)


def at_wall_time(wall: datetime, timezone: ZoneInfo) -> datetime:
    """The moment at which clocks in ``timezone`` show ``wall`` (naive).

    A time that the clocks skip moves forward by the gap, a time that comes twice is the first of the two.
    """
    return wall.replace(tzinfo=timezone, fold=0).astimezone(UTC).astimezone(timezone)


def wall_time(moment: datetime, timezone: ZoneInfo) -> datetime:
    """What clocks in ``timezone`` show at ``moment``, naive, to the second."""
    return moment.astimezone(timezone).replace(tzinfo=None, microsecond=0, fold=0)


def read_rule(text: str, timezone: ZoneInfo | None = None) -> Rule:
    """Read ``FREQ=…``, with or without ``RRULE:`` and a ``DTSTART`` line. Raises ToolError."""
    if len(text) > MAX_RULE_CHARS:
        raise ToolError(f"The recurrence rule has {len(text)} characters; at most {MAX_RULE_CHARS} are read.")
    start, rest = _read_start(text, timezone)
    lines = re.sub(r"RRULE:", " ", rest.upper()).split()
    fields: dict[str, str] = {}
    for piece in ";".join(lines).strip(";").split(";"):
        name, equals, value = piece.partition("=")
        if not equals or not value or name in fields:
            raise _refused(text, f"{piece!r} is not one part of the form NAME=VALUE")
        fields[name] = value
    frequency = fields.pop("FREQ", "")
    if frequency == "SECONDLY" or fields.pop("BYSECOND", "0").strip("0"):
        raise _refused(text, "nothing recurs more often than every minute")
    if frequency not in _FREQUENCIES:
        raise _refused(text, f"FREQ is {frequency!r}; use one of {', '.join(_FREQUENCIES)}")
    interval = _number(text, "INTERVAL", fields.pop("INTERVAL", "1"), 1, MAX_INTERVAL)
    count = _number(text, "COUNT", fields.pop("COUNT"), 1, MAX_COUNT) if "COUNT" in fields else None
    until = fields.pop("UNTIL", None)
    if until is not None:
        _check_until(text, until, count)
    rule = Rule(
        frequency, interval, count, until, {name: _part(text, name, value) for name, value in fields.items()}, start
    )
    return _checked(text, rule)


def validate_rrule(text: str) -> str:
    """The rule in its stored form. Raises ToolError for one that can't be used."""
    return read_rule(text).text()


def _read_start(text: str, timezone: ZoneInfo | None) -> tuple[datetime | None, str]:
    found = _DTSTART.search(text)
    if not found:
        return None, text
    zone, stamp = found.group(1), found.group(2).upper()
    if zone is not None and timezone is not None and zone != timezone.key:
        raise _refused(text, f"its zone {zone!r} is not the reminder's ({timezone.key}); give it as 'timezone'")
    try:
        start = datetime.strptime(stamp.removesuffix("Z"), "%Y%m%dT%H%M%S" if "T" in stamp else "%Y%m%d")
    except ValueError:
        raise _refused(text, f"DTSTART {stamp!r} is no date") from None
    if not 1970 <= start.year <= 2200:
        raise _refused(text, f"DTSTART {stamp!r} is out of range")
    if stamp.endswith("Z") and timezone is not None:
        start = wall_time(start.replace(tzinfo=UTC), timezone)
    return start, text[: found.start()] + " " + text[found.end() :]


def _part(text: str, name: str, value: str) -> str:
    if name == "WKST" and value in WEEKDAYS:
        return value
    if name == "BYDAY":
        days = value.split(",")
        if wrong := [day for day in days if not _BYDAY.fullmatch(day)]:
            raise _refused(text, f"BYDAY has {wrong[0]!r}; weekdays are {', '.join(WEEKDAYS)}")
        return ",".join(
            sorted({day.removeprefix("+") for day in days}, key=lambda day: (WEEKDAYS.index(day[-2:]), day))
        )
    if name not in _RANGES:
        raise _refused(text, f"the part {name}={value} is not known")
    smallest, largest, from_end = _RANGES[name]
    numbers = [_number(text, name, piece, smallest, largest, from_end) for piece in value.split(",")]
    return ",".join(str(number) for number in sorted(set(numbers)))


def _number(text: str, name: str, value: str, smallest: int, largest: int, from_end: bool = False) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,6}", value):
        number = int(value)
        if smallest <= (abs(number) if from_end else number) <= largest:
            return number
    raise _refused(text, f"{name} is {value!r}; it must be from {smallest} to {largest}")


def _check_until(text: str, until: str, count: int | None) -> None:
    if count is not None:
        raise _refused(text, "it has both COUNT and UNTIL; give one of them")
    try:
        if not _UNTIL.fullmatch(until):
            raise ValueError
        until_moment(until, ZoneInfo("UTC"))
    except (ValueError, OverflowError):
        raise _refused(text, f"UNTIL is {until!r}; write it as 20261231 or 20261231T090000Z") from None


def until_moment(until: str | None, timezone: ZoneInfo) -> datetime | None:
    if until is None:
        return None
    if "T" not in until:  # a date means the whole day
        return at_wall_time(datetime.combine(datetime.strptime(until, "%Y%m%d"), time(23, 59, 59)), timezone)
    stamp = datetime.strptime(until.removesuffix("Z"), "%Y%m%dT%H%M%S")
    return stamp.replace(tzinfo=UTC) if until.endswith("Z") else at_wall_time(stamp, timezone)


def _checked(text: str, rule: Rule) -> Rule:
    """Combinations that would cost too much to follow, or that mean nothing."""
    if rule.below_a_day and "BYSETPOS" in rule.parts:
        raise _refused(text, "BYSETPOS needs FREQ=DAILY or rarer")
    if rule.frequency != "YEARLY" and rule.parts.keys() & {"BYWEEKNO", "BYYEARDAY"}:
        raise _refused(text, "BYWEEKNO and BYYEARDAY need FREQ=YEARLY")
    if rule.frequency not in ("MONTHLY", "YEARLY") and re.search(r"\d", rule.parts.get("BYDAY", "")):
        raise _refused(text, "a numbered weekday such as 1MO needs FREQ=MONTHLY or YEARLY")
    times = max(len(rule.numbers("BYHOUR")), 1) * max(len(rule.numbers("BYMINUTE")), 1)
    if not rule.below_a_day and times > MAX_TIMES_A_DAY:
        raise _refused(text, f"it has {times} times a day; at most {MAX_TIMES_A_DAY} are possible")
    return rule


def _refused(text: str, reason: str) -> ToolError:
    return ToolError(f"The recurrence rule {text!r} can't be used: {reason}. An example: {EXAMPLE}")
