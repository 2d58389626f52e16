"""What a session knows of its queries' results: for the proof of numbers, and for running them again."""

from __future__ import annotations

from typing import Any

from table_copilot_jupyter.results import TABLE_MIME, Results


def shown(ref: str | None, *rows: list[Any], tables: dict[str, Any] | None = None) -> dict[str, Any]:
    evidence = None
    if ref is not None:
        listed = [{"name": name, "fingerprint": print_} for name, print_ in (tables or {}).items()]
        evidence = {"ref": ref, "sql": "SELECT 1", "tables": listed}
    columns = [{"name": "island"}, {"name": "mass"}]
    return {
        TABLE_MIME: {"ref": ref, "columns": columns, "rows": list(rows), "total_rows": len(rows), "evidence": evidence}
    }


def results(*outputs: dict[str, Any]) -> Results:
    made = Results(complete=True)
    for number, output in enumerate(outputs):
        made.take(f"call{number}", output)
    return made


def test_the_numbers_of_results_go_on_where_they_were():
    made = results(shown("q4", ["Biscoe", 4716.0]))
    assert [made.next_number(), made.next_number()] == [5, 6]


def test_a_result_that_was_run_again_takes_the_old_ones_place():
    made = results(shown("q1", ["Biscoe", 4716.0]), shown("q1", ["Biscoe", 4800.0]))
    assert made.evidence("m", "It is 4,800 g.", "").numbers[0].ref == "q1"
    assert made.evidence("m", "It is 4,716 g.", "").numbers[0].ref is None
    assert made.refs == ["q1"]


def test_the_fingerprints_are_those_of_when_the_query_ran():
    made = results(shown("q1", tables={"penguins": {"rows": 344}}))
    assert made.get("q1").tables == {"penguins": {"rows": 344}}
    assert made.get("q2") is None


def test_an_answer_without_numbers_has_no_evidence_but_for_what_it_cites():
    made = results(shown("q1", ["Biscoe", 4716.0]))
    assert made.evidence("m", "See the table.", "") is None
    assert made.evidence("m", "See the table [q1].", "").refs == ["q1"]


def test_numbers_of_talk_that_has_nothing_to_do_with_tables_are_let_be():
    assert results().evidence("m", "Python has 35 keywords.", "") is None


def test_a_short_number_stands_in_an_earlier_turns_result_by_accident_unless_that_is_cited():
    made = results(shown("q1", ["Biscoe", 4716.0, 3]))
    assert made.evidence("m", "You have 3 open todos.", "").refs == ["q1"]  # a table was read for this answer
    made.begin_turn()
    assert made.evidence("m", "You have 3 open todos.", "") is None
    assert made.evidence("m", "It was 4,716 g.", "").refs == ["q1"]
    assert made.evidence("m", "There were 3 [q1].", "").numbers[0].ref == "q1"


def test_what_a_description_says_needs_no_query_in_its_own_turn():
    made = results(shown(None, ["mass", 4201.75]))
    assert made.evidence("m", "The mean is 4,201.75 g.", "") is None
    assert made.evidence("m", "The mean is 9,999 g.", "").numbers[0].ref is None
    made.begin_turn()
    assert made.evidence("m", "The mean is 4,201.75 g.", "") is None  # no table was read in this turn


def test_after_clear_nothing_is_known():
    made = results(shown("q1", ["Biscoe", 4716.0]))
    made.clear()
    assert made.refs == []
    assert made.evidence("m", "It is 4,716 [q1].", "") is None
