"""Todos and reminders changed from a surface: everyone sees it, and the first of two is the one that counts."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fakes import Client
from hubs import running_hub

from table_copilot_jupyter.protocol import ReminderItem, TodoItem

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODO = TodoItem(todo_id="t1", title="Send the report", created_at=NOON.isoformat())


class SetClock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return SetClock()


@pytest.fixture
async def hub(tmp_path, clock):
    async with running_hub(tmp_path, clock=clock) as hub:
        yield hub


@pytest.fixture
def store(hub):
    return hub.services.store


@pytest.fixture
async def panel(hub):
    client = Client(hub)
    await client.attach("s", surface="lab")
    return client


@pytest.fixture
async def page(hub):
    client = Client(hub)
    await client.attach("s", surface="page")
    return client


def reminder(due=NOON, reminder_id="r1", **fields):
    return ReminderItem(
        reminder_id=reminder_id, content="Stretch", due=due.isoformat(), timezone="UTC", session_id="s", **fields
    )


async def came(hub, client, item):
    """Add a reminder that is due now; returns when its card is there."""
    await hub.services.store.add_reminder("ada", item)
    hub.signals.reminders_changed("ada")
    card = await client.got("reminder", reminder_id=item.reminder_id)
    await client.got("reminders", after=client.frames.index(card))
    return card


async def closings(hub, session_id="s"):
    _, events = await hub.session_log("ada", session_id)
    return [(e["reminder_id"], e["action"], e["by"]) for e in events if e["type"] == "reminder_closed"]


# --- todos --------------------------------------------------------------------------------------


async def test_a_todo_is_ticked_off_and_taken_up_again_on_every_surface(hub, store, panel, page):
    await store.add_todo("ada", TODO)
    assert (await panel.ask("todo", todo_id="t1", action="done"))["type"] == "ack"
    (todo,) = (await page.got("todos"))["todos"]
    assert (todo["done"], todo["completed_at"]) == (True, "2026-11-22T12:00:00+00:00")
    seen = len(panel.frames)
    assert (await page.ask("todo", todo_id="t1", action="undone"))["type"] == "ack"
    (todo,) = (await panel.got("todos", after=seen))["todos"]
    assert (todo["done"], todo["completed_at"]) == (False, None)


async def test_what_is_done_already_is_acknowledged_and_stays_as_it_is(hub, store, clock, panel):
    await store.add_todo("ada", TODO)
    await panel.ask("todo", todo_id="t1", action="done")
    done = await store.todo("ada", "t1")
    clock.now += timedelta(hours=1)
    assert (await panel.ask("todo", todo_id="t1", action="done"))["type"] == "ack"
    assert await store.todo("ada", "t1") == done


async def test_a_todo_is_deleted(store, panel, page):
    await store.add_todo("ada", TODO)
    await panel.ask("todo", todo_id="t1", action="delete")
    assert (await page.got("todos"))["todos"] == []


@pytest.mark.parametrize("action", ["done", "undone", "delete"])
async def test_a_todo_that_is_not_the_users_is_named(store, panel, action):
    await store.add_todo("bob", TODO)
    error = await panel.ask("todo", todo_id="t1", action=action)
    assert (error["type"], error["code"], "'t1'" in error["message"]) == ("error", "bad_frame", True)
    assert error["hint"]
    assert await store.todo("bob", "t1") == TODO


# --- reminders: done ----------------------------------------------------------------------------


async def test_a_card_that_is_done_is_closed_everywhere(hub, store, panel, page):
    await came(hub, panel, reminder())
    reply = await panel.ask("remind", reminder_id="r1", action="done", session_id="s")
    assert reply["type"] == "ack"
    closed = await page.got("reminder_closed")
    assert (closed["reminder_id"], closed["action"], closed["by"]) == ("r1", "done", "lab")
    assert (await store.reminder("ada", "r1")).state == "fired"


async def test_a_card_is_closed_once_whoever_else_closes_it(hub, store, panel, page):
    await came(hub, panel, reminder())
    replies = await asyncio.gather(
        *(c.ask("remind", reminder_id="r1", action="done", session_id="s") for c in (panel, page, panel))
    )
    late = await page.ask("remind", reminder_id="r1", action="snooze", session_id="s")
    assert [reply["type"] for reply in (*replies, late)] == ["ack"] * 4
    assert len(await closings(hub)) == 1
    assert (await store.reminder("ada", "r1")).state == "fired"


async def test_a_card_need_not_be_attached_to_be_closed_also_after_a_restart(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        await came(hub, client, reminder(datetime.now(UTC)))
    for _ in range(2):
        async with running_hub(tmp_path) as hub:
            reply = await Client(hub).ask("remind", reminder_id="r1", action="done", session_id="s")
            assert reply["type"] == "ack"
            assert await closings(hub) == [("r1", "done", "client")]


@pytest.mark.parametrize("session_id", [None, "other", "deleted"])
async def test_without_a_card_done_is_only_acknowledged(hub, panel, session_id):
    await came(hub, panel, reminder())
    await panel.attach("other")
    await panel.attach("deleted")
    await panel.ask("delete", session_id="deleted")
    fields = {"session_id": session_id} if session_id else {}
    assert (await panel.ask("remind", reminder_id="r1", action="done", **fields))["type"] == "ack"
    assert await closings(hub) == await closings(hub, "other") == []


async def test_a_recurring_reminder_that_is_done_stays_and_its_next_card_is_another(hub, store, clock, panel):
    card = await came(hub, panel, reminder(rrule="FREQ=DAILY"))
    await panel.ask("remind", reminder_id="r1", action="done", session_id="s")
    pending = await store.reminder("ada", "r1")
    assert (pending.state, pending.due) == ("pending", card["next_due"])
    clock.now += timedelta(days=1)
    hub.signals.reminders_changed("ada")
    await panel.got("reminder", due=card["next_due"])
    await panel.ask("remind", reminder_id="r1", action="done", session_id="s")
    assert len(await closings(hub)) == 2


# --- reminders: snooze --------------------------------------------------------------------------


async def test_a_reminder_that_came_comes_again_after_so_many_minutes(hub, store, clock, panel, page):
    card = await came(hub, panel, reminder())
    reply = await panel.ask("remind", reminder_id="r1", action="snooze", session_id="s", minutes=30)
    assert reply["type"] == "ack"
    closed = await page.got("reminder_closed")
    assert (closed["action"], closed["by"]) == ("snoozed", "lab")
    listed = await page.got("reminders", after=page.frames.index(await page.got("reminder")) + 2)
    assert [item["due"] for item in listed["reminders"]] == ["2026-11-22T12:30:00+00:00"]
    clock.now += timedelta(minutes=30)
    hub.signals.reminders_changed("ada")
    again = await page.got("reminder", due="2026-11-22T12:30:00+00:00")
    assert (again["reminder_id"], again["seq"] > card["seq"]) == ("r1", True)


async def test_a_recurring_reminder_comes_once_more_and_keeps_its_times(hub, store, panel, page):
    card = await came(hub, panel, reminder(rrule="FREQ=DAILY"))
    for client in (panel, page):
        await client.ask("remind", reminder_id="r1", action="snooze", session_id="s")
    once, daily = await store.reminders("ada")
    assert (daily.reminder_id, daily.due, daily.rrule) == ("r1", card["next_due"], "FREQ=DAILY")
    assert (once.due, once.rrule, once.content) == ("2026-11-22T12:10:00+00:00", None, "Stretch")
    assert await closings(hub) == [("r1", "snoozed", "lab")]


async def test_a_pending_reminder_is_only_moved(hub, store, panel, page):
    await store.add_reminder("ada", reminder(NOON + timedelta(hours=1)))
    await panel.ask("remind", reminder_id="r1", action="snooze", session_id="s", minutes=5)
    (item,) = (await page.got("reminders"))["reminders"]
    assert item["due"] == "2026-11-22T12:05:00+00:00"
    assert await closings(hub) == []


# --- reminders: cancel --------------------------------------------------------------------------


async def test_a_pending_reminder_is_cancelled_and_twice_is_once(store, panel, page):
    await store.add_reminder("ada", reminder(NOON + timedelta(hours=1)))
    for _ in range(2):
        assert (await panel.ask("remind", reminder_id="r1", action="cancel"))["type"] == "ack"
    assert (await page.got("reminders"))["reminders"] == []
    assert (await store.reminder("ada", "r1")).state == "cancelled"
    snoozed = await panel.ask("remind", reminder_id="r1", action="snooze")
    assert (snoozed["code"], "was cancelled" in snoozed["message"]) == ("bad_frame", True)


async def test_what_came_can_not_be_cancelled(hub, panel):
    await came(hub, panel, reminder())
    error = await panel.ask("remind", reminder_id="r1", action="cancel")
    assert (error["code"], "'r1'" in error["message"]) == ("bad_frame", True)


@pytest.mark.parametrize("action", ["done", "snooze", "cancel"])
async def test_a_reminder_that_is_not_the_users_is_named(store, panel, action):
    theirs = reminder(NOON + timedelta(hours=1))
    await store.add_reminder("bob", theirs)
    error = await panel.ask("remind", reminder_id="r1", action=action)
    assert (error["type"], error["code"], "'r1'" in error["message"]) == ("error", "bad_frame", True)
    assert await store.reminder("bob", "r1") == theirs


async def test_there_are_not_more_reminders_than_are_kept(hub, store, panel, monkeypatch):
    monkeypatch.setattr("table_copilot_jupyter.wire.personal.MAX_PENDING", 1)
    await came(hub, panel, reminder(rrule="FREQ=DAILY"))
    error = await panel.ask("remind", reminder_id="r1", action="snooze", session_id="s")
    assert error["message"].startswith("There are 1 reminders")
    assert await closings(hub) == []
