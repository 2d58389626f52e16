"""What can be read of a damaged file is copied, and its bytes are never lost."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from store_builders import AT, row, turn

from table_copilot_jupyter.protocol import ReminderItem, TodoItem
from table_copilot_jupyter.store import files, log, receipts, reminders, salvage, sessions, todos
from table_copilot_jupyter.store.base import Batch, Piece, ReceiptRow, StoredEvent, StoreError
from table_copilot_jupyter.store.database import Database, Mode

TODO = TodoItem(todo_id="t1", title="Look", tags=["a"])
REMINDER = ReminderItem(reminder_id="r1", content="Look", due="2026-03-01T09:00:00+00:00", timezone="UTC")
SESSIONS = [f"s{number}" for number in range(6)]


def receipt_of(session_id: str) -> ReceiptRow:
    return ReceiptRow("r1", session_id, "t", AT, "m", "host", 7, "[]", receipts.pack("payload"))


def log_of(session_id: str) -> list[StoredEvent]:
    whole = [found for number in range(8) for found in turn(4 * number + 1, f"{session_id}-{number}", padding=300)]
    return whole[:-1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with six sessions, a deleted one, a todo and a reminder."""
    path = tmp_path_factory.mktemp("sound") / "sessions.db"
    database = Database(f"sqlite:///{path}")
    database.open_now()
    for session_id in [*SESSIONS, "gone"]:
        database.transact(Mode.WRITE, sessions.create, row(session_id))
        said = Piece("m", "text", 0, "unfinished", "t", "copilot")
        batch = Batch(events=log_of(session_id), pieces=[said], messages=16)
        database.transact(Mode.WRITE, log.append, session_id, batch)
        database.transact(Mode.WRITE, receipts.add, receipt_of(session_id))
    database.transact(Mode.WRITE, sessions.remove, "gone")
    database.transact(Mode.WRITE, todos.add, "ada", TODO)
    database.transact(Mode.WRITE, reminders.add, "ada", REMINDER)
    database.disconnect()
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "sessions.db"))


@pytest.fixture
def rescued(tmp_path: Path):
    """A new, empty database."""
    database = Database(f"sqlite:///{tmp_path}/rescued.db")
    database.open_now()
    yield database
    database.disconnect()


