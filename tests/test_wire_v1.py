"""The v1 dialect: replies, resume, bad frames, bursts and slow readers."""

import asyncio
import json

import pytest
from fakes import Client, Gate, MemoryTransport, ScriptedEngine, saying
from hubs import running_hub
from test_protocol import BAD

from table_copilot_jupyter.wire import base


@pytest.fixture
def engine():
    return ScriptedEngine()


@pytest.fixture
async def hub(tmp_path, engine):
    async with running_hub(tmp_path, engine) as hub:
        yield hub


@pytest.fixture
async def client(hub):
    return Client(hub)


def events(frames):
    """Those of a session's log: the replies ``attached`` and ``ack`` only quote a ``seq``."""
    return [frame for frame in frames if frame.get("seq") and frame["type"] not in ("attached", "ack")]


async def test_ping_is_answered(client):
    assert (await client.ask("ping"))["type"] == "pong"


async def test_attach_without_a_session_begins_a_new_one(client):
    first, second = await client.attach(), await client.attach()
    assert first["session_id"] != second["session_id"]
    assert first["seq"] == 0


async def test_a_client_that_comes_back_gets_exactly_what_it_missed(hub, client):
    await client.attach("s")
    await client.say("s", "one", "m1")
    await client.say("s", "two", "m2")
    await client.got("session_updated")
    everything = events(client.frames)
    for seq in range(everything[-1]["seq"] + 1):
        back = Client(hub)
        await back.attach("s", after_seq=seq)
        await back.ask("ping")
        assert events(back.frames) == [f for f in everything if f["seq"] > seq]


async def test_a_client_that_attaches_in_mid_answer_gets_the_text_so_far_as_one(hub, client, engine):
    gate = Gate(before="so far")
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    await gate.begun.wait()
    await client.got("text")
    late = Client(hub)
    await late.attach("s")
    text = await late.got("text")
    assert (text["offset"], text["delta"]) == (0, "so far")
    gate.go_on.set()
    message = await late.got("message")
    assert late.text(message["message_id"]) == message["content"] == "so far and done"


async def test_a_turn_runs_on_when_its_client_is_gone(hub, client, engine):
    gate = Gate()
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    await gate.begun.wait()
    client.close()
    gate.go_on.set()
    other = Client(hub)
    await other.attach("s")
    assert (await other.got("turn_finished"))["reason"] == "complete"


async def test_a_socket_that_drops_at_random_moments_loses_and_doubles_nothing(hub, engine):
    words = [f"w{n} " for n in range(400)]

    async def script(request, emit):
        from table_copilot_jupyter.engine.base import MessageDone, TextDelta

        for word in words:
            emit(TextDelta("a", "copilot", word))
            await asyncio.sleep(0.0005)
        emit(MessageDone("a", "copilot", "".join(words)))
        return "complete"

    engine.then(script)
    client = Client(hub)
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    text, seqs, seen = "", [], 0
    while True:
        await client.transport.until(lambda: len(client.frames) > seen + 2 or client.of_type("turn_finished"))  # noqa: B023
        for frame in client.frames:
            if frame["type"] == "text":
                assert frame["offset"] <= len(text)
                text = text[: frame["offset"]] + frame["delta"]
            elif frame["type"] == "message":  # it has the whole text, for who missed the last of it
                text = frame["content"]
        seqs += [frame["seq"] for frame in events(client.frames)]
        done = bool(client.of_type("turn_finished"))
        client.close()
        if done:
            break
        client = Client(hub)
        await client.attach("s", after_seq=max(seqs, default=0))
        seen = len(client.frames)
    assert text == "".join(words)
    assert seqs == sorted(set(seqs))


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD.keys())
async def test_a_bad_frame_gets_one_clear_error_and_the_connection_goes_on(client, text, says):
    client.type_line(text)
    error = await client.got("error")
    assert says in error["message"]
    assert (await client.ask("ping"))["type"] == "pong"
    assert len(client.of_type("error")) == 1
    assert client.transport.closed is None


async def test_a_frame_that_is_too_large_gets_one_error(client):
    client.type_line(json.dumps({"type": "ping", "request_id": "x" * 1_100_000}))
    assert (await client.got("error"))["code"] == "too_large"
    assert (await client.ask("ping"))["type"] == "pong"


