"""A session: messages in order, one turn at a time, stopped and answered from any surface."""

import asyncio
import json

import pytest
from fakes import Client, Gate, ScriptedEngine, asking, last_user_text, saying
from hubs import running_hub
from mock_model import Call, MockModel, Reply
from turns import engine_for, settings_for

from table_copilot_jupyter.engine.base import AssistantStep, RequestSent, TextDelta, TokensUsed, UserText
from table_copilot_jupyter.protocol import CopilotError, ErrorCode
from table_copilot_jupyter.settings import Secret, Settings


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


async def test_a_turn_runs_from_the_message_to_its_end(client):
    await client.attach("s")
    events = await client.say("s", "hello there", "m1")
    assert [e["type"] for e in events if e["type"] != "text"] == ["turn_started", "message", "turn_finished"]
    assert events[-1]["reason"] == "complete"
    assert events[-2]["content"] == "You said: hello there"
    assert client.text(events[-2]["message_id"]) == "You said: hello there"


async def test_the_model_is_shown_what_was_said_before(client, engine):
    await client.attach("s")
    await client.say("s", "my name is Ada", "m1")
    await client.say("s", "what is my name?", "m2")
    assert list(engine.requests[1].history) == [
        UserText("my name is Ada"),
        AssistantStep("You said: my name is Ada"),
        UserText("what is my name?"),
    ]


async def test_messages_during_a_turn_wait_and_say_so(client, engine):
    gate = Gate()
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="first", message_id="m1")
    await gate.begun.wait()
    queued = await client.ask("message", session_id="s", content="second", message_id="m2")
    assert queued["queued"]
    gate.go_on.set()
    started = await client.got("turn_started", message_id="m2")
    await client.got("turn_finished", turn_id=started["turn_id"])
    assert [last_user_text(r) for r in engine.requests] == ["first", "second"]


async def test_two_clients_write_in_order_one_turn_at_a_time(hub, engine):
    running = most = 0

    async def script(request, emit):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return await saying(last_user_text(request))(request, emit)

    for _ in range(40):
        engine.then(script)
    clients = [Client(hub), Client(hub)]
    for client in clients:
        await client.attach("s")
    for n in range(20):
        for who, client in enumerate(clients):
            client.send("message", session_id="s", content=f"{who}-{n}", message_id=f"{who}-{n}")
    await clients[0].transport.until(lambda: len(clients[0].of_type("turn_finished")) == 40)
    said = [last_user_text(r) for r in engine.requests]
    assert most == 1
    for who in "01":
        assert [s for s in said if s.startswith(who)] == [f"{who}-{n}" for n in range(20)]
    assert clients[0].of_type("message") == clients[1].of_type("message")


async def test_the_same_message_id_is_taken_once_and_acknowledged_alike(hub, engine):
    clients = [Client(hub), Client(hub)]
    for client in clients:
        await client.attach("s")
    acks = await asyncio.gather(
        *(client.ask("message", session_id="s", content="once", message_id="m1") for client in clients * 2)
    )
    await clients[0].got("turn_finished")
    assert len({ack["seq"] for ack in acks}) == 1
    assert len(engine.requests) == 1


async def test_the_same_message_id_is_taken_once_after_a_restart_too(tmp_path):
    seqs = []
    for _ in range(2):
        engine = ScriptedEngine()
        async with running_hub(tmp_path, engine) as hub:
            client = Client(hub)
            await client.attach("s")
            seqs.append((await client.ask("message", session_id="s", content="once", message_id="m1"))["seq"])
            await client.got("turn_finished")
    assert seqs[0] == seqs[1]
    assert engine.requests == []


async def test_stop_keeps_what_was_said_so_far(client, engine):
    gate = Gate(before="half an answer")
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    await gate.begun.wait()
    await client.ask("cancel", session_id="s")
    assert (await client.got("turn_finished"))["reason"] == "cancelled"
    message = await client.got("message")
    assert (message["content"], message["partial"]) == ("half an answer", True)
    events = await client.say("s", "go on", "m2")
    assert events[-1]["reason"] == "complete"


async def test_a_queued_message_can_be_taken_back(client, engine):
    gate = Gate()
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="first", message_id="m1")
    await gate.begun.wait()
    client.send("message", session_id="s", content="second", message_id="m2")
    await client.ask("cancel", session_id="s", message_id="m2")
    await client.got("message_withdrawn", message_id="m2")
    gate.go_on.set()
    await client.got("turn_finished")
    assert len(engine.requests) == 1


