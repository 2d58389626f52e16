"""A query from its SQL to the answer: in full for the user, as far as the gate allows for the model."""

from __future__ import annotations

import itertools
import json
import threading
import time
import uuid

import numpy as np
import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe import provenance
from table_copilot_jupyter.kernel.probe.entry import handle
from table_copilot_jupyter.kernel.probe.failure import Failure
from table_copilot_jupyter.kernel.probe.gate import Policy, Rule
from table_copilot_jupyter.kernel.probe.query import cancel, query
from table_copilot_jupyter.kernel.probe.result import TABLE_MIME

ENDLESS = "SELECT count(*) FROM range(10000000000) a(i), range(1000) b(j) WHERE i % 7 = j"


def penguins():
    return pd.DataFrame(
        {
            "species": ["Adelie"] * 6 + ["Gentoo"] * 7 + ["Chinstrap"] * 2,
            "island": ["Biscoe", "Dream", "Torgersen"] * 5,
            "mass": [3000.0 + 100 * i for i in range(15)],
        }
    )


class Kernel:
    """A namespace with tables, at a level; ``ask`` runs a query, with the rules that results inherit."""

    def __init__(self, level="rows", ceiling="rows", rules=(), **tables):
        self.namespace = {"penguins": penguins(), **tables}
        self.policy = Policy(level, ceiling, [Rule(*rule) for rule in rules])

    def ask(self, sql, **arguments):
        policy = provenance.inherited(self.namespace, self.policy)
        value = query(self.namespace, policy, {"sql": sql, **arguments})
        json.dumps(value, allow_nan=False)
        return value

    def model(self, sql, **arguments):
        return self.ask(sql, **arguments)["model"]

    def fail(self, sql, **arguments):
        with pytest.raises(Failure) as failed:
            self.ask(sql, **arguments)
        return failed.value


BY_ISLAND = "SELECT island, avg(mass) AS mean FROM penguins GROUP BY island ORDER BY island"


def test_the_user_gets_the_table_at_every_level():
    for level in ("names", "schema", "aggregates", "rows"):
        value = Kernel(level).ask(BY_ISLAND, number=4)
        table = value["user"][TABLE_MIME]
        assert table["ref"] == "q4"
        assert table["rows"] == [["Biscoe", 3600.0], ["Dream", 3700.0], ["Torgersen", 3800.0]]
        assert [column["name"] for column in table["columns"]] == ["island", "mean"]
        assert [column["numeric"] for column in table["columns"]] == [False, True]
        assert table["sql"] == BY_ISLAND
        assert table["total_rows"] == 3
        assert not table["truncated"]
        assert "duckdb.sql" in table["code"]
        assert "Biscoe" in value["user"]["text/plain"]


def test_the_result_becomes_a_variable():
    kernel = Kernel("schema")
    kernel.ask(BY_ISLAND)
    kernel.ask("SELECT max(mean) AS top FROM _q1")
    assert list(kernel.namespace["_q1"]["island"]) == ["Biscoe", "Dream", "Torgersen"]
    assert kernel.namespace["_q2"]["top"].tolist() == [3800.0]


def test_a_result_can_be_named_by_its_reference():
    kernel = Kernel()
    kernel.ask(BY_ISLAND)
    assert "3800" in kernel.model("SELECT max(mean) FROM q1")
    assert "_connection.register('q1', _q1)" in kernel.ask("SELECT max(mean) FROM q1")["user"][TABLE_MIME]["code"]


def test_the_guard_of_an_aggregating_query_is_in_no_result():
    kernel = Kernel("aggregates")
    value = kernel.ask(BY_ISLAND)
    assert "__copilot" not in json.dumps(value["user"])
    assert list(kernel.namespace["_q1"].columns) == ["island", "mean"]


def test_the_evidence_says_what_was_asked_of_what_and_when():
    evidence = Kernel().ask(BY_ISLAND)["evidence"]
    assert evidence["ref"] == "q1"
    assert evidence["variable"] == "_q1"
    assert evidence["sql"] == BY_ISLAND
    assert evidence["rows"] == 3
    assert evidence["columns"] == ["island", "mean"]
    assert not evidence["truncated"]
    assert evidence["at"].endswith("+00:00")
    (table,) = evidence["tables"]
    assert table["name"] == "penguins"
    assert table["fingerprint"]["rows"] == 15


