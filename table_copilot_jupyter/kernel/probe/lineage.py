"""What a statement reads: which tables, and which of their columns.

Rather too much than too little. A column counts as read wherever its name stands in the statement, whatever table or
alias it belongs to there; all columns of a table count where its row is taken as a whole: a star, COLUMNS (…), a
position (#1), the table's name as a value, a NATURAL join, a pivot, new names for its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from .sql_tree import (
    SELECT,
    Node,
    column_names,
    ctes,
    function_name,
    is_function,
    is_query,
    kind,
    label,
    orders,
    sources,
    walk,
    walk_expression,
    words,
)

_EXPANDING = words("unnest generate_subscripts regexp_split_to_table json_each json_tree")
"""Functions that make several rows of one."""

_RANKING = words("row_number rank dense_rank percent_rank cume_dist ntile")
"""Window functions that tell a row's place, and no other row's values."""

_TABLES = words("BASE_TABLE SUBQUERY TABLE_FUNCTION EXPRESSION_LIST PIVOT JOIN")


class Reading:
    """What a statement reads of the tables that it names.

    ``columns``: of each table, by its real name, the columns that are read, in the table's order. ``named``: the
    folded names of columns that stand in the statement itself, so that they may go by another name afterwards.
    """

    def __init__(self, columns: dict[str, list[str]], named: frozenset[str]) -> None:
        self.columns = columns
        self.named = named


def tables(root: Node) -> list[str]:
    """The names of the tables that a statement reads, as it writes them, each once. Names given by WITH are none."""
    names: list[str] = []
    for node in _tables(root, frozenset()):
        name = _table_name(node)
        if name not in names:
            names.append(name)
    return names


def reading(root: Node, known: Mapping[str, tuple[str, Sequence[str]]]) -> Reading:
    """Which columns a statement reads. ``known``: by the name in the statement, the table's real name and columns."""
    references = list(_tables(root, frozenset()))
    identifiers = _identifiers(root)
    whole = _whole_rows(root)
    as_values = _tables_as_values(root)
    found: dict[str, set[str]] = {}
    for node in references:
        real, columns = known[_table_name(node)]
        read = found.setdefault(real, set())
        if as_values & {label(node), _table_name(node).casefold()}:
            read.update(columns)
        elif id(node) in whole:
            read.update(column for column in columns if column.casefold() not in whole[id(node)])
        read.update(column for column in columns if column.casefold() in identifiers)
    order = dict(known.values())
    return Reading(
        {real: [column for column in order[real] if column in read] for real, read in found.items()},
        frozenset(identifiers),
    )


def keeps_names(root: Node) -> bool:
    """Whether a column that no part of the statement names can only be in the result under its own name.

    So of a plain ``SELECT * FROM a JOIN b``, where each star is of a table itself.
    """
    if kind(root) != SELECT or root.get("qualify"):
        return False
    items = root.get("select_list") or ()
    return (
        not any(is_query(node) for node in walk(root) if node is not root)
        and not _tables_as_values(root)
        and all(kind(table) == "BASE_TABLE" and not table.get("column_name_alias") for table in sources(_from(root)))
        and not any(kind(node) in ("PIVOT", "POSITIONAL_REFERENCE") for node in walk(root))
        and all(
            kind(item) == "STAR" and not (item.get("columns") or item.get("rename_list") or item.get("alias"))
            for item in items
            if any(kind(node) == "STAR" for node in walk(item))
        )
    )


def keeps_rows(root: Node) -> bool:
    """Whether no row of a table can stand behind more than one row of the result.

    It can by a join, and by a window function, which may write one row's value into all; not by one that only counts.
    """
    windows = (function_name(node) for node in walk(root) if node.get("class") == "WINDOW")
    return all(name in _RANKING for name in windows) and _makes_no_rows(root)


