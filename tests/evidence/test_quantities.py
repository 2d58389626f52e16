"""An answer's quantities are told from dates, versions, labels and the numbers of lists."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.evidence.prose import prose
from table_copilot_jupyter.evidence.quantities import find, in_words_of


def stated(text: str) -> list[str]:
    return [text[number.start : number.end] for number in find(prose(text))]


@pytest.mark.parametrize(
    "text",
    [
        # dates and times
        "2008-11-03", "2008-11-03T10:30:00Z", "2008-11-03 10:30:15.25+01:00", "2008-11", "2008/11/3", "11/3/2008",
        "3.11.2008", "10:30", "10:30:15", "10:30 pm", "9 am", "9am", "5 p.m.", "5 May 2008", "5th of May", "May 5",
        "May 5, 2008", "May 5th, 2008", "(May 2008)", "Sept. 2008", "2008年", "2008年11月", "2008年11月3日", "11月3日",
        "11月", "3日", "8点半", "9点30分", "2008Q3", "2008-Q3", "Q3 2008", "Q3/2008", "FY2008", "FY 2008", "1990s",
        # years in their places
        "in 2008", "In 2008, ", "since 2007", "from 2007 to 2009", "between 2007 and 2009", "2007–2009", "2007-09",
        "in 2007, 2008 and 2009", "years 2007/2008", "the year 2008", "mid-2008", "在2008", "从2007到2009年",
        # versions, ordinals, labels
        "1.2.3", "3.11.0rc1", "127.0.0.1", "Python 3.11", "version 3.1", "pandas 3", "版本 2.1", "1st", "22nd", "3rd",
        "step 3", "Step 3:", "(Figure 2)", "table 1", "section 4", "No. 5", "row 12", "第3列", "第 3 步", "图2",
        "步骤 3", "№ 7", "rank 1", "3 steps", "2 possible reasons", "3个步骤", "2种方法", "1个原因",
        # lists and headings
        "1. a", "2) a", "  3. a", "> 4. a", "- 5. a", "**6. a**", "(1) a", "（2）a", "3、a", "## 2. a", "### 2.1 a",
        # statistics by convention
        "p < 0.05", "P<0.001", "95% CI", "95% confidence", "95%置信",
        # citations and names
        "[q1]", "[q1, q12]", "[1]", "`344`", "col_2", "COVID-19",
        "| # | a |\n|---|---|\n| 1 | x |", "| Rank | a |\n|:-:|---|\n| 12 | x |", "| 排名 |a|\n|-|-|\n| 1 | x |",
    ],
)  # fmt: skip
def test_what_states_no_quantity_is_left_out(text: str):
    assert stated(text) == []


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("Biscoe, at 4,716 g on average [q1].", ["4,716"]),
        ("There are 2008 rows, 2007 of them since 2008", ["2008", "2007"]),
        ("in 2008 rows of 344", ["2008", "344"]),
        ("在2008行中", ["2008"]),
        ("In May 344 penguins", ["344"]),
        ("In 2007 it was 4,716; in 2009, 4,800.", ["4,716", "4,800"]),
        ("3–5 and 12/344", ["3", "5", "12", "344"]),
        ("共有344行、8列，占12%。", ["344", "8", "12%"]),
        ("5个月，10年，3个小时", ["5", "10", "3"]),
        ("第一组有168只，平均4,201.8克", ["168", "4,201.8"]),
        ("1. Biscoe has 168\n2. Dream has 124", ["168", "124"]),
        ("- 168 on Biscoe\n- 124 on Dream", ["168", "124"]),
        ("344\n\n(168 rows) and 124.", ["344", "168", "124"]),
        ("**344** rows, *12*%", ["344", "12"]),
        ("| island | n |\n|---|---:|\n| Biscoe | 168 |", ["168"]),
        ("168 | 124", ["168", "124"]),
        ("the ratio is 1.5x, i.e. 3:1", ["1.5", "3", "1"]),
        ("150s and 90s", ["150", "90"]),
        ("the number of islands is 3", ["3"]),
        ("p = 0.032 and r = 0.85", ["0.032", "0.85"]),
        ("1,999.5 in 2,008", ["1,999.5", "2,008"]),
        ("## 344 penguins", ["344"]),
    ],
)
def test_a_quantity_is_found(text: str, quantities: list[str]):
    assert stated(text) == quantities


def test_a_range_is_meant_as_its_end_is():
    texts = ("10–12%", "10 to 12 percent", "10到12%", "3–4 million", "10, 12%", "10 and 344", "5k-6%")
    first = [find(text)[0].also for text in texts]

    assert first == [0.01, 0.01, 0.01, 1e6, None, None, None]


def test_a_column_of_shares_may_hold_percentages():
    text = "| n | share (%) | a |\n|---|---|---|\n| 168 | 48.8 | 5 |\n| 124 | 36.0 | 6 |\n\n7 | 8 | 9"

    assert [(number.value, number.also) for number in find(text)] == [
        *[(168, None), (48.8, 0.01), (5, None), (124, None), (36.0, 0.01), (6, None), (7, None), (8, None), (9, None)]
    ]
    assert [number.also for number in find("| 占比 |\n|--|\n| 3 |")] == [0.01]


def test_places_are_code_points():
    text = "😀 表：4,716 克，占１２％"

    assert stated(text) == ["4,716", "１２％"]


def test_the_numbers_in_a_question_are_known_by_value():
    assert in_words_of("Top 5 islands over 4,000 g in 2008, 前10名, 12%, `7`?") == {
        *[(5, False), (4000, False), (2008, False), (10, False), (12, True), (7, False)]
    }
    assert in_words_of("前５名") == {(5, False)}
    assert in_words_of("") == set()


@given(st.text(alphabet="0123456789.,:/-–年月日第点QMay 5amp%|\n#*()个kp<CIstnd", max_size=80))
def test_whatever_is_written_quantities_stand_in_order(text: str):
    found = find(prose(text))

    assert [number.start for number in found] == sorted({number.start for number in found})


@pytest.mark.parametrize(
    "text", ["1-", "1.1.1.", "in 2008 and ", "1 to ", "| 1 ", "|1\n|-|\n", "3日", "May 5", "1:", "- 1. "]
)
def test_the_time_is_in_proportion_to_the_length(text: str):
    began = time.thread_time()
    find(text * (40_000 // len(text)))
    assert time.thread_time() - began < 3
