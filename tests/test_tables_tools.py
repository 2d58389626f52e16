"""The agents' tools for tables, over a kernel that answers as it was told."""

from __future__ import annotations

from typing import Any

import pytest
from fake_stores import FakeUser, tool_context
from fake_workspace import FakeWorkspace

from table_copilot_jupyter.kernel.base import OperationFailed
from table_copilot_jupyter.protocol import CopilotError
from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.tables import (
    DescribeTableArguments,
    DescribeTableTool,
    ListTablesArguments,
    ListTablesTool,
    QueryTableArguments,
    QueryTableTool,
)


def value(model: str, **rest: Any) -> dict[str, Any]:
    return {"model": model, "level": "schema", "tables": [], "user": None, "more": None, **rest}


async def test_the_list_of_tables_is_what_the_gate_lets_through():
    workspace = FakeWorkspace({"tables": value("penguins: 344 rows")})
    result = await ListTablesTool().run(ListTablesArguments(), tool_context(workspace=workspace))
    assert result.content == "penguins: 344 rows"
    assert workspace.calls == [("tables", {}, False)]


async def test_a_description_asks_for_the_columns_that_were_named():
    workspace = FakeWorkspace({"describe": value("…")})
    tool = DescribeTableTool()
    await tool.run(DescribeTableArguments(name="penguins"), tool_context(workspace=workspace))
    await tool.run(DescribeTableArguments(name="penguins", columns=["island"]), tool_context(workspace=workspace))
    assert [arguments for _, arguments, _ in workspace.calls] == [
        {"name": "penguins"},
        {"name": "penguins", "columns": ["island"]},
    ]


async def test_each_query_gets_a_number_of_its_own():
    workspace = FakeWorkspace({"query": value("…")})
    for _ in range(2):
        await QueryTableTool().run(QueryTableArguments(sql="SELECT 1"), tool_context(workspace=workspace))
    assert [arguments["number"] for _, arguments, _ in workspace.calls] == [1, 2]


async def test_a_query_for_the_users_eyes_alone_asks_for_no_consent():
    more = {"text": "1", "level": "rows", "what": "1 row of q1", "tables": []}
    workspace = FakeWorkspace({"query": value("q1: 1 row", more=more)})
    user = FakeUser(decision="once")
    arguments = QueryTableArguments(sql="SELECT 1", show_only=True)
    await QueryTableTool().run(arguments, tool_context(workspace=workspace, user=user))
    assert user.approvals == []


async def test_an_empty_query_is_refused_before_the_kernel_is_asked():
    workspace = FakeWorkspace()
    with pytest.raises(ToolError, match="The SQL is empty"):
        await QueryTableTool().run(QueryTableArguments(sql="  "), tool_context(workspace=workspace))
    assert workspace.calls == []


async def test_of_an_error_the_model_reads_what_the_gate_lets_through_and_the_user_all_of_it():
    failed = OperationFailed("A value could not be converted.", "Use TRY_CAST.", detail="Could not convert 'Ada'")
    shown: list[dict[str, Any]] = []
    context = tool_context(workspace=FakeWorkspace({"query": failed}), output=shown.append)
    with pytest.raises(ToolError) as raised:
        await QueryTableTool().run(QueryTableArguments(sql="SELECT x::INT FROM t"), context)
    assert str(raised.value) == "A value could not be converted. Use TRY_CAST."
    assert shown == [{"text/plain": "Could not convert 'Ada'"}]


async def test_a_kernel_that_is_gone_is_said_as_it_is():
    with pytest.raises(CopilotError, match="no kernel"):
        await ListTablesTool().run(ListTablesArguments(), tool_context(workspace=FakeWorkspace()))
