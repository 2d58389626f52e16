"""A session's log: events by ``seq``, and beside it the pieces of messages in the making.

Functions of a connection; ``sql`` calls each in one transaction. A host numbers its events itself: an append
whose ``seq`` is not above all that are there is refused, so two hosts can never interleave in one log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update

from .base import Batch, Piece, StoredEvent, StoreError
from .tables import MAX_INTEGER, clean, cleaned, events, fast, open_turns, pieces, receipts, sessions

_LIVE = (sessions.c.session_id == bindparam("id")) & sessions.c.deleted.is_(False)
_COUNT = {
    "messages": sessions.c.messages + bindparam("added"),
    "updated_at": func.coalesce(bindparam("at", type_=sessions.c.updated_at.type), sessions.c.updated_at),
}
_ADVANCE = (
    update(sessions)
    .where(_LIVE, sessions.c.last_seq < bindparam("first", type_=sessions.c.last_seq.type))
    .values(last_seq=bindparam("last"), **_COUNT)
)
_TOUCH = update(sessions).where(_LIVE).values(**_COUNT)
_ADD_EVENT = insert(events)
_ADD_PIECE = insert(pieces)
_EVENT = (events.c.seq, events.c.type, events.c.turn_id, events.c.at, events.c.body)

_NAMES_MESSAGE = frozenset({"user_message", "turn_started", "message_withdrawn"})
_RECEIPTS = frozenset({"sent", "usage"})
_CHUNK = 200
_PATIENCE_CHARS = 100_000


def append(connection: Connection, session_id: str, batch: Batch) -> None:
    """Write the batch's events and pieces, and keep the session's ``last_seq``, messages and time."""
    run, dialect = connection.exec_driver_sql, connection.dialect
    values: dict[str, Any] = {"id": session_id, "added": batch.messages, "at": batch.updated_at or None}
    if batch.events:
        _check_order(session_id, batch.events)
        values |= {"first": batch.events[0].seq, "last": batch.events[-1].seq}
        if run(fast(_ADVANCE, dialect), values).rowcount != 1:
            raise _refusal(connection, session_id, batch.events[0].seq)
        run(fast(_ADD_EVENT, dialect), [event_row(session_id, event) for event in batch.events])
        _follow_turns(connection, session_id, batch.events)
    elif run(fast(_TOUCH, dialect), values).rowcount != 1:
        raise _refusal(connection, session_id, 0)
    if batch.pieces:
        run(fast(_ADD_PIECE, dialect), [_piece_row(session_id, piece) for piece in batch.pieces])
    if batch.finished:
        connection.execute(
            delete(pieces).where(
                pieces.c.session_id == session_id, pieces.c.message_id.in_([clean(name) for name in batch.finished])
            )
        )


def begin_anew(connection: Connection, session_id: str, cleared: StoredEvent) -> None:
    """Empty the log, with ``cleared`` as its new beginning."""
    values = {"id": session_id, "added": 0, "at": cleared.at, "first": cleared.seq, "last": cleared.seq}
    if connection.exec_driver_sql(fast(_ADVANCE, connection.dialect), values).rowcount != 1:
        raise _refusal(connection, session_id, cleared.seq)
    remove(connection, session_id)
    connection.execute(update(sessions).where(sessions.c.session_id == session_id).values(messages=0))
    connection.exec_driver_sql(fast(_ADD_EVENT, connection.dialect), event_row(session_id, cleared))


def rewind(connection: Connection, session_id: str, first_seq: int, rewound: StoredEvent) -> int:
    """Take back the user message at ``first_seq`` and what came after it, append ``rewound``.

    Returns by how many the session's messages became fewer.
    """
    values = {"id": session_id, "added": 0, "at": rewound.at, "first": rewound.seq, "last": rewound.seq}
    if connection.exec_driver_sql(fast(_ADVANCE, connection.dialect), values).rowcount != 1:
        raise _refusal(connection, session_id, rewound.seq)
    gone = _taken_back(connection, session_id, first_seq)
    if gone:
        one = delete(events).where(events.c.session_id == session_id, events.c.seq == bindparam("gone"))
        connection.execute(one, [{"gone": row.seq} for row in gone])
    if turns := {row.turn_id for row in gone} - {None}:
        for table in (pieces, open_turns):
            of_turn = delete(table).where(table.c.session_id == session_id, table.c.turn_id == bindparam("turn"))
            connection.execute(of_turn, [{"turn": turn_id} for turn_id in turns])
    fewer = sum(row.counts for row in gone)
    left = case((sessions.c.messages > fewer, sessions.c.messages - fewer), else_=0)
    connection.execute(update(sessions).where(sessions.c.session_id == session_id).values(messages=left))
    connection.exec_driver_sql(fast(_ADD_EVENT, connection.dialect), event_row(session_id, rewound))
    return fewer


class _Later(NamedTuple):
    """An event that may be taken back. ``body`` is read of agents' messages only."""

    seq: int
    type: str
    turn_id: str | None
    message_id: str | None
    body: str | None

    @property
    def counts(self) -> bool:
        """Whether it is one of the session's messages, which those within a delegation are not."""
        if self.type == "message":
            return _object(self.body or "").get("parent_call_id") is None
        return self.type == "user_message"


