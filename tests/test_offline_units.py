"""Units as people say them and as columns are named with them."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.engine.offline.units import conversion, is_unit, unit_of, unit_said


@pytest.mark.parametrize(
    ("phrase", "unit"),
    [
        ("grams", "g"),
        ("kg", "kg"),
        ("the Millimetres", "mm"),
        ("degrees Celsius", "c"),
        ("US dollars", "usd"),
        ("千克", "kg"),
        ("years", "year"),
        ("Asia", ""),
        ("C", ""),
        ("2007", ""),
        ("year", ""),
    ],
)
def test_a_phrase_may_name_a_unit(phrase: str, unit: str) -> None:
    assert unit_said(phrase) == unit


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("body_mass_g", "g"),
        ("Weight_in_lbs", "lb"),
        ("petal length (cm)", "cm"),
        ("amount_eur", "eur"),
        ("price", ""),
        ("temp_min", ""),
        ("g", ""),
        ("lifeExp", ""),
    ],
)
def test_a_columns_name_may_end_with_its_unit(name: str, unit: str) -> None:
    assert unit_of(name) == unit


@pytest.mark.parametrize(
    ("unit", "name", "factor"),
    [
        ("kg", "body_mass_g", 1000),
        ("pounds", "mass_kg", 0.45359237),
        ("厘米", "bill_length_mm", 10),
        ("g", "body_mass_g", 1),
        ("kg", "weight", 1),
        ("km/h", "speed_m", 1),
        ("dollars", "amount_eur", 0),
        ("g", "bill_length_mm", 0),
    ],
)
def test_a_number_is_converted_where_it_can_be(unit: str, name: str, factor: float) -> None:
    assert conversion(unit, name) == pytest.approx(factor)


@pytest.mark.parametrize(("word", "yes"), [("kg", True), ("gram", True), ("mmHg", False), ("survived", False)])
def test_a_word_after_a_number_is_not_always_a_unit(word: str, yes: bool) -> None:
    assert is_unit(word) is yes
