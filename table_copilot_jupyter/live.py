"""Answers in the making: what of their text waits, what was sent, what is not saved yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from .clock import timestamp
from .protocol import Event, Reasoning, Text


@dataclass(slots=True)
class LiveMessage:
    """An answer in the making. ``sent`` holds what the listeners have."""

    message_id: str
    agent: str
    turn_id: str | None
    parent_call_id: str | None
    finished: bool = False
    queued: dict[str, int] = field(default_factory=lambda: {"text": 0, "reasoning": 0})
    sent: dict[str, list[str]] = field(default_factory=lambda: {"text": [], "reasoning": []})

    def frame(self, kind: str, offset: int, delta: str, session_id: str) -> Event:
        model = Text if kind == "text" else Reasoning
        return model(
            session_id=session_id,
            turn_id=self.turn_id,
            at=timestamp(),
            message_id=self.message_id,
            agent=self.agent,
            offset=offset,
            delta=delta,
            parent_call_id=self.parent_call_id,
        )


@dataclass(slots=True)
class StreamedText:
    """Text of one message that waits in the queue."""

    message: LiveMessage
    kind: str
    offset: int
    parts: list[str]


@dataclass(slots=True)
class UnsavedText:
    """Sent text that is in no piece yet."""

    message: LiveMessage
    offset: int
    parts: list[str]
