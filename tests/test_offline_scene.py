"""What is said where words mean nothing: which words, and a sentence made of the table that would be understood."""

from __future__ import annotations

from typing import get_args

import pytest

from table_copilot_jupyter.engine.offline.asks import Ask
from table_copilot_jupyter.engine.offline.meaning import plan
from table_copilot_jupyter.engine.offline.names import Column, TableInfo
from table_copilot_jupyter.engine.offline.scene import Scene
from table_copilot_jupyter.engine.offline.tables_rules import read
from table_copilot_jupyter.language import Language

TABLES = [
    TableInfo("penguins", (Column("species", "str"), Column("year", "int64"), Column("body_mass_g", "float64"))),
    TableInfo("iris", (Column("target", "int64"), Column("petal length (cm)", "float64"), Column("kind of", "str"))),
    TableInfo("orders", (Column("order_id", "int64"), Column("ordered", "date"), Column("客户", "str"))),
    TableInfo("measured", (Column("x", "float64"), Column("y", "float64"))),
    TableInfo("dates", (Column("start", "date"), Column("end", "date"))),
    TableInfo("hidden", (Column("a"), Column("b"))),
    TableInfo("empty"),
]


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_example_is_understood_by_the_model_itself(table: TableInfo, language: Language) -> None:
    text = Scene(table, language=language).example()
    ask = read(text, (table,), anything=True)
    assert isinstance(ask, Ask)
    found = plan(ask, (table,), text, language, {})
    assert found.shape in ("aggregate", "count")
    assert found.guesses == 0


def test_the_words_are_named_each_once() -> None:
    said = Scene(TABLES[0]).not_understood(["foo", "bar", "foo"])
    assert said.startswith("I don't understand “foo”, “bar” here. I know fixed forms only, such as `average")


def test_words_that_were_looked_for_are_told_to_be_nowhere() -> None:
    scene = Scene(TABLES[0], language="zh")
    assert scene.not_understood(["火星"], looked_for=True).startswith("我不懂“火星”：`penguins` 里没有这样的列，也没有")


@pytest.mark.parametrize("phrase", ["what", "more than one", "how many", "哪个岛", "是多少"])
def test_question_words_are_no_missing_column(phrase: str) -> None:
    said = Scene(TABLES[0]).no_column(phrase)
    assert f"I don't understand “{phrase}”" in said


def test_a_name_that_no_column_has_is_told_with_those_that_there_are() -> None:
    assert Scene(TABLES[0]).no_column("airspeed") == (
        "`penguins` has no column like “airspeed”. It has `species`, `year`, `body_mass_g`."
    )
