"""``CopilotChat``: what it knows of its session, what it lets one do, and what a saved notebook shows of it."""

import asyncio
import json
import threading

import comm
import nbformat
import pytest
from comm.base_comm import BaseComm
from executed_notebooks import execute, no_settings
from fake_server import approving, asking, failing, fake_server, waiting
from jupyter_servers import until
from kernel_client import running_kernel
from traitlets import TraitError, link

from table_copilot_jupyter import frontend
from table_copilot_jupyter.client import discovery, session_choice
from table_copilot_jupyter.client.errors import CopilotClientError, CopilotTurnError
from table_copilot_jupyter.client.loop import submit
from table_copilot_jupyter.client.session_choice import session_ids
from table_copilot_jupyter.client.worker import worker

NOTEBOOK = "/home/ada/work/penguins.ipynb"
OWN_SESSION = next(session_ids(NOTEBOOK))


class RecordingComm(BaseComm):
    """Keeps what would go to the browser."""

    def __init__(self, **options):
        self.published = []
        super().__init__(**options)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        self.published.append((msg_type, data))

    def custom(self):
        return [data["content"] for _, data in self.published if data and data.get("method") == "custom"]

    def _reply_subshell_for(self, data, default):
        return "the shell that sent last"


@pytest.fixture(scope="module")
def built_files(tmp_path_factory):
    """Files that these tests need not build."""
    folder = tmp_path_factory.mktemp("static")
    (folder / "widget.js").write_text("export default {}")
    (folder / "loader.js").write_text("export default {/* asks for it */}")
    (folder / "chat.css").write_text(".tcj {}")
    return folder


@pytest.fixture(scope="module")
def widget_class(built_files):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontend, "STATIC", built_files)
        from table_copilot_jupyter.client.widget import CopilotChat
    return CopilotChat


@pytest.fixture
async def server(monkeypatch):
    """A server, and a process that knows nothing yet but where it is."""
    monkeypatch.setattr(discovery, "_dials", {})
    monkeypatch.setattr(discovery, "_shared", {})
    monkeypatch.setattr(session_choice.notebook_session, "session_id", None)
    monkeypatch.setattr(comm, "create_comm", lambda **options: RecordingComm(**options))
    async with fake_server() as server:
        monkeypatch.setenv("TABLE_COPILOT_URL", server.url)
        monkeypatch.setenv("TABLE_COPILOT_KERNEL_ID", "k1")
        monkeypatch.setenv("JPY_SESSION_NAME", NOTEBOOK)
        yield server
        for connection in discovery._shared.values():
            await asyncio.wrap_future(submit(connection.close()))


@pytest.fixture
async def make(server, widget_class):
    """Makes chats; on a thread, for the server needs this one."""
    made = []

    async def make(*positional, **options):
        made.append(await asyncio.to_thread(widget_class, *positional, **options))
        return made[-1]

    yield make
    for chat in made:
        chat.close()


async def settled():
    assert await asyncio.to_thread(worker().drain, 10)


def contents(chat):
    return [(message["role"], message["content"]) for message in chat.messages]


# --- which session ------------------------------------------------------------------------------


async def test_without_a_name_it_is_the_notebooks_own_session(make):
    chat = await make()
    assert chat.session_id == OWN_SESSION == session_choice.notebook_session.session_id
    assert repr(chat) == f"CopilotChat(session={OWN_SESSION!r})"


async def test_it_goes_on_where_the_magic_is(make):
    session_choice.notebook_session.session_id = "what-the-magic-switched-to"
    assert (await make()).session_id == "what-the-magic-switched-to"


async def test_two_chats_without_a_name_are_one_conversation(make):
    assert (await make()).session_id == (await make()).session_id


