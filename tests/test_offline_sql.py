"""Names and values in the SQL of the offline model: written so that DuckDB takes them, whatever they are."""

from __future__ import annotations

import duckdb
import pytest

from table_copilot_jupyter.engine.offline.comparisons import Condition
from table_copilot_jupyter.engine.offline.names import Column
from table_copilot_jupyter.engine.offline.sql import RESERVED, condition_sql, identifier

NAMES = ["plain", "Plain_2", "with space", 'with "quotes"', "2nd", "中文", "a.b", "a;--", "select", "Group", "", "'"]


@pytest.mark.parametrize("name", [name for name in NAMES if name])
def test_any_name_can_be_selected(name: str) -> None:
    (row,) = duckdb.sql(f"SELECT {identifier(name)} FROM (SELECT 1 AS {identifier(name)})").fetchall()
    assert row == (1,)


def test_plain_names_stay_plain() -> None:
    assert [identifier(name) for name in ("body_mass_g", "lifeExp", "rows")] == ["body_mass_g", "lifeExp", "rows"]


def test_every_word_that_duckdb_keeps_for_itself_is_quoted() -> None:
    kept = duckdb.sql("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category <> 'unreserved'").fetchall()
    assert {word for (word,) in kept} <= RESERVED


@pytest.mark.parametrize("value", ["O'Neil", "'; DROP TABLE t; --", "\\", "100%", "_", "中文", '"'])
def test_a_value_is_only_a_value(value: str) -> None:
    for op in ("=", "contains", "starts", "ends", "<>"):
        sql = condition_sql(Condition((Column("c", "str"),), op, (value,)))
        found = duckdb.execute(f"SELECT {sql} FROM (SELECT ? AS c)", [value.upper()]).fetchall()
        assert found == [(op != "<>",)]
