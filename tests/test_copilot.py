"""``Copilot``: asking from Python, blocking and awaited, and what an answer holds."""

import asyncio

import pytest
from fake_server import approving, asking, failing, fake_server, waiting

from table_copilot_jupyter import Copilot
from table_copilot_jupyter.client.answer import Answer, ToolUse
from table_copilot_jupyter.client.connection import Connection
from table_copilot_jupyter.client.discovery import Endpoint
from table_copilot_jupyter.client.errors import CopilotClientError, CopilotConnectionError, CopilotTurnError
from table_copilot_jupyter.client.loop import background_loop, submit
from table_copilot_jupyter.client.websocket import dial_websocket


@pytest.fixture
async def server():
    async with fake_server() as server:
        yield server


@pytest.fixture
async def connection(server):
    connection = Connection(dial_websocket(Endpoint(server.url)), first_delay=0.001)
    yield connection
    await asyncio.wrap_future(submit(connection.close()))


def ask(copilot, text):
    """``copilot.ask`` on a thread: the server needs this one."""
    return asyncio.to_thread(copilot.ask, text)


async def test_asking_blocks_until_the_answer_is_there(server, connection):
    copilot = Copilot("s", connection=connection)
    answer = await ask(copilot, "hello {it's}?")
    assert (answer.text, answer.session_id, answer.reason, answer.model) == (
        *("You said: hello {it's}?", "s", "complete", "fake-1"),
    )


async def test_asking_can_be_awaited(server, connection):
    answer = await Copilot("s", connection=connection).aask("hello")
    assert answer.text == "You said: hello"


async def test_events_can_be_followed(server, connection):
    kinds = [event["type"] async for event in Copilot("s", connection=connection).stream("hello")]
    assert kinds == ["user_message", "turn_started", "text", "text", "message", "turn_finished"]


async def test_leaving_a_stream_early_stops_the_turn(server, connection):
    server.then(waiting)
    stream = Copilot("s", connection=connection).stream("hello")
    async for event in stream:
        if event["type"] == "text":
            break
    await stream.aclose()
    await server.until(lambda: server.of_type("cancel"))
    assert server.of_type("cancel")[0]["message_id"] == server.of_type("message")[0]["message_id"]


async def test_cancelling_the_task_stops_the_turn(server, connection):
    server.then(waiting)
    task = asyncio.create_task(Copilot("s", connection=connection).aask("hello"))
    await server.until(lambda: server.turns)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.until(lambda: server.of_type("cancel"))


async def test_a_turn_whose_message_was_taken_back_elsewhere_has_ended(server, connection):
    server.then(waiting)
    task = asyncio.create_task(Copilot("s", connection=connection).aask("hello"))
    await server.until(lambda: server.turns)
    server.emit("s", "rewound", message_id="another", first_seq=5)
    server.emit("s", "rewound", message_id=server.turns[0].message_id, first_seq=1)
    assert (await task).reason == "cancelled"


async def test_without_a_name_each_has_a_session_of_its_own(server, connection):
    first, second = Copilot(connection=connection), Copilot(connection=connection)
    assert first.session_id != second.session_id
    await first.aask("hello")
    assert server.of_type("message")[0]["session_id"] == first.session_id


async def test_turns_of_two_sessions_run_side_by_side(server, connection):
    server.then(waiting)
    slow = asyncio.create_task(Copilot("slow", connection=connection).aask("wait"))
    await server.until(lambda: server.turns)
    turn = server.turns[0]
    assert (await Copilot("fast", connection=connection).aask("hello")).text == "You said: hello"
    turn.cancelled.set()
    assert (await slow).text == "so far"


