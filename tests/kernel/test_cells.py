"""Single cells as JSON and as text."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import uuid

import numpy as np
import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.cells import cell_text, families, scalar


class Colour(enum.StrEnum):
    RED = "red"

    def __str__(self):
        raise AssertionError("the user's code ran")


class Foreign:
    def __str__(self):
        raise AssertionError("the user's code ran")

    __repr__ = __str__


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, None),
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (np.datetime64("NaT"), None),
        (np.float64("nan"), None),
        (True, True),
        (np.bool_(True), True),
        (1, 1),
        (np.int8(1), 1),
        (2.5, 2.5),
        (np.float32(2.5), 2.5),
        (np.longdouble(2.5), 2.5),
        (float("inf"), "inf"),
        (decimal.Decimal("1.5"), 1.5),
        ("text", "text"),
        ("half \ud800", "half ?"),
        (np.str_("text"), "text"),
        (Colour.RED, "red"),
        (b"\x01\xff", "0x01ff"),
        (datetime.datetime(2020, 1, 2), "2020-01-02"),
        (datetime.datetime(2020, 1, 2, 3, 4, 5, 600), "2020-01-02 03:04:05.0006"),
        (datetime.datetime(2020, 1, 2, tzinfo=datetime.UTC), "2020-01-02 00:00:00+00:00"),
        (pd.Timestamp("2020-01-02 03:00"), "2020-01-02 03:00:00"),
        (np.datetime64("2020-01-02T03:04:05.600000000"), "2020-01-02 03:04:05.6"),
        (np.datetime64("2020-01-02"), "2020-01-02"),
        (np.timedelta64(90, "s"), "0:01:30"),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (fractions.Fraction(1, 3), "1/3"),
        (1j, "1j"),
        ([1, "a"], "[1, 'a']"),
        (Foreign(), "<Foreign>"),
    ],
)
def test_a_cell_is_a_json_scalar(cell, expected):
    found = scalar(cell)
    assert found == expected
    assert type(found) is type(expected)


def test_a_cell_as_text_never_runs_the_user_s_code():
    assert [cell_text(cell) for cell in (Foreign(), Colour.RED, 1.5, None)] == ["<Foreign>", "red", "1.5", None]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", None, float("nan")], {"text"}),
        ([1, float("nan")], {"number"}),
        ([1, decimal.Decimal(1), np.float32(1)], {"number"}),
        (["a", 1.5], {"text", "number"}),
        (["a", 1], {"text", "number"}),
        ([np.timedelta64(1, "s"), datetime.timedelta(1)], {"duration"}),
        ([[1], (1,), np.array([1])], {"list"}),
        ([Foreign(), Colour.RED], {"foreign"}),
        ([None], set()),
    ],
)
def test_the_kinds_of_objects_in_a_column(cells, expected):
    assert families(cells) == expected
