"""Rows and events for tests of the store, in few words."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from table_copilot_jupyter.store.base import Batch, SessionRow, StoredEvent
from table_copilot_jupyter.store.sql import SqlStore

OpenStore = Callable[..., Awaitable[SqlStore]]
AT = "2026-01-31T09:00:00+00:00"


def row(session_id: str = "s1", owner: str = "ada", **changes: object) -> SessionRow:
    return SessionRow(session_id, owner, **{"title": "", "created_at": AT, "updated_at": AT, "epoch": "e1", **changes})


def event(seq: int, kind: str = "notice", turn_id: str | None = None, body: str | None = None, **fields: str):
    """A stored event; ``message_id="m"`` and the like go into its body."""
    if body is None:
        body = "{" + ",".join(f'"{name}":"{value}"' for name, value in {"type": kind, **fields}.items()) + "}"
    return StoredEvent(seq, kind, turn_id, AT, body)


def turn(first_seq: int, name: str, *, finished: bool = True, padding: int = 0) -> list[StoredEvent]:
    """A user message and its turn: four events, or three without the end."""
    log = [
        event(first_seq, "user_message", message_id=f"ask-{name}"),
        event(first_seq + 1, "turn_started", name, message_id=f"ask-{name}"),
        event(first_seq + 2, "message", name, message_id=f"say-{name}", content="x" * padding),
    ]
    return [*log, event(first_seq + 3, "turn_finished", name)] if finished else log


async def write(store: SqlStore, *events: StoredEvent, session_id: str = "s1") -> None:
    await store.append(session_id, Batch(events=events))
