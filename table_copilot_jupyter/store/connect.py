"""Database URLs: which ones can be served, and a connection for each."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, StaticPool

from .base import StoreError

LOCK_TIMEOUT_S = 5


def parse_url(url: str) -> URL:
    """A database URL that this program can serve. Raises StoreError."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError):
        scheme = url.split(":", 1)[0][:20]
        raise StoreError(
            f"TABLE_COPILOT_DB is no database URL (it begins with {scheme!r}). "
            "Use sqlite:////path/to/sessions.db or postgresql://user@host/database."
        ) from None
    drivers = {
        "sqlite": ("sqlite", "sqlite+pysqlite"),
        "postgresql": ("postgresql", "postgresql+psycopg"),
        "postgres": ("postgres",),
    }
    if parsed.drivername not in drivers.get(backend, ()):
        raise StoreError(f"The database {parsed.drivername!r} is not supported. Use sqlite:///… or postgresql://….")
    return parsed if backend == "sqlite" else parsed.set(drivername="postgresql+psycopg")


def sqlite_path(url: URL) -> Path | None:
    """The file of an SQLite URL; None for memory and for other databases."""
    name = url.database or ""
    if url.get_backend_name() != "sqlite" or name in ("", ":memory:") or name.startswith("file::memory:"):
        return None
    return Path(name.removeprefix("file:"))


def connect(url: URL) -> Connection:
    """A connection on an engine of its own, prepared as ``Database`` needs it."""
    if url.get_backend_name() == "sqlite":
        engine = create_engine(
            url,
            paramstyle="named",  # as in psycopg, so that compiled statements take the same parameters
            poolclass=NullPool if sqlite_path(url) else StaticPool,
            connect_args={
                "timeout": LOCK_TIMEOUT_S,
                "check_same_thread": False,
                "isolation_level": None,  # the caller begins
            },
        )
        prepare = ["PRAGMA foreign_keys=ON"]
    else:
        try:
            engine = create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": LOCK_TIMEOUT_S})
        except ModuleNotFoundError as error:
            raise StoreError("PostgreSQL needs psycopg: pip install 'table-copilot-jupyter[postgres]'.") from error
        prepare = ["SET synchronous_commit TO off", f"SET lock_timeout TO '{LOCK_TIMEOUT_S}s'"]

    @event.listens_for(engine, "connect")
    def on_connect(raw: sqlite3.Connection, _record: object) -> None:
        cursor = raw.cursor()
        for statement in prepare:
            cursor.execute(statement)
        cursor.close()
        raw.commit()

    return engine.connect()
