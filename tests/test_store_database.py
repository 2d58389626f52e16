"""One connection on one thread; faults of the place, of the disk and of the server are told, and nothing is lost."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.engine import Engine
from store_builders import OpenStore, row, write
from store_builders import event as logged
from store_processes import processes, write_storm

from table_copilot_jupyter.store import connect, files
from table_copilot_jupyter.store.base import OpenedStore, StoreError
from table_copilot_jupyter.store.database import Database, Mode
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "sessions.db"


@pytest.fixture
async def opened(path: Path, open_store: OpenStore) -> SqlStore:
    """A store in ``path`` with the session s1."""
    store = await open_store(f"sqlite:///{path}")
    await store.create_session(row())
    return store


@contextmanager
def a_disk_of(pages: int) -> Iterator[None]:
    """Databases that are opened meanwhile find no room for more than so many pages."""

    def limit(raw: sqlite3.Connection, _record: object) -> None:
        if raw.execute("PRAGMA database_list").fetchone()[2]:  # memory is no disk
            raw.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def _content(path: Path) -> bytes:
    return path.read_bytes()


def _permissions(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def opening(url: str) -> OpenedStore:
    store = SqlStore(url)
    opened = await store.open()
    await store.create_session(row())
    assert await store.session("s1") == row()
    await store.close()
    return opened


# the file


async def test_a_new_file_is_for_its_owner_only(opened: SqlStore, path: Path):
    assert _permissions(path) == _permissions(path.with_name("sessions.db-wal")) == 0o600
    assert _permissions(path.parent) == 0o700


async def test_what_was_written_is_there_after_the_next_start(opened: SqlStore, path: Path, open_store: OpenStore):
    await write(opened, logged(1))
    await opened.close()
    assert not path.with_name("sessions.db-wal").exists()

    again = SqlStore(f"sqlite:///{path}")
    assert await again.open() == OpenedStore()
    assert await again.events("s1") == [logged(1)]
    await again.close()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true"])
async def test_memory_is_a_database_too(url: str):
    assert await opening(url) == OpenedStore(persistent=False)


async def test_sqlite_writes_a_log_and_syncs_where_asked(opened: SqlStore):
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await opened._run(Mode.WRITE, pragmas) == ["wal", 1, 1, 5000]
    assert await opened._run(Mode.DURABLE, pragmas) == ["wal", 2, 1, 5000]
    assert await opened._run(Mode.READ, pragmas) == ["wal", 1, 1, 5000]


async def test_postgresql_syncs_where_asked(store: SqlStore, backend: str):
    def setting(connection: Connection) -> object:
        return connection.execute(text("SHOW synchronous_commit")).scalar() if backend == "postgresql" else None

    expected = ["off", "on", "off"] if backend == "postgresql" else [None] * 3
    assert [await store._run(mode, setting) for mode in (Mode.WRITE, Mode.DURABLE, Mode.WRITE)] == expected


# the thread


async def test_work_never_runs_on_the_thread_of_the_event_loop(store: SqlStore):
    threads = await asyncio.gather(*(store._run(Mode.READ, lambda _: threading.get_ident()) for _ in range(5)))

    assert len(set(threads)) == 1
    assert threading.get_ident() not in threads


async def test_the_event_loop_runs_while_the_database_works(store: SqlStore):
    go_on = threading.Event()
    waiting = asyncio.ensure_future(store._run(Mode.READ, lambda _: go_on.wait(10)))
    await asyncio.sleep(0)
    go_on.set()

    assert await waiting


async def test_what_was_begun_is_carried_out_though_its_caller_is_cancelled(store: SqlStore):
    go_on = threading.Event()
    blocked = asyncio.ensure_future(store._run(Mode.READ, lambda _: go_on.wait(10)))
    append = asyncio.ensure_future(write(store, logged(1)))
    await asyncio.sleep(0)
    append.cancel()
    go_on.set()
    await blocked

    with pytest.raises(asyncio.CancelledError):
        await append
    assert await store.events("s1") == [logged(1)]


async def test_a_store_works_between_open_and_close(store: SqlStore, url: str):
    unopened = SqlStore(url)
    with pytest.raises(StoreError, match="is not open"):
        await unopened.session("s1")
    await unopened.close()

    await store.close()
    await store.close()
    with pytest.raises(StoreError, match="is closed"):
        await store.session("s1")


async def test_a_transaction_that_fails_leaves_nothing(store: SqlStore):
    def half(connection: Connection) -> None:
        connection.execute(text("DELETE FROM sessions"))
        raise KeyError("half")

    with pytest.raises(KeyError):
        await store._run(Mode.WRITE, half)
    assert await store.session("s1") == row()


# places that can't be used


async def test_a_place_that_can_not_be_written_leads_to_memory_and_a_warning(tmp_path: Path):
    (tmp_path / "file").touch()
    found = await opening(f"sqlite:///{tmp_path}/file/sessions.db")

    assert not found.persistent
    assert len(found.warnings) == 1
    assert f"'{tmp_path}/file/sessions.db' can't be used" in found.warnings[0]


async def test_a_read_only_database_leads_to_memory_and_a_warning(opened: SqlStore, path: Path):
    await opened.close()
    before = _content(path)
    found = await opening(f"sqlite:///file:{path}?mode=ro&uri=true")

    assert not found.persistent
    assert "It can't be written" in found.warnings[0]
    assert _content(path) == before


async def test_a_locked_database_leads_to_memory_and_a_warning(
    opened: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(connect, "LOCK_TIMEOUT_S", 0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    found = await opening(f"sqlite:///{path}")
    other.close()

    assert not found.persistent
    assert "Another program has locked it" in found.warnings[0]


async def test_a_full_disk_at_the_start_leads_to_memory_and_a_warning(path: Path):
    with a_disk_of(pages=3):
        store = SqlStore(f"sqlite:///{path}")
        found = await store.open()
        await store.close()

    assert not found.persistent
    assert "The disk is full" in found.warnings[0]


async def test_a_disk_that_fills_up_is_told_and_nothing_is_overwritten(opened: SqlStore, path: Path):
    await write(opened, logged(1))
    await opened.close()
    with a_disk_of(pages=60):
        store = SqlStore(f"sqlite:///{path}")
        await store.open()
        seq = 1
        told = ""
        while not told:
            try:
                await write(store, logged(seq + 1, content="x" * 5000))
                seq += 1
            except StoreError as error:
                told = str(error)
        assert told.startswith(f"Nothing was saved in the database '{path}'. The disk is full")
        assert 5 < seq < 60
        assert len(await store.events("s1")) == (await store.session("s1")).last_seq == seq
        await store.close()

    again = SqlStore(f"sqlite:///{path}")
    assert await again.open() == OpenedStore()
    await write(again, logged(seq + 1))
    assert len(await again.events("s1")) == seq + 1
    await again.close()


# crashes


def test_a_killed_writer_leaves_all_that_was_acknowledged(path: Path):
    url = f"sqlite:///{path}"

    async def prepare() -> None:
        store = SqlStore(url)
        await store.open()
        await store.create_session(row())
        await store.close()

    async def count(acknowledged: int) -> int:
        store = SqlStore(url)
        assert await store.open() == OpenedStore()
        found = [kept.seq for kept in await store.events("s1")]
        assert found == list(range(1, len(found) + 1))
        assert acknowledged <= len(found) <= acknowledged + 1
        assert (await store.session("s1")).last_seq == len(found)
        await store.close()
        return len(found)

    asyncio.run(prepare())
    context = processes()
    last = 0
    for attempt in range(10):
        ours, theirs = context.Pipe()
        writer = context.Process(target=write_storm, args=(url, last + 1, theirs))
        writer.start()
        theirs.close()
        for _ in range(1 + 13 * attempt):
            acknowledged = ours.recv()
        writer.kill()
        writer.join()
        with suppress(EOFError):
            while True:
                acknowledged = ours.recv()
        ours.close()
        last = asyncio.run(count(acknowledged))
    assert files.damage(path) is None


async def test_a_database_server_that_was_restarted_is_found_again(store: SqlStore, url: str, open_store: OpenStore):
    def others(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
            connection.execute(text(others + "backend_type = 'client backend'"))

    killer = await open_store(url)
    for seq, mode in ((1, Mode.READ), (2, Mode.WRITE)):
        await killer._run(mode, others)
        await write(store, logged(seq))

    assert [kept.seq for kept in await store.events("s1")] == [1, 2]


async def test_a_server_that_is_not_there_is_told(backend: str, tmp_path: Path):
    missing = "postgresql://ada:secret@/db?host=" + str(tmp_path) if backend == "postgresql" else "postgresql://x:y/z"
    with pytest.raises(StoreError) as refused:
        await SqlStore(missing).open()
    assert "secret" not in str(refused.value)


# damage


def _flip(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 50)


def _cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2 + 123)


def _replace(path: Path) -> None:
    path.write_bytes(b"This is not a database.")


@pytest.mark.parametrize("harm", [_flip, _cut, _replace])
async def test_a_damaged_file_is_set_aside_and_a_new_one_begun(
    opened: SqlStore, path: Path, harm: Callable[[Path], None]
):
    for seq in range(1, 20):
        await write(opened, logged(seq, content="x" * 1000))
    await opened.close()
    harm(path)
    harmed = _content(path)

    store = SqlStore(f"sqlite:///{path}")
    found = await store.open()
    (broken,) = path.parent.glob("sessions.db.broken-*[0-9]")
    assert found.persistent
    assert len(found.warnings) == 1
    assert f"{str(path)!r} was damaged" in found.warnings[0]
    assert f"It is kept as {str(broken)!r}" in found.warnings[0]
    assert _content(broken) == harmed
    await store.create_session(row("s2"))
    await store.close()
    assert (await opening_again(path)) == OpenedStore()


async def opening_again(path: Path) -> OpenedStore:
    store = SqlStore(f"sqlite:///{path}")
    opened = await store.open()
    assert await store.session("s2") is not None
    await store.close()
    return opened


async def test_damage_that_shows_in_reading_is_set_aside_at_the_next_start(opened: SqlStore, path: Path):
    await write(opened, logged(1), logged(2, "message"))

    def harm(connection: Connection) -> None:
        connection.execute(text("UPDATE events SET body = CAST(x'7bff7d' AS TEXT) WHERE seq = 2"))

    await opened._run(Mode.WRITE, harm)
    with pytest.raises(StoreError, match=r"is damaged .* Restart Jupyter"):
        await opened.events("s1")
    await opened.close()

    again = SqlStore(f"sqlite:///{path}")
    found = await again.open()
    assert "1 sessions were copied from it, 1 of them in part" in found.warnings[0]
    assert await again.events("s1") == [logged(1)]
    assert (await again.session("s1")).epoch != "e1"
    await again.close()


async def test_damage_in_a_place_that_can_not_be_written_leads_to_memory(
    opened: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(path: Path) -> Path:
        raise PermissionError(13, "Permission denied")

    await opened.close()
    _flip(path)
    harmed = _content(path)
    monkeypatch.setattr(files, "set_aside", refuse)
    found = await opening(f"sqlite:///{path}")

    assert not found.persistent
    assert "Permission denied" in found.warnings[0]
    assert _content(path) == harmed


def test_closing_before_opening_is_allowed():
    asyncio.run(Database("sqlite://").close())
