"""What a result holds comes from its sources, and so do the rules that the gate has for it."""

from __future__ import annotations

import pandas as pd
import pytest

from table_copilot_jupyter.kernel.probe.gate import Policy, Rule
from table_copilot_jupyter.kernel.probe.provenance import (
    NOTES,
    Note,
    inherited,
    note,
    result_number,
)


def noted(columns, *, countable=True, public_count=True, secret=False, named_by_values=False, namespace=None):
    namespace = {} if namespace is None else namespace
    variable = f"_q{result_number(namespace, 1)}"
    namespace[variable] = pd.DataFrame({"x": [1]})
    note(namespace, variable, Note(columns, countable, public_count, secret, named_by_values))
    return namespace


def level(namespace, policy, name="_q1"):
    return inherited(namespace, policy).level_of(name)


@pytest.mark.parametrize(
    ("names", "least", "number"),
    [
        ([], 1, 1),
        ([], 5, 5),
        (["_q1", "_q2"], 1, 3),
        (["_q7"], 3, 8),
        (["_q7"], 9, 9),
        (["q9", "_q", "_qx", "_q9x"], None, 1),
        (["_q2"], "9", 3),
        (["_q2"], True, 3),
        (["_q2"], -4, 3),
    ],
)
def test_a_result_has_the_next_number(names, least, number):
    assert result_number(dict.fromkeys(names), least) == number


def test_a_result_has_the_level_of_the_columns_that_it_was_read_from():
    rules = [Rule("staff", "salary", "schema")]
    policy = Policy("rows", "rows", rules)
    assert level(noted({"staff": ["name", "salary"]}), policy) == "schema"
    assert level(noted({"staff": ["name"]}), policy) == "rows"


def test_a_rule_for_a_table_holds_for_results_from_it():
    policy = Policy("rows", "rows", [Rule("Staff", None, "names")])
    assert level(noted({"staff": []}), policy) == "names"
    assert level(noted({"teams": []}), policy) == "rows"


def test_a_table_that_is_hidden_afterwards_hides_its_results():
    assert level(noted({"staff": ["name"]}), Policy("rows", "rows", [Rule("staff", None, "hidden")])) == "hidden"


def test_consent_reaches_no_further_than_for_the_source():
    policy = inherited(noted({"staff": ["salary"]}), Policy("schema", "rows", [Rule("staff", "salary", "aggregates")]))
    assert policy.limit_of("_q1") == "aggregates"


def test_a_result_of_a_result_inherits_too():
    namespace = noted({"staff": ["salary"]})
    noted({"_q1": ["x"]}, namespace=namespace)
    assert level(namespace, Policy("rows", "rows", [Rule("staff", "salary", "schema")]), "_q2") == "schema"


def test_another_name_of_the_same_object_has_the_same_level():
    namespace = noted({"staff": ["salary"]})
    namespace["mine"] = namespace["_q1"]
    namespace["other"] = pd.DataFrame({"x": [1]})
    policy = Policy("rows", "rows", [Rule("staff", "salary", "schema")])
    assert level(namespace, policy, "mine") == "schema"
    assert level(namespace, policy, "other") == "rows"


def test_a_result_that_repeats_rows_cannot_be_aggregated():
    repeated = noted({"staff": ["salary"]}, countable=False)
    assert level(repeated, Policy("aggregates", "rows")) == "schema"
    assert level(repeated, Policy("rows", "rows")) == "rows"
    assert level(repeated, Policy("rows", "rows", [Rule("staff", None, "aggregates")])) == "schema"
    assert level(noted({"staff": ["salary"]}), Policy("aggregates", "rows")) == "aggregates"


def test_a_result_that_may_hold_secrets_shows_its_schema_only():
    assert level(noted({"staff": ["password"]}, secret=True), Policy("rows", "rows")) == "schema"


def test_a_result_whose_columns_are_called_after_values_is_hidden_below_rows():
    named = noted({"staff": ["record"]}, named_by_values=True)
    assert level(named, Policy("schema", "rows")) == "hidden"
    assert level(named, Policy("rows", "rows")) == "rows"
    assert level(named, Policy("rows", "rows", [Rule("staff", "record", "schema")])) == "hidden"


def test_the_number_of_rows_of_most_results_is_not_public():
    namespace = noted({"staff": ["salary"]}, public_count=False)
    namespace["mine"] = namespace["_q1"]
    policy = inherited(namespace, Policy("schema", "rows"))
    assert not policy.counts("_q1")
    assert not policy.counts("mine")
    assert policy.counts("staff")
    assert inherited(namespace, Policy("aggregates", "rows")).counts("_q1")
    assert inherited(noted({"staff": []}), Policy("schema", "rows")).counts("_q1")


def test_without_results_the_policy_stays_as_it_is():
    policy = Policy("rows", "rows")
    assert inherited({}, policy) is policy
    assert inherited({NOTES: "the user's own"}, policy) is policy


def test_a_result_that_was_deleted_has_no_rules():
    namespace = noted({"staff": ["salary"]})
    del namespace["_q1"]
    assert inherited(namespace, Policy("rows", "rows", [Rule("staff", None, "names")])).level_of("_q1") == "rows"
