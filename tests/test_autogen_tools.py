"""Tools as a workbench: schemas, deadlines, and that nothing but a result comes out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from autogen_core.tools import StaticStreamWorkbench
from turns import Add, Hasty, Hello, NoArguments, Patient, TurnOf

from table_copilot_jupyter.agents.spec import AgentSpec
from table_copilot_jupyter.engine import autogen_tools
from table_copilot_jupyter.engine.autogen_tools import (
    GuardedWorkbench,
    delegate_tool_name,
    offer_delegate,
    offer_tool,
)
from table_copilot_jupyter.engine.base import ToolCallFinished, ToolCallStarted
from table_copilot_jupyter.engine.steps import AskedCall, Deadline, Steps, Turn
from table_copilot_jupyter.settings import Settings
from table_copilot_jupyter.tools.base import Tool, ToolContext, ToolResult


class Bench:
    """A workbench over some tools, and the turn around it."""

    def __init__(self, *tools: Tool[Any]) -> None:
        self.of = TurnOf(Settings(), "hello", tools=tools)
        self.turn = Turn(self.of.request, self.of.log, Settings())
        self.steps = Steps(self.turn, "copilot")
        self.steps.begin()
        self.workbench = GuardedWorkbench([offer_tool(tool, self.steps) for tool in tools], self.steps)

    async def call(self, tool: str, arguments: str = "{}", call_id: str = "c") -> tuple[bool, str]:
        asked = AskedCall.read(call_id, tool, arguments)
        self.workbench.expect([asked])
        result = await self.workbench.call_tool(asked.tool, asked.arguments, call_id=call_id)
        return not result.is_error, result.to_text()


class Broken(Hello):
    name = "broken"

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        raise asyncio.CancelledError


class Endless(Hello):
    name = "endless"

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        return ToolResult("x" * 1_000_000 + "\ud800")


class OwnSchema(Hello):
    name = "own"

    def __init__(self, title: str) -> None:
        self._title = title

    def parameters(self) -> dict[str, Any]:
        return {"type": "object", "properties": {}, "description": self._title}


class TestSchemas:
    async def test_autogen_is_given_what_it_asks_for(self):
        bench = Bench(Add())
        assert isinstance(bench.workbench, StaticStreamWorkbench)
        (schema,) = await bench.workbench.list_tools()
        assert (schema["name"], schema["description"]) == ("add", "Add two numbers.")
        assert schema["parameters"]["required"] == ["a"]
        assert "title" not in str(schema["parameters"])

    async def test_a_schema_is_computed_once(self):
        first, second = Bench(Add()), Bench(Add())
        ((one,), (two,)) = await first.workbench.list_tools(), await second.workbench.list_tools()
        assert one["parameters"] is two["parameters"]

    async def test_a_tool_that_brings_its_schema_keeps_its_own(self):
        schemas = (
            await Bench(OwnSchema("one")).workbench.list_tools() + await Bench(OwnSchema("two")).workbench.list_tools()
        )
        assert [schema["parameters"]["description"] for schema in schemas] == ["one", "two"]

    async def test_an_unknown_tool_is_listed_only_while_its_call_is_open(self):
        bench = Bench(Add())
        bench.workbench.expect([AskedCall("c", "nope")])
        assert [schema["name"] for schema in await bench.workbench.list_tools()] == ["add", "nope"]
        await bench.workbench.call_tool("nope", {}, call_id="c")
        assert [schema["name"] for schema in await bench.workbench.list_tools()] == ["add"]

    @pytest.mark.parametrize(("agent", "tool"), [("planner", "ask_planner"), ("my agent/2", "ask_my_agent_2")])
    def test_a_delegates_tool_has_a_name_that_providers_take(self, agent, tool):
        assert delegate_tool_name(agent) == tool

    async def test_a_delegate_is_described_by_its_own_words(self):
        async def delegate(spec: AgentSpec, task: str, call_id: str) -> ToolResult:
            return ToolResult(f"{spec.name} {task} {call_id}")

        offered = offer_delegate(AgentSpec("planner", "Plans things.", "You plan."), delegate)
        assert offered.schema["description"] == "Plans things."
        assert (await offered.run({"task": "a week"}, "c1", Deadline(0, lambda: None))).content == "planner a week c1"


class TestCalls:
    async def test_events_frame_the_call(self):
        bench = Bench(Add())
        assert await bench.call("add", '{"a": 1}') == (True, "2")
        started, finished = bench.of.events
        assert started == ToolCallStarted("c", bench.steps.message_id, "add", {"a": 1}, "copilot", None)
        assert isinstance(finished, ToolCallFinished)

    async def test_a_tool_has_a_deadline(self):
        hasty = Hasty()
        bench = Bench(hasty)
        assert await bench.call("hasty") == (False, "hasty was stopped: it took longer than 0.05 s.")
        assert hasty.cancelled == 1
        assert bench.turn.tasks == set()

    async def test_a_tool_that_is_cancelled_from_inside_is_an_error(self):
        assert await Bench(Broken()).call("broken") == (False, "broken was cancelled.")

    async def test_after_the_turns_end_nothing_is_run(self):
        bench = Bench(Hello())
        bench.turn.stop()
        assert await bench.call("hello") == (False, autogen_tools.CANCELLED)

    async def test_a_result_is_bounded_and_made_of_whole_characters(self):
        ok, content = await Bench(Endless()).call("endless")
        assert ok
        assert len(content) <= autogen_tools.MAX_RESULT_CHARS
        assert content.endswith("x\ufffd")
        content.encode()

    async def test_the_tools_clock_does_not_run_while_the_user_is_asked(self):
        bench = Bench(Patient())
        calling = asyncio.create_task(bench.call("patient"))
        await bench.of.asked.wait()
        await asyncio.sleep(0.1)
        bench.of.answer.set_result("yes")
        assert await calling == (True, "the user said yes")


class TestArguments:
    @pytest.mark.parametrize(
        ("text", "arguments"),
        [
            ("", {}),
            ("  ", {}),
            ("null", {}),
            ('{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
            ('{"a": "\\ud83d"}', {"a": "\ufffd"}),
        ],
    )
    def test_are_read_with_forbearance(self, text, arguments):
        call = AskedCall.read("c", "f", text)
        assert (call.arguments, call.fault) == (arguments, "")

    @pytest.mark.parametrize("text", ["{", "[]", "3", '"x"', '{"a":' * 100_000])
    def test_that_can_not_be_used_have_a_fault(self, text):
        call = AskedCall.read("c", "f", text)
        assert call.arguments == {}
        assert len(call.fault) < 300
