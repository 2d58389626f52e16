"""``%copilot`` in a real kernel, against a server that follows a script."""

import asyncio
import re

import pytest
import pytest_asyncio
from fake_server import approving, approving_to, asking, failing, fake_server, querying, waiting
from kernel_client import running_kernel

from table_copilot_jupyter.client.magic import message_of
from table_copilot_jupyter.client.mime import TABLE
from table_copilot_jupyter.client.options import Options
from table_copilot_jupyter.client.session_choice import notebook_identity, session_ids

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOTEBOOK = "/home/ada/work/penguins.ipynb"
OWN_SESSION = next(session_ids(NOTEBOOK))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def world(tmp_path_factory):
    async with fake_server() as server:
        environment = {
            "TABLE_COPILOT_URL": server.url,
            "TABLE_COPILOT_TOKEN": "tc_test",
            "TABLE_COPILOT_KERNEL_ID": "k",
        }
        async with running_kernel(
            tmp_path_factory.mktemp("kernel"), JPY_SESSION_NAME=NOTEBOOK, **environment
        ) as kernel:
            assert (await kernel.run("%load_ext table_copilot_jupyter")).ok
            yield server, kernel


@pytest.fixture
def server(world):
    server = world[0]
    server.scripts.clear()
    server.received.clear()
    return server


@pytest.fixture
def kernel(world):
    return world[1]


def sent(server):
    """The content of the last message."""
    return server.of_type("message")[-1]["content"]


async def test_loading_is_fast_and_imports_nothing_heavy(tmp_path):
    async with running_kernel(tmp_path) as kernel:
        cell = await kernel.run(
            "import sys, time\nbegan = time.perf_counter()\n%load_ext table_copilot_jupyter\n"
            "print(time.perf_counter() - began)\n"
            "print([m for m in ('websockets', 'markdown_it', 'pydantic', 'nh3', 'autogen_core') if m in sys.modules])"
        )
        elapsed, modules = cell.stdout.split("\n")[:2]
        assert float(elapsed) < 0.5
        assert modules == "[]"


@pytest.mark.parametrize(
    "prompt",
    [
        "what is in df?",
        "what is in df??",
        "df 里有什么？",
        "df 里有什么?",
        "it's {x} {{y}} $HOME ${PATH}",
        "print({'a': 1})",
        'she said "no',
        "C:\\new\\table \\n",
        "a # b ; c",
        "((('''",
        "-- --quiet",
    ],
)
async def test_the_message_arrives_as_it_was_typed(server, kernel, prompt):
    expected = prompt.removeprefix("-- ")
    assert (await kernel.run(f"%copilot {prompt}")).ok
    assert sent(server) == expected
    assert (await kernel.run(f"for _ in range(1):\n    answer = %copilot {prompt}")).ok
    assert sent(server) == expected
    assert await kernel.value("answer.text") == repr(f"You said: {expected}")
    assert (await kernel.run(f"%%copilot\n{prompt}\n  second line?")).ok
    assert sent(server) == f"{prompt}\n  second line?"


async def test_a_bare_line_shows_the_answer_once_and_leaves_no_out(server, kernel):
    cell = await kernel.run("%copilot hello")
    assert cell.result is None
    assert cell.html.count("You said: hello") == 1
    assert cell.plain.startswith("You said: hello")


async def test_an_answer_can_be_taken_and_is_shown_again_only_in_another_cell(server, kernel):
    cell = await kernel.run("answer = %copilot hello\nanswer")
    assert cell.html.count("You said: hello") == 1
    cell = await kernel.run("print(answer is _copilot)\n_copilot")
    assert cell.stdout == "True\n"
    assert cell.html.count("You said: hello") == 1


async def test_quiet_shows_nothing_and_returns_the_answer(server, kernel):
    cell = await kernel.run("answer = %copilot --quiet hello\nprint(answer)")
    assert (cell.displays, cell.stdout) == ({}, "You said: hello\n")
    cell = await kernel.run("%copilot --quiet hello")
    assert (cell.displays, cell.result) == ({}, None)


