"""Aggregating queries, and how many rows stand behind each row of their results.

A query is aggregating if every value in its result is the key of a group or an aggregate over one, so that it may be
shown at the level ``aggregates`` where the group is large enough. ``guarded`` decides that from the statement's tree
and gives SQL for the same query with one more column, ``GUARD``: the fewest rows of any table that stand behind

- the row itself (for joins: rows of each table, counted once however often the join repeats them),
- each aggregate with a FILTER, and each condition that is counted or that an aggregate's argument depends on
  (``sum(CASE WHEN … THEN salary END)``, ``grouping_arguments.py``),
- each aggregate's argument where it is not NULL,
- what a total over all groups tells of the small ones (``sum(count(*)) OVER ()``, ``grouping_query.py``).

A query that only chooses, computes and orders from the rows of one aggregating subquery is aggregating too: it takes
the guard of each row along. Its WHERE is no more than a HAVING: it sees one row of the result at a time, each with its
own guard, and what is left of them is shown or withheld as before.

What is not surely so is not aggregating: other window functions, other subqueries as values, aggregates of aggregates,
UNION, aggregates that return values of single rows (``string_agg``, ``first``, ``arg_max``, ``mode``, ``max(x, 3)``),
other conditions inside aggregates, functions that are not on the lists of ``sql_functions.py``.

This keeps single rows out of what is shown. It is no protection against somebody who may ask many questions and
subtracts the answers from each other, or who gives one row nearly all the weight of a sum by arithmetic; nothing short
of noise is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable

from .grouping_forms import Forms
from .grouping_query import GUARD, AggregatingQuery, check_modifiers, counts_a_table
from .grouping_rules import NotAggregating, check_computation, children, need
from .sql_tree import SELECT, Node, column_names, ctes, inner_query, kind, label, orders

__all__ = ["GUARD", "guarded"]

_OURS = "__copilot"
"""What the names of our own columns begin with: where a query has such a one, nobody knows which is the guard."""

_NAMELESS = "unnamed_subquery"
"""What DuckDB calls a subquery that is given no name."""


def guarded(root: Node, columns: Iterable[str], serialised: Callable[[str], Node]) -> Node | None:
    """The query with the guard as its last column; None if it isn't aggregating.

    ``columns``: the names of all columns of its tables. ``serialised``: gives the tree of SQL.
    """
    known = {column.casefold() for column in columns}
    if _OURS in json.dumps(root).casefold() or any(column.startswith(_OURS) for column in known):
        return None
    forms = Forms(serialised)
    try:
        return AggregatingQuery(root, known, forms).with_guard()
    except NotAggregating:
        pass
    try:
        return _around(root, known, forms)
    except NotAggregating:
        return None


def _around(root: Node, columns: Collection[str], forms: Forms) -> Node:
    """A query of the rows of one aggregating query, with that one's guard."""
    need(kind(root) == SELECT)
    for clause in ("group_expressions", "group_sets", "having", "qualify", "sample"):
        need(not root.get(clause))
    need(root.get("aggregate_handling") == "STANDARD_HANDLING")
    check_modifiers(root)
    source = root.get("from_table") or {}
    need(not source.get("column_name_alias") and not source.get("sample"))
    above = ctes(root)
    if kind(source) == "SUBQUERY":
        inner = AggregatingQuery(inner_query(source), columns, forms, above).with_guard()
        root = {**root, "from_table": _with_query(source, inner)}
    else:
        need(kind(source) == "BASE_TABLE" and bool(above))
        name, entry, query = above[-1]  # the others come before it, and must be plain
        need(str(source.get("table_name")).casefold() == name.casefold() and not entry.get("aliases"))
        inner = AggregatingQuery(query, columns, forms, above[:-1]).with_guard()
        root = {**root, "cte_map": {**root["cte_map"], "map": [*root["cte_map"]["map"]]}}
        root["cte_map"]["map"][-1] = {**root["cte_map"]["map"][-1], "value": _with_query(entry, inner)}
    select = [_item(item, forms) for item in root["select_list"]]
    others = [root["where_clause"]] if root.get("where_clause") else []
    for modifier in root.get("modifiers") or ():
        others += [order for order in orders(modifier) if kind(order) != "STAR"]
    for expression in [*others, *(item for item in select if kind(item) != "STAR")]:
        _check(expression, label(source) or _NAMELESS, above, forms)
    return {**root, "select_list": [*select, forms.tree('"%s"' % GUARD)]}


def _with_query(node: Node, query: Node) -> Node:
    """A subquery, or the entry of a common table expression, with another query."""
    if "query_node" in node:
        return {**node, "query_node": query}
    key = "subquery" if "subquery" in node else "query"
    return {**node, key: {**node[key], "node": query}}


def _item(item: Node, forms: Forms) -> Node:
    """A column of the outer query: a star without the guard, which comes last."""
    if kind(item) != "STAR":
        return item
    star = forms.star_without(item, GUARD)
    need(star is not None)
    return star or item


def _check(expression: Node, source: str, above: list[tuple[str, Node, Node]], forms: Forms) -> None:
    """What is computed of one row of the inner query. The row as a whole (``SELECT m FROM m``) has the guard in it."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        if not counts_a_table(node, above, forms):
            check_computation(node)
            need(list(column_names(node)) != [source])
            waiting += children(node)
