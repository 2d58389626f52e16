"""The gate: what a policy allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notebook import policy

from table_copilot_jupyter import privacy
from table_copilot_jupyter.kernel.probe import gate
from table_copilot_jupyter.kernel.probe.gate import LEVELS, Policy

levels = st.sampled_from(LEVELS)


def test_levels_allow_those_before_them():
    for position, level in enumerate(LEVELS):
        assert [needed for needed in LEVELS if gate.allows(level, needed)] == list(LEVELS[: position + 1])


def test_the_lowest_of_levels_is_the_strictest():
    assert gate.lowest("rows", "names", "schema") == "names"
    assert gate.lowest("rows") == "rows"


def test_the_server_has_the_same_levels():
    allowed = {(level, needed) for level in LEVELS[1:] for needed in LEVELS[1:] if privacy.allows(level, needed)}
    assert allowed == {(a, b) for a in LEVELS[1:] for b in LEVELS[1:] if gate.allows(a, b)}


# --- reading a policy --------------------------------------------------------------------------


def test_a_policy_of_nothing_allows_names_only():
    read = Policy.read({})
    assert (read.level_of("df"), read.limit_of("df")) == ("names", "names")


@pytest.mark.parametrize("level", ["everything", "hidden", "", None, 3, ["rows"]])
def test_what_is_no_level_is_read_as_the_strictest(level):
    read = Policy.read({"level": level, "ceiling": level})
    assert (read.level, read.ceiling) == ("names", "names")


def test_a_rule_with_an_unknown_level_hides():
    assert policy("rows", rules=[("df", None, "some")]).level_of("df") == "hidden"


def test_a_level_above_the_ceiling_is_the_ceiling():
    assert policy("rows", "schema").level_of("df") == "schema"


# --- rules -------------------------------------------------------------------------------------


def test_without_a_rule_the_level_holds_and_the_ceiling_limits():
    read = policy("schema", "rows")
    assert (read.level_of("df"), read.level_of("df", "a")) == ("schema", "schema")
    assert (read.limit_of("df"), read.limit_of("df", "a")) == ("rows", "rows")


def test_a_rule_lowers_its_table_and_all_its_columns():
    read = policy("rows", rules=[("df", None, "names")])
    assert (read.level_of("df"), read.level_of("df", "a"), read.level_of("other", "a")) == ("names", "names", "rows")


def test_a_rule_of_a_column_lowers_that_column_alone():
    read = policy("rows", rules=[("df", "a", "schema")])
    assert (read.level_of("df"), read.level_of("df", "a"), read.level_of("df", "b")) == ("rows", "schema", "rows")


def test_names_in_rules_are_compared_without_case():
    read = policy("rows", rules=[("DF", "Straße", "hidden")])
    assert read.level_of("df", "STRASSE") == "hidden"


def test_a_rule_never_raises():
    read = policy("names", "schema", rules=[("df", None, "rows"), ("df", "a", "rows")])
    assert (read.level_of("df", "a"), read.limit_of("df", "a")) == ("names", "schema")


def test_of_several_rules_the_strictest_holds():
    read = policy("rows", rules=[("df", "a", "schema"), ("df", None, "aggregates"), ("df", "a", "hidden")])
    assert (read.level_of("df"), read.level_of("df", "a")) == ("aggregates", "hidden")


def test_a_consent_cannot_lift_a_rule():
    assert policy("names", "rows", rules=[("df", None, "schema")]).limit_of("df") == "schema"


def test_hidden_columns_are_not_visible():
    read = policy("rows", rules=[("df", "b", "hidden"), ("df", "c", "names")])
    assert read.visible("df", ["a", "b", "c"]) == [("a", "rows"), ("c", "names")]


def test_of_a_hidden_table_no_column_is_visible():
    assert policy("rows", rules=[("df", None, "hidden")]).visible("df", ["a", "b"]) == []


rules = st.lists(st.tuples(st.sampled_from(["df", "other"]), st.sampled_from([None, "a", "b"]), levels), max_size=5)


@given(levels, levels, rules, st.sampled_from([None, "a", "b"]))
def test_nothing_is_ever_above_the_ceiling_or_any_of_its_rules(level, ceiling, rules, column):
    read = policy(level, ceiling, rules)
    told, limit = read.level_of("df", column), read.limit_of("df", column)
    assert gate.allows(limit, told)
    assert gate.allows(read.ceiling, limit)
    for table, its_column, allowed in rules:
        if table == "df" and its_column in (None, column):
            assert gate.allows(allowed, limit)


@given(levels, rules, levels)
def test_another_rule_never_allows_more(level, rules, added):
    before = policy(level, "rows", rules)
    after = policy(level, "rows", [*rules, ("df", "a", added)])
    assert gate.allows(before.level_of("df", "a"), after.level_of("df", "a"))


# --- answers -----------------------------------------------------------------------------------


def test_an_answer_has_all_that_a_reader_expects():
    assert gate.answer("text") == {"model": "text", "level": None, "tables": [], "user": None, "more": None}
    more = gate.consent("all", level="rows", what="3 rows", tables=[], rows=3)
    full = gate.answer(
        "text", level="names", tables=[gate.disclosed("df", "names", 2)], user={"text/plain": "x"}, more=more, items=[1]
    )
    assert full["tables"] == [{"name": "df", "level": "names", "columns": 2, "rows": 0}]
    assert full["more"] == {"text": "all", "level": "rows", "what": "3 rows", "tables": [], "rows": 3, "columns": 0}
    assert full["items"] == [1]
