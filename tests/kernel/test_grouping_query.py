"""How many rows stand behind what an aggregating query shows."""

from __future__ import annotations

from guarded_query import STAFF, Guarded, behind
from hypothesis import given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe.gate import MIN_GROUP


def test_the_guard_counts_the_rows_of_each_group():
    assert behind("SELECT team, avg(salary) FROM staff GROUP BY team") == {"a": 8, "b": 6, "c": 4, "d": 2}
    assert behind("SELECT count(*) FROM staff WHERE id = 7") == {1: 1}
    assert behind("SELECT count(*) FROM staff WHERE id = -1") == {0: 0}


def test_an_aggregate_of_few_values_among_many_rows_counts_those():
    assert behind("SELECT team, max(bonus) FROM staff GROUP BY team")["a"] == 3
    assert behind("SELECT count(bonus) FROM staff") == {3: 20}


def test_a_filter_counts_the_rows_that_it_lets_through():
    assert behind("SELECT team, max(salary) FILTER (id = 7) FROM staff GROUP BY team")["a"] == 1
    assert behind("SELECT count_if(id = 7) FROM staff") == {1: 1}
    assert behind("SELECT 1 FROM staff HAVING max(salary) FILTER (id = 7) > 0") == {1: 1}
    assert behind("SELECT team FROM staff GROUP BY team ORDER BY max(salary) FILTER (id = 7)")["a"] == 1


def test_a_join_cannot_make_many_rows_of_one():
    each = behind("SELECT s.id, max(s.salary) FROM staff s, teams, staff AS again GROUP BY s.id")
    assert set(each.values()) == {1}
    isolated = behind("SELECT count(*) FROM staff s, teams, staff AS again WHERE s.id = 7 AND s.salary > 1000")
    assert list(isolated.values()) == [1]


def test_a_join_counts_the_rows_of_every_table():
    by_team = behind("SELECT s.team, avg(s.salary) FROM staff s JOIN teams t ON s.team = t.team GROUP BY s.team")
    assert by_team == {"a": 1, "b": 1, "c": 1}
    assert behind("SELECT count(*) FROM staff a JOIN staff b ON a.team = b.team") == {64 + 36 + 16 + 4: 20}


def test_a_row_that_only_an_outer_join_made_counts_for_nothing():
    assert behind("SELECT s.team, count(*) FROM staff s LEFT JOIN teams t USING (team) GROUP BY s.team")["d"] == 0


def test_rows_that_are_alike_count_once_in_a_join():
    """Too few rather than too many."""
    assert behind("SELECT t.building, count(*) FROM teams t, teams o GROUP BY t.building") == {"North": 2, "South": 1}


# --- totals over all groups ---------------------------------------------------------------------

SHARES = "SELECT team, count(*) * 100.0 / sum(count(*)) OVER () AS share FROM staff %s GROUP BY team"


def test_a_share_of_a_total_of_large_groups_has_the_rows_of_its_group():
    assert behind(SHARES % "WHERE team IN ('a', 'b')") == {"a": 8, "b": 6}


def test_a_total_must_not_tell_what_a_single_small_group_has():
    assert behind(SHARES % "WHERE team IN ('a', 'b', 'd')") == {"a": 2, "b": 2, "d": 2}
    by_salary = "SELECT team, sum(salary), sum(sum(salary)) OVER () FROM staff WHERE id < 15 GROUP BY team"
    assert behind(by_salary) == {"a": 1, "b": 1, "c": 1}


def test_small_groups_that_are_withheld_together_are_a_group_of_their_own():
    assert behind(SHARES % "") == {"a": 6, "b": 6, "c": 4, "d": 2}


def test_a_limit_takes_no_group_out_of_the_total():
    largest = SHARES % "WHERE team IN ('a', 'b', 'd')" + " ORDER BY count(*) DESC LIMIT 1"
    assert behind(largest) == {"a": 2}


def test_having_takes_small_groups_out_of_the_total():
    assert behind(SHARES % "WHERE team <> 'c'" + " HAVING count(*) >= 5") == {"a": 8, "b": 6}


def test_a_total_for_the_order_alone_counts_too():
    ordered = "SELECT team FROM staff WHERE team <> 'c' GROUP BY team ORDER BY count(*) / sum(count(*)) OVER ()"
    assert behind(ordered) == {"a": 2, "b": 2, "d": 2}


def test_a_total_of_a_condition_counts_the_rows_of_the_condition():
    one = "SELECT team, sum(sum(CASE WHEN id = 7 THEN salary END)) OVER () FROM staff GROUP BY team"
    assert max(behind(one).values()) == 1
    filtered = "SELECT team, sum(sum(salary) FILTER (id = 7)) OVER () FROM staff GROUP BY team"
    assert max(behind(filtered).values()) == 1
    counted = "SELECT team, sum(count_if(id <> 19)) OVER () FROM staff WHERE id > 17 OR id < 14 GROUP BY team"
    assert behind(counted) == {"a": 1, "b": 1, "d": 1}


def test_in_a_join_one_small_group_withholds_every_share():
    """A row may be in several groups there, so small ones can't be added up."""
    shares = "SELECT a.team, count(*) / sum(count(*)) OVER () FROM staff a JOIN staff b USING (team) %s GROUP BY a.team"
    assert behind(shares % "") == {"a": 2, "b": 2, "c": 2, "d": 2}
    assert behind(shares % "WHERE team < 'c'") == {"a": 6, "b": 6}


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(0, 19), st.sampled_from(["id // %d", "id %% %d", "least(id, %d)"]))
def test_a_total_less_what_is_shown_stands_for_nothing_or_for_many_rows(size, first, key):
    key = key % size
    guarded = Guarded(f"SELECT {key} AS k, count(*), sum(count(*)) OVER () FROM staff WHERE id >= {first} GROUP BY k")
    shown = [row for row, count in zip(guarded.rows, guarded.behind, strict=True) if count >= MIN_GROUP]
    if shown:
        rest = shown[0][2] - sum(row[1] for row in shown)
        assert rest == 0 or rest >= MIN_GROUP
    if all(row[1] >= MIN_GROUP for row in guarded.rows):
        assert len(shown) == len(guarded.rows)


# --- numbers of rows ----------------------------------------------------------------------------


def test_the_number_of_rows_of_a_table_changes_no_guard():
    assert behind("SELECT team, count(*) / (SELECT count(*) FROM staff) FROM staff GROUP BY team") == {
        "a": 8,
        "b": 6,
        "c": 4,
        "d": 2,
    }
    guarded = Guarded("SELECT count(*) / (SELECT count(*) FROM staff) FROM staff WHERE id = 7")
    assert (guarded.rows, guarded.behind) == ([(1 / len(STAFF),)], [1])


def test_totals_of_several_sets_of_groups_are_told_if_no_group_is_small():
    assert set(behind("SELECT floor, count(*) FROM staff GROUP BY ROLLUP (floor)").values()) == {6}
    with_small = Guarded("SELECT team, count(*) FROM staff GROUP BY ROLLUP (team)")
    assert set(with_small.behind) == {2}
    assert Guarded("SELECT team, count(*) FROM staff GROUP BY ROLLUP (team) HAVING count(*) > 4").text is None
