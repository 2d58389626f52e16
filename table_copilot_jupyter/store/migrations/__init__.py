"""How a database gets its tables: an append-only list of functions, each applied once.

A database's version is the number of migrations recorded in ``schema_version``. Each is applied and recorded in
one transaction. Never change a migration that was released: add one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, inspect, select, text

from ..base import StoreError
from ..tables import metadata, schema_version
from .initial import m001_initial
from .tables import m002_tables

MIGRATIONS: list[Callable[[Connection], None]] = [m001_initial, m002_tables]

_LOCK_KEY = 0x7AB1EC0B


class BrokenSchema(StoreError):
    """A database of ours whose version can't be told."""


def version(connection: Connection) -> int:
    """The database's version, 0 for an empty one.

    Raises StoreError for one that this program is too old for, or that another program has made.
    """
    names = metadata.tables.keys() & set(inspect(connection).get_table_names())
    found = 0
    if schema_version.name in names:
        found = connection.execute(select(func.max(schema_version.c.version))).scalar() or 0
    if found == 0 and (others := sorted(names - {schema_version.name})):
        if len(others) > len(metadata.tables) // 2:
            raise BrokenSchema("The database does not tell its version.")
        raise StoreError(
            f"The database has a table {others[0]!r} of another program. It was left as it is. "
            "Set TABLE_COPILOT_DB to a database of its own."
        )
    if found > len(MIGRATIONS):
        raise StoreError(
            f"The database has version {found!r}, and this program knows versions up to {len(MIGRATIONS)}. "
            "It was left as it is. Upgrade table-copilot-jupyter, or set TABLE_COPILOT_DB to another database."
        )
    return int(found)


def apply_next(connection: Connection) -> bool:
    """Apply the next migration in the caller's write transaction; False when there is none left."""
    if connection.dialect.name == "postgresql":
        # what BEGIN IMMEDIATE is to SQLite: two programs that start at once migrate one after the other
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    done = version(connection)
    if done == len(MIGRATIONS):
        return False
    migration = MIGRATIONS[done]
    if done == 0:
        schema_version.create(connection, checkfirst=True)
    migration(connection)
    connection.execute(
        insert(schema_version).values(
            version=done + 1, name=migration.__name__, applied_at=datetime.now(UTC).isoformat(timespec="seconds")
        )
    )
    return True
