"""What a tool is, and what it may ask of the session that called it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from ..language import Language
from ..privacy import Privacy
from ..protocol import PrivacyLevel, SentTable


class ToolError(Exception):
    """What went wrong, in words for the model and the user: names the value and the next step."""


class ToolArguments(BaseModel):
    """Base of every tool's arguments. Models send numbers as text now and then, so coercion is on."""

    model_config = ConfigDict(extra="forbid")


ArgumentsT = TypeVar("ArgumentsT", bound=ToolArguments)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """``content`` is what the model reads (Markdown or plain text).

    ``level``: how much of the ``tables`` it discloses; None where it tells nothing of any table.
    """

    content: str
    ok: bool = True
    level: str | None = None
    tables: tuple[SentTable, ...] = ()


class Cancellation:
    """One turn's wish to stop: asked for once, seen by everyone who registered."""

    def __init__(self) -> None:
        self._cancelled = False
        self._callbacks: list[Callable[[], object]] = []

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        if self._cancelled:
            return
        self._cancelled = True
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    def on_cancel(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback`` at the cancel (at once if it was). Returns a function that takes it back."""
        if self._cancelled:
            callback()
            return lambda: None
        self._callbacks.append(callback)

        def take_back() -> None:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

        return take_back


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question ended: ``answer`` is None where nobody answered in time."""

    answer: str | None
    by: str


@dataclass(frozen=True, slots=True)
class Decided:
    decision: str
    note: str | None = None

    @property
    def allowed(self) -> bool:
        return self.decision in ("once", "session")


AskFunction = Callable[[str, Sequence[str], bool, float | None], Awaitable[Asked]]
ApproveFunction = Callable[[str, str, dict[str, Any], str], Awaitable[Decided]]


class Workspace(Protocol):
    """The user's kernel, as one turn may use it."""

    @property
    def kernel_id(self) -> str | None: ...

    @property
    def notebook(self) -> str:
        """The path of the kernel's notebook, "" if unknown."""
        ...

    @property
    def privacy(self) -> Privacy:
        """What is in force now; a consent in mid-turn changes it."""
        ...

    async def call(
        self, op: str, arguments: dict[str, Any], *, timeout_s: float, main_thread: bool = False
    ) -> dict[str, Any]:
        """One operation of the kernel's probe. Raises CopilotError, ``OperationFailed`` among others."""
        ...

    def next_result(self) -> int:
        """The number that the session's next query result may have; each call gives another."""
        ...

    async def allow(self, level: PrivacyLevel) -> None:
        """The user consented for the whole session."""
        ...


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a running call knows and can do.

    ``ask(text, options, multiple, deadline_s)`` puts a question to the user and waits;
    ``approve(tool, what, arguments, key)`` asks for consent; ``output(mime_bundle)`` shows something.
    Both waits raise ``asyncio.CancelledError`` when the turn is cancelled. ``key`` names what is consented to:
    allowed for the session, the same key is not asked again; nor, refused, within the same turn.
    ``model`` and ``host``: who reads what the tool returns. ``language``: what the user speaks.
    """

    session_id: str
    turn_id: str
    call_id: str
    agent: str
    owner: str
    timezone: ZoneInfo
    now: Callable[[], datetime]
    cancellation: Cancellation
    ask: AskFunction
    approve: ApproveFunction
    output: Callable[[dict[str, Any]], None]
    workspace: Workspace
    model: str
    host: str
    language: Language = "en"

    def say(self, english: str, chinese: str) -> str:
        """The one of the two that the user speaks: what is the user's own comes to the model in their words."""
        return chinese if self.language == "zh" else english


class Tool(ABC, Generic[ArgumentsT]):
    """One thing that an agent can do. Tools are async and hold no state of a call."""

    name: ClassVar[str]
    description: ClassVar[str]
    arguments: type[ArgumentsT]
    timeout_s: ClassVar[float | None] = 60.0
    """How long one call may take; None for a tool that waits for the user (it has its own deadline)."""

    @abstractmethod
    async def run(self, arguments: ArgumentsT, context: ToolContext) -> ToolResult:
        """Do it. Raises ``ToolError`` for what the model or the user can put right."""

    def parameters(self) -> dict[str, Any]:
        """JSON Schema of the arguments, without pydantic's titles (they only cost tokens)."""
        schema = self.arguments.model_json_schema()
        _drop_titles(schema)
        return schema


def _drop_titles(node: Any) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            node.pop("title")
        for value in node.values():
            _drop_titles(value)
    elif isinstance(node, list):
        for value in node:
            _drop_titles(value)


async def wait_or_cancel(future: asyncio.Future[Any], cancellation: Cancellation) -> Any:
    """Await ``future``; a cancel of the turn cancels it."""
    take_back = cancellation.on_cancel(future.cancel)
    try:
        return await future
    finally:
        take_back()
