"""The seam between a session and what answers: a turn's request, and what happens during it.

An engine is given one ``TurnRequest`` and reports everything through ``emit``,
synchronously and in order. It keeps nothing between turns: the history comes
with every request, read from the session's log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..agents.spec import AgentSpec
from ..protocol import SentTable
from ..tools.base import Cancellation, Tool, ToolContext
from .masking import NameMask

# --- what the model is shown of the past --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UserText:
    """The user's words; ``content`` is what they typed."""

    content: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    call_id: str
    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AssistantStep:
    """One answer of the model: text, and the tool calls that it asked for.

    ``reasoning`` is replayed to the providers that want it back with tool calls.
    """

    content: str
    reasoning: str = ""
    calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """``tables``: what ``content`` tells of which table."""

    call_id: str
    tool: str
    ok: bool
    content: str
    tables: tuple[SentTable, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolAnswers:
    """The results of the calls of the step before."""

    answers: tuple[ToolAnswer, ...]


HistoryItem = UserText | AssistantStep | ToolAnswers

# --- what happens during a turn -----------------------------------------------------------------


@dataclass(slots=True)
class TextDelta:
    """A piece of the answer ``message_id``. Pieces of one message come in order."""

    message_id: str
    agent: str
    text: str
    parent_call_id: str | None = None


@dataclass(slots=True)
class ReasoningDelta:
    message_id: str
    agent: str
    text: str
    parent_call_id: str | None = None


@dataclass(slots=True)
class MessageDone:
    """The whole text of one step, emitted before its tool calls. Skipped for a step with neither text nor reasoning."""

    message_id: str
    agent: str
    content: str
    reasoning: str = ""
    partial: bool = False
    parent_call_id: str | None = None


@dataclass(slots=True)
class ToolCallStarted:
    """``message_id`` is the step's, also where that step had no text."""

    call_id: str
    message_id: str
    tool: str
    arguments: dict[str, Any]
    agent: str
    parent_call_id: str | None = None


@dataclass(slots=True)
class ToolCallOutput:
    call_id: str
    mime: dict[str, Any]


@dataclass(slots=True)
class ToolCallFinished:
    call_id: str
    ok: bool
    content: str
    elapsed_ms: int
    level: str | None = None
    tables: tuple[SentTable, ...] = ()


@dataclass(slots=True)
class RequestSent:
    """One request went to the model; ``bytes`` is the size of its body.

    ``tables``: what it tells of which table. ``payload``: the body itself, JSON.
    """

    model: str
    host: str
    bytes: int
    tables: tuple[SentTable, ...] = ()
    payload: str = ""


@dataclass(slots=True)
class TokensUsed:
    model: str
    input: int
    output: int


EngineEvent = (
    TextDelta
    | ReasoningDelta
    | MessageDone
    | ToolCallStarted
    | ToolCallOutput
    | ToolCallFinished
    | RequestSent
    | TokensUsed
)
Emit = Callable[[EngineEvent], None]
Outcome = Literal["complete", "cancelled", "limit"]


# --- a turn -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ModelChoice:
    """What answers: shown to the user, and used to find the provider. ``host`` never holds a key."""

    provider: Literal["openrouter", "openai", "ollama", "offline"]
    name: str
    host: str


async def _at_once() -> None:
    """The pace of a caller that keeps no log."""


@dataclass
class TurnRequest:
    """Everything that one turn needs.

    ``history`` ends with the user's new message, or, when a turn is taken up again after a
    restart, with the answers to the tool calls that were open.
    ``tool_context(call_id, agent, model)`` gives a tool its way back to the session; ``model`` reads its result.
    """

    session_id: str
    turn_id: str
    agent: AgentSpec
    history: Sequence[HistoryItem]
    model: ModelChoice
    agents: Mapping[str, AgentSpec]
    tools: Mapping[str, Tool[Any]]
    cancellation: Cancellation
    tool_context: Callable[[str, str, ModelChoice], ToolContext]
    keep_pace: Callable[[], Awaitable[None]] = _at_once
    """Awaited now and then while a stream is read: returns when the log has caught up, so that a model that is
    faster than the disk fills no memory and delays nobody."""
    system_note: str = ""
    """Facts of this moment for the system prompt: the time, the zone, the tables that the user named."""
    noted_tables: tuple[SentTable, ...] = ()
    """What ``system_note`` tells of tables."""
    mask: NameMask | None = None
    """Where models are to be told made-up names of tables and columns: what makes them up."""


class Engine(Protocol):
    """Runs turns. Raises ``CopilotError`` with a code and a hint that a user can act on.

    How long a turn may take is the session's to say: it cancels the task that runs the turn.
    """

    async def run(self, request: TurnRequest, emit: Emit) -> Outcome:
        """Run one turn to its end.

        A cancel ends it as ``cancelled`` with what there is, ``limit`` says that the agent's
        number of steps was used up. On an error the text so far has been emitted as a partial
        ``MessageDone`` before the error is raised.
        """
        ...

    async def warm_up(self) -> None:
        """Do the slow imports, so that the first turn does not wait for them."""
        ...

    async def close(self) -> None: ...


@dataclass
class TurnLog:
    """Collects a turn's events; for tests and for callers that want no stream."""

    events: list[EngineEvent] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, event: EngineEvent) -> None:
        self.events.append(event)
        self.changed.set()