async def test_an_engine_that_does_not_stop_is_ended(client, engine, monkeypatch):
    monkeypatch.setattr("table_copilot_jupyter.session.CANCEL_GRACE_S", 0.01)
    begun = asyncio.Event()

    async def deaf(request, emit):
        emit(TextDelta("a", "copilot", "text"))
        begun.set()
        await asyncio.Event().wait()

    engine.then(deaf)
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    await begun.wait()
    client.send("cancel", session_id="s")
    assert (await client.got("turn_finished"))["reason"] == "cancelled"
    assert (await client.say("s", "again", "m2"))[-1]["reason"] == "complete"


async def test_an_error_is_told_with_its_hint_and_the_next_turn_works(client, engine):
    async def broken(request, emit):
        emit(TextDelta("a", "copilot", "partial"))
        raise CopilotError(ErrorCode.RATE_LIMITED, "OpenRouter is busy.", "Try again in 20 s.")

    engine.then(broken)
    await client.attach("s")
    events = await client.say("s", "go", "m1")
    error = next(e for e in events if e["type"] == "error")
    assert (error["code"], error["message"], error["hint"]) == (
        "rate_limited",
        "OpenRouter is busy.",
        "Try again in 20 s.",
    )
    assert next(e for e in events if e["type"] == "message")["content"] == "partial"
    assert events[-1]["reason"] == "error"
    assert (await client.say("s", "again", "m2"))[-1]["reason"] == "complete"


async def test_an_unexpected_failure_tells_its_kind_and_no_secret(tmp_path, caplog):
    async def broken(request, emit):
        raise RuntimeError("sk-canary")

    engine = ScriptedEngine().then(broken)
    async with running_hub(tmp_path, engine, settings=Settings(openai_api_key=Secret("sk-canary"))) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "go", "m1")
        error = await client.got("error")
        assert (error["code"], error["message"]) == ("internal", "The copilot failed: RuntimeError.")
        assert not any("sk-canary" in text for text in client.transport.texts)
    assert "failed" in caplog.text


async def test_a_turn_has_a_deadline(tmp_path):
    engine = ScriptedEngine().then(Gate())
    async with running_hub(tmp_path, engine, settings=Settings(turn_timeout=0.05)) as hub:
        client = Client(hub)
        await client.attach("s")
        events = await client.say("s", "go", "m1")
        assert next(e for e in events if e["type"] == "error")["code"] == "timeout"
        assert next(e for e in events if e["type"] == "message")["content"] == "so far"


async def test_the_deadline_stands_still_while_the_user_is_asked(tmp_path):
    engine = ScriptedEngine().then(asking("Which?"))
    async with running_hub(tmp_path, engine, settings=Settings(turn_timeout=0.2)) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("message", session_id="s", content="go", message_id="m1")
        question = await client.got("question")
        await asyncio.sleep(0.3)  # longer than the turn may take
        client.send("answer", session_id="s", question_id=question["question_id"], content="Biscoe")
        assert (await client.got("turn_finished"))["reason"] == "complete"


async def test_the_deadline_ends_a_real_models_stream_and_keeps_its_text(tmp_path):
    async with MockModel() as model:
        model.script(Reply(text="word " * 500, delay=0.02), Reply(text="Here again."))
        settings = settings_for(model, turn_timeout=0.5)
        async with running_hub(tmp_path, engine_for(settings), settings=settings) as hub:
            await hub.warm_up()
            client = Client(hub)
            await client.attach("s")
            events = await client.say("s", "hello", "m1")
            error = next(e for e in events if e["type"] == "error")
            assert (error["code"], "TABLE_COPILOT_TURN_TIMEOUT" in error["hint"]) == ("timeout", True)
            (message,) = [e for e in events if e["type"] == "message"]
            assert message["partial"]
            assert message["content"].startswith("word word")
            await model.until(lambda model: model.streaming == 0)
            assert (await client.say("s", "again", "m2"))[-1]["reason"] == "complete"


