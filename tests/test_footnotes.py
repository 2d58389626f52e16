"""References in an answer: marks that are links, footnotes that say what they stand for."""

import pytest
from fake_server import RESULT

from table_copilot_jupyter.client import mime
from table_copilot_jupyter.client.footnotes import cited_in, footnote_html, footnote_text, marked
from table_copilot_jupyter.client.html import transcript_html
from table_copilot_jupyter.client.plain import transcript_text
from table_copilot_jupyter.client.transcript import Transcript

EVIDENCE = RESULT["evidence"]
ANCHORS = {"q1": "tcj-t-q1", "q2": "tcj-t-q2"}


def turn(*events, results=None):
    transcript = Transcript(session_results=results)
    for event in [{"type": "turn_started", "turn_id": "turn-12", "model": "offline"}, *events]:
        transcript.apply(event)
    return transcript


def queried(ref="q1", call_id="c"):
    shown = {**RESULT, "ref": ref, "evidence": {**EVIDENCE, "ref": ref}}
    return [
        {"type": "tool_started", "call_id": call_id, "tool": "query_table", "arguments": {}},
        {"type": "tool_output", "call_id": call_id, "mime": {mime.TABLE: shown, "text/plain": "x"}},
        {"type": "tool_finished", "call_id": call_id, "ok": True, "content": "", "elapsed_ms": 12},
    ]


def said(content, message_id="m"):
    return {"type": "message", "message_id": message_id, "agent": "copilot", "content": content}


def evidence(*numbers, refs=(), message_id="m"):
    marks = [{"start": 0, "end": 1, "text": text, "ref": ref} for text, ref in numbers]
    return {"type": "evidence", "message_id": message_id, "refs": list(refs), "numbers": marks}


def test_a_mark_of_a_known_result_becomes_a_link():
    markup = marked("<p>Biscoe [q1], Dream [q1, q2].</p>", ANCHORS)
    assert markup.count('<a href="#tcj-t-q1">q1</a>') == 2
    assert markup.count('<a href="#tcj-t-q2">q2</a>') == 1


@pytest.mark.parametrize(
    "markup",
    [
        "<p>[q3] is not known</p>",
        "<p><code>[q1]</code></p>",
        '<pre style="x">[q1] <span>[q1]</span></pre>',
        '<a href="https://example.org" title="[q1] >">[q1]</a>',
        "<p>q1, [1], [Q1], [q1x]</p>",
    ],
)
def test_everything_else_stays_as_it_is(markup):
    assert marked(markup, ANCHORS) == markup


def test_text_after_code_is_marked_again():
    assert marked("<code>[q1]</code> [q1]", ANCHORS).count("<a ") == 1


def test_the_references_of_a_text_are_found():
    assert list(cited_in("a [q1] b [q2,q3] c [q4, q5] d q6 [7]")) == ["q1", "q2", "q3", "q4", "q5"]


def test_a_footnote_tells_the_sql_the_time_and_the_tables(monkeypatch):
    import time

    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    text = footnote_text(EVIDENCE)
    assert text == "q1: SELECT island, avg(mass) FROM penguins GROUP BY 1 · 12:30 · penguins 344 × 8"
    markup = footnote_html("tcj-t-q1", EVIDENCE)
    assert markup.startswith('<div id="tcj-t-q1">q1: <code>SELECT island')
    assert '<span title="2026-05-01T10:30:00Z">12:30</span>' in markup
    monkeypatch.delenv("TZ")
    time.tzset()


def test_a_footnote_makes_do_with_what_there_is():
    tables = [{"name": "df", "fingerprint": None}, {"name": "lazy", "fingerprint": {"rows": None, "columns": 3}}]
    assert footnote_text({"ref": "q1", "at": "never", "tables": tables}) == "q1: df · lazy"


def test_the_results_that_an_answer_names_are_its_footnotes_and_no_others():
    transcript = turn(*queried("q1"), *queried("q2", "d"), *queried("q3", "e"), said("Biscoe [q1]."))
    transcript.apply(evidence(("4716", "q3"), refs=["q3"]))
    markup, text = transcript_html(transcript), transcript_text(transcript)
    assert '<a href="#tcj-turn12-q1">' in markup
    assert [f'id="tcj-turn12-{ref}"' in markup for ref in ("q1", "q2", "q3")] == [True, False, True]
    notes = [line[:3] for line in text.splitlines() if line.startswith("q") and "SELECT" in line]
    assert notes == ["q1:", "q3:"]


def test_an_earlier_result_of_the_session_can_be_referred_to():
    markup = transcript_html(turn(said("As before [q7]."), results={"q7": {**EVIDENCE, "ref": "q7"}}))
    assert '<a href="#tcj-turn12-q7">' in markup
    assert 'id="tcj-turn12-q7"' in markup


def test_what_the_session_told_before_the_turn_began_counts():
    known = {}
    transcript = Transcript(session_results=known)
    known["q7"] = {**EVIDENCE, "ref": "q7"}
    for event in ({"type": "turn_started", "turn_id": "t"}, said("As before [q7].")):
        transcript.apply(event)
    assert '<a href="#tcj-t-q7">' in transcript_html(transcript)


def test_numbers_without_evidence_are_told():
    transcript = turn(*queried(), said("4716 [q1], 42 and 17."), evidence(("4716", "q1"), ("42", None), ("17", None)))
    assert "2 numbers without evidence: 42, 17" in transcript_html(transcript)
    assert "2 numbers without evidence: 42, 17" in transcript_text(transcript)
    everything = turn(*queried(), said("4716 [q1]."), evidence(("4716", "q1")))
    assert "without evidence" not in transcript_html(everything)
    many = turn(said("x"), evidence(*((str(number), None) for number in range(30))))
    assert "30 numbers without evidence: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …" in transcript_html(many)


def test_what_an_agent_said_to_another_is_not_judged():
    transcript = turn(
        {"type": "tool_started", "call_id": "c", "tool": "analyst", "arguments": {}},
        {**said("42"), "parent_call_id": "c"},
        evidence(("42", None)),
    )
    assert "without evidence" not in transcript_html(transcript)


def test_a_query_that_was_run_again_shows_its_newest_result():
    again = {**RESULT, "rows": [["Dream", 1.0]], "total_rows": 1}
    transcript = turn(*queried(), {"type": "tool_output", "call_id": "c", "mime": {mime.TABLE: again}})
    markup = transcript_html(transcript)
    assert markup.count("<table") == 1
    assert "Biscoe" not in markup
