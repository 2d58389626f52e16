"""What the tools for a user's own lists (todos, reminders) share.

Finding an item by what was said of it, ids, lenient arguments, and times in words.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from pydantic import model_validator

from ..language import Language
from .base import ToolArguments, ToolError

ItemT = TypeVar("ItemT")

_MOST_CANDIDATES = 10
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NothingMatches(ToolError):
    """No item is meant by what was said."""


class LenientArguments(ToolArguments):
    """Arguments as models write them: an empty text means that the argument was not given."""

    @model_validator(mode="before")
    @classmethod
    def _tidy(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = {name: value.strip() if isinstance(value, str) else value for name, value in data.items()}
        for name in given.keys() & {"action", "priority", "status"}:
            if isinstance(given[name], str):
                given[name] = given[name].lower()
        return {name: value for name, value in given.items() if value is not None and value != ""}


def new_id() -> str:
    """8 hexadecimal digits."""
    return secrets.token_hex(4)


def one_line(text: str) -> str:
    """Text as one line, so that nothing in it looks like another entry of a list."""
    return " ".join(text.split())


def pick(
    items: Sequence[ItemT],
    said: str,
    *,
    id_of: Callable[[ItemT], str],
    text_of: Callable[[ItemT], str],
    noun: str,
) -> ItemT:
    """The item meant by ``said``: its id, its exact text, the beginning of its id, or a part of its text.

    Raises NothingMatches when there is none, and ToolError with the candidates when there is more than one.
    """
    wanted = one_line(said).strip("`#\"'“”").casefold()
    if wanted:
        by_text = [item for item in items if text_of(item).casefold() == wanted]
        for found in (
            [item for item in items if id_of(item) == wanted],
            by_text,
            [item for item in items if id_of(item).startswith(wanted) or wanted in text_of(item).casefold()],
        ):
            if len(found) == 1:
                return found[0]
            if found:
                raise _ambiguous(found, said, id_of, text_of, noun)
    raise NothingMatches(f"No {noun} matches {said!r}. Call with action 'list' to see what there is.")


def _ambiguous(
    found: Sequence[ItemT],
    said: str,
    id_of: Callable[[ItemT], str],
    text_of: Callable[[ItemT], str],
    noun: str,
) -> ToolError:
    lines = [f"- `{id_of(item)}` {text_of(item)}" for item in found[:_MOST_CANDIDATES]]
    if len(found) > _MOST_CANDIDATES:
        lines.append(f"- and {len(found) - _MOST_CANDIDATES} more")
    return ToolError(f"{said!r} matches {len(found)} {noun}s. Give the id of one:\n" + "\n".join(lines))


def say_day(day: datetime, language: Language = "en") -> str:
    """``Mon 23 Nov 2026`` or ``2026年11月23日 周一``, the same in every locale."""
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日 {_WEEKDAYS_ZH[day.weekday()]}"
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_time(moment: datetime, timezone: ZoneInfo, language: Language = "en") -> str:
    """``Mon 23 Nov 2026, 09:00 (Europe/Berlin)``; with seconds where there are any."""
    local = moment.astimezone(timezone)
    clock = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
    zone = timezone.key.removeprefix("Etc/")
    if language == "zh":
        return f"{say_day(local, language)} {clock}（{zone}）"
    return f"{say_day(local)}, {clock} ({zone})"
