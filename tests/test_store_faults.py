"""What a database's error means, and what the user is told."""

from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from table_copilot_jupyter.store import faults


def error(code: int, text: str = "it said so") -> OperationalError:
    original = sqlite3.OperationalError(text)
    original.sqlite_errorcode = code
    return OperationalError("SELECT 1", {}, original)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "disk is full. Free some space"),
        (sqlite3.SQLITE_READONLY, "can't be written"),
        (sqlite3.SQLITE_IOERR_WRITE, "disk reports an error"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "Another program has locked it"),
        (sqlite3.SQLITE_CANTOPEN, "can't be opened"),
    ],
)
def test_a_place_that_can_not_be_used_is_named_with_the_next_step(code: int, words: str):
    fault = error(code)

    assert faults.is_unusable(fault)
    assert not faults.is_damage(fault)
    assert "'/x/sessions.db'" in str(faults.explain(fault, "/x/sessions.db"))
    assert "Nothing was saved" in str(faults.explain(fault, "/x/sessions.db"))
    assert words in str(faults.explain(fault, "/x/sessions.db"))
    assert words in faults.memory_only(fault, "/x/sessions.db")
    assert "memory only" in faults.memory_only(fault, "/x/sessions.db")


@pytest.mark.parametrize(
    "fault",
    [
        error(sqlite3.SQLITE_CORRUPT_INDEX),
        error(sqlite3.SQLITE_NOTADB),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        sqlite3.OperationalError("Could not decode to UTF-8 column 'body' with text 'x'"),
    ],
)
def test_damage_is_told_from_all_else(fault: Exception):
    assert faults.is_damage(fault)
    assert not faults.is_unusable(fault)
    assert "is damaged" in str(faults.explain(fault, "x"))
    assert "Restart Jupyter" in str(faults.explain(fault, "x"))


def test_a_missing_table_is_damage_at_the_start_only():
    fault = error(sqlite3.SQLITE_ERROR, "no such table: events")

    assert faults.is_damage(fault, at_start=True)
    assert not faults.is_damage(fault)
    assert str(faults.explain(fault, "x")) == "The database 'x' failed: no such table: events"


def test_a_contradiction_is_told_as_one():
    fault = IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed"))
    assert "refused what contradicts its content: UNIQUE" in str(faults.explain(fault, "x"))


def test_errors_of_the_system_are_told_in_its_words():
    assert "disk is full" in faults.memory_only(OSError(errno.ENOSPC, "No space left"), "x")
    assert "Permission denied." in faults.memory_only(PermissionError(errno.EACCES, "Permission denied"), "x")