def _taken_back(connection: Connection, session_id: str, first_seq: int) -> list[_Later]:
    """What goes with the user message at ``first_seq``.

    A message that was queued stands in the middle of the turn before it, and the turns of those queued earlier come
    after it: without these turns the earlier messages would count as unanswered.
    """
    of_session = events.c.session_id == session_id
    body = case((events.c.type == "message", events.c.body)).label("body")
    query = select(events.c.seq, events.c.type, events.c.turn_id, events.c.message_id, body)
    later = of_session & (events.c.seq >= first_seq) & events.c.type.not_in(_RECEIPTS)
    rows = [_Later(*row) for row in connection.execute(query.where(later))]
    asked = {row.message_id for row in rows if row.type == "user_message"}
    begun = {row.turn_id: row.message_id for row in rows if row.type == "turn_started"}
    earlier = {turn_id for turn_id, message_id in begun.items() if message_id not in asked}
    if running := {row.turn_id for row in rows} - begun.keys() - {None}:
        query = select(events.c.turn_id).where(
            of_session, events.c.seq < first_seq, events.c.type == "turn_started", events.c.turn_id.in_(running)
        )
        earlier.update(connection.execute(query).scalars())

    def stays(row: _Later) -> bool:
        withdrawn_earlier = row.type == "message_withdrawn" and row.message_id not in asked
        return withdrawn_earlier or (row.turn_id is not None and row.turn_id in earlier)

    return [row for row in rows if row.type == "user_message" or not stays(row)]


def remove(connection: Connection, session_id: str) -> None:
    """Remove every event and piece, and the receipts."""
    for table in (events, pieces, open_turns, receipts):
        connection.execute(delete(table).where(table.c.session_id == session_id))


def read(
    connection: Connection, session_id: str, after_seq: int, limit: int | None, types: Sequence[str] | None = None
) -> list[StoredEvent]:
    """Events with a greater ``seq``, in order; of all types, or of those named."""
    after = events.c.seq > min(after_seq, MAX_INTEGER)
    query = select(*_EVENT).where(events.c.session_id == session_id, after).order_by(events.c.seq).limit(limit)
    if types is not None:
        query = query.where(events.c.type.in_(types))
    return [StoredEvent(*row) for row in connection.execute(query)]


def last_turns(connection: Connection, session_id: str, max_chars: int) -> list[StoredEvent]:
    """The newest whole turns that fit into ``max_chars``, at least one; reads no more of the log than it needs."""
    walk = _Walk(max_chars)
    before = MAX_INTEGER
    while not walk.done:
        newest = events.c.seq < before
        query = select(*_EVENT).where(events.c.session_id == session_id, newest)
        chunk = connection.execute(query.order_by(events.c.seq.desc()).limit(_CHUNK)).all()
        for row in chunk:
            walk.step(StoredEvent(*row))
        if len(chunk) < _CHUNK:
            break
        before = chunk[-1].seq
    return walk.turns()


def find_message(connection: Connection, session_id: str, message_id: str) -> int | None:
    """The ``seq`` of a user message."""
    query = select(events.c.seq).where(
        events.c.session_id == session_id,
        events.c.message_id == clean(message_id),
        events.c.type == "user_message",
    )
    return connection.execute(query).scalar()


def read_pieces(connection: Connection, session_id: str) -> list[Piece]:
    """Pieces by message in order of appearance, then kind, then offset."""
    names = ("message_id", "kind", "start", "text", "turn_id", "agent", "parent_call_id")
    query = select(*(pieces.c[name] for name in names)).where(pieces.c.session_id == session_id)
    found = [Piece(*row) for row in connection.execute(query.order_by(pieces.c.piece_id))]
    order = {name: place for place, name in enumerate(dict.fromkeys(piece.message_id for piece in found))}
    return sorted(found, key=lambda piece: (order[piece.message_id], piece.kind, piece.offset))


def unanswered(connection: Connection, session_id: str) -> list[StoredEvent]:
    """User messages that no turn answered and nobody withdrew."""
    asked, answered = events.alias("asked"), events.alias("answered")
    followed = (
        select(answered.c.seq)
        .where(
            answered.c.session_id == asked.c.session_id,
            answered.c.message_id == asked.c.message_id,
            answered.c.type.in_(("turn_started", "message_withdrawn")),
        )
        .exists()
    )
    query = (
        select(*(asked.c[column.name] for column in _EVENT))
        .where(asked.c.session_id == session_id, asked.c.type == "user_message", ~followed)
        .order_by(asked.c.seq)
    )
    return [StoredEvent(*row) for row in connection.execute(query)]