def test_at_names_the_model_learns_the_columns():
    value = Kernel("names").ask(BY_ISLAND)
    assert value["model"] == (
        "q1: some rows × 2 columns (island, mean); the user sees the table, you don't see its values. "
        "It is the variable _q1. Cite its numbers as [q1]."
    )
    assert value["level"] == "names"


def test_at_schema_the_model_learns_types_too():
    value = Kernel("schema").ask(BY_ISLAND)
    assert "q1: some rows × 2 columns (island: str, mean: double);" in value["model"]
    assert value["level"] == "schema"
    assert value["tables"] == [{"name": "penguins", "level": "schema", "columns": 2, "rows": 0}]


def test_at_aggregates_the_model_reads_large_groups():
    value = Kernel("aggregates", "aggregates").ask("SELECT species, avg(mass) FROM penguins GROUP BY 1 ORDER BY 1")
    assert "| Adelie | 3250 |" in value["model"]
    assert "| Gentoo | 3900 |" in value["model"]
    assert "Chinstrap" not in value["model"]
    assert "… 1 row withheld (fewer than 5 rows)" in value["model"]
    assert value["level"] == "aggregates"
    assert value["more"] is None
    assert value["tables"] == [{"name": "penguins", "level": "aggregates", "columns": 2, "rows": 0}]


def test_at_aggregates_single_rows_stay_unseen():
    value = Kernel("aggregates", "aggregates").ask("SELECT * FROM penguins WHERE mass = 3000")
    assert "you don't see its values" in value["model"]
    assert "Adelie" not in value["model"]
    assert value["level"] == "schema"
    assert value["more"] is None


def test_at_rows_the_model_reads_values():
    value = Kernel("rows").ask("SELECT species, mass FROM penguins ORDER BY mass LIMIT 2")
    assert value["model"] == (
        "q1: 2 rows × 2 columns (species: str, mass: double)\n\n"
        "| species | mass |\n|---|---|\n| Adelie | 3000 |\n| Adelie | 3100 |\n\n"
        "It is the variable _q1. Cite its numbers as [q1]."
    )
    assert value["level"] == "rows"
    assert value["tables"] == [{"name": "penguins", "level": "rows", "columns": 2, "rows": 2}]


def test_the_model_reads_the_first_rows_of_many():
    wide = pd.DataFrame({f"c{place}": range(300) for place in range(40)})
    text = Kernel(wide=wide).model("FROM wide")
    assert text.count("\n| ") == 51
    assert "c29" in text
    assert "c30" not in text
    assert "and 10 more" in text
    assert "… 250 more rows" in text


def test_long_cells_and_marks_of_tables_are_tamed_for_the_model():
    odd = pd.DataFrame({"a": ["x|y\nz\\", "long " * 100]})
    text = Kernel(odd=odd).model("FROM odd")
    assert "| x\\|y z\\\\ |" in text
    assert max(map(len, text.splitlines())) < 250


def test_what_is_wanted_and_not_allowed_is_offered_for_consent():
    more = Kernel("schema").ask(BY_ISLAND)["more"]
    assert more["level"] == "aggregates"
    assert more["what"] == "3 rows of q1: 2 columns, 1 of text"
    assert "| Biscoe | 3600 |" in more["text"]
    assert more["text"].endswith("Cite its numbers as [q1].")
    assert (more["rows"], more["columns"]) == (3, 2)
    assert more["tables"] == [{"name": "penguins", "level": "aggregates", "columns": 2, "rows": 0}]


def test_consent_is_asked_for_rows_where_groups_are_small():
    more = Kernel("schema").ask("SELECT species, count(*) FROM penguins GROUP BY 1")["more"]
    assert more["level"] == "rows"
    assert "Chinstrap" in more["text"]


def test_at_a_ceiling_of_aggregates_small_groups_stay_withheld():
    more = Kernel("schema", "aggregates").ask("SELECT species, count(*) FROM penguins GROUP BY 1")["more"]
    assert more["level"] == "aggregates"
    assert "Chinstrap" not in more["text"]
    assert "… 1 row withheld" in more["text"]


