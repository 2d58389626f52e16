"""A statement's tree is read alike in the forms that DuckDB's versions give it."""

from __future__ import annotations

from table_copilot_jupyter.kernel.probe import sql_tree
from table_copilot_jupyter.kernel.probe.sql import Database

ONE = {"class": "CONSTANT", "type": "VALUE_CONSTANT"}


def root(sql):
    with Database(10.0) as database:
        return database.parse(sql).root


def test_every_node_is_visited_the_outer_ones_first():
    kinds = [sql_tree.kind(node) for node in sql_tree.walk(root("SELECT a + 1 FROM t"))]
    assert kinds.index("SELECT_NODE") < kinds.index("FUNCTION") < kinds.index("COLUMN_REF")
    assert "BASE_TABLE" in kinds


def test_an_expression_ends_where_a_subquery_begins():
    (item,) = root("SELECT (SELECT inner_column FROM t) + outer_column")["select_list"]
    names = [name for node in sql_tree.walk_expression(item) for name in sql_tree.column_names(node)]
    assert names == ["outer_column"]


def test_arguments_are_found_in_both_forms():
    assert sql_tree.arguments({"arguments": [{"name": "", "expression": ONE}]}) == [ONE]
    assert sql_tree.arguments({"children": [ONE]}) == [ONE]
    assert sql_tree.arguments({}) == []


def test_common_table_expressions_are_found_in_both_forms():
    query = {"type": "SELECT_NODE"}
    for value in ({"query_node": query}, {"query": {"node": query}}):
        assert sql_tree.ctes({"cte_map": {"map": [{"key": "t", "value": value}]}}) == [("t", value, query)]
    assert sql_tree.ctes({}) == []


def test_subqueries_are_found_in_both_forms():
    query = {"type": "SELECT_NODE"}
    assert sql_tree.inner_query({"subquery": {"node": query}}) is query
    assert sql_tree.inner_query({"subquery": query}) is query


def test_the_tables_of_a_from_clause_are_found_through_joins():
    table = root("SELECT 1 FROM a JOIN b ON true, (SELECT 1) AS c")["from_table"]
    assert [sql_tree.label(node) for node in sql_tree.sources(table)] == ["a", "b", "c"]
    assert list(sql_tree.sources(None)) == []


def test_a_table_goes_by_its_alias():
    (table,) = sql_tree.sources(root("FROM Penguins AS P")["from_table"])
    assert sql_tree.label(table) == "p"


def test_orders_are_those_of_queries_and_of_aggregates():
    (modifier,) = root("SELECT a FROM t ORDER BY a, b")["modifiers"]
    assert len(sql_tree.orders(modifier)) == 2
    (item,) = root("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM t")["select_list"]
    assert len(sql_tree.orders(item)) == 1


def test_a_value_type_is_no_kind():
    assert sql_tree.kind({"type": {"id": "INTEGER"}}) == ""
    assert not sql_tree.is_query({"type": {"id": "INTEGER"}})
