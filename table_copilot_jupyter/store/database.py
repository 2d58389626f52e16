"""One connection on one thread: transactions run there, in the order in which they were asked for.

So nothing here blocks the event loop, and no two transactions of one store wait for each other. A call that was
begun is carried out even when its caller is cancelled. ``run_at_once`` is the exception, for the log: a small write
to a local file takes less time than the way to another thread and back (0.1 ms, against milliseconds while the
loop's thread is busy), so while the thread is idle it is done right here. It can't wait: when another process holds
the lock it goes to the thread after all, no commit of it waits for the disk, and the write-ahead log is moved into
the database on the thread.
 SQLite and PostgreSQL differ in three places only: how a
connection is prepared, how a transaction begins, and what an error means.

How sure a commit is, each transaction says: SQLite runs with ``synchronous=NORMAL`` (a killed process loses nothing,
a power cut the last moments) and ``DURABLE`` raises it to ``FULL``; likewise PostgreSQL's ``synchronous_commit``.
``sync`` makes sure of what was committed before, without keeping the thread from its next transaction.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import URL, Connection, make_url, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from . import faults, files, migrations, salvage, sessions, tables
from .base import OpenedStore, StoreError
from .connect import LOCK_TIMEOUT_S, connect, parse_url, sqlite_path

P = ParamSpec("P")
T = TypeVar("T")

MEMORY_URL = "sqlite://"
CHECKPOINT_BYTES = 4 * 1024 * 1024


class Locked(StoreError):
    """Another process holds the database's lock."""


class Mode(Enum):
    """What a transaction does, and how sure it must be."""

    READ = "read"
    WRITE = "write"
    DURABLE = "durable"