async def test_the_deadline_stands_still_while_a_real_models_tool_asks(tmp_path):
    async with MockModel() as model:
        model.script(Reply(calls=[Call("ask_user_question", '{"question": "Which?"}')]), Reply(text="Thanks."))
        settings = settings_for(model, turn_timeout=1.0)
        async with running_hub(tmp_path, engine_for(settings), settings=settings) as hub:
            await hub.warm_up()
            client = Client(hub)
            await client.attach("s")
            client.send("message", session_id="s", content="ask me", message_id="m1")
            question = await client.got("question")
            await asyncio.sleep(1.2)  # longer than the turn may take
            client.send("answer", session_id="s", question_id=question["question_id"], content="Biscoe")
            assert (await client.got("turn_finished"))["reason"] == "complete"


async def test_the_first_answer_wins_and_every_surface_sees_the_question_closed(hub, engine):
    engine.then(asking("Which island?", ["Biscoe", "Dream"]))
    panel, page = Client(hub), Client(hub)
    await panel.attach("s", surface="panel")
    await page.attach("s", surface="page")
    panel.send("message", session_id="s", content="go", message_id="m1")
    question = await page.got("question")
    page.send("answer", session_id="s", question_id=question["question_id"], content="Dream")
    closed = await panel.got("question_closed")
    assert (closed["by"], closed["answer"]) == ("page", "Dream")
    late = await panel.ask("answer", session_id="s", question_id=question["question_id"], content="Biscoe")
    assert late["type"] == "error"
    assert "closed already, by page" in late["message"]
    assert (await panel.got("message"))["content"] == "Dream by page"


async def test_a_question_that_nobody_answers_lets_the_turn_go_on(client, engine):
    engine.then(asking("Which?", timeout_s=0.02))
    await client.attach("s")
    events = await client.say("s", "go", "m1")
    assert next(e for e in events if e["type"] == "question_closed")["by"] == "timeout"
    assert next(e for e in events if e["type"] == "message")["content"] == "None by timeout"


async def test_stop_closes_an_open_question(client, engine):
    engine.then(asking("Which?"))
    await client.attach("s")
    client.send("message", session_id="s", content="go", message_id="m1")
    await client.got("question")
    client.send("cancel", session_id="s")
    assert (await client.got("question_closed"))["by"] == "cancelled"
    assert (await client.got("turn_finished"))["reason"] == "cancelled"
    assert (await client.got("tool_finished"))["ok"] is False


async def test_an_approval_is_asked_for_until_it_is_given_for_the_session(client, engine):
    decisions = []

    async def script(request, emit):
        decided = await request.tool_context("c", "copilot", request.model).approve(
            "run_code", "1 + 1", {"code": "1 + 1"}, "1 + 1"
        )
        decisions.append(decided.decision)
        return "complete"

    for _ in range(3):
        engine.then(script)
    await client.attach("s")
    for n, decision in enumerate(["deny", "session"]):
        client.send("message", session_id="s", content="go", message_id=f"m{n}")
        approval = await client.transport.until(
            lambda: next((a for a in client.of_type("approval")[n:]), None)  # noqa: B023  # read at once
        )
        client.send("decide", session_id="s", approval_id=approval["approval_id"], decision=decision)
        await client.got("approval_closed", approval_id=approval["approval_id"])
    await client.say("s", "go", "m9")
    assert decisions == ["deny", "session", "session"]
    assert len(client.of_type("approval")) == 2


async def test_two_surfaces_that_approve_at_once_run_it_once(hub, engine):
    runs = []

    async def script(request, emit):
        decided = await request.tool_context("c", "copilot", request.model).approve("run_code", "1 + 1", {}, "1 + 1")
        runs.append(decided.allowed)
        return "complete"

    a, b = Client(hub), Client(hub)
    await a.attach("s")
    await b.attach("s")
    for n in range(20):
        engine.then(script)
        a.send("message", session_id="s", content="go", message_id=f"m{n}")
        approval = await a.transport.until(lambda: (a.of_type("approval")[n:] or [None])[0])  # noqa: B023
        for client in (a, b):
            client.send("decide", session_id="s", approval_id=approval["approval_id"], decision="once")
        await b.got("turn_finished", turn_id=approval["turn_id"])
    assert runs == [True] * 20
    assert len(a.of_type("approval_closed")) == 20


