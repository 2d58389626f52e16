"""No file, no network, no extension and no setting can be reached from SQL: neither wall lets anything through.

Every function that DuckDB lists is tried, and every statement that it documents for reaching out.
"""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import duckdb
import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.sql import RESULT, Database
from table_copilot_jupyter.kernel.probe.sql_functions import TABLE_FUNCTIONS, denied

CANARY = "canary-5b1e"

MAKES_FUNCTIONS = "SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY ALL"
FUNCTIONS = duckdb.connect().execute(MAKES_FUNCTIONS).fetchall()
CALLABLE = sorted({name for name, kind in FUNCTIONS if kind != "pragma" and (name[0].isalpha() or name[0] == "_")})
OVER_WINDOWS = {name for name, kind in FUNCTIONS if kind in ("window", "aggregate")}
TABLE_KINDS = ("table", "table_macro")

READS_POINTERS = ("arrow_scan", "arrow_scan_dumb", "pandas_scan", "python_arrow_scan", "python_map_function")
"""They take an address of the process's memory: without the first wall, trying them ends the process."""


class Watch(BaseHTTPRequestHandler):
    """A server that nobody must call."""

    def do_GET(self):
        self.server.calls.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CANARY.encode())

    do_HEAD = do_PUT = do_POST = do_GET

    def log_message(self, *arguments):
        """Nothing on the test's output."""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A directory with files that hold the canary, and a server that gives it."""
    path = tmp_path_factory.mktemp("outside")
    (path / "secret.csv").write_text(f"name\n{CANARY}\n")
    (path / "secret.json").write_text(f'{{"name": "{CANARY}"}}\n')
    (path / "query.sql").write_text(f"SELECT '{CANARY}'")
    with duckdb.connect(str(path / "other.db")) as other:
        other.execute(f"CREATE TABLE t AS SELECT '{CANARY}' AS name; COPY t TO '{path}/secret.parquet'")
    server = HTTPServer(("127.0.0.1", 0), Watch)
    server.calls = []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield path, server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def outside(world, monkeypatch):
    """``(directory, address)`` of what must not be reached: nobody called, and nothing was written."""
    path, server = world
    monkeypatch.chdir(path)
    monkeypatch.setenv("COPILOT_CANARY", CANARY)
    before = sorted(os.listdir(path))
    yield path, f"http://127.0.0.1:{server.server_port}/secret.csv"
    assert server.calls == []
    assert sorted(os.listdir(path)) == before


def result(database, text):
    """What a statement gives, without the check; its error's text where it fails."""
    try:
        database.run(text, keep=100)
        return str(database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall()))
    except Failure as failure:
        return failure.message + failure.hint + failure.detail


def arguments(path, url):
    texts = [f"'{path}/secret.csv'", f"'{path}/secret.parquet'", f"'{url}'", "'COPILOT_CANARY'", "'memory_limit'"]
    return ["", *texts, "1", "'t', 1", f"'{path}/*'", f"'{path}/secret.csv', '{path}/secret.json'", "[1, 2]"]


def test_duckdb_lists_enough_functions_for_this_to_mean_something():
    assert len(CALLABLE) > 800
    assert {"read_csv", "current_setting", "glob", "query", "duckdb_settings", "pandas_scan"} <= set(CALLABLE)


def test_of_the_table_functions_only_those_are_allowed_that_read_their_arguments():
    listed = sorted({name for name, kind in FUNCTIONS if kind in TABLE_KINDS})
    with Database(60.0) as database:
        for name in set(listed) - TABLE_FUNCTIONS:
            for sql in (f'FROM "{name}"()', f"FROM {name}('x', 1)", f"SELECT * FROM df, LATERAL {name}(df.a) t"):
                with pytest.raises(Failure, match="not allowed"):
                    database.parse(sql)
        for name in TABLE_FUNCTIONS & set(listed):
            database.parse(f"FROM {name}(1)")
    assert len(listed) > 80


def test_no_function_that_is_allowed_gives_anything_from_outside(outside):
    """As a scalar or an aggregate, and over a window, with paths, addresses and names of settings."""
    path, url = outside
    ran = 0
    with Database(100.0) as database:
        database.add("df", pd.DataFrame({"a": [1, 2], "t": ["x", "y"]}), ["a", "t"])
        for name in CALLABLE:
            if denied(name) or name.startswith(("icu_collate_", "collate_")):
                continue
            over = " OVER () FROM df" if name in OVER_WINDOWS else ""
            database.parse(f'SELECT "{name}"(){over}')
            for given in arguments(path, url):
                told = result(database, f'SELECT "{name}"({given}){over}')
                assert CANARY not in told, name
                assert "enable_external_access" not in told, name
                ran += 1
    assert ran > 5000


