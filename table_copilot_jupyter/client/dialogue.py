"""Carries one turn from its message to its answer, on the caller's thread.

Shared by the magic and ``Copilot.ask``: they differ in what shows the turn (a view) and in who answers its
questions (a responder).
"""

from __future__ import annotations

import contextlib
import time
from typing import Protocol

from .answer import Answer, answer_from
from .connection import Event
from .errors import CopilotClientError, CopilotTurnError
from .parts import ApprovalPart, QuestionPart
from .render import View
from .transcript import Transcript
from .turn import CANCEL_WAIT_S, EventQueue, Turn


class Responder(Protocol):
    """Who answers for the user."""

    def watch(self, event: Event | None) -> None:
        """Told of every event at once, on another thread; ``None`` at the end."""
        ...

    def question(self, part: QuestionPart) -> str | None:
        """The answer; None when somebody else answered meanwhile. Raises Unanswerable."""
        ...

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        """The decision and a note; None when somebody else decided meanwhile."""
        ...


class Unanswerable(Exception):
    """A question that nobody here can answer. ``hint`` says how it could be; ``chinese`` are both in Chinese."""

    def __init__(self, reason: str, hint: str, chinese: tuple[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.chinese = chinese


def converse(turn: Turn, session_id: str, transcript: Transcript, view: View, responder: Responder) -> Answer:
    """Run the turn to its end and return its answer.

    Raises CopilotTurnError or CopilotConnectionError with the partial text. An interrupt stops the turn at the
    server too, waits shortly for its end, and is raised again.
    """
    events = EventQueue(turn, responder.watch)
    try:
        events.start()
        for event in events:
            part = transcript.apply(event) if event is not None else None
            view.update(event, part)
            if event is not None and event.get("type") == "kernel_request":
                view.flush()
                turn.run(event)
            elif isinstance(part, QuestionPart) and not part.done:
                _ask(turn, part, view, responder)
            elif isinstance(part, ApprovalPart) and not part.done:
                _approve(turn, part, view, responder)
    except Unanswerable as error:
        _stop(turn, events, transcript, view)
        raise CopilotTurnError(
            "denied", error.reason, error.hint, partial=transcript.text, chinese=error.chinese
        ) from None
    except CopilotClientError as error:
        message, hint = error.told(turn.words)
        transcript.apply({"type": "error", "message": message, "hint": hint})
        transcript.close()
        view.finish()
        error.partial = transcript.text
        raise
    except BaseException:  # an interrupt, or a fault in the user's callback: no turn runs on unattended
        _stop(turn, events, transcript, view)
        raise
    transcript.close()
    view.finish()
    if turn.notice is not None:
        switch_to = turn.notice.get("switch_to")
        return answer_from(
            transcript,
            session_id,
            turn.words,
            switch_to=switch_to if isinstance(switch_to, str) else None,
            reason="command",
        )
    check(transcript)
    return answer_from(transcript, session_id, turn.words)


def check(transcript: Transcript) -> None:
    """Raise CopilotTurnError for a turn that failed."""
    if (error := transcript.error) is not None:
        raise CopilotTurnError(error.code or "internal", error.message, error.hint, partial=transcript.text)
    if transcript.reason == "interrupted":
        raise CopilotTurnError(
            "internal",
            "The server stopped while this ran.",
            "Ask again to continue.",
            partial=transcript.text,
            chinese=("回答途中服务器停止了。", "再问一次即可继续。"),
        )


def _ask(turn: Turn, part: QuestionPart, view: View, responder: Responder) -> None:
    view.flush()
    if (answer := responder.question(part)) is not None:
        turn.answer(part.question_id, answer)


def _approve(turn: Turn, part: ApprovalPart, view: View, responder: Responder) -> None:
    view.flush()
    if (decided := responder.approval(part)) is not None:
        turn.decide(part.approval_id, *decided)


def _stop(turn: Turn, events: EventQueue, transcript: Transcript, view: View) -> None:
    """Cancel the turn and take in what still comes of it, for a short while."""
    turn.cancel()
    deadline = time.monotonic() + CANCEL_WAIT_S
    with contextlib.suppress(CopilotClientError):
        for event in events:
            if event is not None:
                transcript.apply(event)
            if time.monotonic() > deadline:
                turn.abandon()
                break
    transcript.reason = "cancelled"
    transcript.close()
    view.finish()
