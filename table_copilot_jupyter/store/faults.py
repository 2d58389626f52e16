"""What an error of a database means: for the program, and in words for the user."""

from __future__ import annotations

import errno
import sqlite3

from sqlalchemy.exc import DBAPIError, IntegrityError

from .base import StoreError

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_WORDS = {
    sqlite3.SQLITE_FULL: "The disk is full. Free some space and try again.",
    sqlite3.SQLITE_READONLY: "It can't be written. Make it writable, or set TABLE_COPILOT_DB to another place.",
    sqlite3.SQLITE_CANTOPEN: "It can't be opened. Check that its directory is there and can be written.",
    sqlite3.SQLITE_PERM: "It can't be opened. Check its permissions.",
    sqlite3.SQLITE_IOERR: "Its disk reports an error. Check the disk and the space left on it.",
    sqlite3.SQLITE_BUSY: "Another program has locked it. Close that program and try again.",
    sqlite3.SQLITE_LOCKED: "Another program has locked it. Close that program and try again.",
}
_UNREADABLE = "Could not decode to UTF-8"
_MISSING = ("no such table", "no such column")


def is_damage(error: BaseException, *, at_start: bool = False) -> bool:
    """Whether the file's content is broken (and not its place, or the request).

    At the start, when the tables of this version were just found complete, a missing one is damage too.
    """
    text = str(_original(error))
    return (
        _code(error) in _DAMAGE
        or isinstance(error, UnicodeDecodeError)  # SQLite quotes a broken schema in its message
        or (isinstance(_original(error), sqlite3.OperationalError) and text.startswith(_UNREADABLE))
        or (at_start and text.startswith(_MISSING))
    )


def is_unusable(error: BaseException) -> bool:
    """Whether the place can't be used: read-only, full, locked, not there."""
    return isinstance(error, OSError) or _code(error) in _WORDS


def is_locked(error: BaseException) -> bool:
    """Whether another process has the database's lock; trying again later may do."""
    return _code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def explain(error: BaseException, where: str) -> StoreError:
    """The error as one that says which database and what to do. What failed was not saved."""
    if is_damage(error):
        return StoreError(
            f"The database {where!r} is damaged ({_original(error)}). Restart Jupyter: the file is then kept under "
            "another name, and what can be read of it is copied."
        )
    if isinstance(error, IntegrityError):
        return StoreError(f"The database {where!r} refused what contradicts its content: {_original(error)}")
    if words := _words(error):
        return StoreError(f"Nothing was saved in the database {where!r}. {words}")
    return StoreError(f"The database {where!r} failed: {str(_original(error)).strip()}")


def memory_only(error: BaseException, where: str) -> str:
    """The warning that nothing will outlive this process."""
    words = _words(error) or str(error)
    return f"The database {where!r} can't be used. {words} Until then conversations are kept in memory only."


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return _WORDS[sqlite3.SQLITE_FULL] if full else f"{error.strerror or error}."
    return _WORDS.get(_code(error), "")


def _original(error: BaseException) -> BaseException:
    return (error.orig or error) if isinstance(error, DBAPIError) else error


def _code(error: BaseException) -> int:
    """SQLite's primary result code; -1 where there is none."""
    code: int | None = getattr(_original(error), "sqlite_errorcode", None)
    return -1 if code is None else code & 0xFF