async def test_the_notebook_has_its_own_session_and_the_kernel_its_id(server, tmp_path):
    environment = {"TABLE_COPILOT_URL": server.url, "TABLE_COPILOT_KERNEL_ID": "k", "JPY_SESSION_NAME": NOTEBOOK}
    async with running_kernel(tmp_path, **environment) as fresh:
        await fresh.run("%load_ext table_copilot_jupyter")
        await fresh.run("%copilot hello")
    frame = server.of_type("attach")[-1]
    assert (frame["session_id"], frame["kernel_id"], frame["surface"]) == (OWN_SESSION, "k", "magic")
    assert server.of_type("message")[-1]["session_id"] == OWN_SESSION


async def test_a_session_can_be_named_for_one_message(server, kernel):
    await kernel.run("%copilot --session other-1 hello")
    assert server.of_type("message")[-1]["session_id"] == "other-1"
    await kernel.run("%copilot hello")
    assert server.of_type("message")[-1]["session_id"] == OWN_SESSION


async def test_a_model_is_set_for_the_session(server, kernel):
    await kernel.run("%copilot --model kimi hello")
    assert server.of_type("configure")[-1]["model"] == "kimi"


async def test_a_command_is_answered_and_may_switch_the_session(server, kernel):
    cell = await kernel.run("%copilot /help")
    assert "<th" in cell.html
    await kernel.run("%copilot /session elsewhere")
    await kernel.run("%copilot hello")
    assert server.of_type("message")[-1]["session_id"] == "elsewhere"
    await kernel.run(f"%copilot /session {OWN_SESSION}")


async def test_an_unknown_option_fails_the_cell_and_is_named(server, kernel):
    cell = await kernel.run("%copilot --verbose hello")
    assert cell.reply["ename"] == "UsageError"
    assert "--verbose" in cell.stderr
    assert server.of_type("message") == []


async def test_an_empty_line_shows_how_to_use_it(server, kernel):
    assert "%copilot --help" in (await kernel.run("%copilot")).stdout
    assert "--answer TEXT" in (await kernel.run("%copilot --help")).stdout
    assert "%copilot --help" in (await kernel.run("%%copilot\n\n")).stdout


async def test_an_error_fails_the_cell_and_keeps_the_partial_answer(server, kernel):
    server.then(failing())
    cell = await kernel.run("%copilot hello")
    assert not cell.ok
    assert cell.traceback == ["CopilotTurnError: The model failed."]
    assert cell.html.count("Try again.") == 1
    assert "Half an" in cell.html
    assert "The model failed." in cell.html
    server.then(failing())
    cell = await kernel.run(
        "from table_copilot_jupyter.client.errors import CopilotTurnError\n"
        "try:\n    %copilot hello\nexcept CopilotTurnError as error:\n    print(error.code, error.partial)"
    )
    assert cell.stdout == "model_error Half an\n"


def interrupting(kernel):
    """What a cell shows "so far" is answered by one interrupt."""
    interrupted = []

    async def interrupt(cell):
        if "so far" in cell.html and not interrupted:
            interrupted.append(True)
            await kernel.interrupt()

    return interrupt


async def test_an_interrupt_stops_the_turn_and_the_kernel_stays_usable(server, kernel):
    server.then(waiting)
    cell = await kernel.run("%copilot hello\nprint('not reached')", on_display=interrupting(kernel))
    assert cell.reply["ename"] == "KeyboardInterrupt"
    assert cell.traceback == ["KeyboardInterrupt: stopped."]
    assert cell.stdout == ""
    assert "so far" in cell.html
    assert "Stopped." in cell.html
    assert server.of_type("cancel")[0]["message_id"] == server.of_type("message")[-1]["message_id"]
    assert (await kernel.run("%copilot and now?")).ok


