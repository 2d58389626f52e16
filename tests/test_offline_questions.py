"""English questions turned round into the order that the readers know."""

from __future__ import annotations

import pytest

from table_copilot_jupyter.engine.offline.questions import turned


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("in 2007, which country had the most people", "which country had the most people in 2007"),
        ("For each island, how many penguins are there", "how many penguins are there For each island"),
        ("On which island are the penguins heaviest", "which island has the heaviest penguins"),
        ("on which island are the penguins heaviest on average", "which island has the heaviest penguins on average"),
        ("In what year was the life expectancy in Asia lowest", "what year has the lowest life expectancy in Asia"),
        ("for how many penguins is the sex missing", "how many penguins where sex missing"),
        ("In penguins, for how many rows was the sex unknown", "how many rows In penguins where sex unknown"),
        ("how much rain was there in 2014", "total rain in 2014"),
        ("how much precipitation did Seattle have in 2014", "total precipitation of Seattle in 2014"),
        ("which species occurs most often on Biscoe", "which species is the most common on Biscoe"),
    ],
)
def test_a_question_is_turned_round(text: str, usual: str) -> None:
    assert turned(text) == usual


@pytest.mark.parametrize(
    "text",
    [
        "which island has the heaviest penguins",
        "average body mass by island, in grams",
        "in short, it rains",
        "on which island do penguins live",
        "how much do you know",
        "how much do penguins weigh",
        "how much time do you have",
        "which species occurs on Biscoe",
    ],
)
def test_another_sentence_stays_as_it_is(text: str) -> None:
    assert turned(text) == text
