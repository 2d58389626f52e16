"""What a statement may be made of: whatever is not known to be harmless is refused, before it runs.

DuckDB counts more as a SELECT than reads tables: ``WITH x AS (DELETE …)``, SHOW, functions that read settings. So the
tree is gone through node by node.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import sql_functions
from .failure import Failure
from .sql_tree import Node, function_name, is_function, kind, walk, words

_QUERIES = words("SELECT_NODE SET_OPERATION_NODE RECURSIVE_CTE_NODE CTE_NODE")
_TABLES = words("BASE_TABLE SUBQUERY JOIN TABLE_FUNCTION EXPRESSION_LIST EMPTY PIVOT SHOW_REF")
_MODIFIERS = words(
    "ORDER_MODIFIER LIMIT_MODIFIER LIMIT_PERCENT_MODIFIER DISTINCT_MODIFIER ORDER_DEFAULT ASCENDING DESCENDING"
)
_EXPRESSIONS = words(
    "COLUMN_REF FUNCTION CONSTANT CASE CAST COMPARISON CONJUNCTION OPERATOR SUBQUERY STAR WINDOW BETWEEN LAMBDA "
    "LAMBDA_REF COLLATE POSITIONAL_REFERENCE TYPE"
)


def check(root: Node) -> None:
    """Raise ``Failure`` for whatever in a tree is not known to be harmless."""
    table_functions = {id(node.get("function")) for node in walk(root) if kind(node) == "TABLE_FUNCTION"}
    for node in walk(root):
        _check_kind(node)
        if is_function(node):
            name = function_name(node)
            if id(node) in table_functions:
                if name not in sql_functions.TABLE_FUNCTIONS:
                    raise Failure(
                        "The table function %s is not allowed: SQL here reads the kernel's tables only." % name[:100],
                        "Allowed are %s." % ", ".join(sorted(sql_functions.TABLE_FUNCTIONS)),
                    )
            else:
                reason = sql_functions.denied(name)
                if reason is not None:
                    raise Failure("The function %s is not allowed: %s." % (name[:100], reason))
        elif kind(node) == "BASE_TABLE":
            if node.get("schema_name") or node.get("catalog_name"):
                raise Failure(
                    "Tables are addressed by the variable's name alone, not as %s."
                    % ".".join(
                        str(node.get(part)) for part in ("catalog_name", "schema_name", "table_name") if node.get(part)
                    ),
                    "Leave out what stands before the last dot.",
                )
            if node.get("at_clause"):
                raise Failure("Tables here have no versions, so AT (…) is not allowed.")
        elif kind(node) == "SHOW_REF" and str(node.get("show_type")) not in ("DESCRIBE", "SUMMARY"):
            raise Failure(
                "SHOW is not allowed.", "List the tables to see which there are; DESCRIBE one for its columns."
            )
        elif kind(node) == "PIVOT" and any(pivot.get("pivot_enum") for pivot in node.get("pivots") or ()):
            raise Failure(
                "PIVOT by a type is not allowed.", "Name the columns: PIVOT … ON column IN ('a', 'b') USING …"
            )


def _check_kind(node: Mapping[str, Any]) -> None:
    word = kind(node)
    expression = node.get("class")
    if expression == "PARAMETER":
        raise Failure("The SQL has a parameter, for which there is no value.", "Write the value itself.")
    if expression is not None:
        known = expression in _EXPRESSIONS
    else:
        known = not word or word in _QUERIES or word in _TABLES or word in _MODIFIERS or word.endswith("_TYPE_INFO")
    if not known:
        raise Failure(
            "The SQL has a part that is not allowed: %s." % str(expression or word).lower().replace("_", " ")[:60],
            "SQL here reads tables, and does nothing else.",
        )
