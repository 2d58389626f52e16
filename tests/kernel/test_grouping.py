"""Which queries are aggregating."""

from __future__ import annotations

import pytest
from guarded_query import Guarded, behind

from table_copilot_jupyter.kernel.probe import grouping

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
    "SELECT team, sum(CASE WHEN floor = 1 THEN salary ELSE 0 END), sum(if(floor = 1, bonus, 0)) FROM staff GROUP BY 1",
    "SELECT team, count(CASE WHEN salary > 1050 THEN 1 END) * 100.0 / count(*) AS share FROM staff GROUP BY team",
    "SELECT avg(CASE WHEN salary > 1050 THEN 1.0 ELSE 0 END) * 100, avg((team = 'a')::DOUBLE) FROM staff",
    "SELECT team FROM staff GROUP BY team HAVING sum(CASE WHEN floor = 1 THEN 1 ELSE 0 END) > 1",
    "SELECT team, count(*) AS n FROM staff GROUP BY team ORDER BY sum((floor = 1)::INT) DESC, n",
    "WITH t AS (SELECT *, salary * 12 AS yearly FROM staff) "
    "SELECT team, sum(CASE WHEN yearly > 12600 THEN yearly END) FROM t GROUP BY team",
    "SELECT t.building, sum(CASE WHEN s.floor = 1 THEN s.salary END) FROM staff s JOIN teams t USING (team) GROUP BY 1",
    "SELECT team, count(*) * 1.0 / sum(count(*)) OVER () AS share FROM staff GROUP BY team ORDER BY share DESC LIMIT 2",
    "SELECT team, round(sum(salary) / sum(sum(salary)) OVER () * 100, 1) FROM staff GROUP BY ALL",
    "SELECT team, sum(count(*)) OVER w FROM staff GROUP BY team HAVING count(*) > 2 WINDOW w AS ()",
    "SELECT s.team, count(*) / SUM(COUNT(*)) OVER () FROM staff s JOIN teams t USING (team) GROUP BY s.team",
    "SELECT team, count(*) * 100.0 / (SELECT count(*) FROM staff) FROM staff GROUP BY team",
    "SELECT team FROM staff s GROUP BY team HAVING count(*) > (SELECT count(*) AS n FROM staff t) / 10",
    "WITH m AS (SELECT team, avg(salary) AS mean FROM staff GROUP BY team) SELECT * FROM m ORDER BY mean DESC LIMIT 3",
    "SELECT team, round(mean, 1) FROM (SELECT team, avg(salary) AS mean FROM staff GROUP BY team) WHERE mean > 1000",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT m.*, n * 2 AS twice, * FROM m WHERE n > 2",
    "WITH young AS (SELECT * FROM staff WHERE hired > DATE '2020-06-01'), "
    "m AS (SELECT team, count(*) AS n FROM young GROUP BY team) "
    "SELECT x.team, CASE WHEN n > 3 THEN 'many' ELSE 'few' END FROM m AS x ORDER BY n",
    "WITH s AS (SELECT team, count(*) AS n, sum(count(*)) OVER () AS total FROM staff GROUP BY team) "
    "SELECT team, n / total, n / (SELECT count(*) FROM staff) FROM s WHERE n > 1",
    "WITH staff AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM staff",
    "SELECT * FROM (WITH t AS (FROM staff) SELECT team, count(*) FROM t GROUP BY team) AS m",
]

