"""Names and values in the SQL of the offline model: written so that DuckDB takes them, whatever they are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import get_args

import duckdb
import pytest

from table_copilot_jupyter.engine.offline.asks import Ask, Measure
from table_copilot_jupyter.engine.offline.comparisons import Condition
from table_copilot_jupyter.engine.offline.names import Column, TableInfo
from table_copilot_jupyter.engine.offline.plans import Group, Plan, Shape
from table_copilot_jupyter.engine.offline.sql import RESERVED, condition_sql, identifier, presence, sql_of

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


# --- whole statements ---------------------------------------------------------------------------------

TYPES = ["", "str", "object", "category", "int64", "float64", "bool", "datetime64[ns]", "date", "list[int]"]
VALUES = ["7", "-1.5", "1e9", "plain mean", "O'Neil", "'; DROP TABLE t; --", "true", "false", "2007", "", "中文", '"']
OPS = ["=", "<>", "<", "<=", ">", ">=", "in", "not in", "between", "contains", "starts", "ends", "null", "known"]
PERIODS = ["year", "quarter", "month", "week", "day", "hour"]


def any_plans(seed: int, count: int) -> Iterator[Plan]:
    """Plans as wild as their types allow: any column, comparison, value, measure, group."""
    chance = random.Random(seed)

    def column() -> Column:
        return Column(chance.choice([name for name in NAMES if name]), chance.choice(TYPES))

    def condition() -> Condition:
        columns = tuple(column() for _ in range(chance.choice([0, 1, 1, 3])))
        values = tuple(chance.choice(VALUES) for _ in range(2))
        return Condition(columns, chance.choice(OPS), values, year=chance.random() < 0.2, guessed=len(columns) > 1)

    for _ in range(count):
        shape = chance.choice([shape for shape in get_args(Shape) if shape not in ("columns", "describe")])
        needed = 2 if shape == "correlation" else 1
        counted = shape == "ranking" and chance.random() < 0.3
        measures = [m for m in get_args(Measure) if m != "count"]
        if shape in ("count", "share", "distinct"):
            measures = ["count"] if chance.random() < 0.5 else []
        ask = Ask(
            "rows",
            limit=chance.choice([None, 3]),
            direction=chance.choice(["asc", "desc"]),
            position=chance.choice(["", "first", "last", "random"]),
        )
        yield Plan(
            shape,
            ask,
            TableInfo(chance.choice(["penguins", "select", "a b"])),
            columns=tuple(column() for _ in range(needed + (shape == "missing"))),
            groups=tuple(
                Group(column(), chance.choice(["", *PERIODS]))
                for _ in range(chance.choice([0, 1, 2]) if not counted else 1)
            ),
            conditions=tuple(condition() for _ in range(chance.choice([0, 1, 2]))),
            measures=("count",) if counted else tuple(chance.sample(measures, k=min(len(measures), 2))),
            parts=tuple(condition() for _ in range(chance.choice([1, 2]))),
            period=chance.choice(["", *PERIODS]) if shape == "distinct" else "",
        )


@pytest.mark.parametrize("seed", range(8))
def test_every_statement_that_can_be_made_parses(seed: int) -> None:
    for plan in any_plans(seed, 150):
        statements = [sql_of(plan), *(presence(plan, c) for c in (*plan.conditions, *plan.parts) if c.columns)]
        for sql in statements:
            assert len(duckdb.extract_statements(sql)) == 1, sql
