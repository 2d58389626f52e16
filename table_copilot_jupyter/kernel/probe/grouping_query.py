"""One aggregating query: the check that it is one, and the column that counts the rows behind each of its rows.

A share of a total, ``sum(x) / sum(sum(x)) OVER ()``, tells the total of *all* groups, so also what those groups have
together that are withheld because they are small: the total less what is shown. Of a single small group that would be
its very value. So each row's guard is then also the number of rows behind all small groups together, which is to say
that these count as one more group of the result, whose value is told. They may be counted together, because a sum of
sums, or of counts, is the sum over their rows, and each row is in one group. Where a row may be in several, in joins,
no group may be small at all. A LIMIT cuts rows off after the total is made, and the guard sees all groups as the
total does; HAVING comes before both.

Several sets of groups (ROLLUP) have their totals among their rows, so there too no group may be small. HAVING would
take small ones out of the rows, and leave them in those totals: the two don't go together.

The number of rows of a whole table, ``(SELECT count(*) FROM staff)``, needs no guard: the model knows it from the list
of tables.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from .gate import MIN_GROUP
from .grouping_arguments import Term, rows_behind
from .grouping_forms import Forms, bare, filled
from .grouping_rules import check_computation, check_condition, check_shares, children, chosen_columns, need, replaced
from .sql_functions import AGGREGATES, CONDITIONAL, COUNTING, QUANTILES
from .sql_tree import SELECT, Node, arguments, ctes, function_name, inner_query, kind, orders, sources, walk, words

GUARD = "__copilot_rows_behind"

_DISTINCT_ROWS = 'coalesce(bit_count(bitstring_agg((hash("%s") %%%% 1024)::INT, 0, 1023)%%s), 0)'
"""How many different rows of a table there are, but 1024 at most: never too many, and sometimes, of few, one too few.

