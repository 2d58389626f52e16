"""The questions: enough of each sort, and each one's expected result is what its reference gives on the real data."""

from __future__ import annotations

import re
import tomllib
import warnings
from dataclasses import fields
from functools import cache
from pathlib import Path

import duckdb
import pytest
from catalogue import CatalogueError, Question, data_sets, questions
from expectations import Expectation, InKernel, One, Rows, Several
from scoring import holds

ALL = questions()
SETS = data_sets()
ROOT = Path(__file__).parents[2]


@cache
def tables(data: tuple[str, ...]) -> dict[str, object]:
    """What the cells of data sets make."""
    names: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        for name in data:
            exec(SETS[name].code, names)
    return {name: value for name, value in names.items() if hasattr(value, "shape")}


def result(question: Question) -> list[list[object]]:
    """What the reference query gives, in a DuckDB of its own."""
    with duckdb.connect() as connection:
        for name, table in tables(question.data).items():
            connection.register(name, table)
        return [list(row) for row in connection.execute(question.sql).fetchall()]


def test_there_are_enough_questions_of_each_sort():
    assert len(ALL) >= 60
    assert len({name for question in ALL for name in question.data}) >= 6
    assert sum(question.chinese for question in ALL) >= 12
    assert {question.level for question in ALL} == {"schema", "aggregates", "rows"}
    kinds = " ".join(question.kind for question in ALL)
    for kind in (
        *("count", "mean", "group by", "top n", "filter", "join", "dates", "nulls", "ratio", "median", "quantile"),
        *("window", "string matching", "distinct", "correlation", "duplicate names", "units", "ambiguous", "code"),
        *("no such table", "no such column", "no table needed", "chart", "refused", "weighted"),
    ):
        assert kind in kinds
    tools = {tool for question in ALL for tool in question.tools}
    assert tools >= {"query_table", "list_tables", "plot_table", "run_code", "ask_user_question"}


@pytest.mark.parametrize("question", [question for question in ALL if question.sql], ids=lambda question: question.id)
def test_the_reference_query_gives_the_expected_result(question):
    rows = result(question)
    assert isinstance(question.expected, One | Several | Rows)
    assert holds({"rows": rows}, question.expected, question), rows
    if isinstance(question.expected, One):
        assert len(rows) == 1
        assert len(rows[0]) == 1


@pytest.mark.parametrize("question", [question for question in ALL if question.code], ids=lambda question: question.id)
def test_the_reference_code_does_what_is_expected_unless_it_is_refused(question):
    assert isinstance(question.expected, InKernel)
    names = {name: value.copy() for name, value in tables(question.data).items()}
    if "run_code" not in question.refuses:
        exec(question.code, names)
    assert eval(question.expected.expression, names) == question.expected.value


def test_every_question_that_needs_a_tool_has_a_reference():
    for question in ALL:
        for name, arguments in question.steps:
            assert name == "list_tables" or all(arguments.values()), question.id
        assert len(question.steps) == len(question.tools)


def test_a_wrong_expectation_would_be_seen():
    question = next(question for question in ALL if question.id == "penguins-mean-mass")
    assert not holds({"rows": [[4201.75]]}, One(4177.2), question)
    assert not holds({"rows": [["Adelie", 151]]}, Rows((("Adelie", 152),)), question)
    assert not holds({"rows": [["b"], ["a"]]}, Several(("a", "b")), question)


def test_the_data_come_with_packages_of_the_extra_for_tests():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]["test"]
    assert {data.package for data in SETS.values()} <= set(extra)
    assert {name for question in ALL for name in question.data} == set(SETS)


def test_every_field_is_documented_and_the_example_can_be_used(tmp_path):
    text = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")
    described = {
        name for line in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", line)
    }
    assert {item.name for item in fields(Question)} <= described
    (tmp_path / "example.toml").write_text(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0])
    (question,) = questions(tmp_path)
    assert question.id not in {question.id for question in ALL}
    assert holds({"rows": result(question)}, question.expected, question)


# --- files that are wrong -----------------------------------------------------------------------

GOOD = """
[[question]]
id = "a"
ask = "How many?"
data = ["penguins"]
kind = "count"
level = "schema"
tools = ["list_tables"]
expected = 1
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + GOOD, "its id is taken already"),
        (GOOD + 'answer = "1"', "unknown answer"),
        (GOOD.replace('kind = "count"', ""), "kind missing"),
        (GOOD.replace("penguins", "pinguins"), "data: ['pinguins'] is not among penguins"),
        (GOOD.replace('data = ["penguins"]', ""), "data: () is not among"),
        (GOOD.replace("schema", "names"), "level: ['names'] is not among"),
        (GOOD.replace("list_tables", "list_tabels"), "tools: ['list_tabels'] is not among"),
        (GOOD.replace("list_tables", "ask_user_question"), "say in 'reply'"),
        (GOOD.replace("expected = 1", "expected = {}"), "expected: {} is none of the known forms"),
        (GOOD.replace("expected = 1", "expected = []"), "expected: [] is none of the known forms"),
        (GOOD + "plot = {}", "Plot.__init__"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_place(text, said, tmp_path):
    (tmp_path / "few.toml").write_text(text)
    with pytest.raises(CatalogueError) as error:
        questions(tmp_path)
    assert str(error.value).startswith("few.toml, question a: ")
    assert said in str(error.value)


def test_what_a_file_says_of_all_its_questions_holds_for_each(tmp_path):
    text = GOOD.replace('data = ["penguins"]', "")
    (tmp_path / "few.toml").write_text('data = ["cars", "wine"]\n[synonyms]\nUSA = ["US"]\n' + text)
    (question,) = questions(tmp_path)
    assert question.data == ("cars", "wine")
    assert question.synonyms == {"USA": ["US"]}


def test_expectations_are_of_closed_forms():
    assert {type(question.expected) for question in ALL} == set(Expectation.__args__)
