"""What the offline model does not understand it says, on the real kernel side: no guess of its is told as an answer."""

from __future__ import annotations

import pytest
from test_offline_probe import Kernel

from table_copilot_jupyter.engine.offline.talk import without_footer


def said(text: str, level: str = "rows") -> str:
    return without_footer(Kernel(level).say(text))


def queries(text: str) -> list[str]:
    kernel = Kernel()
    kernel.say(text)
    return [arguments["sql"] for step in kernel.steps for tool, arguments in step if tool == "query_table"]


UNKNOWN = [  # sentence, what is not understood in it, a sentence beside it that is understood, words of its answer
    ("how many purple penguins", "“purple”", "how many Gentoo penguins", "[q1] rows where the row says Gentoo"),
    (
        "average life expectancy of rich countries",
        "“rich”",
        "average life expectancy of Kenya or Asia",
        "says Kenya or Asia, the mean",
    ),
    ("average life expectancy in Wakanda", "“Wakanda”", "average life expectancy in Kenya", "says Kenya, the mean"),
    (
        "how many female penguins live on Madagascar",
        "“Madagascar”",
        "how many female penguins live on Dream",
        "the row says Dream and female",
    ),
    (
        "how many penguins on Madagascar weigh more than 4000 g",
        "“Madagascar”",
        "how many penguins on Dream weigh more than 4000 g",
        "the row says Dream",
    ),
    ("what share of penguins is purple", "“purple”", "what share of penguins is female", "are ones where the row says"),
    ("missing values in sex of Martian penguins", "“Martian”", "missing values in sex of Gentoo penguins", "Gentoo"),
    ("which island has the heaviest big animals", "“big”", "which island has the heaviest females", "Biscoe has the"),
    ("how many islands in Atlantis", "“Atlantis”", "how many islands in 2007", "[q1] different values"),
    ("mean body mass where sex is not mal", "“mal”", "mean body mass where sex is not male", "`sex` is not male"),
    ("plot body mass of dragons by island", "“dragons”", "plot body mass of females by island", "says females."),
    ("有多少只紫色企鹅", "“紫色”", "有多少只雌性企鹅", "含有雌性"),
    ("火星的平均寿命", "“火星”", "亚洲的平均寿命", "含有亚洲的行中"),
    ("紫色企鹅占百分之多少", "“紫色”", "雌性企鹅占百分之多少", "含有雌性的占"),
]


@pytest.mark.parametrize(("unknown", "words", "known", "answer"), UNKNOWN)
def test_a_word_that_is_no_value_is_named_without_a_mark_and_a_value_is_found(
    unknown: str, words: str, known: str, answer: str
) -> None:
    text = said(unknown)
    assert words in text
    assert "I don't understand" in text or "我不懂" in text
    assert "[q" not in text
    assert answer in said(known)


@pytest.mark.parametrize("level", ["schema", "aggregates", "rows"])
def test_so_at_every_level_of_privacy(level: str) -> None:
    assert "I don't understand “purple” here" in said("how many purple penguins", level)
    assert "I don't understand" not in said("how many Gentoo penguins", level)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "how many gentoo penguins live on dream",
            "No row of `penguins` is one where the row says dream and gentoo [q1].",
        ),
        ("Dream 岛上有多少只 Gentoo 企鹅", "`penguins` 中没有满足条件的行"),
    ],
)
def test_that_no_row_has_two_values_which_there_are_is_an_answer(text: str, words: str) -> None:
    assert words in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "how many times as large as that of the Gentoo penguins is the average mass of the other ones?",
        "average body mass of the lazy old birds that sleep all day",
        "Add a column mass_kg to penguins: the body mass in kilograms.",
        "which species lives on all islands",
        "median population excluding China",
        "average flipper length of males vs females",
        "how many countries are not in Asia",
        "is the average body mass higher for males",
        "compare body mass of Adelie and Gentoo",
        "体重比岛屿平均值更大的企鹅有多少个，其中雌性的有多少个",
        "不是 Gentoo 的企鹅有多少只",
    ],
)
def test_what_is_not_read_at_all_is_not_queried(text: str) -> None:
    assert queries(text) == []
    assert "such as `" in (answer := said(text)) or "例如 `" in answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("describe gapminder where year is 2007", "I can describe a whole table only"),
        ("top 5 penguins by body mass and bill length", "`bill_length_mm` is left over"),
        ("how many countries and continents are there", "`continent` is left over"),
        ("total gdp per capita by continent", "`gdpPercap` is a rate, which does not add up"),
        ("how many people live in Asia", "`pop` is told for each time anew"),
        ("which species is the most common on each island", "not for each “island”"),
        ("biggest species", "By which column should I rank `species`?"),
        ("highest mean body mass", "Of which groups?"),
        ("average body mass in kilograms", "`body_mass_g` is in g, and I don't convert it into kilograms"),
        ("penguins with bill length over 5 dollars", "holds numbers, and “5 dollars” is none"),
        ("average bill depth in gapminder", "`gapminder` has no column like “bill depth”"),
        ("平均体重是多少千克", "`body_mass_g` 的单位是 g，我不会换算成千克"),
        ("亚洲有多少人口", "`pop` 每个时间都有一个值"),
        ("每个岛最常见的物种", "不能按“岛”分别求"),
    ],
)
def test_what_would_be_left_out_or_wrong_is_refused_with_the_reason(text: str, words: str) -> None:
    assert words in said(text)
    assert queries(text) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "how many birds are heavier than 5 kg",
            "`penguins` says nothing of “birds”; I take its rows for them. `penguins` has",
        ),
        ("which bird is the heaviest", "`penguins` says nothing of “bird”; I take its rows for them. The greatest"),
        ("体重大于 5000 克的鸟有多少只", "`penguins` 里没有提到“鸟”，这里按行来算。"),
    ],
)
def test_a_word_for_the_rows_is_told_as_such(text: str, words: str) -> None:
    assert words in said(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("how many females are heavier than 4 kg", "where the row says females and `body_mass_g` is over 4 kg"),
        ("which female is the heaviest", "where the row says female is"),
        ("which Gentoo is the heaviest", "where the row says Gentoo is"),
        ("females heavier than 4 kg", "where the row says females and"),
        ("体重大于 4000 克的雌性有多少", "含有雌性且 `body_mass_g` 大于"),
    ],
)
def test_a_value_is_none(text: str, words: str) -> None:
    answer = said(text)
    assert words in answer
    assert "says nothing" not in answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("average life expectancy in Asia, in years", "`gapminder` does not say whether that is in years."),
        ("2007 年亚洲的平均寿命是多少岁", "`gapminder` 没有注明单位是不是岁。"),
    ],
)
def test_a_unit_that_the_table_does_not_tell_is_told_to_be_unsure(text: str, words: str) -> None:
    assert said(text).endswith(words)


def test_a_unit_that_the_column_is_named_with_says_nothing_new() -> None:
    assert "whether" not in said("average body mass of the penguins, in grams")


def test_words_after_a_year_are_no_more_years() -> None:
    text = said("Which continent had the lowest life expectancy in 2007, as the plain mean of its countries?")
    assert "I don't understand “plain mean” here" in text


def test_how_a_question_begins_before_a_comma_counts() -> None:
    assert "`year` is 2007" in said("In 2007, how many countries had a life expectancy over 60?")
    assert "`year` 为 2007" in said("2007 年，亚洲的平均寿命是多少？")


def test_another_tables_name_is_not_passed_over() -> None:
    text = said("average body mass of penguins by continent")
    assert "“continent”" in text
    assert "[q" not in text
