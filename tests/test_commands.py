"""The slash commands: one table for every surface."""

import json
import re

import pytest
from fakes import Client, ScriptedEngine
from hubs import running_hub

from table_copilot_jupyter.commands import COMMANDS
from table_copilot_jupyter.store.base import ReceiptRow
from table_copilot_jupyter.store.receipts import pack


@pytest.fixture
async def client(tmp_path):
    async with running_hub(tmp_path, ScriptedEngine()) as hub:
        client = Client(hub)
        await client.attach("s")
        await client.say("s", "hello", "m1")
        await client.got("session_updated")
        yield client


async def run(client, line):
    reply = await client.ask("message", session_id="s", content=line, message_id=f"c{len(client.frames)}")
    assert reply["type"] == "notice", reply
    return reply


async def refused(client, line):
    reply = await client.ask("message", session_id="s", content=line, message_id=f"c{len(client.frames)}")
    assert reply["type"] == "error", reply
    return f"{reply['message']} {reply['hint']}"


async def test_help_lists_every_command(client):
    assert re.findall(r"`/(\w+)", (await run(client, "/help"))["content"])[: len(COMMANDS)] == list(COMMANDS)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/status", "messages"),
        ("/session", "`s`"),
        ("/sessions", "(this one)"),
        ("/history", "**You**: hello"),
        ("/history 1", "**copilot**: You said: hello"),
        ("/model", "offline"),
        ("/model offline", "is `offline` now"),
        ("/agents", "`@planner`"),
        ("/todos", "No todos yet"),
        ("/reminders", "No reminders are set"),
        ("/tools", "`todo_manager`"),
        ("/export", "You said: hello"),
        ("/export json", '"format"'),
        ("/HELP", "/help"),
    ],
)
async def test_a_command_answers(client, line, says):
    assert says in (await run(client, line))["content"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("/nonsense", "no command '/nonsense'"),
        ("/", "no command"),
        ("/history many", "'many' is not a number"),
        ("/session nowhere", "no session 'nowhere'"),
        ("/export pdf", "'pdf' is not an export format"),
        ("/approve x", "'once' or 'session'"),
        ("/deny x", "no open approval 'x'"),
    ],
)
async def test_a_command_that_can_not_be_carried_out_says_why(client, line, says):
    assert says in await refused(client, line)


async def test_new_and_session_tell_the_surface_what_to_show(client):
    new = await run(client, "/new Second one")
    assert (await client.attach(new["switch_to"]))["session"]["title"] == "Second one"
    assert (await run(client, "/session second"))["switch_to"] == new["switch_to"]


async def test_clear_empties_the_session(client):
    await run(client, "/clear")
    assert "Nothing has been said" in (await run(client, "/history"))["content"]


async def test_a_title_can_not_break_the_table(client):
    await client.ask("rename", session_id="s", title="a | b\nc")
    assert "a \\| b c" in (await run(client, "/sessions"))["content"]


async def test_receipts_say_what_each_request_told_of_which_table(tmp_path):
    told = [
        {"name": "penguins", "level": "rows", "columns": 8, "rows": 1344},
        {"name": "a|b", "level": "aggregates", "columns": 1, "rows": 1},
        {"name": "made", "level": "schema", "columns": 0, "rows": 0},
    ]
    async with running_hub(tmp_path, ScriptedEngine()) as hub:
        client = Client(hub)
        await client.attach("s")
        assert (await run(client, "/receipts"))["content"] == "Nothing was sent to a model in this session."
        for name, tables in [("r1", []), ("r2", told)]:
            at = "2026-11-22T08:00:00.000Z"
            await hub.services.store.add_receipt(
                ReceiptRow(name, "s", "t1", at, "kimi", "openrouter.ai", 2048, json.dumps(tables), pack("{}"))
            )
        said = (await run(client, "/receipts"))["content"]

    assert "| `r1` | 2026-11-22 08:00:00 UTC | kimi on openrouter.ai | 2.0 kB | nothing |" in said
    assert "| penguins: rows, 8 columns, 1,344 rows; a\\|b: aggregates, 1 column, 1 row; made: only its name |" in said
