"""The level in force is the user's choice or a default, lowered by the ceiling and by rules, never raised."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.kernel.probe import gate
from table_copilot_jupyter.privacy import (
    LEVELS,
    LEVELS_IN_CHINESE,
    Choice,
    Defaults,
    Privacy,
    allows,
    describe_level,
    lowest,
    together,
    with_rule,
)
from table_copilot_jupyter.protocol import PrivacyRule, SentTable

levels = st.sampled_from(LEVELS[1:])
ISLAND = PrivacyRule(table="penguins", column="island", level="hidden")
PENGUINS = PrivacyRule(table="penguins", level="names")


def sent(name: str, level: str, columns: int = 1, rows: int = 0) -> SentTable:
    return SentTable(name=name, level=level, columns=columns, rows=rows)


# --- levels -------------------------------------------------------------------------------------


def test_the_levels_are_those_of_the_gate_in_its_order():
    assert LEVELS == gate.LEVELS == ("hidden", "names", "schema", "aggregates", "rows")


def test_each_level_allows_what_those_before_it_allow():
    for place, level in enumerate(LEVELS):
        assert [allows(level, needed) for needed in LEVELS] == [index <= place for index in range(len(LEVELS))]


def test_an_unknown_level_allows_nothing_and_nothing_allows_it():
    assert not allows("everything", "names")
    assert not allows("rows", "everything")
    assert lowest("rows", "everything") == "everything"


@given(levels, levels, levels)
def test_the_lowest_level_is_allowed_by_all(first: str, second: str, third: str):
    found = lowest(first, second, third)
    assert found in (first, second, third)
    assert all(allows(level, found) for level in (first, second, third))


def test_every_level_is_explained():
    for language in ("en", "zh"):
        assert all(describe_level(level, language) for level in LEVELS)
        assert len({describe_level(level, language) for level in LEVELS}) == len(LEVELS)
        assert describe_level("everything", language) == ""
    assert describe_level("schema", "zh") == "名称和类型，不含数据"
    assert list(LEVELS_IN_CHINESE) == list(LEVELS)


# --- what is in force ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("providers", "level"),
    [
        (["offline"], "rows"),
        (["ollama"], "rows"),
        (["offline", "ollama"], "rows"),
        (["openai"], "schema"),
        (["openrouter"], "schema"),
        (["unknown"], "schema"),
        (["offline", "openrouter"], "schema"),
    ],
)
def test_without_a_choice_it_depends_on_where_the_models_run(providers: list[str], level: str):
    assert Defaults().in_force(Choice(), providers) == Privacy(level=level)


def test_a_configured_level_takes_the_place_of_the_default():
    assert Defaults(level="names").in_force(Choice(), ["offline"]).level == "names"
    assert Defaults(level="aggregates").in_force(Choice(), ["openai"]).level == "aggregates"


def test_the_users_choice_counts_before_the_configured_level():
    assert Defaults(level="names").in_force(Choice("rows"), ["openai"]).level == "rows"
    assert Defaults(level="rows").in_force(Choice("names"), ["offline"]).level == "names"


@given(levels, levels | st.none(), levels | st.just(""), st.sampled_from(["offline", "openai"]))
def test_nobody_gets_above_the_ceiling(ceiling: str, chosen: str | None, configured: str, provider: str):
    found = Defaults(configured, ceiling).in_force(Choice(chosen), [provider])
    assert allows(ceiling, found.level)
    assert found.ceiling == ceiling
    if chosen is not None and allows(ceiling, chosen):
        assert found.level == chosen


@pytest.mark.parametrize(
    ("configured", "chosen", "names"),
    [
        ("clear", None, "clear"),
        ("clear", "clear", "clear"),
        ("clear", "masked", "masked"),
        ("masked", None, "masked"),
        ("masked", "clear", "masked"),
        ("masked", "masked", "masked"),
    ],
)
def test_names_are_masked_when_anybody_wants_it(configured: str, chosen: str | None, names: str):
    assert Defaults(names=configured).in_force(Choice(names=chosen), ["offline"]).names == names


# --- what the store keeps of a choice -----------------------------------------------------------


@given(
    levels | st.none(),
    st.sampled_from([None, "clear", "masked"]),
    st.lists(
        st.builds(
            PrivacyRule,
            table=st.text(min_size=1, max_size=9),
            column=st.text(min_size=1, max_size=9) | st.none(),
            level=st.sampled_from(LEVELS[:-1]),
        ),
        max_size=3,
    ),
)
def test_a_choice_comes_back_as_it_was_kept(level: str | None, names: str | None, rules: list[PrivacyRule]):
    choice = Choice(level, names, tuple(rules))
    assert Choice.read(choice.level, choice.to_json()) == choice


def test_a_session_without_rules_keeps_nothing():
    assert Choice("rows").to_json() is None
    assert Choice.read("rows", None) == Choice("rows")
    assert Choice.read("everything", None) == Choice()


@pytest.mark.parametrize(
    "kept",
    ["{", "[]", "5", '"x"', '{"rules": 5}', '{"rules": [5]}', '{"rules": [{"table": "t", "level": "rows"}]}',
     '{"rules": [{"table": "t"}]}'],
)  # fmt: skip
def test_rules_that_cant_be_read_leave_the_strictest_choice(kept: str):
    assert Choice.read("rows", kept) == Choice("names", "masked")


# --- the gate in the kernel ---------------------------------------------------------------------


def test_the_gate_reads_the_policy_as_it_is_meant():
    privacy = Privacy("aggregates", "rows", "masked", (ISLAND, PrivacyRule(table="Iris", level="schema")))
    policy = gate.Policy.read(json.loads(json.dumps(privacy.policy())))

    assert policy.level_of("penguins") == "aggregates"
    assert policy.level_of("Penguins", "ISLAND") == "hidden"
    assert policy.limit_of("penguins") == "rows"
    assert policy.limit_of("penguins", "island") == "hidden"
    assert (policy.level_of("iris"), policy.limit_of("iris")) == ("schema", "schema")


@pytest.mark.parametrize("ceiling", LEVELS[1:])
def test_the_gate_keeps_the_ceiling_too(ceiling: str):
    policy = gate.Policy.read(Defaults(ceiling=ceiling).in_force(Choice("rows"), ["openai"]).policy())
    assert policy.level_of("penguins") == policy.limit_of("penguins") == ceiling


# --- what may be told again ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("privacy", "level", "tables", "passes"),
    [
        (Privacy("names"), None, [], True),
        (Privacy("schema"), "schema", [sent("penguins", "schema")], True),
        (Privacy("schema"), "aggregates", [sent("penguins", "aggregates")], False),
        (Privacy("schema"), "aggregates", [], False),
        (Privacy("rows"), "rows", [], True),
        (Privacy("rows"), "everything", [], False),
        (Privacy("rows", rules=(PENGUINS,)), "rows", [sent("penguins", "rows")], False),
        (Privacy("rows", rules=(PENGUINS,)), "rows", [sent("PENGUINS", "schema")], False),
        (Privacy("rows", rules=(PENGUINS,)), "names", [sent("penguins", "names")], True),
        (Privacy("rows", rules=(PENGUINS,)), "rows", [sent("iris", "rows")], True),
        (Privacy("rows", rules=(PENGUINS,)), "rows", [sent("iris", "rows"), sent("penguins", "rows")], False),
        (Privacy("rows", rules=(PENGUINS,)), "rows", [], False),
        (Privacy("rows", rules=(PENGUINS,)), "schema", [], True),
        (Privacy("rows", rules=(ISLAND,)), "rows", [sent("penguins", "names")], False),
        (Privacy("rows", rules=(PENGUINS, ISLAND)), "rows", [sent("penguins", "names")], False),
    ],
)
def test_what_was_read_under_a_higher_level_is_not_told_again(
    privacy: Privacy, level: str | None, tables: list[SentTable], passes: bool
):
    assert privacy.lets_pass(level, tables) is passes


# --- rules --------------------------------------------------------------------------------------


def test_a_rule_takes_the_place_of_the_one_before():
    rules = with_rule((), "penguins", None, "names")
    rules = with_rule(rules, "penguins", "island", "hidden")
    assert rules == (PENGUINS, ISLAND)

    rules = with_rule(rules, "Penguins", "ISLAND", "schema")
    assert rules == (PENGUINS, PrivacyRule(table="Penguins", column="ISLAND", level="schema"))
    assert with_rule(rules, "PENGUINS", None, None) == rules[1:]
    assert with_rule(rules, "iris", None, None) == rules


# --- receipts -----------------------------------------------------------------------------------


def test_disclosures_are_summed_up_by_the_most_that_any_tells():
    level, tables = together(
        [
            ("schema", [sent("penguins", "schema", columns=8), sent("iris", "names", columns=5)]),
            (None, []),
            ("rows", [sent("penguins", "rows", columns=2, rows=3)]),
        ]
    )
    assert level == "rows"
    assert tables == (sent("penguins", "rows", columns=8, rows=3), sent("iris", "names", columns=5))
    assert together([]) == together([(None, [])]) == (None, ())
