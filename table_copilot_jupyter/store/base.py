"""What a store keeps and promises.

A session is an append-only log of events numbered by ``seq``. Text of an answer in
the making is kept in pieces beside the log until the finished message replaces them.
Every method is a coroutine and one transaction; none blocks the event loop.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ..protocol import ReminderItem, TodoItem


class StoreError(Exception):
    """The store could not do it: disk full, read-only, locked or broken. Says which file and what to do."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    """``epoch`` is drawn when the log begins; another epoch means that the log was lost."""

    session_id: str
    owner: str
    title: str
    created_at: str
    updated_at: str
    epoch: str
    agent: str = "copilot"
    model: str | None = None
    privacy: str | None = None
    privacy_rules: str | None = None
    kernel_id: str | None = None
    titled_by_user: bool = False
    messages: int = 0
    last_seq: int = 0


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """``body`` is the event's JSON exactly as it goes over the wire."""

    seq: int
    type: str
    turn_id: str | None
    at: str
    body: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Text (``kind`` "text" or "reasoning") of the unfinished message, from code point ``offset`` on."""

    message_id: str
    kind: str
    offset: int
    text: str
    turn_id: str
    agent: str
    parent_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What one append writes, in one transaction.

    ``finished`` are the ids of messages whose pieces are no longer needed. ``messages`` is how many user and agent
    messages the batch adds to the session's count.
    """

    events: Sequence[StoredEvent] = ()
    pieces: Sequence[Piece] = ()
    finished: Sequence[str] = ()
    messages: int = 0
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One request to a model. ``tables`` is JSON (what it told of which table); ``payload`` the request's body."""

    receipt_id: str
    session_id: str
    turn_id: str
    at: str
    model: str
    host: str
    bytes: int
    tables: str
    payload: builtins.bytes
    """As ``receipts.pack`` made it; empty where it is not kept any more."""


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A turn without an end, found when a host starts."""

    session_id: str
    turn_id: str


@dataclass(frozen=True, slots=True)
class OpenedStore:
    """What opening found: ``warnings`` are for the user (a broken file set aside, memory only, …)."""

    warnings: list[str] = field(default_factory=list)
    persistent: bool = True


class SessionStore(Protocol):
    async def create_session(self, row: SessionRow) -> None: ...

    async def session(self, session_id: str) -> SessionRow | None:
        """A session that is there, or None. A deleted session is not there."""
        ...

    async def was_deleted(self, session_id: str) -> bool: ...

    async def sessions(self, owner: str) -> list[SessionRow]:
        """The owner's sessions, the last used first."""
        ...

    async def update_session(self, session_id: str, **changes: str | int | bool | None) -> None:
        """Change columns of ``SessionRow`` (title, titled_by_user, agent, model, privacy, privacy_rules,
        kernel_id, updated_at)."""
        ...

    async def delete_session(self, session_id: str) -> None:
        """Remove it with its log and receipts; its id stays taken."""
        ...

    async def append(self, session_id: str, batch: Batch) -> None:
        """Write it; the end of the process loses nothing of it any more. A power cut may: see ``sync``."""
        ...

    async def sync(self) -> None:
        """Return when what was written so far is on the disk (fsync). Other writes do not wait for it."""
        ...

    async def clear_session(self, session_id: str, cleared: StoredEvent) -> None:
        """Remove the log, pieces and receipts, write ``cleared`` as its new beginning, set the messages to 0."""
        ...

    async def rewind_session(self, session_id: str, first_seq: int, rewound: StoredEvent) -> int:
        """Remove the user message at ``first_seq`` and what came after it, append ``rewound``; returns by how many the
        session's messages became fewer.

        Receipts and usage stay, and so does what belongs to a turn that answers an earlier message.
        """
        ...

    async def events(
        self, session_id: str, after_seq: int = 0, limit: int | None = None, *, types: Sequence[str] | None = None
    ) -> list[StoredEvent]:
        """Events with a greater ``seq``, in order; of all types, or of those named."""
        ...

    async def last_turns(self, session_id: str, max_chars: int) -> list[StoredEvent]:
        """The newest events from a ``user_message`` on, in order: as many whole turns as fit into ``max_chars``
        characters of bodies, at least one turn if there is any."""
        ...

    async def find_message(self, session_id: str, message_id: str) -> int | None:
        """The ``seq`` under which a user message is logged."""
        ...

    async def pieces(self, session_id: str) -> list[Piece]:
        """Pieces of unfinished messages, by message in order of appearance, then kind, then offset."""
        ...

    async def open_turns(self) -> list[OpenTurn]: ...

    async def unanswered_messages(self, session_id: str) -> list[StoredEvent]:
        """``user_message`` events that no ``turn_started`` and no ``message_withdrawn`` followed, in order."""
        ...

    # leases: one host runs a session at a time
    async def acquire_lease(self, session_id: str, host: str, ttl_s: float) -> bool:
        """Take or renew the lease. False when another host holds one that has not run out."""
        ...

    async def renew_leases(self, host: str, ttl_s: float) -> None:
        """Renew every lease that ``host`` holds."""
        ...

    async def lease_hosts(self) -> list[str]:
        """The hosts that hold a lease, run out or not."""
        ...

    async def release_leases(self, host: str, session_ids: Sequence[str] | None = None) -> None:
        """Give back the named leases, or all."""
        ...


