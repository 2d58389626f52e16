"""A turn's score, told from its events."""

from __future__ import annotations

from dataclasses import replace

import pytest
from catalogue import Question
from expectations import Chart, InKernel, One, Rows, Several
from scoring import CHART, TABLE, Score, Turn, holds, is_cell, score

MEAN = Question("mean", "How heavy are they?", ("penguins",), "mean", "aggregates", ("query_table",), One(4201.754))
SPECIES = Rows((("Adelie", 152), ("Gentoo", 124), ("Chinstrap", 68)))


def turn(text="4,202 g [q1].", *, calls=("query_table",), refs=("q1",), rows=((4201.754386,),), unproved=(), **more):
    """A turn in which tools were called and worked, a result was shown, and an answer given."""
    events = [{"type": "tool_started", "call_id": f"c{n}", "tool": tool} for n, tool in enumerate(calls)]
    events += [{"type": "tool_finished", "call_id": f"c{n}", "ok": True} for n in range(len(calls))]
    shown = {"ref": "q1", "sql": "SELECT", "columns": [], "rows": [list(row) for row in rows]}
    events.append({"type": "tool_output", "call_id": "c0", "mime": {TABLE: shown}})
    events.append({"type": "message", "message_id": "m1", "content": text})
    marks = [{"text": number, "ref": None} for number in unproved]
    events.append({"type": "evidence", "message_id": "m1", "refs": list(refs), "numbers": marks})
    events.append({"type": "turn_finished", "reason": "complete"})
    return Turn(events, 1.0, **more)


def test_a_good_turn_has_full_marks():
    assert score(MEAN, turn()) == Score(True, True, True, True)


def test_only_what_is_said_to_the_user_is_the_answer():
    good = turn()
    to_the_lead = {"type": "message", "message_id": "m0", "content": "4,202 g [q1]", "parent_call_id": "c0"}
    said = [to_the_lead, *(event for event in good.events if event["type"] != "message")]
    assert score(MEAN, replace(good, events=said)).right is False


def test_a_turn_that_ended_badly_is_not_right_and_says_why():
    good = turn()
    ended = [*good.events[:-1], {"type": "turn_finished", "reason": "limit"}]
    assert score(MEAN, replace(good, events=ended)).reasons == ("limit",)
    failed = [*ended, {"type": "error", "message": "The key is wrong.", "hint": "Set another."}]
    assert score(MEAN, replace(good, events=failed)).reasons == ("The key is wrong. Set another.",)
    assert score(MEAN, replace(good, problem="no answer within 9 s")).reasons == ("no answer within 9 s",)


def test_a_number_without_evidence_is_named():
    scored = score(MEAN, turn(unproved=["9,999"]))
    assert (scored.proved, scored.reasons) == (False, ("without evidence: 9,999",))


def test_an_answer_that_points_to_no_result_is_not_proved():
    scored = score(MEAN, turn("4,202 g.", refs=()))
    assert scored.reasons == ("without evidence: the answer", "no mark")


@pytest.mark.parametrize("mark", ["[q1]", "[_q1]", "[q1, q2]", "【q1】", "[见 q1]"])
def test_marks_are_known_in_all_their_forms(mark):
    assert score(MEAN, turn(f"4,202 g {mark}.")).cited


def test_evidence_is_not_asked_for_where_another_tool_will_do():
    either = replace(MEAN, tools=("query_table|describe_table",))
    scored = score(either, turn("4,202 g", calls=("describe_table",), refs=()))
    assert (scored.tools, scored.proved, scored.cited) == (True, None, None)


def test_a_question_that_needs_no_table_is_answered_without_one():
    scored = score(replace(MEAN, tools=()), turn())
    assert scored.reasons == ("query_table was called",)


def test_handing_over_to_a_specialist_is_always_right():
    assert score(MEAN, turn(calls=("ask_analyst", "list_tables", "query_table"))).tools


