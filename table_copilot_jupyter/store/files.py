"""The file of an SQLite database before it is opened: made private, locked, checked, set aside.

How a damaged file is found: by its header, by a reading of its schema, and by ``PRAGMA quick_check`` of the whole file
when that is quick (up to 16 MB) or called for (the last process was killed: its log, ``-wal``, still holds something).
A reading that fails later leaves a mark beside the file, and the next start sets it aside.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from .faults import is_unusable

_HEADER = b"SQLite format 3\0"
_QUICK_BYTES = 16 * 1024 * 1024
_LOCK_WAIT_S = 20.0


def make(path: Path) -> None:
    """Make the file for its owner's eyes only, and its directory; what is there stays as it is."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """Only one program at a time checks, sets aside and migrates a file.

    SQLite's own locks do not cover the change to WAL, nor a file that is replaced. Where there are no locks (some
    network file systems), or another program holds this one too long, it goes on without.
    """
    try:
        lock = os.open(_beside(path, ".lock"), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        yield
        return
    try:
        give_up = time.monotonic() + _LOCK_WAIT_S
        while not _lock(lock) and time.monotonic() < give_up:
            time.sleep(0.02)
        yield
    finally:
        os.close(lock)


def damage(path: Path) -> str | None:
    """What is wrong with the file, or None. Raises sqlite3.Error and OSError where it can't be told."""
    if not path.exists():
        return None
    size = path.stat().st_size
    killed = _size(_beside(path, "-wal")) > 0
    if _beside(path, ".damaged").exists():
        return "reading it failed"
    if size == 0:
        return "it is empty" if killed else None
    with path.open("rb") as file:
        header = file.read(20)
    # after the magic and the page size: versions of the format, of which there are two
    if header[: len(_HEADER)] != _HEADER or not {*header[18:20]} <= {1, 2}:
        return "it does not begin as an SQLite database does"
    try:
        with closing(read_only(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
            if killed or size <= _QUICK_BYTES:
                found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
                return None if found == "ok" else found
    except (sqlite3.Error, UnicodeDecodeError) as error:
        if is_unusable(error):
            raise
        return str(error)
    return None


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that changes nothing in the file: it does not even bring the log into it when it closes."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=5, isolation_level=None)


def set_aside(path: Path) -> Path:
    """Rename the file, and its log with it; returns its new path."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    broken = _beside(path, f".broken-{stamp}")
    number = 1
    while broken.exists():
        number += 1
        broken = _beside(path, f".broken-{stamp}-{number}")
    # the log first: a log without its file is lost at most, one that meets a new file could be taken for its own
    for suffix in ("-wal", "-shm", ""):
        part = _beside(path, suffix)
        if part.exists():
            part.rename(_beside(broken, suffix))
    _beside(path, ".damaged").unlink(missing_ok=True)
    return broken


def mark_damaged(path: Path) -> None:
    """Have the next start set the file aside."""
    try:
        _beside(path, ".damaged").touch()
    except OSError:
        return  # the error that led here is reported in any case


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _lock(file: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return sys.platform != "win32"  # Windows says "denied" for "held"; elsewhere there are no locks here
    return True


def sync_log(path: Path) -> int:
    """fsync the write-ahead log of the database ``path``; returns its size in bytes.

    SQLite holds no lock on that file, so closing it is harmless (closing the database file itself would drop the
    locks of this process).
    """
    try:
        with Path(f"{path}-wal").open("rb+") as log:
            os.fsync(log.fileno())
            return os.fstat(log.fileno()).st_size
    except FileNotFoundError:
        return 0  # everything has been moved into the database, with an fsync of its own
