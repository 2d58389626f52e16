"""Runs a turn with AutoGen: a fresh agent from the session's history, thrown away when the turn is over.

AutoGen does the loop of model and tools. What it does badly is done around it: events are emitted by the
model client and the workbench as things happen, so that AutoGen's own event stream is only drained; a cancel
goes through one token, and a task is cancelled only where that did not help within a grace period.

AutoGen and openai take two seconds to import. They are imported in a thread, at ``warm_up`` or at the first
turn.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from ..agents.spec import AgentSpec
from ..privacy import together
from ..settings import Settings
from ..tools.base import ToolError, ToolResult
from .base import AssistantStep, Emit, HistoryItem, ModelChoice, Outcome, TurnRequest, UserText
from .context import repair, trim
from .errors import to_copilot_error
from .providers import OFFLINE, SharedClients, resolve_model
from .steps import Steps, Turn

if TYPE_CHECKING:
    from autogen_core.models import ChatCompletionClient, LLMMessage

    from .autogen_tools import GuardedWorkbench, OfferedTool

CANCEL_GRACE = 2.0
CHARS_PER_TOKEN = 3
MIN_HISTORY_CHARS = 4_000
AGENT_NAME = "agent"
"""AutoGen wants an identifier and never shows it: our events carry the spec's name."""


