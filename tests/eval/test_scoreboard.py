"""The table and the JSON that an evaluation ends with."""

from __future__ import annotations

import json

import pytest
from catalogue import Question
from expectations import One
from scoreboard import Line, share, to_json, to_markdown
from scoring import Score, Turn

ASKED = Question("mean", "How heavy?", ("penguins",), "mean", "aggregates", ("query_table",), One(4201.754))
ASKED_ZH = Question("rows-zh", "有多少行？", ("cars",), "count", "schema", ("list_tables|query_table",), One(406))
EVENTS = [
    {"type": "sent", "bytes": 1500},
    {"type": "usage", "input": 100, "output": 20},
    {"type": "approval", "approval_id": "a", "tool": "share_data", "arguments": {"level": "aggregates"}},
    {"type": "approval_closed", "approval_id": "a", "decision": "once"},
    {"type": "sent", "bytes": 2000},
    {"type": "usage", "input": 150, "output": 30},
    {"type": "message", "message_id": "m", "content": "4,202 g | 42 kg"},
]


@pytest.fixture
def lines():
    good = Line(ASKED, Turn(EVENTS, 2.0), Score(True, True, True, False, ("no mark",)))
    bad = Line(
        ASKED_ZH, Turn((), 1.0, problem="no answer | none"), Score(False, True, None, None, ("no answer | none",))
    )
    return [good, bad]


def test_each_question_has_a_row_and_each_group_its_shares(lines):
    text = to_markdown(lines)
    assert "| mean | yes | yes | yes | **no** | aggregates: once | 2 | 250 + 50 | 3.5 | 2.0 | no mark |" in text
    assert "| rows-zh | **no** | yes |  |  |  | 0 | 0 + 0 | 0.0 | 1.0 | no answer \\| none |" in text
    assert "| all | 2 | 50% | 100% | 100% | 0% | 1.5 |" in text
    assert "| language: Chinese | 1 | 0% | 100% |  |  | 1.0 |" in text
    assert "| level: aggregates | 1 | 100% |" in text
    assert "| data: cars | 1 | 0% |" in text


def test_a_share_is_of_those_that_have_the_score(lines):
    assert share(lines, "right") == 0.5
    assert share(lines, "proved") == 1.0
    assert share(lines[1:], "proved") is None
    assert share([], "right") is None


def test_the_json_has_the_answers_and_what_they_cost(lines):
    kept = json.loads(to_json(lines, model="m"))
    assert (kept["model"], kept["count"], kept["shares"]["right"]) == ("m", 2, 0.5)
    first = kept["questions"][0]
    assert (first["answer"], first["right"], first["cited"]) == ("4,202 g | 42 kg", True, False)
    assert (first["requests"], first["bytes"], first["tokens_in"], first["tokens_out"]) == (2, 3500, 250, 50)
    assert first["consents"] == [["aggregates", "once"]]
    assert kept["questions"][1]["chinese"] is True
