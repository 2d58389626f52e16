"""What one turn shares: the way out for its events, and the steps of each of its agents.

A step is one answer of the model. ``Steps`` gives each its ``message_id``, passes the pieces on as they are
read and reports the whole when it ends, also where it ends early. ``Turn`` is shared by the lead and its
specialists. Neither knows AutoGen.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import traceback
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..protocol import SentTable
from ..settings import Settings, redact
from .base import (
    AssistantStep,
    Emit,
    EngineEvent,
    MessageDone,
    ModelChoice,
    ReasoningDelta,
    TextDelta,
    ToolAnswers,
    TurnRequest,
)
from .chunks import SurrogateJoiner, whole_characters

log = logging.getLogger(__name__)

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]")


class Deadline:
    """Calls ``expire`` after ``seconds`` (0: never). Its clock stands still between ``pause`` and ``resume``."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self.seconds = seconds
        self.expired = False
        self._left = seconds
        self._expire = expire
        self._running = False
        self._waiting = 0
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        self._running = self.seconds > 0
        self._arm()

    def stop(self) -> None:
        """For good: nothing starts it again."""
        self._running = False
        self._disarm()

    def pause(self) -> None:
        self._waiting += 1
        self._disarm()

    def resume(self) -> None:
        self._waiting -= 1
        self._arm()

    def _arm(self) -> None:
        if self._running and not self._waiting and not self.expired and self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(self._left, self._fire)

    def _disarm(self) -> None:
        if self._handle is not None:
            self._left = max(0.0, self._handle.when() - asyncio.get_running_loop().time())
            self._handle.cancel()
            self._handle = None

    def _fire(self) -> None:
        self._handle = None
        self.expired = True
        self._expire()


class Turn:
    """One turn in the making. ``stop`` ends everything that runs for it, whoever asks for it."""

    def __init__(self, request: TurnRequest, emit: Emit, settings: Settings) -> None:
        self.request = request
        self._settings = settings
        self.failure: Exception | None = None
        self.stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.tasks: set[asyncio.Task[Any]] = set()
        self._emit = emit
        self._on_stop: list[Callable[[], None]] = []
        self._call_ids = {
            call.call_id for item in request.history if isinstance(item, AssistantStep) for call in item.calls
        }
        self.disclosed: dict[str, tuple[SentTable, ...]] = {
            answer.call_id: answer.tables
            for item in request.history
            if isinstance(item, ToolAnswers)
            for answer in item.answers
        }
        """What the result of each call tells of which table, for the receipts."""

    def emit(self, event: EngineEvent) -> None:
        """Pass an event on. A receiver that fails ends the turn, with its own error."""
        if self.failure is not None:
            return
        try:
            self._emit(event)
        except Exception as error:
            # raised here it would only end one of the turn's tasks, and leave the others waiting
            self.failure = error
            self.stop()

    def on_stop(self, callback: Callable[[], None]) -> None:
        if self.stopped.done():
            callback()
        else:
            self._on_stop.append(callback)

    def stop(self) -> None:
        if self.stopped.done():
            return
        self.stopped.set_result(None)
        for callback in self._on_stop:
            callback()

    def log_failure(self, what: str, error: BaseException) -> None:
        """Write a fault with its traceback to the log, without any key that its message may quote."""
        log.error("%s\n%s", what, redact("".join(traceback.format_exception(error)), self._settings))

    def unique_call_id(self, call_id: str) -> str:
        """``call_id``, or a new one where the model gave none or repeats one: ids name calls on the wire."""
        if not call_id or len(call_id) > 128 or call_id in self._call_ids:
            call_id = f"call_{uuid.uuid4().hex[:24]}"
        self._call_ids.add(call_id)
        return call_id


@dataclass(slots=True)
class AskedCall:
    """A tool call as the model asked for it. ``fault`` says why its arguments can't be used."""

    call_id: str
    tool: str
    arguments: dict[str, Any] = field(default_factory=dict)
    fault: str = ""

    @classmethod
    def read(cls, call_id: str, tool: str, text: str) -> AskedCall:
        """Read a call's arguments; models send nothing at all where a tool takes none."""
        # the name goes back to the provider with the history, and providers are strict about names
        call = cls(call_id, _NOT_IN_A_NAME.sub("_", tool)[:64] or "unnamed")
        if not text.strip():
            return call
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            call.fault = f"The arguments {_shown(text)} are not JSON."
            return call
        if value is None:
            return call
        if not isinstance(value, dict):
            call.fault = f"The arguments {_shown(text)} are not a JSON object."
            return call
        if "\\u" in text:  # an escape may hide half a character
            value = json.loads(whole_characters(json.dumps(value, ensure_ascii=False)))
        call.arguments = value
        return call


def _shown(text: str, limit: int = 200) -> str:
    text = repr(whole_characters(text))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


class Steps:
    """One agent's answers within a turn, one after the other. ``model``: who gives them, the turn's unless said."""

    def __init__(
        self, turn: Turn, agent: str, parent_call_id: str | None = None, model: ModelChoice | None = None
    ) -> None:
        self.turn = turn
        self.agent = agent
        self.parent_call_id = parent_call_id
        self.model = model or turn.request.model
        self.disclosed: list[tuple[str | None, tuple[SentTable, ...]]] = []
        """Level and tables of each result that this agent has read."""
        self.message_id = ""
        self.content = ""
        self.reasoning = ""
        self.finish_reason: str | None = None
        self.calls: list[AskedCall] = []
        self.count = 0
        self._pieces: list[str] = []
        self._thoughts: list[str] = []
        self._text_joiner = SurrogateJoiner()
        self._thought_joiner = SurrogateJoiner()

    def begin(self) -> None:
        """The model is about to be asked."""
        self.message_id = uuid.uuid4().hex
        self.content = self.reasoning = ""
        self.finish_reason = None
        self.calls = []
        self.count += 1
        self._pieces = []
        self._thoughts = []
        self._text_joiner = SurrogateJoiner()
        self._thought_joiner = SurrogateJoiner()

    def add_text(self, piece: str) -> None:
        piece = self._text_joiner.join(piece)
        if piece:
            self._pieces.append(piece)
            self.turn.emit(TextDelta(self.message_id, self.agent, piece, self.parent_call_id))

    def add_reasoning(self, piece: str) -> None:
        piece = self._thought_joiner.join(piece)
        if piece:
            self._thoughts.append(piece)
            self.turn.emit(ReasoningDelta(self.message_id, self.agent, piece, self.parent_call_id))

    def end(self, *, partial: bool = False) -> None:
        """The answer is whole, or (``partial``) will never be: report its text."""
        self.content = "".join(self._pieces)
        self.reasoning = "".join(self._thoughts)
        if self.content or self.reasoning:
            self.turn.emit(
                MessageDone(self.message_id, self.agent, self.content, self.reasoning, partial, self.parent_call_id)
            )

    def say(self, text: str) -> None:
        """A message of the engine's own, in the agent's name."""
        self.begin()
        self.add_text(text)
        self.end()
