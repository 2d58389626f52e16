"""What a statement reads, rather too much than too little."""

from __future__ import annotations

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe import lineage
from table_copilot_jupyter.kernel.probe.sql import Database

STAFF = ["name", "salary", "team", "note"]
TEAMS = ["team", "floor"]


def root(sql):
    with Database(10.0) as database:
        return database.parse(sql).root


def read(sql):
    tree = root(sql)
    known = {name: ("staff", STAFF) if name.lower() == "staff" else ("teams", TEAMS) for name in lineage.tables(tree)}
    return lineage.reading(tree, known).columns


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT 1", []),
        ("FROM staff", ["staff"]),
        ("SELECT * FROM staff s JOIN teams USING (team)", ["staff", "teams"]),
        ("SELECT * FROM staff, teams, staff AS again", ["staff", "teams"]),
        ("WITH t AS (FROM staff) SELECT * FROM t", ["staff"]),
        ("WITH staff AS (FROM teams) SELECT * FROM staff", ["teams"]),
        ("WITH staff AS (FROM staff) SELECT * FROM staff", ["staff"]),
        ("SELECT * FROM (WITH staff AS (FROM teams) FROM staff) x, staff", ["teams", "staff"]),
        ("WITH a AS (FROM staff), b AS (FROM a) FROM b", ["staff"]),
        ("WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t, teams) FROM t", ["teams"]),
        ("SELECT (SELECT max(floor) FROM teams) FROM staff WHERE team IN (SELECT team FROM teams)", ["teams", "staff"]),
        ("SELECT 1 UNION SELECT 2 FROM staff EXCEPT SELECT 3 FROM teams", ["staff", "teams"]),
        ("DESCRIBE staff", ["staff"]),
        ("SUMMARIZE SELECT * FROM teams", ["teams"]),
        ("PIVOT staff ON team IN ('a') USING sum(salary)", ["staff"]),
        ("SELECT 1 LIMIT (SELECT count(*) FROM staff)", ["staff"]),
        ("SELECT 1 ORDER BY (SELECT count(*) FROM staff)", ["staff"]),
        ("SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM staff))", ["staff"]),
        ('FROM "Staff"', ["Staff"]),
        ("FROM 'staff.csv'", ["staff.csv"]),
    ],
)
def test_the_tables_of_a_statement_are_found_wherever_they_stand(sql, names):
    assert sorted(lineage.tables(root(sql))) == sorted(names)


READING = [
    ("SELECT name FROM staff", ["name"]),
    ("SELECT NAME FROM staff", ["name"]),
    ("SELECT count(*) FROM staff", []),
    ("SELECT 1 FROM staff", []),
    ("SELECT name FROM staff WHERE salary > 1 ORDER BY note", ["name", "salary", "note"]),
    ("SELECT team, avg(salary) FROM staff GROUP BY ALL ORDER BY ALL", ["salary", "team"]),
    ("SELECT count(*) FILTER (note = 'x') FROM staff", ["note"]),
    ("SELECT sum(1) OVER (PARTITION BY team ORDER BY note) FROM staff", ["team", "note"]),
    ("SELECT s.salary FROM staff s", ["salary"]),
    ("SELECT salary AS harmless FROM staff", ["salary"]),
    ("WITH t AS (SELECT salary AS x FROM staff) SELECT x FROM t", ["salary"]),
    ("WITH t AS (SELECT name, team FROM staff) SELECT * FROM t", ["name", "team"]),
    ("SELECT name FROM staff JOIN teams USING (team)", ["name", "team"]),
    ("SELECT * EXCLUDE (salary) FROM staff", ["name", "team", "note"]),
    ("SELECT * EXCLUDE (salary, note) FROM staff", ["name", "team"]),
    ("SELECT list_transform([1], lambda x: x + salary) FROM staff", ["salary"]),
    ("SELECT name FROM staff QUALIFY row_number() OVER (ORDER BY salary) = 1", ["name", "salary"]),
    ("SELECT (SELECT floor FROM teams WHERE teams.team = staff.team) FROM staff", ["team"]),
    ("SELECT name FROM staff LIMIT 3", ["name"]),
    ("SELECT note.field.inner FROM staff", ["note"]),
    ("SELECT note.* FROM staff", ["note"]),
    ("SELECT name FROM staff HAVING max(salary) > 1", ["name", "salary"]),
    ("SELECT DISTINCT ON (note) name FROM staff", ["name", "note"]),
]


