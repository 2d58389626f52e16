"""A turn's events, folded into parts in the order in which they are shown.

``Transcript`` is the one place that knows what each event means for the display; the answer, the
notebook's HTML and the terminal's text are made from it. Unknown events change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from .footnotes import REF, cited_in
from .mime import evidence_of, reference
from .parts import (
    ApprovalPart,
    ErrorPart,
    EvidencePart,
    Growing,
    NoticePart,
    Part,
    QuestionPart,
    ReminderPart,
    Tally,
    TextPart,
    ToolPart,
    Waiting,
    number,
)


class Transcript:
    """The parts of one turn, and its figures.

    ``session_sent`` is the tally of the whole session, which somebody else keeps; without it the turn's own
    receipts are counted. ``session_results`` are likewise the results that its answers may refer to: the evidence of
    each, by reference.
    """

    def __init__(
        self, session_sent: Tally | None = None, session_results: Mapping[str, dict[str, Any]] | None = None
    ) -> None:
        self.parts: list[Part] = []
        self.waiting = Waiting()
        self.model = ""
        self.reason = ""
        self.usage = {"input": 0, "output": 0}
        self.sent = Tally()
        self._session_sent = session_sent
        self._session_results = session_results if session_results is not None else {}
        self._results: dict[str, dict[str, Any]] = {}
        self._name = ""
        self._anchors: dict[str, str] = {}
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

    def cited(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(where it stands, evidence) of each result that the answer refers to, in the order of their references."""
        named = {ref for part in self.parts if isinstance(part, EvidencePart) for ref in part.refs}
        for part in self.parts:
            if isinstance(part, TextPart):
                named |= set(cited_in(part.text))
        for ref in sorted(named & self._anchors.keys(), key=lambda ref: (len(ref), ref)):
            yield self._anchors[ref], self._results[ref]

    def apply(self, event: dict[str, Any]) -> Part | None:
        """Take one event in; returns the part that it made or changed."""
        handler = getattr(self, f"_on_{event.get('type')}", None)
        if handler is None:
            return None
        part: Part | None = handler(event)
        if part is not None:
            self.waiting = Waiting()
            changed: Part | None = part
            while changed is not None:
                changed.revision += 1
                changed = changed.parent
        return part

    # --- the turn ----------------------------------------------------------------------------

    def _on_user_message(self, event: dict[str, Any]) -> None:
        if event.get("queued"):
            self.waiting = Waiting("turn")

    def _on_connection(self, event: dict[str, Any]) -> None:
        tries = number(event.get("attempt")), number(event.get("of"))
        self.waiting = Waiting("connection", *tries) if event.get("content") else Waiting()

    def _on_turn_started(self, event: dict[str, Any]) -> None:
        self.waiting = Waiting("model")
        self._name = re.sub(r"[^A-Za-z0-9]", "", _text(event.get("turn_id")))[:12]
        self._results = dict(self._session_results)  # what was told of the session up to now
        for ref in self._results:
            self._anchor(ref)
        self.model = _text(event.get("model"))

    def _on_turn_finished(self, event: dict[str, Any]) -> None:
        self.reason = _text(event.get("reason"))
        self.close()

    def close(self) -> None:
        """Nothing more comes."""
        self.waiting = Waiting()
        for part in [*self.parts, *self._texts.values(), *self._tools.values()]:
            if not part.done:
                part.done = True
                part.revision += 1

    def _on_usage(self, event: dict[str, Any]) -> None:
        for name in ("input", "output"):
            self.usage[name] += number(event.get(name))

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
            part = self._texts[message_id] = TextPart(
                agent=_text(event.get("agent")), message_id=message_id, anchors=self._anchors
            )
            self._place(part, event)
        return part

    def _place(self, part: Part, event: dict[str, Any]) -> None:
        part.parent = self._tools.get(_text(event.get("parent_call_id")))
        (self.parts if part.parent is None else part.parent.children).append(part)

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
        if part is None or not isinstance(mime, dict):
            return part
        if ref := reference(mime):  # a query that was run again: its newest result stands
            part.outputs = [output for output in part.outputs if reference(output) != ref]
        part.outputs.append(mime)
        if (evidence := evidence_of(mime)) is not None:
            self._results[evidence["ref"]] = evidence
            self._anchor(evidence["ref"])
        return part

    def _anchor(self, ref: str) -> None:
        if REF.fullmatch(ref):
            self._anchors[ref] = f"tcj-{self._name}-{ref}"

    def _on_tool_finished(self, event: dict[str, Any]) -> Part | None:
        part = self._tools.get(_text(event.get("call_id")))
        if part is not None:
            part.ok, part.content = bool(event.get("ok")), _text(event.get("content"))
            part.elapsed_ms, part.done = number(event.get("elapsed_ms")), True
        return part

    def _on_evidence(self, event: dict[str, Any]) -> Part | None:
        message = self._texts.get(_text(event.get("message_id")))
        refs, numbers = event.get("refs"), event.get("numbers")
        if not any(part is message for part in self.parts):
            return None  # of an agent that was delegated to: who asked it tells the numbers again
        marks = [mark for mark in numbers if isinstance(mark, dict)] if isinstance(numbers, list) else []
        part = EvidencePart(
            refs=[_text(ref) for ref in refs] if isinstance(refs, list) else [],
            numbers=[(_text(mark.get("text")), _text(mark.get("ref")) or None) for mark in marks],
            done=True,
        )
        self.parts.append(part)
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
        arguments, options = event.get("arguments"), event.get("options")
        part = self._approvals[_text(event.get("approval_id"))] = ApprovalPart(
            agent=_text(event.get("agent")),
            approval_id=_text(event.get("approval_id")),
            content=_text(event.get("content")),
            tool=_text(event.get("tool")),
            arguments=arguments if isinstance(arguments, dict) else {},
            options=[_text(option) for option in options] if isinstance(options, list) else [],
        )
        self.parts.append(part)
        return part

    def _on_approval_closed(self, event: dict[str, Any]) -> Part | None:
        part = self._approvals.get(_text(event.get("approval_id")))
        if part is not None:
            part.decision, part.by, part.done = _text(event.get("decision")), _text(event.get("by")), True
            part.note = _text(event.get("note"))
        return part

    def _on_notice(self, event: dict[str, Any]) -> Part:
        part = NoticePart(content=_text(event.get("content")), level=_text(event.get("level")), done=True)
        self.parts.append(part)
        return part

    def _on_reminder(self, event: dict[str, Any]) -> Part:
        part = ReminderPart(content=_text(event.get("content")), done=True)
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
