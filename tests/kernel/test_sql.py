"""A DuckDB that is locked, and one statement that runs in it: bounded in time, interruptible, exact."""

from __future__ import annotations

import builtins
import os
import signal
import threading
import time

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.sql import LONGEST, RESULT, Database

ENDLESS = "SELECT count(*) FROM range(10000000000) a(i), range(1000) b(j) WHERE i % 7 = j"
PENGUINS = pd.DataFrame({"island": ["Biscoe", "Dream", "Biscoe"], "mass": [3700.0, 3500.0, 4100.0]})


def rows(database, sql, **tables):
    for name, frame in tables.items():
        database.add(name, frame, list(frame.columns))
    statement = database.parse(sql)
    database.run(statement.text, keep=1000)
    return database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())


@pytest.fixture
def database():
    with Database(20.0) as database:
        yield database


def test_a_select_reads_the_tables_that_were_added(database):
    assert rows(database, "SELECT island, avg(mass) FROM df GROUP BY 1 ORDER BY 1", df=PENGUINS) == [
        ("Biscoe", 3900.0),
        ("Dream", 3500.0),
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "FROM df",
        "TABLE df",
        "WITH t AS (FROM df) SELECT * FROM t",
        "WITH df AS (SELECT * FROM df) FROM df",
        "VALUES (1), (2)",
        "DESCRIBE df",
        "SUMMARIZE df",
        "SELECT 1 -- a comment",
        "SELECT 1; -- a comment after a semicolon",
        "/* first */ SELECT 1;;",
        "SELECT * FROM (PIVOT df ON island IN ('Biscoe') USING avg(mass))",
        "UNPIVOT df ON mass INTO NAME n VALUE v",
        "SELECT mass, sum(mass) OVER (ORDER BY mass) FROM df QUALIFY row_number() OVER () < 3",
        "SELECT DISTINCT ON (island) * FROM df",
        "SELECT * FROM df POSITIONAL JOIN df AS other",
        "SELECT list_transform([1, 2], lambda x: x + 1)",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) FROM t",
        "SELECT * FROM df TABLESAMPLE 2 ROWS",
        "SELECT COLUMNS(lambda c: c LIKE 'm%') FROM df",
        "SELECT * EXCLUDE (mass) FROM df WHERE mass > (SELECT min(mass) FROM df)",
        "FROM range(3)",
        "SELECT unnest([1, 2])",
    ],
)
def test_what_reads_tables_is_run(database, sql):
    assert rows(database, sql, df=PENGUINS)


def test_the_order_of_the_statement_is_that_of_the_result(database):
    shuffled = pd.DataFrame({"x": range(300_000)}).sample(frac=1, random_state=1)
    database.add("df", shuffled, ["x"])
    database.run(database.parse("SELECT x FROM df ORDER BY x DESC").text, keep=200_000)
    kept = database.fetch(f"SELECT x FROM {RESULT}", lambda cursor: [row[0] for row in cursor.fetchall()])
    assert kept == list(range(299_999, 99_999, -1))


def test_more_rows_than_are_kept_are_left_out(database):
    database.run(database.parse("FROM range(100)").text, keep=10)
    assert database.fetch(f"SELECT count(*) FROM {RESULT}", lambda cursor: cursor.fetchall()) == [(10,)]


def test_columns_of_the_same_name_are_told_apart(database):
    database.run(database.parse("SELECT 1 AS a, 2 AS a, 3.5 AS b").text, keep=10)
    assert database.columns() == [("a", "INTEGER"), ("a_1", "INTEGER"), ("b", "DECIMAL(2,1)")]


def test_columns_that_are_left_out_are_not_there(database):
    database.add("df", PENGUINS, ["mass"], partly=True)
    database.run(database.parse("FROM df").text, keep=10)
    assert database.columns() == [("mass", "DOUBLE")]
    with pytest.raises(Failure, match='no column "island"'):
        database.run(database.parse("SELECT island FROM df").text, keep=10)


def test_a_variable_that_was_not_added_is_not_found(database):
    elsewhere = PENGUINS
    with pytest.raises(Failure, match='no table "elsewhere"'):
        database.run(database.parse("FROM elsewhere").text, keep=10)
    assert len(elsewhere) == 3