class AutoGenEngine:
    """Runs turns of any number of sessions; keeps nothing between them but imports and connections."""

    def __init__(self, settings: Settings, *, retry_delay: float = 0.5, cancel_grace: float = CANCEL_GRACE) -> None:
        self._settings = settings
        self._clients = SharedClients(settings)
        self._retry_delay = retry_delay
        self._cancel_grace = cancel_grace
        self._loaded: set[str] = set()

    async def warm_up(self) -> None:
        """Do the slow imports and build the client of the provider in force, in a thread."""
        await self._load(resolve_model(self._settings))

    async def close(self) -> None:
        """Close the connections to the providers."""
        await self._clients.close()

    async def run(self, request: TurnRequest, emit: Emit) -> Outcome:
        """Run one turn to its end. Raises CopilotError."""
        try:
            await self._load(request.model)
        except Exception as error:
            raise to_copilot_error(error, request.model, self._settings) from None
        if request.cancellation.cancelled:
            return "cancelled"
        turn = Turn(request, emit, self._settings)
        take_back = request.cancellation.on_cancel(turn.stop)
        task = asyncio.create_task(self._lead(turn))
        try:
            ends: set[asyncio.Future[Any]] = {task, turn.stopped}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            await self._end(task)
        except asyncio.CancelledError:  # not the user's cancel, but the end of the task that runs the turn
            turn.stop()
            await self._end(task)
            raise
        finally:
            take_back()
            for left in turn.tasks:
                left.cancel()
        return self._outcome(task, turn)

    async def _end(self, task: asyncio.Task[Outcome]) -> None:
        """Wait for a turn that has been stopped; cancel its task only where it does not end by itself."""
        await asyncio.wait({task}, timeout=self._cancel_grace)
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=self._cancel_grace)

    def _outcome(self, task: asyncio.Task[Outcome], turn: Turn) -> Outcome:
        ended = task.done() and not task.cancelled()
        error: BaseException | None = task.exception() if ended else None
        if ended and error is None and turn.failure is None:
            return task.result()
        if turn.failure is not None:
            error = turn.failure
        elif turn.request.cancellation.cancelled:
            return "cancelled"
        elif error is None:
            error = RuntimeError("the turn's task was cancelled")
        mapped = to_copilot_error(error, turn.request.model, self._settings)
        if mapped.code == "internal":
            turn.log_failure("A turn failed", error)
        raise mapped from None  # the cause may quote the key

    async def _lead(self, turn: Turn) -> Outcome:
        request = turn.request
        spec = request.agent
        steps = Steps(turn, spec.name)
        tools = [*self._tools(spec, steps), *self._delegates(spec, turn)]
        await self._run_agent(spec, request.model, request.history, steps, tools)
        if steps.calls:  # the last answer asked for tools, and nobody read their results
            steps.say(
                f"I stop here: this turn has used its {_counted(max(1, spec.max_steps))}. Say “continue” and I go on."
            )
            return "limit"
        return "limit" if steps.finish_reason == "length" else "complete"

    async def _delegate(self, turn: Turn, spec: AgentSpec, task: str, call_id: str) -> ToolResult:
        """A specialist's whole work on one task, as the result of the call that handed it over."""
        request = turn.request
        choice = self._delegate_model(request.model, spec)
        steps = Steps(turn, spec.name, parent_call_id=call_id, model=choice)
        try:
            await self._load(choice)
            await self._run_agent(spec, choice, [UserText(task)], steps, self._tools(spec, steps))
        except Exception as error:
            mapped = to_copilot_error(error, choice, self._settings)
            if mapped.code == "internal":
                turn.log_failure(f"The agent {spec.name} failed", error)
            raise ToolError(f"{spec.name} could not finish. {mapped}") from None
        if steps.calls:
            return ToolResult(
                f"{spec.name} has used its {_counted(max(1, spec.max_steps))} and did not finish.", ok=False
            )
        # its words may repeat anything that it has read
        level, tables = together(steps.disclosed)
        return ToolResult(steps.content or f"{spec.name} finished without a word.", level=level, tables=tables)

    def _delegate_model(self, session_model: ModelChoice, spec: AgentSpec) -> ModelChoice:
        # who chose the offline model wants nothing to leave, whatever an agent's file says
        if spec.model == "inherit" or session_model == OFFLINE:
            return session_model
        return resolve_model(self._settings, spec.model)

    async def _run_agent(
        self,
        spec: AgentSpec,
        choice: ModelChoice,
        history: Sequence[HistoryItem],
        steps: Steps,
        tools: Sequence[OfferedTool],
    ) -> None:
        """Let AutoGen run one agent to its end; what happens is reported by ``steps`` and the workbench."""
        from autogen_agentchat.agents import AssistantAgent
        from autogen_core import CancellationToken
        from autogen_core.model_context import UnboundedChatCompletionContext

        from .autogen_tools import GuardedWorkbench

        turn = steps.turn
        system = "\n\n".join(part for part in (spec.prompt.strip(), turn.request.system_note.strip()) if part)
        room = max(MIN_HISTORY_CHARS, self._settings.context_tokens * CHARS_PER_TOKEN - len(system))
        history = trim(repair(history), room)
        token = CancellationToken()
        turn.on_stop(token.cancel)
        workbench = GuardedWorkbench(tools, steps)
        agent = AssistantAgent(
            AGENT_NAME,
            self._client(choice, steps, workbench, history),
            workbench=workbench,
            model_context=UnboundedChatCompletionContext(_messages(history)),
            system_message=system or None,
            model_client_stream=True,
            reflect_on_tool_use=False,
            max_tool_iterations=max(1, spec.max_steps),
        )
        # without a task: the question, or the answers that were awaited, stand at the end of the history
        async with aclosing(agent.run_stream(cancellation_token=token, output_task_messages=False)) as events:
            async for _ in events:
                pass

    def _client(
        self, choice: ModelChoice, steps: Steps, workbench: GuardedWorkbench, history: Sequence[HistoryItem]
    ) -> ChatCompletionClient:
        if choice.provider == "offline":
            from .autogen_offline import OfflineClient

            return OfflineClient(steps=steps, workbench=workbench, delay=self._settings.offline_delay)
        from .autogen_client import StreamingClient

        reasoning = {
            call.call_id: item.reasoning for item in history if isinstance(item, AssistantStep) for call in item.calls
        }
        return StreamingClient(
            self._clients.get(choice),
            choice=choice,
            steps=steps,
            workbench=workbench,
            reasoning=reasoning,
            idle_timeout=self._settings.model_idle_timeout,
            retry_delay=self._retry_delay,
        )

    def _tools(self, spec: AgentSpec, steps: Steps) -> list[OfferedTool]:
        from .autogen_tools import offer_tool

        tools = steps.turn.request.tools
        return [offer_tool(tools[name], steps) for name in spec.tools if name in tools]

    def _delegates(self, spec: AgentSpec, turn: Turn) -> list[OfferedTool]:
        """The agents that ``spec`` may hand a task to. They get no delegates of their own."""
        from .autogen_tools import offer_delegate

        async def delegate(agent: AgentSpec, task: str, call_id: str) -> ToolResult:
            return await self._delegate(turn, agent, task, call_id)

        agents = turn.request.agents
        return [offer_delegate(agents[name], delegate) for name in spec.delegates if name in agents]

    async def _load(self, choice: ModelChoice) -> None:
        if choice.provider not in self._loaded:
            await asyncio.to_thread(self._import, choice)
            self._loaded.add(choice.provider)

    def _import(self, choice: ModelChoice) -> None:
        import autogen_agentchat
        import autogen_agentchat.agents
        import autogen_core

        # they would write whole prompts to the log
        for name in (autogen_core.EVENT_LOGGER_NAME, autogen_agentchat.EVENT_LOGGER_NAME):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        if choice.provider == "offline":
            from . import autogen_offline  # noqa: F401
        else:
            from . import autogen_client  # noqa: F401

            self._clients.get(choice)


def _messages(history: Sequence[HistoryItem]) -> list[LLMMessage]:
    """The history in AutoGen's classes."""
    from autogen_core import FunctionCall
    from autogen_core.models import (
        AssistantMessage,
        FunctionExecutionResult,
        FunctionExecutionResultMessage,
        UserMessage,
    )

    messages: list[Any] = []
    for item in history:
        if isinstance(item, UserText):
            messages.append(UserMessage(content=item.content, source="user"))
        elif isinstance(item, AssistantStep):
            if not item.calls:
                messages.append(AssistantMessage(content=item.content, source=AGENT_NAME))
                continue
            calls = [
                FunctionCall(id=call.call_id, name=call.tool, arguments=json.dumps(call.arguments, ensure_ascii=False))
                for call in item.calls
            ]
            messages.append(AssistantMessage(content=calls, thought=item.content or None, source=AGENT_NAME))
        else:
            results = [
                FunctionExecutionResult(
                    content=answer.content, name=answer.tool, call_id=answer.call_id, is_error=not answer.ok
                )
                for answer in item.answers
            ]
            messages.append(FunctionExecutionResultMessage(content=results))
    return messages


def _counted(steps: int) -> str:
    return f"{steps} step" if steps == 1 else f"{steps} steps"
