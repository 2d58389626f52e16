"""The way between server and client breaks: what was said is the same on every way back to it."""

import asyncio
import random

import pytest
from processes import assert_whole, mock_model, text_of, world

DROPS = 10
DELTAS = 300
TEXT = "".join(f"{number}: Zwölf 狐狸 und 🦊\n" for number in range(DELTAS))
BURST = 200
ALLOWED_AT_ONCE = 150


@pytest.fixture(scope="module")
def model():
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    with world(tmp_path_factory.mktemp("sockets"), model.url) as running:
        yield running


def slow_answer():
    return {"text": TEXT, "deltas": DELTAS, "delay": 0.006}


async def test_a_client_that_drops_again_and_again_gets_every_event_once_and_the_same_text(server, model):
    model.script(slow_answer())
    chance = random.Random(7)
    log, text, message_id = [], "", "the-message"
    for turn_of_the_socket in range(DROPS + 1):
        async with server.client("dropped", after_seq=log[-1][0] if log else 0) as client:
            if not turn_of_the_socket:
                await client.post("go on", message_id)
            frames = chance.randrange(2, 16)
            while (turn_of_the_socket == DROPS or frames > 0) and "turn_finished" not in [
                item.frame["type"] for item in client.received
            ]:
                frame = await client.next()
                frames -= 1
                if frame["type"] == "text":
                    assert frame["offset"] <= len(text), "a gap"
                    text = text[: frame["offset"]] + frame["delta"]
                    assert TEXT.startswith(text)
                elif frame["type"] == "message":  # it has the whole text, for who missed the last of it
                    text = frame["content"]
            log += client.log
            client.abort()
    assert text == TEXT
    assert [seq for seq, _ in log] == list(range(1, len(log) + 1))
    async with server.client("dropped") as client:
        await client.turn_of(message_id)
    assert client.log[: len(log)] == log, "a replay is what came live, byte for byte"
    (message,) = client.events("message")
    assert message["content"] == TEXT
    assert_whole(server.events("dropped"))


async def test_two_clients_of_one_session_see_the_same_stream(server, model):
    model.script({"text": TEXT, "deltas": DELTAS, "delay": 0.001})
    async with server.client("shared") as one, server.client("shared") as other:
        message_id = await one.post("go on")
        await asyncio.gather(one.turn_of(message_id), other.turn_of(message_id))
        asked = await other.post("and you?")
        await asyncio.gather(one.turn_of(asked), other.turn_of(asked))
    streams = [
        [item.raw for item in client.received if item.frame["type"] not in ("attached", "ack")]
        for client in (one, other)
    ]
    assert streams[0] == streams[1]
    assert (
        text_of(frame for frame in one.events("text") if frame["turn_id"] == one.events("text")[0]["turn_id"]) == TEXT
    )


async def test_a_burst_of_frames_is_answered_one_by_one_and_the_connection_goes_on(server):
    async with server.client("burst") as client:
        names = [f"burst-{number}" for number in range(BURST)]
        for name in names:
            await client.send("ping", request_id=name)
        while len(client.received) < 1 + BURST:
            await client.next()
        answers = [item.frame for item in client.received[1:]]
        question = {"session_id": "burst", "content": "still there?", "message_id": "the-message"}
        while (await client.ask("message", **question))["type"] == "error":
            assert client.received[-1].frame["code"] == "rate_limited"
        turn = await client.turn_of("the-message")
    assert sorted(answer["request_id"] for answer in answers) == sorted(names)
    refused = [answer for answer in answers if answer["type"] != "pong"]
    assert {(answer["type"], answer["code"]) for answer in refused} <= {("error", "rate_limited")}
    assert all(answer["hint"] for answer in refused)
    assert len(answers) - len(refused) >= ALLOWED_AT_ONCE - 1, "the attach was one"
    assert turn[-1]["reason"] == "complete"


async def test_a_burst_of_messages_is_answered_in_order(server):
    async with server.client("crowd") as client:
        ids = [await client.post(f"message {number}") for number in range(100)]
        await client.turn_of(ids[-1])
    events = server.events("crowd")
    asked = [event["message_id"] for event in events if event["type"] == "user_message"]
    assert asked == ids
    assert [event["message_id"] for event in events if event["type"] == "turn_started"] == ids
    assert_whole(events)


async def test_a_server_that_is_asked_to_end_says_so_and_the_turn_is_closed_as_interrupted(server, model):
    model.script(slow_answer())
    async with server.client("ended") as client:
        message_id = await client.post("go on")
        await client.until("text")
        server.terminate()
        await client.rest()
    assert client.socket.close_code == 1001
    assert server.wait_for_end() == 0
    model.reset()
    server.start()
    async with server.client("ended") as again:
        turn = await again.turn_of(message_id)
        following = await again.say("and then?")
    assert turn[-1]["reason"] == "interrupted"
    (message,) = [event for event in turn if event["type"] == "message"]
    assert message["partial"]
    assert TEXT.startswith(message["content"])
    assert message["content"].startswith(client.text(turn[-1]["turn_id"])), "nothing that was seen is lost"
    assert [item for item in again.log if item[0] <= len(client.log)] == client.log
    assert following[-1]["reason"] == "complete"
    assert_whole(server.events("ended"))
