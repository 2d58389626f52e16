"""Which of the user's variables are tables, and what each says of itself."""

from __future__ import annotations

import subprocess
import sys
import time
import types

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table, find_tables, is_result
from table_copilot_jupyter.kernel.probe.gate import Policy

CANARY = "canary-7f3a"

PLAIN_PYTHON = """
import sys
from table_copilot_jupyter.kernel.probe import entry, frames
frames.find_tables({"a": 1, "b": [1, 2], "c": {"d": 1}})
print(sorted(set(sys.modules) & {"pandas", "polars", "pyarrow", "numpy", "duckdb", "geopandas", "dask"}))
"""


class Hostile(pd.DataFrame):
    """A subclass that the user broke."""

    @property
    def columns(self):
        raise RuntimeError(CANARY)

    @property
    def shape(self):
        raise RuntimeError(CANARY)

    def __repr__(self):
        raise RuntimeError(CANARY)

    def __len__(self):
        raise RuntimeError(CANARY)


class NeverTouched:
    """Anything but a table: reading an attribute of it fails the test."""

    def __getattribute__(self, name):
        raise AssertionError(f"{name!r} was read")


class OddClass(type):
    def __getattribute__(cls, name):
        raise AssertionError(f"{name!r} was read")


class OfAnOddClass(metaclass=OddClass):
    pass


def names(namespace):
    return [table.name for table in find_tables(namespace)]


def test_every_library_s_tables_are_found_with_their_kinds():
    import dask.dataframe
    import geopandas
    import pyarrow.dataset

    frame = pd.DataFrame({"a": [1]})
    lake = dask.dataframe.from_pandas(frame, npartitions=1)
    namespace = {
        "pandas_frame": frame,
        "pandas_series": frame.a,
        "map": geopandas.GeoDataFrame({"a": [1]}, geometry=geopandas.points_from_xy([1], [2])),
        "points": geopandas.GeoSeries.from_xy([1], [2]),
        "polars_frame": pl.DataFrame({"a": [1]}),
        "polars_lazy": pl.LazyFrame({"a": [1]}),
        "polars_series": pl.Series([1]),
        "arrow": pa.table({"a": [1]}),
        "batch": pa.record_batch({"a": [1]}),
        "dataset": pyarrow.dataset.dataset(pa.table({"a": [1]})),
        "relation": duckdb.connect().sql("select 1 as a"),
        "records": np.zeros(1, dtype=[("a", "i4")]),
        "lake": lake,
        "lake_series": lake.a,
    }
    assert [table.kind for table in find_tables(namespace)] == [
        "pandas.DataFrame",
        "pandas.Series",
        "geopandas.GeoDataFrame",
        "geopandas.GeoSeries",
        "polars.DataFrame",
        "polars.LazyFrame",
        "polars.Series",
        "pyarrow.Table",
        "pyarrow.RecordBatch",
        "pyarrow.Dataset",
        "duckdb.Relation",
        "numpy.ndarray",
        "dask.DataFrame",
        "dask.Series",
    ]
    assert [table.columns()[0][0] for table in find_tables(namespace)] == [
        *("a", "a", "a", "value", "a", "a", "value", "a", "a", "a", "a", "a", "a", "a")
    ]


def test_what_is_no_table_is_left_out():
    frame = pd.DataFrame({"a": [1]})
    namespace = {
        "number": 1,
        "words": ["a"],
        "mapping": {"frame": frame},
        "array": np.zeros(3),
        "matrix": np.zeros((2, 2), dtype=[("a", "i4")]),
        "index": frame.index,
        "grouped": frame.groupby("a"),
        "module": pd,
        "class_of_it": pd.DataFrame,
        "anything": NeverTouched(),
        "odd": OfAnOddClass(),
    }
    assert names(namespace) == []