def execute(path: Path, *statements: str) -> None:
    with files.read_only(path) as probe:
        assert probe.execute("PRAGMA quick_check").fetchone() == ("ok",)
    probe.close()
    database = Database(f"sqlite:///{path}")
    database.open_now()

    def run(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for statement in statements:
            connection.execute(text(statement))

    database.transact(Mode.WRITE, run)
    database.disconnect()


def test_a_file_without_harm_comes_over_whole(path: Path, rescued: Database):
    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(6, 0)

    for session_id in SESSIONS:
        assert rescued.transact(Mode.READ, sessions.find, session_id) == row(session_id, messages=16, last_seq=31)
        assert rescued.transact(Mode.READ, log.read, session_id, 0, None) == log_of(session_id)
        assert len(rescued.transact(Mode.READ, log.read_pieces, session_id)) == 1
        assert rescued.transact(Mode.READ, receipts.find, session_id, "r1") == receipt_of(session_id)
        assert rescued.transact(Mode.READ, log.find_message, session_id, f"ask-{session_id}-1") == 5
    assert len(rescued.transact(Mode.READ, sessions.turns_without_end)) == 6
    assert rescued.transact(Mode.READ, sessions.was_deleted, "gone")
    assert rescued.transact(Mode.READ, todos.find, "ada", "t1") == TODO
    assert rescued.transact(Mode.READ, reminders.find, "ada", "r1") == REMINDER


def test_a_file_of_the_first_version_comes_over_whole(path: Path, rescued: Database):
    execute(path, "DROP TABLE receipts", "ALTER TABLE sessions DROP COLUMN privacy_rules")

    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(6, 0)
    assert rescued.transact(Mode.READ, sessions.find, "s1") == row("s1", messages=16, last_seq=31)


def test_copying_leaves_the_file_as_it_is(path: Path, rescued: Database):
    before = path.read_bytes()
    rescued.transact(Mode.WRITE, salvage.copy, path)

    assert path.read_bytes() == before


def test_a_session_with_a_gap_begins_a_new_epoch(path: Path, rescued: Database):
    execute(
        path,
        "DELETE FROM events WHERE session_id = 's1' AND seq = 7",
        "UPDATE sessions SET last_seq = 40 WHERE session_id = 's2'",
    )

    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(6, 2)
    epochs = {found.session_id: found.epoch for found in rescued.transact(Mode.READ, sessions.of_owner, "ada")}
    assert {name for name, epoch in epochs.items() if epoch == "e1"} == {"s0", "s3", "s4", "s5"}
    assert rescued.transact(Mode.READ, sessions.find, "s2").last_seq == 40


def test_a_cleared_log_has_no_gap(path: Path, rescued: Database):
    execute(
        path,
        "DELETE FROM events WHERE session_id = 's1' AND seq < 9",
        "UPDATE events SET type = 'cleared' WHERE session_id = 's1' AND seq = 9",
    )

    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(6, 0)


REWOUND = """UPDATE events SET type = 'rewound', body = '{"type": "rewound", "first_seq": 9}' WHERE """


def test_what_was_taken_back_is_no_gap(path: Path, rescued: Database):
    execute(
        path,
        "DELETE FROM events WHERE session_id IN ('s1', 's2') AND seq BETWEEN 9 AND 19 AND seq <> 12",
        REWOUND + "session_id IN ('s1', 's2') AND seq = 20",
        "DELETE FROM events WHERE session_id = 's2' AND seq = 8",
        "DELETE FROM events WHERE session_id = 's3' AND seq < 21",
        REWOUND.replace("9", "1") + "session_id = 's3' AND seq = 21",
    )

    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(6, 1)
    assert rescued.transact(Mode.READ, sessions.find, "s2").epoch != "e1"


def test_rows_that_make_no_sense_stay_behind(path: Path, rescued: Database):
    execute(
        path,
        "UPDATE events SET body = 'no json' WHERE session_id = 's0' AND seq = 3",
        "UPDATE events SET body = x'00ff' WHERE session_id = 's0' AND seq = 4",
        "UPDATE sessions SET titled_by_user = 7 WHERE session_id = 's1'",
        "UPDATE todos SET done = 'x'",
    )

    assert rescued.transact(Mode.WRITE, salvage.copy, path) == salvage.Kept(5, 1)
    assert [found.seq for found in rescued.transact(Mode.READ, log.read, "s0", 0, 4)] == [1, 2, 5, 6]
    assert rescued.transact(Mode.READ, log.read, "s1", 0, None) == []
    assert rescued.transact(Mode.READ, todos.of_owner, "ada", None) == []


def test_both_sides_of_a_damaged_page_come_over(path: Path, rescued: Database):
    content = bytearray(path.read_bytes())
    # a page in the middle of the log: one that holds events of s3
    page = content.index(b"say-s3-4") // 4096
    content[page * 4096 : (page + 1) * 4096] = b"\xff" * 4096
    path.write_bytes(content)

    kept = rescued.transact(Mode.WRITE, salvage.copy, path)

    assert kept.sessions == 6
    assert 1 <= kept.incomplete <= 2
    for session_id in ("s0", "s1", "s5"):
        assert rescued.transact(Mode.READ, log.read, session_id, 0, None) == log_of(session_id)


def test_what_is_told_names_both_files():
    told = salvage.Kept(3, 1).describe(Path("/d/sessions.db"), Path("/d/sessions.db.broken-1"), "it is empty")

    assert told == (
        "The database '/d/sessions.db' was damaged: it is empty. It is kept as '/d/sessions.db.broken-1', "
        "and a new one was begun; 3 sessions were copied from it, 1 of them in part."
    )


def _fuzz(content: bytes, seed: int) -> bytes:
    """Flip bytes, wipe a stretch, shuffle pages or cut, each somewhere else."""
    chance = random.Random(seed)
    data = bytearray(content)
    match seed % 4:
        case 0:
            for _ in range(chance.choice([1, 10, 300])):
                data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
        case 1:
            start = chance.randrange(len(data))
            data[start : start + 6000] = bytes(len(data[start : start + 6000]))
        case 2:
            return bytes(data[: chance.randrange(1, len(data))])
        case _:
            for _ in range(20):
                data[chance.randrange(4096)] = chance.randrange(256)
    return bytes(data)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_file_holds_opening_succeeds_and_its_bytes_are_kept(path: Path, seed: int):
    fuzzed = _fuzz(path.read_bytes(), seed)
    path.write_bytes(fuzzed)
    database = Database(f"sqlite:///{path}")

    opened = database.open_now()
    database.disconnect()

    broken = [found for found in path.parent.glob("sessions.db.broken-*") if not found.name.endswith(("-wal", "-shm"))]
    assert opened.persistent
    assert len(broken) == len(opened.warnings)
    assert (broken or [path])[0].read_bytes() == fuzzed

    database.open_now()
    database.transact(Mode.WRITE, sessions.create, row("new"))
    for session_id in [*SESSIONS, "new"]:
        try:
            database.transact(Mode.READ, log.read, session_id, 0, None)
        except StoreError as error:
            assert "damaged" in str(error)  # noqa: PT017 (only some of the seeds come here)
    database.disconnect()
