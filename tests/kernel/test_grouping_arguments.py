"""Conditions inside aggregates: what they show, and the rows behind it, are those of a FILTER."""

from __future__ import annotations

import duckdb
import pytest
from guarded_query import STAFF, Guarded, behind
from hypothesis import given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe import sql_functions
from table_copilot_jupyter.kernel.probe.gate import MIN_GROUP

NUMBERS = sorted(
    name
    for name in sql_functions.AGGREGATES - sql_functions.QUANTILES
    if not name.startswith(("corr", "covar", "regr", "bool", "geom"))  # of two columns, of booleans, no FILTER
)


def only(sql):
    """The one row that a query gives, and the rows behind it."""
    guarded = Guarded(sql)
    (row,), (count,) = guarded.rows, guarded.behind
    return row, count


def refused(expression):
    return Guarded(f"SELECT {expression} FROM staff").text is None


# --- what is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NUMBERS)
def test_an_aggregate_of_a_case_is_that_of_a_filter(name):
    row, _ = only(
        f"SELECT {name}(CASE WHEN floor = 1 THEN salary END), {name}(salary) FILTER (floor = 1), "
        f"{name}(if(floor = 1, bonus, NULL)), {name}(bonus) FILTER (floor = 1) FROM staff"
    )
    assert row[0] == pytest.approx(row[1])
    assert row[2] == pytest.approx(row[3])


def test_a_zero_for_the_other_rows_tells_no_more_than_filters():
    row, _ = only(
        "SELECT sum(CASE WHEN floor = 1 THEN bonus ELSE 0 END), sum(bonus) FILTER (floor = 1), "
        "avg(CASE WHEN floor = 1 THEN salary ELSE 0 END), sum(salary) FILTER (floor = 1) / count(*), "
        "count(CASE WHEN floor = 1 THEN bonus ELSE 0 END), "
        "count(*) - count(*) FILTER (floor = 1) + count(bonus) FILTER (floor = 1) FROM staff"
    )
    assert row[0::2] == pytest.approx(row[1::2])


def test_conditions_as_numbers_are_counted():
    row, _ = only(
        "SELECT sum((floor = 1)::INT), sum(floor = 1), sum(CAST(floor = 1 AS DOUBLE)), count_if(floor = 1), "
        "avg((bonus > 1)::INT), count_if(bonus > 1) / count_if(bonus > 1 IS NOT NULL) FROM staff"
    )
    assert row[0] == row[1] == row[2] == row[3] == 7
    assert row[4] == row[5] == 1


# --- the rows behind it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "sum(CASE WHEN id = 7 THEN salary ELSE 0 END)",
        "sum(CASE WHEN id = 7 THEN salary END)",
        "sum(CASE WHEN id = 7 THEN salary ELSE NULL END)",
        "sum(CASE id WHEN 7 THEN salary ELSE 0.0 END)",
        "sum(if(id = 7, salary, 0))",
        "sum(IF(id = 7, salary, 0e0)::DOUBLE)",
        "avg(CASE WHEN id = 7 THEN salary ELSE 0 END)",
        "avg(CASE WHEN id = 7 THEN 1.0 ELSE 0::DOUBLE END) * 100",
        "count(CASE WHEN id = 7 THEN 1 END)",
        "count(CASE WHEN id = 7 THEN 1 ELSE 0 END)",
        "count(CASE WHEN id = 7 THEN 'x' END)",
        "count(DISTINCT CASE WHEN id = 7 THEN team END)",
        "approx_count_distinct(CASE WHEN id = 7 THEN team END)",
        "min(CASE WHEN id = 7 THEN salary END)",
        "max(CASE WHEN id = 7 THEN salary END)",
        "median(CASE WHEN id = 7 THEN salary END)",
        "quantile_cont(CASE WHEN id = 7 THEN salary END, [0.1, 0.9])",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN id = 7 THEN salary END)",
        "sum((id = 7)::INT)",
        "sum(id = 7)",
        "sum((id IN (7) AND salary > 0)::INT::DOUBLE)",
        "avg((NOT id <> 7)::DOUBLE)",
        "avg(CAST(id BETWEEN 7 AND 7 AS INT))",
        "avg(('x' || id LIKE 'x7')::INT)",
        "sum(contains('x7', 'x' || id)::INT)",
        "sum(CASE WHEN salary > 1060 THEN salary END) FILTER (id < 8)",
        "sum(CASE WHEN CASE WHEN id = 7 THEN true END THEN salary END)",
        "coalesce(sum(CASE WHEN id = 7 THEN salary END), 0) + 0 * count(*)",
        "sum(salary) - sum(CASE WHEN id = 7 THEN salary ELSE 0 END)",
        "CASE WHEN sum(CASE WHEN id = 7 THEN salary END) > 1000 THEN 'rich' ELSE 'poor' END",
    ],
)
def test_a_condition_that_isolates_one_row_has_one_row_behind_it(expression):
    _, count = only(f"SELECT {expression} FROM staff")
    assert count == 1


