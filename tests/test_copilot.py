"""``Copilot``: asking from Python, blocking and awaited, and what an answer holds."""

import asyncio
import re
import threading

import pandas
import pytest
from fake_server import approving, approving_to, asking, failing, fake_server, fake_server_elsewhere, querying, waiting
from fakes import ScriptedEngine, saying

from table_copilot_jupyter import Copilot
from table_copilot_jupyter.assembly import build_hub
from table_copilot_jupyter.client import kernel_side
from table_copilot_jupyter.client.answer import Answer, Number, ToolUse
from table_copilot_jupyter.client.connection import Connection
from table_copilot_jupyter.client.discovery import Endpoint
from table_copilot_jupyter.client.errors import CopilotClientError, CopilotConnectionError, CopilotTurnError
from table_copilot_jupyter.client.host import MemoryTransport
from table_copilot_jupyter.client.kernel_side import process_id
from table_copilot_jupyter.client.language import user_language
from table_copilot_jupyter.client.loop import background_loop, submit
from table_copilot_jupyter.client.websocket import dial_websocket
from table_copilot_jupyter.engine.base import ToolCallFinished, ToolCallStarted
from table_copilot_jupyter.settings import Settings


@pytest.fixture(autouse=True)
def nothing_was_said(monkeypatch):
    """No test is answered in the language of the one before."""
    monkeypatch.setattr(user_language, "_last", None)


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


@pytest.mark.parametrize("how", ["ask", "aask"])
async def test_an_answer_is_shown_in_the_language_of_its_question(server, connection, how):
    async def said(text):
        server.then(querying)
        copilot = Copilot("s", connection=connection)
        return (await (ask(copilot, text) if how == "ask" else copilot.aask(text)))._repr_html_()

    chinese, english = await said("哪个岛最重？"), await said("Which island?")
    assert "1 个数字没有依据" in chinese
    assert "1 number without evidence" in english
    await ask(Copilot("s", connection=connection), "/privacy")
    assert server.of_type("message")[-1]["language"] == "en"


async def test_an_error_for_python_code_is_english(server, connection):
    server.then(asking(("Which?", [])), failing())
    copilot = Copilot("s", connection=connection)
    for says in ("The copilot asked “Which?”", "The model failed."):
        with pytest.raises(CopilotTurnError, match=re.escape(says)) as error:
            await ask(copilot, "哪个岛最重？")
        assert error.value._render_traceback_()[0].startswith(f"CopilotTurnError: {says}")


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


# --- the kernel that asks -----------------------------------------------------------------------


@pytest.fixture
def probe(monkeypatch):
    """Operations in this process, as the test's own; each is noted."""
    ran = []

    def run(request):
        ran.append((request["op"], threading.current_thread() is threading.main_thread()))
        return {"ok": True, "value": {"model": f"{request['op']} done"}}

    monkeypatch.setattr(kernel_side, "run_in_this_process", run)
    return ran


def using(*ops):
    """A script that has operations carried out in the kernel, then says what came of them."""

    async def script(turn):
        turn.begin()
        told = []
        for op in ops:
            result = await turn.in_kernel(op)
            told.append(result["value"]["model"] if result["ok"] else result["error"]["message"])
        turn.say(", ".join(told))
        turn.finish()

    return script


async def test_a_message_offers_the_thread_that_waits_and_names_the_kernel(server, connection):
    connection.kernel_id = "k7"
    await Copilot("s", connection=connection).aask("hello")
    await ask(Copilot("s", connection=connection), "hello from a thread that can't run cells")
    connection.kernel_id = None
    await Copilot("s", connection=connection).aask("hello")
    first, second, third = server.of_type("message")
    assert (first["kernel_id"], first["offers"]) == ("k7", ["kernel"])
    assert "offers" not in second
    assert third["kernel_id"] == process_id()


async def test_kernel_requests_run_on_the_callers_thread_and_are_no_events(server, connection, probe):
    server.then(using("tables", "query"), using("run"))
    copilot = Copilot("s", connection=connection)
    assert (await copilot.aask("go")).text == "tables done, query done"
    kinds = [event["type"] async for event in copilot.stream("go")]
    assert probe == [("tables", True), ("query", True), ("run", True)]
    assert kinds == ["user_message", "turn_started", "message", "turn_finished"]


async def test_kernel_requests_run_while_the_caller_of_a_stream_is_busy_with_an_event(server, connection, probe):
    server.then(using("query"))
    async for event in Copilot("s", connection=connection).stream("go"):
        if event["type"] == "turn_started":
            await server.until(lambda: server.of_type("kernel_result"))
    assert probe == [("query", True)]


async def test_requests_of_another_session_are_left_alone(server, connection, probe):
    async def script(turn):
        turn.begin()
        turn.session_id = "other"
        turn.ask_kernel("query")
        turn.session_id = "s"
        turn.say("Done.")
        turn.finish()

    server.session("other")
    server.then(script)
    await asyncio.wrap_future(submit(connection.attach("other")))
    await Copilot("s", connection=connection).aask("go")
    assert probe == []


