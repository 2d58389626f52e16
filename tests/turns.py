"""Turns for tests of the engine: requests, a few tools, and readable views of what a turn emitted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from fake_workspace import FakeWorkspace
from mock_model import MockModel, Reply

from table_copilot_jupyter.agents.spec import AgentSpec
from table_copilot_jupyter.engine.autogen import AutoGenEngine
from table_copilot_jupyter.engine.base import (
    EngineEvent,
    HistoryItem,
    MessageDone,
    ModelChoice,
    Outcome,
    TextDelta,
    ToolCallFinished,
    ToolCallOutput,
    ToolCallStarted,
    TurnLog,
    TurnRequest,
    UserText,
)
from table_copilot_jupyter.engine.providers import resolve_model
from table_copilot_jupyter.settings import Secret, Settings
from table_copilot_jupyter.tools.base import (
    Asked,
    Cancellation,
    Decided,
    Tool,
    ToolArguments,
    ToolContext,
    ToolError,
    ToolResult,
    wait_or_cancel,
)

KEY = "sk-or-canary-0123456789"


def settings_for(server: MockModel, **changes: Any) -> Settings:
    """OpenRouter, answered by ``server``."""
    fields: dict[str, Any] = {
        "openrouter_api_key": Secret(KEY),
        "openrouter_base_url": server.url,
        "model_name": "moonshotai/kimi-k2.5",
        "model_idle_timeout": 5.0,
    }
    return Settings(**(fields | changes))


def engine_for(settings: Settings, **options: Any) -> AutoGenEngine:
    return AutoGenEngine(settings, **({"retry_delay": 0.01} | options))


class AddArguments(ToolArguments):
    a: int
    b: int = 1


class Add(Tool[AddArguments]):
    name = "add"
    description = "Add two numbers."
    arguments = AddArguments

    async def run(self, arguments: AddArguments, context: ToolContext) -> ToolResult:
        return ToolResult(str(arguments.a + arguments.b))


class NoArguments(ToolArguments):
    pass


class Hello(Tool[NoArguments]):
    name = "hello"
    description = "Say hello."
    arguments = NoArguments

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        context.output({"text/plain": "a picture of hello"})
        return ToolResult(f"hello from {context.agent}")


class Refuse(Tool[NoArguments]):
    name = "refuse"
    description = "Always finds something wrong."
    arguments = NoArguments

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        raise ToolError("There is no todo '7'. List them first.")


class Boom(Tool[NoArguments]):
    name = "boom"
    description = "Has a fault."
    arguments = NoArguments

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        raise RuntimeError(f"a secret of the inside: {KEY}")


class Wait(Tool[NoArguments]):
    """Runs until it is released or cancelled."""

    name = "wait"
    description = "Wait."
    arguments = NoArguments
    timeout_s: ClassVar[float | None] = 60.0

    def __init__(self, expected: int = 1) -> None:
        self.running = 0
        self.cancelled = 0
        self.all_running = asyncio.Event()
        self.release = asyncio.Event()
        self._expected = expected

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        self.running += 1
        if self.running == self._expected:
            self.all_running.set()
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return ToolResult("released")


class Hasty(Wait):
    name = "hasty"
    timeout_s = 0.05


class Patient(Wait):
    """Asks the user and works on when they have answered."""

    name = "patient"
    timeout_s = 0.05

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        asked = await context.ask("May I?", [], False, None)
        return ToolResult(f"the user said {asked.answer}")


class Stubborn(Wait):
    """Does not end when it is cancelled."""

    name = "stubborn"

    async def run(self, arguments: NoArguments, context: ToolContext) -> ToolResult:
        self.all_running.set()
        while not self.release.is_set():
            try:
                await self.release.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
        return ToolResult("at last")


TOOLS: tuple[Tool[Any], ...] = (Add(), Hello(), Refuse(), Boom())


class TurnOf:
    """One turn: its request, and what it emitted."""

    def __init__(
        self,
        settings: Settings,
        said: str | Sequence[HistoryItem],
        *,
        tools: Sequence[Tool[Any]] = TOOLS,
        delegates: Sequence[AgentSpec] = (),
        max_steps: int = 12,
        model: ModelChoice | None = None,
        note: str = "",
    ) -> None:
        self.log = TurnLog()
        self.cancellation = Cancellation()
        self.asked = asyncio.Event()
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._by_name: Mapping[str, Tool[Any]] = {tool.name: tool for tool in tools}
        spec = AgentSpec(
            name="copilot",
            description="The lead.",
            prompt="You are a copilot.",
            tools=tuple(self._by_name),
            delegates=tuple(agent.name for agent in delegates),
            max_steps=max_steps,
        )
        self.request = TurnRequest(
            session_id="s",
            turn_id="t",
            agent=spec,
            history=[UserText(said)] if isinstance(said, str) else said,
            model=model or resolve_model(settings),
            agents={agent.name: agent for agent in delegates},
            tools=self._by_name,
            cancellation=self.cancellation,
            tool_context=self.context,
            system_note=note,
        )

    async def run(self, engine: AutoGenEngine) -> Outcome:
        return await engine.run(self.request, self.log)

    def context(self, call_id: str, agent: str, model: ModelChoice) -> ToolContext:
        async def ask(*_: Any) -> Asked:
            self.asked.set()
            return Asked(await wait_or_cancel(self.answer, self.cancellation), "test")

        async def approve(*_: Any) -> Decided:
            return Decided("once")

        return ToolContext(
            session_id="s",
            turn_id="t",
            call_id=call_id,
            agent=agent,
            owner="someone",
            timezone=ZoneInfo("UTC"),
            now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
            cancellation=self.cancellation,
            ask=ask,
            approve=approve,
            output=lambda mime: self.log(ToolCallOutput(call_id, mime)),
            workspace=FakeWorkspace(),
            model=model.name,
            host=model.host,
        )

    def of(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def events(self) -> list[EngineEvent]:
        return self.log.events

    @property
    def text(self) -> str:
        """What was streamed of the lead's answers."""
        return "".join(event.text for event in self.of(TextDelta) if event.parent_call_id is None)

    @property
    def messages(self) -> list[str]:
        return [event.content for event in self.of(MessageDone)]

    @property
    def results(self) -> list[tuple[bool, str]]:
        return [(event.ok, event.content) for event in self.of(ToolCallFinished)]

    @property
    def called(self) -> list[tuple[str, dict[str, Any]]]:
        return [(event.tool, event.arguments) for event in self.of(ToolCallStarted)]

    async def until(self, kind: type[Any], count: int = 1) -> None:
        """Wait until the turn has emitted so many events of a kind."""
        async with asyncio.timeout(5):
            while len(self.of(kind)) < count:
                self.log.changed.clear()
                await self.log.changed.wait()


def other_tasks() -> set[asyncio.Task[Any]]:
    """What still runs besides the test itself and the mock's connections."""
    return {
        task
        for task in asyncio.all_tasks()
        if task is not asyncio.current_task() and "MockModel" not in getattr(task.get_coro(), "__qualname__", "")
    }


def said(text: str, **changes: Any) -> Reply:
    return Reply(text=text, **changes)
