"""The list of tables: for the model through the gate, for the user and the interface in full."""

from __future__ import annotations

import json
import sys
import types

import numpy as np
import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe import inventory
from table_copilot_jupyter.kernel.probe.gate import Policy

TABLE = "application/vnd.table-copilot.table+json"


PENGUINS = pd.DataFrame({"island": pd.array(["Biscoe", "Dream"], dtype="str"), "body mass": [4_000.0, 3_700.0]})
SIZE = int(PENGUINS.memory_usage().sum())


@pytest.fixture
def namespace():
    return {"_q1": PENGUINS, "penguins": PENGUINS, "lazy": pl.LazyFrame({"a": [1]}), "n": 3}


def policy(level, *rules, ceiling="rows"):
    entries = [{"table": table, "column": column, "level": lowered} for table, column, lowered in rules]
    return Policy.read({"level": level, "ceiling": ceiling, "rules": entries})


def told(namespace, *args, **kwargs):
    return inventory.tables(namespace, policy(*args, **kwargs), {})


def test_at_names_it_tells_names_and_shapes(namespace):
    found = told(namespace, "names")
    assert found["model"].splitlines() == [
        "3 tables in this kernel:",
        '- penguins (2 rows × 2 columns): island, "body mass"',
        "- lazy (1 column): a",
        '- _q1 (2 rows × 2 columns): island, "body mass"',
    ]
    assert found["level"] == "names"
    assert found["tables"][0] == {"name": "penguins", "level": "names", "columns": 2, "rows": 0}


@pytest.mark.parametrize("level", ["schema", "aggregates", "rows"])
def test_from_schema_on_it_tells_kinds_types_and_memory(namespace, level):
    found = told(namespace, level)
    assert found["model"].splitlines()[1:3] == [
        f'- penguins (pandas.DataFrame, 2 rows × 2 columns, {SIZE} B): island str, "body mass" float64',
        "- lazy (polars.LazyFrame, 1 column, lazy): a Int64",
    ]
    assert found["level"] == "schema"
    assert {line["level"] for line in found["tables"]} == {"schema"}


def test_a_rule_lowers_a_table_a_column_or_hides_them(namespace):
    rules = [("PENGUINS", "island", "hidden"), ("_q1", "island", "names"), ("lazy", None, "hidden")]
    found = told(namespace, "schema", *rules)
    assert found["model"].splitlines() == [
        "2 tables in this kernel:",
        f'- penguins (pandas.DataFrame, 2 rows × 1 column, {SIZE} B): "body mass" float64',
        f'- _q1 (pandas.DataFrame, 2 rows × 2 columns, {SIZE} B): island, "body mass" float64',
    ]
    assert [line["name"] for line in found["tables"]] == ["penguins", "_q1"]
    assert found["tables"][0]["columns"] == 1


def test_the_user_and_the_interface_see_all_tables_at_every_level(namespace):
    found = told(namespace, "names", ("lazy", None, "hidden"), ("penguins", "island", "hidden"))
    shown = found["user"][TABLE]
    assert shown["rows"] == [
        ["penguins", "pandas.DataFrame", 2, 2, f"{SIZE} B"],
        ["lazy", "polars.LazyFrame", None, 1, None],
        ["_q1", "pandas.DataFrame", 2, 2, f"{SIZE} B"],
    ]
    assert [column["numeric"] for column in shown["columns"]] == [False, False, True, True, False]
    assert "penguins  pandas.DataFrame" in found["user"]["text/plain"]
    assert found["items"][:2] == [
        {
            "name": "penguins",
            "kind": "pandas.DataFrame",
            "rows": 2,
            "columns": [
                {"name": "island", "type": "str", "level": "hidden"},
                {"name": "body mass", "type": "float64", "level": "names"},
            ],
            "column_count": 2,
            "bytes": SIZE,
            "level": "names",
        },
        {
            "name": "lazy",
            "kind": "polars.LazyFrame",
            "rows": None,
            "columns": [{"name": "a", "type": "Int64", "level": "hidden"}],
            "column_count": 1,
            "bytes": None,
            "level": "hidden",
        },
    ]