async def test_a_model_is_set_once(server, connection):
    copilot = Copilot("s", "kimi", connection=connection)
    await copilot.aask("a")
    await copilot.aask("b")
    assert [frame["model"] for frame in server.of_type("configure")] == ["kimi"]


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_questions_get_the_answers_in_order_then_the_callback(server, connection, how):
    asked = []

    def on_question(event):
        asked.append((event["content"], event["options"]))
        return "from the callback"

    server.then(asking(("One?", []), ("Two?", ["a", "b"])))
    copilot = Copilot("s", answers=["first"], on_question=on_question, connection=connection)
    answer = await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    assert answer.text == "Answers: ['first', 'from the callback']"
    assert asked == [("Two?", ["a", "b"])]


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_a_callback_may_be_a_coroutine(server, connection, how):
    async def on_question(event):
        return "later"

    server.then(asking(("One?", [])))
    copilot = Copilot("s", on_question=on_question, connection=connection)
    assert (await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))).text == "Answers: ['later']"


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_a_question_that_nobody_answers_stops_the_turn_and_says_how(server, connection, how):
    server.then(asking(("Which?", [])))
    copilot = Copilot("s", connection=connection)
    with pytest.raises(CopilotTurnError, match="Which") as error:
        await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    assert "answers=" in error.value.hint
    await server.until(lambda: server.of_type("cancel"))


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_an_answer_that_the_server_refuses_ends_the_turn(server, connection, how):
    server.then(asking(("Which?", [])))
    copilot = Copilot("s", answers=[" "], connection=connection)
    with pytest.raises(CopilotTurnError, match="it is blank"):
        await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    await server.until(lambda: server.of_type("cancel"))


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_a_callback_that_fails_stops_the_turn(server, connection, how):
    def on_question(event):
        raise ZeroDivisionError

    server.then(asking(("Which?", [])))
    copilot = Copilot("s", on_question=on_question, connection=connection)
    with pytest.raises(ZeroDivisionError):
        await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    await server.until(lambda: server.of_type("cancel"))


async def test_answers_can_be_set_later(server, connection):
    server.then(asking(("Which?", [])))
    copilot = Copilot("s", connection=connection)
    copilot.answers = ["this"]
    assert (await copilot.aask("go")).text == "Answers: ['this']"


async def test_in_a_stream_the_caller_may_answer(server, connection):
    server.then(asking(("Which?", [])))
    copilot = Copilot("s", connection=connection)
    said = []
    async for event in copilot.stream("go"):
        if event["type"] == "question":
            await copilot.answer(event["question_id"], "mine")
        elif event["type"] == "message":
            said.append(event["content"])
    assert said == ["Answers: ['mine']"]


@pytest.mark.parametrize("how", ["ask", "aask"])
@pytest.mark.parametrize(("on_approval", "decided"), [(None, "deny"), (lambda event: "once", "once")])
async def test_approvals_are_denied_without_a_callback(server, connection, how, on_approval, decided):
    server.then(approving)
    copilot = Copilot("s", on_approval=on_approval, connection=connection)
    answer = await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    assert answer.text.startswith(f"Decided: {decided}")


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_an_error_is_raised_with_code_hint_and_partial_text(server, connection, how):
    server.then(failing("auth", "The provider refused the key.", "Set OPENAI_API_KEY."))
    copilot = Copilot("s", connection=connection)
    with pytest.raises(CopilotTurnError) as error:
        await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    raised = error.value
    assert (raised.code, raised.hint, raised.partial) == ("auth", "Set OPENAI_API_KEY.", "Half an")
    assert raised._render_traceback_() == ["CopilotTurnError: The provider refused the key.", "Set OPENAI_API_KEY."]


