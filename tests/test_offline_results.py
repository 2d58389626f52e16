"""What the offline model reads out of the tools' results, and that the tools really write it so."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.engine.offline.names import Column
from table_copilot_jupyter.engine.offline.results import figure, result_told, tables_told
from table_copilot_jupyter.kernel.probe import entry


def told(namespace: dict[str, object], op: str, level: str = "rows", **arguments: object) -> str:
    """What the kernel tells the model."""
    policy = {"level": level, "ceiling": "rows", "rules": []}
    answer = entry.handle(namespace, {"op": op, "arguments": arguments, "policy": policy})
    assert answer["ok"], answer
    return answer["value"]["model"]


@pytest.fixture
def namespace() -> dict[str, object]:
    frame = pd.DataFrame(
        {
            "kind": pd.Categorical(["a|b", "c", None, "c", "c", "c"]),
            "Body mass (g)": [1.5, 2.0, None, 4, 5, 6],
            "年份": [2007] * 6,
            "at": pd.to_datetime(["2020-01-01"] * 6).tz_localize("UTC"),
            "password": ["x"] * 6,
        }
    )
    return {"frame": frame, "lazy": pl.LazyFrame({"a": [1], "b": [[1]]}), "empty": pd.DataFrame()}


def test_tables_and_columns_are_read_from_the_list(namespace: dict[str, object]) -> None:
    tables = {table.name: table for table in tables_told(told(namespace, "tables"))}
    assert set(tables) == {"frame", "lazy", "empty"}
    names = [column.name for column in tables["frame"].columns]
    assert names == ["kind", "Body mass (g)", "年份", "at", "password"]
    assert [column.holds for column in tables["frame"].columns] == ["text", "numbers", "numbers", "times", "other"]
    assert (tables["frame"].rows, tables["lazy"].rows, tables["empty"].columns) == (6, None, ())


def test_without_types_the_names_are_read_all_the_same(namespace: dict[str, object]) -> None:
    frame = tables_told(told(namespace, "tables", "names"))[0]
    assert frame.columns[:2] == (Column("kind"), Column("Body mass (g)"))
    assert frame.columns[0].holds == "anything"


def test_a_list_without_tables_has_none() -> None:
    assert tables_told(told({}, "tables")) == ()
    assert tables_told("") == ()


def test_columns_that_the_list_leaves_out_are_counted() -> None:
    wide = pd.DataFrame({f"c{number}": [1] for number in range(130)})
    (table,) = tables_told(told({"wide": wide}, "tables"))
    assert (len(table.columns), table.left) == (100, 30)


@pytest.mark.parametrize(
    ("word", "holds"),
    [
        ("int64", "numbers"),
        ("UInt8", "numbers"),
        ("Float64", "numbers"),
        ("DECIMAL(10,2)", "numbers"),
        ("bool", "truth"),
        ("boolean", "truth"),
        ("datetime64[ns, UTC]", "times"),
        ("Datetime(time_unit='us', time_zone=None)", "times"),
        ("date", "times"),
        ("timedelta64[ns]", "other"),
        ("str", "text"),
        ("String", "text"),
        ("category", "text"),
        ("dictionary<values=string, indices=int32>", "text"),
        ("struct<a: int64>", "other"),
        ("", "anything"),
    ],
)
def test_a_type_says_what_a_column_holds(word: str, holds: str) -> None:
    assert Column("c", word).holds == holds


def test_a_type_may_have_commas_of_its_own() -> None:
    (table,) = tables_told(
        "- t (3 rows × 3 columns): a Datetime(unit='us', zone=None), \"b, c\" struct<x: int, y: int>, d int64"
    )
    assert [column.name for column in table.columns] == ["a", "b, c", "d"]


def test_a_result_is_read_with_its_cells(namespace: dict[str, object]) -> None:
    sql = 'SELECT kind, "Body mass (g)" FROM frame LIMIT 3'
    found = result_told(told(namespace, "query", sql=sql, number=4))
    assert found is not None
    assert (found.ref, found.total, found.readable, found.complete) == ("q4", 3, True, True)
    assert [column.name for column in found.columns] == ["kind", "Body mass (g)"]
    assert found.rows == (("a|b", "1.5"), ("c", "2"), ("null", "null"))


def test_a_long_result_is_read_in_part(namespace: dict[str, object]) -> None:
    found = result_told(told(namespace, "query", sql="SELECT unnest(range(200)) AS n FROM frame LIMIT 200"))
    assert found is not None
    assert (found.total, len(found.rows), found.complete) == (200, 50, False)


def test_values_that_may_not_be_read_are_none(namespace: dict[str, object]) -> None:
    found = result_told(told(namespace, "query", "schema", sql="SELECT kind FROM frame WHERE kind = 'c'"))
    assert found is not None
    assert (found.readable, found.rows, found.total) == (False, (), None)


def test_rows_that_are_withheld_are_known_to_be_missing(namespace: dict[str, object]) -> None:
    found = result_told(
        told(namespace, "query", "aggregates", sql="SELECT kind, count(*) AS n FROM frame GROUP BY kind")
    )
    assert found is not None
    assert (found.withheld, found.complete) == (True, False)


def test_an_empty_result_is_empty(namespace: dict[str, object]) -> None:
    found = result_told(told(namespace, "query", sql="SELECT kind FROM frame WHERE kind = 'z'"))
    assert found is not None
    assert found.empty


@pytest.mark.parametrize("text", ["", "The SQL can't be run.", "q1: what?", "penguins: 3 rows × 2 columns"])
def test_what_is_no_result_is_none(text: str) -> None:
    assert result_told(text) is None


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("4716.017964", "4,716.02"),
        ("4716.0", "4,716.0"),
        ("4716", "4,716"),
        ("1318683096", "1,318,683,096"),
        ("-1234.5", "-1,234.5"),
        ("0.8712017673", "0.8712"),
        ("-0.01769", "-0.01769"),
        ("17.15116959", "17.15"),
        ("0", "0"),
        ("0.0", "0"),
        ("1.5e+20", "1.5e+20"),
        ("0.00000123", "1.23e-06"),
        ("Biscoe", "Biscoe"),
        ("2007-01-01", "2007-01-01"),
        ("null", "null"),
    ],
)
def test_numbers_are_shown_as_people_read_them(cell: str, shown: str) -> None:
    assert figure(cell) == shown