async def test_a_request_that_outlives_its_turn_is_dropped(server, connection, monkeypatch):
    began, cancelled = threading.Event(), threading.Event()

    def slow(request):
        if request["op"] == "cancel":
            cancelled.set()
        else:
            began.set()
            assert cancelled.wait(10)
        return {"ok": True, "value": {"model": "late"}}

    monkeypatch.setattr(kernel_side, "run_in_this_process", slow)

    async def script(turn):
        turn.begin()
        turn.ask_kernel("query")
        await asyncio.to_thread(began.wait, 10)
        turn.finish("limit")

    async with fake_server_elsewhere(script) as url:
        other = Connection(dial_websocket(Endpoint(url)))
        answer = await Copilot("s", connection=other).aask("go")
        await asyncio.wrap_future(submit(other.close()))
    assert answer.reason == "limit"
    assert cancelled.is_set()


# --- privacy ------------------------------------------------------------------------------------


async def test_privacy_and_names_are_chosen_once_before_the_first_message(server, connection):
    copilot = Copilot("s", "kimi", privacy="aggregates", names="masked", connection=connection)
    await copilot.aask("a")
    await copilot.aask("b")
    (frame,) = server.of_type("configure")
    assert (frame["model"], frame["privacy"], frame["names"]) == ("kimi", "aggregates", "masked")
    kinds = [frame["type"] for frame in server.received]
    assert kinds.index("configure") < kinds.index("message")


@pytest.mark.parametrize(("wrong", "told"), [({"privacy": "all"}, "'rows'"), ({"names": "hidden"}, "'masked'")])
def test_a_level_that_there_is_not_is_refused_with_those_that_there_are(wrong, told):
    with pytest.raises(ValueError, match=told) as error:
        Copilot("s", **wrong)
    assert repr(next(iter(wrong.values()))) in str(error.value)


@pytest.mark.parametrize("how", ["ask", "aask"])
@pytest.mark.parametrize(
    ("tool", "arguments", "option"),
    [
        ("share_data", {"level": "rows", "what": "3 rows"}, 'privacy="rows"'),
        ("share_data", {"level": "aggregates", "what": "a mean"}, 'privacy="aggregates"'),
        ("run_code", {"code": "1"}, "on_approval="),
    ],
)
async def test_without_a_callback_the_denial_names_the_option(server, connection, how, tool, arguments, option):
    server.then(approving_to(tool, arguments))
    copilot = Copilot("s", connection=connection)
    await (ask(copilot, "go") if how == "ask" else copilot.aask("go"))
    (frame,) = server.of_type("decide")
    assert frame["decision"] == "deny"
    assert option in frame["note"]


# --- results ------------------------------------------------------------------------------------


async def test_an_answer_holds_its_results_and_the_evidence_for_its_numbers(server, connection):
    server.then(querying)
    answer = await Copilot("s", connection=connection).aask("How heavy?")
    assert answer.text == "Biscoe: 4716 g [q1], of 42."
    result = answer.results["q1"]
    assert (result.sql, result.variable) == ("SELECT island, avg(mass) FROM penguins GROUP BY 1", "_q1")
    assert (result.columns, result.rows[0]) == (["island", "mass"], ["Biscoe", 4716.0])
    assert answer.evidence == [Number("4716", "q1"), Number("42", None)]


async def test_a_command_may_be_answered_by_a_turn(server, connection):
    server.commands_as_messages.add("/fix")
    copilot = Copilot("s", connection=connection)
    answer = await copilot.aask("/fix")
    assert (answer.text, answer.reason) == ("You said: /fix", "complete")
    assert (await ask(copilot, "/fix")).text == "You said: /fix"


# --- with the real hub and the real probe -------------------------------------------------------


@pytest.fixture
async def real_hub(tmp_path):
    """A hub on the background loop that follows scripts, and a connection to it."""
    hubs, engine = [], ScriptedEngine()

    async def dial():
        if not hubs:
            folders = {"data_dir": tmp_path, "config_dir": tmp_path / "config"}
            hubs.append(build_hub(Settings(timezone="UTC"), engine=engine, **folders))
            await hubs[0].start()
        transport = MemoryTransport()
        transport.open(hubs[0], "ada")
        return transport

    connection = Connection(dial)
    yield engine, connection
    await asyncio.wrap_future(submit(connection.close()))
    await asyncio.wrap_future(submit(hubs[0].stop()))


def querying_for_real(sql):
    async def script(request, emit):
        call_id = f"{request.turn_id}-c"
        emit(ToolCallStarted(call_id, f"{request.turn_id}-m", "query_table", {"sql": sql}, "analyst"))
        context = request.tool_context(call_id, "analyst", request.model)
        value = await context.workspace.call("query", {"sql": sql, "number": 1}, timeout_s=20)
        context.output(value["user"])
        emit(ToolCallFinished(call_id, True, value["model"], 1))
        return await saying("There are 2 of them [q1].")(request, emit)

    return script


async def test_a_query_of_a_turn_reads_the_tables_of_the_caller(real_hub, monkeypatch):
    engine, connection = real_hub
    variables = {"penguins": pandas.DataFrame({"island": ["Biscoe", "Dream", "Biscoe"], "mass": [1.0, 2.0, 3.0]})}
    monkeypatch.setattr(kernel_side, "user_namespace", lambda: variables)
    engine.then(querying_for_real("SELECT island, count(*) AS n FROM penguins GROUP BY 1 ORDER BY 2"))
    answer = await Copilot("s", privacy="rows", connection=connection).aask("How many on each island?")
    result = answer.results["q1"]
    assert (result.columns, result.rows) == (["island", "n"], [["Dream", 1], ["Biscoe", 2]])
    assert len(variables[result.variable]) == 2
    assert [number for number in answer.evidence if number.ref] == [Number("2", "q1")]
    assert "penguins 3 × 2" in answer._repr_html_()
