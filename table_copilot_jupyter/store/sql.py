"""The store in a database: SQLite in one file, or PostgreSQL, through the same code.

``SqlStore`` names what ``base.Store`` promises, and for each promise the function that keeps it and how sure the
transaction must be. Importing this module imports SQLAlchemy, which takes a while: import it late.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from ..protocol import ReminderItem, TodoItem
from . import log, receipts, reminders, sessions, todos
from .base import Batch, OpenedStore, OpenTurn, Piece, ReceiptRow, SessionRow, StoredEvent
from .database import Database, Mode


def default_url(data_dir: Path) -> str:
    """Where sessions are kept unless it is set otherwise: a file of its own below Jupyter's data directory."""
    path = data_dir / "table_copilot" / "sessions.db"
    return URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


class SqlStore:
    """A ``base.Store`` behind a database URL. Raises StoreError for a URL that it can't serve."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._run = self._database.run

    async def open(self) -> OpenedStore:
        return await self._database.open()

    async def close(self) -> None:
        await self._database.close()

    # sessions

    async def create_session(self, row: SessionRow) -> None:
        await self._run(Mode.DURABLE, sessions.create, row)

    async def session(self, session_id: str) -> SessionRow | None:
        return await self._run(Mode.READ, sessions.find, session_id)

    async def was_deleted(self, session_id: str) -> bool:
        return await self._run(Mode.READ, sessions.was_deleted, session_id)

    async def sessions(self, owner: str) -> list[SessionRow]:
        return await self._run(Mode.READ, sessions.of_owner, owner)

    async def update_session(self, session_id: str, **changes: str | int | bool | None) -> None:
        await self._run(Mode.WRITE, sessions.change, session_id, changes)

    async def delete_session(self, session_id: str) -> None:
        await self._run(Mode.DURABLE, sessions.remove, session_id)

    # the log

    async def append(self, session_id: str, batch: Batch) -> None:
        await self._database.run_at_once(log.append, session_id, batch)

    async def sync(self) -> None:
        await self._database.sync()

    async def clear_session(self, session_id: str, cleared: StoredEvent) -> None:
        await self._run(Mode.DURABLE, log.begin_anew, session_id, cleared)

    async def rewind_session(self, session_id: str, first_seq: int, rewound: StoredEvent) -> int:
        return await self._run(Mode.DURABLE, log.rewind, session_id, first_seq, rewound)

    async def events(
        self, session_id: str, after_seq: int = 0, limit: int | None = None, *, types: Sequence[str] | None = None
    ) -> list[StoredEvent]:
        return await self._run(Mode.READ, log.read, session_id, after_seq, limit, types)

    async def last_turns(self, session_id: str, max_chars: int) -> list[StoredEvent]:
        return await self._run(Mode.READ, log.last_turns, session_id, max_chars)

    async def find_message(self, session_id: str, message_id: str) -> int | None:
        return await self._run(Mode.READ, log.find_message, session_id, message_id)

    async def pieces(self, session_id: str) -> list[Piece]:
        return await self._run(Mode.READ, log.read_pieces, session_id)

    async def open_turns(self) -> list[OpenTurn]:
        return await self._run(Mode.READ, sessions.turns_without_end)

    async def unanswered_messages(self, session_id: str) -> list[StoredEvent]:
        return await self._run(Mode.READ, log.unanswered, session_id)

    # leases

    async def acquire_lease(self, session_id: str, host: str, ttl_s: float) -> bool:
        return await self._run(Mode.WRITE, sessions.acquire_lease, session_id, host, ttl_s)

    async def renew_leases(self, host: str, ttl_s: float) -> None:
        await self._run(Mode.WRITE, sessions.renew_leases, host, ttl_s)

    async def lease_hosts(self) -> list[str]:
        return await self._run(Mode.READ, sessions.lease_hosts)

    async def release_leases(self, host: str, session_ids: Sequence[str] | None = None) -> None:
        await self._run(Mode.WRITE, sessions.release_leases, host, session_ids)

    # todos

    async def add_todo(self, owner: str, todo: TodoItem) -> None:
        await self._run(Mode.DURABLE, todos.add, owner, todo)

    async def todos(self, owner: str, *, done: bool | None = None) -> list[TodoItem]:
        return await self._run(Mode.READ, todos.of_owner, owner, done)

    async def todo(self, owner: str, todo_id: str) -> TodoItem | None:
        return await self._run(Mode.READ, todos.find, owner, todo_id)

    async def update_todo(self, owner: str, todo: TodoItem) -> bool:
        return await self._run(Mode.DURABLE, todos.replace, owner, todo)

    async def remove_todo(self, owner: str, todo_id: str) -> bool:
        return await self._run(Mode.DURABLE, todos.remove, owner, todo_id)

    # reminders

    async def add_reminder(self, owner: str, reminder: ReminderItem) -> None:
        await self._run(Mode.DURABLE, reminders.add, owner, reminder)

    async def reminders(self, owner: str, *, pending_only: bool = True) -> list[ReminderItem]:
        return await self._run(Mode.READ, reminders.of_owner, owner, pending_only)

    async def reminder(self, owner: str, reminder_id: str) -> ReminderItem | None:
        return await self._run(Mode.READ, reminders.find, owner, reminder_id)

    async def update_reminder(self, owner: str, reminder: ReminderItem) -> bool:
        return await self._run(Mode.DURABLE, reminders.replace, owner, reminder)

    async def due_reminders(self, now: datetime) -> list[tuple[str, ReminderItem]]:
        return await self._run(Mode.READ, reminders.due, now)

    async def next_due(self) -> datetime | None:
        return await self._run(Mode.READ, reminders.next_due)

    async def fire_reminder(
        self, owner: str, fired: ReminderItem, expected_due: str, session_id: str, event: StoredEvent
    ) -> bool:
        return await self._run(Mode.DURABLE, reminders.fire, owner, fired, expected_due, session_id, event)

    # receipts

    async def add_receipt(self, row: ReceiptRow) -> None:
        await self._run(Mode.WRITE, receipts.add, row)

    async def receipts(self, session_id: str) -> list[ReceiptRow]:
        return await self._run(Mode.READ, receipts.of_session, session_id)

    async def receipt(self, session_id: str, receipt_id: str) -> ReceiptRow | None:
        return await self._run(Mode.READ, receipts.find, session_id, receipt_id)