async def test_a_server_that_stopped_in_mid_turn_is_an_error(server, connection):
    async def interrupted(turn):
        turn.begin()
        turn.finish("interrupted")

    server.then(interrupted)
    with pytest.raises(CopilotTurnError, match="server stopped"):
        await Copilot("s", connection=connection).aask("go")


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_a_connection_lost_for_good_is_raised_with_what_there_was(server, connection, how):
    server.then(waiting)
    copilot = Copilot("s", connection=connection)
    task = asyncio.ensure_future(ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    await server.until(lambda: server.turns)
    server.refuse_status = 403
    await server.drop()
    with pytest.raises(CopilotConnectionError, match="403") as error:
        await task
    assert error.value.partial == "so far"


async def test_a_turn_goes_on_after_a_lost_connection(server, connection):
    server.then(waiting)
    task = asyncio.ensure_future(Copilot("s", connection=connection).aask("go"))
    await server.until(lambda: server.turns)
    await server.drop()
    server.turns[0].cancelled.set()
    answer = await task
    assert (answer.text, answer.reason) == ("so far", "cancelled")


async def test_commands_are_answered_and_may_switch_the_session(server, connection):
    copilot = Copilot("s", connection=connection)
    answer = await copilot.aask("/session other")
    assert (answer.reason, answer.switch_to, copilot.session_id) == ("command", "other", "other")
    await ask(copilot, "/session third")
    assert copilot.session_id == "third"
    assert [event["type"] async for event in copilot.stream("/session fourth")] == ["notice"]
    assert copilot.session_id == "fourth"


async def test_a_closed_copilot_says_so(server, connection):
    with Copilot("s", connection=connection) as copilot:
        await copilot.aask("hello")
        closing = asyncio.to_thread(copilot.close)
        await closing
        with pytest.raises(CopilotClientError, match="'s' was closed"):
            await copilot.aask("hello")


async def test_after_a_turn_the_session_is_let_go(server, connection):
    await Copilot("s", connection=connection).aask("hello")
    await server.until(lambda: not server.attached)


async def test_an_answer_lists_tools_usage_and_receipts(server, connection):
    async def working(turn):
        turn.begin()
        turn.emit("sent", model="fake-1", host="h", bytes=900, tables=[{"name": "df", "rows": 2}])
        turn.emit("usage", model="fake-1", input=10, output=5)
        turn.emit("tool_started", call_id="c", message_id="m", tool="query", arguments={"sql": "1"}, agent="copilot")
        turn.emit("tool_started", call_id="d", message_id="m", tool="inner", arguments={}, parent_call_id="c")
        turn.emit("tool_finished", call_id="d", ok=False, content="no", elapsed_ms=1)
        turn.emit("tool_finished", call_id="c", ok=True, content="3 rows", elapsed_ms=12)
        turn.say("Done.")
        turn.finish()

    server.then(working, working)
    answer = await Copilot("s", connection=connection).aask("go")
    assert answer.tools == [ToolUse("query", {"sql": "1"}, True, "3 rows", 12), ToolUse("inner", {}, False, "no", 1)]
    assert answer.usage == {"input": 10, "output": 5}
    again = await Copilot("s", connection=connection).aask("go")
    assert "sent so far: 2 requests · 4 rows · 1.8 kB" in again._repr_html_()


def test_the_code_of_an_answer_is_its_last_python_block():
    text = "One:\n```python\nx = 1\n```\nTwo:\n\n~~~~py title\nif x:\n    y = '```'\n~~~~\n```sql\nSELECT 1\n```\n"
    answer = Answer(text, "s")
    assert answer.code_blocks == ["x = 1", "if x:\n    y = '```'", "SELECT 1"]
    assert answer.code == "if x:\n    y = '```'"
    assert Answer("```sql\nSELECT 1\n```", "s").code == "SELECT 1"
    assert Answer("```sql\na\n```\n```r\nb\n```", "s").code == ""
    assert Answer("no code", "s").code == ""
    assert Answer("- in a list:\n\n  ```python\n  x = 1\n    y\n  ```\n", "s").code == "x = 1\n  y"
    assert Answer("```python\nnot closed", "s").code == "not closed"


def test_an_answer_is_shown_as_safe_html():
    assert "<script>" not in Answer("<script>x</script> **b**", "s")._repr_html_()
    assert "<strong>b</strong>" in Answer("**b**", "s")._repr_html_()


def test_the_repr_of_an_answer_is_short():
    assert len(repr(Answer("word " * 500, "s"))) < 150
    assert str(Answer("all of it", "s")) == "all of it"


async def test_waiting_works_while_a_loop_runs_in_the_same_thread():
    assert asyncio.get_running_loop() is not background_loop()
    assert submit(asyncio.sleep(0, "done")).result(5) == "done"
