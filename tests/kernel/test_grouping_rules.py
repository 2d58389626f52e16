"""Which expressions turn one row's value into another, and which choose among rows."""

from __future__ import annotations

import duckdb
import pytest

from table_copilot_jupyter.kernel.probe.grouping_rules import (
    NotAggregating,
    check_computation,
    check_condition,
    check_shares,
    chosen_columns,
    is_plain,
    is_predicate,
    makes_choices,
    names_in,
)
from table_copilot_jupyter.kernel.probe.sql import Database
from table_copilot_jupyter.kernel.probe.sql_functions import denied
from table_copilot_jupyter.kernel.probe.sql_tree import walk


def expression(sql):
    with Database(10.0) as database:
        (item,) = database.parse(f"SELECT {sql} FROM t").root["select_list"]
        return item


def refused(check, sql):
    with pytest.raises(NotAggregating):
        check(expression(sql))
    return True


@pytest.mark.parametrize(
    "sql",
    ["a", "a + b * 2", "a::DOUBLE", "round(a, 1)", "date_diff('day', a, b)", "length(a)", "year(a)", "-a", "a - 1.5e0"],
)
def test_arithmetic_is_plain(sql):
    assert is_plain(expression(sql))


@pytest.mark.parametrize(
    "sql",
    [
        "a = 1",
        "a > 1 AND b",
        "if(a, b, c)",
        "coalesce(a, b)",
        "a::BOOLEAN",
        "a // 2",
        "a % 2",
        "greatest(a, b)",
        "[a]",
        "a IS NULL",
        "a IN (1)",
        "a BETWEEN 1 AND 2",
        "(SELECT a)",
        "sum(a)",
        "a[1]",
        "#1",
        "t.*",
    ],
)
def test_choices_are_not_plain(sql):
    assert not is_plain(expression(sql))


def test_keys_may_choose_but_not_look_into_other_rows():
    for sql in ("CASE WHEN a > 1 THEN 'x' END", "a IN (1, 2)", "a % 10", "coalesce(a, b)", "strftime(a, '%Y')"):
        for node in walk(expression(sql)):
            check_computation(node)
    for sql in ("(SELECT a)", "row_number() OVER ()", "unnest(a)", "list_transform(a, lambda x: x)", "enum_range(a)"):
        assert refused(lambda tree: [check_computation(node) for node in walk(tree)], sql)


def test_conditions_may_be_anything_about_one_row():
    check_condition(expression("a LIKE 'x%' AND list_contains(b, 1) OR regexp_matches(c, 'x') AND d[1] = 2"))
    for sql in ("a IN (SELECT 1)", "EXISTS (SELECT 1)", "sum(a) OVER () > 1"):
        assert refused(check_condition, sql)


def test_conditions_say_the_same_each_time_that_they_are_asked():
    changing = "SELECT DISTINCT function_name FROM duckdb_functions() WHERE stability = 'VOLATILE'"
    names = [name for (name,) in duckdb.sql(changing).fetchall() if denied(name) is None]
    assert "random" in names
    for name in names:
        assert refused(check_condition, f"{name}() IS NULL")


@pytest.mark.parametrize(
    "sql",
    [
        "a = 1",
        "a > 1 AND b",
        "NOT a",
        "a IS NULL",
        "a IS DISTINCT FROM b",
        "a NOT IN (1, 2)",
        "a BETWEEN 1 AND 2",
        "a LIKE 'x%'",
        "a ILIKE 'x'",
        "starts_with(a, 'x')",
        "regexp_matches(a, 'x')",
        "isnan(a)",
    ],
)
def test_what_is_true_or_false_is_so_by_its_form(sql):
    assert is_predicate(expression(sql))
    with Database(10.0) as database:
        columns = "'1' AS a" if "'" in sql else "1.5::DOUBLE AS a" if "isnan" in sql else "1 AS a"
        database.run(f"SELECT {sql} FROM (SELECT {columns}, 1 AS b)", keep=1)
        assert database.columns()[0][1] == "BOOLEAN"


def test_what_may_be_a_number_is_no_condition():
    for sql in ("a", "a + 1", "coalesce(a = 1, b)", "nullif(a, 1)", "CASE WHEN a THEN b END", "length(a)", "1"):
        assert not is_predicate(expression(sql))


def test_quantiles_are_few_constants():
    check_shares(expression("0.5"))
    check_shares(expression("[0.1, 0.5, 0.9]"))
    for sql in ("a", "[0.1, a]", "[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]", "(SELECT 0.5)", "range(9)"):
        assert refused(check_shares, sql)


def test_names_are_found_at_any_depth():
    assert names_in(expression("round(T.a + B, 1)")) == {"t", "a", "b"}


def test_choices_are_followed_through_subqueries():
    with Database(10.0) as database:
        tree = database.parse(
            "WITH a AS (SELECT if(x, y, 0) AS s, y AS plain, y + 1 AS more FROM t), b AS (SELECT s AS r FROM a), "
            "c AS (SELECT * REPLACE (r + 1 AS plain2) FROM b) SELECT 1 FROM c"
        ).root
    queries = [node for node in walk(tree) if node.get("type") == "SELECT_NODE" and node is not tree]
    assert chosen_columns(queries) == {"s", "r", "plain2"}


@pytest.mark.parametrize(
    ("sql", "choice"),
    [
        ("SELECT * FROM t", False),
        ("SELECT a, round(b * 2, 1) AS c FROM t WHERE a = 7 ORDER BY b", False),
        ("SELECT a, avg(b), count(*), count(DISTINCT c), max(b) - min(b) FROM t GROUP BY a HAVING count(*) > 3", False),
        ("SELECT a, rank() OVER (ORDER BY b) FROM t", False),
        ("SELECT CASE WHEN a = 7 THEN b ELSE 0 END AS s FROM t", True),
        ("SELECT if(a = 7, b, 0) FROM t", True),
        ("SELECT a, sum(b) FILTER (a = 7) FROM t GROUP BY a", True),
        ("SELECT a = 7, b FROM t", True),
        ("SELECT a::BOOLEAN FROM t", True),
        ("SELECT coalesce(nullif(a, 7) * 0, b) FROM t", True),
        ("SELECT arg_max(b, a) FROM t", True),
        ("SELECT * REPLACE (if(a = 7, b, 0) AS b) FROM t", True),
        ("SELECT s FROM (SELECT if(a = 7, b, 0) AS s FROM t)", True),
        ("WITH u AS (SELECT if(a = 7, b, 0) AS s FROM t) SELECT s AS r FROM u", True),
        ("SELECT (SELECT max(b) FROM t WHERE a = 7) AS s, a FROM t", True),
    ],
)
def test_a_result_that_single_rows_may_be_picked_into_is_known(sql, choice):
    with Database(10.0) as database:
        assert makes_choices(database.parse(sql).root) is choice
