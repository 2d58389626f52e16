"""Our tools and delegates as a workbench of AutoGen.

AutoGen waits for ever when a tool call ends in a ``CancelledError``, reports nothing per call, and ends the
turn at arguments that it can't read. ``GuardedWorkbench`` therefore turns everything that can happen to a call
into a result, and emits the call's events itself. It must be a ``StaticStreamWorkbench``: ``AssistantAgent``
asks for that class before it lets a call be cancelled.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from autogen_core import CancellationToken
from autogen_core.tools import StaticStreamWorkbench, TextResultContent, ToolSchema
from autogen_core.tools import ToolResult as WorkbenchResult
from pydantic import BaseModel, ValidationError

from ..agents.spec import AgentSpec
from ..protocol import CopilotError
from ..tools.base import Tool, ToolError, ToolResult
from .base import ToolCallFinished, ToolCallStarted
from .chunks import whole_characters
from .context import shorten
from .steps import AskedCall, Deadline, Steps

log = logging.getLogger(__name__)

CANCELLED = "Cancelled by the user before it finished."
MAX_RESULT_CHARS = 100_000
CALL_GRACE = 0.5
"""How long a cancelled call may take to end before it is left behind."""
DELEGATE_GRACE = 1.2

Runner = Callable[[dict[str, Any], str, Deadline], Awaitable[ToolResult]]
"""``run(arguments, call_id, deadline)``; the deadline is to stand still while the user is waited for."""
P = ParamSpec("P")
T = TypeVar("T")
_SCHEMAS: WeakKeyDictionary[type[BaseModel], dict[str, Any]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """One thing that the model may call: its schema for the model, and how to run it."""

    schema: ToolSchema
    run: Runner
    timeout_s: float | None = None
    cancels_itself: bool = False


def offer_tool(tool: Tool[Any], steps: Steps) -> OfferedTool:
    """One of our tools."""

    async def run(arguments: dict[str, Any], call_id: str, deadline: Deadline) -> ToolResult:
        try:
            parsed = tool.arguments.model_validate(arguments)
        except ValidationError as error:
            raise ToolError(_explain(tool.name, error)) from None
        context = steps.turn.request.tool_context(call_id, steps.agent, steps.model)
        context = replace(context, ask=_paused(context.ask, deadline), approve=_paused(context.approve, deadline))
        return await tool.run(parsed, context)

    schema = ToolSchema(name=tool.name, description=tool.description, parameters=_parameters(tool))  # type: ignore[typeddict-item]  # JSON Schema, wider than AutoGen's type
    return OfferedTool(schema, run, timeout_s=tool.timeout_s)


def offer_delegate(spec: AgentSpec, delegate: Callable[[AgentSpec, str, str], Awaitable[ToolResult]]) -> OfferedTool:
    """Another agent, as a tool that hands it a task. ``delegate(spec, task, call_id)`` runs it."""

    async def run(arguments: dict[str, Any], call_id: str, deadline: Deadline) -> ToolResult:
        task = arguments.get("task")
        if not isinstance(task, str) or not task.strip():
            raise ToolError(f"The argument 'task' is {task!r}; tell in words what {spec.name} should do.")
        return await delegate(spec, task, call_id)

    schema = ToolSchema(
        name=delegate_tool_name(spec.name),
        description=spec.description,
        parameters={
            "type": "object",
            "properties": {
                "task": {
                    "type": "string",
                    "description": f"What {spec.name} should do. It sees nothing of the conversation: tell it all.",
                }
            },
            "required": ["task"],
            "additionalProperties": False,
        },
    )
    # a specialist sees the turn's cancel itself, and first reports how its own calls ended
    return OfferedTool(schema, run, cancels_itself=True)


def _paused(wait: Callable[P, Awaitable[T]], deadline: Deadline) -> Callable[P, Awaitable[T]]:
    """``wait`` for the user, while the deadline stands still: how long people take is not the tool's fault."""

    async def waiting(*args: P.args, **kwargs: P.kwargs) -> T:
        deadline.pause()
        try:
            return await wait(*args, **kwargs)
        finally:
            deadline.resume()

    return waiting


def delegate_tool_name(agent: str) -> str:
    """The tool's name for an agent's: providers take letters, digits, ``_`` and ``-``."""
    return f"ask_{re.sub(r'[^A-Za-z0-9_-]', '_', agent)}"[:64]


def _parameters(tool: Tool[Any]) -> dict[str, Any]:
    if type(tool).parameters is not Tool.parameters:  # a tool that brings its own schema keeps it itself
        return tool.parameters()
    schema = _SCHEMAS.get(tool.arguments)
    if schema is None:
        schema = _SCHEMAS[tool.arguments] = tool.parameters()
    return schema


def _explain(name: str, error: ValidationError) -> str:
    faults = []
    for fault in error.errors(include_url=False, include_context=False)[:5]:
        path = ".".join(str(part) for part in fault["loc"])
        given = "" if fault["type"] == "missing" else f" (it is {_short(fault['input'])})"
        faults.append(f"{path or 'arguments'}{given}: {fault['msg'].removeprefix('Value error, ')}")
    return f"The arguments of {name} are not right. {'; '.join(faults)}. Correct them and call it again."