def test_only_rows_of_the_condition_that_have_a_value_count():
    assert only("SELECT sum(CASE WHEN floor = 1 THEN salary ELSE 0 END) FROM staff") == ((7700.0,), 7)
    assert only("SELECT sum(CASE WHEN salary > 0 THEN bonus ELSE 0 END) FROM staff") == ((15.0,), 3)
    assert only("SELECT count(CASE WHEN salary > 0 THEN bonus END) FROM staff") == ((3,), 3)
    assert only("SELECT count(CASE WHEN id <> 7 THEN NULL ELSE 0 END) FROM staff") == ((1,), 0)
    assert only("SELECT sum(CASE WHEN salary > 0 THEN TRY_CAST(salary - 1070 AS UTINYINT) END) FROM staff")[1] == 13


def test_the_rarest_condition_decides():
    assert only("SELECT sum(CASE WHEN floor = 1 THEN 1 END), avg((id > 17)::INT), count(*) FROM staff")[1] == 2


@pytest.mark.parametrize(
    "expression", ["count_if(id < 0)", "sum(CASE WHEN id < 0 THEN 1 ELSE 0 END)", "avg((id < 0)::INT)"]
)
def test_a_condition_that_never_holds_has_no_rows_behind_it(expression):
    assert only(f"SELECT {expression} FROM staff") == ((0,), 0)


def test_each_group_has_the_rows_of_the_condition_in_it():
    sql = "SELECT team, {} FROM staff GROUP BY team"
    for expression in (
        "sum(if(floor = 1, salary, 0))",
        "count(CASE WHEN floor = 1 THEN 1 END)",
        "avg((floor = 1)::INT)",
    ):
        assert behind(sql.format(expression)) == {"a": 3, "b": 2, "c": 1, "d": 1}


def test_a_condition_counts_wherever_the_aggregate_stands():
    isolated = "sum(CASE WHEN id = 7 THEN salary ELSE 0 END)"
    assert behind(f"SELECT team FROM staff GROUP BY team HAVING {isolated} > 1000") == {"a": 1}
    assert behind(f"SELECT team FROM staff GROUP BY team ORDER BY {isolated}") == {"a": 1, "b": 0, "c": 0, "d": 0}
    named = f"SELECT team, {isolated} AS s FROM staff GROUP BY team ORDER BY s"
    assert behind(named) == {"a": 1, "b": 0, "c": 0, "d": 0}
    inside = f"WITH m AS (SELECT team, {isolated} AS s FROM staff GROUP BY team) SELECT team FROM m WHERE s > 0"
    assert behind(inside) == {"a": 1}
    chosen = "WITH t AS (SELECT *, id = 7 AS it FROM staff) SELECT sum(CASE WHEN it THEN salary END) FROM t"
    assert only(chosen) == ((1070.0,), 1)


def test_in_a_join_the_rows_of_every_table_count():
    sql = (
        "SELECT t.building, sum(CASE WHEN s.floor = 1 THEN s.salary END) "
        "FROM staff s JOIN staff o ON s.id <> o.id JOIN teams t ON t.team = s.team GROUP BY t.building"
    )
    assert behind(sql) == {"North": 2, "South": 1}


