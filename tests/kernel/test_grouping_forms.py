"""Parts of queries that have to be exactly so."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.kernel.probe.grouping_forms import Forms, bare, filled
from table_copilot_jupyter.kernel.probe.sql import Database
from table_copilot_jupyter.kernel.probe.sql_tree import function_name


@pytest.fixture
def database():
    with Database(10.0) as database:
        yield database


@pytest.fixture
def forms(database):
    return Forms(database.serialised)


def test_places_and_aliases_change_nothing(forms):
    assert bare(forms.tree("a + b")) == bare(forms.tree("a   +   b AS c"))
    assert bare(forms.tree("a + b")) != bare(forms.tree("a + c"))


def test_columns_are_replaced_by_expressions_once(forms):
    tree = filled(forms.tree("least(x, y)"), {"x": forms.tree("y + 1"), "y": forms.tree("x")})
    assert bare(tree) == bare(forms.tree("least(y + 1, x)"))


def test_a_choice_is_a_case_without_an_alternative(forms):
    choice = forms.choice(forms.tree("v = 1 AS named"), forms.tree("c"))
    assert bare(choice) == bare(forms.tree("CASE WHEN v = 1 THEN c END"))


def test_zeros_and_null_are_constants(forms):
    assert forms.is_null(forms.tree("NULL"))
    assert all(forms.is_zero(forms.tree(zero)) for zero in ("0", "0.0", "0.00", "0e0", "0.0e0"))
    others = [forms.tree(other) for other in ("1", "0.1", "'0'", "false", "x", "0 + 0", "-0.5", "[0]")]
    assert not any(forms.is_zero(other) or forms.is_null(other) for other in others)
    assert not forms.is_zero(forms.tree("NULL"))


def test_a_total_is_a_sum_over_all_rows_and_nothing_else(forms):
    for total in ("sum(count(*)) OVER ()", "SUM(Count(*)) OVER () AS all_of_them"):
        assert function_name(forms.totalled(forms.tree(total))) == "count_star"
    for other in (
        "sum(x) OVER (PARTITION BY y)",
        "sum(x) OVER (ORDER BY y)",
        "sum(x) OVER (ROWS 1 PRECEDING)",
        "sum(x) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)",
        "sum(x) FILTER (y) OVER ()",
        "sum(DISTINCT x) OVER ()",
        "sum(x ORDER BY y) OVER ()",
        "sum(x IGNORE NULLS) OVER ()",
        "max(x) OVER ()",
        "lag(x) OVER ()",
        "sum(x)",
        "x",
    ):
        assert forms.totalled(forms.tree(other)) is None


def test_the_rows_of_a_table_are_counted_by_one_form_only(forms):
    assert forms.counted_table(forms.tree("(SELECT count(*) FROM Staff)")) == "staff"
    assert forms.counted_table(forms.tree('(SELECT COUNT(*) AS n FROM "a ""b""" AS t)')) == 'a "b"'
    for other in (
        "(SELECT count(*) FROM staff WHERE x)",
        "(SELECT count(*) + 1 FROM staff)",
        "(SELECT count(x) FROM staff)",
        "(SELECT count(*) FILTER (x) FROM staff)",
        "(SELECT count(*), 1 FROM staff)",
        "(SELECT count(*) FROM staff GROUP BY x)",
        "(SELECT count(*) FROM staff HAVING max(x) > 1)",
        "(SELECT count(*) FROM staff QUALIFY true)",
        "(SELECT count(*) FROM staff LIMIT 1)",
        "(SELECT DISTINCT count(*) FROM staff)",
        "(SELECT count(*) FROM staff TABLESAMPLE 10%)",
        "(SELECT count(*) FROM staff AS t(a))",
        "(SELECT count(*) FROM staff, staff)",
        "(SELECT count(*) FROM (FROM staff))",
        "(SELECT count(*) FROM s.staff)",
        "(SELECT count(*) FROM range(3))",
        "(SELECT count(*))",
        "(WITH t AS (FROM staff) SELECT count(*) FROM t)",
        "(SELECT count(*) FROM staff UNION ALL SELECT 1)",
        "EXISTS (SELECT count(*) FROM staff)",
        "1 IN (SELECT count(*) FROM staff)",
        "ARRAY(SELECT count(*) FROM staff)",
        "count(*)",
    ):
        assert forms.counted_table(forms.tree(other)) is None, other


def test_a_star_leaves_a_column_out(database, forms):
    tree = database.serialised("SELECT m.*, * FROM (SELECT 1 AS a, 2 AS b) AS m")
    tree["select_list"] = [forms.star_without(star, "b") for star in tree["select_list"]]
    database.run(database.rewritten(tree), keep=1)
    assert [name for name, _ in database.columns()] == ["a", "a_1"]


def test_a_star_that_is_more_is_none(forms):
    for star in (
        "* EXCLUDE (a)",
        "* REPLACE (1 AS a)",
        "* RENAME (a AS b)",
        "COLUMNS(*)",
        "COLUMNS('a')",
        "* LIKE 'a'",
    ):
        assert forms.star_without(forms.tree(star), "b") is None