@pytest.mark.parametrize(
    ("level", "ceiling", "sql", "offered"),
    [
        ("schema", "schema", BY_ISLAND, None),
        ("schema", "aggregates", "FROM penguins", None),
        ("schema", "rows", "FROM penguins", "rows"),
        ("names", "rows", BY_ISLAND, "aggregates"),
        ("aggregates", "rows", BY_ISLAND, None),
        ("aggregates", "rows", "SELECT species, count(*) FROM penguins GROUP BY 1", "rows"),
        ("aggregates", "rows", "FROM penguins", "rows"),
        ("rows", "rows", "FROM penguins", None),
        ("schema", "rows", "FROM penguins WHERE false", None),
        ("schema", "aggregates", "SELECT count(*) FROM penguins WHERE mass = 3000", None),
    ],
)
def test_no_more_is_offered_than_would_be_gained(level, ceiling, sql, offered):
    more = Kernel(level, ceiling).ask(sql)["more"]
    assert (more and more["level"]) == offered


def test_the_strictest_rule_of_all_that_is_read_counts():
    rules = [("penguins", "mass", "schema")]
    kernel = Kernel("rows", "rows", rules)
    assert "Biscoe" in kernel.model("SELECT island FROM penguins")
    for sql in (
        BY_ISLAND,
        "FROM penguins",
        "SELECT island FROM penguins WHERE mass = 3000",
        "SELECT penguins FROM penguins",
    ):
        value = kernel.ask(sql)
        assert "Biscoe" not in value["model"]
        assert value["more"] is None


def test_a_rule_follows_a_value_into_the_result():
    kernel = Kernel("rows", "rows", [("penguins", "mass", "schema")])
    kernel.ask("SELECT mass AS harmless FROM penguins")
    assert "3000" not in kernel.model("SELECT * FROM _q1")
    assert "3000" not in kernel.model("SELECT min(harmless) FROM _q2")


def test_hidden_tables_and_columns_are_as_if_not_there():
    kernel = Kernel("rows", "rows", [("secret_plans", None, "hidden"), ("penguins", "mass", "hidden")])
    kernel.namespace["secret_plans"] = penguins()
    failure = kernel.fail("FROM secret_plans")
    assert failure.message == 'There is no table "secret_plans".'
    assert "secret_plans" not in kernel.fail("FROM secret_plan").hint
    failure = kernel.fail("SELECT mass FROM penguins")
    assert failure.message == 'There is no column "mass" in the tables of the statement.'
    assert "mass" not in failure.hint
    value = kernel.ask("FROM penguins")
    assert [column["name"] for column in value["user"][TABLE_MIME]["columns"]] == ["species", "island"]
    assert "mass" not in value["model"] + value["user"][TABLE_MIME]["code"]


def test_a_table_all_of_whose_columns_are_hidden_is_hidden():
    kernel = Kernel("rows", "rows", [("one", "a", "hidden")], one=pd.DataFrame({"a": [1]}))
    assert kernel.fail("FROM one").message == 'There is no table "one".'


@pytest.mark.parametrize(
    ("sql", "hint"),
    [
        ("FROM penguin", 'Did you mean "penguins"?'),
        ("FROM zzz", "List the tables"),
        ("FROM 'penguins.csv'", "load the file in a cell first"),
        ("FROM read.me", "variable's name alone"),
    ],
)
def test_a_table_that_is_not_there_is_told_with_what_to_do(sql, hint):
    failure = Kernel().fail(sql)
    assert hint in failure.message + failure.hint


def test_tables_are_found_without_case_where_that_is_clear():
    kernel = Kernel()
    assert "15" in kernel.model("SELECT count(*) FROM Penguins")
    kernel.namespace["PENGUINS"] = penguins().iloc[:1]
    assert "| 1 |" in kernel.model("SELECT count(*) FROM PENGUINS")
    assert "15" in kernel.model("SELECT count(*) FROM penguins")
    failure = kernel.fail("SELECT count(*) FROM Penguins")
    assert failure.hint == "Write the name as it is: penguins or PENGUINS."
    assert "can't tell apart" in kernel.fail("FROM penguins, PENGUINS").message