async def test_the_browser_is_told_what_it_needs(make):
    chat = await make("s", height="300px", language="zh")
    state = {**chat.comm.published[0][1]["state"], "_epoch": chat._epoch}
    assert (state["session_id"], state["height"], state["language"]) == ("s", "300px", "zh")
    assert (state["_epoch"], state["_kernel_id"]) == ("e1", "k1")
    assert state["_chat_id"] == chat._chat_id
    assert state["_esm"] == "export default {}"
    assert not {"messages", "busy", "model"} & set(state)


async def test_the_front_ends_choice_of_a_subshell_holds(make):
    chat = await make("s")
    assert chat.comm._reply_subshell_for({}, "the front end's") == "the front end's"


async def test_a_session_that_can_not_be_opened_is_an_error(make, server):
    server.deleted.add("gone")
    with pytest.raises(CopilotTurnError, match="no session 'gone'"):
        await make("gone")


async def test_without_a_front_end_the_error_says_how_to_build_it(monkeypatch, tmp_path):
    monkeypatch.setattr(frontend, "STATIC", tmp_path)
    with pytest.raises(frontend.FrontEndNotBuilt, match="npm run build"):
        frontend.built("widget.js")


# --- what it knows of it ------------------------------------------------------------------------


async def test_asking_gives_the_answer_and_both_messages(make):
    chat = await make("s")
    answer = await asyncio.to_thread(chat.ask, "hello")
    assert (answer.text, answer.session_id) == ("You said: hello", "s")
    assert contents(chat) == [("user", "hello"), ("assistant", "You said: hello")]
    assert not chat.busy


async def test_what_was_said_before_is_there_at_once(make, server):
    first = await make("s")
    await asyncio.to_thread(first.ask, "hello")
    second = await make("s")
    assert contents(second) == contents(first) != []


async def test_what_other_surfaces_say_is_there_too(make, server):
    chat = await make("s")
    server.emit("s", "user_message", message_id="m9", content="from the panel", surface="panel")
    server.emit("s", "turn_started", turn_id="t9", message_id="m9", agent="copilot", model="m")
    await until(lambda: chat.busy)
    assert contents(chat) == [("user", "from the panel")]


async def test_it_is_busy_while_a_turn_runs(make, server):
    server.then(waiting)
    chat = await make("s")
    changes = []
    chat.observe(lambda change: changes.append(change["new"]), "busy")
    asked = asyncio.create_task(asyncio.to_thread(chat.ask, "wait"))
    await server.until(lambda: server.turns)
    await server.until(lambda: server.session("s").live)
    server.turns[0].cancelled.set()
    await asked
    assert changes == [True, False]


async def test_what_it_shows_can_not_be_set(make):
    chat = await make("s")
    for name, value in (("busy", True), ("messages", [])):
        with pytest.raises(TraitError, match="read-only"):
            setattr(chat, name, value)


async def test_callbacks_get_new_messages_of_both_sides(make):
    first = await make("s")
    await asyncio.to_thread(first.ask, "before")
    chat = await make("s")
    told = []
    chat.on_message(told.append)
    await asyncio.to_thread(chat.ask, "now")
    assert [(message["role"], message["content"]) for message in told] == [
        ("user", "now"),
        ("assistant", "You said: now"),
    ]
    chat.on_message(told.append, remove=True)
    await asyncio.to_thread(chat.ask, "later")
    assert len(told) == 2


async def test_callbacks_run_on_one_thread_that_is_neither_the_cells_nor_the_connections(make):
    chat = await make("s")
    threads = []
    chat.on_message(lambda _message: threads.append(threading.current_thread().name))
    chat.observe(lambda _change: threads.append(threading.current_thread().name), "messages")
    await asyncio.to_thread(chat.ask, "hello")
    assert set(threads) == {"table-copilot-callbacks"}


async def test_a_callback_may_ask_itself(make):
    chat, answers = await make("s"), []

    def follow_up(message):
        if message["content"] == "You said: first":
            answers.append(chat.ask("second").text)

    chat.on_message(follow_up)
    await asyncio.to_thread(chat.ask, "first")
    await settled()
    assert answers == ["You said: second"]


