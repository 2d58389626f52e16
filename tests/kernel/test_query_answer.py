"""What the model is told of a result: by the level of all that was read."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.kernel.probe.gate import Policy, Rule
from table_copilot_jupyter.kernel.probe.lineage import Reading
from table_copilot_jupyter.kernel.probe.query_answer import Answer, Groups, levels
from table_copilot_jupyter.kernel.probe.result import ResultColumn

COLUMNS = [ResultColumn("island", "str", False), ResultColumn("mean", "double", True)]
ROWS = [["Biscoe", 3600.25], ["Dream", None]]


def answered(level, limit="rows", *, groups=None, columns=COLUMNS, rows=ROWS, total=None, **options):
    answer = Answer(
        ref="q3",
        level=level,
        limit=limit,
        reading=options.pop("reading", Reading({"penguins": ["island", "mass"]}, frozenset({"island", "mass"}))),
        columns=columns,
        rows=rows,
        total=len(rows) if total is None else total,
        groups=groups,
        public_count=options.pop("public_count", False),
        keeps_names=True,
        **options,
    )
    return answer.answer(user={"text/plain": "all"}, evidence={"ref": "q3"})


def test_the_user_and_the_evidence_are_handed_on():
    value = answered("schema")
    assert value["user"] == {"text/plain": "all"}
    assert value["evidence"] == {"ref": "q3"}


@pytest.mark.parametrize(("level", "shown"), [("names", "(island, mean)"), ("schema", "(island: str, mean: double)")])
def test_below_aggregates_there_is_one_sentence(level, shown):
    assert answered(level)["model"] == (
        f"q3: some rows × 2 columns {shown}; the user sees the table, you don't see its values. "
        "It is the variable _q3. Cite its numbers as [q3]."
    )


def test_values_are_a_table():
    assert "| island | mean |\n|---|---|\n| Biscoe | 3600.25 |\n| Dream | null |\n" in answered("rows")["model"]


def test_a_receipt_counts_what_is_shown():
    assert answered("rows")["tables"] == [{"name": "penguins", "level": "rows", "columns": 2, "rows": 2}]
    assert answered("schema")["tables"] == [{"name": "penguins", "level": "schema", "columns": 2, "rows": 0}]


def test_rows_of_small_groups_are_left_out_and_counted():
    value = answered("aggregates", groups=Groups([True, False], 1))
    assert "Biscoe" in value["model"]
    assert "Dream" not in value["model"]
    assert "… 1 row withheld (fewer than 5 rows)" in value["model"]
    assert "Dream" in value["more"]["text"]
    assert value["more"]["level"] == "rows"


def test_what_is_left_out_is_counted_once():
    value = answered("aggregates", "aggregates", groups=Groups([True, False], 4), total=20)
    assert "… 15 more rows\n… 4 rows withheld" in value["model"]


def test_if_every_group_is_small_nothing_is_gained_by_consent_to_aggregates():
    assert answered("schema", "aggregates", groups=Groups([False, False], 2))["more"] is None
    assert answered("schema", "rows", groups=Groups([False, False], 2))["more"]["level"] == "rows"


def test_names_that_are_values_are_told_with_the_values_only():
    columns = [ResultColumn("Ann", "integer", True)]
    below = answered("schema", columns=columns, rows=[[1]], untold_names={"Ann"})
    assert "Ann" not in below["model"]
    assert "(a name from the data): integer" in below["model"]
    assert "| Ann |" in below["more"]["text"]
    assert "| Ann |" in answered("rows", columns=columns, rows=[[1]], untold_names={"Ann"})["model"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (1 / 3, "0.3333333333"),
        (1e300, "1e+300"),
        (True, "true"),
        (12345678901, "12345678901"),
        ("a\u202eb\nc", "a b c"),
        ("x" * 500, "x" * 199 + "…"),
        ("my key is sk-" + "a1B2" * 10, "my key is [secret]"),
    ],
)
def test_a_cell_is_short_and_on_one_line(cell, told):
    assert f"| {told} |" in answered("rows", columns=COLUMNS[:1], rows=[[cell]])["model"]


def test_a_secret_by_another_name_withholds_every_value():
    reading = Reading({"users": ["name", "password"]}, frozenset({"password"}))
    value = answered("rows", reading=reading)
    assert "the query names a column that looks secret" in value["model"]
    assert "Biscoe" not in value["model"]
    assert value["level"] == "schema"
    assert value["more"] is None
    assert answered("schema", "rows", reading=reading)["more"] is None


def test_the_level_is_the_lowest_of_all_that_is_read():
    reading = Reading({"staff": ["name", "salary"], "teams": []}, frozenset())
    assert levels(Policy("schema", "rows"), reading) == ("schema", "rows")
    assert levels(Policy("rows", "rows", [Rule("staff", "salary", "names")]), reading) == ("names", "names")
    assert levels(Policy("rows", "rows", [Rule("teams", None, "aggregates")]), reading) == ("aggregates", "aggregates")
    assert levels(Policy("rows", "rows", [Rule("teams", "floor", "names")]), reading) == ("rows", "rows")
    assert levels(Policy("names", "names"), Reading({}, frozenset())) == ("rows", "rows")
