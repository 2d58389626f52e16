"""The plain dialect: what somebody types into websocat, one reply per message."""

import json

import pytest
from fakes import Client, Gate, ScriptedEngine, asking
from hubs import running_hub


@pytest.fixture
def engine():
    return ScriptedEngine()


@pytest.fixture
async def hub(tmp_path, engine):
    async with running_hub(tmp_path, engine) as hub:
        yield hub


@pytest.fixture
async def client(hub):
    return Client(hub, subprotocol=None)


async def test_a_message_gets_one_response_with_its_session(client):
    client.type_line('{"type":"message","content":"hello","session_id":"s"}')
    assert await client.next_reply() == {"type": "response", "content": "You said: hello", "session_id": "s"}
    client.type_line('{"type":"ping"}')
    assert await client.next_reply() == {"type": "pong"}


async def test_a_bare_line_is_a_message_in_the_connections_own_session(client):
    sessions = set()
    for line in ("hello", "123", '"hi"'):
        client.type_line(line)
        reply = await client.next_reply()
        assert reply["content"] == f"You said: {line}"
        sessions.add(reply["session_id"])
    assert len(sessions) == 1


async def test_a_line_that_begins_like_an_object_and_is_none_is_an_error(client):
    client.type_line("{oops")
    reply = await client.next_reply()
    assert (reply["type"], reply["code"]) == ("error", "bad_frame")
    assert "'{oops'" in reply["content"]
    client.type_line("still here")
    assert (await client.next_reply())["type"] == "response"


async def test_history_and_clear(client):
    client.type_line("hello")
    session_id = (await client.next_reply())["session_id"]
    client.send("history")
    history = await client.next_reply()
    assert [(m["role"], m["content"]) for m in history["messages"]] == [
        ("user", "hello"),
        ("assistant", "You said: hello"),
    ]
    assert all(m["at"] for m in history["messages"])
    client.send("clear", session_id=session_id)
    assert await client.next_reply() == {"type": "cleared", "session_id": session_id}
    client.send("history")
    assert (await client.next_reply())["messages"] == []


async def test_sessions_are_listed(client):
    client.type_line('{"type":"message","content":"hello","session_id":"a"}')
    await client.next_reply()
    client.send("sessions")
    (entry,) = (await client.next_reply())["sessions"]
    assert (entry["session_id"], entry["messages"]) == ("a", 2)


async def test_cancel_ends_the_turn_with_what_there_is(client, engine):
    gate = Gate(before="half")
    engine.then(gate)
    client.type_line("go")
    await gate.begun.wait()
    client.send("cancel")
    reply = await client.next_reply()
    assert (reply["type"], reply["cancelled"], reply["content"]) == ("response", True, "half")


async def test_cancel_with_nothing_to_stop_says_so(client):
    client.send("cancel")
    assert (await client.next_reply())["code"] == "unknown_session"
    client.type_line("hello")
    await client.next_reply()
    client.send("cancel")
    assert "Nothing runs" in (await client.next_reply())["content"]


async def test_the_next_line_answers_a_question(client, engine):
    engine.then(asking("Which island?", ["Biscoe", "Dream"]))
    client.type_line("go")
    question = await client.next_reply()
    assert (question["type"], question["content"], question["options"]) == (
        "question",
        "Which island?",
        ["Biscoe", "Dream"],
    )
    client.type_line("Dream")
    reply = await client.next_reply()
    assert (reply["type"], reply["content"]) == ("response", "Dream by plain")


async def test_a_bare_line_answers_the_question_of_a_named_session_too(client, engine):
    engine.then(asking("Which island?"))
    client.type_line('{"type":"message","content":"go","session_id":"named"}')
    assert (await client.next_reply())["type"] == "question"
    client.type_line("Dream")
    assert await client.next_reply() == {"type": "response", "content": "Dream by plain", "session_id": "named"}
    client.type_line("hello")
    assert (await client.next_reply())["session_id"] != "named"