NOT_AGGREGATING = [
    "SELECT * FROM staff",
    "SELECT DISTINCT team FROM staff",
    "SELECT team, row_number() OVER () FROM staff",
    "SELECT team, sum(count(*)) OVER (PARTITION BY team) FROM staff GROUP BY team",
    "SELECT team, sum(count(*)) OVER (ORDER BY team) FROM staff GROUP BY team",
    "SELECT team, sum(count(*)) OVER (ROWS 1 PRECEDING) FROM staff GROUP BY team",
    "SELECT team, sum(count(*)) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) "
    "FROM staff GROUP BY team",
    "SELECT team, sum(count(*)) FILTER (team = 'd') OVER () FROM staff GROUP BY team",
    "SELECT team, sum(DISTINCT count(*)) OVER () FROM staff GROUP BY team",
    "SELECT team, sum(count(*) ORDER BY team) OVER () FROM staff GROUP BY team",
    "SELECT team, sum(count(DISTINCT floor)) OVER () FROM staff GROUP BY team",
    "SELECT team, sum(CASE WHEN team = 'd' THEN sum(salary) END) OVER () FROM staff GROUP BY team",
    "SELECT team, sum(max(salary)) OVER () FROM staff GROUP BY team",
    "SELECT team, sum(first(salary)) OVER () FROM staff GROUP BY team",
    "SELECT team, max(sum(salary)) OVER () FROM staff GROUP BY team",
    "SELECT team, first_value(sum(salary)) OVER () FROM staff GROUP BY team",
    "SELECT team, lag(sum(salary)) OVER (ORDER BY team) FROM staff GROUP BY team",
    "SELECT team, count(*) OVER () FROM staff GROUP BY team",
    "SELECT team, row_number() OVER (ORDER BY count(*)) FROM staff GROUP BY team",
    "SELECT team, count(*) FROM staff GROUP BY team ORDER BY sum(count(*)) OVER (ORDER BY team)",
    "SELECT team, count(*) FROM staff GROUP BY team QUALIFY sum(count(*)) OVER () > 1",
    "SELECT team, count(*) / sum(count(*)) OVER () FROM staff GROUP BY ROLLUP (team)",
    "SELECT sum(salary) OVER () FROM staff",
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
    "SELECT sum(salary * (id = 7)::INT) FROM staff",
    "SELECT sum(salary * (1 - (id - 7)::BOOLEAN::INT)) FROM staff",
    "SELECT sum(salary * (1 // (1 + abs(id - 7)))) FROM staff",
    "SELECT max(coalesce(nullif(id, 7) * 0, salary)) FROM staff",
    "SELECT max(greatest(salary, id)) FROM staff",
    "SELECT bool_or(id = 7 AND salary > 1000) FROM staff",
    "SELECT max([salary, id]) FROM staff",
    "SELECT max({'a': salary}) FROM staff",
    "SELECT max(staff.salary || '') FROM staff",
    "WITH t AS (SELECT CASE WHEN id = 7 THEN salary ELSE 0 END AS s FROM staff) SELECT sum(s) FROM t",
    "WITH t AS (SELECT if(id = 7, salary, 0) AS s FROM staff) SELECT sum(CASE WHEN s < 9999 THEN s END) FROM t",
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
    "SELECT (SELECT count(*) FROM staff) FROM staff",
    "SELECT count(*) / (SELECT count(*) FROM staff WHERE id = 7) FROM staff",
    "SELECT count(*) / (SELECT count(bonus) FROM staff) FROM staff",
    "SELECT count(*) / (SELECT count(*) FILTER (id = 7) FROM staff) FROM staff",
    "SELECT count(*) / (SELECT count(*) FROM staff HAVING max(salary) > 1) FROM staff",
    "SELECT count(*) / (SELECT count(*) FROM staff, teams) FROM staff",
    "SELECT count(*) / (SELECT count(*) FROM staff LIMIT 1) FROM staff",
    "SELECT count(*) / (SELECT count(*) FROM staff TABLESAMPLE 5%) FROM staff",
    "SELECT count(*), 20 IN (SELECT count(*) FROM staff) FROM staff",
    "SELECT count(*), EXISTS (SELECT count(*) FROM staff) FROM staff",
    "WITH one AS (SELECT * FROM staff WHERE id = 7) SELECT count(*) / (SELECT count(*) FROM One) FROM staff",
    "SELECT count(*) / (WITH one AS (SELECT * FROM staff WHERE id = 7) SELECT count(*) FROM one) FROM staff",
    "SELECT sum(CASE WHEN id < (SELECT count(*) FROM staff) THEN 1 END) FROM staff",
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
    "SELECT avg(n) FROM (SELECT team, count(*) AS n FROM staff GROUP BY team)",
    "WITH m AS (SELECT id, max(salary) AS s FROM staff GROUP BY id) SELECT s FROM m GROUP BY s",
    "WITH m AS (SELECT id, max(salary) AS s FROM staff GROUP BY id) SELECT DISTINCT s FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT *, sum(n) OVER () FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT *, lag(n) OVER () FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m QUALIFY lag(n) OVER () > 1",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m WHERE n > (SELECT min(n) FROM m)",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT n, (SELECT count(*) FROM m) FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT a.* FROM m AS a, m AS b",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m JOIN teams USING (team)",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team), o AS (SELECT * FROM m) SELECT * FROM o",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM staff",
    "WITH o AS (FROM staff), m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT salary FROM o",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT m FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT team FROM m ORDER BY hash(M)",
    "SELECT unnamed_subquery FROM (SELECT team, count(*) AS n FROM staff GROUP BY team)",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT COLUMNS(*) FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * REPLACE (n + 1 AS n) FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT #3 FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT unnest([n, n]) FROM m",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m USING SAMPLE 1",
    "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m LIMIT (SELECT 1)",
    "WITH m(a, b) AS (SELECT team, count(*) AS n FROM staff GROUP BY team) SELECT * FROM m",
    "SELECT * FROM (SELECT team, count(*) FROM staff GROUP BY team) AS m(a, b)",
    "SELECT * FROM (SELECT team, string_agg(id) FROM staff GROUP BY team)",
    "SELECT * FROM (SELECT team, salary FROM staff)",
    "SELECT * FROM (SELECT * FROM (SELECT team, count(*) FROM staff GROUP BY team))",
    "SELECT 100 AS __copilot_rows_behind, max(salary) FROM staff WHERE id = 7",
    "WITH m AS (SELECT 100 AS __Copilot_rows_behind, max(salary) FROM staff WHERE id = 7) SELECT * FROM m",
    "SELECT max(salary) FILTER (id = 7 OR random() < 0.5) FROM staff",
    "SELECT max(CASE WHEN id = 7 OR gen_random_uuid()::VARCHAR < '8' THEN salary END) FROM staff",
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


@pytest.mark.parametrize("sql", AGGREGATING)
def test_with_its_guard_a_query_gives_the_same(sql):
    guarded = Guarded(sql)
    assert guarded.text is not None
    assert guarded.names == [*guarded.names_without, grouping.GUARD]
    assert sorted(map(repr, guarded.rows)) == sorted(map(repr, guarded.rows_without))


@pytest.mark.parametrize("sql", NOT_AGGREGATING)
def test_what_could_show_a_single_row_is_not_aggregating(sql):
    assert Guarded(sql).text is None


def test_a_query_of_aggregated_rows_has_the_guard_of_each():
    counts = "WITH m AS (SELECT team, count(*) AS n FROM staff GROUP BY team) "
    assert behind(counts + "SELECT * FROM m") == {"a": 8, "b": 6, "c": 4, "d": 2}
    assert behind(counts + "SELECT team FROM m WHERE n < 5 ORDER BY n") == {"c": 4, "d": 2}
    assert behind(counts + "SELECT 'some' FROM m WHERE team = 'd'") == {"some": 2}
    assert behind("SELECT team, n + 1 FROM (SELECT team, count(*) FILTER (id = 7) AS n FROM staff GROUP BY team)") == {
        "a": 1,
        "b": 0,
        "c": 0,
        "d": 0,
    }


def test_a_condition_outside_sees_the_same_groups_as_having():
    having = behind("SELECT team FROM staff GROUP BY team HAVING avg(salary) > 1100")
    outside = behind("SELECT team FROM (SELECT team, avg(salary) AS mean FROM staff GROUP BY team) WHERE mean > 1100")
    assert having == outside == {"b": 6, "c": 4, "d": 2}


def test_a_total_that_is_made_inside_is_of_the_groups_that_are_left_out_outside():
    shares = (
        "WITH s AS (SELECT team, count(*) AS n, sum(count(*)) OVER () AS total FROM staff WHERE id < 18 GROUP BY team)"
    )
    assert behind(shares + " SELECT team, n / total FROM s WHERE team = 'a'") == {"a": 4}


def test_a_table_with_a_column_of_the_guards_name_is_refused():
    assert Guarded("SELECT count(*) FROM staff", ["other"]).text is not None
    assert Guarded("SELECT count(*) FROM staff", [grouping.GUARD.upper()]).text is None