def test_private_names_are_left_out_and_results_come_last_in_their_order():
    frame = pd.DataFrame({"a": [1]})
    namespace = {
        "_q10": frame,
        "_q2": frame,
        "_": frame,
        "_12": frame,
        "__x": frame,
        "_qx": frame,
        "df": frame,
        3: frame,
    }
    assert names(namespace) == ["df", "_q2", "_q10"]
    assert [is_result(name) for name in ("_q1", "_q", "q1", "_q1x", "_q²")] == [True, False, False, False, False]


def test_one_object_under_two_names_is_two_tables():
    frame = pd.DataFrame({"a": [1]})
    assert names({"a": frame, "b": frame}) == ["a", "b"]


def test_a_table_that_a_subclass_broke_is_read_through_pandas_itself():
    table = find_table({"broken": Hostile({"a": [1, 2]})}, "broken")
    assert table.columns() == [("a", "int64")]
    assert table.rows() == 2
    assert table.nbytes() == 132 + 16
    with duckdb.connect() as connection:
        assert connection.register("t", table.for_sql()).sql("select sum(a) from t").fetchall() == [(3,)]


def test_what_cannot_be_read_says_so_without_the_error_s_words(monkeypatch):
    class Table:
        def schema(self):
            raise RuntimeError(CANARY)

    monkeypatch.setitem(sys.modules, "ibis.expr.types", types.SimpleNamespace(Table=Table))
    [table] = find_tables({"t": Table()})
    with pytest.raises(Failure) as caught:
        table.columns()
    assert caught.value.message == "'t' can't be read: RuntimeError."
    assert (table.rows(), table.nbytes()) == (None, None)


def test_nothing_is_imported_to_look_for_tables():
    found = subprocess.run([sys.executable, "-c", PLAIN_PYTHON], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_module_that_loads_its_parts_on_demand_is_not_asked_for_them(monkeypatch):
    lazy = types.ModuleType("geopandas")
    lazy.__getattr__ = lambda name: pytest.fail(f"{name!r} was loaded")
    monkeypatch.setitem(sys.modules, "geopandas", lazy)
    assert names({"df": pd.DataFrame({"a": [1]})}) == ["df"]


@pytest.mark.parametrize("value", [pd.DataFrame({"a": [1]}), 1, np.zeros(3)], ids=["tables", "numbers", "arrays"])
def test_ten_thousand_variables_take_20_ms_at_most(value):
    namespace = {f"v{number}": value for number in range(10_000)}
    took = []
    for _ in range(7):
        began = time.process_time()
        find_tables(namespace)
        took.append(time.process_time() - began)
    assert min(took) <= 0.02


def test_a_table_is_found_by_its_name():
    frame = pd.DataFrame({"a": [1]})
    assert find_table({"df": frame}, "df").value is frame


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("penguin", "Did you mean 'penguins' or 'penguins_2'?"),
        ("oter", "Did you mean 'other'?"),
        ("pengins_2", "Did you mean 'penguins_2' or 'penguins'?"),
        ("xyz", "List the tables to see those that there are."),
    ],
)
def test_a_name_that_is_none_is_answered_with_those_like_it(name, hint):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(Failure) as caught:
        find_table({"penguins": frame, "penguins_2": frame, "other": frame, "oters": 3}, name)
    assert (caught.value.message, caught.value.hint) == (f"There is no table {name!r}.", hint)


def test_without_any_table_it_says_what_counts_as_one():
    with pytest.raises(Failure, match="There is no table in this kernel"):
        find_table({"df": 1}, "df")


def test_a_hidden_table_is_not_there_and_not_suggested():
    frame = pd.DataFrame({"a": [1]})
    policy = Policy.read({"level": "rows", "ceiling": "rows", "rules": [{"table": "SALARIES", "level": "hidden"}]})
    namespace = {"salaries": frame, "sales": frame}
    for name in ("salaries", "salarie"):
        with pytest.raises(Failure) as caught:
            find_table(namespace, name, policy)
        assert "'salaries'" not in caught.value.hint
    assert find_table(namespace, "salaries").name == "salaries"
