"""DuckDB's types as words without values, and cells of every type as something that a browser can show."""

from __future__ import annotations

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.result import json_scalar
from table_copilot_jupyter.kernel.probe.result_types import column, for_display, kind, without_midnights
from table_copilot_jupyter.kernel.probe.sql import RESULT, Database

CANARY = "canary-a81c"


def shown(expression):
    """``(type's word, numeric, cell)`` of an expression, as a result shows it."""
    with Database(10.0) as database:
        database.run(f"SELECT {expression} AS x", keep=10)
        (name, type_text), *_ = database.columns()
        select = f"SELECT {for_display(name, type_text)} FROM {RESULT}"
        [(cell,)] = database.fetch(select, lambda cursor: cursor.fetchall())
    made = column(name, type_text)
    return made.type, made.numeric, json_scalar(cell)


@pytest.mark.parametrize(
    ("expression", "word", "numeric", "cell"),
    [
        ("1::TINYINT", "tinyint", True, 1),
        ("1::BIGINT", "bigint", True, 1),
        ("9007199254740993::BIGINT", "bigint", True, "9007199254740993"),
        (
            "170141183460469231731687303715884105727::HUGEINT",
            "hugeint",
            True,
            "170141183460469231731687303715884105727",
        ),
        ("1.5::DOUBLE", "double", True, 1.5),
        ("'nan'::DOUBLE", "double", True, None),
        ("'-inf'::DOUBLE", "double", True, "-inf"),
        ("1.25::DECIMAL(18, 2)", "decimal", True, 1.25),
        ("12345678901234567890.12::DECIMAL(38, 2)", "decimal", True, "12345678901234567890.12"),
        ("true", "bool", False, True),
        ("'text'", "str", False, "text"),
        ("'a'::ENUM('a', 'b')", "category", False, "a"),
        ("DATE '2026-03-01'", "date", False, "2026-03-01"),
        ("'infinity'::DATE", "date", False, "infinity"),
        ("DATE '290000-01-01'", "date", False, "290000-01-01"),
        ("TIME '09:30:00'", "time", False, "09:30:00"),
        ("TIMESTAMP '2026-03-01 09:30:00'", "timestamp", False, "2026-03-01 09:30:00"),
        ("make_timestamp_ns(1)", "timestamp_ns", False, "1970-01-01 00:00:00.000000001"),
        ("INTERVAL 14 MONTH", "interval", False, "1 year 2 months"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", "uuid", False, "00000000-0000-0000-0000-000000000001"),
        ("'\\xAA\\x00'::BLOB", "bytes", False, "0xAA00"),
        ("'101'::BIT", "bit", False, "101"),
        ("[1, NULL]", "list", False, "[1,null]"),
        ("[[1], [2]]", "list", False, "[[1],[2]]"),
        ("array_value(1, 2)", "array", False, "[1,2]"),
        ("{'a': 1, 'b': 'x'}", "struct", False, '{"a":1,"b":"x"}'),
        ("MAP {'k': 2}", "map", False, '{"k":2}'),
        ("'{}'::JSON", "json", False, "{}"),
        ("NULL", "null", False, None),
    ],
)
def test_every_type_has_a_word_and_a_cell(expression, word, numeric, cell):
    assert shown(expression) == (word, numeric, cell)


def test_a_time_with_a_zone_is_text_that_names_its_offset():
    word, _, cell = shown("TIMESTAMPTZ '2026-03-01 09:30:00+00'")
    assert word == "timestamptz"
    assert cell.startswith("2026-0")


def test_no_word_holds_what_may_be_data():
    for text in (f"ENUM('{CANARY}')", f'STRUCT("{CANARY}" INTEGER)', f"ENUM('{CANARY}')[]", f"UNION({CANARY} INTEGER)"):
        assert CANARY not in column("x", text).type


def test_the_name_of_a_type_stands_before_its_parameters():
    assert kind("DECIMAL(18,3)") == "DECIMAL"
    assert kind("STRUCT(a INTEGER)[]") == "LIST"
    assert kind("INTEGER[3]") == "ARRAY"
    assert kind("ENUM('a(', 'x[]')") == "ENUM"
    assert kind("TIMESTAMP WITH TIME ZONE") == "TIMESTAMP WITH TIME ZONE"


def test_long_cells_are_cut_where_they_are_read():
    _, _, text = shown("repeat('x', 1000000)")
    assert len(text) == 1001
    _, _, blob = shown("repeat('x', 1000000)::BLOB")
    assert blob == "0x" + "78" * 32 + "…"
    _, _, items = shown("range(1000000)")
    assert len(items) == 1001


def test_names_are_quoted():
    assert for_display('a "b"', "BIGINT") == '"a ""b"""'


def test_timestamps_that_are_all_midnight_are_dates():
    months = [["2026-01-01 00:00:00"], [None], ["2026-02-01 00:00:00"]]
    assert without_midnights(months, ["TIMESTAMP"]) == [["2026-01-01"], [None], ["2026-02-01"]]
    mixed = [["2026-01-01 00:00:00"], ["2026-01-01 00:00:01"]]
    assert without_midnights([list(row) for row in mixed], ["TIMESTAMP"]) == mixed
    assert without_midnights([["x 00:00:00"]], ["VARCHAR"]) == [["x 00:00:00"]]


def test_times_of_pandas_keep_their_fractions():
    with Database(10.0) as database:
        database.add("df", pd.DataFrame({"t": pd.to_datetime(["2026-01-01 10:00:00.123456"])}), ["t"])
        database.run("FROM df", keep=1)
        select = f"SELECT {for_display(*database.columns()[0])} FROM {RESULT}"
        assert database.fetch(select, lambda cursor: cursor.fetchall()) == [("2026-01-01 10:00:00.123456",)]
