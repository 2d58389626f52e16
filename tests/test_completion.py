"""Tab in ``%copilot``: tables, agents, commands and levels, and nothing elsewhere."""

import time

import pytest
from fake_server import fake_server
from kernel_client import running_kernel

from table_copilot_jupyter.client import completion, discovery, explanations, kernel_side, session_choice
from table_copilot_jupyter.client.completion import Learned, offered
from table_copilot_jupyter.client.connection import Connection, SessionState
from table_copilot_jupyter.commands import COMMANDS

TABLES = [
    {"name": "penguins", "rows": 344, "column_count": 8, "level": "schema"},
    {"name": "people", "rows": 12, "column_count": 3, "level": "hidden"},
    {"name": "lazy", "rows": None, "column_count": 5, "level": "schema"},
    {"name": "_q1", "rows": 3, "column_count": 2, "level": "rows"},
]


@pytest.fixture(autouse=True)
def kernel_with_tables(monkeypatch):
    """This process's tables; and how the gate was asked."""
    asked = []

    def probe(request):
        asked.append(request["policy"])
        return {"ok": True, "value": {"items": TABLES}}

    monkeypatch.setattr(kernel_side, "run_in_this_process", probe)
    monkeypatch.setattr(completion, "learned", Learned())
    monkeypatch.setattr(discovery, "_shared", {})
    return asked


@pytest.fixture
def session(monkeypatch):
    """The notebook's session, as the server last told of it."""
    connection, state = Connection(lambda: None), SessionState(info={"privacy": "schema", "ceiling": "rows"})
    connection.sessions |= {"own": state, "other": SessionState(info={"privacy": "rows", "rules": [{"table": "x"}]})}
    monkeypatch.setattr(discovery, "known_connection", lambda: connection)
    monkeypatch.setattr(session_choice.notebook_session, "session_id", "own")
    return state


def texts(before):
    return [text for text, _ in offered(before)[1]]


@pytest.mark.parametrize(
    "before",
    [
        "%copilot what is in @pe",
        "%copilot @pe",
        "    %copilot compare it with @pe",
        "answer = %copilot --quiet @pe",
        "x = 1\n%copilot @pe",
        "%%copilot\nwhat is in\n@pe",
        "%%copilot --session a\nwhat is in @pe",
        "%%copilot what is in @pe",
        "%copilot (@pe",
    ],
)
def test_after_an_at_sign_the_tables_are_offered(before):
    assert offered(before)[0] == "@pe"
    assert texts(before) == ["@penguins", "@people"]


@pytest.mark.parametrize(
    "before",
    [
        "@pe",
        "print('@pe",
        "%timeit @pe",
        "%%bash\n%copilot @pe",
        "%copiloted @pe",
        "%copilot me@pe",
        "%copilot --model @pe ",
        "%copilot --wrong x @pe",
        "x == %copilot",
        "%copilot hello",
        "%copilot hello /pr",
    ],
)
def test_elsewhere_nothing_is_offered(before):
    assert offered(before) == ("", [])


def test_tables_come_before_agents_and_tell_their_shape():
    told = dict(offered("%copilot @")[1])
    assert list(told)[:4] == ["@penguins", "@people", "@lazy", "@_q1"]
    assert (told["@penguins"], told["@lazy"]) == ("table · 344 × 8", "table · 5 columns")
    assert told["@analyst"].startswith("agent")


def test_with_a_session_what_would_be_sent_is_told_too(session, kernel_with_tables):
    told = dict(offered("%copilot @")[1])
    assert (told["@penguins"], told["@people"]) == ("table · 344 × 8 · schema", "table · 12 × 3 · hidden")
    assert kernel_with_tables == [{"level": "schema", "ceiling": "rows", "rules": []}]


def test_the_session_that_a_line_names_counts(session, kernel_with_tables):
    offered("%copilot --session other @")
    assert kernel_with_tables == [{"level": "rows", "ceiling": "rows", "rules": [{"table": "x"}]}]


def test_after_a_slash_at_the_beginning_the_commands_are_offered():
    assert "/privacy" in texts("%copilot /pr")
    assert "/sessions" in texts("%%copilot\n/sess")


def test_each_command_is_told_in_chinese_as_its_help_tells_it():
    assert {name: command.summary[1] for name, command in COMMANDS.items()} == explanations.COMMANDS


