"""The cell that the user inserts: it runs with DuckDB alone, and gives what the copilot's query gave."""

from __future__ import annotations

import ast

import geopandas
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset
import pytest
from shapely.geometry import Point

from table_copilot_jupyter.kernel.probe.frames import find_table
from table_copilot_jupyter.kernel.probe.sql import RESULT, Database
from table_copilot_jupyter.kernel.probe.sql_cell import Source, cell

FRAME = pd.DataFrame({"island": ["Biscoe", "Dream", "Biscoe"], "mass": [3.5, 2.5, 4.5]})

TABLES = {
    "plain": FRAME,
    "indexed": FRAME.set_index("island"),
    "unnamed_index": FRAME.set_axis(["x", "y", "z"], axis=0),
    "two_levels": FRAME.set_index(["island", "mass"], drop=False).rename_axis(["a", "b"]),
    "odd_labels": FRAME.set_axis([1, ("a", "b")], axis=1),
    "twice": FRAME.set_axis(["a", "A"], axis=1),
    "empty": FRAME.iloc[:0],
    "masses": FRAME["mass"],
    "bare_column": pd.Series([1, 2]),
    "indexed_column": FRAME.set_index("island")["mass"],
    "bears": pl.DataFrame({"a": [1, 2]}),
    "lazy": pl.LazyFrame({"a": [1, 2]}),
    "series": pl.Series("a", [1, 2]),
    "bare_series": pl.Series([1, 2]),
    "arrow": pa.table({"a": [1, 2]}),
    "batch": pa.record_batch({"a": [1, 2]}),
    "dataset": pyarrow.dataset.dataset(pa.table({"a": [1, 2]})),
    "records": np.array([(1, 2.5), (2, 3.5)], dtype=[("a", "i8"), ("b", "f8")]),
    "places": geopandas.GeoDataFrame({"city": ["x"]}, geometry=[Point(1, 2)]),
    "points": geopandas.GeoSeries([Point(1, 2)]),
}


def source(name, spoken=None, columns=None):
    table = find_table({name: TABLES[name]}, name)
    names = [column for column, _ in table.columns()]
    return Source(spoken or name, table, columns or names, columns is not None)


def run(code, **variables):
    """What the last expression of a cell gives, in a fresh namespace."""
    *statements, last = ast.parse(code).body
    namespace = dict(variables)
    exec(compile(ast.Module(statements, []), "<cell>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)


def queried(given, sql):
    with Database(20.0) as database:
        database.add(given.name, given.table.for_sql(), given.columns, partly=given.partly)
        database.run(database.parse(sql).text, keep=100)
        return database.fetch(f"FROM {RESULT}", lambda cursor: cursor.df())


@pytest.mark.parametrize("name", TABLES)
def test_the_cell_gives_the_same_as_the_query(name):
    given = source(name)
    shown = run(cell(f"FROM {name}", [given], "pandas"), **{name: TABLES[name]})
    pd.testing.assert_frame_equal(shown, queried(given, f"FROM {name}"), check_dtype=False)


@pytest.mark.parametrize("name", ["plain", "indexed", "bears", "lazy", "arrow", "records"])
def test_a_column_that_is_hidden_is_not_in_the_cells_table(name):
    given = source(name, columns=[source(name).columns[0]])
    shown = run(cell(f"FROM {name}", [given], "pandas"), **{name: TABLES[name]})
    assert list(shown.columns) == list(given.columns)


def test_a_plain_table_needs_nothing_but_its_name():
    code = cell("SELECT avg(mass)\nFROM plain", [source("plain")], "pandas")
    assert code == 'import duckdb\n\nduckdb.sql("""\nSELECT avg(mass)\nFROM plain\n""").df()'


def test_a_table_that_the_statement_calls_otherwise_is_registered():
    code = cell("FROM PLAIN", [source("plain", "PLAIN")], "pandas")
    assert "_connection.register('PLAIN', plain)" in code
    assert len(run(code, plain=FRAME)) == 3


def test_where_one_table_is_registered_all_are():
    code = cell("FROM plain, lazy", [source("plain"), source("lazy")], "pandas")
    assert "_connection.register('lazy', lazy.collect())" in code
    assert "_connection.register('plain', plain)" in code
    assert len(run(code, plain=FRAME, lazy=TABLES["lazy"])) == 6


@pytest.mark.parametrize(
    ("library", "kind"),
    [("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table), ("", list)],
)
def test_the_cell_gives_a_table_of_the_users_library(library, kind):
    assert isinstance(run(cell("SELECT 1 AS a", [], library)), kind)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'it''s' AS a",
        'SELECT 1 AS "a"',
        "SELECT 'back\\slash' AS a",
        'SELECT \'"""\' AS a',
        "SELECT 'two\nlines' AS a",
        "SELECT 'carriage\r\nreturn' AS a",
        "SELECT '数据' AS a -- a comment",
        "SELECT '{x} %s' AS a",
    ],
)
def test_whatever_is_in_the_statement_is_quoted(sql):
    given = run(cell(sql, [], ""))
    with Database(20.0) as database:
        database.run(sql, keep=1)
        assert given == database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())