async def test_a_session_is_titled_after_its_first_turn_unless_the_user_did(client):
    await client.attach("s")
    await client.say("s", "Which island has the heaviest penguins?", "m1")
    assert (await client.got("session_updated"))["title"].startswith("Which island")
    await client.ask("rename", session_id="s", title="Penguins")
    await client.say("s", "and the lightest?", "m2")
    assert client.of_type("session_updated")[-1]["title"] == "Penguins"


async def test_clear_forgets_the_conversation_for_the_model_too(client, engine):
    await client.attach("s")
    await client.say("s", "my name is Ada", "m1")
    await client.ask("clear", session_id="s")
    await client.got("cleared")
    await client.say("s", "what is my name?", "m2")
    assert list(engine.requests[-1].history) == [UserText("what is my name?")]


async def test_an_agent_can_be_addressed(client, engine):
    await client.attach("s")
    await client.say("s", "@planner add a todo", "m1")
    await client.say("s", "hello", "m2", agent="planner")
    assert [r.agent.name for r in engine.requests] == ["planner", "planner"]
    assert last_user_text(engine.requests[0]) == "add a todo"


async def test_an_unknown_agent_is_an_error_that_names_those_there_are(client):
    await client.attach("s")
    reply = await client.ask("message", session_id="s", content="x", message_id="m", agent="nobody")
    assert reply["type"] == "error"
    assert "nobody" in reply["message"]
    assert "planner" in reply["hint"] + reply["message"]


# --- restarts ------------------------------------------------------------------------------------


async def test_a_turn_that_the_host_cut_off_is_closed_as_interrupted(tmp_path):
    gate = Gate(before="half")
    async with running_hub(tmp_path, ScriptedEngine().then(gate)) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("message", session_id="s", content="go", message_id="m1")
        await gate.begun.wait()
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        assert (await client.got("turn_finished"))["reason"] == "interrupted"
        assert (await client.got("message"))["content"] == "half"
        assert (await client.say("s", "go on", "m2"))[-1]["reason"] == "complete"


@pytest.mark.parametrize("parent", [None, "c0"])
async def test_a_question_outlives_a_restart_and_its_answer_takes_the_turn_up_again(tmp_path, parent):
    async with running_hub(tmp_path, ScriptedEngine().then(asking("Which?", ["a", "b"], parent=parent))) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("message", session_id="s", content="go", message_id="m1")
        question = await client.got("question")
    engine = ScriptedEngine().then(saying("thanks"))
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        attached = await client.attach("s")
        assert attached["session"]["running"]
        assert not client.of_type("turn_finished")
        client.send("answer", session_id="s", question_id=question["question_id"], content="b")
        finished = await client.got("turn_finished")
        assert (finished["reason"], finished["turn_id"]) == ("complete", question["turn_id"])
        assert all(not hasattr(item, "calls") or item.calls for item in engine.requests[0].history[:-1])
        assert "b" in json.dumps([str(item) for item in engine.requests[0].history])
        assert (await client.got("message"))["content"] == "thanks"


async def test_a_question_that_waits_over_a_restart_can_be_stopped(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine().then(asking("Which?"))) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("message", session_id="s", content="go", message_id="m1")
        await client.got("question")
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("cancel", session_id="s")
        assert (await client.got("turn_finished"))["reason"] == "cancelled"
        assert (await client.say("s", "next", "m2"))[-1]["reason"] == "complete"


async def test_a_message_that_waited_is_answered_after_a_restart(tmp_path):
    gate = Gate()
    async with running_hub(tmp_path, ScriptedEngine().then(gate)) as hub:
        client = Client(hub)
        await client.attach("s")
        client.send("message", session_id="s", content="first", message_id="m1")
        await gate.begun.wait()
        await client.ask("message", session_id="s", content="second", message_id="m2")
    engine = ScriptedEngine()
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        started = await client.got("turn_started", message_id="m2")
        await client.got("turn_finished", turn_id=started["turn_id"])
        assert [last_user_text(r) for r in engine.requests] == ["second"]


def kinds(events):
    return [event["type"] for event in events]


async def log_of(hub, session_id="s"):
    return (await hub.session_log("ada", session_id))[1]


async def talk(client, *contents):
    """Say one after the other, as m1, m2, …; the session has its title before this returns."""
    for number, content in enumerate(contents, 1):
        await client.say("s", content, f"m{number}")
    await client.got("session_updated")