def test_every_kind_of_table_can_be_asked():
    kernel = Kernel(
        bears=pl.DataFrame({"a": [1, 2]}),
        lazy=pl.LazyFrame({"a": [1, 2]}),
        indexed=penguins().set_index("species"),
        series=pd.Series([1, 2], name="a"),
        records=np.array([(1,), (2,)], dtype=[("a", "i8")]),
    )
    for name in ("bears", "lazy", "series", "records"):
        assert "| 3 |" in kernel.model(f"SELECT sum(a) FROM {name}")
    assert "Adelie" in kernel.model("SELECT species FROM indexed")


def test_a_statement_without_tables_shows_nothing_of_the_users():
    value = Kernel("names").ask("SELECT 6 * 7 AS answer")
    assert "| 42 |" in value["model"]
    assert value["level"] is None
    assert value["tables"] == []
    assert value["more"] is None


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("FROM penguins", "15 rows"),
        ("FROM penguins LIMIT 3", "3 rows"),
        ("SELECT avg(mass) FROM penguins", "1 row"),
        ("FROM penguins WHERE mass > 3000", "some rows"),
        ("FROM penguins WHERE mass < 0", "no rows"),
        ("SELECT DISTINCT species FROM penguins", "some rows"),
        ("SELECT unnest(range(mass::BIGINT)) FROM penguins WHERE mass = 3000", "some rows"),
    ],
)
def test_below_aggregates_a_number_of_rows_that_says_something_of_values_is_not_told(sql, count):
    assert Kernel("schema").model(sql).startswith(f"q1: {count} × ")


def test_a_number_of_rows_is_not_told_by_a_detour():
    kernel = Kernel("schema")
    kernel.ask("SELECT unnest(range(mass::BIGINT)) AS x FROM penguins WHERE mass = 3000")
    kernel.namespace["mine"] = kernel.namespace["_q1"]
    told = [kernel.model("FROM _q1"), kernel.model("FROM mine")]
    chart = {"mark": "point", "encoding": {"x": {"field": "x"}}}
    for op, arguments in (
        ("tables", {}),
        ("describe", {"name": "_q1"}),
        ("describe", {"name": "mine"}),
        ("plot", {"source": "_q1", "spec": chart}),
    ):
        policy = {"level": "schema", "ceiling": "rows"}
        answered = handle(kernel.namespace, {"op": op, "arguments": arguments, "policy": policy})
        assert answered["ok"]
        told.append(answered["value"]["model"])
    assert not any("3000" in text.replace(",", "") for text in told)
    assert not any("kB" in text for text in told if "_q1" in text and "penguins" not in text)


@pytest.mark.parametrize(
    "choice",
    [
        "SELECT species, CASE WHEN mass = 3100 THEN mass ELSE 0 END AS picked FROM penguins",
        "SELECT mass, coalesce(sum(mass) FILTER (mass = 3100), 0) AS picked FROM penguins GROUP BY mass",
    ],
)
@pytest.mark.parametrize(
    ("op", "arguments"),
    [
        ("query", {"sql": "SELECT sum(picked) FROM _q1"}),
        ("query", {"sql": "SELECT sum(picked) FROM (SELECT picked FROM _q2)"}),
        ("describe", {"name": "_q1"}),
        ("describe", {"name": "_q2"}),
    ],
)
def test_what_a_query_has_picked_out_is_not_summed_by_the_next_one(choice, op, arguments):
    kernel = Kernel("aggregates", "aggregates")
    kernel.ask(choice)
    kernel.ask("SELECT picked * 1 AS picked FROM _q1")
    policy = {"level": "aggregates", "ceiling": "aggregates", "rules": []}
    answered = handle(kernel.namespace, {"op": op, "arguments": arguments, "policy": policy})
    assert "picked" in answered["value"]["model"]
    assert "3100" not in answered["value"]["model"].replace(",", "")


def test_the_gate_holds_for_results_in_every_operation():
    kernel = Kernel("rows")
    kernel.ask("SELECT mass AS harmless FROM penguins")
    rule = {"table": "penguins", "column": "mass", "level": "schema"}
    policy = {"level": "rows", "ceiling": "rows", "rules": [rule]}
    for op, arguments in (("describe", {"name": "_q1"}), ("query", {"sql": "FROM _q1"})):
        answered = handle(kernel.namespace, {"op": op, "arguments": arguments, "policy": policy})
        assert "3000" not in answered["value"]["model"].replace(",", "")


