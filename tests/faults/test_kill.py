"""``kill -9`` of the Jupyter server: what a client has seen is there afterwards, and every turn has an end."""

import asyncio
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from processes import Client, World, assert_whole, mock_model, world

KILLS = 9
DELTAS = 120
DELAY_S = 0.01
TEXT = "".join(f"{number} müde Füchse – 狐狸 🦊 " for number in range(DELTAS))
MAX_LOSS_S = 0.25


@pytest.fixture(scope="module")
def model():
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    """One set of directories for all: a test kills the server and starts it again."""
    with world(tmp_path_factory.mktemp("kill"), model.url) as running:
        yield running


def slow_answer():
    return {"text": TEXT, "deltas": DELTAS, "delay": DELAY_S}


def call(tool, arguments):
    return {"calls": [{"name": tool, "arguments": arguments}]}


# --- in the middle of an answer -----------------------------------------------------------------


@pytest.mark.parametrize("seed", range(KILLS), ids="seed-{}".format)
async def test_what_was_seen_before_a_kill_is_there_afterwards(server, model, seed):
    session_id = f"killed-{seed}"
    model.script(slow_answer())
    frames_before_the_kill = random.Random(seed).randrange(75)
    async with server.client(session_id) as client:
        message_id = await client.post("go on", "the-message")
        while len(client.received) < frames_before_the_kill and not client.events("turn_finished"):
            await client.next()
        killed_at = server.kill()
        await client.rest()  # what had left the server when it was killed
    model.reset()

    server.start()
    async with server.client(session_id) as again:
        if client.events("ack", "user_message"):
            await again.turn_of(message_id)
        following = await again.say("and then?")

    assert following[-1]["reason"] == "complete", "the session goes on"
    seen = client.log
    assert [item for item in again.log if item[0] <= len(seen)] == seen, "what was seen is there, byte for byte"
    events = server.events(session_id)
    assert_whole(events)
    ends = [event["reason"] for event in events if event["type"] == "turn_finished"]
    if client.events("turn_finished"):
        assert ends == ["complete", "complete"]
    elif client.events("turn_started"):
        assert ends in (["interrupted", "complete"], ["complete", "complete"])
    loss = lost_text(client, events, killed_at)
    print(f"lost {1000 * loss:.0f} ms of text")
    assert loss <= MAX_LOSS_S


def lost_text(client: Client, events: list, killed_at: float) -> float:
    """How long before the kill the client had received the first character that is not there any more."""
    frames = [item for item in client.received if item.frame["type"] == "text"]
    if not frames:
        return 0.0
    turn_id = frames[0].frame["turn_id"]
    received = client.text(turn_id)
    kept = "".join(event["content"] for event in events if event["type"] == "message" and event["turn_id"] == turn_id)
    assert TEXT.startswith(received)
    assert TEXT.startswith(kept)
    if len(kept) >= len(received):
        return 0.0
    return killed_at - next(i.at for i in frames if i.frame["offset"] + len(i.frame["delta"]) > len(kept))


# --- while something waits ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def waiting(server, model):
    """A question, a queued message and a reminder wait when the server is killed; then it is started again."""

    async def begin() -> dict:
        async with server.client("asked") as asked, server.client("queued") as queued:
            async with server.client("reminded") as client:
                model.script(call("schedule_reminder", '{"action":"create","content":"tea","when":"in 1 hour"}'))
                await client.say("@planner remind me")
            model.script(call("ask_user_question", '{"question":"Which?","options":["Biscoe","Dream"]}'))
            asking = await asked.post("ask me")
            question = await asked.until("question")
            model.script(slow_answer())
            first = await queued.post("the first")
            await queued.until("text")
            second = await queued.post("the second")
            assert (await queued.until("ack", message_id=second))["queued"]
            server.kill()
        return {"asking": asking, "question": question, "first": first, "second": second}

    found = asyncio.run(begin())
    model.reset()
    turn_the_reminder_back(server)
    server.start()
    return found


def turn_the_reminder_back(server: World) -> None:
    """Two minutes ago it was due. (The machine's clock can't be turned.)"""
    due = datetime.now(UTC) - timedelta(minutes=2)
    with closing(sqlite3.connect(server.database)) as connection, connection:
        row = (due.isoformat(timespec="seconds"), due.timestamp())
        assert connection.execute("UPDATE reminders SET due = ?, due_at = ?", row).rowcount == 1


async def test_a_question_is_still_open_after_a_kill_and_its_answer_completes_the_turn(server, waiting):
    async with server.client("asked") as client:
        assert await client.until("question") == waiting["question"]
        question_id = waiting["question"]["question_id"]
        reply = await client.ask("answer", session_id="asked", question_id=question_id, content="Dream")
        assert reply["type"] == "ack"
        turn = await client.turn_of(waiting["asking"])
    assert turn[-1]["reason"] == "complete"
    assert [event["answer"] for event in turn if event["type"] == "question_closed"] == ["Dream"]
    assert "Dream" in [event["content"] for event in turn if event["type"] == "message"][-1]
    assert_whole(server.events("asked"))


async def test_a_queued_message_is_answered_after_a_kill(server, waiting):
    async with server.client("queued") as client:
        assert (await client.turn_of(waiting["first"]))[-1]["reason"] == "interrupted"
        turn = await client.turn_of(waiting["second"])
    assert turn[-1]["reason"] == "complete"
    assert [event["content"] for event in turn if event["type"] == "message"] == ["You said: the second"]
    assert_whole(server.events("queued"))


async def test_a_reminder_that_was_due_meanwhile_fires_once_and_late(server, waiting):
    async with server.client("reminded") as client:
        reminder = await client.until("reminder")
        assert (reminder["content"], reminder["late"]) == ("tea", True)
        assert (await client.ask("list", what="reminders"))["reminders"] == []
    server.kill()
    server.start()
    async with server.client("reminded") as client:
        await client.say("are you there?")
    events = server.events("reminded")
    assert [event["seq"] for event in events if event["type"] == "reminder"] == [reminder["seq"]]
    assert_whole(events)
