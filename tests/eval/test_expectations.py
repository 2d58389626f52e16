"""Whether an answer says what is expected."""

from __future__ import annotations

import datetime

import pytest
from expectations import Answer, AnyOf, InKernel, Missing, One, Rows, Several, expectation

MASS = 4716.018


def says(text, expected, *, ordered=True, rivals=(), synonyms=None):
    return Answer(text, synonyms or {}).says(expected, ordered=ordered, rivals=rivals)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "4716.018",
            "4,716.02 g [q1]",
            "**4,716** g",
            "4\u2009716 g",
            "about 4,720 g",
            "4.7 thousand grams",
            "`4716.0`",
        ),
        *("The mean is $4716$.", "平均体重为 4716 克", "约 4.716 千", "| mass |\n|---|\n| 4716.02 |", "4.716e3"),
    ],
)
def test_a_number_may_be_rounded_and_written_in_any_way(text):
    assert says(text, One(MASS))


@pytest.mark.parametrize(
    "text", ["4,717", "5 thousand", "about 5,000", "47.16", "q4716", "```\n4716\n```", "-4716", ""]
)
def test_another_number_or_too_coarse_a_one_is_not_it(text):
    assert not says(text, One(MASS))


def test_a_whole_number_has_to_be_met_exactly():
    assert says("There are 344 rows.", One(344))
    assert says("共有 344 行。", One(344))
    for text in ("about 340", "344.5", "345", "more than 343"):
        assert not says(text, One(344))


def test_small_numbers_may_be_written_out():
    assert says("In two countries.", One(2))
    assert says("有两个国家。", One(2))
    assert not says("Someone in Twofold.", One(1))
    assert not says("二十个国家", One(2))


def test_a_percentage_may_be_written_as_one_or_as_a_share():
    assert says("12.8%", One(12.79))
    assert says("12.8%", One(0.1279))
    assert says("占 12.8%", One(12.79))
    assert not says("0.128", One(12.79))


def test_a_sign_counts():
    assert says("r = −0.12", One(-0.1176))
    assert says("相关系数为负0.118", One(-0.1176))
    assert not says("0.12", One(-0.1176))


def test_large_numbers_come_with_words():
    assert says("38.1 亿人", One(3811953827.0))
    assert says("3.81 billion", One(3811953827.0))


@pytest.mark.parametrize("text", ["Biscoe.", "On **Biscoe** [q1]", "`biscoe`", "在Biscoe岛", "比斯科岛"])
def test_a_name_stands_alone_in_any_case_or_language(text):
    assert says(text, One("Biscoe"), synonyms={"Biscoe": ["比斯科"]})


def test_a_name_within_another_word_is_not_it():
    assert not says("Biscoes", One("Biscoe"))
    assert not says("pontiac  grand", One("pontiac grand prix"))
    assert says("pontiac  grand\nprix", One("pontiac grand prix"))


def test_of_several_names_the_first_one_is_the_answer():
    assert says("Biscoe, before Dream.", One("Biscoe"), rivals=["Dream"])
    assert not says("Dream, before Biscoe.", One("Biscoe"), rivals=["Dream"])


@pytest.mark.parametrize(
    "text",
    [
        *("2015-03-15", "15 March 2015", "March 15, 2015", "Mar. 15th, 2015", "the 15th of March, 2015"),
        *("2015年3月15日", "2015 年 3 月 15 日", "2015-03-15T00:00:00", "2015/3/15"),
    ],
)
def test_a_day_may_be_written_in_any_way(text):
    assert says(text, One(datetime.date(2015, 3, 15)))
    assert not says(text, One(datetime.date(2015, 3, 5)))
    assert not says(text, One(datetime.date(2015, 5, 15)))


@pytest.mark.parametrize("text", ["2010-02", "February 2010", "Feb 2010", "2010 年 2 月", "2010-02-01"])
def test_a_month_may_be_written_in_any_way(text):
    assert says(text, One("2010-02"))
    assert not says(text, One("2010-03"))


def test_a_list_has_its_order():
    top = Several(("China", "India", "USA"))
    assert says("1. China\n2. India\n3. USA", top)
    assert not says("India, China, USA", top)
    assert says("India, China, USA", top, ordered=False)
    assert not says("China and India", top, ordered=False)
    assert says("8, 12 and 19 days", Several((8, 12, 19)))
    assert not says("12, 8 and 19 days", Several((8, 12, 19)))


SPECIES = Rows((("Adelie", 152), ("Gentoo", 124), ("Chinstrap", 68)))


@pytest.mark.parametrize(
    "text",
    [
        "Adelie 152, Gentoo 124, Chinstrap 68",
        "152 Adelie, 124 Gentoo and 68 Chinstrap penguins",
        "| species | n |\n|---|---|\n| Gentoo | 124 |\n| Adelie | 152 |\n| Chinstrap | 68 |",
        "Of Adelie, Gentoo and Chinstrap:\n- Chinstrap: 68\n- Adelie: 152\n- Gentoo: 124",
    ],
)
def test_each_rows_values_stand_beside_its_name(text):
    assert says(text, SPECIES)


@pytest.mark.parametrize(
    "text", ["Adelie 124, Gentoo 152, Chinstrap 68", "Adelie 124, Gentoo 68, Chinstrap 152", "Adelie 152, Gentoo 124"]
)
def test_values_beside_other_names_are_wrong(text):
    assert not says(text, SPECIES)


def test_what_an_answer_says_otherwise_contradicts():
    assert Answer("Adelie 124, Gentoo 152, Chinstrap 68", {}).contradicts(SPECIES, ordered=False)
    assert not Answer("Adelie are most frequent.", {}).contradicts(SPECIES, ordered=False)
    assert Answer("India before China", {}).contradicts(Several(("China", "India")), ordered=True)
    assert not Answer("See the table.", {}).contradicts(Several(("China", "India")), ordered=True)


@pytest.mark.parametrize("text", ["There is no table `houses`.", "houses isn't there", "没有名为 houses 的表"])
def test_what_is_missing_is_named_and_said_to_be_so(text):
    assert says(text, Missing("houses"))


@pytest.mark.parametrize("text", ["houses cost 42 on average", "I can't say.", ""])
def test_what_is_missing_can_not_have_a_price(text):
    assert not says(text, Missing("houses"))


def test_one_piece_of_several_will_do():
    assert says("Values are Standardised.", AnyOf(("standardi", "scaled")))
    assert not says("48.5 years", AnyOf(("standardi", "scaled")))


def test_expectations_are_read_from_their_forms():
    assert expectation([["a", 1], ["b", 2]]) == Rows((("a", 1), ("b", 2)))
    assert expectation(["a", "b"]) == Several(("a", "b"))
    assert expectation({"kernel": "len(x)", "value": 3}) == InKernel("len(x)", 3)
    for wrong in (True, [], {}, {"missing": 1}, None):
        with pytest.raises(ValueError, match="none of the known forms"):
            expectation(wrong)
