"""What nobody can go beyond: an administrator's ceiling, rules, deadlines; and what ends when a turn ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time

import pytest
from processes import world as running_world
from table_talk import PENGUINS, call, of, only, running_kernel, talk_about

ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range + b.range) = 7"
QUERY = call("query_table", sql="SELECT species, island FROM penguins LIMIT 3")


async def test_a_cancelled_turn_ends_its_query_in_the_kernel(talk):
    talk.model.script({"calls": [{"name": "query_table", "arguments": json.dumps({"sql": ENDLESS})}]}, {"text": "No."})
    message_id = await talk.client.post("Count them")
    await talk.client.until("tool_started")
    await asyncio.sleep(0.5)  # the query runs
    began = time.perf_counter()
    await talk.client.send("cancel", session_id=talk.client.session_id)
    events = await talk.client.turn_of(message_id)
    assert only(events, "turn_finished")["reason"] == "cancelled"
    assert time.perf_counter() - began < 3.0
    before = await talk.kernel.value("__import__('time').process_time()")
    await asyncio.sleep(0.5)
    after = await talk.kernel.value("__import__('time').process_time()")
    assert after - before < 0.4, "the kernel still computes"


async def test_a_kernel_that_dies_in_mid_call_is_told_and_the_chat_goes_on(world, model):
    async with running_kernel(world, PENGUINS) as kernel, talk_about(world, model, kernel) as talk:
        pid = await kernel.value("__import__('os').getpid()")
        calls = [{"name": "query_table", "arguments": json.dumps({"sql": ENDLESS})}]
        model.script({"calls": calls}, {"text": "It is gone."})
        message_id = await talk.client.post("Count them")
        await talk.client.until("tool_started")
        await asyncio.sleep(0.3)  # the query runs
        os.kill(pid, signal.SIGKILL)
        events = await talk.client.turn_of(message_id)
        assert only(events, "tool_finished")["ok"] is False
        assert "kernel" in only(events, "tool_finished")["content"]
        assert only(events, "turn_finished")["reason"] == "complete"


async def test_a_rule_keeps_a_column_from_every_result_whatever_its_name_there(talk):
    await talk.ask("configure", privacy="rows", rules=[{"table": "penguins", "column": "island", "level": "schema"}])
    events = await talk.say(
        "Show",
        QUERY,
        call("query_table", sql="SELECT upper(island) AS i FROM penguins LIMIT 1"),
        call("query_table", sql="SELECT i FROM _q2"),
        call("query_table", sql="SELECT species FROM penguins LIMIT 1"),
    )
    told = [event["content"] for event in of(events, "tool_finished")]
    assert not any("orgersen" in content.casefold() for content in told)
    assert "Adelie" in told[-1]
    assert of(events, "approval") == [], "a rule of the user's own is not asked against"


async def test_a_hidden_table_is_as_if_it_were_not_there(talk):
    await talk.ask("configure", rules=[{"table": "penguins", "level": "hidden"}])
    events = await talk.say("Look", call("list_tables"), QUERY, call("describe_table", name="penguins"))
    assert "bill_length_mm" not in json.dumps(talk.model.requests())
    assert [event["ok"] for event in of(events, "tool_finished")] == [True, False, False]


@pytest.fixture(scope="module")
def strict_world(tmp_path_factory, model):
    """A server whose administrator allows ``schema`` at most; the user's own environment asks for more."""
    home = tmp_path_factory.mktemp("strict")
    (home / "config").mkdir()
    (home / "config" / "jupyter_server_config.py").write_text('c.TableCopilotApp.privacy_ceiling = "schema"\n')
    asked = {"TABLE_COPILOT_PRIVACY_CEILING": "rows", "TABLE_COPILOT_PRIVACY": "rows"}
    with running_world(home, model.url, **asked) as running:
        yield running


async def test_the_administrators_ceiling_can_not_be_raised(strict_world, model):
    async with running_kernel(strict_world, PENGUINS) as kernel, talk_about(strict_world, model, kernel) as talk:
        refused = await talk.ask("configure", privacy="rows")
        assert (refused["type"], refused["code"]) == ("error", "denied")
        assert "administrator" in refused["message"]
        events = await talk.say("Show", QUERY)
        assert of(events, "approval") == [], "what can't be allowed is not asked for"
        assert "Adelie" not in json.dumps(model.requests())
        attached = await talk.ask("attach")
        assert (attached["session"]["privacy"], attached["session"]["ceiling"]) == ("schema", "schema")