async def test_two_hundred_frames_in_one_burst_are_each_answered(hub, client, engine):
    neighbour = Client(hub)
    await neighbour.attach("n")
    for n in range(200):
        client.send("ping", request_id=f"p{n}")
    await client.transport.until(lambda: len(client.frames) == 200)
    answered = {f["type"]: [x["request_id"] for x in client.of_type(f["type"])] for f in client.frames}
    assert len(answered["pong"]) >= base.BURST_FRAMES
    assert {f["code"] for f in client.of_type("error")} <= {"rate_limited"}
    assert sorted(f["request_id"] for f in client.frames) == sorted(f"p{n}" for n in range(200))
    assert (await neighbour.say("n", "still here", "m1"))[-1]["reason"] == "complete"


async def test_a_deleted_session_is_unknown_to_everyone_and_its_id_stays_taken(hub, client):
    other = Client(hub)
    await other.attach("s")
    await client.attach("s")
    await client.ask("delete", session_id="s")
    await other.got("session_deleted")
    for reply in (
        await client.ask("message", session_id="s", content="x", message_id="m"),
        await client.attach("s"),
        await client.ask("clear", session_id="s"),
    ):
        assert (reply["type"], reply["code"]) == ("error", "unknown_session")
        assert "'s'" in reply["message"]
    assert (await client.ask("list"))["sessions"] == []


async def test_another_users_session_is_as_unknown_as_one_that_is_not_there(hub, client):
    await client.attach("s")
    await client.say("s", "secret", "m1")
    mallory = Client(hub, owner="mallory")
    for reply in (
        await mallory.attach("s"),
        await mallory.ask("message", session_id="s", content="x", message_id="m"),
        await mallory.ask("delete", session_id="s"),
        await mallory.ask("rename", session_id="s", title="mine"),
    ):
        assert reply["code"] == "unknown_session"
    assert (await mallory.ask("list"))["sessions"] == []


async def test_a_kernels_token_speaks_for_that_kernel_only(hub):
    client = Client(hub, kernel_id="k1")
    assert (await client.attach("s", kernel_id="k2"))["code"] == "denied"
    assert (await client.attach("s", kernel_id="k1"))["type"] == "attached"
    assert (await client.ask("configure", session_id="s", kernel_id="k2"))["code"] == "denied"


async def test_sessions_are_listed_with_the_last_used_first(client):
    for name in ("a", "b"):
        await client.attach(name)
        await client.say(name, f"hello {name}", f"m-{name}")
        await client.got("session_updated", session_id=name)
    await client.say("a", "again", "m-a2")
    sessions = (await client.ask("list"))["sessions"]
    assert [s["session_id"] for s in sessions] == ["a", "b"]
    assert [s["messages"] for s in sessions] == [4, 2]


async def test_todos_changed_in_one_session_show_on_every_surface_of_the_user(hub, client):
    other, stranger = Client(hub), Client(hub, owner="bob")
    hub.signals.todos_changed("ada")
    await other.got("todos")
    await client.got("todos")
    await stranger.ask("ping")
    assert not stranger.of_type("todos")


async def test_a_configured_model_is_told_to_every_surface(hub, client):
    other = Client(hub)
    await other.attach("s")
    await client.attach("s")
    await client.ask("configure", session_id="s", model="offline", privacy="names")
    updated = await other.got("session_updated")
    assert (updated["model"], updated["privacy"]) == ("offline", "names")


async def test_detached_clients_hear_nothing_more(client):
    await client.attach("s")
    await client.ask("detach", session_id="s")
    count = len(client.frames)
    ack = await client.ask("message", session_id="s", content="x", message_id="m")
    await client.ask("ping")
    assert client.frames[count:][0] == ack
    assert not client.of_type("user_message")


class SlowTransport(MemoryTransport):
    """Takes one frame and is then never ready for the next."""

    def send(self, text):
        super().send(text)
        self.stuck = asyncio.get_running_loop().create_future()
        return self.stuck


async def test_a_client_that_does_not_read_is_closed_and_the_others_go_on(hub, engine):
    engine.then(saying("x" * base.MAX_OUTBOX_BYTES))
    reader = Client(hub)
    await reader.attach("s")
    slow = Client(hub, transport=SlowTransport())
    slow.send("attach", session_id="s")
    await slow.transport.until(lambda: slow.frames)
    slow.transport.stuck.set_result(None)
    await reader.say("s", "go", "m1")
    await slow.transport.until(lambda: slow.transport.closed)
    assert slow.transport.closed[0] == 4408
    assert reader.transport.closed is None