class TodoStore(Protocol):
    """The todos of a user, shared by all sessions. ``done`` None: both."""

    async def add_todo(self, owner: str, todo: TodoItem) -> None: ...

    async def todos(self, owner: str, *, done: bool | None = None) -> list[TodoItem]:
        """Open before done; overdue and due first by time, then undated by priority (high first), then by age."""
        ...

    async def todo(self, owner: str, todo_id: str) -> TodoItem | None: ...

    async def update_todo(self, owner: str, todo: TodoItem) -> bool:
        """Replace it by its id; False when it is not there."""
        ...

    async def remove_todo(self, owner: str, todo_id: str) -> bool: ...


class ReminderStore(Protocol):
    """The reminders of a user, shared by all sessions."""

    async def add_reminder(self, owner: str, reminder: ReminderItem) -> None: ...

    async def reminders(self, owner: str, *, pending_only: bool = True) -> list[ReminderItem]:
        """By due time."""
        ...

    async def reminder(self, owner: str, reminder_id: str) -> ReminderItem | None: ...

    async def update_reminder(self, owner: str, reminder: ReminderItem) -> bool: ...

    async def due_reminders(self, now: datetime) -> list[tuple[str, ReminderItem]]:
        """(owner, reminder) of all pending ones due at ``now`` or before."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest due time of any pending reminder, aware."""
        ...

    async def fire_reminder(
        self, owner: str, fired: ReminderItem, expected_due: str, session_id: str, event: StoredEvent
    ) -> bool:
        """In one transaction: replace the reminder by ``fired`` if it is still pending and due at ``expected_due``,
        and append ``event`` to the session. False, and nothing written, if another host was first."""
        ...


class ReceiptStore(Protocol):
    """The receipts of requests to models. Deleting or clearing a session removes its own; a rewind removes none."""

    async def add_receipt(self, row: ReceiptRow) -> None:
        """Keep it; the same one again changes nothing. Payloads of old receipts may be emptied to make room."""
        ...

    async def receipts(self, session_id: str) -> list[ReceiptRow]:
        """A session's receipts in the order of the requests, with empty payloads."""
        ...

    async def receipt(self, session_id: str, receipt_id: str) -> ReceiptRow | None:
        """One of them with its payload, which is empty where it is not kept any more."""
        ...


class Store(SessionStore, TodoStore, ReminderStore, ReceiptStore, Protocol):
    async def open(self) -> OpenedStore:
        """Make or migrate the database. A broken file is set aside, never overwritten."""
        ...

    async def close(self) -> None: ...
