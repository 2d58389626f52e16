"""Titles of sessions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.titles import UNTITLED, title_from


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("Which island has the heaviest penguins?", "Which island has the heaviest penguins?"),
        ("Add a todo: buy milk. Then list them.", "Add a todo: buy milk"),
        ("first line\nsecond line", "first line"),
        ("\n\n  # **Plan** for `penguins` \n\ntext", "Plan for penguins"),
        ("- [ ] a *task* with a [link](https://example.org)", "a task with a link"),
        ("> quoted ~~words~~", "quoted words"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("keep snake_case_names and 2 * 3 * 4", "keep snake_case_names and 2 * 3 * 4"),
        ("version 3.11 is out", "version 3.11 is out"),
        ("<b>bold</b> words", "bold words"),
        ("@planner add a todo", "add a todo"),
        ("/export markdown", "markdown"),
        ("%copilot what is this", "what is this"),
        ("/tmp/data.csv is broken", "/tmp/data.csv is broken"),
        ("我的待办有哪些？还有提醒呢", "我的待办有哪些？"),
        ("@planner添加待办：买牛奶。谢谢", "添加待办：买牛奶"),
        ("\u202eevil\u2066 title", "evil title"),
        ("", UNTITLED),
        ("   \n ", UNTITLED),
        ("/new", UNTITLED),
        ("@planner", UNTITLED),
        ("***", UNTITLED),
        ("?!…", UNTITLED),
    ],
)
def test_a_title_is_the_first_sentence_as_plain_text(content: str, title: str) -> None:
    assert title_from(content) == title


def test_a_long_title_is_cut_at_the_end_of_a_word() -> None:
    title = title_from("Please compare the average body mass of all penguins on every island")
    assert title == "Please compare the average body mass of all…"


def test_a_long_chinese_title_is_cut_to_24_characters() -> None:
    title = title_from("请帮我比较每一个岛屿上所有企鹅的平均体重和鳍的长度并画图")
    assert len(title) == 24
    assert title.endswith("…")


def test_a_word_without_end_is_cut_too() -> None:
    assert title_from("x" * 500) == "x" * 47 + "…"


@given(st.text(max_size=400))
def test_every_title_is_one_short_line_and_never_empty(content: str) -> None:
    title = title_from(content)
    assert 1 <= len(title) <= 48
    assert title == title.strip()
    assert len(title.splitlines()) == 1
