"""Databases of every age come to the present version, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text
from store_builders import AT, row
from store_processes import open_new, race

from table_copilot_jupyter.store import database as connecting
from table_copilot_jupyter.store import migrations, receipts, sessions, tables
from table_copilot_jupyter.store.base import StoreError
from table_copilot_jupyter.store.database import Database, Mode

pytest_plugins = ["store_fixtures"]


@pytest.fixture
def database(url: str):
    made = Database(url)
    yield made
    made.disconnect()


def recorded(connection: Connection) -> list[tuple[int, str]]:
    rows = connection.execute(text("SELECT version, name FROM schema_version ORDER BY version"))
    return [(row.version, row.name) for row in rows]


def execute(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))


def test_an_empty_database_gets_every_migration_once(database: Database, url: str):
    for _ in range(2):
        database.open_now()
        assert database.transact(Mode.READ, recorded) == [
            (number + 1, migration.__name__) for number, migration in enumerate(migrations.MIGRATIONS)
        ]
        assert not database.transact(Mode.WRITE, migrations.apply_next)
        database.disconnect()


def test_the_migrations_make_the_tables_that_queries_are_built_for(database: Database):
    def shape(connection: Connection) -> dict[str, dict[str, tuple[object, bool]]]:
        found = inspect(connection)
        return {
            name: {
                column["name"]: (column["type"].python_type, bool(column["nullable"]))
                for column in found.get_columns(name)
            }
            for name in found.get_table_names()
        }

    database.open_now()
    expected = {
        name: {column.name: (column.type.python_type, bool(column.nullable)) for column in table.c}
        for name, table in tables.metadata.tables.items()
    }
    made = database.transact(Mode.READ, shape)
    for table, number in (("pieces", "piece_id"), ("receipts", "receipt_number")):
        made[table][number] = expected[table][number]  # SQLite calls its row number nullable
    assert made == expected


def test_a_database_of_the_first_version_keeps_its_sessions(database: Database, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        patch.setattr(connecting, "_read_every_table", lambda _connection: None)  # as they are now, it reads them
        database.open_now()
    assert database.transact(Mode.READ, recorded) == [(1, "m001_initial")]
    columns = (
        "session_id, owner, title, created_at, updated_at, epoch, agent, privacy, titled_by_user, messages, last_seq"
    )
    values = f"'s1', 'ada', 'Penguins', '{AT}', '{AT}', 'e1', 'copilot', 'rows', FALSE, 3, 7"
    database.transact(Mode.WRITE, execute, f"INSERT INTO sessions ({columns}, deleted) VALUES ({values}, FALSE)")
    database.disconnect()

    database.open_now()
    old = row(title="Penguins", privacy="rows", messages=3, last_seq=7)
    assert database.transact(Mode.READ, sessions.find, "s1") == old
    assert database.transact(Mode.READ, receipts.of_session, "s1") == []


def test_a_later_migration_is_applied_to_an_older_database(database: Database, monkeypatch: pytest.MonkeyPatch):
    def m003_note(connection: Connection) -> None:
        connection.exec_driver_sql("ALTER TABLE todos ADD COLUMN note TEXT")

    database.open_now()
    database.disconnect()
    monkeypatch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, m003_note])
    database.open_now()

    assert database.transact(Mode.READ, recorded)[-1] == (len(migrations.MIGRATIONS), "m003_note")
    database.transact(Mode.READ, execute, "SELECT note FROM todos")


def test_a_migration_that_fails_leaves_nothing(database: Database, monkeypatch: pytest.MonkeyPatch):
    def m003_broken(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE half (x INTEGER)")
        connection.exec_driver_sql("CREATE TABLE sessions (x INTEGER)")

    database.open_now()
    database.disconnect()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "MIGRATIONS", [*migrations.MIGRATIONS, m003_broken])
        with pytest.raises(StoreError, match="sessions"):
            database.open_now()

    database.open_now()
    assert len(database.transact(Mode.READ, recorded)) == len(migrations.MIGRATIONS)
    names = database.transact(Mode.READ, lambda connection: inspect(connection).get_table_names())
    assert sorted(names) == sorted(tables.metadata.tables)


def test_a_database_from_a_newer_version_is_refused(database: Database):
    database.open_now()
    database.transact(Mode.WRITE, execute, "INSERT INTO schema_version VALUES (99, 'm099', '')")
    database.disconnect()

    with pytest.raises(StoreError, match=r"has version 99, .* Upgrade table-copilot-jupyter"):
        database.open_now()


def test_the_file_of_a_newer_version_is_left_untouched(tmp_path: Path):
    path = tmp_path / "sessions.db"
    database = Database(f"sqlite:///{path}")
    database.open_now()
    database.transact(Mode.WRITE, execute, "INSERT INTO schema_version VALUES (99, 'm099', '')")
    database.disconnect()
    before = path.read_bytes()

    with pytest.raises(StoreError):
        database.open_now()
    assert path.read_bytes() == before
    assert list(tmp_path.glob("*broken*")) == []


def test_a_database_of_another_program_is_left_untouched(database: Database):
    database.open_now()
    for name in tables.metadata.tables.keys() - {"sessions"}:
        database.transact(Mode.WRITE, execute, f"DROP TABLE {name}")
    database.disconnect()

    with pytest.raises(StoreError, match="table 'sessions' of another program"):
        database.open_now()


def test_two_processes_may_begin_a_database_at_once(url: str):
    for opened in race(url, open_new):
        assert opened == (True, [])

    database = Database(url)
    database.open_now()
    assert len(database.transact(Mode.READ, recorded)) == len(migrations.MIGRATIONS)
    assert {row.session_id for row in database.transact(Mode.READ, sessions.of_owner, "ada")} == {"host-0", "host-1"}
    database.disconnect()