def test_every_function_that_is_denied_is_refused():
    with Database(60.0) as database:
        for name in CALLABLE:
            if denied(name):
                for over in ("", " OVER ()"):
                    with pytest.raises(Failure, match="is not allowed"):
                        database.parse(f'SELECT "{name}"(){over}')


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT current_setting('memory_limit')",
        "SELECT getvariable('x')",
        "SELECT getenv('COPILOT_CANARY')",
        "SELECT 'memory_limit'.current_setting()",
        "SELECT system.main.current_setting('threads')",
        "SELECT \"CURRENT_SETTING\"('threads')",
        "SELECT /* x */ current_setting /* y */ ('threads')",
        "SELECT list_transform(['threads'], lambda x: current_setting(x))",
        "SELECT 1 WHERE current_setting('threads') = '1'",
        "SELECT count(*) FILTER (current_setting('threads') = '1')",
        "SELECT 1 ORDER BY current_setting('threads')",
        "SELECT 1 LIMIT (SELECT current_setting('threads')::INT)",
        "SELECT sum(1) OVER (ORDER BY current_setting('threads'))",
        "WITH t AS (SELECT current_setting('threads')) FROM t",
        "VALUES (current_setting('threads'))",
        "SELECT nextval('s')",
        "SELECT json_execute_serialized_sql('{}')",
        "SELECT json_serialize_plan('FROM read_csv(''secret.csv'')')",
        "SELECT sleep_ms(100000)",
        "SELECT error('x')",
        "SELECT write_log('x')",
        "SELECT read_future_format('x')",
        "SELECT duckdb_future_state()",
    ],
)
def test_functions_that_do_more_than_compute_are_refused(sql):
    with Database(5.0) as database, pytest.raises(Failure, match="is not allowed"):
        database.parse(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "FROM query('SELECT 1')",
        "FROM query_table('df')",
        "FROM query_table(['df', 'other'])",
        "FROM read_csv('secret.csv')",
        "FROM read_text('/etc/passwd')",
        "FROM glob('*')",
        "FROM sniff_csv('secret.csv')",
        "FROM parquet_metadata('secret.parquet')",
        "FROM duckdb_settings()",
        "FROM duckdb_secrets()",
        "FROM which_secret('s3://x', 's3')",
        "FROM pragma_database_list()",
        "FROM pandas_scan(140000000000)",
        "FROM sqlite_scan('other.db', 't')",
        "FROM iceberg_scan('x')",
        "FROM postgres_query('x', 'SELECT 1')",
        "FROM json_execute_serialized_sql('{}')",
        "FROM sql_auto_complete('SEL')",
        "FROM enable_logging()",
        "FROM histogram_values(df, a)",
        "SELECT * FROM df, LATERAL read_csv('secret.csv')",
        "SELECT * FROM (SELECT * FROM (FROM glob('*')))",
        "SELECT 1 IN (FROM glob('*'))",
        "WITH t AS MATERIALIZED (FROM read_text('secret.csv')) FROM t",
        "SELECT 1 UNION ALL (SELECT * FROM read_text('secret.csv'))",
        "SUMMARIZE SELECT * FROM read_csv('secret.csv')",
        "DESCRIBE SELECT * FROM read_csv('secret.csv')",
    ],
)
def test_table_functions_are_refused_wherever_they_stand(sql):
    with Database(5.0) as database, pytest.raises(Failure, match=r"table function .* is not allowed"):
        database.parse(sql)


