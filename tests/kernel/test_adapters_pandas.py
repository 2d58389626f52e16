"""pandas and geopandas as tables."""

from __future__ import annotations

import datetime
import decimal

import duckdb
import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from table_copilot_jupyter.kernel.probe.frames import find_table


class Foreign:
    def __str__(self):
        raise AssertionError("the user's code ran")

    __repr__ = __str__


def table(value):
    return find_table({"t": value}, "t")


def in_sql(value, query="select * from t"):
    """The rows, and the names of the columns, which are those of ``columns()``."""
    found = table(value)
    with duckdb.connect() as connection:
        result = connection.register("t", found.for_sql()).sql(query)
        if query == "select * from t":
            assert result.columns == [name for name, _ in found.columns()]
        return result.fetchall()


def test_a_default_index_is_no_column():
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert table(frame).columns() == [("a", "int64")]
    assert table(frame[1:]).columns() == [("a", "int64")]


def test_the_row_numbers_that_a_filter_leaves_say_nothing():
    frame = pd.DataFrame({"a": [1, 2, 3]})
    assert table(frame[frame.a != 2]).columns() == [("a", "int64")]


@pytest.mark.parametrize(
    ("index", "columns"),
    [
        (pd.Index(["x", "y"]), ["index", "a"]),
        (pd.Index(["x", "y"], name="key"), ["key", "a"]),
        (pd.RangeIndex(2, name="key"), ["key", "a"]),
        (pd.Index(["x", "y"], name="A"), ["A_2", "a"]),
        (pd.MultiIndex.from_tuples([("x", 1), ("y", 2)]), ["level_0", "level_1", "a"]),
        (pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["key", None]), ["key", "level_1", "a"]),
    ],
)
def test_an_index_that_says_something_comes_first(index, columns):
    frame = pd.DataFrame({"a": [1, 2]}, index=index)
    assert [name for name, _ in table(frame).columns()] == columns
    assert [row[-1] for row in in_sql(frame)] == [1, 2]
    assert in_sql(frame)[0][0] in ("x", 0)


def test_columns_of_several_levels_are_flattened():
    frame = pd.DataFrame({"g": ["a", "a"], "m": [1, 2]}).groupby("g").agg({"m": ["min", "max"]})
    assert in_sql(frame) == [("a", 1, 2)]
    assert [name for name, _ in table(frame).columns()] == ["g", "m_min", "m_max"]


def test_duplicate_and_odd_names_are_made_unique():
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=["a", "A", 7, "7"])
    assert in_sql(frame) == [(1, 2, 3, 4)]
    assert [name for name, _ in table(frame).columns()] == ["a", "A_2", "7", "7_2"]


def test_a_series_is_a_table_of_one_column():
    series = pd.Series([1, 2], index=pd.Index(["x", "y"], name="key"), name="n")
    assert in_sql(series) == [("x", 1), ("y", 2)]
    assert table(pd.Series([1])).columns() == [("value", "int64")]


CANARY = "canary"


@pytest.mark.parametrize(
    ("values", "word", "cell"),
    [
        (pd.Categorical([CANARY]), "category", CANARY),
        (pd.Categorical(pd.PeriodIndex(["2020-01"], freq="M")), "category", datetime.datetime(2020, 1, 1)),
        (pd.cut([1, 9], 2)[:1], "category", "(0.992, 5.0]"),
        (pd.Categorical([1, "1"])[:1], "category", "1"),
        (pd.period_range("2020", periods=1, freq="M"), "period[M]", datetime.datetime(2020, 1, 1)),
        (pd.interval_range(0, 1), "interval", "(0, 1]"),
        (pd.arrays.SparseArray([7], fill_value=7), "Sparse[int64]", 7),
        ([1j], "complex128", "1j"),
        (np.array([1.5], dtype="longdouble"), None, 1.5),
        (np.array([1], dtype=">i4"), "int32", 1),
        (pd.array([1], dtype="Int64"), "Int64", 1),
        (pd.array([True], dtype="boolean"), "boolean", True),
        (pd.array(["x"], dtype="str"), "str", "x"),
        (
            pd.array([{CANARY: 1}], dtype=pd.ArrowDtype(pa.struct([(CANARY, pa.int64())]))),
            "struct[1][pyarrow]",
            {CANARY: 1},
        ),
        (pd.to_timedelta([1], unit="s"), "timedelta64[us]", datetime.timedelta(seconds=1)),
        ([b"x"], "object", b"x"),
        ([[1, 2]], "object", [1, 2]),
        ([decimal.Decimal("1.5")], "object", decimal.Decimal("1.5")),
        ([Foreign()], "object", "<Foreign>"),
    ],
)
def test_every_type_has_a_word_without_values_and_a_form_in_sql(values, word, cell):
    frame = pd.DataFrame({"c": values})
    [(_, found)] = table(frame).columns()
    assert word is None or found.split("[us")[0] == word.split("[us")[0]
    assert in_sql(frame) == [(cell,)]


def test_times_with_a_zone_are_the_same_instants():
    frame = pd.DataFrame({"t": pd.to_datetime(["2020-01-01"]).tz_localize("Europe/Berlin")})
    assert table(frame).columns()[0][1].endswith(", Europe/Berlin]")
    assert in_sql(frame, "select epoch(t) from t") == [(1577833200.0,)]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([1, "a", None], ["1", "a", None]),
        ([1] * 3_000 + ["a"], ["1"] * 3_000 + ["a"]),
        (["a", float("nan"), None, pd.NA], ["a", None, None, None]),
        ([[1], "a"], ["[1]", "a"]),
        ([1, 2.5], [1.0, 2.5]),
        ([], []),
    ],
)
def test_python_objects_of_several_kinds_become_text(cells, expected):
    frame = pd.DataFrame({"c": pd.Series(cells, dtype=object)})
    assert [cell for (cell,) in in_sql(frame)] == expected


def test_a_geometry_is_well_known_text():
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=geopandas.points_from_xy([1], [2]))
    assert table(frame).columns() == [("n", "int64"), ("geometry", "geometry")]
    assert in_sql(frame) == [(1, "POINT (1 2)")]


def test_a_plain_frame_is_handed_over_as_it_is():
    frame = pd.DataFrame({"a": np.arange(3), "b": ["x", "y", "z"]})
    handed = table(frame).for_sql()
    assert np.shares_memory(handed["a"].to_numpy(), frame["a"].to_numpy())
    indexed = table(frame.set_index("b")).for_sql()
    assert np.shares_memory(indexed["a"].to_numpy(), frame["a"].to_numpy())


def test_the_user_s_frame_stays_as_it_was():
    frame = pd.DataFrame({("a", "x"): [1, 2], ("a", "y"): pd.Categorical(["u", "v"])}, index=pd.Index([5, 6], name="k"))
    before = frame.copy(deep=True)
    found = table(frame)
    found.columns(), found.for_sql(), found.fingerprint(), found.nbytes()
    pd.testing.assert_frame_equal(frame, before)
