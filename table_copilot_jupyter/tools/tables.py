"""The tools for tables: what there is, what it is like, and questions to it as SQL.

Each is one operation in the user's kernel (``kernel/probe``). The user is shown everything; what the model reads
has passed the gate there.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from ..kernel.base import OperationFailed
from .base import Tool, ToolArguments, ToolContext, ToolError, ToolResult
from .personal import LenientArguments
from .sharing import hand_over

LIST_TIMEOUT_S = 5.0
DESCRIBE_TIMEOUT_S = 20.0
QUERY_TIMEOUT_S = 60.0


async def in_kernel(
    context: ToolContext, op: str, arguments: dict[str, Any], *, timeout_s: float, main_thread: bool = False
) -> dict[str, Any]:
    """One operation. Raises ToolError with words for the model; what is for the user only, the user is shown."""
    try:
        return await context.workspace.call(op, arguments, timeout_s=timeout_s, main_thread=main_thread)
    except OperationFailed as error:
        if error.detail:
            context.output({"text/plain": error.detail})
        raise ToolError(f"{error.message} {error.hint}".strip()) from None


class ListTablesArguments(LenientArguments):
    pass


class ListTablesTool(Tool[ListTablesArguments]):
    """What tables the kernel has."""

    name: ClassVar[str] = "list_tables"
    description: ClassVar[str] = (
        "Lists the tables in the user's kernel: names, sizes, and columns with their types as far as the user allows. "
        "Call it first when you don't know the tables yet."
    )
    arguments = ListTablesArguments
    timeout_s: ClassVar[float | None] = LIST_TIMEOUT_S + 5

    async def run(self, arguments: ListTablesArguments, context: ToolContext) -> ToolResult:
        """Raises ToolError, and CopilotError where the kernel can't be reached."""
        value = await in_kernel(context, "tables", {}, timeout_s=LIST_TIMEOUT_S)
        return await hand_over(value, context)


class DescribeTableArguments(LenientArguments):
    name: str = Field(description="The table's variable name.")
    columns: list[str] = Field(default_factory=list, description="Only these columns; leave it out for all.")


class DescribeTableTool(Tool[DescribeTableArguments]):
    """Statistics of a table's columns."""

    name: ClassVar[str] = "describe_table"
    description: ClassVar[str] = (
        "Describes a table's columns: types, missing values, distinct values, ranges, means, quantiles, most frequent "
        "values, as far as the user allows. The user sees all of it."
    )
    arguments = DescribeTableArguments
    timeout_s: ClassVar[float | None] = DESCRIBE_TIMEOUT_S + 5

    async def run(self, arguments: DescribeTableArguments, context: ToolContext) -> ToolResult:
        """Raises ToolError for a table or column that is not there."""
        wanted: dict[str, Any] = {"name": arguments.name}
        if arguments.columns:
            wanted["columns"] = arguments.columns
        value = await in_kernel(context, "describe", wanted, timeout_s=DESCRIBE_TIMEOUT_S)
        return await hand_over(value, context)


class QueryTableArguments(ToolArguments):
    sql: str = Field(description="One SELECT statement in DuckDB's SQL. Tables are named by their variables.")
    show_only: bool = Field(
        False,
        description="True where it is enough that the user sees the result and you need not read its values.",
    )


class QueryTableTool(Tool[QueryTableArguments]):
    """A question to the tables as SQL."""

    name: ClassVar[str] = "query_table"
    description: ClassVar[str] = (
        "Runs one read-only SQL query (DuckDB) over the tables in the user's kernel. The user is shown the result as a "
        "table, so don't repeat it row by row. You read it as far as the user allows; it has a reference such as q1: "
        "put [q1] right after every number that you take from it. Prefer aggregates to raw rows."
    )
    arguments = QueryTableArguments
    timeout_s: ClassVar[float | None] = QUERY_TIMEOUT_S + 5

    async def run(self, arguments: QueryTableArguments, context: ToolContext) -> ToolResult:
        """Raises ToolError for SQL that can't be run, with the reason."""
        if not arguments.sql.strip():
            raise ToolError("The SQL is empty. Write one SELECT statement.")
        wanted = {
            "sql": arguments.sql,
            "number": context.workspace.next_result(),
            "deadline_s": QUERY_TIMEOUT_S - 5,
        }
        value = await in_kernel(context, "query", wanted, timeout_s=QUERY_TIMEOUT_S)
        return await hand_over(value, context, ask=not arguments.show_only)