def test_columns_that_look_secret_are_not_shown():
    users = pd.DataFrame({"name": ["ann"] * 9, "password": ["hunter2"] * 9, "note": ["sk-" + "a1B2" * 10] * 9})
    kernel = Kernel(users=users)
    text = kernel.model("FROM users LIMIT 1")
    assert "password: (hidden: looks secret)" in text
    assert "| ann | [secret] | [secret] |" in text
    for sql in (
        "SELECT password AS p FROM users",
        "SELECT max(password) AS p, count(*) FROM users",
        "SELECT b FROM users AS t(a, b, c)",
        "SELECT #2 AS p FROM users",
        "SELECT users AS p FROM users",
        "SELECT COLUMNS('pass.*') AS p FROM users",
        "SELECT v FROM (UNPIVOT users ON COLUMNS(*) INTO NAME n VALUE v)",
        "SELECT 'a' AS a, 'b' AS b, 'c' AS c UNION ALL FROM users",
        "SELECT name FROM users WHERE password LIKE 'h%'",
        "SUMMARIZE users",
    ):
        value = kernel.ask(sql)
        assert "hunter2" not in value["model"], sql
        assert "ann" not in value["model"], sql
        assert value["more"] is None
        assert "hunter2" in json.dumps(value["user"]) or "password" in sql


def test_a_secret_stays_one_in_the_result():
    kernel = Kernel(users=pd.DataFrame({"password": ["hunter2"]}))
    kernel.ask("SELECT password AS p FROM users")
    assert "hunter2" not in kernel.model("FROM _q1")


def test_a_result_that_is_cut_says_so(monkeypatch):
    monkeypatch.setattr("table_copilot_jupyter.kernel.probe.query.KEPT_ROWS", 100)
    monkeypatch.setattr("table_copilot_jupyter.kernel.probe.query_answer.KEPT_ROWS", 100)
    kernel = Kernel()
    value = kernel.ask("FROM range(1000)", limit=10)
    assert len(kernel.namespace["_q1"]) == 100
    assert value["evidence"]["rows"] == 100
    assert value["evidence"]["truncated"]
    assert value["model"].startswith("q1: more than 100 rows × 1 column")
    assert len(value["user"][TABLE_MIME]["rows"]) == 10
    assert value["user"][TABLE_MIME]["truncated"]


def test_the_users_tables_are_as_they_were():
    kernel = Kernel()
    before = kernel.namespace["penguins"].copy()
    kernel.ask("SELECT * FROM penguins ORDER BY mass DESC")
    kernel.namespace["_q1"].loc[0, "mass"] = -1
    pd.testing.assert_frame_equal(kernel.namespace["penguins"], before)


def test_a_query_that_fails_leaves_no_variable():
    kernel = Kernel()
    kernel.fail("SELECT species::INT FROM penguins")
    assert [name for name in kernel.namespace if name.startswith("_")] == []


def test_cancel_ends_a_query_at_once():
    call_id = str(uuid.uuid4())
    kernel = Kernel()
    thread = threading.Timer(0.3, cancel, [{}, kernel.policy, {"call_id": call_id}])
    thread.start()
    began = time.monotonic()
    assert kernel.fail(ENDLESS, call_id=call_id).message == "The query was cancelled."
    assert time.monotonic() - began < 10
    thread.join()


def test_a_query_that_is_cancelled_before_it_starts_does_not_start():
    call_id = str(uuid.uuid4())
    assert cancel({}, Policy("rows", "rows"), {"call_id": call_id})["model"] == "No such query is running."
    assert Kernel().fail("SELECT 1", call_id=call_id).message == "The query was cancelled."


def test_other_queries_go_on_when_one_is_cancelled():
    cancel({}, Policy("rows", "rows"), {"call_id": "another"})
    assert "| 1 |" in Kernel().model("SELECT 1 AS a", call_id=str(uuid.uuid4()))


