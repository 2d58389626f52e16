"""Numbers are read as people write them, in English and Chinese."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.evidence.numbers import Number, numbers_in


def only(text: str) -> Number:
    (number,) = numbers_in(text)
    return number


WRITTEN = {
    "4716": 4716,
    "4,716": 4716,
    "1,234,567.89": 1_234_567.89,
    "4\u2009716": 4716,
    "4\u202f716.5": 4716.5,
    "1\u00a0234\u00a0567": 1_234_567,
    "4’716": 4716,
    "0.05": 0.05,
    ".5": 0.5,
    "-3.2": -3.2,
    "−3.2": -3.2,
    "–3.2": -3.2,
    "+3.2": 3.2,
    "-$5": -5,
    "1.2e6": 1_200_000,
    "1.2E-3": 0.0012,
    "5e−2": 0.05,
    "6.02×10^23": 6.02e23,
    "6 × 10⁻³": 0.006,
    "2*10**4": 20_000,
    "2·10^{4}": 20_000,
    "3.4 million": 3_400_000,
    "3.4-million": 3_400_000,
    "2 Billion": 2_000_000_000,
    "1.2 trillion": 1.2e12,
    "12 thousand": 12_000,
    "10k": 10_000,
    "10 k": 10_000,
    "10K": 10_000,
    "3.4M": 3_400_000,
    "1.5bn": 1.5e9,
    "1.5B": 1.5e9,
    "7 mn": 7_000_000,
    "3.4万": 34_000,
    "3.4 万": 34_000,
    "3.4萬": 34_000,
    "12亿": 1_200_000_000,
    "1.2万亿": 1.2e12,
    "3百万": 3_000_000,
    "2千万": 20_000_000,
    "5千": 5_000,
}


@pytest.mark.parametrize(("text", "value"), WRITTEN.items(), ids=WRITTEN.keys())
def test_a_number_is_read_as_it_is_written(text: str, value: float):
    for around in (text, f" {text} ", f"({text})", f"**{text}**", f"是{text}，", f"|{text}|", f"{text}.", f"{text}, x"):
        number = only(around)
        assert number.value == pytest.approx(value, rel=1e-12)
        assert around[number.start : number.end] == text


def test_a_price_is_a_number_without_its_currency():
    assert [only(text).value for text in ("$4,716", "€12", "¥1.2万", "about £3.50")] == [4716, 12, 12_000, 3.5]


@pytest.mark.parametrize(
    ("text", "marked", "factor"),
    [
        ("12%", "12%", 0.01),
        ("12.5 %", "12.5 %", 0.01),
        ("12 percent", "12 percent", 0.01),
        ("3 percentage points", "3 percentage points", 0.01),
        ("7 pp", "7 pp", 0.01),
        ("7‰", "7‰", 0.001),
        ("3个百分点", "3个百分点", 0.01),
        ("3百分点", "3百分点", 0.01),
        ("百分之12", "12", 0.01),
    ],
)
def test_a_percentage_may_be_a_share_of_one(text: str, marked: str, factor: float):
    number = only(text)
    assert text[number.start : number.end] == marked
    assert number.percent
    assert number.also == factor
    assert number.key == (number.value, True)


def test_metres_may_be_millions():
    assert (only("3.4m").value, only("3.4m").also) == (3.4, 1e6)
    assert only("3.4 m").also is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("5kg", 5), ("4716g", 4716), ("12ms", 12), ("5MB", 5), ("344rows", 344), ("3千克", 3), ("3千米", 3), ("2x", 2)],
)
def test_a_unit_may_follow_at_once(text: str, value: float):
    assert only(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "col_2", "_q1", "q1", "x2", "H2O", "body_2_mass", "9f3a", "3D", "2nd_col", "COVID-19", "top-10", "GPT–4", "#5",
        "x^2", "v3.1", "user@5", "\\1", "e29b", "550e8400", "9" * 50, "1e999", "é2", "一q2",
    ],
)  # fmt: skip
def test_digits_within_a_name_are_no_number(text: str):
    assert list(numbers_in(text)) == []


def test_numbers_side_by_side_are_told_apart():
    beside = {"3-5": [3, 5], "2007–2009": [2007, 2009], "12/344": [12, 344], "1,2345": [1, 2345]}
    for text, values in beside.items():
        assert [number.value for number in numbers_in(text)] == values
    assert [number.value for number in numbers_in("3, -5 and (−2), =-1")] == [3, -5, -2, -1]
    assert [number.value for number in numbers_in("a) -4 b] -5 50% -3")] == [-4, -5, 50, -3]
    assert [number.value for number in numbers_in("有3,5和7个")] == [3, 5, 7]


def test_a_sign_may_be_a_word():
    for text in ("minus 3.2", "negative 3.2", "负3.2", "零下3.2", "minus $3.2"):
        assert only(text).value == -3.2
        assert only(text).signed
    assert not only("3.2").signed
    assert only("+3.2").signed


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("4,716", 1),
        ("4,700", 1),
        ("4.70", 0.01),
        ("0", 1),
        ("3.4 million", 100_000),
        ("3 million", 1_000_000),
        ("1.25e6", 10_000),
        ("3.45万", 100),
        ("about 4,700", 100),
        ("about 4,716", 1),
        ("about 4,700.0", 0.1),
        ("about 5,000", 1000),
        ("about 5 million", 1_000_000),
        ("about 0", 1),
    ],
)
def test_the_last_digit_tells_how_exactly_a_number_is_meant(text: str, step: float):
    assert only(text).step == pytest.approx(step, rel=1e-12)


TRENDS = {
    "about": ["about 4,700", "Around 4,700", "approximately 4,700", "roughly $4,700", "~4,700", "≈ 4,700",
              "(about 4,700", "约4,700", "大约 4,700", "4,700左右", "4,700 左右"],
    "over": ["over 4,700", "more than 4,700", "More than 4,700", "at least 4,700", "超过4,700", "4,700多", "约4,700余"],
    "under": ["under 4,700", "less than 4,700", "nearly 4,700", "almost 4,700", "just short of 4,700", "up to 4,700",
              "不到4,700", "近4,700", "接近 4,700"],
    "": ["4,700", "the 4,700", "than 4,700", "about the 4,700", "about:4,700", "to 4,700", "有4,700", "wherever 4,700"],
}  # fmt: skip


@pytest.mark.parametrize(("trend", "text"), [(trend, text) for trend, texts in TRENDS.items() for text in texts])
def test_a_word_beside_a_number_tells_that_it_is_rounded(trend: str, text: str):
    assert only(text).trend == trend


def test_plain_digits_are_counted():
    assert [only(text).plain_digits for text in ("2008", "4,716", "3.5", "-3", "5%", "5kg", "5k", "$12")] == [
        *[4, 0, 0, 0, 0, 0, 0, 2]
    ]


@given(st.integers(-(10**12), 10**12), st.sampled_from([",", "\u2009", "\u202f", "\u00a0", "’"]))
def test_every_grouped_number_is_read(value: int, separator: str):
    assert only(f"x {value:,} y".replace(",", separator)).value == value


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_every_decimal_number_is_read(value: float):
    assert only(f"is {value:.3f}.").value == pytest.approx(float(f"{value:.3f}"), rel=1e-12)


@given(st.text(alphabet="0123456789.,-−–+eE×10^⁶%kMmx ~约万亿千a_\n", max_size=60))
def test_whatever_is_written_numbers_stand_in_order_and_are_finite(text: str):
    end = 0
    for number in numbers_in(text):
        assert end <= number.start < number.end <= len(text)
        assert abs(number.value) < float("inf")
        assert number.step >= 0
        end = number.end


@pytest.mark.parametrize("text", ["1,", "9", "1e", "-", "1 ", "1.", ".1", "1-", "1×10^", "+-−"])
def test_the_time_is_in_proportion_to_the_length(text: str):
    began = time.thread_time()
    list(numbers_in(text * (40_000 // len(text))))
    assert time.thread_time() - began < 2