It costs next to nothing, where ``count(DISTINCT …)`` would keep every row. Of an outer join one is taken off: the row
of NULLs that the join itself makes.
"""


_ADDITIVE = words("count_star count sum") | CONDITIONAL
"""Aggregates whose sum over groups is the same aggregate over the rows of them all."""


def check_modifiers(query: Node, *more: str) -> None:
    """ORDER BY and a constant LIMIT only, and what else is named."""
    for modifier in query.get("modifiers") or ():
        need(kind(modifier) in ("ORDER_MODIFIER", "LIMIT_MODIFIER", *more))
        for part in ("limit", "offset"):
            need(modifier.get(part) is None or modifier[part].get("class") == "CONSTANT")


def counts_a_table(node: Node, above: Sequence[tuple[str, Node, Node]], forms: Forms) -> bool:
    """Whether it is the number of rows of a table. ``above``: the common table expressions; these are none."""
    name = forms.counted_table(node)
    return name is not None and all(name != entry[0].casefold() for entry in above)


class AggregatingQuery:
    """Raises ``NotAggregating`` if it is none.

    ``columns``: the folded names of all columns of its tables. ``above``: the common table expressions that the query
    around it has, as ``sql_tree.ctes`` gives them.
    """

    def __init__(
        self, root: Node, columns: Collection[str], forms: Forms, above: Sequence[tuple[str, Node, Node]] = ()
    ) -> None:
        self._root = root
        self._forms = forms
        self._ctes = [*above, *ctes(root)]
        self._conditions: list[list[Term]] = [[]]
        """The rows that are counted: each a conjunction."""
        self._has_total = False
        below = [[query for _, _, query in self._ctes], root.get("from_table")]
        self._chosen = chosen_columns([node for node in walk(below) if kind(node) == SELECT])
        """Columns of subqueries that are more than the plain value of another column."""
        self._columns = set(columns).union(
            str(node["alias"]).casefold() for node in walk([root, below]) if node.get("class") and node.get("alias")
        )
        self._check()

    def with_guard(self) -> Node:
        """The query with one more column."""
        parts: dict[str, Node] = {}
        counters: list[str] = []
        leaves = self._leaves()
        for condition in {json.dumps(bare(condition)): condition for condition in self._conditions}.values():
            terms = []
            for text, nodes in condition:
                names = ["__copilot_term_%d" % (len(parts) + i) for i in range(len(nodes))]
                parts.update((name, {**node, "alias": ""}) for name, node in zip(names, nodes))
                terms.append(text % tuple('"%s"' % name for name in names))
            only = " FILTER (WHERE %s)" % " AND ".join(terms) if terms else ""
            counters += [counter % only for counter in leaves]
        rows = counters[0] if len(counters) == 1 else "least(%s)" % ", ".join(dict.fromkeys(counters))
        if self._has_total and len(leaves) > 1:
            rows = "min(%s) OVER ()" % rows
        elif len(self._root.get("group_sets") or ()) > 1:
            rows = "min(%s) OVER ()" % rows  # each total less its parts is what a small one has
        elif self._has_total:
            rows = "least(%s, sum(%s) FILTER (WHERE %s < %d) OVER ())" % (rows, rows, rows, MIN_GROUP)
        guard = filled(self._forms.tree('%s AS "%s"' % (rows, GUARD)), parts)
        return {**self._root, "select_list": [*self._root["select_list"], guard]}

    def _check(self) -> None:
        root = self._root
        need(kind(root) == SELECT and not root.get("qualify") and not root.get("sample"))
        for _, entry, query in self._ctes:
            need(not entry.get("aliases"))
            self._check_plain_query(query)
        check_modifiers(root)
        outer = [*root["select_list"], *root.get("group_expressions", ())]
        if root.get("having"):
            outer.append(root["having"])
        for modifier in root.get("modifiers") or ():
            outer += [order for order in orders(modifier) if kind(order) != "STAR"]
        aggregates = [self._check_outer(expression) for expression in outer]
        need(bool(sum(aggregates) or root.get("group_expressions") or root.get("group_sets") or _forced(root)))
        # HAVING takes groups out of what is shown, but not out of the totals of other sets
        need(len(root.get("group_sets") or ()) < 2 or not (self._has_total or root.get("having")))
        check_condition(root.get("where_clause"))

    def _check_outer(self, expression: Node) -> int:
        """An expression over keys and aggregates. How many aggregates are in it."""
        count = 0
        waiting = [expression]
        while waiting:
            node = waiting.pop()
            if node.get("class") == "FUNCTION" and function_name(node) in AGGREGATES | COUNTING | CONDITIONAL:
                self._check_aggregate(node)
                count += 1
            elif node.get("class") == "WINDOW":
                self._check_total(node)
                count += 1
            elif not counts_a_table(node, self._ctes, self._forms):
                check_computation(node)
                waiting += children(node)
        return count

    def _check_total(self, node: Node) -> None:
        part = self._forms.totalled(node)
        need(part is not None and part.get("class") == "FUNCTION")
        if part is not None:
            need(function_name(part) in _ADDITIVE and not part.get("distinct"))
            self._check_aggregate(part)
            self._has_total = True

    def _check_aggregate(self, node: Node) -> None:
        name = function_name(node)
        given = arguments(node)
        condition: list[Term] = [("%s", [node["filter"]])] if node.get("filter") else []
        check_condition(node.get("filter"))
        if name in CONDITIONAL:
            need(len(given) == 1 and not orders(node))
            check_condition(given[0])
            self._conditions.append([*condition, ("%s", [given[0]])])
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
        need(bool(values) or name in COUNTING)
        for terms in [rows_behind(value, node, self._chosen, self._forms) for value in values] or [[]]:
            self._conditions.append([*condition, *terms])

    def _check_plain_query(self, query: Node) -> None:
        """A subquery whose every row is a row of one table, at most once."""
        need(kind(query) == SELECT and not query.get("having") and not query.get("qualify") and not query.get("sample"))
        need(not query.get("group_expressions") and not query.get("group_sets") and not _forced(query))
        need(not ctes(query))
        check_modifiers(query, "DISTINCT_MODIFIER")
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
        table = self._root.get("from_table") or {}
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
            need(name.casefold() not in self._columns)  # else it is the column that is counted
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
