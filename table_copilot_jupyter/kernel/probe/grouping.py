"""Aggregating queries, and how many rows stand behind each row of their results.

A query is aggregating if every value in its result is the key of a group or an aggregate over one, so that it may be
shown at the level ``aggregates`` where the group is large enough. ``guarded`` decides that from the statement's tree
and gives SQL for the same query with one more column, ``GUARD``: the fewest rows of any table that stand behind

- the row itself (for joins: rows of each table, counted once however often the join repeats them),
- each aggregate with a FILTER, and each condition that is counted,
- each aggregate's argument where it is not NULL.

What is not surely so is not aggregating: window functions, subqueries as values, UNION, aggregates that return values
of single rows (``string_agg``, ``first``, ``arg_max``, ``mode``, ``max(x, 3)``), conditions inside aggregates
(``sum(CASE WHEN …)``), functions that are not on the lists of ``sql_functions.py``.

This keeps single rows out of what is shown. It is no protection against somebody who may ask many questions and
subtracts the answers from each other; nothing short of noise is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .grouping_rules import (
    NotAggregating,
    check_computation,
    check_condition,
    check_shares,
    children,
    chosen_columns,
    is_plain,
    names_in,
    need,
    replaced,
)
from .sql_functions import AGGREGATES, CONDITIONAL, COUNTING, QUANTILES
from .sql_tree import SELECT, Node, arguments, ctes, function_name, inner_query, kind, orders, sources, walk

GUARD = "__copilot_rows_behind"

_DISTINCT_ROWS = 'coalesce(bit_count(bitstring_agg((hash("%s") %%%% 1024)::INT, 0, 1023)%%s), 0)'
"""How many different rows of a table there are, but 1024 at most: never too many, and sometimes, of few, one too few.

