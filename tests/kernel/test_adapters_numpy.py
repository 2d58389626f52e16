"""NumPy's structured arrays as tables."""

from __future__ import annotations

import datetime

import duckdb
import numpy as np
import pytest

from table_copilot_jupyter.kernel.probe.frames import find_table


def table(value):
    return find_table({"t": value}, "t")


def in_sql(value):
    found = table(value)
    with duckdb.connect() as connection:
        result = connection.register("t", found.for_sql()).sql("select * from t")
        assert result.columns == [name for name, _ in found.columns()]
        return result.fetchall()


@pytest.mark.parametrize(
    ("kind", "cells", "word", "expected"),
    [
        ("i4", [1, 2], "int32", [1, 2]),
        (">i4", [1, 2], "int32", [1, 2]),
        ("f2", [1.5, 2], "float16", [1.5, 2.0]),
        ("?", [True, False], "bool", [True, False]),
        ("U3", ["abc", ""], "str", ["abc", ""]),
        ("S3", [b"abc", b""], "bytes", ["abc", ""]),
        ("c16", [1j, 2j], "complex128", ["1j", "2j"]),
        ("O", ["a", None], "object", ["a", None]),
        ("M8[D]", ["2020-01-02", "NaT"], "datetime64[D]", [datetime.datetime(2020, 1, 2), None]),
        ("m8[h]", [1, 2], "timedelta64[h]", [datetime.timedelta(hours=1), datetime.timedelta(hours=2)]),
    ],
)
def test_every_type_has_a_word_and_a_form_in_sql(kind, cells, word, expected):
    array = np.array([(cell, 0) for cell in cells], dtype=[("c", kind), ("other", "i8")])
    assert table(array).columns()[0] == ("c", word)
    assert [cell for cell, _ in in_sql(array)] == expected


def test_records_in_records_and_arrays_in_cells():
    array = np.array([((1, 2.5), [3, 4])], dtype=[("point", [("x", "i4"), ("y", "f8")]), ("pair", "i4", (2,))])
    assert table(array).columns() == [("point_x", "int32"), ("point_y", "float64"), ("pair", "int32[2]")]
    assert in_sql(array) == [(1, 2.5, [3, 4])]


def test_masked_cells_are_nothing():
    array = np.ma.masked_array(
        np.array([(1, 1.5), (2, 2.5)], dtype=[("a", "i4"), ("b", "f8")]), mask=[(True, False), (False, True)]
    )
    assert in_sql(array) == [(None, 1.5), (2, None)]


def test_a_record_array_is_read_as_an_array():
    array = np.rec.array([(1, "x")], dtype=[("a", "i4"), ("shape", "U1")])
    assert in_sql(array) == [(1, "x")]
    assert (table(array).rows(), table(array).nbytes()) == (1, 8)


def test_its_fields_are_handed_over_without_a_copy():
    array = np.zeros(3, dtype=[("a", "f8"), ("b", "i4")])
    assert np.shares_memory(table(array).for_sql()["a"], array)