class Database:
    """A database, its connection and its thread. The methods other than ``open``, ``run`` and ``close`` block."""

    def __init__(self, url: str) -> None:
        self._url = parse_url(url)
        self._where = self._url.render_as_string(hide_password=True)
        self._path = sqlite_path(self._url)
        if self._path is not None:
            self._where = str(self._path)
        self._connection: Connection | None = None
        self._synchronous = ""
        self._handed_in = 0
        # its threads end with the interpreter, after the work that was handed in
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="table-copilot-store")

    async def open(self) -> OpenedStore:
        """Connect, and migrate where needed."""
        return await self._on_thread(self.open_now)

    async def run(self, mode: Mode, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """``work(connection, …)`` as one transaction on the thread."""
        return await self._on_thread(lambda: self.transact(mode, work, *args, **kw))

    async def run_at_once(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """A small write ``work(connection, …)`` as one transaction, here and now if it need not wait."""
        if self._handed_in == 0 and self._url.get_backend_name() == "sqlite" and self._connection is not None:
            raw = _raw(self._connection)
            raw.execute("PRAGMA busy_timeout=0")
            try:
                return self.transact(Mode.WRITE, work, *args, **kw)
            except Locked:
                pass
            finally:
                raw.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT_S * 1000}")
        return await self.run(Mode.WRITE, work, *args, **kw)

    async def sync(self) -> None:
        """Return when what was committed so far is on the disk. Raises StoreError."""
        if self._path is not None:
            # on another thread: the next transaction need not wait for the disk
            try:
                if await asyncio.to_thread(files.sync_log, self._path) > CHECKPOINT_BYTES:
                    await self._on_thread(self._checkpoint)
            except OSError as error:
                raise faults.explain(error, self._where) from error
        elif self._url.get_backend_name() == "postgresql":
            await self.run(Mode.DURABLE, _any_commit)

    async def close(self) -> None:
        """Close the connection after all work that was handed in. Closing twice is allowed."""
        try:
            await self._on_thread(self.disconnect)
        except StoreError:
            return
        self._thread.shutdown(wait=False)

    async def _on_thread(self, work: Callable[[], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(self._thread, work)
        except RuntimeError as error:
            raise StoreError(f"The store {self._where!r} is closed. Open a new one.") from error
        self._handed_in += 1
        future.add_done_callback(self._done)
        # shielded: what became of a cancelled call would be anybody's guess
        return await asyncio.shield(future)

    def _done(self, _future: asyncio.Future[Any]) -> None:
        self._handed_in -= 1

    def _checkpoint(self) -> None:
        """Move the write-ahead log into the database; what others still read stays for the next time."""
        if self._connection is not None:
            _raw(self._connection).execute("PRAGMA wal_checkpoint(PASSIVE)").close()

    def open_now(self) -> OpenedStore:
        """Connect, and migrate where needed; a damaged file is set aside, a place that can't be written is left."""
        try:
            if self._path is None:
                self._start(self._url)
                return OpenedStore(persistent=self._url.get_backend_name() != "sqlite")
            return self._open_file(self._path)
        except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError) as error:
            self.disconnect()
            if self._path is None or not faults.is_unusable(error):
                raise faults.explain(error, self._where) from error
            self._path = None
            self._start(make_url(MEMORY_URL))
            return OpenedStore([faults.memory_only(error, self._where)], persistent=False)
        except StoreError:
            self.disconnect()
            raise

    def transact(self, mode: Mode, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """``work(connection, …)`` as one transaction. Raises StoreError for every fault of the database."""
        try:
            return self._transact(mode, work, *args, **kw)
        except (SQLAlchemyError, sqlite3.Error, ValueError, OverflowError, OSError) as error:
            if faults.is_locked(error):
                raise Locked(str(faults.explain(error, self._where))) from error
            if self._path is not None and faults.is_damage(error):
                files.mark_damaged(self._path)
            raise faults.explain(error, self._where) from error

    def disconnect(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            connection.engine.dispose()

    def _transact(self, mode: Mode, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        for is_last in (False, True):
            connection = self._begin(mode)
            with connection.begin() as transaction:
                try:
                    if mode is Mode.DURABLE and connection.dialect.name == "postgresql":
                        connection.exec_driver_sql("SET LOCAL synchronous_commit TO on")
                    result = work(connection, *args, **kw)
                except DBAPIError as error:
                    # a server that was restarted: nothing was committed yet, so it is safe to do it over
                    if is_last or not error.connection_invalidated:
                        raise
                    transaction.rollback()
                    continue
            return result
        raise AssertionError("the last attempt returns or raises")

    def _begin(self, mode: Mode) -> Connection:
        connection = self._connection
        if connection is None:
            raise StoreError(f"The store {self._where!r} is not open.")
        if connection.dialect.name == "sqlite":
            raw = _raw(connection)
            synchronous = "FULL" if mode is Mode.DURABLE else "NORMAL"
            if synchronous != self._synchronous:
                raw.execute(f"PRAGMA synchronous={synchronous}")
                self._synchronous = synchronous
            # a transaction that begins as a reader and then writes fails at once when another has written meanwhile
            raw.execute("BEGIN" if mode is Mode.READ else "BEGIN IMMEDIATE")
        return connection

    def _open_file(self, path: Path) -> OpenedStore:
        if not str(self._url.database).startswith("file:"):
            files.make(path)
        with files.opening(path):
            fault = files.damage(path)
            if fault is None:
                try:
                    self._start(self._url)
                    return OpenedStore()
                except (SQLAlchemyError, sqlite3.Error, UnicodeError, migrations.BrokenSchema) as error:
                    self.disconnect()
                    if not (isinstance(error, migrations.BrokenSchema) or faults.is_damage(error, at_start=True)):
                        raise
                    fault = str(getattr(error, "orig", error))
            broken = files.set_aside(path)
            files.make(path)
            self._start(self._url)
            return OpenedStore([self._salvage(path, broken, fault)])

    def _salvage(self, path: Path, broken: Path, fault: str) -> str:
        try:
            kept = self.transact(Mode.DURABLE, salvage.copy, broken)
        except StoreError as error:
            kept = salvage.Kept()
            fault = f"{fault}; copying from it failed: {error}"
        return kept.describe(path, broken, fault)

    def _start(self, url: URL) -> None:
        self._connection = connect(url)
        self._synchronous = ""
        self._transact(Mode.READ, migrations.version)  # before anything is written
        while self._transact(Mode.WRITE, migrations.apply_next):
            pass
        if self._connection.dialect.name == "sqlite":
            _raw(self._connection).execute("PRAGMA journal_mode=WAL")
            _raw(self._connection).execute("PRAGMA wal_autocheckpoint=0")
        self._transact(Mode.READ, _read_every_table)
        # writes, so it also tells whether writing is possible at all
        self._transact(Mode.WRITE, sessions.forget_old_leases)


def _raw(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.dbapi_connection)


def _read_every_table(connection: Connection) -> None:
    """Read one row of each, so that a broken schema shows at the start and not in mid-conversation."""
    for table in tables.metadata.sorted_tables:
        connection.execute(select(table).limit(1)).all()


def _any_commit(connection: Connection) -> None:
    """A transaction that is written to PostgreSQL's log, and so flushes all before it."""
    connection.exec_driver_sql("SELECT pg_current_xact_id()")