@pytest.mark.parametrize(
    ("before", "some", "told"),
    [
        ("%copilot /privacy ", "rows", "everything, values too"),
        ("%copilot /privacy sch", "schema", "names and types"),
        ("%copilot /privacy peng", "penguins", "table · 344 × 8"),
        ("%copilot /privacy people ", "hidden", "nothing, not even its name"),
        ("%copilot /privacy people.name d", "default", "no rule"),
        ("%copilot /privacy names m", "masked", "the model is told made-up names"),
    ],
)
def test_after_privacy_its_levels_and_tables_are_offered(before, some, told):
    assert dict(offered(before)[1])[some] == told


def test_what_the_server_tells_of_its_agents_and_commands_is_offered(monkeypatch):
    completion.learned.take(
        {
            "agents": [{"name": "poet", "description": "Writes verse."}],
            "commands": [{"name": "sing", "usage": "/sing", "summary": "sings"}],
        }
    )
    assert dict(offered("%copilot @po")[1]) == {"@poet": "agent · Writes verse."}
    assert offered("%copilot /")[1] == [("/sing", "sings")]


def test_a_kernel_that_can_not_be_read_offers_what_else_there_is(monkeypatch):
    monkeypatch.setattr(kernel_side, "run_in_this_process", lambda request: {"ok": False, "error": {"message": "no"}})
    assert texts("%copilot @") == ["@analyst", "@planner"]


# --- in a kernel --------------------------------------------------------------------------------


async def complete(kernel, code):
    """(what Tab shows with its type, the code after the first choice) at the code's end."""
    reply = await kernel.client.complete(code, reply=True, timeout=20)
    content = reply["content"]
    types = {match["text"]: match["type"] for match in content["metadata"]["_jupyter_types_experimental"]}
    chosen = code[: content["cursor_start"]] + (content["matches"] or [""])[0] + code[content["cursor_end"] :]
    return types, chosen


async def test_a_kernel_completes_its_tables_at_once(tmp_path):
    async with fake_server() as server, running_kernel(tmp_path, TABLE_COPILOT_URL=server.url) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter\nimport pandas\npenguins = pandas.DataFrame({'a': [1, 2]})")
        types, chosen = await complete(kernel, "%copilot how many rows has @peng")
        assert types == {"@penguins": "table\u00a0·\u00a02\u00a0×\u00a01"}
        assert chosen == "%copilot how many rows has @penguins"
        assert server.received == []
        began = time.perf_counter()
        assert "@penguins" in (await complete(kernel, "%%copilot\nlook at @"))[0]
        assert time.perf_counter() - began < 0.5
        usual, _ = await complete(kernel, "peng")
        assert "penguins" in usual
        await kernel.run("%unload_ext table_copilot_jupyter")
        assert "@penguins" not in (await complete(kernel, "%copilot @peng"))[0]


async def test_who_spoke_chinese_reads_chinese_beside_what_tab_offers(tmp_path):
    async with fake_server() as server, running_kernel(tmp_path, TABLE_COPILOT_URL=server.url) as kernel:
        await kernel.run("%load_ext table_copilot_jupyter\nimport pandas\npenguins = pandas.DataFrame({'a': [1, 2]})")
        assert (await complete(kernel, "%copilot @peng"))[0] == {"@penguins": "table\u00a0·\u00a02\u00a0×\u00a01"}
        assert (await complete(kernel, "print(1)\n%copilot 有几行 @peng"))[0] == {
            "@penguins": "表\u00a0·\u00a02\u00a0×\u00a01"
        }
        await kernel.run("%copilot 你好")
        assert (await complete(kernel, "%copilot /privacy sch"))[0] == {"schema": "结构：名称和类型"}


async def test_after_a_message_the_servers_own_commands_are_known(tmp_path):
    async with fake_server() as server, running_kernel(tmp_path, TABLE_COPILOT_URL=server.url) as kernel:
        server.about = {"commands": [{"name": "sing", "usage": "/sing", "summary": "sings"}]}
        await kernel.run("%load_ext table_copilot_jupyter")
        await kernel.run("%copilot hello")
        await server.until(lambda: server.of_type("describe"))
        await kernel.run("%copilot hello again")
        assert (await complete(kernel, "%copilot /si"))[0] == {"/sing": "sings"}
        assert len(server.of_type("describe")) == 1
