"""Which expressions an aggregating query may be made of. What is not known to be harmless is not allowed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .sql_functions import PLAIN, SCALARS
from .sql_tree import Node, arguments, column_names, function_name, is_function, is_query, kind, orders, walk, words

_MOST_QUANTILES = 5
_PLAIN_EXPRESSIONS = words("COLUMN_REF CONSTANT CAST FUNCTION TYPE")
_EXPRESSIONS = _PLAIN_EXPRESSIONS | words("COMPARISON CONJUNCTION OPERATOR CASE BETWEEN COLLATE")
_OPERATORS = words(
    "OPERATOR_NOT OPERATOR_IS_NULL OPERATOR_IS_NOT_NULL OPERATOR_COALESCE OPERATOR_NULLIF GROUPING_FUNCTION "
    "COMPARE_IN COMPARE_NOT_IN OPERATOR_TRY"
)
_ANYWHERE = _EXPRESSIONS | {"LAMBDA", "LAMBDA_REF", "POSITIONAL_REFERENCE"}
_BOOLEAN_TYPES = words("boolean bool logical bit")


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
    """A condition on rows: anything, but no subquery, no window and nothing that makes several rows."""
    for node in walk(expression):
        if "class" in node:
            need(node["class"] in _ANYWHERE and not is_query(node))


def check_shares(node: Node) -> None:
    """Constants, few enough that they don't spell out the column."""
    if is_function(node):
        need(function_name(node) == "list_value" and len(arguments(node)) <= _MOST_QUANTILES)
        need(all(share.get("class") == "CONSTANT" for share in arguments(node)))
    else:
        need(node.get("class") == "CONSTANT" and '"LIST"' not in json.dumps(node))


def _casts_to_boolean(node: Mapping[str, Any]) -> bool:
    words = json.dumps(node.get("type_expr") or node.get("cast_type")).casefold()
    return any('"%s"' % word in words for word in _BOOLEAN_TYPES)


def is_plain(expression: Node) -> bool:
    """Whether it turns each row's values into another one, without a choice among rows."""
    try:
        for node in walk(expression):
            if "class" in node:
                _check(node, _PLAIN_EXPRESSIONS, PLAIN)
                need(node["class"] != "CAST" or not _casts_to_boolean(node))
    except NotAggregating:
        return False
    return True


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
