"""Numbers of an answer are proved by the results that they stand in, and by nothing else."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.evidence.proof import Proof, ResultIndex, prove


def result(ref: str = "q1", *rows: list[Any], columns: list[str] | None = None, total_rows: int | None = None):
    """A result as the user is shown it."""
    names = columns or [f"c{number}" for number in range(len(rows[0]) if rows else 0)]
    shown = {
        "ref": ref,
        "columns": [{"name": name, "type": "float64", "numeric": True} for name in names],
        "rows": list(rows),
        "total_rows": len(rows) if total_rows is None else total_rows,
    }
    return ResultIndex.of(ref, shown)


ISLANDS = result("q1", ["Biscoe", 4716.0179, 168], ["Dream", 3712.9032, 124], ["Torgersen", 3706.3725, 52])
SHARES = result("q2", ["Biscoe", 0.48837], ["Dream", 0.360465], ["Torgersen", 0.151163])


def proved(text: str, *results: ResultIndex, **rest: Any) -> list[tuple[str, str | None]]:
    return [(mark.text, mark.ref) for mark in prove(text, results or (ISLANDS, SHARES), **rest).numbers]


def stands(text: str, *values: float | str) -> bool:
    """Whether the one number of ``text`` stands in a result with these values."""
    ((_, ref),) = proved(text, result("q7", *([value] for value in values), total_rows=-1))
    return ref == "q7"


# --- rounding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4,716", 4716.24),
        ("4716.2", 4716.24),
        ("4,716.24", 4716.24),
        ("4716.240", 4716.24),
        ("4,717", 4716.5),
        ("4,716", 4716.5),
        ("0.30", 0.1 + 0.2),
        ("12%", 0.1234),
        ("12%", 12.34),
        ("12.3 percent", 0.1234),
        ("12％", 0.1234),
        ("百分之12", 0.1234),
        ("100%", 1),
        ("3.2‰", 0.00321),
        ("3.4 million", 3_412_345),
        ("3.4M", 3_412_345),
        ("3.4m", 3_412_345),
        ("3.4m", 3.41),
        ("341万", 3_412_345),
        ("1.4亿", 138_000_000),
        ("12k", 11_800),
        ("1.4 billion", 1_396_000_000),
        ("−3.2", -3.21),
        ("minus 3.2", -3.21),
        ("负3.2", -3.21),
        ("1.2e6", 1_234_000),
        ("about 4,700", 4716.24),
        ("~4,700 g", 4660),
        ("约4,700克", 4716.24),
        ("4,700克左右", 4716.24),
        ("over 4,700", 4716.24),
        ("more than 4.7 million", 4_790_000),
        ("4700多", 4716.24),
        ("nearly 4,800", 4716.24),
        ("不到4,800", 4716.24),
        ("less than −4,700", -4716),
        ("3", 2.9),
        ("0", 0),
        ("0.00", 0.0004),
        ("2008", "2008-11-03"),
        ("2008", "2008-11"),
        ("18", "18-24 years"),
        ("1,234", "1,234 of 2"),
        ("4716.24", "4716.24"),
    ],
)
def test_a_value_that_rounds_to_the_number_proves_it(text: str, value: float | str):
    assert stands(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4,717", 4716.24),
        ("4,716.3", 4716.24),
        ("4,700", 4716.24),
        ("about 4,800", 4716.24),
        ("over 4,700", 4690),
        ("over 4,700", 4810),
        ("nearly 4,700", 4716.24),
        ("13%", 0.1234),
        ("12", 0.1234),
        ("3.5 million", 3_412_345),
        ("3.4 million", 3.41),
        ("3.4万", 340_000),
        ("3.2", -3.21),
        ("−3.2", 3.21),
        ("3", 2.4),
        ("0", 0.3),
        ("0.01", 0.0004),
        ("11", "2008-11-03"),
        ("5", None),
        ("5", float("nan")),
        ("5", float("inf")),
        ("5", "inf"),
        ("5", "v1.5.3x5"),
    ],
)
def test_another_value_does_not(text: str, value: float | str):
    assert not stands(text, value)


def test_the_size_of_a_result_is_a_value_of_it():
    long = result("q1", *([0.5, "x", None] for _ in range(20)), total_rows=344)

    assert proved("344 rows, 3 columns, 20 of them shown, 7 not", long) == [
        *[("344", "q1"), ("3", "q1"), ("20", "q1"), ("7", None)]
    ]


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("人口(万)", "2189.3万"),
        ("gdp_millions", "2,189.3 million"),
        ("GDP (billion USD)", "2,189.3 billion"),
        ("GDP, trillion", "2,189.3 trillion"),
        ("产值（亿元）", "2189.3亿"),
        ("revenue (k)", "2,189.3k"),
        ("sales_in_thousands", "2.2 million"),
        ("产值（万亿）", "2189.3万亿"),
        ("c", "2189.3"),
    ],
)
def test_a_columns_name_may_tell_that_its_values_stand_for_more(column: str, text: str):
    found = result("q1", ["x", 2189.3], columns=["name", column])

    assert proved(text, found) == [(text, "q1")]
    assert proved("2189.3", found) == [("2189.3", "q1")]


def test_truth_is_no_number():
    assert proved("1 or 0", result("q1", [True, False, "x"], [False, True, "x"])) == [("1", None), ("0", None)]


def test_less_is_told_by_words_in_place_of_a_sign():
    change = result("q1", ["Biscoe", -3.2], ["Dream", 5.1])

    for text in ("It fell by 3.2%.", "a decrease of 3.2%", "下降了3.2%", "3.2 percentage points lower"):
        assert [ref for _, ref in proved(text, change)] == ["q1"]
    for text in ("It rose by 3.2%.", "It fell. Then it was 3.2%.", "It fell by +3.2%.", "下降了。后来是3.2%"):
        assert [ref for _, ref in proved(text, change)] == [None]
    assert proved("It fell to 5.1", change) == [("5.1", "q1")]


def test_a_long_column_proves_only_what_no_accident_explains():
    values = [number / 100 + 0.003 for number in random.Random(7).sample(range(10_000), 1000)]
    long = result("q1", *([value] for value in values), [123.45], [1_400_123_456.7])

    assert [ref for _, ref in proved("15, 52, 81", long)] == [None, None, None]
    assert [ref for _, ref in proved("123.45, 1.4 billion, 1,002 rows", long)] == ["q1", "q1", "q1"]
    short = result("q1", *([value] for value in [15.2, 52.31, 81.3, *values[:6]]))
    assert [ref for _, ref in proved("15, 52, 81", short)] == ["q1", "q1", "q1"]


# --- which result -------------------------------------------------------------------------------


def test_every_number_is_marked_where_it_stands():
    text = "**Biscoe** has the heaviest: 4,716 g on average [q1], 48.8% of all [q2]. Next year: 5,000 g."
    proof = prove(text, [ISLANDS, SHARES])

    assert [(text[mark.start : mark.end], mark.ref) for mark in proof.numbers] == [
        *[("4,716", "q1"), ("48.8%", "q2"), ("5,000", None)]
    ]
    assert [mark.text for mark in proof.numbers] == ["4,716", "48.8%", "5,000"]
    assert proof.refs == ("q1", "q2")


def test_a_chinese_answer_is_proved_too():
    text = "比斯科岛的企鹅最重，平均4,716克【q1】，占48.8%；共有168只。明年约6,000克。"

    assert proved(text) == [("4,716", "q1"), ("48.8%", "q2"), ("168", "q1"), ("6,000", None)]


SAME = [result(ref, ["x", 4716.2], ["y", 4]) for ref in ("q1", "q2", "q3")]


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("It is 4,716 g.", "q3"),
        ("It is 4,716 g [q1].", "q1"),
        ("It is 4,716 g. [q1]", "q1"),
        ("[q2] says 4,716 g, not [q1].", "q1"),
        ("It is 4,716 g [q2, q1].", "q2"),
        ("It is 4,716 g [_q2].", "q2"),
        ("It is 4,716 g【Q2】。", "q2"),
        ("It was so [q1]. It is 4,716 g. It was [q2].", "q2"),
        ("| Biscoe | 4,716 |\n| Dream | 5 [q2] |\n\nSee [q1].", "q1"),
        ("| Biscoe [q1] | 4,716 |\n| Dream | 5 [q2] |", "q1"),
        ("So it was [q1].\n\nIt is 4,716 g.", "q1"),
        ("It is 4,716 g `[q1]`.", "q3"),
        ("It is 4,716 g [q9].", "q3"),
    ],
)
def test_what_is_cited_nearest_counts_else_the_newest(text: str, ref: str):
    assert proved(text, *SAME)[0] == ("4,716", ref)


def test_a_citation_proves_nothing_by_itself():
    assert proved("It is 4,716 g [q2] and 5,000 g [q1].") == [("4,716", "q1"), ("5,000", None)]


def test_a_result_may_be_known_to_be_meant():
    assert proved("It is 4,716 g.", *SAME, cited=["q2", "q9"]) == [("4,716", "q2")]
    assert proved("It is 4,716 g [q1].", *SAME, cited=["q2"]) == [("4,716", "q1")]
    assert prove("It is so.", SAME, cited=["q2"]).refs == ()


def test_one_digit_stands_where_it_is_exact_before_where_it_is_rounded():
    exact, rounded = result("q1", ["x", 3]), result("q2", ["x", 2.9])

    assert proved("There are 3.", exact, rounded) == [("3", "q1")]
    assert proved("There are 3 [q2].", exact, rounded) == [("3", "q2")]
    assert proved("There are 3.", rounded) == [("3", "q2")]


def test_results_are_referred_to_in_the_order_of_the_text():
    assert prove("48.8% and 4,716.", [ISLANDS, SHARES]).refs == ("q2", "q1")
    assert prove("See [q2], [q1] and [q2].", [ISLANDS, SHARES]).refs == ("q2", "q1")
    assert prove("48.8% [q1] and 4,716.", [ISLANDS, SHARES]).refs == ("q1", "q2")
    assert prove("See [q3], [x].", [ISLANDS]).refs == ()


def test_what_the_user_said_needs_no_proof():
    assert proved("Of the top 5 over 4,000 g, 3 are on Biscoe.", said="top 5 with mass > 4000?") == [("3", "q2")]
    assert proved("5 rows or 5%", said="5%") == [("5", None)]
    assert proved("共344行", said="３４４行对吗") == []


def test_numbers_that_state_nothing_are_not_marked():
    text = "1. In 2008 (`body_mass_g > 4000`):\n\n```sql\nSELECT 5\n```\n\n2. See step 3 on 2008-11-03, col_2 [q1]."

    assert proved(text) == []


def test_without_results_every_number_is_unproved():
    assert proved("It is 4,716 g [q1].", result("q1")) == [("4,716", None)]
    assert prove("It is 4,716 g [q1].", []) == Proof((), prove("It is 4,716 g [q1].", []).numbers)
    assert prove("", []) == Proof()


def test_the_newest_run_of_a_result_counts():
    again = result("q1", ["Biscoe", 5000.2])

    assert [ref for _, ref in proved("4,716 and 5,000", ISLANDS, again)] == [None, "q1"]


# --- the index ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"rows": None, "columns": None, "total_rows": None},
        {"rows": [[1, 2], [3], []], "columns": [{"name": "a"}], "total_rows": 3},
        {"rows": [[10**400, -(10**400), True, {"a": 1}, [2], "x" * 10_000]], "columns": ["a"]},
        {"rows": [["9" * 300, "1e999", "-", "\ud800"]], "columns": [{}, {"name": None}]},
    ],
)
def test_any_result_can_be_indexed(shown: dict[str, Any]):
    ResultIndex.of("q1", shown)


def test_a_short_row_is_read_too():
    index = ResultIndex.of("q1", {"rows": [[11], [12, 77]], "columns": [{"name": "a"}]})

    assert proved("77 and 11", index) == [("77", "q1"), ("11", "q1")]


numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12)


@given(numbers, st.integers(0, 6))
def test_a_value_is_found_at_every_precision(value: float, digits: int):
    text = f"{value:,.{digits}f}"
    if text.strip("-0,.") == "":
        return  # nothing of the value is left
    assert [ref for _, ref in proved(f"is {text} g", result("q1", [value], total_rows=-1))] == ["q1"]


@given(st.floats(0.001, 1), st.integers(0, 3))
def test_a_share_is_found_as_a_percentage(value: float, digits: int):
    text = f"{value:.{digits}%}"
    if float(text[:-1]) == 0:
        return
    assert [ref for _, ref in proved(f"is {text}", result("q1", [value], total_rows=-1))] == ["q1"]


@given(st.text(alphabet="0123456789., [q1]%-−\n|`a。万", max_size=80), st.lists(numbers, max_size=5))
def test_the_same_answer_is_always_proved_the_same(text: str, values: list[float]):
    index = result("q1", *([value] for value in values))
    proof = prove(text, [index])

    assert proof == prove(text, [index])
    for mark in proof.numbers:
        assert text[mark.start : mark.end] == mark.text
        assert mark.ref in (None, "q1")
    assert set(proof.refs) <= {"q1"}


def test_a_long_answer_is_proved_at_once():
    chance = random.Random(1)
    rows = [[["Biscoe", "2008-11-03", *(round(chance.uniform(0, 1e4), 3) for _ in range(8))] for _ in range(1000)]] * 5
    results = [result(f"q{number}", *table) for number, table in enumerate(rows)]
    line = "On **Biscoe** the mean is {:,.1f} g ({:.1f}%), {} of 344 [q{}].\n"
    text = "".join(
        line.format(chance.uniform(0, 1e4), chance.uniform(0, 99), chance.randrange(999), number % 5)
        for number in range(70)
    )[:4000]
    times = []
    for _ in range(7):
        began = time.thread_time()
        prove(text, results, said="Which island in 2008?")
        times.append(time.thread_time() - began)

    assert len(text) == 4000
    assert min(times) < 0.03  # about 3 ms on an idle core


@pytest.mark.parametrize("text", ["5 [q1]. ", "[q1]", "5, ", "5。", "[q1", "5\n", "fell 5 "])
def test_the_time_is_in_proportion_to_the_length(text: str):
    began = time.thread_time()
    prove(text * (20_000 // len(text)), [ISLANDS])
    assert time.thread_time() - began < 3
