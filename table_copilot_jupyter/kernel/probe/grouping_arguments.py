"""Which rows an aggregate is of, by its argument: those where a plain value isn't NULL, or those of a condition.

``sum(CASE WHEN condition THEN value END)`` and ``sum(value) FILTER (condition)`` are the same, as all aggregates leave
out NULL. So what stands behind is the same too: the rows of the condition in which the value isn't NULL. Two more ways
of writing tell no more than a FILTER could:

- ``ELSE 0`` in a sum, a mean or a count. To a sum the other rows add nothing; the mean is that sum over the number of
  all rows of the group, and the count is of these. A least, a greatest or a middle value would be one of a mixture of
  values and zeros, that of distinct ones too; so there it is not allowed.
- ``sum(condition::INT)`` counts the rows of the condition, ``avg`` gives their share. A least one would tell whether
  the condition holds for every single row; so there it is not allowed.

One condition only. A second WHEN would have other rows behind it than the first, and a CASE within the value would
choose among those.
"""

from __future__ import annotations

from .grouping_forms import Forms
from .grouping_rules import casts_to_boolean, check_condition, is_plain, is_predicate, names_in, need
from .sql_functions import COUNTING, QUANTILES
from .sql_tree import Node, arguments, function_name, kind, orders, words

Term = tuple[str, list[Node]]
"""A condition on rows: its text, with a place for each expression."""

_ZERO_ADDS_NOTHING = words("sum avg mean count")
_COUNT_TRUTHS = words("sum avg mean")


def rows_behind(expression: Node, aggregate: Node, chosen: set[str], forms: Forms) -> list[Term]:
    """The conditions on the rows behind ``aggregate``, an aggregate of ``expression``; none if these are all rows.

    ``chosen``: the folded names of columns that are themselves chosen among rows. Raises ``NotAggregating``.
    """
    name = function_name(aggregate)
    inner = _without_casts(expression)
    parts = _choice(inner)
    if parts is not None:
        condition, value, otherwise = parts
        zero_is_allowed = name in _ZERO_ADDS_NOTHING and not aggregate.get("distinct")
        need(forms.is_null(otherwise) or (zero_is_allowed and forms.is_zero(otherwise)))
        need(len(arguments(aggregate)) == 1 or name in QUANTILES)
        check_condition(condition)
        _check_plain(value, chosen)
        if kind(value) == "VALUE_CONSTANT" and not forms.is_null(value):
            return [("%s", [condition])]
        return [("%s IS NOT NULL", [forms.choice(condition, value)])]
    if is_predicate(inner) and name in _COUNT_TRUTHS and not aggregate.get("distinct"):
        check_condition(inner)
        return [("%s", [inner])]
    _check_plain(expression, chosen)
    return [] if name in COUNTING else [("%s IS NOT NULL", [expression])]


def _check_plain(expression: Node, chosen: set[str]) -> None:
    """A value of each row, not a choice among rows."""
    need(is_plain(expression) and not chosen & names_in(expression))


def _without_casts(expression: Node) -> Node:
    """What is cast, unless the cast chooses: to a boolean it parts zero from the rest, TRY_CAST makes NULLs."""
    while expression.get("class") == "CAST" and not casts_to_boolean(expression) and not expression.get("try_cast"):
        expression = expression["child"]
    return expression


def _choice(node: Node) -> tuple[Node, Node, Node] | None:
    """The condition, value and alternative of a CASE, or of ``if``; None if it is neither."""
    if node.get("class") == "CASE":
        checks = node["case_checks"]
        need(len(checks) == 1)
        return checks[0]["when_expr"], checks[0]["then_expr"], _without_casts(node["else_expr"])
    if node.get("class") == "FUNCTION" and function_name(node) == "if":
        given = arguments(node)
        need(len(given) == 3 and not orders(node) and not node.get("filter") and not node.get("distinct"))
        return given[0], given[1], _without_casts(given[2])
    return None