def test_a_refused_tool_need_only_be_tried():
    expected = InKernel("len(penguins)", 344)
    refused = replace(MEAN, tools=("run_code",), refuses=("run_code",), expected=expected)
    tried = turn("It was not allowed.", calls=("run_code",), in_kernel=344)
    tried = replace(tried, events=[{**event, "ok": False} for event in tried.events])
    assert score(refused, tried).tools
    assert score(replace(refused, refuses=()), tried).reasons == ("run_code failed",)
    assert score(refused, tried).right
    assert not score(refused, replace(tried, in_kernel=333)).right
    assert not score(refused, turn("I won't.", calls=(), in_kernel=344)).right


# --- what the user was shown --------------------------------------------------------------------


def test_several_values_may_be_shown_instead_of_told():
    question = replace(MEAN, expected=SPECIES)
    rows = [["Gentoo", 124], ["Adelie", 152], ["Chinstrap", 68]]
    assert score(question, turn("Adelie are most frequent [q1].", rows=rows)).right
    assert not score(question, turn("Adelie are most frequent.", rows=rows)).right
    assert not score(question, turn("See [q1].", rows=rows[:2])).right
    assert not score(question, turn("Adelie 124, Gentoo 152, Chinstrap 68 [q1].", rows=rows)).right


def test_one_or_two_values_have_to_be_told():
    assert not score(MEAN, turn("See [q1].")).right
    assert not score(replace(MEAN, expected=Several((8, 12))), turn("See [q1].", rows=[[8, 12]])).right


def test_what_the_model_was_not_let_see_it_need_not_tell():
    assert score(MEAN, turn("See [q1].", allowed="schema")).right
    assert not score(MEAN, turn("See the table.", allowed="schema")).right
    assert not score(MEAN, turn("See [q1].", allowed="schema", rows=[[4177.0]])).right


def test_a_list_is_a_column_in_its_order_or_the_only_row():
    top = Several(("China", "India", "Brazil"))
    rows = [["China", 1.3], ["India", 1.1], ["Brazil", 0.2], ["Chad", 0.1]]
    assert holds({"rows": rows}, top, MEAN)
    assert not holds({"rows": rows[::-1]}, top, MEAN)
    assert not holds({"rows": rows}, top, replace(MEAN, ordered=False))  # one too many
    assert holds({"rows": rows[2::-1]}, top, replace(MEAN, ordered=False))
    assert holds({"rows": [[8, 12]]}, Several((8, 12)), MEAN)
    assert not holds({"rows": []}, top, MEAN)


def test_one_value_among_many_rows_is_not_an_answer():
    assert holds({"rows": [[n] for n in range(20)]}, One(7), MEAN)
    assert not holds({"rows": [[n] for n in range(21)]}, One(7), MEAN)


@pytest.mark.parametrize(
    ("cell", "value", "same"),
    [
        *((4201.7543, 4201.754, True), (4201.7546, 4201.754, False), (212, 212.0, True), (None, 1.5, False)),
        *((152, 152, True), (152.0, 152, True), (153, 152, False), ("152", 152, False)),
        *(("adelie", "Adelie", True), ("阿德利", "Adelie", True), ("Gentoo", "Adelie", False), (2012, "2012", True)),
    ],
)
def test_a_cell_is_a_value_to_its_last_digit(cell, value, same):
    assert is_cell(cell, value, ["阿德利"]) is same


# --- charts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "right"),
    [
        ({"mark": "bar", "encoding": {"x": {"field": "Origin"}, "y": {"aggregate": "count"}}}, True),
        ({"mark": {"type": "bar"}, "encoding": {"x": {"field": "Origin"}}}, True),
        ({"layer": [{"mark": "bar", "encoding": {"x": {"field": "Origin"}}}, {"mark": "text"}]}, True),
        ({"encoding": {"x": {"field": "Origin"}}, "layer": [{"mark": "bar"}, {"mark": "rule"}]}, True),
        ({"mark": "line", "encoding": {"x": {"field": "Origin"}}}, False),
        ({"mark": "bar", "encoding": {"x": {"field": "Origins"}}}, False),
    ],
)
def test_a_chart_has_the_mark_and_the_fields(spec, right):
    question = replace(MEAN, tools=("plot_table",), expected=Chart(("bar",), ("Origin",)))
    good = turn("Here.", calls=("plot_table",))
    shown = {"type": "tool_output", "call_id": "c0", "mime": {CHART: {"spec": spec}}}
    assert score(question, replace(good, events=[shown, *good.events])).right is right
