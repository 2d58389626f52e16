"""A statement as a tree: what ``json_serialize_sql`` gives, read the same way in all of DuckDB's versions.

A node is a dictionary with a ``type``; expressions also have a ``class``. Versions differ in where they put some
parts: arguments of functions (``arguments`` or ``children``), the query of a common table expression (``query_node`` or
``query``). Names are compared without case, as DuckDB does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Node = dict[str, Any]

SELECT = "SELECT_NODE"


def words(text: str) -> frozenset[str]:
    """A set of names, written as one text."""
    return frozenset(text.split())


def walk(value: Any) -> Iterator[Node]:
    """Every dictionary in a tree, the outer ones first."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting.extend(reversed(list(here.values())))
        elif isinstance(here, list):
            waiting.extend(reversed(here))


def walk_expression(value: Any) -> Iterator[Node]:
    """The same without what stands in subqueries: these are nodes of their own."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            if not is_query(here):
                waiting.extend(reversed(list(here.values())))
        elif isinstance(here, list):
            waiting.extend(reversed(here))


def kind(node: Mapping[str, Any]) -> str:
    """A node's ``type``, where it has one in words."""
    value = node.get("type")
    return value if isinstance(value, str) else ""


def is_query(node: Mapping[str, Any]) -> bool:
    """Whether it is a query: a SELECT, a UNION of them, …"""
    return kind(node).endswith("_NODE")


def is_function(node: Mapping[str, Any]) -> bool:
    return node.get("class") in ("FUNCTION", "WINDOW") and "function_name" in node


def function_name(node: Mapping[str, Any]) -> str:
    return str(node.get("function_name", "")).casefold()


def arguments(node: Mapping[str, Any]) -> list[Node]:
    """A function's arguments."""
    if "arguments" in node:
        return [argument["expression"] for argument in node["arguments"]]
    return list(node.get("children") or ())


def orders(node: Mapping[str, Any]) -> list[Any]:
    """What an aggregate, or a query's modifier, is ordered by."""
    by = node.get("order_bys") or node
    return [order["expression"] for order in by.get("orders") or ()]


def ctes(query: Mapping[str, Any]) -> list[tuple[str, Node, Node]]:
    """A query's common table expressions: ``(name, entry, query)``."""
    found = []
    for entry in (query.get("cte_map") or {}).get("map") or ():
        value = entry["value"]
        found.append((str(entry["key"]), value, value.get("query_node") or value["query"]["node"]))
    return found


def inner_query(node: Mapping[str, Any]) -> Node:
    """The query of a subquery, be it a table or an expression."""
    inner: Node = node["subquery"]
    query: Node = inner.get("node", inner)
    return query


def sources(table: Mapping[str, Any] | None) -> Iterator[Node]:
    """What a FROM clause names, through joins and pivots but not into subqueries."""
    waiting: list[Any] = [table]
    while waiting:
        here = waiting.pop()
        if not here:
            continue
        if kind(here) == "JOIN":
            waiting += [here["right"], here["left"]]
        elif kind(here) == "PIVOT":
            waiting.append(here["source"])
        else:
            yield here


def label(table: Mapping[str, Any]) -> str:
    """The name that a table goes by in its query: its alias or its own name, folded."""
    return str(table.get("alias") or table.get("table_name") or "").casefold()


def column_names(node: Mapping[str, Any]) -> Sequence[str]:
    """The parts of a reference to a column, ``t.a`` → ``t``, ``a``, folded."""
    return [str(part).casefold() for part in node.get("column_names") or ()]
