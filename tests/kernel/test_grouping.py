"""Which queries are aggregating, and how many rows stand behind what they show."""

from __future__ import annotations

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe import grouping, lineage
from table_copilot_jupyter.kernel.probe.sql import RESULT, Database

STAFF = pd.DataFrame(
    {
        "id": range(20),
        "team": ["a"] * 8 + ["b"] * 6 + ["c"] * 4 + ["d", "d"],
        "salary": [float(1000 + 10 * i) for i in range(20)],
        "bonus": [5.0] * 3 + [None] * 17,
        "hired": pd.date_range("2020-01-01", periods=20, freq="40D"),
        "floor": [i % 3 for i in range(20)],
    }
)
TEAMS = pd.DataFrame({"team": ["a", "b", "c"], "building": ["North", "North", "South"]})
TABLES = {"staff": STAFF, "teams": TEAMS}

AGGREGATING = [
    "SELECT count(*) FROM staff",
    "SELECT team, avg(salary) FROM staff GROUP BY team",
    "SELECT team, avg(salary) AS mean FROM staff GROUP BY 1 HAVING count(*) > 2 ORDER BY mean DESC LIMIT 3",
    "SELECT team, count(*) FROM staff GROUP BY ALL ORDER BY ALL",
    "SELECT team FROM staff GROUP BY team",
    "SELECT team, floor, sum(salary) FROM staff GROUP BY ROLLUP (team, floor)",
    "SELECT grouping(team), team, count(*) FROM staff GROUP BY CUBE (team, floor)",
    "SELECT date_trunc('year', hired) AS year, median(salary) FROM staff GROUP BY year ORDER BY year",
    "SELECT extract(year FROM hired) AS y, extract(month FROM hired), max(salary) FROM staff GROUP BY ALL",
    "SELECT CASE WHEN salary < 1100 THEN 'low' ELSE 'high' END AS band, count(*) FROM staff GROUP BY band",
    "SELECT floor % 2 = 0 AS even, avg(salary * 2 + 1), round(stddev(salary), 2) FROM staff GROUP BY even",
    "SELECT team, sum(salary) / count(*), max(hired) - min(hired) FROM staff GROUP BY team",
    "SELECT quantile_cont(salary, [0.25, 0.5, 0.75]), quantile_disc(salary, 0.1) FROM staff",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY salary) FROM staff",
    "SELECT corr(salary, floor), regr_slope(salary, floor), covar_samp(salary, floor) FROM staff",
    "SELECT count(DISTINCT team), approx_count_distinct(team), count(bonus) FROM staff WHERE team LIKE 'a%'",
    "SELECT team, count(*) FILTER (salary > 1050), sum(salary) FILTER (WHERE floor = 1) FROM staff GROUP BY team",
    "SELECT team, count_if(salary > 1050) FROM staff GROUP BY team",
    "WITH t AS (SELECT *, CASE WHEN salary < 1100 THEN 'l' ELSE 'h' END AS band FROM staff) "
    "SELECT band, avg(salary) FROM t GROUP BY band",
    "WITH a AS (SELECT team, salary * 12 AS yearly FROM staff), b AS (SELECT * FROM a WHERE yearly > 1) "
    "SELECT team, sum(yearly) FROM b GROUP BY team",
    "SELECT team, count(*) FROM (SELECT DISTINCT team, floor FROM staff) GROUP BY team",
    "SELECT s.team, avg(s.salary) FROM staff s JOIN teams t ON s.team = t.team GROUP BY s.team",
    "SELECT t.building, count(*) FROM staff s LEFT JOIN teams t USING (team) GROUP BY t.building",
    "SELECT a.team, sum(b.salary) FROM staff a, staff b WHERE a.team = b.team GROUP BY a.team",
    "FROM staff SELECT team, avg(salary) GROUP BY team",
    "SELECT cast(team AS VARCHAR), avg(salary::DOUBLE) FROM staff GROUP BY team",
    "SELECT max(hired) + INTERVAL 1 DAY FROM staff",
    "SELECT team || '!' AS label, count(*) * 100.0 / 20 AS share FROM staff GROUP BY label",
    "SELECT DATE_DIFF('day', min(hired), max(hired)) FROM staff",
    "SELECT avg(date_diff('day', hired, DATE '2026-01-01')) FROM staff",
]

