"""Names of columns as SQL sees them."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe.adapters import LABEL_LENGTH, label_text, unique_names


class Rude:
    def __str__(self):
        raise AssertionError("the user's code ran")


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("a b", "a b"),
        (1, "1"),
        (2.5, "2.5"),
        (None, "None"),
        (("mass", "mean"), "mass_mean"),
        (("mass", ""), "mass"),
        ((2020, "q", 1), "2020_q_1"),
        (pd.Timestamp("2020-01-02"), "2020-01-02 00:00:00"),
        (datetime.date(2020, 1, 2), "2020-01-02"),
        (Rude(), "Rude"),
        ("", "unnamed"),
        (("", ""), "unnamed"),
        ("half \ud800", "half ?"),
        ("x" * 1_000, "x" * LABEL_LENGTH),
    ],
)
def test_a_label_is_text(label, text):
    assert label_text(label) == text


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["a", "a", "a"], ["a", "a_2", "a_3"]),
        (["a", "A"], ["a", "A_2"]),
        (["a", "a", "A_2"], ["a", "a_3", "A_2"]),
        ([1, "1"], ["1", "1_2"]),
        (["", ""], ["unnamed", "unnamed_2"]),
    ],
)
def test_names_differ_whatever_their_case(labels, names):
    assert unique_names(labels) == names


def test_names_that_are_taken_are_not_given_again():
    assert unique_names(["Index", "b"], taken=["index", "c"]) == ["Index_2", "b"]


@given(st.lists(st.text("aA_23", max_size=4), max_size=12))
def test_no_two_names_are_the_same_and_the_first_of_a_name_keeps_it(labels):
    names = unique_names(labels)
    assert len({name.lower() for name in names}) == len(labels)
    for place, (label, name) in enumerate(zip(labels, names, strict=True)):
        if label and label.lower() not in {earlier.lower() for earlier in labels[:place]}:
            assert name == label