async def test_a_callback_that_fails_ends_nothing(make, capsys):
    chat = await make("s")
    chat.on_message(lambda message: 1 / 0)
    chat.observe(lambda change: {}["no such key"], "busy")
    assert (await asyncio.to_thread(chat.ask, "one")).text == "You said: one"
    assert (await asyncio.to_thread(chat.ask, "two")).text == "You said: two"
    assert len(chat.messages) == 4
    assert "no such key" in capsys.readouterr().err


async def test_a_log_that_was_lost_is_read_anew_and_not_told_again(make, server):
    chat, told = await make("s"), []
    await asyncio.to_thread(chat.ask, "hello")
    chat.on_message(told.append)
    kept = list(server.session("s").log)
    server.lose_log("s")
    for event in kept:
        server.session("s").seq += 1
        server.session("s").log.append({**event, "seq": server.session("s").seq})
    await server.drop()
    await asyncio.to_thread(chat.ask, "again")
    assert contents(chat)[-2:] == [("user", "again"), ("assistant", "You said: again")]
    assert len(chat.messages) == 4
    assert [message["content"] for message in told] == ["again", "You said: again"]
    await until(lambda: chat._epoch == "e1x")


# --- what one can change ------------------------------------------------------------------------


async def test_another_session_can_be_shown(make, server):
    chat = await make("one")
    await asyncio.to_thread(chat.ask, "in one")
    await asyncio.to_thread(setattr, chat, "session_id", "two")
    assert chat.messages == []
    await asyncio.to_thread(chat.ask, "in two")
    assert contents(chat)[0] == ("user", "in two")
    assert server.of_type("message")[-1]["session_id"] == "two"


async def test_the_browser_can_show_another_session_and_change_nothing_else(make, server):
    chat = await make("one")
    other = await make("two")
    await asyncio.to_thread(other.ask, "in two")
    await asyncio.to_thread(chat.set_state, {"session_id": "two", "height": "1px", "_epoch": "x", "_esm": "evil"})
    await until(lambda: contents(chat))
    assert contents(chat) == contents(other)
    assert (chat.height, chat._epoch, chat._esm) == ("480px", "e1", "export default {}")


async def test_a_session_that_is_not_there_changes_nothing(make, server):
    server.deleted.add("gone")
    chat = await make("s")
    with pytest.raises(CopilotTurnError, match="no session 'gone'"):
        await asyncio.to_thread(setattr, chat, "session_id", "gone")
    assert chat.session_id == "s"
    assert (await asyncio.to_thread(chat.ask, "hello")).text == "You said: hello"


@pytest.mark.parametrize("name", ["", "a b", "../x", "x" * 65, "表"])
async def test_what_can_not_name_a_session_is_refused(make, name):
    chat = await make("s")
    with pytest.raises(TraitError, match="can't name a session"):
        chat.session_id = name


@pytest.mark.parametrize("height", ["", "tall", "-1px", "480", "1px;position:fixed", "url(x)"])
async def test_what_is_no_height_is_refused(make, height):
    chat = await make("s", height="60.5vh")
    with pytest.raises(TraitError, match="is no height: use a CSS length"):
        chat.height = height
    assert chat.height == "60.5vh"


async def test_a_language_that_the_chat_does_not_speak_is_refused(make):
    chat = await make("s", language="zh")
    with pytest.raises(TraitError, match="'fr' is no language of the chat: use 'en', 'zh' or None"):
        chat.language = "fr"
    chat.language = None


async def test_a_refused_value_is_told_without_a_stack(make):
    with pytest.raises(TraitError) as refused:
        await make("s", height="tall")
    assert refused.value._render_traceback_() == [f"TraitError: {refused.value}"]


