"""``schedule_reminder``: the user's reminders, once or recurring, and what becomes of one that is due."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from ..language import Language
from ..protocol import ReminderItem
from ..store.base import ReminderStore
from .base import Tool, ToolContext, ToolError, ToolResult
from .personal import LenientArguments, NothingMatches, new_id, one_line, pick, say_time
from .recurrence import begin_rrule, describe_rrule, next_occurrence
from .times import When, parse_when, zone_named

MAX_CONTENT = 500
MAX_PENDING = 500
MAX_LISTED = 100
LATE_AFTER = timedelta(seconds=60)
SNOOZE = "in 10 minutes"


class ScheduleArguments(LenientArguments):
    action: Literal["create", "list", "cancel", "snooze"] = Field(
        description="What to do. 'snooze' moves a reminder, or brings one that has just been shown back later."
    )
    content: str | None = Field(
        None, description="For 'create': what the user is to be reminded of, in the user's language, without the time."
    )
    when: str | None = Field(
        None,
        description=(
            "The (first) time: best as ISO 8601 with the offset of the user's zone, 2026-11-23T09:00+01:00. "
            "The user's own words work too: 'in 10 minutes', 'tomorrow 9am', 'every monday 9am', '明天上午9点', "
            "'每周一上午9点'. For 'snooze': the new time; in 10 minutes when not given."
        ),
    )
    rrule: str | None = Field(
        None,
        description=(
            "Only for a recurring reminder: an iCalendar rule such as FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0, "
            "in the user's local time. Not needed when 'when' says it in words. Every minute is the finest."
        ),
    )
    timezone: str | None = Field(
        None, description="An IANA zone such as Europe/Berlin, only when the user named another one than their own."
    )
    reminder_id: str | None = Field(
        None,
        description=(
            "Which reminder to cancel or snooze: its id, the beginning of its id, or a part of its content that no "
            "other reminder has. 'snooze' without it means the one that was shown last."
        ),
    )


class ScheduleTool(Tool[ScheduleArguments]):
    """``changed(owner)`` is called after every change."""

    name: ClassVar[str] = "schedule_reminder"
    description: ClassVar[str] = (
        "Reminds the user of something at a time, once or again and again: create, list, cancel or snooze reminders. "
        "A reminder appears in this conversation when it is due. The result says the exact time; tell it to the user."
    )
    arguments = ScheduleArguments

    def __init__(self, store: ReminderStore, changed: Callable[[str], None]) -> None:
        self._store = store
        self._changed = changed

    async def run(self, arguments: ScheduleArguments, context: ToolContext) -> ToolResult:
        """Do the action. Raises ToolError."""
        match arguments.action:
            case "create":
                return await self._create(arguments, context)
            case "list":
                return await self._list(context)
            case "cancel":
                return await self._cancel(arguments, context)
            case "snooze":
                return await self._snooze(arguments, context)

    async def _create(self, arguments: ScheduleArguments, context: ToolContext) -> ToolResult:
        content = one_line(arguments.content or "")
        if not content:
            raise ToolError("A reminder needs a 'content': what the user is to be reminded of.")
        if len(content) > MAX_CONTENT:
            raise ToolError(f"The content has {len(content)} characters; at most {MAX_CONTENT} are kept. Shorten it.")
        zone = _zone(arguments, context)
        when = await asyncio.to_thread(_read_when, arguments, context.now(), zone)
        if len(await self._store.reminders(context.owner)) >= MAX_PENDING:
            raise ToolError(f"There are {MAX_PENDING} reminders, which is the most. Cancel some first.")
        reminder = ReminderItem(
            reminder_id=new_id(),
            content=content,
            due=_iso(when.due),
            rrule=when.rrule,
            timezone=zone.key,
            session_id=context.session_id,
            created_at=context.now().isoformat(timespec="seconds"),
        )
        await self._store.add_reminder(context.owner, reminder)
        self._changed(context.owner)
        line = describe(reminder, context.language)
        name = reminder.reminder_id
        return ToolResult(context.say(f"Reminder set for {line} (id `{name}`)", f"已设置提醒：{line}（id `{name}`）"))

    async def _list(self, context: ToolContext) -> ToolResult:
        found = await self._store.reminders(context.owner)
        if not found:
            return ToolResult(context.say("There are no reminders.", "没有提醒。"))
        lines = [
            f"- `{reminder.reminder_id}` {describe(reminder, context.language)}" for reminder in found[:MAX_LISTED]
        ]
        if len(found) > MAX_LISTED:
            more = len(found) - MAX_LISTED
            lines.append(context.say(f"- and {more} more", f"- 另有 {more} 个"))
        head = context.say(f"{len(found)} reminder{'' if len(found) == 1 else 's'}:\n", f"{len(found)} 个提醒：\n\n")
        return ToolResult(head + "\n".join(lines))

    async def _cancel(self, arguments: ScheduleArguments, context: ToolContext) -> ToolResult:
        said = arguments.reminder_id or arguments.content
        if said is None:
            raise ToolError("Which reminder is to be cancelled? Give its 'reminder_id' (id or a part of its content).")
        reminder = _pick(await self._store.reminders(context.owner), said)
        await self._replace(reminder.model_copy(update={"state": "cancelled"}), context)
        line = describe(reminder, context.language)
        return ToolResult(context.say(f"Cancelled the reminder for {line}", f"已取消提醒：{line}"))

    async def _snooze(self, arguments: ScheduleArguments, context: ToolContext) -> ToolResult:
        if arguments.rrule is not None:
            raise ToolError("Snoozing moves one time only. Leave 'rrule' out, or create a new reminder.")
        reminder = await self._to_snooze(arguments.reminder_id or arguments.content, context)
        zone = zone_named(arguments.timezone or reminder.timezone)
        text = arguments.when or SNOOZE
        when = await asyncio.to_thread(parse_when, text, now=context.now(), timezone=zone)
        if when.rrule is not None:
            raise ToolError(f"Snoozing moves one time only, and {text!r} recurs. Give one time.")
        moved = reminder.model_copy(update={"due": _iso(when.due), "state": "pending"})
        await self._replace(moved, context)
        line = describe(moved, context.language)
        return ToolResult(context.say(f"Snoozed until {line}", f"已推迟到 {line}"))

    async def _to_snooze(self, said: str | None, context: ToolContext) -> ReminderItem:
        """A pending reminder, else one that fired; without a name the one that fired last."""
        known = await self._store.reminders(context.owner, pending_only=False)
        pending = [reminder for reminder in known if reminder.state == "pending"]
        fired = sorted((reminder for reminder in known if reminder.state == "fired"), key=_due, reverse=True)
        if said is None:
            if not fired:
                raise ToolError(
                    "No reminder was shown yet. Give the 'reminder_id' of one (id or a part of its content)."
                )
            return fired[0]
        try:
            return _pick(pending, said)
        except NothingMatches:
            return _pick(_latest_of_each(fired), said)

    async def _replace(self, reminder: ReminderItem, context: ToolContext) -> None:
        if not await self._store.update_reminder(context.owner, reminder):
            raise ToolError(f"The reminder {reminder.content!r} is gone. Call with action 'list' to see what there is.")
        self._changed(context.owner)


@dataclass
class FiredReminder:
    """What becomes of a reminder that is due. ``next_due`` is None when it was the last time."""

    reminder: ReminderItem
    late: bool
    next_due: str | None


def fire(reminder: ReminderItem, now: datetime) -> FiredReminder:
    """Advance a due reminder: a recurring one to its next time after ``now``, any other to "fired".

    Times that were missed are not made up for. A rule or a zone that can't be read any more ends the reminder.
    """
    due = _due(reminder)
    late = now.timestamp() - due.timestamp() > LATE_AFTER.total_seconds()
    following: datetime | None = None
    if reminder.rrule is not None:
        try:
            zone = zone_named(reminder.timezone)
            following = next_occurrence(
                reminder.rrule, after=max(now, due, key=datetime.timestamp), timezone=zone, start=due
            )
        except ToolError:
            following = None
    if following is None:
        return FiredReminder(reminder.model_copy(update={"state": "fired"}), late, None)
    next_due = _iso(following)
    return FiredReminder(reminder.model_copy(update={"due": next_due, "state": "pending"}), late, next_due)


def snoozed(reminder: ReminderItem, minutes: int, now: datetime, *, once: bool) -> ReminderItem:
    """The reminder as it comes again ``minutes`` from now; with ``once`` a new one beside it, which does not recur."""
    try:
        zone = zone_named(reminder.timezone)
    except ToolError:
        zone = ZoneInfo("UTC")
    due = _iso((now + timedelta(minutes=minutes)).astimezone(zone))
    changes: dict[str, str | None] = {"due": due, "state": "pending"}
    if once:
        created_at = now.astimezone(zone).isoformat(timespec="seconds")
        changes |= {"reminder_id": new_id(), "rrule": None, "created_at": created_at}
    return reminder.model_copy(update=changes)


def describe(reminder: ReminderItem, language: Language = "en") -> str:
    """``Mon 23 Nov 2026, 09:00 (Europe/Berlin), every Monday: Stand-up``."""
    time = say_time(_due(reminder), zone_named(reminder.timezone), language)
    recurring = describe_rrule(reminder.rrule, language, with_time=False) if reminder.rrule else ""
    comma, colon = ("，", "：") if language == "zh" else (", ", ": ")
    return f"{time}{comma if recurring else ''}{recurring}{colon}{reminder.content}"


def _read_when(arguments: ScheduleArguments, now: datetime, zone: ZoneInfo) -> When:
    """The first time and the rule of a new reminder."""
    if arguments.when is None:
        if arguments.rrule is None:
            raise ToolError("A reminder needs a time. Give 'when', or 'rrule' for a recurring one.")
        return parse_when(arguments.rrule, now=now, timezone=zone)
    when = parse_when(arguments.when, now=now, timezone=zone)
    if arguments.rrule is None:
        return when
    rrule = arguments.rrule
    if "FREQ" not in rrule.upper():
        rrule = _rule_in_words(rrule, when.due, zone, now)
    first, stored = begin_rrule(rrule, start=when.due, after=when.due - timedelta(seconds=1), timezone=zone)
    return When(first, stored)


def _rule_in_words(words: str, due: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The rule of "every monday", at the time of ``due`` unless the words say another."""
    try:
        rrule = parse_when(f"{words} {due:%H:%M}", now=now, timezone=zone).rrule
    except ToolError:
        rrule = parse_when(words, now=now, timezone=zone).rrule
    if rrule is None:
        raise ToolError(f"The rrule {words!r} does not recur. Leave it out, or write a rule such as FREQ=DAILY.")
    return rrule.rpartition("RRULE:")[2]


def _zone(arguments: ScheduleArguments, context: ToolContext) -> ZoneInfo:
    return zone_named(arguments.timezone) if arguments.timezone else context.timezone


def _pick(reminders: list[ReminderItem], said: str) -> ReminderItem:
    return pick(
        reminders,
        said,
        id_of=lambda reminder: reminder.reminder_id,
        text_of=lambda reminder: reminder.content,
        noun="reminder",
    )


def _latest_of_each(fired: list[ReminderItem]) -> list[ReminderItem]:
    """Of reminders with the same content only the newest: an old one of that name is not meant."""
    return list({reminder.content.casefold(): reminder for reminder in reversed(fired)}.values())


def _due(reminder: ReminderItem) -> datetime:
    return datetime.fromisoformat(reminder.due)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
