"""The small grammar of times as people type them, English and Chinese.

A phrase is read in three steps: a duration ("in 10 minutes", "半小时后") is a moment of its own; else the time of
day is taken out of the phrase ("tomorrow 9am" leaves "tomorrow"), and what is left must be, as a whole, a
recurrence ("every Monday", "每周一") or a day ("next Friday", "下周五"). Nothing is guessed from a part:
what is not understood as a whole is not understood.

A day is a list of candidates, nearest first, and the first that is not over is meant: "Monday" is next week's
when today's Monday 9:00 has passed, while "today" has one candidate only.

What words mean where usage differs: "next Friday" is the first Friday after today, "下周五" the Friday of next
week; "next week" is its Monday, "next month" its first day. Hours without am, pm or a part of the day are on the
24-hour clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .clocks import take_clock
from .days import read_days
from .rules import read_recurrence
from .spans import later, read_duration, whole_days
from .words import REWRITES, normalise, without_fillers

DEFAULT_CLOCK = time(9)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a phrase says.

    Either a ``moment``, or ``days`` (candidates, nearest first) with the ``clock`` if one was said, or a ``rule``
    (RRULE). ``carry`` is 1 where the time of day belongs to the night after the day ("tonight at 1").
    """

    days: tuple[date, ...] = ()
    clock: time | None = None
    carry: int = 0
    moment: datetime | None = None
    rule: str | None = None


def is_recurring(text: str) -> bool:
    """Whether a phrase speaks of something that recurs, understood or not."""
    return re.search(r"\bevery|\beach\b|\b(?:hour|dai|week|month|year|annual)ly\b|每", normalise(text)) is not None


def read_phrase(text: str, now: datetime) -> Spoken | None:
    """What ``text`` says at ``now`` (aware, in the user's zone); None for what this grammar does not know."""
    phrase = normalise(text)
    for word, plain in REWRITES:
        phrase = re.sub(word, plain, phrase)
    if not phrase.startswith(("at ", "on ", "by ")) and (span := read_duration(without_fillers(phrase))):
        return Spoken(moment=later(now, span), days=(later(now, span).date(),) if whole_days(span) else ())
    for bare_hour in (False, True):
        rest, clock, carry, part_only = take_clock(phrase, bare_hour)
        rest = without_fillers(rest)
        if rest in ("every", "each", "每") and part_only:
            rest = "every day"
        if rule := read_recurrence(rest):
            return _with_clock(rule, clock)
        if rest == "" and clock is not None:
            return Spoken((now.date(), now.date() + timedelta(days=1)), clock, carry)
        if days := read_days(rest, now.date()):
            return Spoken(days, clock, carry)
    return None


def _with_clock(rule: str, clock: time | None) -> Spoken | None:
    if rule.startswith(("FREQ=MINUTELY", "FREQ=HOURLY")):
        return None if clock else Spoken(rule=rule)
    clock = clock or DEFAULT_CLOCK
    return Spoken(rule=f"{rule};BYHOUR={clock.hour};BYMINUTE={clock.minute}", clock=clock)
