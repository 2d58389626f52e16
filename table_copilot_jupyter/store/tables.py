"""The tables as they are after the last migration, for building queries.

What creates them is ``migrations``; a test holds the two together. Columns are plain text, integers, floats, booleans
and bytes, so that statements compiled once (``fast``) need no conversion of their parameters.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    Insert,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Update,
)
from sqlalchemy.engine import Dialect

metadata = MetaData()

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("model", Text),
    Column("privacy", Text),
    Column("privacy_rules", Text),
    Column("kernel_id", Text),
    Column("titled_by_user", Boolean, nullable=False),
    Column("messages", Integer, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("deleted", Boolean, nullable=False),
)

# message_id is filled for user_message, turn_started and message_withdrawn only: it tells which message was answered
events = Table(
    "events",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("turn_id", Text),
    Column("at", Text, nullable=False),
    Column("message_id", Text),
    Column("body", Text, nullable=False),
)

# piece_id keeps the order of arrival; "offset" is a reserved word, hence start
pieces = Table(
    "pieces",
    metadata,
    Column("piece_id", BigInteger, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("turn_id", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("parent_call_id", Text),
)

open_turns = Table(
    "open_turns",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("turn_id", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("session_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("expires_at", Double, nullable=False),
)

todos = Table(
    "todos",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("todo_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("done", Boolean, nullable=False),
    Column("due", Text),
    Column("priority", Text, nullable=False),
    Column("tags", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("completed_at", Text),
)

# due_at is due as epoch seconds: texts with different offsets do not sort by time
reminders = Table(
    "reminders",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("reminder_id", Text, primary_key=True),
    Column("content", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("rrule", Text),
    Column("timezone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("session_id", Text),
    Column("created_at", Text, nullable=False),
)

# receipt_number keeps the order of the requests
receipts = Table(
    "receipts",
    metadata,
    Column("receipt_number", BigInteger, primary_key=True),
    Column("session_id", Text, nullable=False),
    Column("receipt_id", Text, nullable=False),
    Column("turn_id", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("tables", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
)

schema_version = Table(
    "schema_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
)

MAX_INTEGER = 2**63 - 1

_SQL: dict[tuple[str, Insert | Update], str] = {}
_UNSTORABLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")


def fast(statement: Insert | Update, dialect: Dialect) -> str:
    """The SQL of a module-level statement for ``exec_driver_sql``, compiled once per dialect.

    It spares the append its share of Core's machinery: 5 µs a statement in place of 40.
    """
    key = (dialect.name, statement)
    sql = _SQL.get(key)
    if sql is None:
        # an insert names every column but the one that the database numbers by itself
        named = [column.name for column in statement.table.c if column is not pieces.c.piece_id]
        columns = named if isinstance(statement, Insert) else None
        sql = _SQL[key] = str(statement.compile(dialect=dialect, column_keys=columns))
    return sql


def clean(value: Any) -> Any:
    """``value``; in a text the characters that no database keeps (NUL, lone surrogates) become U+FFFD, one for one."""
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return value.translate(_UNSTORABLE)
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def cleaned(row: dict[str, Any]) -> dict[str, Any]:
    """``row`` with every text ``clean``."""
    return {name: clean(value) for name, value in row.items()}
