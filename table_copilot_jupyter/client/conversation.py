"""A session's events, folded into what Python sees of it: its finished messages, its turns, whether one runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .connection import Event
from .mime import evidence_of
from .parts import Tally
from .transcript import Transcript

Message = dict[str, Any]


@dataclass(slots=True)
class Round:
    """What the user said (nothing, for what comes by itself), and all that came back."""

    said: str | None
    transcript: Transcript
    agent: str | None = None


class Conversation:
    """One session so far. Unknown events change nothing."""

    def __init__(self) -> None:
        self.model = ""
        self.privacy = ""
        self._sent = Tally()
        self._clear()

    def _clear(self) -> None:
        self._results: dict[str, dict[str, Any]] = {}
        self.messages: list[Message] = []
        self.rounds: list[Round] = []
        self._events: list[Event] = []
        self._turns: dict[str, Round] = {}
        self._running: set[str] = set()
        self._queued: dict[str, Event] = {}

    @property
    def busy(self) -> bool:
        """Whether a turn runs."""
        return bool(self._running)

    @property
    def waiting(self) -> list[str]:
        """What the user said that no turn has taken up yet."""
        return [_text(event.get("content")) for event in self._queued.values()]

    def take(self, event: Event) -> Message | None:
        """Take one event in; returns the message that it finishes, if it does."""
        kind, seq = event.get("type"), event.get("seq")
        if kind in ("reset", "cleared", "session_deleted"):
            self._sent = Tally()
            self._clear()
        elif kind == "rewound" and isinstance(first := event.get("first_seq"), int):
            kept = self._before(first)
            self._sent = Tally()
            self._clear()
            for old in kept:
                self.take(old)
        elif kind == "connection_lost":
            self._running.clear()
        else:
            if isinstance(seq, int):
                self._events.append(event)
            return self._apply(event)
        return None

    def _before(self, first_seq: int) -> list[Event]:
        """What stays when a message is taken back: all before it, receipts, and turns that it had waited behind."""
        gone = {
            event.get("message_id")
            for event in self._events
            if event["seq"] >= first_seq and event.get("type") == "user_message"
        }
        earlier = {
            event.get("turn_id")
            for event in self._events
            if event.get("type") == "turn_started" and event.get("message_id") not in gone
        }

        def stays(event: Event) -> bool:
            return (
                event["seq"] < first_seq
                or event.get("type") in ("sent", "usage")
                or (event.get("turn_id") in earlier and event.get("type") != "user_message")
            )

        return [event for event in self._events if stays(event)]

    def _apply(self, event: Event) -> Message | None:
        kind, message_id, turn_id = event.get("type"), _text(event.get("message_id")), _text(event.get("turn_id"))
        if kind == "user_message":
            self._queued[message_id] = event
            return self._finished("user", event)
        if kind == "message_withdrawn":
            self._queued.pop(message_id, None)
            self.messages = [message for message in self.messages if message["message_id"] != message_id]
            return None
        if kind == "session_updated":
            self.model = _text(event.get("model"))
            self.privacy = _text(event.get("privacy"))
            return None
        if kind == "turn_started":
            asked = self._queued.pop(message_id, {})
            said, agent = _text(asked.get("content")), asked.get("agent")
            begun = Round(said, Transcript(self._sent, self._results), agent if isinstance(agent, str) else None)
            self._turns[turn_id] = begun
            self.rounds.append(begun)
            self._running.add(turn_id)
        elif kind == "turn_finished":
            self._running.discard(turn_id)
        elif kind == "sent":
            self._sent.add(event)
        elif kind == "tool_output" and (evidence := evidence_of(event.get("mime"))) is not None:
            self._results[evidence["ref"]] = evidence
        self._transcript(event, turn_id)
        if kind == "message" and not event.get("parent_call_id") and _text(event.get("content")).strip():
            return self._finished("assistant", event)
        return None

    def _transcript(self, event: Event, turn_id: str) -> None:
        found = self._turns.get(turn_id)
        if found is not None:
            found.transcript.apply(event)
        elif event.get("type") in ("reminder", "notice", "error"):
            by_itself = Round(None, Transcript())
            by_itself.transcript.apply(event)
            self.rounds.append(by_itself)

    def _finished(self, role: str, event: Event) -> Message:
        message = {
            "role": role,
            "content": _text(event.get("content")),
            "at": _text(event.get("at")),
            "agent": event.get("agent"),
            "message_id": _text(event.get("message_id")),
        }
        self.messages = [*self.messages, message]  # a new list: who holds the old one keeps what it was
        return message


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
