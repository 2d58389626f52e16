"""The reminder tool, and what becomes of a reminder that is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_stores import BERLIN, NOW, FakeReminderStore, tool_context

from table_copilot_jupyter.protocol import ReminderItem
from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.schedule import ScheduleArguments, ScheduleTool, fire, snoozed


class Reminders:
    """A tool with its store, for one user."""

    def __init__(self) -> None:
        self.store = FakeReminderStore()
        self.changes: list[str] = []
        self.tool = ScheduleTool(self.store, self.changes.append)
        self.context = tool_context()

    async def __call__(self, action: str, **arguments: object) -> str:
        parsed = ScheduleArguments.model_validate({"action": action, **arguments})
        return (await self.tool.run(parsed, self.context)).content

    async def only(self) -> ReminderItem:
        (reminder,) = await self.store.reminders("ada", pending_only=False)
        return reminder

    async def fire(self, now: datetime) -> None:
        await self.store.update_reminder("ada", fire(await self.only(), now).reminder)
        self.context = tool_context(now=now)


@pytest.fixture
def reminders() -> Reminders:
    return Reminders()


async def test_a_reminder_keeps_its_time_zone_and_session(reminders: Reminders) -> None:
    said = await reminders("create", content=" Call\nBob ", when="tomorrow 9am")
    reminder = await reminders.only()
    assert reminder == ReminderItem(
        reminder_id=reminder.reminder_id,
        content="Call Bob",
        due="2026-11-19T09:00:00+01:00",
        timezone="Europe/Berlin",
        session_id="s1",
        created_at="2026-11-18T10:30:00+01:00",
    )
    assert said == f"Reminder set for Thu 19 Nov 2026, 09:00 (Europe/Berlin): Call Bob (id `{reminder.reminder_id}`)"
    assert reminders.changes == ["ada"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"when": "every monday 9am"},
        {"when": "每周一上午9点"},
        {"rrule": "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9"},
        {"rrule": "every monday 9am"},
        {"when": "2026-11-23T09:00+01:00", "rrule": "RRULE:FREQ=WEEKLY"},
        {"when": "2026-11-23T09:00+01:00", "rrule": "every monday"},
        {"when": "tomorrow 9am", "rrule": "FREQ=WEEKLY;BYDAY=MO"},
        {"when": "every monday 9am", "rrule": "FREQ=WEEKLY;BYDAY=MO"},
    ],
)
async def test_a_recurring_reminder_says_its_first_time_and_its_rule(
    reminders: Reminders, arguments: dict[str, str]
) -> None:
    said = await reminders("create", content="Stand-up", **arguments)
    assert said.startswith("Reminder set for Mon 23 Nov 2026, 09:00 (Europe/Berlin), every Monday: Stand-up")
    reminder = await reminders.only()
    assert (reminder.due, reminder.rrule) == ("2026-11-23T09:00:00+01:00", "FREQ=WEEKLY;BYDAY=MO;BYHOUR=9;BYMINUTE=0")


async def test_another_zone_can_be_given(reminders: Reminders) -> None:
    said = await reminders("create", content="Call Tokyo", when="tomorrow 9am", timezone="Asia/Tokyo")
    assert "Thu 19 Nov 2026, 09:00 (Asia/Tokyo)" in said
    assert (await reminders.only()).due == "2026-11-19T09:00:00+09:00"


async def test_the_list_shows_pending_reminders_by_time(reminders: Reminders) -> None:
    assert await reminders("list") == "There are no reminders."
    await reminders("create", content="Later", when="next week")
    await reminders("create", content="Tea", when="in 10 minutes")
    listed = (await reminders("list")).splitlines()
    assert listed[0] == "2 reminders:"
    assert listed[1].endswith("Wed 18 Nov 2026, 10:40 (Europe/Berlin): Tea")


async def test_a_cancelled_reminder_is_kept_but_not_listed(reminders: Reminders) -> None:
    await reminders("create", content="Call Bob", when="tomorrow")
    assert (await reminders("cancel", reminder_id="bob")).startswith("Cancelled the reminder for Thu 19 Nov 2026")
    assert (await reminders.only()).state == "cancelled"
    assert await reminders("list") == "There are no reminders."
    with pytest.raises(ToolError, match="No reminder matches 'bob'"):
        await reminders("cancel", reminder_id="bob")
    assert len(reminders.changes) == 2


async def test_a_pending_reminder_is_snoozed_by_ten_minutes_from_now(reminders: Reminders) -> None:
    await reminders("create", content="Tea", when="in 1 minute")
    assert (await reminders("snooze", reminder_id="tea")).startswith("Snoozed until Wed 18 Nov 2026, 10:40")
    await reminders("snooze", reminder_id="tea", when="tomorrow 9am")
    assert (await reminders.only()).due == "2026-11-19T09:00:00+01:00"


async def test_a_reminder_that_just_fired_comes_back(reminders: Reminders) -> None:
    await reminders("create", content="Tea", when="in 1 minute")
    await reminders.fire(NOW + timedelta(minutes=1))
    assert (await reminders.only()).state == "fired"
    await reminders("snooze", when="5 minutes")
    reminder = await reminders.only()
    assert (reminder.state, reminder.due) == ("pending", "2026-11-18T10:36:00+01:00")


async def test_without_a_name_the_reminder_that_was_shown_last_is_snoozed(reminders: Reminders) -> None:
    for minutes, content in ((1, "Tea"), (2, "Cake")):
        due = (NOW + timedelta(minutes=minutes)).isoformat()
        await reminders.store.add_reminder(
            "ada",
            ReminderItem(reminder_id=content, content=content, due=due, timezone="Europe/Berlin", state="fired"),
        )
    assert (await reminders("snooze")).endswith("Cake")


async def test_snoozing_a_recurring_reminder_moves_only_the_next_time(reminders: Reminders) -> None:
    await reminders("create", content="Stand-up", when="every 2 weeks on monday 9am")
    await reminders("snooze", reminder_id="stand-up", when="2026-12-02T12:00")
    moved = await reminders.only()
    assert moved.due == "2026-12-02T12:00:00+01:00"
    fired = fire(moved, datetime(2026, 12, 2, 12, tzinfo=BERLIN))
    assert fired.next_due == "2026-12-07T09:00:00+01:00"


@pytest.mark.parametrize(
    ("action", "arguments", "reason"),
    [
        ("create", {"when": "tomorrow"}, "needs a 'content'"),
        ("create", {"content": "x" * 501, "when": "tomorrow"}, "501 characters"),
        ("create", {"content": "x"}, "needs a time"),
        ("create", {"content": "x", "when": "whenever"}, "'whenever'"),
        ("create", {"content": "x", "when": "2025-01-01T09:00"}, "has passed"),
        ("create", {"content": "x", "when": "tomorrow", "timezone": "Mars/Base"}, "Mars/Base"),
        ("create", {"content": "x", "when": "tomorrow", "rrule": "FREQ=SECONDLY"}, "every minute"),
        ("create", {"content": "x", "when": "tomorrow", "rrule": "next friday"}, "does not recur"),
        ("create", {"content": "x", "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, "no occurrence"),
        ("cancel", {}, "Which reminder"),
        ("cancel", {"reminder_id": "tea"}, "No reminder matches"),
        ("snooze", {}, "No reminder was shown yet"),
        ("snooze", {"reminder_id": "tea"}, "No reminder matches"),
        ("snooze", {"reminder_id": "tea", "rrule": "FREQ=DAILY"}, "one time only"),
    ],
)
async def test_what_is_missing_or_wrong_is_refused(
    reminders: Reminders, action: str, arguments: dict[str, str], reason: str
) -> None:
    with pytest.raises(ToolError, match=reason):
        await reminders(action, **arguments)
    assert reminders.changes == []


async def test_a_snooze_does_not_recur_and_names_one_reminder(reminders: Reminders) -> None:
    await reminders("create", content="Tea time", when="tomorrow")
    with pytest.raises(ToolError, match="recurs"):
        await reminders("snooze", reminder_id="tea", when="every day")
    await reminders("create", content="Tea ceremony", when="tomorrow")
    with pytest.raises(ToolError, match="matches 2 reminders"):
        await reminders("snooze", reminder_id="tea")


async def test_there_is_a_limit_to_how_many_reminders_there_are(reminders: Reminders) -> None:
    for number in range(500):
        await reminders.store.add_reminder(
            "ada",
            ReminderItem(
                reminder_id=str(number), content="x", due="2027-01-01T09:00:00+01:00", timezone="Europe/Berlin"
            ),
        )
    with pytest.raises(ToolError, match="500 reminders"):
        await reminders("create", content="x", when="tomorrow")


def item(due: datetime, rrule: str | None = None, timezone: str = "Europe/Berlin") -> ReminderItem:
    return ReminderItem(reminder_id="r1", content="Tea", due=due.isoformat(), rrule=rrule, timezone=timezone)


def test_a_single_reminder_that_fires_is_over() -> None:
    fired = fire(item(NOW), NOW + timedelta(seconds=60))
    assert (fired.reminder.state, fired.reminder.due, fired.late, fired.next_due) == (
        "fired",
        NOW.isoformat(),
        False,
        None,
    )


def test_a_reminder_that_fires_more_than_a_minute_after_its_time_is_late() -> None:
    assert fire(item(NOW), NOW + timedelta(seconds=61)).late


def test_missed_times_are_not_repeated() -> None:
    fired = fire(item(NOW, "FREQ=DAILY;BYHOUR=10;BYMINUTE=30"), NOW + timedelta(days=3, hours=1))
    assert fired.late
    assert fired.next_due == "2026-11-22T10:30:00+01:00"
    assert (fired.reminder.due, fired.reminder.state) == (fired.next_due, "pending")


def test_the_next_time_is_strictly_later() -> None:
    assert fire(item(NOW, "FREQ=DAILY;BYHOUR=10;BYMINUTE=30"), NOW).next_due == "2026-11-19T10:30:00+01:00"


def test_a_rule_that_has_ended_ends_the_reminder() -> None:
    fired = fire(item(NOW, "FREQ=DAILY;UNTIL=20261118;BYHOUR=10;BYMINUTE=30"), NOW)
    assert (fired.reminder.state, fired.next_due) == ("fired", None)


@pytest.mark.parametrize(("rrule", "timezone"), [("nonsense", "Europe/Berlin"), ("FREQ=DAILY", "Mars/Base")])
def test_a_rule_or_zone_that_can_not_be_read_any_more_ends_the_reminder(rrule: str, timezone: str) -> None:
    assert fire(item(NOW, rrule, timezone), NOW).reminder.state == "fired"


def test_the_model_is_told_every_argument(reminders: Reminders) -> None:
    assert all(argument.get("description") for argument in reminders.tool.parameters()["properties"].values())


DAILY = ReminderItem(
    reminder_id="r1",
    content="Stand-up",
    due="2026-11-19T09:00:00+01:00",
    rrule="FREQ=DAILY",
    timezone="Europe/Berlin",
    state="fired",
    session_id="s1",
)


def test_a_snoozed_reminder_is_pending_again_in_its_own_time_zone() -> None:
    later = snoozed(DAILY, 10, NOW.astimezone(UTC), once=False)
    assert later == DAILY.model_copy(update={"due": "2026-11-18T10:40:00+01:00", "state": "pending"})


def test_once_more_is_a_reminder_of_its_own_without_recurrence() -> None:
    later = snoozed(DAILY, 90, NOW, once=True)
    assert (later.due, later.rrule, later.state) == ("2026-11-18T12:00:00+01:00", None, "pending")
    assert (later.content, later.session_id) == ("Stand-up", "s1")
    assert later.reminder_id != "r1"


def test_a_reminder_of_a_zone_that_is_gone_can_be_snoozed() -> None:
    assert snoozed(DAILY.model_copy(update={"timezone": "Mars/Base"}), 1, NOW, once=False).due.endswith("+00:00")


async def test_to_a_chinese_user_it_speaks_chinese(reminders: Reminders) -> None:
    reminders.context = replace(reminders.context, language="zh")
    assert await reminders("list") == "没有提醒。"
    said = await reminders("create", content="浇花", when="明天上午9点")
    name = (await reminders.only()).reminder_id
    line = "2026年11月19日 周四 09:00（Europe/Berlin）：浇花"
    assert said == f"已设置提醒：{line}（id `{name}`）"
    assert await reminders("list") == f"1 个提醒：\n\n- `{name}` {line}"
    assert (await reminders("snooze", content="浇花")).startswith("已推迟到 2026年11月18日")
    assert (await reminders("cancel", content="浇花")).startswith("已取消提醒：2026年11月18日")
