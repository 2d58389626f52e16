"""A turn's events, folded into parts in the order in which they are shown.

``Transcript`` is the one place that knows what each event means for the display; the answer, the
notebook's HTML and the terminal's text are made from it. Unknown events change nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(slots=True)
class Part:
    """Something shown. ``revision`` rises with every change; ``done`` parts change no more."""

    agent: str = "copilot"
    revision: int = 0
    done: bool = False


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

    def shown(self) -> Iterator[dict[str, Any]]:
        """The MIME bundles for the user, those of nested calls too."""
        for child in self.children:
            if isinstance(child, ToolPart):
                yield from child.shown()
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
    decision: str = ""
    by: str = ""


@dataclass(slots=True)
class NoticePart(Part):
    content: str = ""
    level: str = "info"


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
        self.bytes += _number(event.get("bytes"))
        tables = event.get("tables")
        for table in tables if isinstance(tables, list) else []:
            if isinstance(table, dict):
                self.rows += _number(table.get("rows"))


class Transcript:
    """The parts of one turn, and its figures.

    ``session_sent`` is the tally of the whole session, which somebody else keeps; without it the turn's own
    receipts are counted.
    """

    def __init__(self, session_sent: Tally | None = None) -> None:
        self.parts: list[Part] = []
        self.status = ""
        self.model = ""
        self.reason = ""
        self.usage = {"input": 0, "output": 0}
        self.sent = Tally()
        self._session_sent = session_sent
        self.error: ErrorPart | None = None
        self._texts: dict[str, TextPart] = {}
        self._tools: dict[str, ToolPart] = {}
        self._questions: dict[str, QuestionPart] = {}
        self._approvals: dict[str, ApprovalPart] = {}

    @property
    def text(self) -> str:
        """What the answering agent said; for a command, its answer."""
        shown = [p.text for p in self.parts if isinstance(p, TextPart) and p.text.strip()]
        return "\n\n".join(shown or [p.content for p in self.parts if isinstance(p, NoticePart)])

    def tools(self) -> Iterator[ToolPart]:
        """Every tool call, those of the agents that it delegated to as well, in the order of their start."""
        return iter(self._tools.values())

    def apply(self, event: dict[str, Any]) -> Part | None:
        """Take one event in; returns the part that it made or changed."""
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler is None:
            return None
        part: Part | None = handler(event)
        if part is not None:
            self.status = ""
            part.revision += 1
            if (parent := self._tools.get(_text(event.get("parent_call_id")))) is not None:
                parent.revision += 1
        return part

    # --- the turn ----------------------------------------------------------------------------

    def _on_user_message(self, event: dict[str, Any]) -> None:
        if event.get("queued"):
            self.status = "Waiting for the turn before this one…"

    def _on_connection(self, event: dict[str, Any]) -> None:
        self.status = _text(event.get("content"))

    def _on_turn_started(self, event: dict[str, Any]) -> None:
        self.status = "Thinking…"
        self.model = _text(event.get("model"))

    def _on_turn_finished(self, event: dict[str, Any]) -> None:
        self.reason = _text(event.get("reason"))
        self.close()

    def close(self) -> None:
        """Nothing more comes."""
        self.status = ""
        for part in [*self.parts, *self._texts.values(), *self._tools.values()]:
            if not part.done:
                part.done = True
                part.revision += 1

    def _on_usage(self, event: dict[str, Any]) -> None:
        for name in ("input", "output"):
            self.usage[name] += _number(event.get(name))

    def _on_sent(self, event: dict[str, Any]) -> None:
        if self._session_sent is None:
            self.sent.add(event)
        else:
            self.sent = replace(self._session_sent)

    # --- parts -------------------------------------------------------------------------------

    def _on_text(self, event: dict[str, Any]) -> Part:
        part = self._message(event)
        part.said.add(_text(event.get("delta")))
        return part

    def _on_reasoning(self, event: dict[str, Any]) -> Part:
        part = self._message(event)
        part.thought.add(_text(event.get("delta")))
        return part

    def _on_message(self, event: dict[str, Any]) -> Part:
        part = self._message(event)
        part.said = Growing()
        part.said.add(_text(event.get("content")))
        if reasoning := _text(event.get("reasoning")):
            part.thought = Growing()
            part.thought.add(reasoning)
        part.done = True
        return part

    def _message(self, event: dict[str, Any]) -> TextPart:
        message_id = _text(event.get("message_id"))
        part = self._texts.get(message_id)
        if part is None:
            part = self._texts[message_id] = TextPart(agent=_text(event.get("agent")), message_id=message_id)
            self._place(part, event)
        return part

    def _place(self, part: Part, event: dict[str, Any]) -> None:
        parent = self._tools.get(_text(event.get("parent_call_id")))
        (self.parts if parent is None else parent.children).append(part)

    def _on_tool_started(self, event: dict[str, Any]) -> Part:
        call_id, arguments = _text(event.get("call_id")), event.get("arguments")
        part = ToolPart(
            agent=_text(event.get("agent")),
            call_id=call_id,
            tool=_text(event.get("tool")),
            arguments=arguments if isinstance(arguments, dict) else {},
        )
        self._place(part, event)
        self._tools[call_id] = part
        return part

    def _on_tool_output(self, event: dict[str, Any]) -> Part | None:
        part, mime = self._tools.get(_text(event.get("call_id"))), event.get("mime")
        if part is not None and isinstance(mime, dict):
            part.outputs.append(mime)
        return part

    def _on_tool_finished(self, event: dict[str, Any]) -> Part | None:
        part = self._tools.get(_text(event.get("call_id")))
        if part is not None:
            part.ok, part.content = bool(event.get("ok")), _text(event.get("content"))
            part.elapsed_ms, part.done = _number(event.get("elapsed_ms")), True
        return part

    def _on_question(self, event: dict[str, Any]) -> Part:
        options = event.get("options")
        part = self._questions[_text(event.get("question_id"))] = QuestionPart(
            agent=_text(event.get("agent")),
            question_id=_text(event.get("question_id")),
            content=_text(event.get("content")),
            options=[_text(option) for option in options] if isinstance(options, list) else [],
            multiple=bool(event.get("multiple")),
        )
        if (call := self._tools.get(_text(event.get("call_id")))) is not None:
            call.asks = True
        self.parts.append(part)
        return part

    def _on_question_closed(self, event: dict[str, Any]) -> Part | None:
        part = self._questions.get(_text(event.get("question_id")))
        if part is not None:
            answer = event.get("answer")
            part.answer = answer if isinstance(answer, str) else None
            part.by, part.done = _text(event.get("by")), True
        return part

    def _on_approval(self, event: dict[str, Any]) -> Part:
        arguments = event.get("arguments")
        part = self._approvals[_text(event.get("approval_id"))] = ApprovalPart(
            agent=_text(event.get("agent")),
            approval_id=_text(event.get("approval_id")),
            content=_text(event.get("content")),
            tool=_text(event.get("tool")),
            arguments=arguments if isinstance(arguments, dict) else {},
        )
        self.parts.append(part)
        return part

    def _on_approval_closed(self, event: dict[str, Any]) -> Part | None:
        part = self._approvals.get(_text(event.get("approval_id")))
        if part is not None:
            part.decision, part.by, part.done = _text(event.get("decision")), _text(event.get("by")), True
        return part

    def _on_notice(self, event: dict[str, Any]) -> Part:
        part = NoticePart(content=_text(event.get("content")), level=_text(event.get("level")), done=True)
        self.parts.append(part)
        return part

    def _on_reminder(self, event: dict[str, Any]) -> Part:
        part = NoticePart(content=f"Reminder: {_text(event.get('content'))}", done=True)
        self.parts.append(part)
        return part

    def _on_error(self, event: dict[str, Any]) -> Part:
        part = self.error = ErrorPart(
            code=_text(event.get("code")),
            message=_text(event.get("message")),
            hint=_text(event.get("hint")),
            done=True,
        )
        self.parts.append(part)
        return part


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0