# --- what stays refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expression",
    [
        "sum(CASE WHEN id = 7 THEN salary WHEN id < 7 THEN 0 END)",
        "sum(CASE WHEN id <> 7 THEN 0 ELSE salary END)",
        "sum(CASE WHEN id <> 7 THEN NULL ELSE salary END)",
        "sum(CASE WHEN floor < 9 THEN salary ELSE 1 END)",
        "sum(CASE WHEN floor < 9 THEN salary ELSE false END)",
        "sum(CASE WHEN floor < 9 THEN salary ELSE '0' END)",
        "min(CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "max(if(floor = 1, salary, 0))",
        "median(CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "stddev(CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "count(DISTINCT CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "sum(DISTINCT CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "approx_count_distinct(CASE WHEN floor = 1 THEN salary ELSE 0 END)",
        "sum(CASE WHEN floor < 9 THEN CASE WHEN id = 7 THEN salary END END)",
        "sum(if(floor < 9, if(id = 7, salary, 0), 0))",
        "sum(CASE WHEN floor < 9 THEN salary * (id = 7)::INT END)",
        "sum(CASE WHEN floor < 9 THEN (id = 7)::INT END)",
        "sum(CASE WHEN floor < 9 THEN (id - 7)::BOOLEAN END)",
        "sum(CASE WHEN floor < 9 THEN greatest(salary, id) END)",
        "sum(CASE WHEN floor < 9 THEN (SELECT max(salary) FROM staff) END)",
        "sum(CASE WHEN id IN (SELECT 7) THEN salary END)",
        "sum(CASE WHEN lag(id) OVER () = 7 THEN salary END)",
        "sum(CASE WHEN floor < 9 THEN salary - 1070 END::BOOLEAN::INT)",
        "sum((CASE WHEN floor < 9 THEN salary - 1070 END)::BOOLEAN)",
        "sum(TRY_CAST(CASE WHEN floor < 9 THEN salary - 1070 END AS UTINYINT))",
        "sum(CASE WHEN id = 7 THEN salary END * 1)",
        "sum(coalesce(CASE WHEN id = 7 THEN salary END, 0))",
        "sum(salary * CASE WHEN id = 7 THEN 1 ELSE 0 END)",
        "sum(salary * (id = 7)::INT)",
        "corr(CASE WHEN id < 9 THEN salary END, floor)",
        "max(CASE WHEN floor < 9 THEN salary END, 3)",
        "first(CASE WHEN floor < 9 THEN salary END)",
        "string_agg(CASE WHEN floor < 9 THEN team END)",
        "sum(CASE WHEN floor < 9 THEN salary END ORDER BY id)",
        "min((id <> 7)::INT)",
        "max((id = 7)::INT)",
        "count((id = 7)::INT)",
        "median((id = 7)::INT)",
        "sum(DISTINCT (id = 7)::INT)",
        "avg((SELECT id = 7)::INT)",
        "sum((id - 7)::BOOLEAN::INT)",
        "sum(TRY_CAST(id = 7 AS INT))",
        "sum(coalesce(id = 7, false)::INT)",
        "sum((random() < 0.5)::INT)",
        "sum(CASE WHEN random() < 0.5 THEN salary END)",
    ],
)
def test_other_choices_among_rows_are_refused(expression):
    assert refused(expression)


# --- any condition ------------------------------------------------------------------------------

ATOMS = st.one_of(
    st.builds("id {} {}".format, st.sampled_from(["=", "<>", "<", ">="]), st.integers(0, 19)),
    st.builds("floor = {}".format, st.integers(0, 3)),
    st.builds("salary > {}".format, st.integers(990, 1200)),
    st.sampled_from(["bonus IS NULL", "bonus > 1", "team IN ('a', 'c')", "team LIKE 'd%'", "id % 4", "NULL"]),
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.builds("(NOT {})".format, inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner),
    ),
    max_leaves=4,
)
SHAPES = [
    ("sum(CASE WHEN {c} THEN {x} ELSE 0 END)", True),
    ("avg(CASE WHEN {c} THEN {x} END)", True),
    ("max(if({c}, {x}, NULL))", True),
    ("count(CASE WHEN {c} THEN {x} END)", True),
    ("avg(CASE WHEN {c} THEN {x} ELSE 0.0 END)", True),
    ("sum(CASE WHEN {c} THEN 1 ELSE 0 END)", False),
    ("avg(((NOT NOT {c}))::INT)", False),
    ("sum(CASE WHEN {c} THEN {x} END) FILTER (id > 2)", True),
]


@settings(max_examples=100, deadline=None)
@given(CONDITIONS, st.sampled_from(SHAPES), st.sampled_from(["salary", "bonus"]))
def test_what_is_shown_stands_for_many_rows_of_the_condition(condition, shape, value):
    """They are counted here by a WHERE, on a connection of our own."""
    text, has_value = shape
    guarded = Guarded(f"SELECT team, {text.format(c=condition, x=value)} AS v FROM staff GROUP BY team")
    where = f"({condition})" + (f" AND {value} IS NOT NULL" if has_value else "") + " AND id > 2" * ("FILTER" in text)
    with duckdb.connect() as connection:
        connection.register("staff", STAFF)
        counts = connection.execute(f"SELECT team, count(*) FROM staff WHERE {where} GROUP BY team").fetchall()
    rows = dict(counts)
    assert sorted(guarded.rows, key=repr) == sorted(guarded.rows_without, key=repr)
    for (team, _), count in zip(guarded.rows, guarded.behind, strict=True):
        assert count == rows.get(team, 0)
        assert count < MIN_GROUP or rows[team] >= MIN_GROUP
