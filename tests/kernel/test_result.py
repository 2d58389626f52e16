"""A result as the user is shown it: exact, bounded, aligned."""

from __future__ import annotations

import datetime
import decimal
import json
import math
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.frames import find_table
from table_copilot_jupyter.kernel.probe.result import (
    CELL_LENGTH,
    LARGEST,
    MAX_COLUMNS,
    TABLE_MIME,
    ResultColumn,
    bundle,
    json_scalar,
    scalars,
)

TEXT = ResultColumn("island", "str", False)
NUMBER = ResultColumn("mass", "double", True)


def size(value):
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (None, None),
        (True, True),
        (np.bool_(False), False),
        (7, 7),
        (2**53, 2**53),
        (2**53 + 1, "9007199254740993"),
        (-(2**64), "-18446744073709551616"),
        (np.int64(2**60), "1152921504606846976"),
        (1.5, 1.5),
        (math.nan, None),
        (math.inf, "inf"),
        (pd.NaT, None),
        (pd.NA, None),
        (decimal.Decimal("12.50"), 12.5),
        (decimal.Decimal("1234567890123456.789"), "1234567890123456.789"),
        (decimal.Decimal("NaN"), None),
        (datetime.date(2026, 3, 1), "2026-03-01"),
        (datetime.datetime(2026, 3, 1, 9, 30), "2026-03-01 09:30:00"),
        (pd.Timestamp("2026-03-01 09:30:00.25"), "2026-03-01 09:30:00.25"),
        (np.datetime64("2026-03-01T09:30"), "2026-03-01 09:30"),
        (b"\x00\xff", "0x00ff"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        ([1, None, math.nan], "[1,null,null]"),
        ({"a": [1.5, "x"], 2: None}, '{"a":[1.5,"x"],"2":null}'),
        ((1, 2), "[1,2]"),
        ("text", "text"),
    ],
)
def test_a_cell_is_a_json_scalar(cell, shown):
    assert json_scalar(cell) == shown
    assert type(json_scalar(cell)) in (type(None), bool, int, float, str)
    json.dumps(json_scalar(cell), allow_nan=False)


def test_a_small_result_is_whole():
    made = bundle(
        ref="q1",
        title="",
        columns=[TEXT, NUMBER],
        rows=[["Biscoe", 4716.02], ["Dream", None]],
        total_rows=2,
        sql="SELECT 1",
        code="duckdb.sql('SELECT 1').df()",
        elapsed_ms=3.14159,
        evidence={"ref": "q1"},
    )
    assert made[TABLE_MIME] == {
        "ref": "q1",
        "title": "",
        "columns": [
            {"name": "island", "type": "str", "numeric": False},
            {"name": "mass", "type": "double", "numeric": True},
        ],
        "rows": [["Biscoe", 4716.02], ["Dream", None]],
        "total_rows": 2,
        "truncated": False,
        "sql": "SELECT 1",
        "code": "duckdb.sql('SELECT 1').df()",
        "elapsed_ms": 3.1,
        "evidence": {"ref": "q1"},
    }
    assert made["text/plain"].splitlines() == ["island     mass", "Biscoe  4716.02", "Dream"]


def test_text_says_what_it_leaves_out():
    columns = [ResultColumn(f"c{place}", "bigint", True) for place in range(25)]
    text = bundle(ref=None, title="Many", columns=columns, rows=[[1] * 25] * 30, total_rows=1234)["text/plain"]
    assert text.startswith("Many\n")
    assert text.endswith("… and 1,214 more rows and 5 more columns")
    assert len(text.splitlines()) == 23


@pytest.mark.parametrize(
    "rows",
    [
        [["x" * 300, 1.0]] * 5_000,
        [["数" * 5_000, 1.0]] * 50,
        [['"\\\n' * 2_000, 1.0]] * 500,
        [["x" * 10_000_000, 1.0]],
        [["\ud800", 1.0]] * 40_000,
    ],
)
def test_a_bundle_is_never_too_large(rows):
    made = bundle(ref="q1", title="", columns=[TEXT, NUMBER], rows=rows, total_rows=len(rows), sql="SELECT 1")
    assert len(json.dumps(made, ensure_ascii=False).encode("utf-8", "surrogatepass")) <= LARGEST
    kept = made[TABLE_MIME]["rows"]
    assert kept
    assert made[TABLE_MIME]["truncated"] is (len(kept) < len(rows))
    assert all(len(row[0]) <= CELL_LENGTH for row in kept)


def test_a_very_wide_result_shows_its_first_columns():
    columns = [ResultColumn(f"name{place}" * 60, "str", False) for place in range(5_000)]
    made = bundle(ref="q1", title="", columns=columns, rows=[["y" * 500] * 5_000] * 3, total_rows=3)
    assert size(made) <= LARGEST
    payload = made[TABLE_MIME]
    assert len(payload["columns"]) == MAX_COLUMNS
    assert payload["truncated"]
    assert all(len(row) == MAX_COLUMNS for row in payload["rows"])


def test_fewer_rows_than_there_are_is_truncated():
    payload = bundle(ref="q1", title="", columns=[NUMBER], rows=[[1.0]], total_rows=5)[TABLE_MIME]
    assert payload["truncated"]
    assert payload["total_rows"] == 5


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_the_first_rows_of_a_table_are_read_as_scalars(make):
    table = find_table({"df": make({"a": [1, 2, 3], "b": ["x", None, "z"], "c": [2**60, 1, 2]})}, "df")
    assert scalars(table, columns=["b", "c"], limit=2) == (["b", "c"], [["x", str(2**60)], [None, 1]])


def test_a_lazy_table_has_no_rows_to_read():
    table = find_table({"lf": pl.LazyFrame({"a": [1]})}, "lf")
    with pytest.raises(Failure, match="lazy"):
        scalars(table, columns=["a"], limit=5)
