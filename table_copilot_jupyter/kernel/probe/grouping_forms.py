"""Parts of a query that have to be exactly so: written as SQL, read by DuckDB itself, and compared as trees.

So nothing can hide in a corner of a tree that nobody looked into (a frame, a FILTER, EXCLUDE, a sample), and the
comparison is the same in all of DuckDB's versions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .sql_tree import Node, arguments, inner_query, kind

_ZEROS = ("0", "0.0", "0.00", "0e0", "0.0e0")


def bare(value: Any) -> Any:
    """A tree without what its meaning doesn't depend on: places in the text, and aliases."""
    if isinstance(value, list):
        return [bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: bare(inner) for key, inner in value.items() if key != "alias" and not key.startswith("query_location")}


def filled(value: Any, parts: Mapping[str, Node]) -> Any:
    """A tree in which the columns that are named in ``parts`` are replaced."""
    if isinstance(value, list):
        return [filled(item, parts) for item in value]
    if not isinstance(value, dict):
        return value
    if kind(value) == "COLUMN_REF":
        return parts.get(str(value["column_names"][0]), value)
    return {key: filled(inner, parts) for key, inner in value.items()}


class Forms:
    """``serialised`` gives the tree of SQL."""

    def __init__(self, serialised: Callable[[str], Node]) -> None:
        self._serialised = serialised
        self._trees: dict[str, Node] = {}

    def tree(self, expression: str) -> Node:
        """The tree of an expression, as it stands in a list of columns."""
        if expression not in self._trees:
            self._trees[expression] = self._serialised("SELECT %s" % expression)["select_list"][0]
        return self._trees[expression]

    def is_null(self, node: Node) -> bool:
        return self._is(node, "NULL")

    def is_zero(self, node: Node) -> bool:
        return any(self._is(node, zero) for zero in _ZEROS)

    def choice(self, condition: Node, value: Node) -> Node:
        """``CASE WHEN condition THEN value END``"""
        parts = {"c": {**condition, "alias": ""}, "v": {**value, "alias": ""}}
        tree: Node = filled(self.tree("CASE WHEN c THEN v END"), parts)
        return tree

    def totalled(self, node: Node) -> Node | None:
        """What ``sum(…) OVER ()`` adds up; None if it is anything else, or more than that."""
        form = self.tree("sum(x) OVER ()")
        given = arguments(node)
        if len(given) != 1:
            return None
        same = dict(node)
        same.update((key, form[key]) for key in ("arguments", "children") if key in form)
        return given[0] if bare(same) == bare(form) else None

    def counted_table(self, node: Node) -> str | None:
        """The folded name of the table of ``(SELECT count(*) FROM table)``; None if it is anything else."""
        if kind(node) != "SUBQUERY":
            return None
        table = inner_query(node).get("from_table") or {}
        name = str(table.get("table_name") or "")
        if not name or not self._is(node, '(SELECT count(*) FROM "%s")' % name.replace('"', '""')):
            return None
        return name.casefold()

    def star_without(self, star: Node, column: str) -> Node | None:
        """``*`` or ``t.*`` without a column; None if the star is more than that."""
        relation = {"relation_name": star.get("relation_name")}
        if bare(star) != bare({**self.tree("*"), **relation}):
            return None
        return {**self.tree('* EXCLUDE ("%s")' % column), **relation}

    def _is(self, node: Node, expression: str) -> bool:
        return bool(bare(node) == bare(self.tree(expression)))
