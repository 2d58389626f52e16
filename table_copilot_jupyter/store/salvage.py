"""Copies what can be read of a damaged SQLite file into a new database.

Each table is read by row from its beginning up to the first damage, then from its end back to it. A session whose log
comes over incomplete gets a new ``epoch``, so that clients start over and do not resume on what is no longer there.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, literal, select, update
from sqlalchemy.dialects.sqlite import insert

from .files import read_only
from .tables import events, open_turns, pieces, receipts, reminders, sessions, todos

_ORDER = (sessions, events, pieces, receipts, todos, reminders)


@dataclass(frozen=True, slots=True)
class Kept:
    """How many sessions came over, and how many of those with gaps."""

    sessions: int = 0
    incomplete: int = 0

    def describe(self, path: Path, broken: Path, fault: str) -> str:
        """The warning for the user."""
        copied = f"{self.sessions} sessions were copied from it"
        if self.incomplete:
            copied += f", {self.incomplete} of them in part"
        return (
            f"The database {str(path)!r} was damaged: {fault}. It is kept as {str(broken)!r}, "
            f"and a new one was begun; {copied}."
        )


def copy(connection: Connection, broken: Path) -> Kept:
    """Copy into the empty database of ``connection``."""
    with closing(read_only(broken)) as source:
        source.text_factory = lambda raw: raw.decode("utf-8", "replace")
        source.row_factory = sqlite3.Row
        for table in _ORDER:
            _copy_table(connection, source, table)
    _find_open_turns(connection)
    return _mend(connection)


def _copy_table(connection: Connection, source: sqlite3.Connection, table: Table) -> None:
    known = set(connection.execute(select(sessions.c.session_id)).scalars()) if table is not sessions else set()
    add = insert(table).on_conflict_do_nothing()
    for row in _rows(source, table):
        of_session = table in (events, pieces, receipts)
        if _is_sound(table, row) and (not of_session or row["session_id"] in known):
            connection.execute(add, row)


def _rows(source: sqlite3.Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Rows from the front, and after damage from the back; a row may come twice."""
    for order in ("ASC", "DESC"):
        try:
            for row in source.execute(f"SELECT * FROM {table.name} NOT INDEXED ORDER BY rowid {order}"):
                yield {name: row[name] for name in row.keys() if name in table.c}  # noqa: SIM118 (a Row iterates values)
        except sqlite3.Error:
            continue
        return


def _is_sound(table: Table, row: dict[str, Any]) -> bool:
    for column in table.c:
        value = row.get(column.name)
        kind = column.type.python_type
        if value is None:
            if not column.nullable and column is not pieces.c.piece_id:
                return False
        elif kind is bool:
            if value not in (0, 1):
                return False
            row[column.name] = bool(value)
        elif not isinstance(value, kind):
            return False
    return table is not events or _is_json(row["body"])


def _is_json(body: str) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _find_open_turns(connection: Connection) -> None:
    begun, ended = events.alias("begun"), events.alias("ended")
    ends = (
        select(literal(1))
        .where(
            ended.c.session_id == begun.c.session_id,
            ended.c.turn_id == begun.c.turn_id,
            ended.c.type == "turn_finished",
        )
        .exists()
    )
    columns = (begun.c.session_id, begun.c.turn_id, begun.c.seq)
    found = select(*columns).where(begun.c.type == "turn_started", begun.c.turn_id.is_not(None), ~ends)
    connection.execute(insert(open_turns).from_select(["session_id", "turn_id", "seq"], found).on_conflict_do_nothing())


def _mend(connection: Connection) -> Kept:
    """Bring each session's own numbers into line with the log that it has now."""
    live = select(sessions).where(sessions.c.deleted.is_(False))
    found = connection.execute(live).all()
    incomplete = 0
    for row in found:
        of_session = select(events.c.seq).where(events.c.session_id == row.session_id)
        seqs = connection.execute(of_session.order_by(events.c.seq)).scalars().all()
        last = seqs[-1] if seqs else 0
        if last == row.last_seq and _is_whole(connection, row.session_id, seqs):
            continue
        incomplete += 1
        changes = {"epoch": uuid.uuid4().hex, "last_seq": max(last, row.last_seq)}
        connection.execute(update(sessions).where(sessions.c.session_id == row.session_id).values(changes))
    return Kept(len(found), incomplete)


def _is_whole(connection: Connection, session_id: str, seqs: Sequence[int]) -> bool:
    """Whether only those events are missing that were cleared or taken back."""
    missing = [(before + 1, after) for before, after in pairwise([0, *seqs]) if after > before + 1]
    if not missing:
        return True
    marks = select(events.c.seq, events.c.type, events.c.body).where(
        events.c.session_id == session_id, events.c.type.in_(("cleared", "rewound"))
    )
    gone = [(_first_gone(row.type, row.body), row.seq) for row in connection.execute(marks)]
    return all(any(first <= start and end <= seq for first, seq in gone) for start, end in missing)


def _first_gone(kind: str, body: str) -> int:
    """From which event on a ``cleared`` or ``rewound`` took the log away."""
    first = json.loads(body).get("first_seq") if kind == "rewound" else 1
    return first if isinstance(first, int) else sys.maxsize