def test_a_query_has_a_deadline():
    failure = Kernel().fail(ENDLESS, deadline_s=0.2)
    assert failure.message == "The query ran longer than its deadline of 0.2 s and was stopped."


CANARY = "canaryvalue"


def canaries():
    numbered = [f"{CANARY}{i}" for i in range(12)]
    return pd.DataFrame(
        {
            "category": pd.Categorical(numbered),
            "text": numbered,
            "mixed": pd.Series([1, *numbered[1:]], dtype=object),
            "record": [{f"{CANARY}-key": name} for name in numbered],
            "items": [[name] for name in numbered],
            "number": range(12),
        },
        index=pd.Index([f"{CANARY}-index{i}" for i in range(12)], name="key"),
    )


QUERIES = [
    "FROM planted",
    "SELECT * FROM planted WHERE text = (SELECT max(text) FROM planted)",
    "SELECT category, count(*) FROM planted GROUP BY category",
    "SELECT min(text), max(category), min(key) FROM planted",
    "SELECT string_agg(text), list(items), histogram(text) FROM planted",
    "SELECT record.* FROM planted",
    "SELECT unnest(record) FROM planted",
    "SELECT unnest(record, recursive := true) FROM planted",
    "SELECT typeof(category), typeof(record), enum_range(category) FROM planted",
    "SELECT unnest(items), key FROM planted",
    "DESCRIBE planted",
    "SUMMARIZE planted",
    "SELECT json_structure(to_json(planted)) FROM planted",
    "UNPIVOT planted ON text INTO NAME n VALUE v",
    "SELECT * FROM (PIVOT planted ON number IN (1, 2) USING max(text))",
    "SELECT text::INT FROM planted",
    "SELECT mixed::INT FROM planted",
    "SELECT category + 1 FROM planted",
    "SELECT category::ENUM('a') FROM planted",
    "SELECT record > 1 FROM planted",
    "SELECT record.nothing FROM planted",
    "SELECT coalesce(category, 1) FROM planted",
    "SELECT strptime(text, '%Y') FROM planted",
    "SELECT error(text) FROM planted",
    "SELECT json_extract(text, '$') FROM planted",
    "SELECT nothing FROM planted",
    "SELECT COLUMNS('nothing') FROM planted",
    "SELECT max(COLUMNS(*)) FROM planted",
    "SELECT planted FROM planted",
    "SELECT text COLLATE nothing FROM planted",
    "SELECT date_trunc(text, now()) FROM planted",
    "SELECT map_from_entries([(text, number)]) FROM planted",
    "SELECT try_cast(text AS INT) // 0 FROM planted",
    "SELECT list_extract(items, text) FROM planted",
    "SELECT (SELECT text FROM planted)",
    "SELECT regexp_matches('x', text || '(') FROM planted",
]


def told(kernel, sql):
    """All that the model learns of a query at the level of the kernel, in lower case."""
    try:
        value = kernel.ask(sql)
    except Failure as failure:
        return (failure.message + failure.hint).lower()
    assert value["more"] is None
    return json.dumps([value["model"], value["tables"], value["level"]]).lower()


@pytest.mark.parametrize("level", ["names", "schema"])
@pytest.mark.parametrize("sql", QUERIES)
def test_no_value_reaches_the_model_below_aggregates(level, sql):
    kernel = Kernel(level, level, planted=canaries())
    assert CANARY not in told(kernel, sql)
    assert CANARY not in told(kernel, "DESCRIBE _q1")
    assert CANARY not in told(kernel, "SELECT nothing FROM _q1")


def test_a_result_with_columns_called_after_values_cannot_be_named_below_rows():
    kernel = Kernel("schema", "rows", planted=canaries())
    value = kernel.ask("SELECT unnest(record) FROM planted")
    assert "(a name from the data): str" in value["model"]
    assert CANARY in value["more"]["text"]
    assert kernel.fail("FROM _q1").message == 'There is no table "_q1".'


def test_many_queries_leave_numbers_without_gaps():
    kernel = Kernel("schema")
    refs = [kernel.ask("SELECT 1 AS a")["evidence"]["ref"] for _ in range(3)]
    assert refs == ["q1", "q2", "q3"]
    for ref in itertools.islice(refs, 3):
        assert f"_{ref}" in kernel.namespace
