"""What an answer says in words is told from code, formulas, addresses and SQL, place for place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.evidence.prose import BLANK, prose


def left(text: str) -> str:
    """The words that are left, one space between them."""
    return " ".join(prose(text).replace(BLANK, " ").split())


LEFT_OUT = {
    "span": ("a `1` b", "a b"),
    "span with backticks": ("a ``1 ` 2`` b", "a b"),
    "two spans": ("`1` a `2`", "a"),
    "span without end": ("a `1 b", "a `1 b"),
    "span over a line": ("a `1\n2` b", "a b"),
    "span ends with its paragraph": ("a `1\n\n2` b", "a `1 2` b"),
    "escaped backtick": ("a \\`1` b", "a \\`1` b"),
    "fence": ("a\n```sql\n1\n```\nb", "a b"),
    "fence of tildes": ("a\n~~~\n1\n```\n2\n~~~\nb", "a b"),
    "longer fence": ("````\n```\n1\n```\n````\nb", "b"),
    "fence without end": ("a\n```\n1\n2", "a"),
    "fence in a list": ("- a\n  ```\n  1\n  ```\n- b", "- a - b"),
    "fence as an item": ("1. ```\n   1\n   ```\nb", "b"),
    "fence in a quote": ("> ```\n> 1\n> ```\n> b", "> b"),
    "backticks that are no fence": ("```1``` b", "b"),
    "indented": ("a\n\n    1\n\n    2\n\nb", "a b"),
    "indented by a tab": ("a\n\n\t1\nb", "a b"),
    "indented in a paragraph": ("a\n    1", "a 1"),
    "indented in a list": ("- a\n\n    1\n\nb", "- a 1 b"),
    "indented after a list": ("- a\n\nb\n\n    1", "- a b"),
    "formula": ("a $x^2 + 1$ b $$2$$ c \\(3\\) d \\[4\\] e", "a b c d e"),
    "prices": ("$5 and $6, $7-$8", "$5 and $6, $7-$8"),
    "address": ("see https://x.org/1?a=2, www.a.b/3", "see"),
    "link": ("[4 birds](data/5.csv 'x')", "[4 birds"),
    "tag": ("a<br/>b <img width=300> 2 < 3 > 1", "a b 2 < 3 > 1"),
    "entity": ("&#39;1&#39; &amp;", "1"),
    "path": ("read data/2024/x.csv or ./a/1 or ~/b/2", "read or or"),
    "fraction": ("12/344 and/or 3/4", "12/344 3/4"),
    "footnote": ("a[1] b [^2] c[^note] [3, 4] [q1]", "a b c [3, 4] [q1]"),
    "colour": ("a #ff0012 b", "a b"),
    "SQL": ("SELECT a\nFROM t\nLIMIT 10;\nb", "; b"),
    "SQL to the end of its paragraph": ("WITH x AS (SELECT 1)\nSELECT 2\n\n3", "3"),
    "SQL in a sentence": ("I ran SELECT a FROM t.b LIMIT 5. It has 7 rows", "I ran . It has 7 rows"),
    "words of SQL": ("Select the 5 rows from it. WITHIN 3", "Select the 5 rows from it. WITHIN 3"),
}


@pytest.mark.parametrize(("text", "words"), LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_only_what_is_said_in_words_is_left(text: str, words: str):
    assert left(text) == words


def test_full_width_digits_are_plain_ones():
    assert prose("共１２．５％，－３") == "共12.5%，-3"


@given(st.text(alphabet="ab12`~$\\()[]<>&;#/:.\n\t -*|é表😀 SELECTFROM", max_size=200) | st.text())
def test_every_place_stays_where_it_was(text: str):
    blanked = prose(text)

    assert len(blanked) == len(text)
    assert blanked.count("\n") <= text.count("\n")


@pytest.mark.parametrize(
    "text",
    ["`", "`a", "` `` ", "`a\n\n", "<a", "[", "](", "\\(", "\\[", "$1", "$$", "SELECT ", "SELECT a\n", "a-", "a/",
     "~~~\n", "```\n", "> ", "&a", "#", "www.", "    1\n", "\n\n", "[^"],
)  # fmt: skip
def test_the_time_is_in_proportion_to_the_length(text: str):
    began = time.thread_time()
    prose(text * (40_000 // len(text)))
    assert time.thread_time() - began < 2
