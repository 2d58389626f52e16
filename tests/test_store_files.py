"""The file before it is opened: private, locked, checked, set aside."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from table_copilot_jupyter.store import files


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound database with a table and 100 rows."""
    made = tmp_path / "sessions.db"
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("CREATE TABLE t (x TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [("x" * 500,)] * 100)
    return made


def harm(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def test_a_file_and_its_directory_are_made_for_their_owner_only(tmp_path: Path):
    path = tmp_path / "a" / "sessions.db"
    files.make(path)
    path.write_bytes(b"kept")
    path.chmod(0o640)
    files.make(path)

    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.read_bytes() == b"kept"


def test_a_sound_file_is_found_sound(path: Path, tmp_path: Path):
    assert files.damage(path) is None
    assert files.damage(tmp_path / "missing.db") is None
    (tmp_path / "empty.db").touch()
    assert files.damage(tmp_path / "empty.db") is None


@pytest.mark.parametrize(
    ("offset", "data"), [(0, b"not"), (16, b"\x00\x01"), (18, b"\x09"), (47, b"\xff"), (100, b"\xff" * 40)]
)
def test_damage_to_the_header_is_found(path: Path, offset: int, data: bytes):
    harm(path, offset, data)

    assert files.damage(path)


def test_a_truncated_file_is_found(path: Path):
    os.truncate(path, path.stat().st_size - 5000)

    assert files.damage(path)


def test_damage_deep_in_the_file_is_found_where_checking_is_quick(path: Path, monkeypatch: pytest.MonkeyPatch):
    harm(path, 4096 * 3, b"\xff" * 200)

    assert files.damage(path)
    monkeypatch.setattr(files, "_QUICK_BYTES", 1000)
    assert files.damage(path) is None


def test_after_a_kill_the_whole_of_a_large_file_is_checked(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "_QUICK_BYTES", 1000)
    harm(path, 4096 * 3, b"\xff" * 200)
    path.with_name("sessions.db-wal").write_bytes(b"what the last process left")

    assert files.damage(path)


def test_an_empty_file_with_a_log_is_damaged(tmp_path: Path):
    (tmp_path / "x.db").touch()
    (tmp_path / "x.db-wal").write_bytes(b"x")

    assert files.damage(tmp_path / "x.db") == "it is empty"


def test_checking_leaves_the_log_of_a_killed_process_alone(path: Path):
    killed = sqlite3.connect(path, isolation_level=None)
    killed.execute("PRAGMA journal_mode=WAL")
    killed.execute("INSERT INTO t VALUES ('logged')")
    wal = path.with_name("sessions.db-wal")
    copies = path.with_name("copy.db"), path.with_name("copy.db-wal")
    for source, copy in zip((path, wal), copies, strict=True):
        copy.write_bytes(source.read_bytes())
    killed.close()
    before = [copy.read_bytes() for copy in copies]

    assert files.damage(copies[0]) is None
    assert [copy.read_bytes() for copy in copies] == before


def test_a_mark_has_the_file_set_aside_once(path: Path):
    files.mark_damaged(path)
    assert files.damage(path) == "reading it failed"

    files.set_aside(path)
    assert files.damage(path) is None


def test_a_mark_that_can_not_be_written_is_let_go(tmp_path: Path):
    files.mark_damaged(tmp_path / "missing" / "sessions.db")

    assert not (tmp_path / "missing").exists()


def test_a_file_is_set_aside_with_its_log_and_never_over_another(tmp_path: Path):
    path = tmp_path / "sessions.db"
    kept = []
    for number in range(3):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(f"sessions.db{suffix}").write_text(f"{number}{suffix}")
        kept.append(files.set_aside(path))

    assert not path.exists()
    assert len(set(kept)) == 3
    for number, broken in enumerate(kept):
        assert broken.name.startswith("sessions.db.broken-")
        for suffix in ("", "-wal", "-shm"):
            assert broken.with_name(broken.name + suffix).read_text() == f"{number}{suffix}"


def test_one_at_a_time_opens(path: Path):
    order: list[str] = []

    def second() -> None:
        with files.opening(path):
            order.append("second")

    waiting = threading.Thread(target=second)
    with files.opening(path):
        waiting.start()
        waiting.join(0.1)
        order.append("first")
    waiting.join()

    assert order == ["first", "second"]


def test_a_lock_that_is_held_too_long_is_passed_by(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(files, "_LOCK_WAIT_S", 0.0)
    entered = []
    with files.opening(path), files.opening(path):
        entered.append(path)

    assert entered


def test_where_no_lock_can_be_made_opening_goes_on(tmp_path: Path):
    entered = []
    with files.opening(tmp_path / "missing" / "sessions.db"):
        entered.append(True)

    assert entered