@pytest.mark.parametrize(("sql", "columns"), READING)
def test_only_the_columns_that_a_statement_names_are_read(sql, columns):
    assert read(sql)["staff"] == columns


@pytest.mark.parametrize(
    "sql",
    [
        "FROM staff",
        "SELECT * FROM staff",
        "SELECT staff.* FROM staff",
        "SELECT s.* FROM staff s, teams",
        "SELECT COLUMNS(*) FROM staff",
        "SELECT COLUMNS('sal.*') FROM staff",
        "SELECT COLUMNS(lambda c: c LIKE 's%') FROM staff",
        "SELECT min(COLUMNS(*)) FROM staff",
        "SELECT * FROM staff WHERE COLUMNS(*) > 1",
        "SELECT #2 FROM staff",
        "SELECT name FROM staff ORDER BY #2",
        "SELECT staff FROM staff",
        "SELECT s FROM staff AS s",
        "SELECT STAFF FROM staff",
        "SELECT to_json(staff) FROM staff",
        "SELECT count(staff) FROM staff",
        "SELECT (staff).salary FROM staff",
        "SELECT unnest(staff) FROM staff",
        "SELECT (SELECT staff) FROM staff",
        "SELECT * FROM staff, (SELECT staff.*) x",
        "SELECT * FROM staff NATURAL JOIN teams",
        "SELECT name FROM staff NATURAL JOIN teams",
        "SELECT b FROM staff AS t(a, b, c, d)",
        "SELECT b FROM (SELECT * FROM staff) AS t(a, b, c, d)",
        "WITH t(a, b, c, d) AS (SELECT * FROM staff) SELECT b FROM t",
        "SELECT x FROM (SELECT * RENAME (salary AS x) FROM staff)",
        "SELECT * REPLACE (1 AS note) FROM staff",
        "SELECT * EXCLUDE (salary), * EXCLUDE (name) FROM staff",
        "SELECT a FROM (SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d UNION ALL SELECT * FROM staff)",
        "PIVOT staff ON team IN ('a') USING count(*)",
        "UNPIVOT staff ON COLUMNS(*) INTO NAME n VALUE v",
        "DESCRIBE staff",
        "SUMMARIZE staff",
        "SELECT 1 WHERE EXISTS (FROM staff)",
        "SELECT 1 IN (SELECT COLUMNS(*) FROM staff)",
        "SELECT row(*) FROM staff",
    ],
)
def test_a_row_that_is_taken_whole_reads_every_column(sql):
    assert read(sql)["staff"] == STAFF


RUNNING = [
    (sql, columns) for sql, columns in READING if not any(word in sql for word in ("note.", "HAVING", "EXCLUDE"))
]


@pytest.mark.parametrize(("sql", "columns"), RUNNING)
def test_a_statement_needs_no_other_columns_than_those_it_is_said_to_read(sql, columns):
    staff = pd.DataFrame({"name": ["a"], "salary": [1], "team": ["x"], "note": ["n"]})
    with Database(10.0) as database:
        database.add("staff", staff, columns or ["name"], partly=True)
        database.add("teams", pd.DataFrame({"team": ["x"], "floor": [1]}), TEAMS)
        database.run(database.parse(sql).text, keep=10)


def test_a_column_of_two_tables_counts_for_both():
    assert read("SELECT team FROM staff, teams") == {"staff": ["team"], "teams": ["team"]}


def test_names_that_a_statement_gives_are_told_from_stars():
    tree = root("SELECT * FROM staff WHERE salary > 1")
    assert lineage.reading(tree, {"staff": ("staff", STAFF)}).named >= {"salary"}
    assert "name" not in lineage.reading(tree, {"staff": ("staff", STAFF)}).named


@pytest.mark.parametrize(
    ("sql", "keeps"),
    [
        ("FROM staff", True),
        ("SELECT * FROM staff WHERE team = 'a' ORDER BY name LIMIT 3", True),
        ("SELECT * EXCLUDE (note) FROM staff JOIN teams USING (team)", True),
        ("SELECT name, team FROM staff", True),
        ("SELECT staff FROM staff", False),
        ("SELECT COLUMNS(*) AS x FROM staff", False),
        ("SELECT COLUMNS(*) FROM staff", False),
        ("SELECT * RENAME (salary AS x) FROM staff", False),
        ("SELECT #2 FROM staff", False),
        ("SELECT row(*) FROM staff", False),
        ("SELECT max(COLUMNS(*)) FROM staff", False),
        ("FROM staff AS t(a, b, c, d)", False),
        ("SELECT * FROM (FROM staff)", False),
        ("WITH t(a, b, c, d) AS (FROM staff) FROM t", False),
        ("SELECT 1 AS a, 2 AS b, 3 AS c, 4 AS d UNION ALL FROM staff", False),
        ("UNPIVOT staff ON COLUMNS(*) INTO NAME n VALUE v", False),
        ("SUMMARIZE staff", False),
    ],
)
def test_columns_keep_their_names_only_under_a_plain_star(sql, keeps):
    assert lineage.keeps_names(root(sql)) is keeps


