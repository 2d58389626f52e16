"""What the models of one session are shown of its past: the newest turns that fit, kept in memory while it is awake."""

from __future__ import annotations

import json
from typing import Any

from .engine.base import HistoryItem
from .engine.context import history_from_events, trim
from .log import SessionLog
from .privacy import Privacy
from .protocol import Event
from .services import Services

CHARS_PER_TOKEN = 3

_EVENTS = frozenset(
    {
        "user_message",
        "message_withdrawn",
        "turn_started",
        "message",
        "tool_started",
        "tool_finished",
        "question",
        "question_closed",
        "error",
        "turn_finished",
    }
)


class SessionContext:
    """The events of a session that a history is made of. ``empty``: there are none yet, so none need be read."""

    def __init__(self, session_id: str, services: Services, *, empty: bool) -> None:
        self._session_id = session_id
        self._services = services
        self._events: list[dict[str, Any]] | None = [] if empty else None
        self._chars = 0

    async def load(self, log: SessionLog) -> list[dict[str, Any]]:
        """The events, read from the store if need be: no more than the model has room for."""
        if self._events is None:
            await log.flush()
            rows = await self._services.store.last_turns(self._session_id, self._budget)
            self._events = [json.loads(row.body) for row in rows if row.type in _EVENTS]
            self._chars = sum(len(row.body) for row in rows)
        return self._events

    async def history(self, log: SessionLog, agent: str, privacy: Privacy) -> list[HistoryItem]:
        """What ``agent`` is shown under ``privacy``, trimmed to the model's room."""
        return trim(history_from_events(await self.load(log), agent=agent, privacy=privacy), self._budget)

    def take(self, event: Event) -> None:
        """An event was published."""
        if self._events is not None and event.type in _EVENTS:
            body = event.model_dump(mode="json")
            self._events.append(body)
            self._chars += len(str(body.get("content", ""))) + 200

    def forget(self) -> None:
        """The log has changed: read it again when it is needed."""
        self._events, self._chars = None, 0

    def clear(self) -> None:
        """The log is empty."""
        self._events, self._chars = [], 0

    def shrink(self) -> None:
        """Let go of what has grown far beyond the model's room; the store gives no more than that."""
        if self._chars > 2 * self._budget:
            self.forget()

    @property
    def _budget(self) -> int:
        return self._services.settings.context_tokens * CHARS_PER_TOKEN
