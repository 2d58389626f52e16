"""Relations of the user's DuckDB connections as tables."""

from __future__ import annotations

import subprocess
import sys

import duckdb
import pytest

from table_copilot_jupyter.kernel.probe import adapters_duckdb
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table

CANARY = "canary"

WITHOUT_PYARROW = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in %r:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Finder())
import duckdb
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table
try:
    connection = duckdb.connect()
    copy = find_table({"t": connection.sql("select 1 as a, 2 as A_1")}, "t").for_sql()
    other = duckdb.connect()
    print(other.register("t", copy).sql("select * from t").fetchall())
except Failure as failure:
    print(failure.hint)
"""


def table(value):
    return find_table({"t": value}, "t")


@pytest.fixture
def connection():
    with duckdb.connect() as connection:
        yield connection


def test_its_types_are_words_without_values(connection):
    relation = connection.sql(
        f"select '{CANARY}'::ENUM('{CANARY}') e, [{{'{CANARY}': 1}}] l, map {{'k': '{CANARY}'::ENUM('{CANARY}')}} m, "
        f"union_value({CANARY} := 1) u, 1::DECIMAL(9, 2) d, [1, 2]::INT[2] a"
    )
    assert table(relation).columns() == [
        ("e", "ENUM"),
        ("l", "STRUCT(1)[]"),
        ("m", "MAP(VARCHAR, ENUM)"),
        ("u", "UNION(1)"),
        ("d", "DECIMAL(9,2)"),
        ("a", "INTEGER[]"),
    ]


def test_it_is_not_run_to_list_it(connection):
    relation = connection.sql("select error('it ran') as a from range(3)")
    found = table(relation)
    assert (found.lazy, found.rows(), found.nbytes(), found.fingerprint()["content"]) == (True, None, None, None)
    with pytest.raises(Failure, match="can't be read"):
        found.for_sql()


def test_another_connection_reads_a_copy_of_it(connection):
    copy = table(connection.sql("select range as a, -range as A from range(3)")).for_sql()
    with duckdb.connect() as other:
        assert other.register("t", copy).sql("select a, A_2 from t").fetchall()[2] == (2, -2)


def test_the_copy_is_bounded(connection, monkeypatch):
    monkeypatch.setattr(adapters_duckdb, "COPIED_CELLS", 10)
    assert table(connection.sql("select 1 as a, range as b from range(5)")).for_sql().num_rows == 5
    endless = "select 1 as a, case when range > 1000000 then error('it read on') end as b from range(5000000)"
    with pytest.raises(Failure, match="more than 5 rows"):
        table(connection.sql(endless)).for_sql()


def test_a_connection_with_an_open_result_keeps_it(connection):
    relation = connection.sql("select 1 as a")
    connection.execute("select * from range(100000)")
    assert connection.fetchone() == (0,)
    assert table(relation).columns() == [("a", "INTEGER")]
    with pytest.raises(Failure, match="is busy"):
        table(relation).for_sql()
    assert connection.fetchone() == (1,)


@pytest.mark.parametrize(
    ("missing", "printed"),
    [
        (("pyarrow",), "[(1, 2)]"),
        (("pyarrow", "pandas"), "Install one of them in the kernel's environment: %pip install pyarrow"),
    ],
)
def test_without_pyarrow_it_goes_through_pandas(missing, printed):
    script = WITHOUT_PYARROW % (missing,)
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[0] == printed
