"""Code in the user's kernel, always behind an approval, and the last error that cells have raised."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from pydantic import Field

from ..protocol import CopilotError, ErrorCode
from .base import Tool, ToolArguments, ToolContext, ToolError, ToolResult
from .personal import LenientArguments
from .sharing import hand_over
from .tables import in_kernel

RUN = "run_code"
MAX_CODE = 50_000
RUN_TIMEOUT_S = 600.0
ERROR_TIMEOUT_S = 5.0


class RunCodeArguments(ToolArguments):
    code: str = Field(description="Python code, as one cell. Its last expression is shown.")


class RunCodeTool(Tool[RunCodeArguments]):
    """Runs code that the user has approved word for word.

    The approval holds for this very code, by its hash, which the kernel checks again before it runs it.
    """

    name: ClassVar[str] = RUN
    description: ClassVar[str] = (
        "Runs Python code in the user's kernel, after the user has approved it. For what SQL can't do: changing "
        "tables, models, statistics. Results of queries are variables there (_q1, …). Output is shown to the user; "
        "you read it as far as the user allows."
    )
    arguments = RunCodeArguments
    timeout_s: ClassVar[float | None] = RUN_TIMEOUT_S + 10

    async def run(self, arguments: RunCodeArguments, context: ToolContext) -> ToolResult:
        """Raises ToolError where the user refuses, and CopilotError where the kernel is busy or gone."""
        code = arguments.code.strip("\n")
        if not code.strip():
            raise ToolError("The code is empty.")
        if len(code) > MAX_CODE:
            raise ToolError(f"The code has {len(code):,} characters; at most {MAX_CODE:,} are run. Do it in steps.")
        if context.workspace.kernel_id is None:
            raise CopilotError(
                ErrorCode.KERNEL_GONE, "This session has no kernel to run code in.", "Ask in a notebook."
            )
        digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
        wanted: dict[str, Any] = {"code": code, "sha256": digest}
        decided = await context.approve(
            RUN,
            "The copilot asks to run this code in your kernel.",
            {**wanted, "kernel": context.workspace.kernel_id, "notebook": context.workspace.notebook},
            f"{RUN}:{digest}",
        )
        if not decided.allowed:
            note = f" They say: {decided.note}" if decided.note else ""
            raise ToolError(f"The user did not allow this code to run.{note} Don't ask for the same again.")
        value = await in_kernel(context, "run", wanted, timeout_s=RUN_TIMEOUT_S, main_thread=True)
        return await hand_over(value, context)


class ExplainErrorArguments(LenientArguments):
    pass


class ExplainErrorTool(Tool[ExplainErrorArguments]):
    """The last error of the kernel."""

    name: ClassVar[str] = "explain_error"
    description: ClassVar[str] = (
        "Reads the last error that a cell of the user's kernel raised: its type, where it happened, the cell's code, "
        "and its message as far as the user allows. Call it when the user asks about an error."
    )
    arguments = ExplainErrorArguments
    timeout_s: ClassVar[float | None] = ERROR_TIMEOUT_S + 5

    async def run(self, arguments: ExplainErrorArguments, context: ToolContext) -> ToolResult:
        """Raises CopilotError where the kernel can't be reached."""
        value = await in_kernel(context, "error", {}, timeout_s=ERROR_TIMEOUT_S)
        return await hand_over(value, context)