async def test_a_turn_that_another_surface_stops_says_so(server, kernel):
    server.then(waiting)

    async def stop(cell):
        server.turns[-1].cancelled.set()

    cell = await kernel.run("answer = %copilot hello\nprint(answer.reason)", on_display=stop)
    assert cell.ok
    assert cell.stdout == "cancelled\n"
    assert "Stopped." in cell.html


async def test_a_question_is_asked_in_the_cell(server, kernel):
    server.then(asking(("Which island?", ["Biscoe", "Dream"]), ("Why?", [])))
    cell = await kernel.run("%copilot hello", inputs=["", "2", "because {it's}"])
    assert [prompt[:11] for prompt in cell.prompts] == ["Your answer"] * 3
    assert "Which island? → Dream" in cell.html
    assert "because {it&#x27;s}" in cell.html


async def test_answers_given_in_advance_come_first(server, kernel):
    server.then(asking(("Which?", ["a", "b"]), ("Why?", [])))
    cell = await kernel.run('%copilot --answer a --answer "it\'s so" hello')
    assert cell.ok
    assert [frame["content"] for frame in server.of_type("answer")] == ["a", "it's so"]


async def test_without_input_a_question_fails_the_cell_and_names_the_option(server, kernel):
    server.then(asking(("Which?", ["a", "b"])))
    cell = await kernel.run("%copilot hello")
    assert not cell.ok
    assert "--answer" in "\n".join(cell.traceback)
    assert server.of_type("cancel")
    assert (await kernel.run("%copilot and now?")).ok


async def test_a_question_that_another_surface_answers_is_given_up_quietly(server, kernel):
    server.then(asking(("Which?", ["a", "b"])))

    async def answer_elsewhere(prompt):
        server.turns[-1].replies.put_nowait({"content": "b"})

    cell = await kernel.run("%copilot hello\nprint('went on')", on_input=answer_elsewhere)
    assert cell.ok, cell.traceback
    assert cell.stdout == "went on\n"
    assert "Which? → b" in cell.html
    assert server.of_type("answer") == []


async def test_an_interrupt_while_a_question_is_open_stops_the_turn(server, kernel):
    server.then(asking(("Which?", [])))

    async def interrupt(prompt):
        await kernel.interrupt()

    cell = await kernel.run("%copilot hello", on_input=interrupt)
    assert cell.reply["ename"] == "KeyboardInterrupt"
    assert server.of_type("cancel")


async def test_an_approval_takes_one_of_three_words_only(server, kernel):
    server.then(approving)
    cell = await kernel.run("%copilot hello", inputs=["", "yes", "y", "once please", " Once "])
    assert cell.prompts == ["Type once, session or deny: "] * 5
    assert "Decided: once (None)" in cell.html
    assert [frame["decision"] for frame in server.of_type("decide")] == ["once"]


async def test_without_input_an_approval_is_denied_at_once(server, kernel):
    server.then(approving)
    cell = await kernel.run("%copilot --answer once hello")
    assert cell.ok
    assert "Decided: deny (The cell ran where it can’t take input." in cell.html.replace("&#x27;", "’").replace(
        "'", "’"
    )


CONSENT = {
    "level": "rows",
    "rows": 3,
    "columns": 2,
    "what": "3 rows of q1: 2 columns, 1 of text",
    "preview": "island,mass\nBiscoe,4716",
    "model": "kimi-k2.5",
    "host": "openrouter.ai",
}