def event_row(session_id: str, event: StoredEvent) -> dict[str, Any]:
    """An event as a row of ``events``."""
    body = _object(event.body) if event.type in _NAMES_MESSAGE else {}
    message_id = body.get("message_id")
    return {
        "session_id": session_id,
        "seq": event.seq,
        "type": event.type,
        "turn_id": event.turn_id,
        "at": event.at,
        "message_id": clean(message_id) if isinstance(message_id, str) else None,
        "body": clean(event.body),
    }


def _piece_row(session_id: str, piece: Piece) -> dict[str, Any]:
    return cleaned(
        {
            "session_id": session_id,
            "message_id": piece.message_id,
            "kind": piece.kind,
            "start": piece.offset,
            "text": piece.text,
            "turn_id": piece.turn_id,
            "agent": piece.agent,
            "parent_call_id": piece.parent_call_id,
        }
    )


def _object(body: str) -> Mapping[str, Any]:
    """The event's JSON, or nothing: a body that is no JSON is kept all the same."""
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _follow_turns(connection: Connection, session_id: str, batch: Iterable[StoredEvent]) -> None:
    """Keep ``open_turns``, so that a starting host need not search every log for turns without an end."""
    for event in batch:
        turn = {"session_id": session_id, "turn_id": event.turn_id}
        if event.turn_id is None or event.type not in ("turn_started", "turn_finished"):
            continue
        connection.execute(delete(open_turns).filter_by(**turn))
        if event.type == "turn_started":
            connection.execute(insert(open_turns).values(**turn, seq=event.seq))


def _check_order(session_id: str, batch: Sequence[StoredEvent]) -> None:
    if any(later.seq <= earlier.seq for earlier, later in pairwise(batch)):
        numbers = [event.seq for event in batch]
        raise StoreError(f"Events for session {session_id!r} are numbered {numbers!r}; each must be above the last.")


def _refusal(connection: Connection, session_id: str, seq: int) -> StoreError:
    """Why nothing could be appended."""
    query = select(sessions.c.last_seq).where(sessions.c.session_id == session_id, sessions.c.deleted.is_(False))
    last = connection.execute(query).scalar()
    if last is None:
        return StoreError(f"There is no session {session_id!r} to write to. Start a new one.")
    return StoreError(
        f"Event {seq!r} of session {session_id!r} was not saved: the log is at {last!r} already, so another program "
        "has written to it. Reload the session and try again."
    )


class _Walk:
    """Walks a log from its newest event backwards and finds where whole turns begin.

    A cut before a user message is whole when no later event belongs to a turn begun earlier and no later turn answers
    an earlier message: messages that were queued while a turn ran stand in the middle of that turn. Receipts tell
    nothing of turns: they outlive one that was taken back.
    """

    def __init__(self, max_chars: int) -> None:
        self.done = False
        self._max_chars = max_chars
        self._patience = max(8 * max_chars, _PATIENCE_CHARS)
        self._chars = 0
        self._seen: list[StoredEvent] = []
        self._turns: set[str] = set()
        self._begun: set[str] = set()
        self._asked: set[str] = set()
        self._whole = 0
        self._rough = 0

    def step(self, event: StoredEvent) -> None:
        """Take the next older event."""
        if self.done:
            return
        self._seen.append(event)
        self._chars += len(event.body)
        turn_id = event.turn_id if event.type != "user_message" and event.type not in _RECEIPTS else None
        if turn_id is not None and turn_id not in self._begun:
            self._turns.add(turn_id)
        if event.type in _NAMES_MESSAGE:
            self._link(event, str(_object(event.body).get("message_id")))
        if self._chars > self._max_chars:
            # beyond the limit only to complete the one turn that is promised; a log that never
            # comes to a whole cut (its beginning was cleared in mid-turn) is not read to its end
            self.done = self._whole > 0 or (self._rough > 0 and self._chars > self._patience)

    def turns(self) -> list[StoredEvent]:
        """What was found, in order."""
        return self._seen[: self._whole or self._rough][::-1]

    def _link(self, event: StoredEvent, message_id: str) -> None:
        if event.type == "turn_started":
            self._asked.add(message_id)
            if event.turn_id is not None:
                self._begun.add(event.turn_id)
                self._turns.discard(event.turn_id)
        elif event.type == "user_message":
            self._asked.discard(message_id)
            whole = not self._turns and not self._asked
            if whole and (self._chars <= self._max_chars or not self._whole):
                self._whole = len(self._seen)
            self._rough = self._rough or len(self._seen)