async def test_a_message_can_replace_an_earlier_one_and_all_that_followed(hub, client, engine):
    other = Client(hub)
    for surface in (client, other):
        await surface.attach("s")
    await talk(client, "my name is Ada", "what is my name?", "and yours?")
    before = await log_of(hub)
    first = next(event["seq"] for event in before if event.get("message_id") == "m2")
    await client.say("s", "how old am I?", "m4", replaces="m2")
    rewound = await other.got("rewound")
    assert (rewound["message_id"], rewound["first_seq"]) == ("m2", first)
    assert rewound["seq"] == before[-1]["seq"] + 1
    assert list(engine.requests[-1].history) == [
        UserText("my name is Ada"),
        AssistantStep("You said: my name is Ada"),
        UserText("how old am I?"),
    ]
    after = await log_of(hub)
    assert [event for event in after if event["seq"] < first] == [event for event in before if event["seq"] < first]
    assert kinds(after[first - 1 :]) == ["rewound", "user_message", "turn_started", "message", "turn_finished"]
    (info,) = await hub.sessions("ada")
    assert info.messages == 4
    assert (await hub.services.store.session("s")).messages == 4


async def test_a_session_is_named_by_the_message_that_replaced_its_first(hub, client):
    await client.attach("s")
    await talk(client, "wihch island?")
    await client.say("s", "which island?", "m2", replaces="m1")
    await client.got("session_updated", title="which island?")
    (info,) = await hub.sessions("ada")
    assert info.title == "which island?"


async def test_a_name_that_the_user_gave_outlives_its_first_message(hub, client):
    await client.attach("s")
    await talk(client, "which island?")
    await client.ask("rename", session_id="s", title="Penguins")
    await client.say("s", "which species?", "m2", replaces="m1")
    (info,) = await hub.sessions("ada")
    assert info.title == "Penguins"


async def test_what_was_taken_back_may_be_said_again(client, engine):
    await client.attach("s")
    await talk(client, "one", "two")
    await client.say("s", "three", "m3", replaces="m1")
    ack = await client.ask("message", session_id="s", content="one", message_id="m1")
    assert ack["seq"] > (await client.got("user_message", message_id="m3"))["seq"]
    await client.transport.until(lambda: len(client.of_type("turn_finished")) == 4)
    assert [last_user_text(request) for request in engine.requests] == ["one", "two", "three", "one"]


async def test_a_replacement_that_is_sent_again_is_taken_once(hub, client, engine):
    await client.attach("s")
    await talk(client, "one", "two")
    acks = [await client.ask("message", session_id="s", content="x", message_id="m3", replaces="m1") for _ in range(3)]
    await client.transport.until(lambda: len(client.of_type("turn_finished")) == 3)
    acks.append(await client.ask("message", session_id="s", content="x", message_id="m3", replaces="m1"))
    assert {ack["seq"] for ack in acks} == {(await client.got("user_message", message_id="m3"))["seq"]}
    assert kinds(await log_of(hub)).count("rewound") == 1
    assert len(engine.requests) == 3


async def test_of_two_that_replace_the_same_message_the_second_is_told(hub, client):
    other = Client(hub)
    await client.attach("s")
    await talk(client, "one", "two")
    replies = await asyncio.gather(
        client.ask("message", session_id="s", content="mine", message_id="x1", replaces="m2"),
        other.ask("message", session_id="s", content="no, mine", message_id="x2", replaces="m2"),
    )
    refused = next(reply for reply in replies if reply["type"] == "error")
    assert sorted(kinds(replies)) == ["ack", "error"]
    assert refused["code"] in ("bad_frame", "busy")
    await client.transport.until(lambda: len(client.of_type("turn_finished")) == 3)
    assert kinds(await log_of(hub)).count("rewound") == 1


async def test_nothing_is_taken_back_while_a_turn_runs_or_waits(hub, client, engine):
    await client.attach("s")
    await talk(client, "one")
    gate = Gate()
    engine.then(gate)
    client.send("message", session_id="s", content="two", message_id="m2")
    await gate.begun.wait()
    for earlier in ("m1", "m2"):
        refused = await client.ask("message", session_id="s", content="x", message_id="m3", replaces=earlier)
        assert (refused["code"], refused["hint"]) == ("busy", "Stop the turn first.")
    gate.go_on.set()
    await client.got("turn_finished", after=len(client.frames))
    assert "rewound" not in kinds(await log_of(hub))