@pytest.mark.parametrize(
    ("typed", "decided", "told"),
    [
        (["once"], "once", "allowed once"),
        (["Session "], "session", "allowed in this session"),
        ([""], "deny", "not allowed"),
        (["yes", "no"], "deny", "not allowed"),
    ],
)
async def test_data_leaves_only_after_a_word_that_says_so(server, kernel, typed, decided, told):
    server.then(approving_to("share_data", CONSENT, f"The model asks to see {CONSENT['what']}."))
    shown = []

    async def look(cell):
        shown.append(cell.html)

    cell = await kernel.run("%copilot hello", inputs=typed, on_display=look)
    assert cell.prompts == ["Send it? Type once, session or no (no): "] * len(typed)
    (open_card,) = [html for html in shown if "Exactly what would be sent" in html][:1]
    assert "It would go to kimi-k2.5 on openrouter.ai." in open_card
    assert "island,mass\nBiscoe,4716</pre>" in open_card
    assert [frame["decision"] for frame in server.of_type("decide")] == [decided]
    assert f"Show the model 3 rows of q1: 2 columns, 1 of text: {told}" in cell.html


async def test_only_the_decisions_that_are_open_can_be_typed(server, kernel):
    server.then(approving_to("run_code", {"code": "1/0"}, options=["once", "deny"]))
    cell = await kernel.run("%copilot hello", inputs=["session", "once"])
    assert cell.prompts == ["Type once or deny: "] * 2


@pytest.mark.parametrize(
    ("tool", "arguments", "option"),
    [("share_data", CONSENT, "%copilot /privacy rows"), ("run_code", {"code": "1/0"}, "Copilot(on_approval=…)")],
)
async def test_without_input_the_denial_names_the_option_and_is_shown(server, kernel, tool, arguments, option):
    server.then(approving_to(tool, arguments))
    cell = await kernel.run("%copilot hello")
    assert cell.ok
    (frame,) = server.of_type("decide")
    assert frame["decision"] == "deny"
    assert option in frame["note"]
    assert option in cell.plain


# --- the kernel that waits ----------------------------------------------------------------------

PROBE = """
import threading, time
from table_copilot_jupyter.client import kernel_side
def probe(request):
    if request["op"] == "run":
        exec(request["arguments"]["code"], get_ipython().user_ns)
    main = threading.current_thread() is threading.main_thread()
    return {"ok": True, "value": {"model": f"{request['op']} on {'the main' if main else 'another'} thread"}}
usual, kernel_side.run_in_this_process = kernel_side.run_in_this_process, probe
"""


@pytest_asyncio.fixture(loop_scope="module")
async def probe(kernel):
    """The operations of these tests, in the kernel."""
    assert (await kernel.run(PROBE)).ok
    yield
    assert (await kernel.run("kernel_side.run_in_this_process = usual")).ok


def running(code):
    """A script that has code run in the kernel, and says what came of it."""

    async def script(turn):
        turn.begin()
        result = asyncio.ensure_future(turn.in_kernel("run", code=code))
        cancelled = asyncio.ensure_future(turn.cancelled.wait())
        await asyncio.wait([result, cancelled], return_when=asyncio.FIRST_COMPLETED)
        complete = result.done() and result.result()["ok"]
        if complete:
            turn.say(result.result()["value"]["model"])
        turn.finish("complete" if complete else "cancelled")
        for pending in (result, cancelled):
            pending.cancel()

    return script


@pytest.mark.usefixtures("probe")
async def test_the_cell_that_waits_runs_what_the_turn_needs_in_its_kernel(server, kernel):
    server.then(running("found = threading.current_thread().name"))
    cell = await kernel.run("%copilot hello\nprint(found)")
    assert "run on the main thread" in cell.html
    assert cell.stdout == "MainThread\n"
    message = server.of_type("message")[-1]
    assert (message["kernel_id"], message["offers"]) == ("k", ["kernel"])


async def test_the_tables_of_the_cell_are_found_by_the_kernels_own_probe(server, kernel):
    async def script(turn):
        turn.begin()
        result = await turn.in_kernel("tables")
        turn.say(
            ", ".join(f"{item['name']} {item['rows']} × {item['column_count']}" for item in result["value"]["items"])
        )
        turn.finish()

    server.then(script)
    cell = await kernel.run("import pandas\npenguins = pandas.DataFrame({'a': [1, 2]})\n%copilot what is there?")
    assert cell.plain.startswith("penguins 2 × 1\n")