NOT_AGGREGATING = [
    "SELECT * FROM staff",
    "SELECT DISTINCT team FROM staff",
    "SELECT team, row_number() OVER () FROM staff",
    "SELECT team, sum(count(*)) OVER () FROM staff GROUP BY team",
    "SELECT team, string_agg(team) FROM staff GROUP BY team",
    "SELECT list(salary) FROM staff",
    "SELECT array_agg(salary) FROM staff",
    "SELECT first(salary) FROM staff",
    "SELECT last(salary), any_value(salary) FROM staff",
    "SELECT arg_max(id, salary) FROM staff",
    "SELECT max_by(id, salary), min_by(id, salary) FROM staff",
    "SELECT mode(salary) FROM staff",
    "SELECT histogram(salary) FROM staff",
    "SELECT approx_top_k(salary, 3) FROM staff",
    "SELECT max(salary, 3) FROM staff",
    "SELECT min(salary, 20) FROM staff",
    "SELECT quantile_cont(salary, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]) FROM staff",
    "SELECT quantile_cont(salary, (SELECT 0.5)) FROM staff",
    "SELECT sum(salary ORDER BY id) FROM staff",
    "SELECT list_aggregate(list(salary), 'string_agg') FROM staff",
    "SELECT sum(CASE WHEN id = 7 THEN salary ELSE 0 END) FROM staff",
    "SELECT sum(if(id = 7, salary, 0)) FROM staff",
    "SELECT sum(salary * (id = 7)::INT) FROM staff",
    "SELECT sum(salary * (1 - (id - 7)::BOOLEAN::INT)) FROM staff",
    "SELECT sum(salary * (1 // (1 + abs(id - 7)))) FROM staff",
    "SELECT max(coalesce(nullif(id, 7) * 0, salary)) FROM staff",
    "SELECT max(greatest(salary, id)) FROM staff",
    "SELECT bool_or(id = 7 AND salary > 1000) FROM staff",
    "SELECT count(CASE WHEN id = 7 THEN 1 END) FROM staff",
    "SELECT max([salary, id]) FROM staff",
    "SELECT max({'a': salary}) FROM staff",
    "SELECT max(staff.salary || '') FROM staff",
    "WITH t AS (SELECT CASE WHEN id = 7 THEN salary ELSE 0 END AS s FROM staff) SELECT sum(s) FROM t",
    "WITH t AS (SELECT CASE WHEN id = 7 THEN salary ELSE 0 END AS s FROM staff), u AS (SELECT s AS r FROM t) "
    "SELECT sum(r) FROM u",
    "WITH t AS (SELECT CASE WHEN id = 7 THEN salary ELSE 0 END AS s FROM staff), u AS (SELECT s + 1 AS r FROM t) "
    "SELECT sum(r) FROM u",
    "SELECT sum(salary) FROM (SELECT * REPLACE (if(id = 7, salary, 0) AS salary) FROM staff)",
    "SELECT sum(x) FROM (SELECT if(id = 7, salary, 0), * FROM staff) AS t(x)",
    "WITH t(x) AS (SELECT if(id = 7, salary, 0) FROM staff) SELECT sum(x) FROM t",
    "SELECT (SELECT max(salary) FROM staff WHERE id = 7), count(*) FROM staff",
    "SELECT count(*) FROM staff WHERE (SELECT salary > 1000 FROM staff WHERE id = 7)",
    "SELECT count(*) FROM staff WHERE salary > (SELECT avg(salary) FROM staff)",
    "SELECT count(*) FROM staff WHERE id IN (SELECT id FROM staff)",
    "SELECT count(*) FROM staff HAVING (SELECT max(salary) > 1 FROM staff WHERE id = 7)",
    "SELECT team, count(*) FROM staff GROUP BY team, (SELECT 1)",
    "SELECT count(*) FROM staff LIMIT (SELECT id FROM staff WHERE id = 1)",
    "SELECT team, count(*) FROM staff GROUP BY team ORDER BY first(salary)",
    "SELECT salary, count(*) FROM staff, range(100) GROUP BY salary",
    "SELECT salary, count(*) FROM (SELECT salary, unnest([1, 2, 3, 4, 5]) FROM staff) GROUP BY salary",
    "SELECT salary, count(*) FROM (FROM staff UNION ALL FROM staff) GROUP BY salary",
    "SELECT salary, count(*) FROM (SELECT a.salary FROM staff a, staff b) GROUP BY salary",
    "WITH t AS (SELECT a.salary FROM staff a, staff b) SELECT salary, count(*) FROM t GROUP BY salary",
    "WITH RECURSIVE t AS (SELECT salary, 1 AS i FROM staff UNION ALL SELECT salary, i + 1 FROM t WHERE i < 9) "
    "SELECT salary, count(*) FROM t GROUP BY salary",
    "SELECT s.salary, count(*) FROM staff s, (SELECT s.id) x GROUP BY s.salary",
    "SELECT id, sum(total) FROM (SELECT id, sum(salary) AS total FROM staff GROUP BY id) GROUP BY id",
    "SELECT salary, count(*) FROM staff POSITIONAL JOIN teams GROUP BY salary",
    "SELECT salary, count(*) FROM staff SEMI JOIN teams USING (team) GROUP BY salary",
    "SELECT salary.team, count(*) FROM staff AS salary JOIN teams USING (team) GROUP BY ALL",
    "SELECT enum_range(team::ENUM('a', 'b')) AS r, count(*) FROM staff GROUP BY r",
    "SELECT typeof(team), count(*) FROM staff GROUP BY ALL",
    "SELECT avg(COLUMNS(*)) FROM staff",
    "SELECT avg(salary) FROM staff USING SAMPLE 1",
    "SELECT avg(salary) FROM staff TABLESAMPLE 5%",
    "SELECT avg(salary) FROM staff UNION ALL SELECT salary FROM staff",
    "SELECT avg(b) FROM staff AS t(a, b)",
    "PIVOT staff ON team IN ('a') USING sum(salary)",
    "SUMMARIZE staff",
    "SELECT 1",
]


