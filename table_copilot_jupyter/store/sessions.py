"""The rows of sessions, and the leases by which one host at a time runs a session.

A deleted session leaves a row that holds nothing but its id, so that the id is never given out again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from . import log
from .base import OpenTurn, SessionRow, StoreError
from .tables import clean, cleaned, leases, open_turns, sessions

_COLUMNS = [sessions.c[field.name] for field in fields(SessionRow)]
_CHANGEABLE = frozenset(
    {"title", "titled_by_user", "agent", "model", "privacy", "privacy_rules", "kernel_id", "updated_at"}
)
_FORGET_S = 24 * 3600
_EMPTY = {
    **dict.fromkeys(("owner", "title", "created_at", "updated_at", "epoch", "agent"), ""),
    **dict.fromkeys(("model", "privacy", "privacy_rules", "kernel_id")),
    "titled_by_user": False,
    "messages": 0,
    "last_seq": 0,
    "deleted": True,
}


def create(connection: Connection, row: SessionRow) -> None:
    """Add a session. Raises StoreError when the id is taken, be it by a deleted one."""
    try:
        connection.execute(insert(sessions).values(**cleaned(asdict(row)), deleted=False))
    except IntegrityError as error:
        raise StoreError(f"The session id {row.session_id!r} is taken. Choose another.") from error


def find(connection: Connection, session_id: str) -> SessionRow | None:
    """The session, unless it is deleted."""
    query = select(*_COLUMNS).where(sessions.c.session_id == session_id, sessions.c.deleted.is_(False))
    row = connection.execute(query).first()
    return SessionRow(**row._mapping) if row else None


def was_deleted(connection: Connection, session_id: str) -> bool:
    """Whether the id belonged to a session that is deleted."""
    return bool(connection.execute(select(sessions.c.deleted).where(sessions.c.session_id == session_id)).scalar())


def of_owner(connection: Connection, owner: str) -> list[SessionRow]:
    """The owner's sessions, the last used first."""
    query = select(*_COLUMNS).where(sessions.c.owner == clean(owner), sessions.c.deleted.is_(False))
    rows = [SessionRow(**row._mapping) for row in connection.execute(query)]
    # sorted here, because the order of texts is the database's own affair
    return sorted(rows, key=lambda row: (row.updated_at, row.created_at, row.session_id), reverse=True)


def change(connection: Connection, session_id: str, changes: Mapping[str, Any]) -> None:
    """Change columns; nothing happens to a session that is gone."""
    if unknown := sorted(changes.keys() - _CHANGEABLE):
        raise StoreError(f"A session's {unknown[0]!r} can't be changed; {', '.join(sorted(_CHANGEABLE))} can.")
    if changes:
        here = (sessions.c.session_id == session_id, sessions.c.deleted.is_(False))
        connection.execute(update(sessions).where(*here).values(cleaned(dict(changes))))


def remove(connection: Connection, session_id: str) -> None:
    """Remove everything of the session but its id."""
    log.remove(connection, session_id)
    connection.execute(delete(leases).where(leases.c.session_id == session_id))
    connection.execute(update(sessions).where(sessions.c.session_id == session_id).values(_EMPTY))


def turns_without_end(connection: Connection) -> list[OpenTurn]:
    """Turns that were started and not finished, of all sessions, the earlier of a session first."""
    query = select(open_turns.c.session_id, open_turns.c.turn_id).order_by(open_turns.c.session_id, open_turns.c.seq)
    return [OpenTurn(*row) for row in connection.execute(query)]


def acquire_lease(connection: Connection, session_id: str, host: str, ttl_s: float) -> bool:
    """Take or renew the lease in one statement, so that of two hosts only one succeeds."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    now = time.time()
    row = dialect.insert(leases).values(session_id=session_id, host=host, expires_at=now + ttl_s)
    free = or_(leases.c.host == host, leases.c.expires_at <= now)
    taken = row.on_conflict_do_update(
        index_elements=[leases.c.session_id],
        set_={"host": row.excluded.host, "expires_at": row.excluded.expires_at},
        where=free,
    )
    return connection.execute(taken, execution_options={"preserve_rowcount": True}).rowcount == 1


def renew_leases(connection: Connection, host: str, ttl_s: float) -> None:
    """Renew all leases of the host."""
    connection.execute(update(leases).where(leases.c.host == host).values(expires_at=time.time() + ttl_s))


def release_leases(connection: Connection, host: str, session_ids: Sequence[str] | None) -> None:
    """Give back the named leases of the host, or all."""
    statement = delete(leases).where(leases.c.host == host)
    if session_ids is None:
        connection.execute(statement)
    elif session_ids:
        one = statement.where(leases.c.session_id == bindparam("id"))
        connection.execute(one, [{"id": session_id} for session_id in session_ids])


def lease_hosts(connection: Connection) -> list[str]:
    """The hosts that hold a lease, run out or not."""
    return sorted(connection.execute(select(leases.c.host).distinct()).scalars())


def forget_old_leases(connection: Connection) -> None:
    """Remove leases that ran out a day ago: nobody will ask any more which hosts held them."""
    connection.execute(delete(leases).where(leases.c.expires_at <= time.time() - _FORGET_S))