ENDLESS = "from IPython.display import HTML\ndisplay(HTML('begun'))\nthreading.Event().wait()"


@pytest.mark.usefixtures("probe")
@pytest.mark.parametrize("how", ["%copilot hello", "Copilot('s').ask('hello')", "await Copilot('s').aask('hello')"])
async def test_an_interrupt_while_code_runs_for_the_turn_stops_both(server, kernel, how):
    server.then(running(ENDLESS))

    async def interrupt(cell):
        if "begun" in cell.html and not interrupted:
            interrupted.append(True)
            await kernel.interrupt()

    interrupted = []
    code = f"from table_copilot_jupyter import Copilot\n{how}\nprint('not reached')"
    cell = await kernel.run(code, on_display=interrupt)
    assert not cell.ok
    assert cell.stdout == ""
    await server.until(lambda: server.of_type("cancel"))
    assert (await kernel.run("print('usable')")).stdout == "usable\n"


@pytest.mark.usefixtures("probe")
async def test_a_stop_elsewhere_while_code_runs_for_the_turn_ends_the_cell_quietly(server, kernel):
    server.then(running(ENDLESS))

    async def stop(cell):
        if "begun" in cell.html:
            server.turns[-1].cancelled.set()

    cell = await kernel.run("answer = %copilot hello\nprint(answer.reason)", on_display=stop)
    assert cell.ok, cell.traceback
    assert cell.stdout == "cancelled\n"


# --- the user's language ------------------------------------------------------------------------

CHINESE = "哪个岛的企鹅最重？"


def read(cell):
    """All that a notebook shows of a cell, as text."""
    return re.sub(r"<[^>]*>", " ", cell.html)


async def test_around_the_answer_to_a_chinese_prompt_all_is_chinese(server, kernel):
    server.then(querying)
    cell = await kernel.run(f"%copilot {CHINESE}")
    for shown in (read(cell), cell.plain):
        assert "q1 · 3 行 · 12 毫秒" in shown
        assert "1 个数字没有依据：42" in shown
        assert "q1：" in shown
    assert not {"ms", "without", "cell"} & set(re.findall(r"[A-Za-z]+", read(cell) + cell.plain))
    server.then(querying)
    cell = await kernel.run("%copilot which island?")
    assert "q1 · 3 rows · 12 ms" in cell.plain
    assert "1 number without evidence: 42" in read(cell)
    assert not re.search("[\u4e00-\u9fff]", cell.html + cell.plain)


async def test_a_command_is_sent_with_the_language_of_the_prompt_before_it(server, kernel):
    await kernel.run(f"%copilot {CHINESE}")
    assert "language" not in server.of_type("message")[-1]
    await kernel.run("%copilot /privacy")
    assert server.of_type("message")[-1]["language"] == "zh"
    await kernel.run("%copilot which island?")
    await kernel.run("%copilot /privacy")
    assert server.of_type("message")[-1]["language"] == "en"


async def test_a_command_is_sent_with_the_language_of_the_environment_before_anything_was_said(server, tmp_path):
    environment = {"TABLE_COPILOT_URL": server.url, "JPY_SESSION_NAME": "/n.ipynb", "LANGUAGE": "zh_CN"}
    async with running_kernel(tmp_path, **environment) as fresh:
        await fresh.run("%load_ext table_copilot_jupyter")
        await fresh.run("%copilot /privacy")
        assert server.of_type("message")[-1]["language"] == "zh"
        assert "%copilot 我的" in (await fresh.run("%copilot")).stdout


