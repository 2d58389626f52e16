"""Which columns and tables some words mean."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.engine.offline.asks import Choice
from table_copilot_jupyter.engine.offline.names import (
    LIKELY,
    Column,
    TableInfo,
    columns_meant,
    means_rows_of,
    singular,
    table_meant,
)
from table_copilot_jupyter.engine.offline.scene import Scene
from table_copilot_jupyter.engine.offline.tagging import tag

NAMES = (
    *("species", "island", "bill_length_mm", "bill_depth_mm", "body_mass_g", "sex", "year"),
    *("lifeExp", "gdpPercap", "pop", "PassengerId", "Unit_Price", "销售额"),
)
COLUMNS = tuple(map(Column, [*NAMES, "Body temp (°C)", "date of birth"]))
SEALS = TableInfo("seals", COLUMNS)
SCENE = Scene(SEALS, (SEALS, TableInfo("sea_lions")))


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        ("body_mass_g", "body_mass_g"),
        ("Body_Mass_G", "body_mass_g"),
        ("body mass", "body_mass_g"),
        ("Body Mass", "body_mass_g"),
        ("body weight", "body_mass_g"),
        ("mass", "body_mass_g"),
        ("bodymass", "body_mass_g"),
        ("bill length", "bill_length_mm"),
        ("beak lengths", "bill_length_mm"),
        ("islands", "island"),
        ("gender", "sex"),
        ("life expectancy", "lifeExp"),
        ("gdp per capita", "gdpPercap"),
        ("population", "pop"),
        ("unit prices", "Unit_Price"),
        ("price", "Unit_Price"),
        ("body temperature", "Body temp (°C)"),
        ("speceis", "species"),
        ("体重", "body_mass_g"),
        ("喙长", "bill_length_mm"),
        ("岛", "island"),
        ("预期寿命", "lifeExp"),
        ("销售额", "销售额"),
    ],
)
def test_words_find_their_column(phrase: str, name: str) -> None:
    assert [column.name for column in columns_meant(phrase, COLUMNS)] == [name]


@pytest.mark.parametrize("phrase", ["airspeed", "planet", "gdp", "", "g", "a", "Gentoo", "fish", "没有"])
def test_other_words_find_none(phrase: str) -> None:
    assert columns_meant(phrase, COLUMNS) == ()


@pytest.mark.parametrize(("phrase", "names"), [("bill", ["bill_length_mm", "bill_depth_mm"])])
def test_words_that_fit_several_find_them_all(phrase: str, names: list[str]) -> None:
    assert [column.name for column in columns_meant(phrase, COLUMNS)] == names


def test_of_several_columns_the_chosen_one_is_meant() -> None:
    several = columns_meant("bill", COLUMNS)
    with pytest.raises(Choice) as choice:
        SCENE.one(several, "bill")
    assert choice.value.options == ("bill_length_mm", "bill_depth_mm")
    assert Scene(SEALS, (), {"bill": "bill_depth_mm"}).one(several, "bill").name == "bill_depth_mm"


@pytest.mark.parametrize("phrase", ["seals", "seal", "Seals"])
def test_a_table_is_found_in_the_singular_too(phrase: str) -> None:
    assert table_meant(phrase, SCENE.tables) is SEALS


def test_a_word_of_the_tables_own_name_means_the_table() -> None:
    weather = TableInfo("seattle_weather", COLUMNS)
    assert [item.kind for item in tag("Seattle Gentoo", Scene(weather))] == ["table", "word"]


def test_the_rows_may_be_called_by_their_key() -> None:
    assert means_rows_of("passengers", COLUMNS)
    assert means_rows_of("乘客", COLUMNS)
    assert not means_rows_of("prices", COLUMNS)


@pytest.mark.parametrize(
    ("word", "one"),
    [("islands", "island"), ("countries", "country"), ("boxes", "box"), ("mass", "mass"), ("sex", "sex")],
)
def test_the_singular_of_a_word(word: str, one: str) -> None:
    assert singular(word) == one


@pytest.mark.parametrize(
    ("phrase", "items"),
    [
        ("Gentoo body mass", ["word Gentoo", "column body_mass_g"]),
        ("the body mass of female seals", ["column body_mass_g", "word female", "table seals"]),
        ("species and island", ["column species", "break and", "column island"]),
        ("species, island", ["column species", "break ,", "column island"]),
        ("`body_mass_g`", ["column body_mass_g"]),
        ("seals.body_mass_g", ["column body_mass_g"]),
        ("@seals", ["table seals"]),
        ("'body_mass_g'", ["column body_mass_g"]),
        ("“New York”", ["word New York"]),
        ("date of birth", ["column date of birth"]),
        ("Gentoo海豹的体重", ["word Gentoo", "word 海豹", "column body_mass_g"]),
        ("岛和性别", ["column island", "break 和", "column sex"]),
        ("all the rows of the table", []),
        ("the names of the islands", ["column island"]),
        ("sea lions", ["word sea", "word lions"]),
    ],
)
def test_a_phrase_is_cut_into_names_and_other_words(phrase: str, items: list[str]) -> None:
    found = tag(phrase, SCENE, least=LIKELY)
    assert [f"{item.kind} {item.columns[0].name if item.columns else item.text}" for item in found] == items
