"""A user's reminders, each of which fires once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from store_builders import OpenStore, event, row, write
from store_processes import fire_reminders, race

from table_copilot_jupyter.protocol import ReminderItem
from table_copilot_jupyter.store.base import StoreError
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]

NINE = "2026-03-01T09:00:00+00:00"
NINE_IN_TOKYO = "2026-03-01T09:00:00+09:00"
TEN = "2026-03-01T10:00:00+00:00"


def reminder(reminder_id: str = "r1", due: str = NINE, **fields: object) -> ReminderItem:
    return ReminderItem(reminder_id=reminder_id, content="Look", due=due, timezone="UTC", **fields)


def ids(found: list[ReminderItem]) -> list[str]:
    return [one.reminder_id for one in found]


async def test_a_reminder_comes_back_as_it_was_added(store: SqlStore):
    full = reminder(rrule="FREQ=DAILY", session_id="s1", created_at=NINE)
    await store.add_reminder("ada", full)

    assert await store.reminder("ada", "r1") == full
    assert await store.reminder("bob", "r1") is None


async def test_reminders_stand_by_the_moment_and_not_by_the_text(store: SqlStore):
    for reminder_id, due in (("c", TEN), ("b", NINE), ("a", NINE_IN_TOKYO)):
        await store.add_reminder("ada", reminder(reminder_id, due))
    await store.add_reminder("ada", reminder("d", NINE, state="fired"))

    assert ids(await store.reminders("ada")) == ["a", "b", "c"]
    assert set(ids(await store.reminders("ada", pending_only=False))) == {"a", "b", "c", "d"}


async def test_what_is_due_is_found_for_all_owners(store: SqlStore):
    await store.add_reminder("ada", reminder("a", NINE_IN_TOKYO))
    await store.add_reminder("bob", reminder("b", NINE))
    await store.add_reminder("bob", reminder("c", TEN))
    await store.add_reminder("bob", reminder("d", NINE, state="cancelled"))

    due = await store.due_reminders(datetime(2026, 3, 1, 9, 0, tzinfo=UTC))
    assert [(owner, found.reminder_id) for owner, found in due] == [("ada", "a"), ("bob", "b")]
    assert await store.next_due() == datetime.fromisoformat(NINE_IN_TOKYO)


async def test_nothing_is_due_where_nothing_is_pending(store: SqlStore):
    await store.add_reminder("ada", reminder(state="fired"))

    assert await store.next_due() is None
    assert await store.due_reminders(datetime.now(UTC)) == []


async def test_a_reminder_is_replaced_by_its_id(store: SqlStore):
    await store.add_reminder("ada", reminder())

    assert await store.update_reminder("ada", reminder(due=TEN, state="cancelled"))
    assert not await store.update_reminder("bob", reminder())
    assert await store.reminder("ada", "r1") == reminder(due=TEN, state="cancelled")


@pytest.mark.parametrize("due", ["tomorrow", "2026-03-01T09:00:00", ""])
async def test_a_due_time_that_is_no_moment_is_refused(store: SqlStore, due: str):
    with pytest.raises(StoreError, match="ISO 8601 with an offset"):
        await store.add_reminder("ada", reminder(due=due))


async def test_firing_moves_the_reminder_and_logs_it(store: SqlStore):
    await store.add_reminder("ada", reminder(rrule="FREQ=HOURLY"))
    said = event(1, "reminder", reminder_id="r1")

    assert await store.fire_reminder("ada", reminder(due=TEN, rrule="FREQ=HOURLY"), NINE, "s1", said)
    assert await store.events("s1") == [said]
    assert (await store.session("s1")).last_seq == 1
    assert await store.next_due() == datetime.fromisoformat(TEN)


async def test_who_comes_second_fires_nothing(store: SqlStore, url: str, open_store: OpenStore):
    other = await open_store(url)
    await store.add_reminder("ada", reminder())
    done = reminder(state="fired")

    assert await store.fire_reminder("ada", done, NINE, "s1", event(1, "reminder"))
    assert not await other.fire_reminder("ada", done, NINE, "s1", event(2, "reminder"))
    assert not await other.fire_reminder("ada", reminder("unknown"), NINE, "s1", event(2, "reminder"))
    assert len(await store.events("s1")) == 1


async def test_one_that_was_moved_meanwhile_is_not_fired(store: SqlStore):
    await store.add_reminder("ada", reminder(due=TEN))

    assert not await store.fire_reminder("ada", reminder(state="fired"), NINE, "s1", event(1, "reminder"))
    assert await store.reminder("ada", "r1") == reminder(due=TEN)


@pytest.mark.parametrize("session_id", ["s1", "unknown"])
async def test_a_reminder_that_can_not_be_logged_stays_pending(store: SqlStore, session_id: str):
    await store.add_reminder("ada", reminder())
    await write(store, event(1))

    with pytest.raises(StoreError, match="session"):
        await store.fire_reminder("ada", reminder(state="fired"), NINE, session_id, event(1, "reminder"))
    assert await store.reminder("ada", "r1") == reminder()
    assert await store.events("s1") == [event(1)]


async def test_of_two_processes_one_fires_each_reminder(store: SqlStore, url: str):
    for number in range(30):
        await store.add_reminder("ada", reminder(f"r{number}"))
    for number in range(2):
        await store.create_session(row(f"host-{number}"))

    fired = race(url, fire_reminders)

    assert sorted(fired[0] + fired[1]) == sorted(f"r{number}" for number in range(30))
    for number in range(2):
        assert len(await store.events(f"host-{number}")) == len(fired[number])
