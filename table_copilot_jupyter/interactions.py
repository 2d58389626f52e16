"""Questions and approvals that wait for the user: the first answer wins, on whichever surface."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .protocol import Approval, CopilotError, ErrorCode, Question
from .tools.base import Asked, Decided


@dataclass(slots=True)
class Pending:
    """One open question or approval. ``future`` is None after a restart: nobody awaits it any more,
    its answer takes the turn up again."""

    event: Question | Approval
    future: asyncio.Future[Any] | None

    @property
    def id(self) -> str:
        return self.event.question_id if isinstance(self.event, Question) else self.event.approval_id


class Interactions:
    """The open questions and approvals of one session."""

    def __init__(self) -> None:
        self._open: dict[str, Pending] = {}
        self._closed: dict[str, str] = {}

    def add(self, event: Question | Approval, future: asyncio.Future[Any] | None = None) -> Pending:
        pending = Pending(event, future)
        self._open[pending.id] = pending
        return pending

    def take(self, identifier: str, kind: type[Question] | type[Approval], by: str) -> Pending:
        """Close and return it. Raises CopilotError when it is not open (any more)."""
        pending = self._open.get(identifier)
        name = "question" if kind is Question else "approval"
        if pending is None or not isinstance(pending.event, kind):
            if identifier in self._closed:
                raise CopilotError(
                    ErrorCode.BAD_FRAME,
                    f"The {name} {identifier!r} is closed already, by {self._closed[identifier]}.",
                    "Nothing more is needed.",
                )
            open_ids = [p.id for p in self._open.values() if isinstance(p.event, kind)]
            raise CopilotError(
                ErrorCode.BAD_FRAME,
                f"There is no open {name} {identifier!r}.",
                f"Open: {', '.join(open_ids)}." if open_ids else f"No {name} is open in this session.",
            )
        self._close(identifier, by)
        return pending

    def drop(self, identifier: str, by: str) -> bool:
        """Close it without an answer (a deadline, a cancel). False when it was closed already."""
        if identifier not in self._open:
            return False
        self._close(identifier, by)
        return True

    def _close(self, identifier: str, by: str) -> None:
        del self._open[identifier]
        self._closed[identifier] = by
        while len(self._closed) > 200:
            del self._closed[next(iter(self._closed))]

    @property
    def open(self) -> Mapping[str, Pending]:
        return self._open

    def latest_question(self) -> Question | None:
        questions = [p.event for p in self._open.values() if isinstance(p.event, Question)]
        return questions[-1] if questions else None


def resolve(pending: Pending, outcome: Asked | Decided) -> bool:
    """Wake the turn that waits. False when none does (after a restart)."""
    if pending.future is None:
        return False
    if not pending.future.done():
        pending.future.set_result(outcome)
    return True
