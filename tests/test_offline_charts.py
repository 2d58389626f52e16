"""The charts that the offline model describes."""

from __future__ import annotations

from typing import Any

import pytest

from table_copilot_jupyter.engine.offline.asks import Ask, Unclear
from table_copilot_jupyter.engine.offline.charts import Drawing, drawing, of_result
from table_copilot_jupyter.engine.offline.names import Column, TableInfo
from table_copilot_jupyter.engine.offline.tables_rules import read

COLUMNS = (
    Column("city.name", "str"),
    Column("price", "float64"),
    Column("size", "int64"),
    Column("sold", "date"),
    Column("year", "int64"),
)
HOMES = TableInfo("homes", COLUMNS, rows=300)


def draw(text: str, table: TableInfo = HOMES) -> Drawing:
    ask = read(text, (table,), anything=True)
    assert isinstance(ask, Ask)
    return drawing(ask, (table,), text, "en", {})


def encoding(text: str, bars: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = draw(text).spec(bars)["encoding"]
    return found


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("histogram of price", "bar"),
        ("plot price by city", "bar"),
        ("plot price by size", "point"),
        ("plot price over time", "line"),
        ("plot price by year", "line"),
        ("bar chart of price by year", "bar"),
        ("box plot of price by city", "boxplot"),
        ("pie chart of city", "arc"),
        ("plot city vs price", "boxplot"),
        ("plot price", "bar"),
    ],
)
def test_the_mark_follows_what_is_drawn(text: str, mark: str) -> None:
    assert draw(text).spec()["mark"]["type"] == mark


def test_a_name_with_a_point_is_escaped_and_shown_as_it_is() -> None:
    field = encoding("box plot of price by city")["x"]
    assert (field["field"], field["title"]) == (r"city\.name", "city.name")


@pytest.mark.parametrize(("bars", "axis"), [(3, "x"), (40, "y"), (None, "y")])
def test_many_bars_lie_and_few_stand(bars: int | None, axis: str) -> None:
    assert encoding("plot mean price by city", bars)[axis]["field"] == r"city\.name"


def test_years_are_written_without_groups_of_digits() -> None:
    assert encoding("plot mean price by year")["x"]["axis"] == {"format": "d"}


def test_months_of_a_date_are_times() -> None:
    drawn = draw("line chart of mean price by month")
    assert "date_trunc('month', sold) AS month" in drawn.sql
    assert drawn.spec()["encoding"]["x"]["type"] == "temporal"


def test_a_colour_is_another_column() -> None:
    assert encoding("scatter plot of price vs size coloured by city")["color"]["field"] == r"city\.name"


def test_a_second_group_is_the_colour() -> None:
    assert encoding("plot mean price by year and city")["color"]["field"] == r"city\.name"


def test_only_what_is_drawn_is_chosen_where_there_are_conditions() -> None:
    assert draw("scatter plot of price vs size where year is 2020").sql == (
        "SELECT size, price FROM homes WHERE year = 2020"
    )


@pytest.mark.parametrize("rows", [None, 5001])
def test_of_many_rows_a_sample_is_drawn(rows: int | None) -> None:
    drawn = draw("histogram of price", TableInfo("homes", COLUMNS, rows))
    assert drawn.sampled
    assert drawn.sql == "SELECT price FROM homes USING SAMPLE 5000 ROWS"


def test_a_result_is_drawn_by_its_first_columns() -> None:
    drawn = of_result("_q2", (Column("city", "VARCHAR"), Column("rows", "BIGINT")), "", "en")
    assert (drawn.chart, drawn.x.name, drawn.y and drawn.y.name, drawn.source) == ("bar", "city", "rows", "_q2")


def test_a_result_without_numbers_can_not_be_drawn() -> None:
    with pytest.raises(Unclear, match="no second column of numbers"):
        of_result("_q2", (Column("city", "VARCHAR"),), "", "en")


def test_a_measure_without_groups_needs_some() -> None:
    with pytest.raises(Unclear, match="By what should I draw it"):
        draw("plot the number of homes")