def test_columns_that_look_secret_are_marked(namespace):
    namespace = {"users": pd.DataFrame({"name": ["a"], "password": ["b"]})}
    for level in ("names", "rows"):
        assert told(namespace, level)["model"].endswith("password (hidden: looks secret)")


@pytest.mark.parametrize("namespace", [{}, {"n": 1}, {"_private": pd.DataFrame({"a": [1]})}])
def test_without_tables_it_says_so_and_what_counts_as_one(namespace):
    found = told(namespace, "schema")
    assert found["model"].startswith("There are no tables in this kernel. DataFrames")
    assert (found["level"], found["tables"], found["items"]) == (None, [], [])


def test_where_all_tables_are_hidden_it_says_that_there_are_none(namespace):
    hidden = [(name, None, "hidden") for name in ("penguins", "lazy", "_q1")]
    assert told(namespace, "rows", *hidden)["model"].startswith("There are no tables")


def test_many_tables_with_many_columns_make_a_short_text():
    wide = pd.DataFrame(np.zeros((1, 300)), columns=[f"column {number}" for number in range(300)])
    found = told({f"table{number}": wide for number in range(62)}, "schema")
    assert len(found["model"]) < 40_000
    assert found["model"].splitlines()[0] == "62 tables in this kernel:"
    assert found["model"].endswith("\n… and 12 more")
    assert found["model"].splitlines()[1].endswith(", … and 280 more")
    assert len(found["tables"]) == 50
    assert {line["columns"] for line in found["tables"]} == {20}
    assert len(json.dumps(found["user"])) < 256_000


def test_a_single_wide_table_is_named_up_to_a_hundred_columns():
    wide = pd.DataFrame(np.zeros((1, 300)))
    found = told({"wide": wide}, "schema")
    assert found["model"].endswith(", … and 200 more")
    assert found["items"][0]["column_count"] == 300
    assert len(found["items"][0]["columns"]) == 100


def test_a_table_that_cannot_be_read_is_named(monkeypatch):
    class Table:
        def schema(self):
            raise RuntimeError("canary")

    monkeypatch.setitem(sys.modules, "ibis.expr.types", types.SimpleNamespace(Table=Table))
    found = told({"broken": Table(), "fine": pd.Series([1])}, "schema")
    assert found["model"].splitlines()[1] == "- broken (ibis.Table, lazy): can't be read"
    assert "canary" not in json.dumps(found)
    assert found["user"][TABLE]["rows"][0] == ["broken", "ibis.Table", None, None, None]
    assert found["items"][0]["columns"] == []


def test_no_value_category_or_index_passes_below_aggregates():
    canary = "canary-7f3a"
    frame = pd.DataFrame(
        {"c": pd.Categorical([canary]), "o": [{canary: canary}], "s": [canary]}, index=pd.Index([canary], name="key")
    )
    frame.attrs = {canary: canary}
    namespace = {
        "pandas": frame,
        "polars": pl.DataFrame({"e": pl.Series([canary], dtype=pl.Enum([canary])), "s": [{canary: 1}]}),
        "lazy": pl.LazyFrame({"a": [canary]}),
    }
    for level in ("names", "schema", "aggregates", "rows"):
        found = told(namespace, level)
        assert canary not in found["model"]
        assert canary not in json.dumps(found["items"])


def test_fingerprints_are_of_those_that_are_there(namespace):
    found = inventory.fingerprints(namespace, policy("names"), {"names": ["penguins", "gone", "_q1", "n"]})
    by_name = {item["name"]: item["fingerprint"] for item in found["items"]}
    assert by_name["penguins"]["rows"] == 2
    assert by_name["penguins"] == by_name["_q1"]
    assert (by_name["gone"], by_name["n"]) == (None, None)
    assert (found["model"], found["level"]) == ("", None)