STATEMENTS = [
    "COPY df TO '{path}/out.csv'",
    "COPY (SELECT 1) TO '{path}/out.parquet'",
    "COPY df FROM '{path}/secret.csv'",
    "EXPORT DATABASE '{path}/out'",
    "IMPORT DATABASE '{path}'",
    "ATTACH '{path}/other.db'",
    "ATTACH ':memory:' AS extra",
    "DETACH memory",
    "USE memory",
    "INSTALL httpfs",
    "INSTALL 'http://127.0.0.1/x.duckdb_extension'",
    "FORCE INSTALL json",
    "LOAD httpfs",
    "LOAD '{path}/x.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "SET threads = 1",
    "SET enable_external_access = true",
    "SET GLOBAL memory_limit = '1GB'",
    "SET VARIABLE x = 1",
    "SET SESSION schema = 'x'",
    "RESET threads",
    "PRAGMA threads = 1",
    "PRAGMA database_list",
    "PRAGMA enable_profiling",
    "PRAGMA version",
    "CALL pragma_version()",
    "CALL duckdb_settings()",
    "CALL enable_logging()",
    "CREATE TABLE t AS SELECT 1",
    "CREATE OR REPLACE TEMP VIEW df AS FROM read_csv('{path}/secret.csv')",
    "CREATE MACRO f() AS TABLE FROM read_csv('{path}/secret.csv')",
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SEQUENCE s",
    "CREATE SCHEMA s",
    "CREATE INDEX i ON df (a)",
    "CREATE SECRET s (TYPE s3)",
    "DROP VIEW df",
    "DROP SECRET s",
    "ALTER TABLE df ADD COLUMN x INT",
    "INSERT INTO df VALUES (1)",
    "UPDATE df SET a = 1",
    "DELETE FROM df",
    "TRUNCATE df",
    "MERGE INTO df USING df AS o ON true WHEN MATCHED THEN DELETE",
    "WITH t AS (INSERT INTO df VALUES (1) RETURNING *) FROM t",
    "WITH t AS (UPDATE df SET a = 1 RETURNING *) FROM t",
    "WITH t AS (DELETE FROM df RETURNING *) FROM t",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXECUTE p('{path}/secret.csv')",
    "DEALLOCATE p",
    "BEGIN",
    "COMMIT",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE COPY df TO '{path}/out.csv'",
    "COMMENT ON TABLE df IS 'x'",
    "SHOW TABLES",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "SHOW SETTINGS",
    "FROM (SHOW TABLES)",
    "DESCRIBE",
    "SELECT 1; COPY df TO '{path}/out.csv'",
    "SELECT 1 /* */; /* */ INSTALL httpfs; --",
    "SELECT $1",
    "SELECT ?",
    "SELECT $name",
    "FROM memory.main.df",
    "FROM main.df",
    "FROM information_schema.tables",
    "FROM pg_catalog.pg_class",
    "FROM system.information_schema.tables",
    "FROM df AT (VERSION => 1)",
    "PIVOT df ON a USING sum(a)",
    "SELECT 1 INTO OUTFILE '{path}/out.csv'",
    "SELECT $$",
    "SELECT 1 /*",
    "SELECT 'a\x00b'",
    ".read {path}/query.sql",
    "!ls",
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_no_other_statement_gets_through(outside, sql):
    path, _ = outside
    with Database(5.0) as database:
        database.add("df", pd.DataFrame({"a": [1, 2]}), ["a"])
        with pytest.raises(Failure):
            database.parse(sql.format(path=path))


REACHING_OUT = [
    "FROM '{path}/secret.csv'",
    "FROM '{path}/secret.parquet'",
    "FROM '{path}/secret.json'",
    "FROM '{path}/other.db'",
    "FROM '{url}'",
    "FROM 's3://bucket/secret.csv'",
    'FROM "secret.csv"',
    "FROM 'secret.csv'",
    "FROM read_csv('{path}/secret.csv')",
    "FROM read_csv_auto('{path}/secret.csv')",
    "FROM read_text('{path}/secret.csv')",
    "FROM read_blob('{path}/secret.csv')",
    "FROM read_json('{path}/secret.json')",
    "FROM read_parquet('{path}/secret.parquet')",
    "FROM read_csv('{url}')",
    "FROM parquet_scan('{path}/secret.parquet')",
    "FROM glob('{path}/*')",
    "FROM sniff_csv('{path}/secret.csv')",
    "FROM parquet_schema('{path}/secret.parquet')",
    "FROM query('FROM ''{path}/secret.csv''')",
    "FROM query_table('{path}/secret.csv')",
    "SELECT json_serialize_plan('FROM ''{path}/secret.csv''')",
    "SELECT getenv('COPILOT_CANARY')",
    "FROM hidden_variable",
]


@pytest.mark.parametrize("sql", REACHING_OUT)
def test_the_second_wall_alone_keeps_files_and_network_out(outside, sql):
    """``run`` doesn't check: what it is given meets the locked connection."""
    hidden_variable = pd.DataFrame({"name": [CANARY]})
    path, url = outside
    with Database(10.0) as database:
        assert CANARY not in result(database, sql.format(path=path, url=url)).replace(str(path), "")
    assert len(hidden_variable) == 1


def test_the_second_wall_alone_keeps_every_function_in(outside):
    path, url = outside
    tried = 0
    with Database(100.0) as database:
        for name in sorted({name for name, kind in FUNCTIONS if kind in TABLE_KINDS}):
            if name in READS_POINTERS:
                continue
            for given in arguments(path, url):
                assert CANARY not in result(database, f'FROM "{name}"({given})'), name
                tried += 1
    assert tried > 800
