"""What rows are made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.store.tables import clean, cleaned


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_clean_text_can_be_stored_and_keeps_its_length(text: str):
    cleaned_text = clean(text)

    assert "\0" not in cleaned_text
    assert len(cleaned_text) == len(text)
    cleaned_text.encode("utf-8")


@pytest.mark.parametrize("value", ["", "plain", "表 😀", "\x01\x7f", None, 1, True, 1.5])
def test_what_can_be_stored_stays_as_it_is(value: object):
    assert clean(value) is value


def test_every_text_of_a_row_is_cleaned():
    assert cleaned({"a": "x\0", "b": 1, "c": None, "d": "\ud800"}) == {"a": "x�", "b": 1, "c": None, "d": "�"}
