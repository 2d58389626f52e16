"""The parts of a transcript: what is shown of a turn, each as the events have made it so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

_FOLDED = ("list_tables",)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is waited for: the turn before this one, the model, or, for the nth time of so many, the connection."""

    what: Literal["", "turn", "model", "connection"] = ""
    attempt: int = 0
    of: int = 0


@dataclass(slots=True)
class Part:
    """Something shown. ``revision`` rises with every change; ``done`` parts change no more."""

    agent: str = "copilot"
    revision: int = 0
    done: bool = False
    parent: ToolPart | None = field(default=None, repr=False, compare=False)
    """The call of another agent that it happened in; it changes with it."""


class Growing:
    """A text made of pieces; adding one costs the same however long it is."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def add(self, piece: str) -> None:
        self._pieces.append(piece)

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""


@dataclass(slots=True)
class TextPart(Part):
    message_id: str = ""
    said: Growing = field(default_factory=Growing)
    thought: Growing = field(default_factory=Growing)
    anchors: Mapping[str, str] = field(default_factory=dict)
    """Where the results lead that the text may refer to, by reference; grows with the turn."""

    @property
    def text(self) -> str:
        return str(self.said)

    @property
    def reasoning(self) -> str:
        return str(self.thought)


@dataclass(slots=True)
class ToolPart(Part):
    call_id: str = ""
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    ok: bool | None = None
    content: str = ""
    elapsed_ms: int = 0
    outputs: list[dict[str, Any]] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    asks: bool = False
    """Its question is shown as a part of its own, which says all of it."""

    @property
    def folded(self) -> bool:
        """Whether what it shows says no more than the answer will: it stands inside of the call, not below it."""
        return self.tool in _FOLDED

    def shown(self) -> Iterator[dict[str, Any]]:
        """The MIME bundles for the user, those of nested calls too."""
        for child in self.children:
            if isinstance(child, ToolPart):
                yield from child.shown()
        if not self.folded:
            yield from self.outputs


@dataclass(slots=True)
class QuestionPart(Part):
    question_id: str = ""
    content: str = ""
    options: list[str] = field(default_factory=list)
    multiple: bool = False
    answer: str | None = None
    by: str = ""


@dataclass(slots=True)
class ApprovalPart(Part):
    approval_id: str = ""
    content: str = ""
    tool: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    decision: str = ""
    by: str = ""
    note: str = ""


@dataclass(slots=True)
class EvidencePart(Part):
    """Which numbers of the message before it stand in which result: (number, reference or None)."""

    refs: list[str] = field(default_factory=list)
    numbers: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def unproved(self) -> list[str]:
        """The numbers that no result has."""
        return [text for text, ref in self.numbers if ref is None]


@dataclass(slots=True)
class NoticePart(Part):
    content: str = ""
    level: str = "info"


@dataclass(slots=True)
class ReminderPart(Part):
    content: str = ""


@dataclass(slots=True)
class ErrorPart(Part):
    code: str = ""
    message: str = ""
    hint: str = ""


@dataclass(slots=True)
class Tally:
    """What was sent to models: the receipt line."""

    requests: int = 0
    rows: int = 0
    bytes: int = 0

    def add(self, event: dict[str, Any]) -> None:
        """Count one ``sent`` event."""
        self.requests += 1
        self.bytes += number(event.get("bytes"))
        tables = event.get("tables")
        for table in tables if isinstance(tables, list) else []:
            if isinstance(table, dict):
                self.rows += number(table.get("rows"))


def number(value: object) -> int:
    """A figure of an event; 0 for what is none."""
    return int(value) if isinstance(value, (int, float)) else 0
