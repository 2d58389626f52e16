"""Which functions a statement may call, told by their names."""

from __future__ import annotations

import re

import duckdb
import pytest

from table_copilot_jupyter.kernel.probe import sql_functions
from table_copilot_jupyter.kernel.probe.sql_functions import denied

LISTED = dict(
    duckdb.connect()
    .execute("SELECT DISTINCT function_name, function_type FROM duckdb_functions() ORDER BY ALL")
    .fetchall()
)


@pytest.mark.parametrize(
    "name",
    ["sum", "round", "date_trunc", "regexp_replace", "json_extract", "current_date", "now", "random", "pg_typeof"],
)
def test_functions_that_compute_are_not_denied(name):
    assert denied(name) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("current_setting", "it reads settings or variables"),
        ("Current_Setting", "it reads settings or variables"),
        ("getenv", "it reads settings or variables"),
        ("json_execute_serialized_sql", "it takes SQL as text, which can't be checked"),
        ("read_something_new", "it reads files or the network"),
        ("duckdb_something_new", "it tells about the database rather than the tables"),
        ("pg_sleep", "it holds the kernel up"),
        ("__internal_decompress_string", "it is DuckDB's own"),
        ("pandas_scan", "it is DuckDB's own"),
    ],
)
def test_what_is_denied_has_a_reason(name, reason):
    assert denied(name) == reason


def test_hardly_a_function_is_denied_that_only_computes():
    """So that a new function that is denied by its family is looked at."""
    known = re.compile(r"__internal|current_|json_|txid_")
    named = [name for name, kind in LISTED.items() if kind != "pragma" and denied(name) and not known.match(name)]
    scalars = {name for name in named if LISTED[name] in ("scalar", "aggregate", "window")}
    assert scalars <= {
        "combine", "constant_or_null", "currval", "error", "finalize", "getvariable", "in_search_path", "index_key",
        "nextval", "parse_duckdb_log_message", "setseed", "setval", "sleep_ms", "stats", "to_aggregate_state",
        "vector_type", "version", "write_log",
    }  # fmt: skip


def test_the_lists_for_aggregates_hold_nothing_that_is_denied():
    lists = (
        sql_functions.AGGREGATES,
        sql_functions.COUNTING,
        sql_functions.CONDITIONAL,
        sql_functions.PLAIN,
        sql_functions.SCALARS,
    )
    assert [name for names in lists for name in names if denied(name)] == []


def test_what_counts_as_an_aggregate_is_one():
    aggregates = sql_functions.AGGREGATES | sql_functions.COUNTING | sql_functions.CONDITIONAL
    assert {name for name in aggregates if LISTED.get(name, "aggregate") not in ("aggregate", "macro")} == set()


def test_no_function_for_keys_and_arguments_is_an_aggregate_or_makes_rows():
    for name in sql_functions.SCALARS:
        assert LISTED.get(name, "scalar") in ("scalar", "macro"), name
        assert name not in ("unnest", "enum_range", "typeof", "list_aggregate")
