"""Which expressions an aggregating query may be made of. What is not known to be harmless is not allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .sql_functions import AGGREGATES, COUNTING, PLAIN, SCALARS
from .sql_tree import (
    SELECT,
    Node,
    arguments,
    column_names,
    function_name,
    is_function,
    is_query,
    kind,
    orders,
    walk,
    words,
)

_MOST_QUANTILES = 5
_PLAIN_EXPRESSIONS = words("COLUMN_REF CONSTANT CAST FUNCTION TYPE")
_EXPRESSIONS = _PLAIN_EXPRESSIONS | words("COMPARISON CONJUNCTION OPERATOR CASE BETWEEN COLLATE")
_OPERATORS = words(
    "OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_NULLIF GROUPING_FUNCTION "
    "COMPARE_IN COMPARE_NOT_IN OPERATOR_TRY"
)
_ANYWHERE = _EXPRESSIONS | {"LAMBDA", "LAMBDA_REF", "POSITIONAL_REFERENCE"}
_STRAIGHT = PLAIN | AGGREGATES | COUNTING
_BOOLEAN_TYPES = words("boolean bool logical bit")
_TRUTHS = words("COMPARISON CONJUNCTION BETWEEN")
_TRUTH_OPERATORS = words("OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL COMPARE_IN COMPARE_NOT_IN")
_TRUTH_FUNCTIONS = words(
    "~~ !~~ ~~* !~~* ~~~ like_escape not_like_escape ilike_escape not_ilike_escape contains starts_with prefix suffix "
    "ends_with regexp_matches regexp_full_match list_contains list_has isnan isinf isfinite"
)
_RANDOM = words("random gen_random_uuid uuid uuidv4 uuidv7")
"""Functions that say something else each time: the rows that an aggregate is of would not be those that are counted."""


class NotAggregating(Exception):
    """The query is none that could be shown as aggregates."""


def need(condition: bool) -> None:
    """Raise ``NotAggregating`` unless it holds."""
    if not condition:
        raise NotAggregating


def children(node: Node) -> list[Node]:
    """The expressions right below an expression."""
    found = []
    waiting = [value for key, value in node.items() if key != "type_expr"]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            waiting.extend(here)
        elif isinstance(here, dict):
            if "class" in here:
                found.append(here)
            else:
                waiting.extend(here.values())
    return found


def check_computation(node: Node) -> None:
    """One node of a group's key, of what is computed from aggregates, or of a subquery's column."""
    if "class" in node:
        _check(node, _EXPRESSIONS, SCALARS)


def _check(node: Node, classes: frozenset[str], functions: frozenset[str]) -> None:
    need(node["class"] in classes)
    if node["class"] == "OPERATOR":
        need(kind(node) in _OPERATORS)
    if node["class"] == "FUNCTION":
        need(function_name(node) in functions and not node.get("filter") and not node.get("distinct"))
        need(not orders(node))


def check_condition(expression: Any) -> None:
    """A condition on rows: anything, but no subquery, no window, no chance and nothing that makes several rows."""
    for node in walk(expression):
        if "class" in node:
            need(node["class"] in _ANYWHERE and not is_query(node) and function_name(node) not in _RANDOM)


def check_shares(node: Node) -> None:
    """Constants, few enough that they don't spell out the column."""
    if is_function(node):
        need(function_name(node) == "list_value" and len(arguments(node)) <= _MOST_QUANTILES)
        need(all(share.get("class") == "CONSTANT" for share in arguments(node)))
    else:
        need(node.get("class") == "CONSTANT" and '"LIST"' not in json.dumps(node))


def casts_to_boolean(node: Mapping[str, Any]) -> bool:
    """Whether a cast turns numbers into yes and no, which is a choice between zero and the rest."""
    words = json.dumps(node.get("type_expr") or node.get("cast_type")).casefold()
    return any('"%s"' % word in words for word in _BOOLEAN_TYPES)


def is_plain(expression: Node) -> bool:
    """Whether it turns each row's values into another one, without a choice among rows."""
    try:
        for node in walk(expression):
            if "class" in node:
                _check(node, _PLAIN_EXPRESSIONS, PLAIN)
                need(node["class"] != "CAST" or not casts_to_boolean(node))
    except NotAggregating:
        return False
    return True


def is_predicate(expression: Node) -> bool:
    """Whether it is a condition by its form: true, false or NULL, whatever the columns are."""
    if expression.get("class") == "FUNCTION":
        return function_name(expression) in _TRUTH_FUNCTIONS
    return expression.get("class") in _TRUTHS or kind(expression) in _TRUTH_OPERATORS


def makes_choices(root: Node) -> bool:
    """Whether a column of its result may be more than plain values of rows, and aggregates of such ones.

    Single rows may have been picked into such a column (``CASE WHEN id = 7 THEN salary ELSE 0 END``), and its sum or
    maximum is then theirs.
    """
    waiting = [item for query in walk(root) if kind(query) == SELECT for item in query.get("select_list") or ()]
    while waiting:
        node = waiting.pop()
        if kind(node) == "STAR":
            waiting += replaced(node).values()
            continue
        if node["class"] == "WINDOW":  # of ranks; with others ``lineage.keeps_rows`` is false
            continue
        if node["class"] not in _PLAIN_EXPRESSIONS or (node["class"] == "CAST" and casts_to_boolean(node)):
            return True
        if node["class"] == "FUNCTION" and (function_name(node) not in _STRAIGHT or node.get("filter")):
            return True
        waiting += children(node)
    return False


def names_in(expression: Node) -> set[str]:
    """The folded names of columns, tables and fields in it."""
    return {name for node in walk(expression) for name in column_names(node)}


def replaced(star: Node) -> dict[str, Node]:
    """``* REPLACE (expression AS name)``: by name."""
    return {str(entry["key"]): entry["value"] for entry in star.get("replace_list") or ()}


def chosen_columns(subqueries: Sequence[Node]) -> set[str]:
    """The folded names of columns that subqueries compute by a choice (``CASE … END AS x``), or from such ones."""
    items: list[tuple[str, Node]] = []
    for query in subqueries:
        for item in query.get("select_list") or ():
            if kind(item) == "STAR":
                items += replaced(item).items()
            else:
                need(bool(item.get("alias")) or kind(item) == "COLUMN_REF" or is_plain(item))
                items.append((str(item.get("alias") or ""), item))
    chosen = {name.casefold() for name, item in items if not is_plain(item)}
    while True:
        more = {name.casefold() for name, item in items if name and chosen & names_in(item)} - chosen
        if not more:
            return chosen
        chosen |= more