def _makes_no_rows(root: Node) -> bool:
    for node in walk(root):
        word = kind(node)
        if word in ("JOIN", "TABLE_FUNCTION", "PIVOT", "EXPRESSION_LIST", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"):
            return False
        if node.get("class") == "SUBQUERY" or len(node.get("group_sets") or ()) > 1:
            return False
        if is_function(node) and function_name(node) in _EXPANDING:
            return False
    names = [_table_name(node).casefold() for node in walk(root) if kind(node) == "BASE_TABLE"]
    return len(names) == len(set(names))


def may_name_columns_by_values(root: Node) -> bool:
    """Whether the result's columns may be called after keys in cells: structs that become columns do that."""
    labels = {label(node) for node in walk(root) if kind(node) in _TABLES}
    return any(
        (is_function(node) and function_name(node) == "unnest")
        or (kind(node) == "STAR" and str(node.get("relation_name") or "").casefold() not in labels | {""})
        for node in walk(root)
    )


def row_count_is_public(root: Node) -> bool:
    """Whether the number of its rows says nothing of values: that of whole tables (or a LIMIT), or of totals."""
    if (
        kind(root) != SELECT
        or not _makes_no_rows(root)
        or any(is_query(node) for node in walk(root) if node is not root)
    ):
        return False
    if any(root.get(part) for part in ("where_clause", "having", "qualify", "sample", "group_expressions")):
        return False
    if root.get("aggregate_handling") != "STANDARD_HANDLING":
        return False
    if any(kind(modifier) == "DISTINCT_MODIFIER" for modifier in root.get("modifiers") or ()):
        return False
    return all(kind(table) == "BASE_TABLE" and not table.get("sample") for table in sources(_from(root)))


def _from(query: Node) -> Node | None:
    table: Node | None = query.get("from_table")
    return table


def _table_name(node: Node) -> str:
    name = str(node.get("table_name") or "")
    if kind(node) == "SHOW_REF" and len(name) > 1 and name[0] == name[-1] == '"':
        return name[1:-1].replace('""', '"')
    return name


def _tables(value: object, hidden: frozenset[str]) -> Iterable[Node]:
    """Every reference to a table that is none to a common table expression. ``hidden``: the names of those in reach."""
    if isinstance(value, list):
        for item in value:
            yield from _tables(item, hidden)
        return
    if not isinstance(value, dict):
        return
    if kind(value) == "BASE_TABLE" and _table_name(value).casefold() not in hidden:
        yield value
    if kind(value) == "SHOW_REF" and not value.get("query"):  # DuckDB before 1.2
        yield value
    for name, _, query in ctes(value):
        recursive = kind(query) == "RECURSIVE_CTE_NODE"
        yield from _tables(query, hidden | {name.casefold()} if recursive else hidden)
        hidden = hidden | {name.casefold()}
    if kind(value) == "CTE_NODE":
        yield from _tables(value.get("query"), hidden - {str(value.get("cte_name")).casefold()})
        hidden = hidden | {str(value.get("cte_name")).casefold()}
    for key, inner in value.items():
        if key != "cte_map" and not (key == "query" and kind(value) == "CTE_NODE"):
            yield from _tables(inner, hidden)


def _identifiers(root: Node) -> set[str]:
    """Every name that may be a column's, folded."""
    found: set[str] = set()
    for node in walk(root):
        found.update(column_names(node))
        found.add(str(node.get("relation_name") or "").casefold())  # of ``s.*``, where s may be a column of structs
        found.update(str(name).casefold() for name in node.get("using_columns") or ())
        found.update(str(entry.get("key")).casefold() for entry in node.get("replace_list") or ())
    return found


def _tables_as_values(root: Node) -> set[str]:
    """The folded names and aliases of tables that stand where a column could: ``SELECT t FROM t``."""
    named = {parts[-1] for node in walk(root) if (parts := column_names(node))}
    tables_here = [node for node in walk(root) if kind(node) == "BASE_TABLE"]
    return named & {name for node in tables_here for name in (label(node), _table_name(node).casefold())}


def _whole_rows(root: Node) -> dict[int, set[str]]:
    """By its node's id, each reference to a table whose rows are taken whole, with the columns that are left out."""
    found: dict[int, set[str]] = {}
    by_label: dict[str, list[Node]] = {}
    for node in walk(root):
        if kind(node) == "BASE_TABLE":
            by_label.setdefault(label(node), []).append(node)
            if node.get("column_name_alias"):
                found[id(node)] = set()
        elif kind(node) == "SHOW_REF" and not node.get("query"):
            found[id(node)] = set()
        elif kind(node) == "PIVOT" or (kind(node) == "JOIN" and node.get("ref_type") == "NATURAL"):
            found.update((id(table), set()) for table in sources(node))
    for query in walk(root):
        if not is_query(query):
            continue
        own = list(sources(_from(query)))
        for node in _own_expressions(query):
            if kind(node) == "POSITIONAL_REFERENCE":
                found.update((id(table), set()) for table in own)
            elif kind(node) == "STAR":
                relation = str(node.get("relation_name") or "").casefold()
                excluded = {str(name).casefold() for name in node.get("exclude_list") or () if isinstance(name, str)}
                for table in by_label.get(relation, ()) if relation else own:
                    found[id(table)] = found.get(id(table), excluded) & excluded
    return found


def _own_expressions(query: Node) -> Iterable[Node]:
    """The expressions of a query, not those of its subqueries. ORDER BY ALL is a star too, and reads nothing more."""
    all_of_it = {
        id(order)
        for modifier in query.get("modifiers") or ()
        if kind(modifier) == "ORDER_MODIFIER"
        for order in orders(modifier)
        if kind(order) == "STAR"
    }
    for key, part in query.items():
        if key != "cte_map":
            yield from (node for node in walk_expression(part) if id(node) not in all_of_it)