async def test_a_model_can_be_given_and_set(make, server):
    chat = await make("s", "kimi")
    await asyncio.to_thread(setattr, chat, "model", "qwen")
    assert [frame["model"] for frame in server.of_type("configure")] == ["kimi", "qwen"]
    assert chat.model == "qwen"


async def test_a_model_that_another_surface_chose_is_shown_and_not_set_again(make, server):
    chat = await make("s")
    server.emit("s", "session_updated", title="t", model="kimi")
    await until(lambda: chat.model == "kimi")
    assert server.of_type("configure") == []


async def test_a_models_name_is_not_blank(make):
    chat = await make("s", "kimi")
    with pytest.raises(TraitError, match="Name the model"):
        chat.model = " "
    assert chat.model == "kimi"


async def test_what_the_model_may_see_can_be_given_and_set(make, server):
    chat = await make("s", privacy="aggregates")
    assert chat.privacy == "aggregates"
    await asyncio.to_thread(setattr, chat, "privacy", "rows")
    assert [frame["privacy"] for frame in server.of_type("configure")] == ["aggregates", "rows"]
    assert chat.privacy == "rows"


async def test_what_another_surface_allowed_is_shown_and_not_set_again(make, server):
    chat = await make("s")
    assert chat.privacy == ""
    server.emit("s", "session_updated", title="t", privacy="schema")
    await until(lambda: chat.privacy == "schema")
    assert server.of_type("configure") == []


async def test_a_level_that_there_is_not_is_refused_and_those_that_there_are_named(make, server):
    with pytest.raises(TraitError, match=r"privacy='all'.*'names', 'schema', 'aggregates' or 'rows'"):
        await make("s", privacy="all")
    chat = await make("s", privacy="schema")
    for wrong in ("all", ""):
        with pytest.raises(TraitError):
            chat.privacy = wrong
    assert chat.privacy == "schema"
    assert len(server.of_type("configure")) == 1


async def test_asking_off_the_main_thread_offers_no_cell(make, server):
    chat = await make("s")
    await asyncio.to_thread(chat.ask, "from a callback's thread")
    assert "offers" not in server.of_type("message")[0]


async def test_it_can_be_linked_with_other_widgets(make, server):
    from ipywidgets import HBox, Text

    chat, field = await make("s", "kimi"), Text()
    box = HBox([chat, field])
    joined = link((chat, "model"), (field, "value"))
    assert field.value == "kimi"
    await asyncio.to_thread(setattr, field, "value", "qwen")
    assert server.of_type("configure")[-1]["model"] == "qwen"
    joined.unlink()
    box.close()
    field.close()


# --- asking -------------------------------------------------------------------------------------


async def test_asking_without_waiting_returns_at_once(make, server):
    server.then(waiting)
    chat = await make("s")
    assert await asyncio.to_thread(lambda: chat.ask("take your time", wait=False)) is None
    assert server.of_type("message")[-1]["content"] == "take your time"
    server.turns[0].cancelled.set()


async def test_a_command_may_switch_the_session(make):
    chat = await make("s")
    await asyncio.to_thread(chat.ask, "/session other")
    assert chat.session_id == "other"
    await asyncio.to_thread(lambda: chat.ask("/session third", wait=False))
    assert chat.session_id == "third"


async def test_a_turn_that_fails_is_raised(make, server):
    server.then(failing())
    chat = await make("s")
    with pytest.raises(CopilotTurnError, match=r"The model failed\. Try again\.") as error:
        await asyncio.to_thread(chat.ask, "go")
    assert error.value.partial == "Half an"


async def test_a_question_is_left_to_the_user_in_the_chat(make, server):
    server.then(asking(("Which?", ["a", "b"])))
    chat = await make("s")
    asked = asyncio.create_task(asyncio.to_thread(chat.ask, "go"))  # off the main thread no cell can be typed into
    await server.until(lambda: server.turns)
    server.turns[0].replies.put_nowait({"content": "b"})
    assert (await asked).text == "Answers: ['b']"
    assert server.of_type("answer") == []


