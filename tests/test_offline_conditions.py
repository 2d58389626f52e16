"""Conditions of sentences about tables: what is compared with what, and what can't be read."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.engine.offline.asks import Choice, Clause, Unclear
from table_copilot_jupyter.engine.offline.condition_rules import plain_number
from table_copilot_jupyter.engine.offline.conditions import conditions_in
from table_copilot_jupyter.engine.offline.names import Column, TableInfo
from table_copilot_jupyter.engine.offline.scene import Scene
from table_copilot_jupyter.engine.offline.sql import condition_sql

PEOPLE = TableInfo(
    "people",
    (
        Column("name", "str"),
        Column("city", "str"),
        Column("age", "int64"),
        Column("body_mass_kg", "float64"),
        Column("height_cm", "float64"),
        Column("born", "datetime64[ns]"),
        Column("retired", "bool"),
        Column("zip", "str"),
    ),
)
TEXT = "(lower(name), lower(city), lower(zip))"


def where(phrase: str, marker: str = "where", table: TableInfo = PEOPLE) -> str:
    return " AND ".join(map(condition_sql, conditions_in(Clause(marker, phrase), Scene(table)).conditions))


@pytest.mark.parametrize(
    ("phrase", "sql"),
    [
        ("age = 30", "age = 30"),
        ("age is 30", "age = 30"),
        ("age of 30", "age = 30"),
        ("age == 30", "age = 30"),
        ("age is not 30", "age <> 30"),
        ("age != 30", "age <> 30"),
        ("age > 30", "age > 30"),
        ("age over 30", "age > 30"),
        ("age is greater than 30", "age > 30"),
        ("age above 1,000", "age > 1000"),
        ("age under 30", "age < 30"),
        ("age is at least 30", "age >= 30"),
        ("age >= 30", "age >= 30"),
        ("age up to 30", "age <= 30"),
        ("age between 20 and 30", "age BETWEEN 20 AND 30"),
        ("age from 20 to 30", "age BETWEEN 20 AND 30"),
        ("age in (20, 30)", "age IN (20, 30)"),
        ("age is 20, 25 or 30", "age IN (20, 25, 30)"),
        ("age over 1.5k", "age > 1500"),
        ("older than 30", "age > 30"),
        ("younger than 30", "age < 30"),
        ("heavier than 80", "body_mass_kg > 80"),
        ("weigh more than 80 kg", "body_mass_kg > 80"),
        ("heavier than 80000 g", "body_mass_kg > 80"),
        ("taller than 1.8 m", "height_cm > 180"),
        ("height between 1.6 and 1.8 m", "height_cm BETWEEN 160 AND 180"),
        ("city is Paris", "lower(city) = 'paris'"),
        ("city Paris", "lower(city) = 'paris'"),
        ("the city of Paris", "lower(city) = 'paris'"),
        ("city is Paris or London", "lower(city) IN ('paris', 'london')"),
        ("city is Paris, London and Rome", "lower(city) IN ('paris', 'london', 'rome')"),
        ("city in (Paris, London)", "lower(city) IN ('paris', 'london')"),
        ("city is not Paris", "lower(city) <> 'paris'"),
        ("city is New York", "lower(city) = 'new york'"),
        ("name is “O'Neil and Sons”", "lower(name) = 'o''neil and sons'"),
        ("name contains ann", "contains(lower(name), 'ann')"),
        ("name starts with A", "starts_with(lower(name), 'a')"),
        ("name ends with son", "ends_with(lower(name), 'son')"),
        ("city is missing", "city IS NULL"),
        ("missing city", "city IS NULL"),
        ("no city", "city IS NULL"),
        ("city is not missing", "city IS NOT NULL"),
        ("without a city", "city IS NULL"),
        ("retired is true", "retired = true"),
        ("retired is no", "retired = false"),
        ("retired = 1", "retired = true"),
        ("born after 1980", "year(born) > 1980"),
        ("born since 1980", "year(born) >= 1980"),
        ("born before 1980-05-01", "born < '1980-05-01'"),
        ("since 1980", "year(born) >= 1980"),
        ("1980 or later", "year(born) >= 1980"),
        ("between 1980 and 1990", "year(born) BETWEEN 1980 AND 1990"),
        ("before 1980-05-01", "born < '1980-05-01'"),
        ("city is Paris and age over 30", "lower(city) = 'paris' AND age > 30"),
        ("age over 30 in 1980", "age > 30 AND year(born) = 1980"),
        ("zip over 500", "TRY_CAST(zip AS DOUBLE) > 500"),
        ("zip is 75001", "lower(zip) = '75001'"),
        ("no city and since 1980", "city IS NULL AND year(born) >= 1980"),
        ("age not known", "age IS NULL"),
        ("Paris", f"'paris' IN {TEXT}"),
        ("red haired", f"('red haired' IN {TEXT} OR ('red' IN {TEXT} AND 'haired' IN {TEXT}))"),
        ("age is 30 and Paris", f"age = 30 AND 'paris' IN {TEXT}"),
        ("born in 1980 and Paris", f"year(born) = 1980 AND 'paris' IN {TEXT}"),
        ("Paris or London", f"('paris' IN {TEXT} OR 'london' IN {TEXT})"),
        ("New York", f"'new york' IN {TEXT}"),
    ],
)
def test_a_condition_is_sql(phrase: str, sql: str) -> None:
    assert where(phrase) == sql


@pytest.mark.parametrize(("marker", "phrase"), [("in", "1980"), ("in", "the year 1980"), ("during", "1980")])
def test_a_year_alone_is_of_the_only_column_of_times(marker: str, phrase: str) -> None:
    assert where(phrase, marker) == "year(born) = 1980"


def test_a_column_of_years_goes_before_one_of_times() -> None:
    table = TableInfo("t", (Column("born", "date"), Column("year", "int64")))
    assert where("1980", "in", table) == "year = 1980"


def test_of_several_columns_of_times_the_user_chooses() -> None:
    table = TableInfo("t", (Column("born", "date"), Column("died", "date")))
    with pytest.raises(Choice) as choice:
        where("1980", "in", table)
    assert choice.value.options == ("born", "died")


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("retired is Paris", "`retired` is true or false, and “Paris” is neither"),
        ("age is blue", "`age` holds numbers, and “blue” is none"),
        ("who is the oldest", "I can't read the condition “who is the oldest”"),
        ("what", "I can't read the condition “what”"),
        ("not in Paris", "I can't read the condition “not in Paris”"),
        ("Paris vs London", "I can't read the condition “Paris vs London”"),
        ("three", "I can't tell which column of `people` “three” is about"),
        ("body mass over 5 dollars", "`body_mass_kg` holds numbers, and “5 dollars” is none"),
        ("age over 5 survived", "`age` holds numbers, and “5 survived” is none"),
        ("between here and there", "I can't read the condition “between here and there”"),
    ],
)
def test_what_can_not_be_read_is_said(phrase: str, words: str) -> None:
    with pytest.raises(Unclear, match=words):
        where(phrase)


def test_a_year_needs_a_column_of_years() -> None:
    with pytest.raises(Unclear, match="no column of years or dates"):
        where("1980", "in", TableInfo("t", (Column("a", "str"),)))


def test_a_value_alone_needs_a_column_of_text() -> None:
    with pytest.raises(Unclear, match="Say “where COLUMN = Paris”"):
        where("Paris", "in", TableInfo("t", (Column("a", "int64"),)))


@pytest.mark.parametrize(
    ("text", "column", "number"),
    [
        ("5,000", "x", "5000"),
        ("1.5 million", "x", "1500000"),
        ("3万", "x", "30000"),
        ("5k", "x", "5000"),
        ("$100", "price", "100"),
        ("50 %", "share", "50"),
        ("1e9", "x", "1e9"),
        ("-3", "x", "-3"),
        ("5 kg", "body_mass_g", "5000"),
        ("5 kg", "weight", "5"),
        ("50mm", "bill_length_cm", "5"),
        ("180厘米", "height_m", "1.8"),
        ("5 m", "x", "5"),
        ("12-3", "x", None),
        ("blue", "x", None),
    ],
)
def test_numbers_are_read_with_their_units(text: str, column: str, number: str | None) -> None:
    assert plain_number(text, column) == number
