"""Reminders arrive on every surface of their session, exactly once, late if nobody could send them."""

import asyncio
from datetime import UTC, datetime, timedelta

from fakes import Client, MemoryTransport
from hubs import running_hub

from table_copilot_jupyter.protocol import ReminderItem


class SetClock:
    """A clock that a test sets."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reminder(due, *, rrule=None, session_id="s", reminder_id="r1"):
    return ReminderItem(
        reminder_id=reminder_id,
        content="Stand-up",
        due=due.isoformat(),
        rrule=rrule,
        timezone="UTC",
        session_id=session_id,
        created_at=due.isoformat(),
    )


async def add(hub, item, owner="ada"):
    await hub.services.store.add_reminder(owner, item)
    hub.signals.reminders_changed(owner)


async def test_a_due_reminder_arrives_on_every_surface_of_its_session(tmp_path):
    async with running_hub(tmp_path) as hub:
        surfaces = [Client(hub), Client(hub)]
        for client in surfaces:
            await client.attach("s")
        await add(hub, reminder(datetime.now(UTC) + timedelta(seconds=0.05)))
        for client in surfaces:
            event = await client.got("reminder")
            assert (event["content"], event["late"]) == ("Stand-up", False)


async def test_it_arrives_on_a_plain_connection_that_used_the_session(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub, subprotocol=None)
        client.type_line('{"type":"message","content":"hello","session_id":"s"}')
        await client.next_reply()
        await add(hub, reminder(datetime.now(UTC)))
        assert await client.next_reply() == {"type": "reminder", "content": "Stand-up", "session_id": "s"}


async def test_what_was_due_while_the_server_was_down_comes_once_and_late(tmp_path):
    clock = SetClock(NOON)
    async with running_hub(tmp_path, clock=clock) as hub:
        await hub.session("s", "ada", create=True)
        await add(hub, reminder(NOON + timedelta(hours=1)))
    clock.now = NOON + timedelta(hours=5)
    for _ in range(10):
        async with running_hub(tmp_path, clock=clock) as hub:
            client = Client(hub)
            await client.attach("s")
            event = await client.got("reminder")
            assert event["late"]
    async with running_hub(tmp_path, clock=clock) as hub:
        _, events = await hub.session_log("ada", "s")
        assert [e["type"] for e in events].count("reminder") == 1
        assert (await hub.reminders("ada")).reminders == []


async def test_a_repeating_reminder_that_was_missed_often_comes_once_and_goes_on(tmp_path):
    clock = SetClock(NOON)
    async with running_hub(tmp_path, clock=clock) as hub:
        await hub.session("s", "ada", create=True)
        await add(hub, reminder(NOON + timedelta(hours=1), rrule="FREQ=DAILY"))
    clock.now = NOON + timedelta(days=30)
    async with running_hub(tmp_path, clock=clock) as hub:
        client = Client(hub)
        await client.attach("s")
        event = await client.got("reminder")
        assert event["late"]
        assert datetime.fromisoformat(event["next_due"]) == NOON + timedelta(days=30, hours=1)
        _, events = await hub.session_log("ada", "s")
        assert [e["type"] for e in events].count("reminder") == 1


async def test_two_hosts_on_one_store_send_it_once(tmp_path):
    async with running_hub(tmp_path) as first, running_hub(tmp_path) as second:
        client = Client(first)
        await client.attach("s")
        due = datetime.now(UTC)
        for n in range(10):
            await first.services.store.add_reminder("ada", reminder(due, reminder_id=f"r{n}"))
        for hub in (first, second):
            hub.signals.reminders_changed("ada")
        await client.transport.until(lambda: len(client.of_type("reminder")) == 10)
        await client.got("reminders", reminders=[])
        _, events = await first.session_log("ada", "s")
        assert sorted(e["reminder_id"] for e in events if e["type"] == "reminder") == [f"r{n}" for n in range(10)]


async def test_a_reminder_of_a_deleted_session_comes_in_the_one_used_last(tmp_path):
    clock = SetClock(NOON)
    async with running_hub(tmp_path, clock=clock) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.attach("other")
        await client.ask("delete", session_id="s")
        await add(hub, reminder(NOON))
        assert (await client.got("reminder"))["session_id"] == "other"


async def test_a_reminder_comes_to_every_v1_connection_of_the_user_once(tmp_path):
    async with running_hub(tmp_path) as hub:
        here, elsewhere, nowhere = Client(hub), Client(hub), Client(hub)
        stranger, plain = Client(hub, owner="bob"), Client(hub, subprotocol=None)
        await here.attach("s")
        await elsewhere.attach("other")
        await add(hub, reminder(datetime.now(UTC)))
        for client in (here, elsewhere, nowhere):
            await client.got("reminders", reminders=[])
            (event,) = client.of_type("reminder")
            assert (event["session_id"], event["seq"]) == ("s", 1)
        assert here.of_type("reminder") == elsewhere.of_type("reminder")
        await stranger.ask("ping")
        assert not stranger.of_type("reminder")
        assert plain.frames == []


class HeldTransport(MemoryTransport):
    """Has room for the next frame when the test says so."""

    def __init__(self):
        super().__init__()
        self.room = asyncio.Event()

    def send(self, text):
        super().send(text)
        return asyncio.ensure_future(self.room.wait())


async def test_who_is_just_about_to_listen_gets_a_reminder_in_its_place_only(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "x" * 100_000, "m1")
        await client.got("session_updated")
        late = Client(hub, transport=HeldTransport())
        late.send("attach", session_id="s")
        await late.transport.until(lambda: late.of_type("attached"))
        await add(hub, reminder(datetime.now(UTC)))
        await client.got("reminders", reminders=[])
        assert not late.of_type("reminder")
        late.transport.room.set()
        event = await late.got("reminder")
        await late.ask("ping")
        seqs = [frame["seq"] for frame in late.frames if frame.get("seq") and frame["type"] != "attached"]
        assert seqs == list(range(1, event["seq"] + 1))