def _short(value: object, limit: int = 120) -> str:
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class GuardedWorkbench(StaticStreamWorkbench):
    """The calls of one agent's steps. Nothing but a result ever leaves ``call_tool_stream``."""

    def __init__(self, offered: Iterable[OfferedTool], steps: Steps) -> None:
        super().__init__([])
        self._offered = {entry.schema["name"]: entry for entry in offered}
        self._schemas = [entry.schema for entry in self._offered.values()]
        self._steps = steps
        self._turn = steps.turn
        self._asked: dict[str, AskedCall] = {}

    @property
    def names(self) -> frozenset[str]:
        """What may be called."""
        return frozenset(self._offered)

    def expect(self, calls: Iterable[AskedCall]) -> None:
        """The calls that the model has just asked for; AutoGen brings each to ``call_tool_stream``."""
        self._asked = {call.call_id: call for call in calls}

    async def list_tools(self) -> list[ToolSchema]:
        """The schemas, and while calls are open the names of unknown tools too.

        AutoGen asks here whether a call is ours before it hands it over. An unknown one must come to us as well,
        so that its error can name the tools that there are; it is gone again before the model is asked next.
        """
        unknown = {call.tool for call in self._asked.values()} - self._offered.keys()
        return [*self._schemas, *(ToolSchema(name=name) for name in unknown)] if unknown else self._schemas

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> WorkbenchResult:
        """One call, with its events."""
        asked = self._asked.get(call_id or "") or AskedCall(call_id or "", name, dict(arguments or {}))
        steps = self._steps
        self._turn.emit(
            ToolCallStarted(
                asked.call_id, steps.message_id, asked.tool, asked.arguments, steps.agent, steps.parent_call_id
            )
        )
        started = time.perf_counter()
        try:
            result = await self._outcome(asked)
        finally:
            self._asked.pop(asked.call_id, None)
        content = whole_characters(shorten(result.content, MAX_RESULT_CHARS))
        elapsed_ms = round((time.perf_counter() - started) * 1000)
        self._turn.disclosed[asked.call_id] = result.tables
        steps.disclosed.append((result.level, result.tables))
        self._turn.emit(ToolCallFinished(asked.call_id, result.ok, content, elapsed_ms, result.level, result.tables))
        return WorkbenchResult(name=name, result=[TextResultContent(content=content)], is_error=not result.ok)

    async def call_tool_stream(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> AsyncGenerator[Any | WorkbenchResult, None]:
        """One call; its result is the only thing that is yielded."""
        yield await self.call_tool(name, arguments, cancellation_token, call_id)

    async def _outcome(self, asked: AskedCall) -> ToolResult:
        entry = self._offered.get(asked.tool)
        if entry is None:
            known = ", ".join(self._offered) or "none"
            return _failed(f"There is no tool {asked.tool!r}. The tools are: {known}.")
        if asked.fault:
            return _failed(f"{asked.fault} Call {asked.tool} again with a JSON object.")
        if self._turn.stopped.done():
            return _failed(CANCELLED)
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        deadline = Deadline(entry.timeout_s or 0.0, lambda: over.set_result(None))
        task = asyncio.create_task(_run(entry, asked, deadline))
        self._turn.tasks.add(task)
        task.add_done_callback(self._forget)
        deadline.start()
        try:
            ends: set[asyncio.Future[Any]] = {task, self._turn.stopped, over}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                return await self._break_off(task, entry, asked)
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            deadline.stop()
        return self._result(task, asked)

    async def _break_off(self, task: asyncio.Task[ToolResult], entry: OfferedTool, asked: AskedCall) -> ToolResult:
        """End a call that was cancelled or takes too long. One that does not end is left behind."""
        cancelled = self._turn.stopped.done()
        if not (cancelled and entry.cancels_itself):
            task.cancel()
        await asyncio.wait({task}, timeout=DELEGATE_GRACE if entry.cancels_itself else CALL_GRACE)
        if not task.done():
            task.cancel()
            log.warning("The tool %s goes on after it was cancelled; its result will be dropped", asked.tool)
        elif not task.cancelled() and task.exception() is None and cancelled:
            return self._result(task, asked)  # it came to its end all the same
        if cancelled:
            return _failed(CANCELLED)
        return _failed(f"{asked.tool} was stopped: it took longer than {entry.timeout_s:g} s.")

    def _forget(self, task: asyncio.Task[ToolResult]) -> None:
        self._turn.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain where the call was left behind

    def _result(self, task: asyncio.Task[ToolResult], asked: AskedCall) -> ToolResult:
        if task.cancelled():
            return _failed(CANCELLED if self._turn.stopped.done() else f"{asked.tool} was cancelled.")
        error = task.exception()
        if error is None:
            return task.result()
        if isinstance(error, ToolError):
            return _failed(str(error))
        if isinstance(error, CopilotError):
            return _failed(f"{error.message} {error.hint}".strip())
        self._turn.log_failure(f"The tool {asked.tool} failed", error)
        return _failed(f"{asked.tool} failed with {type(error).__name__}. The server's log has the details.")


async def _run(entry: OfferedTool, asked: AskedCall, deadline: Deadline) -> ToolResult:
    return await entry.run(asked.arguments, asked.call_id, deadline)


def _failed(content: str) -> ToolResult:
    return ToolResult(content, ok=False)