async def test_what_the_environment_sets_holds_for_every_prompt(server, tmp_path):
    environment = {"TABLE_COPILOT_URL": server.url, "JPY_SESSION_NAME": "/n.ipynb", "TABLE_COPILOT_LANGUAGE": "en"}
    server.then(querying)
    async with running_kernel(tmp_path, **environment) as fresh:
        await fresh.run("%load_ext table_copilot_jupyter")
        cell = await fresh.run(f"%copilot {CHINESE}")
        assert "q1 · 3 rows · 12 ms" in cell.plain
        assert not re.search("[\u4e00-\u9fff]", cell.html + cell.plain)
        await fresh.run("%copilot /privacy")
        assert server.of_type("message")[-1]["language"] == "en"


async def test_what_fails_is_told_in_the_language_of_the_prompt(server, kernel):
    server.then(failing())
    cell = await kernel.run(f"%copilot {CHINESE}")
    assert cell.traceback == ["CopilotTurnError: 模型出错了：The model failed."]
    assert "模型出错了：The model failed." in cell.html
    server.then(asking(("Ω", [])))
    cell = await kernel.run(f"%copilot {CHINESE}")
    assert cell.traceback[0] == "CopilotTurnError: 助手问“Ω”，而这里不能输入回答。"
    cell = await kernel.run(f"%copilot --verbose {CHINESE}")
    assert "没有 --verbose 这个选项" in cell.stderr


async def test_an_interrupt_is_told_in_the_language_of_the_prompt(server, kernel):
    server.then(waiting)
    cell = await kernel.run(f"%copilot {CHINESE}", on_display=interrupting(kernel))
    assert cell.traceback == ["KeyboardInterrupt: 已停止。"]
    assert "已停止。" in cell.html


async def test_a_consent_is_asked_for_in_the_language_of_the_prompt_and_given_in_the_same_words(server, kernel):
    server.then(approving_to("share_data", CONSENT))
    shown = []

    async def look(cell):
        shown.append(cell.html)

    cell = await kernel.run(f"%copilot {CHINESE}", inputs=["once"], on_display=look)
    asked = "要发送吗？请输入 once（仅此一次）、session（本次会话）或 no（不发送）；直接回车就是不发送："
    assert cell.prompts == [asked]
    (open_card,) = [html for html in shown if "将要发送的原文" in html and "openrouter.ai" in html][:1]
    assert "模型想看 q1 的 3 行（2 列，其中 1 列是文字）。" in open_card
    assert "将发给 openrouter.ai 上的 kimi-k2.5。" in open_card
    assert [frame["decision"] for frame in server.of_type("decide")] == ["once"]
    assert "模型想看 q1 的 3 行（2 列，其中 1 列是文字）：看了一次" in cell.html


async def test_the_refusal_is_told_to_the_model_in_english_and_to_the_user_in_their_language(server, kernel):
    server.then(approving_to("share_data", CONSENT))
    cell = await kernel.run(f"%copilot {CHINESE}")
    (frame,) = server.of_type("decide")
    assert frame["note"] == "The cell ran where it can't take input. To allow it, run: %copilot /privacy rows"
    assert "单元格运行的地方不能输入。想允许的话，请运行：%copilot /privacy rows" in cell.plain


# --- results ------------------------------------------------------------------------------------


async def test_a_result_is_shown_once_between_the_call_and_the_answer(server, kernel):
    server.then(querying)
    cell = await kernel.run("%copilot hello")
    first, table, last = cell.displays.values()
    assert "q1 · 3 rows · 12 ms" in first["text/plain"]
    assert "Biscoe" not in first["text/html"]
    assert table[TABLE]["rows"][0] == ["Biscoe", 4716.0]
    assert "<td" in table["text/html"]
    assert "Biscoe  4716.0" in table["text/plain"]
    assert "4716 g" in last["text/html"]
    assert cell.html.count("<table") == 1