async def test_a_question_can_be_answered_by_its_id(client, engine):
    engine.then(asking("Which?"))
    client.type_line("go")
    question = await client.next_reply()
    client.send("answer", question_id=question["question_id"], content="Dream")
    assert (await client.next_reply())["content"] == "Dream by plain"


async def test_a_bare_yes_never_approves(client, engine):
    async def script(request, emit):
        decided = await request.tool_context("c", "copilot", request.model).approve("run_code", "1 + 1", {}, "1 + 1")
        from fakes import saying

        return await saying(f"allowed: {decided.allowed}")(request, emit)

    engine.then(script)
    client.type_line("go")
    approval = await client.next_reply()
    assert approval["options"] == ["once", "session", "deny"]
    client.type_line("yes")  # waits as the next message
    client.type_line(f"/approve {approval['approval_id']} maybe")
    assert (await client.next_reply())["type"] == "error"
    client.type_line(f"/approve {approval['approval_id']} once")
    assert {(await client.next_reply())["content"] for _ in range(3)} == {
        "Allowed (once).",
        "allowed: True",
        "You said: yes",
    }


async def test_an_answer_after_a_restart_gets_the_rest_of_the_turn(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine().then(asking("Which?"))) as hub:
        client = Client(hub, subprotocol=None)
        client.type_line('{"type":"message","content":"go","session_id":"s"}')
        question = await client.next_reply()
    async with running_hub(tmp_path, ScriptedEngine()) as hub:
        client = Client(hub, subprotocol=None)
        client.send("answer", question_id=question["question_id"], content="Dream", session_id="s")
        client.send("ping")
        client.type_line('{"type":"message","content":"/session","session_id":"s"}')
        replies = [await client.next_reply() for _ in range(2)]
        assert {r["type"] for r in replies} == {"pong", "response"}


async def test_a_question_that_was_asked_before_is_shown_and_takes_no_line_for_its_answer_unseen(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine().then(asking("Which?"))) as hub:
        client = Client(hub, subprotocol=None)
        client.type_line('{"type":"message","content":"go","session_id":"s"}')
        await client.next_reply()
    async with running_hub(tmp_path) as hub:
        client = Client(hub, subprotocol=None)
        client.type_line('{"type":"message","content":"hello","session_id":"s"}')
        assert (await client.next_reply())["content"] == "Which?"
        client.type_line("Dream")
        assert [(await client.next_reply())["content"] for _ in range(2)] == ["You said: go", "You said: hello"]


async def test_nothing_comes_that_was_not_asked_for(hub, client):
    client.type_line('{"type":"message","content":"hello","session_id":"s"}')
    await client.next_reply()
    other = Client(hub)
    await other.attach("s")
    await other.say("s", "from elsewhere", "m1")
    await other.ask("rename", session_id="s", title="Renamed")
    client.send("ping")
    assert await client.next_reply() == {"type": "pong"}


async def test_an_error_of_the_turn_is_the_reply(client, engine):
    from table_copilot_jupyter.protocol import CopilotError, ErrorCode

    async def broken(request, emit):
        raise CopilotError(ErrorCode.AUTH, "OpenRouter refused the key.", "Check OPENROUTER_API_KEY.")

    engine.then(broken)
    client.type_line("go")
    reply = await client.next_reply()
    assert reply["code"] == "auth"
    assert reply["content"] == "OpenRouter refused the key. Check OPENROUTER_API_KEY."


async def test_commands_work_and_new_changes_the_session(client):
    client.type_line("hello")
    first = (await client.next_reply())["session_id"]
    client.type_line("/new Second")
    second = (await client.next_reply())["session_id"]
    client.type_line("hello again")
    assert (await client.next_reply())["session_id"] == second != first


@pytest.mark.parametrize("session_id", ["../etc", "a\x00b", "x" * 10_000, "", "a b"])
async def test_a_session_id_that_is_none_is_named(client, session_id):
    client.peer.receive(json.dumps({"type": "message", "content": "x", "session_id": session_id}))
    reply = await client.next_reply()
    assert reply["code"] == "bad_frame"
    assert "is not a session id" in reply["content"]
    assert len(reply["content"]) < 400