class Guarded:
    """A query with its guard, run: the rows without the guard, and the guard of each."""

    def __init__(self, sql):
        self.text = None
        with Database(20.0) as database:
            for name, frame in TABLES.items():
                database.add(name, frame, list(frame.columns))
            statement = database.parse(sql)
            named = {table.lower() for table in lineage.tables(statement.root)}
            columns = [column for table in named for column in TABLES[table].columns]
            root = grouping.guarded(statement.root, columns, database.serialised)
            if root is None:
                return
            self.text = database.rewritten(root)
            database.run(self.text, keep=100)
            self.names = [name for name, _ in database.columns()]
            rows = database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())
            self.rows, self.behind = [row[:-1] for row in rows], [row[-1] for row in rows]
            database.run(statement.text, keep=100)
            self.names_without = [name for name, _ in database.columns()]
            self.rows_without = database.fetch(f"FROM {RESULT}", lambda cursor: cursor.fetchall())


@pytest.mark.parametrize("sql", AGGREGATING)
def test_with_its_guard_a_query_gives_the_same(sql):
    guarded = Guarded(sql)
    assert guarded.text is not None
    assert guarded.names == [*guarded.names_without, grouping.GUARD]
    assert sorted(map(repr, guarded.rows)) == sorted(map(repr, guarded.rows_without))


@pytest.mark.parametrize("sql", NOT_AGGREGATING)
def test_what_could_show_a_single_row_is_not_aggregating(sql):
    assert Guarded(sql).text is None


def behind(sql):
    guarded = Guarded(sql)
    return {row[0]: count for row, count in zip(guarded.rows, guarded.behind, strict=True)}


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
