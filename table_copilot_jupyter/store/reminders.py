"""A user's reminders, one row each. Firing one is a conditional update, so that of two hosts one is first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, select, update

from ..protocol import ReminderItem
from . import log
from .base import Batch, StoredEvent, StoreError
from .tables import clean, cleaned, reminders

_PENDING = reminders.c.state == "pending"


def add(connection: Connection, owner: str, reminder: ReminderItem) -> None:
    """Add a reminder."""
    connection.execute(insert(reminders).values(_row(owner, reminder)))


def of_owner(connection: Connection, owner: str, pending_only: bool) -> list[ReminderItem]:
    """The owner's reminders by due time."""
    query = select(reminders).where(reminders.c.owner == clean(owner))
    if pending_only:
        query = query.where(_PENDING)
    return [_item(row) for row in connection.execute(query.order_by(reminders.c.due_at, reminders.c.created_at))]


def find(connection: Connection, owner: str, reminder_id: str) -> ReminderItem | None:
    """The reminder, if it is there."""
    row = connection.execute(select(reminders).where(_is(owner, reminder_id))).first()
    return _item(row) if row else None


def replace(connection: Connection, owner: str, reminder: ReminderItem) -> bool:
    """Replace it by its id; False when it is not there."""
    statement = update(reminders).where(_is(owner, reminder.reminder_id)).values(_row(owner, reminder))
    return connection.execute(statement).rowcount == 1


def due(connection: Connection, now: datetime) -> list[tuple[str, ReminderItem]]:
    """(owner, reminder) of all pending ones due at ``now`` or before."""
    query = select(reminders).where(_PENDING, reminders.c.due_at <= now.timestamp()).order_by(reminders.c.due_at)
    return [(row.owner, _item(row)) for row in connection.execute(query)]


def next_due(connection: Connection) -> datetime | None:
    """The earliest due time of any pending reminder."""
    query = select(reminders.c.due).where(_PENDING).order_by(reminders.c.due_at).limit(1)
    due = connection.execute(query).scalar()
    return datetime.fromisoformat(due) if due else None


def fire(
    connection: Connection,
    owner: str,
    fired: ReminderItem,
    expected_due: str,
    session_id: str,
    event: StoredEvent,
) -> bool:
    """Replace the reminder if nobody was first, and log ``event``."""
    first = (_is(owner, fired.reminder_id), _PENDING, reminders.c.due == expected_due)
    if connection.execute(update(reminders).where(*first).values(_row(owner, fired))).rowcount != 1:
        return False
    log.append(connection, session_id, Batch(events=(event,), updated_at=event.at))
    return True


def _is(owner: str, reminder_id: str) -> ColumnElement[bool]:
    return and_(reminders.c.owner == clean(owner), reminders.c.reminder_id == clean(reminder_id))


def _row(owner: str, reminder: ReminderItem) -> dict[str, Any]:
    return cleaned({**reminder.model_dump(), "owner": owner, "due_at": _epoch(reminder.due)})


def _item(row: Row[Any]) -> ReminderItem:
    return ReminderItem(**{name: row._mapping[name] for name in ReminderItem.model_fields})


def _epoch(due: str) -> float:
    try:
        moment = datetime.fromisoformat(due)
        if moment.tzinfo is None:
            raise ValueError("it has no offset from UTC")
        return moment.timestamp()
    except (ValueError, OverflowError) as error:
        raise StoreError(
            f"A reminder can't be due at {due!r}: {error}. Use ISO 8601 with an offset, such as 2026-01-31T09:00+00:00."
        ) from error