@pytest.mark.parametrize(
    ("sql", "keeps"),
    [
        ("SELECT name FROM staff WHERE salary > 1 LIMIT 3", True),
        ("SELECT team, count(*) FROM staff GROUP BY team", True),
        ("WITH t AS (FROM staff) SELECT * FROM t", True),
        ("SELECT * FROM staff, teams", False),
        ("SELECT * FROM staff, range(5)", False),
        ("SELECT unnest([1, 2]) FROM staff", False),
        ("FROM staff UNION ALL FROM staff", False),
        ("SELECT (SELECT max(salary) FROM staff) FROM teams", False),
        ("SELECT team, count(*) FROM staff GROUP BY ROLLUP (team)", False),
        ("UNPIVOT staff ON name, team INTO NAME n VALUE v", False),
        ("SELECT name, first_value(salary) OVER (ORDER BY name) FROM staff", False),
        ("SELECT team, sum(salary) / sum(sum(salary)) OVER () FROM staff GROUP BY team", False),
        ("SELECT name, row_number() OVER (PARTITION BY team) FROM staff", True),
        ("WITH m AS (SELECT team, avg(salary) AS mean FROM staff GROUP BY team) SELECT * FROM m", True),
    ],
)
def test_whether_a_row_stands_behind_one_row_only(sql, keeps):
    assert lineage.keeps_rows(root(sql)) is keeps


@pytest.mark.parametrize(
    ("sql", "public"),
    [
        ("FROM staff", True),
        ("SELECT name, salary * 2 FROM staff ORDER BY salary LIMIT 3 OFFSET 1", True),
        ("SELECT avg(salary), count(*) FROM staff", True),
        ("SELECT * FROM staff WHERE salary > 1", False),
        ("SELECT team, count(*) FROM staff GROUP BY team", False),
        ("SELECT team, count(*) FROM staff GROUP BY ALL", False),
        ("SELECT DISTINCT team FROM staff", False),
        ("SELECT unnest(range(salary)) FROM staff", False),
        ("SELECT * FROM staff, range(salary)", False),
        ("SELECT * FROM staff LIMIT (SELECT max(salary) FROM staff)", False),
        ("SELECT * FROM (SELECT * FROM staff WHERE salary > 1)", False),
        ("WITH t AS (SELECT DISTINCT team FROM staff) FROM t", False),
        ("SELECT name, sum(salary) OVER () FROM staff", True),
        ("SELECT name FROM staff QUALIFY row_number() OVER (PARTITION BY team) = 1", False),
        ("SELECT max(salary) FROM staff HAVING max(salary) > 1", False),
        ("SELECT * FROM staff USING SAMPLE 10%", False),
        ("SELECT * FROM staff TABLESAMPLE 10%", False),
        ("SELECT * FROM staff SEMI JOIN teams USING (team)", False),
        ("FROM staff UNION FROM staff", False),
    ],
)
def test_a_number_of_rows_that_depends_on_values_is_not_public(sql, public):
    assert lineage.row_count_is_public(root(sql)) is public


@pytest.mark.parametrize(
    ("sql", "may"),
    [
        ("SELECT note.* FROM staff", True),
        ("SELECT unnest(note) FROM staff", True),
        ("SELECT * FROM (SELECT unnest(note, recursive := true) FROM staff)", True),
        ("SELECT * FROM staff, (SELECT note.*) x", True),
        ("SELECT staff.*, teams.* FROM staff, teams", False),
        ("SELECT t.* FROM (SELECT 1 AS a) t", False),
        ("SELECT r.* FROM range(3) AS r", False),
        ("SELECT note.field FROM staff", False),
    ],
)
def test_structs_that_become_columns_may_name_them_by_values(sql, may):
    assert lineage.may_name_columns_by_values(root(sql)) is may