async def test_an_answer_longer_than_one_output_is_whole(server, kernel):
    async def long(turn):
        turn.begin()
        text = "".join(f"Paragraph {number}: {'word ' * 50}\n\n" for number in range(300))
        for start in range(0, len(text), 5000):
            turn.stream(text[start : start + 5000])
        turn.say(text)
        turn.finish()

    server.then(long)
    cell = await kernel.run("%copilot hello")
    assert len(cell.displays) > 3
    assert all(f"Paragraph {number}:" in cell.html for number in range(300))
    assert cell.updates < 40


async def test_a_lost_connection_in_mid_turn_is_not_seen_in_the_answer(server, kernel):
    server.then(waiting)
    dropped = []

    async def drop(cell):
        if "so far" in cell.html and not dropped:
            dropped.append(True)
            await server.drop()
            server.turns[-1].cancelled.set()

    cell = await kernel.run("answer = %copilot hello\nprint(answer.text)", on_display=drop)
    assert cell.stdout == "so far\n"
    assert "Reconnecting" not in cell.html


async def test_a_deleted_session_is_followed_by_a_new_one(server, kernel, tmp_path):
    server.deleted.add("nb-deleted")
    environment = {"TABLE_COPILOT_URL": server.url, "JPY_SESSION_NAME": "/other.ipynb"}
    first, second = list(session_ids("/other.ipynb"))[:2]
    server.deleted.add(first)
    async with running_kernel(tmp_path, **environment) as fresh:
        await fresh.run("%load_ext table_copilot_jupyter")
        assert (await fresh.run("%copilot hello")).ok
        assert server.of_type("message")[-1]["session_id"] == second == f"{first}-2"
        server.emit(second, "session_deleted")
        server.deleted.add(second)
        assert (await fresh.run("%copilot --session other the kernel knows of it when this is answered")).ok
        assert (await fresh.run("%copilot hello again")).ok
    assert server.of_type("message")[-1]["session_id"] == f"{first}-3"


async def test_unloading_takes_all_back(server, kernel):
    assert (await kernel.run("%unload_ext table_copilot_jupyter")).ok
    cell = await kernel.run("%copilot hello")
    assert not cell.ok
    assert server.of_type("message") == []
    assert (await kernel.run("%load_ext table_copilot_jupyter")).ok
    assert (await kernel.run("%copilot hello?")).ok
    assert sent(server) == "hello?"


async def test_a_server_that_refuses_is_explained(server, kernel, tmp_path):
    environment = {"TABLE_COPILOT_URL": server.url.replace("127.0.0.1", "localhost"), "JPY_SESSION_NAME": "/n.ipynb"}
    server.refuse_status = 403
    async with running_kernel(tmp_path, **environment) as fresh:
        await fresh.run("%load_ext table_copilot_jupyter")
        cell = await fresh.run("%copilot hello")
    server.refuse_status = None
    assert cell.traceback[0].startswith("CopilotConnectionError: The Jupyter server at ws://localhost")
    assert cell.traceback[1] == "Restart the kernel: it gets a new token."


async def test_a_notebook_keeps_its_session_and_a_kernel_without_one_gets_another():
    assert next(session_ids("/a.ipynb")) == next(session_ids("/a.ipynb"))
    assert next(session_ids("/a.ipynb")) != next(session_ids("/b.ipynb"))
    assert next(session_ids(None)) != next(session_ids(None))
    assert notebook_identity({"JPY_SESSION_NAME": "/a.ipynb"}, {"__vsc_ipynb_file__": "/b.ipynb"}) == "/a.ipynb"
    assert notebook_identity({}, {"__vsc_ipynb_file__": "/b.ipynb"}) == "/b.ipynb"
    assert notebook_identity({}, {}) is None


async def test_text_on_the_first_line_of_a_cell_comes_before_its_body():
    assert message_of(Options(prompt="first"), "second\n") == "first\nsecond"
    assert message_of(Options(), "\n  body\n\n") == "  body"
    assert message_of(Options(prompt=" as typed "), None) == " as typed "