async def test_after_its_end_it_says_so(make, server):
    chat = await make("s")
    chat.close()
    chat.close()
    with pytest.raises(CopilotClientError, match="'s' was closed"):
        await asyncio.to_thread(chat.ask, "hello")
    assert chat.comm is None
    await server.until(lambda: not server.attached)


# --- the browser's connections ------------------------------------------------------------------


async def test_the_browser_can_ask_for_the_code(make):
    channel = (await make("s")).comm
    data = {"method": "custom", "content": {"to": "copilot", "want": "code"}}
    channel.handle_msg({"content": {"data": data}, "buffers": []})
    assert channel.custom() == [{"code": "export default {}", "style": ".tcj {}"}]


async def test_the_browser_speaks_with_the_hub_through_it(make, server):
    chat = await make("s")
    channel = chat.comm
    for content in ({"open": True}, {"frame": json.dumps({"type": "ping", "request_id": "r1"})}):
        data = {"method": "custom", "content": {"to": "copilot", "connection": "c1", **content}}
        channel.handle_msg({"content": {"data": data}, "buffers": []})
    await server.until(lambda: server.of_type("ping"))
    connections = len(server.connections)
    await until(lambda: len(channel.custom()) == 2)
    opened, frames = channel.custom()
    assert opened == {"connection": "c1", "opened": True}
    assert json.loads(frames["frames"][0])["request_id"] == "r1"
    chat.close()
    await server.until(lambda: len(server.connections) < connections)


# --- in a real kernel ---------------------------------------------------------------------------


_IMPORT = "from table_copilot_jupyter import CopilotChat"


def prepared(built_files):
    """Code that has a kernel use these files."""
    lines = ("from pathlib import Path", "from table_copilot_jupyter import frontend")
    return "\n".join([*lines, f"frontend.STATIC = Path({str(built_files)!r})", _IMPORT, ""])


@pytest.fixture
async def world(tmp_path, built_files):
    async with fake_server() as server:
        environment = {"TABLE_COPILOT_URL": server.url, "TABLE_COPILOT_KERNEL_ID": "k", "JPY_SESSION_NAME": NOTEBOOK}
        async with running_kernel(tmp_path, **environment) as kernel:
            cell = await kernel.run(prepared(built_files) + "chat = CopilotChat()")
            assert cell.ok, cell.traceback
            yield server, kernel


async def test_in_a_kernel_it_is_shown_beside_its_transcript_and_stopped_and_asked(world):
    server, kernel = world
    shown = await kernel.run("chat")
    assert "tcj-static-" in shown.html
    assert "Nothing was said" in shown.html
    assert "application/vnd.jupyter.widget-view+json" in shown.result

    # the transcript is updated below the cell that showed it
    asked = await kernel.run("%load_ext table_copilot_jupyter\nx = chat.ask('hello')\nprint(x.text)", earlier=shown)
    assert asked.stdout == "You said: hello\n"
    assert "You said: hello" in shown.html
    assert server.of_type("message")[0]["offers"] == ["kernel"]

    # the magic talks in the same session
    assert (await kernel.run("_ = %copilot --quiet and this", earlier=shown)).ok
    assert await kernel.value("[m['content'] for m in chat.messages][-1]") == "'You said: and this'"

    # no input in this cell: the same error as the magic's
    server.then(asking(("Which?", ["a", "b"])))
    failed = await kernel.run("chat.ask('ask me')", earlier=shown)
    assert "CopilotTurnError: The copilot asked “Which?”, and there is no input here" in failed.traceback[0]
    assert failed.stdout == ""
    server.then(approving)
    denied = await kernel.run("print(chat.ask('run it').text)", earlier=shown)
    assert "Decided: deny" in denied.stdout

    # where the cell takes input, the chat that is shown is where to answer
    server.then(asking(("Which?", ["a", "b"])))
    turns = len(server.turns)

    async def answer_in_chat():
        await server.until(lambda: len(server.turns) > turns)
        server.turns[-1].replies.put_nowait({"content": "b"})

    answering = asyncio.create_task(answer_in_chat())
    answered = await kernel.run("print(chat.ask('ask me').text)", inputs=["never typed"], earlier=shown)
    await answering
    assert answered.stdout == "Answers: ['b']\n"
    assert answered.prompts == []

    # an interrupt stops the turn
    server.then(waiting)
    turns = len(server.turns)
    stopping = asyncio.create_task(kernel.run("chat.ask('wait')", earlier=shown))
    await server.until(lambda: len(server.turns) > turns)
    await kernel.interrupt()
    assert (await stopping).traceback == ["KeyboardInterrupt: stopped."]
    await server.until(lambda: server.turns[-1].cancelled.is_set())