class PacedTransport(MemoryTransport):
    """Takes one frame after the other."""

    def send(self, text):
        super().send(text)
        sent = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(sent.set_result, None)
        return sent


@pytest.mark.parametrize(("turns", "share"), [(6, 0.3), (1, 1.5)], ids=["many-long-answers", "one-huge-answer"])
async def test_a_log_of_any_size_is_replayed_to_a_client_that_reads(hub, client, engine, turns, share):
    answer = "x" * int(base.MAX_OUTBOX_BYTES * share)
    await client.attach("s")
    for number in range(turns):
        engine.then(saying(answer))
        await client.say("s", "go", f"m{number}")
    back = Client(hub, transport=PacedTransport())
    await back.attach("s")
    await back.ask("ping")
    assert [frame["content"] for frame in back.of_type("message")] == [answer] * turns
    assert back.transport.closed is None


async def test_a_message_is_acknowledged_when_it_is_written(hub, client, monkeypatch):
    await client.attach("s")
    may_write = asyncio.Event()
    store = hub.services.store
    append = store.append

    async def slow_append(*args):
        await may_write.wait()
        await append(*args)

    monkeypatch.setattr(store, "append", slow_append)
    client.send("message", session_id="s", content="x", message_id="m")
    await Client(hub).ask("list")  # something that takes a while
    assert not client.of_type("ack")
    may_write.set()
    assert (await client.got("ack", message_id="m"))["seq"] == 1
    assert await store.find_message("s", "m") == 1
    await client.got("session_updated")


async def test_commands_are_answered_to_their_client_only_and_reach_no_model(hub, client, engine):
    other = Client(hub)
    await other.attach("s")
    await client.attach("s")
    notice = await client.ask("message", session_id="s", content="/help", message_id="m1")
    assert notice["type"] == "notice"
    assert "/todos" in notice["content"]
    assert notice["at"]
    await other.ask("ping")
    assert not other.of_type("notice")
    assert engine.requests == []


async def test_a_double_slash_sends_the_slash(client, engine):
    await client.attach("s")
    await client.say("s", "//help", "m1")
    assert engine.requests[0].history[-1].content == "/help"


async def test_the_host_that_stops_says_so(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
    assert client.transport.closed[0] == 1001


async def test_more_connections_than_allowed_are_refused(hub, monkeypatch):
    from table_copilot_jupyter.protocol import CopilotError

    monkeypatch.setattr("table_copilot_jupyter.hub.MAX_CONNECTIONS", 1)
    Client(hub)
    with pytest.raises(CopilotError, match="connections are open"):
        Client(hub)


@pytest.mark.parametrize("form", ["md", "json"])
async def test_a_session_is_exported_with_a_name_for_the_file(hub, client, form):
    await client.attach("s")
    await client.say("s", "hello there", "m1")
    await client.got("session_updated")
    exported = await Client(hub).ask("export", session_id="s", format=form)
    assert (exported["type"], exported["session_id"], exported["format"]) == ("exported", "s", form)
    assert exported["filename"] == f"hello-there-s.{form}"
    assert "You said: hello there" in exported["content"]


async def test_a_session_that_is_not_the_users_is_not_exported(hub, client):
    await client.attach("s")
    refused = await Client(hub, owner="mallory").ask("export", session_id="s")
    assert (refused["type"], refused["code"]) == ("error", "unknown_session")


async def test_a_client_that_comes_back_is_told_what_was_taken_back(hub, client):
    await client.attach("s")
    await client.say("s", "one", "m1")
    await client.got("session_updated")
    await client.say("s", "two", "m2")
    seen = events(client.frames)[-1]["seq"]
    await client.say("s", "three", "m3", replaces="m2")
    first = (await client.got("user_message", message_id="m2"))["seq"]
    for after in (first - 1, first, seen):
        back = Client(hub)
        await back.attach("s", after_seq=after)
        await back.ask("ping")
        rewound, message = events(back.frames)[:2]
        assert (rewound["type"], rewound["first_seq"], message["message_id"]) == ("rewound", first, "m3")


async def test_a_command_takes_nothing_back(client, engine):
    await client.attach("s")
    await client.say("s", "one", "m1")
    notice = await client.ask("message", session_id="s", content="/help", message_id="m2", replaces="m1")
    assert notice["type"] == "notice"
    assert not client.of_type("rewound")