It costs next to nothing, where ``count(DISTINCT …)`` would keep every row. Of an outer join one is taken off: the row
of NULLs that the join itself makes.
"""


def guarded(root: Node, columns: Iterable[str], serialised: Callable[[str], Node]) -> Node | None:
    """The query with the guard as its last column; None if it isn't aggregating.

    ``columns``: the names of all columns of its tables. ``serialised``: gives the tree of SQL.
    """
    try:
        return _Query(root, {column.casefold() for column in columns}).with_guard(serialised)
    except NotAggregating:
        return None


class _Query:
    def __init__(self, root: Node, columns: set[str]) -> None:
        self.root = root
        self.conditions: list[list[tuple[str, Node]]] = [[]]
        """The rows that are counted: each a conjunction of conditions with a text around them."""
        self.chosen = chosen_columns([node for node in walk(root) if kind(node) == SELECT and node is not root])
        """Columns of subqueries that are more than the plain value of another column."""
        self.columns = columns | {
            str(node["alias"]).casefold() for node in walk(root) if node.get("class") and node.get("alias")
        }
        self._check()

    def with_guard(self, serialised: Callable[[str], Node]) -> Node:
        root = self.root
        leaves = self._leaves()
        parts: dict[str, Node] = {}
        counters: list[str] = []
        for condition in {_without_places(condition): condition for condition in self.conditions}.values():
            terms = []
            for text, node in condition:
                name = "__copilot_term_%d" % len(parts)
                parts[name] = {**node, "alias": ""}
                terms.append(text % ('"%s"' % name))
            only = " FILTER (WHERE %s)" % " AND ".join(terms) if terms else ""
            counters += [counter % only for counter in leaves]
        least = counters[0] if len(counters) == 1 else "least(%s)" % ", ".join(dict.fromkeys(counters))
        guard = serialised('SELECT %s AS "%s"' % (least, GUARD))["select_list"][0]
        return {**root, "select_list": [*root["select_list"], _filled(guard, parts)]}

    def _check(self) -> None:
        root = self.root
        need(kind(root) == SELECT and not root.get("qualify") and not root.get("sample"))
        for _, entry, query in ctes(root):
            need(not entry.get("aliases"))
            self._check_plain_query(query)
        self._check_modifiers(root, {"ORDER_MODIFIER", "LIMIT_MODIFIER"})
        outer = [*root["select_list"], *root.get("group_expressions", ())]
        if root.get("having"):
            outer.append(root["having"])
        for modifier in root.get("modifiers") or ():
            outer += [order for order in orders(modifier) if kind(order) != "STAR"]
        aggregates = [self._check_outer(expression) for expression in outer]
        need(bool(sum(aggregates) or root.get("group_expressions") or root.get("group_sets") or _forced(root)))
        check_condition(root.get("where_clause"))

    def _check_modifiers(self, query: Node, allowed: set[str]) -> None:
        for modifier in query.get("modifiers") or ():
            need(kind(modifier) in allowed)
            for part in ("limit", "offset"):
                need(modifier.get(part) is None or modifier[part].get("class") == "CONSTANT")

    def _check_outer(self, expression: Node) -> int:
        """An expression over keys and aggregates. How many aggregates are in it."""
        count = 0
        waiting = [expression]
        while waiting:
            node = waiting.pop()
            if node.get("class") == "FUNCTION" and function_name(node) in AGGREGATES | COUNTING | CONDITIONAL:
                self._check_aggregate(node)
                count += 1
                continue
            check_computation(node)
            waiting += children(node)
        return count

    def _check_aggregate(self, node: Node) -> None:
        name = function_name(node)
        given = arguments(node)
        condition = [("%s", node["filter"])] if node.get("filter") else []
        check_condition(node.get("filter"))
        if name in CONDITIONAL:
            need(len(given) == 1 and not orders(node))
            check_condition(given[0])
            self.conditions.append([*condition, ("%s", given[0])])
            return
        if name in QUANTILES:
            values, shares = (given[:1], given[1:]) if len(given) > 1 else (orders(node), given)
            need(len(values) == 1 and len(shares) <= 1)
            need(not orders(node) or len(given) == 1)
            for share in shares:
                check_shares(share)
        else:
            need(not orders(node) and len(given) <= (2 if name.startswith(("corr", "covar", "regr")) else 1))
            values = given
        for value in values:
            self._check_plain(value)
        if name in COUNTING:
            if condition:
                self.conditions.append(condition)
            return
        need(bool(values))
        for value in values:
            self.conditions.append([*condition, ("%s IS NOT NULL", value)])

    def _check_plain(self, expression: Node) -> None:
        """An aggregate's argument: a value of each row, not a choice among rows."""
        need(is_plain(expression) and not self.chosen & names_in(expression))

    def _check_plain_query(self, query: Node) -> None:
        """A subquery whose every row is a row of one table, at most once."""
        need(kind(query) == SELECT and not query.get("having") and not query.get("qualify") and not query.get("sample"))
        need(not query.get("group_expressions") and not query.get("group_sets") and not _forced(query))
        need(not ctes(query))
        self._check_modifiers(query, {"ORDER_MODIFIER", "LIMIT_MODIFIER", "DISTINCT_MODIFIER"})
        for item in query["select_list"]:
            need(not item.get("rename_list"))
            for expression in [item] if kind(item) != "STAR" else replaced(item).values():
                for node in walk(expression):
                    check_computation(node)
        check_condition(query.get("where_clause"))
        for modifier in query.get("modifiers") or ():
            for order in orders(modifier):
                check_condition(order)
        self._check_source(query.get("from_table") or {})

    def _check_source(self, table: Node) -> None:
        need(not table.get("column_name_alias") and not table.get("sample"))
        if kind(table) == "SUBQUERY":
            self._check_plain_query(inner_query(table))
        else:
            need(kind(table) == "BASE_TABLE")

    def _leaves(self) -> list[str]:
        """What counts the rows of each table, with a place for a FILTER."""
        table = self.root.get("from_table") or {}
        if kind(table) != "JOIN":
            self._check_source(table)
            return ["count(*)%s"]
        outer = False
        for node in _joins(table):
            need(node.get("ref_type") in ("REGULAR", "CROSS", "NATURAL"))
            need(node.get("join_type") in ("INNER", "LEFT", "RIGHT", "OUTER", "FULL"))
            outer = outer or node.get("join_type") != "INNER"
            check_condition(node.get("condition"))
        found = []
        for leaf in sources(table):
            need(kind(leaf) == "BASE_TABLE")
            self._check_source(leaf)
            name = str(leaf.get("alias") or leaf.get("table_name"))
            need(name.casefold() not in self.columns)  # else it is the column that is counted
            found.append(_DISTINCT_ROWS % name.replace('"', '""').replace("%", "%%") + (" - 1" if outer else ""))
        return found


def _joins(table: Node) -> list[Node]:
    found, waiting = [], [table]
    while waiting:
        node = waiting.pop()
        if kind(node) == "JOIN":
            found.append(node)
            waiting += [node["left"], node["right"]]
    return found


def _forced(query: Node) -> bool:
    return query.get("aggregate_handling") == "FORCE_AGGREGATES"


def _without_places(value: Any) -> str:
    """A tree as text, the same for what is written twice."""
    return re.sub(r'"query_location\w*": \d+', "", json.dumps(value))


def _filled(value: Any, parts: Mapping[str, Node]) -> Any:
    """A tree with its placeholders replaced."""
    if isinstance(value, list):
        return [_filled(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if kind(value) == "COLUMN_REF":
        return parts.get(str(value["column_names"][0]), value)
    return {key: _filled(inner, parts) for key, inner in value.items()}