async def test_where_the_chat_is_not_shown_a_question_is_asked_below_the_cell(world):
    server, kernel = world
    server.then(asking(("Which?", ["a", "b"])))
    cell = await kernel.run("print(chat.ask('ask me').text)", inputs=["2"])
    assert cell.prompts == ["Your answer (number or text): "]
    assert cell.stdout == "Which?\n  1. a\n  2. b\nAnswers: ['b']\n"
    server.then(approving)
    cell = await kernel.run("print(chat.ask('run it').text)", inputs=["once"])
    assert "Run this?" in cell.stdout
    assert "Decided: once" in cell.stdout


async def test_what_is_saved_of_it_is_in_the_language_of_the_trait_else_of_the_user(world):
    server, kernel = world
    shown = await kernel.run("chat")
    assert "Nothing was said" in shown.html
    await kernel.run("chat.ask('你好，你能做什么？')", earlier=shown)
    assert "<b>你</b>" in shown.html
    await kernel.run("chat.ask('hello')", earlier=shown)
    assert "<b>You</b>" in shown.html
    await kernel.run("chat.language = 'zh'\nchat.ask('hello again')", earlier=shown)
    assert "<b>You</b>" not in shown.html
    await kernel.run("chat.ask('/help')\nchat.ask('/help', wait=False)", earlier=shown)
    assert [frame.get("language") for frame in server.of_type("message")] == [None, None, None, "zh", "zh"]


async def test_a_question_below_the_cell_is_asked_in_the_language_of_the_message(world):
    server, kernel = world
    server.then(approving)
    cell = await kernel.run("chat.ask('运行它')", inputs=["once"])
    assert cell.prompts == ["请输入 once（运行一次）、session（本次会话都允许这段代码）或 deny（不运行）："]
    assert "助手想在你的内核中运行这段代码。\n代码：\n1/0" in cell.stdout


def test_a_notebook_that_ran_without_a_front_end_carries_the_conversation(tmp_path, built_files):
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(prepared(built_files) + "chat = CopilotChat()\nchat"),
            nbformat.v4.new_code_cell("answer = chat.ask('my name is Ada')"),
            nbformat.v4.new_code_cell("print(chat.ask('what is my name?').text)"),
        ]
    )
    with no_settings(tmp_path) as environment:
        executed = execute(notebook, environment)
    html = executed.html()
    assert html.count('<div class="tcj-static tcj-static-') == 1
    assert "my name is Ada" in html
    assert "Your name is Ada." in html
    assert "Your name is Ada." in executed.said("print(chat.ask('what is my name?').text)")
    assert "<script" not in html
    first = executed.cells[0].outputs
    assert "You: what is my name?" in first[0].data["text/plain"]
    assert "application/vnd.jupyter.widget-view+json" in first[1].data
    nbformat.validate(notebook)
    models = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"].values()
    [state] = [model["state"] for model in models if model["model_name"] == "AnyModel"]
    assert (state["_esm"], state["_css"]) == ("export default {/* asks for it */}", "")