@pytest.mark.parametrize("agent", [None, "nobody"])
async def test_what_is_not_there_can_not_be_taken_back_and_nothing_else_is(hub, client, agent):
    await client.attach("s")
    await talk(client, "one")
    before = await log_of(hub)
    replaces = "m1" if agent else "nowhere"
    refused = await client.ask(
        "message",
        session_id="s",
        content="x",
        message_id="m2",
        replaces=replaces,
        **({"agent": agent} if agent else {}),
    )
    assert refused["type"] == "error"
    assert repr(agent or "nowhere") in refused["message"]
    assert refused["code"] == "bad_frame"
    assert await log_of(hub) == before


async def test_a_replacement_cut_in_two_by_the_end_of_the_process_is_finished_by_sending_it_again(tmp_path):
    engine = ScriptedEngine()
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        await talk(client, "one", "two")
        session = await hub.session("s", "ada")
        seq = await hub.services.store.find_message("s", "m2")
        await session.log.rewind("m2", seq)  # and here it was killed
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        attached = await client.attach("s")
        assert (attached["session"]["messages"], attached["session"]["running"]) == (2, False)
        await client.say("s", "three", "m3", replaces="m2")
        assert [item.content for item in engine.requests[-1].history] == ["one", "You said: one", "three"]
        assert kinds(await log_of(hub)).count("rewound") == 1
        late = await client.ask("message", session_id="s", content="four", message_id="m4", replaces="m2")
        assert late["code"] == "bad_frame"


async def test_a_replacement_is_there_after_a_restart(tmp_path):
    async with running_hub(tmp_path) as hub:
        client = Client(hub)
        await client.attach("s")
        await talk(client, "one", "two")
        await client.say("s", "three", "m3", replaces="m1")
    engine = ScriptedEngine()
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        again = await client.ask("message", session_id="s", content="three", message_id="m3", replaces="m1")
        assert again["seq"] == (await client.got("user_message", message_id="m3"))["seq"]
        await client.say("s", "four", "m4")
        assert [item.content for item in engine.requests[-1].history] == ["three", "You said: three", "four"]
        assert len(engine.requests) == 1


async def test_receipts_of_what_was_taken_back_stay(hub, client, engine):
    async def receipted(request, emit):
        emit(RequestSent("m", "h", 100))
        emit(TokensUsed("m", 10, 2))
        return await saying("hello")(request, emit)

    engine.then(receipted).then(receipted)
    await client.attach("s")
    await talk(client, "one", "two")
    await client.say("s", "three", "m3", replaces="m1")
    assert kinds(await log_of(hub))[:3] == ["sent", "usage", "sent"]
    (await hub.session("s", "ada"))._context.forget()  # as it is read after a restart
    await client.say("s", "four", "m4")
    assert [item.content for item in engine.requests[-1].history] == ["three", "You said: three", "four"]


async def test_a_queued_message_that_is_replaced_leaves_the_answer_it_waited_for(hub, client, engine):
    gate = Gate()
    engine.then(gate)
    await client.attach("s")
    client.send("message", session_id="s", content="first", message_id="m1")
    await gate.begun.wait()
    for number in (2, 3):
        await client.ask("message", session_id="s", content=f"message {number}", message_id=f"m{number}")
    gate.go_on.set()
    await client.transport.until(lambda: len(client.of_type("turn_finished")) == 3)
    await client.say("s", "third anew", "m4", replaces="m3")
    assert [item.content for item in engine.requests[-1].history] == [
        *("first", "so far and done", "message 2", "You said: message 2", "third anew"),
    ]
    assert await hub.services.store.unanswered_messages("s") == []


async def test_tools_speak_the_language_of_the_message(tmp_path, monkeypatch):
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    engine = ScriptedEngine()
    async with running_hub(tmp_path, engine) as hub:
        client = Client(hub)
        await client.attach("s")
        for number, content in enumerate(["add a todo: buy milk", "添加待办：买牛奶", "42"]):
            await client.say("s", content, f"m{number}")
        spoken = [request.tool_context("c", "copilot", request.model).language for request in engine.requests]
    assert spoken[:2] == ["en", "zh"]
    assert spoken[2] == "zh"  # of the locale
