"""The question tool, and how answers are read."""

from __future__ import annotations

import pytest
from fake_stores import FakeUser, tool_context
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from table_copilot_jupyter.tools.ask_user import AskUserArguments, AskUserTool, answered_text, read_answer
from table_copilot_jupyter.tools.base import ToolError

COLOURS = ["Red", "Green", "Blue"]


async def ask(user: FakeUser, *, default: float = 60.0, **arguments: object) -> str:
    parsed = AskUserArguments.model_validate(arguments)
    return (await AskUserTool(default).run(parsed, tool_context(user=user))).content


async def test_the_answer_reaches_the_model_in_the_words_of_the_option() -> None:
    user = FakeUser("2")
    assert await ask(user, question=" Which colour? ", options=COLOURS) == "The user answered: Green"
    assert user.asked == [("Which colour?", COLOURS, False, 60.0)]


async def test_a_free_answer_stays_as_it_is() -> None:
    assert await ask(FakeUser("  something else "), question="Which?", options=COLOURS) == (
        "The user answered: something else"
    )
    assert await ask(FakeUser("2"), question="How many?") == "The user answered: 2"


async def test_nobody_answering_in_time_lets_the_model_go_on() -> None:
    assert (await ask(FakeUser(None), question="Which?")).startswith("Nobody answered in time.")


@pytest.mark.parametrize(
    ("default", "wanted", "deadline"), [(60.0, None, 60.0), (60.0, 5, 5.0), (60.0, 1e9, 86400.0), (0.0, None, None)]
)
async def test_the_wait_is_bounded(default: float, wanted: float | None, deadline: float | None) -> None:
    user = FakeUser("x")
    await ask(user, default=default, question="Which?", timeout=wanted)
    assert user.asked[0][3] == deadline


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"question": "x" * 2001}, "2001 characters"),
        ({"question": "Which?", "options": ["a" * 201]}, "201 characters"),
        ({"question": "Which?", "options": ["Red", " red "]}, "'red' was given twice"),
        ({"question": "Which?", "options": list("abcdefghij")}, "10 options"),
        ({"question": "Which?", "multiple": True}, "needs options"),
        ({"question": "Which?", "timeout": -1}, "timeout is -1"),
        ({"question": "Which?", "timeout": "nan"}, "timeout is nan"),
    ],
)
async def test_a_question_that_can_not_be_shown_is_refused(arguments: dict[str, object], reason: str) -> None:
    user = FakeUser("x")
    with pytest.raises(ToolError, match=reason):
        await ask(user, **arguments)
    assert user.asked == []


async def test_options_may_be_numbers_and_blank_ones_do_not_count() -> None:
    user = FakeUser("20")
    assert await ask(user, question="How many?", options=[10, 20, " "]) == "The user answered: 20"
    assert user.asked[0][1] == ["10", "20"]


def test_a_question_is_needed() -> None:
    for arguments in ({}, {"question": ""}, {"question": "  "}):
        with pytest.raises(ValidationError):
            AskUserArguments.model_validate(arguments)


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("1", "Red"),
        ("２", "Green"),
        ("3.", "Blue"),
        ("(3)", "Blue"),
        ("#3", "Blue"),
        ("option 1", "Red"),
        ("第2个", "Green"),
        ("选项3", "Blue"),
        ("  gREEN ", "Green"),
        ("0", "0"),
        ("4", "4"),
        ("1, 3", "1, 3"),
        ("red please", "red please"),
        ("", ""),
    ],
)
def test_one_choice_is_read_by_number_or_text(answer: str, read: str) -> None:
    assert read_answer(answer, COLOURS, False) == read


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("1, 3", "Red, Blue"),
        ("1 3", "Red, Blue"),
        ("1,1", "Red"),
        ("red and blue", "Red, Blue"),
        ("1、蓝", "1、蓝"),
        ("Red，3", "Red, Blue"),
        ("1和3", "Red, Blue"),
        ("3, and 1", "Blue, Red"),
        ("2", "Green"),
        ("1, but not too dark", "1, but not too dark"),
        ("1, 9", "1, 9"),
        ("", ""),
    ],
)
def test_several_choices_are_read_or_left_as_typed(answer: str, read: str) -> None:
    assert read_answer(answer, COLOURS, True) == read


def test_the_text_of_an_option_wins_over_its_number() -> None:
    assert read_answer("2", ["2", "1"], False) == "2"
    assert read_answer("yes, all of them", ["Yes, all of them", "No"], True) == "Yes, all of them"


def test_an_empty_answer_is_told_as_such() -> None:
    assert answered_text(" ", COLOURS, False) == "The user sent an empty answer."


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=10), max_size=9), st.booleans())
def test_any_answer_is_read(answer: str, options: list[str], multiple: bool) -> None:
    assert isinstance(read_answer(answer, options, multiple), str)


def test_the_tool_waits_as_long_as_its_question_does() -> None:
    assert AskUserTool.timeout_s is None
    properties = AskUserTool(60.0).parameters()["properties"]
    assert all(argument.get("description") for argument in properties.values())