@pytest.mark.parametrize("sql", ["", "  ", "-- nothing", "SELECT 1; SELECT 2", "SELECT 1; DROP TABLE df"])
def test_it_takes_exactly_one_statement(database, sql):
    with pytest.raises(Failure, match="it takes exactly one"):
        database.parse(sql)


def test_a_statement_has_a_longest_length(database):
    with pytest.raises(Failure, match=f"at most {LONGEST}"):
        database.parse("SELECT " + "1 + " * LONGEST + "1")


@pytest.mark.parametrize("sql", ["SELECT " + "(" * 3000 + "1" + ")" * 3000, "SELECT " + "1+" * 4000 + "1"])
def test_a_statement_that_is_nested_too_deeply_is_refused(database, sql):
    with pytest.raises(Failure, match="nested too deeply"):
        database.parse(sql)


def test_a_syntax_error_says_where(database):
    with pytest.raises(Failure, match='at or near "BY" in line 2'):
        database.parse("SELECT *\nFROM df BY")


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1 /* no end", "unterminated /* comment"),
        ("SELECT 'no end", "unterminated string literal"),
        ("SELECT quantile_cont(0.5) WITHIN GROUP (ORDER BY a, b) FROM t", "Cannot use multiple ORDER BY clauses"),
        ("SELECT sum(DISTINCT) FROM t", "DISTINCT requires at least one argument"),
    ],
)
def test_what_is_wrong_with_the_text_itself_is_told_in_full(database, sql, told):
    with pytest.raises(Failure, match="The SQL has a syntax error: ") as failed:
        database.parse(sql)
    assert told in failed.value.message


def test_dynamic_pivots_say_how_to_name_their_columns(database):
    with pytest.raises(Failure) as failed:
        database.parse("PIVOT df ON island USING avg(mass)")
    assert "ON column IN" in failed.value.hint


def test_a_query_ends_at_its_deadline():
    began = time.monotonic()
    with Database(0.3) as database, pytest.raises(Failure, match=r"its deadline of 0\.3 s"):
        database.run(ENDLESS, keep=10)
    assert time.monotonic() - began < 5


def test_a_query_is_stopped_from_another_thread(database):
    thread = threading.Timer(0.2, database.stop, [Failure("The query was cancelled.")])
    thread.start()
    began = time.monotonic()
    with pytest.raises(Failure, match="cancelled"):
        database.run(ENDLESS, keep=10)
    assert time.monotonic() - began < 5
    assert database.stopped
    thread.join()


def test_a_query_that_was_stopped_before_it_began_does_not_begin(database):
    database.stop(Failure("The query was cancelled."))
    with pytest.raises(Failure, match="cancelled"):
        database.run("SELECT 1", keep=10)


def test_an_interrupt_of_the_kernel_ends_a_query_at_once(database):
    thread = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    thread.start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        database.run(ENDLESS, keep=10)
    assert time.monotonic() - began < 5
    thread.join()


def test_a_query_that_takes_too_much_memory_fails_without_the_kernel(monkeypatch):
    monkeypatch.setattr("table_copilot_jupyter.kernel.probe.sql._free_memory", lambda: 300e6)
    with Database(30.0) as database, pytest.raises(Failure, match="more memory than there is"):
        database.run("SELECT i, repeat('x', 100) || i FROM range(100000000) r(i)", keep=100_000_000)


def test_without_duckdb_it_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without(name, *arguments, **options):
        if name == "duckdb":
            raise ImportError(name)
        return original(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Failure) as failed:
        Database(1.0)
    assert failed.value.message == "SQL needs DuckDB, which this kernel's environment lacks."
    assert "%pip install duckdb" in failed.value.hint


def test_the_users_own_connection_is_left_alone(database):
    import duckdb

    duckdb.sql("CREATE OR REPLACE TABLE mine AS SELECT 42 AS answer")
    with pytest.raises(Failure, match='no table "mine"'):
        database.run(database.parse("FROM mine").text, keep=10)
    assert duckdb.sql("SELECT current_setting('enable_external_access')").fetchall() == [(True,)]
    duckdb.sql("DROP TABLE mine")
