"""Code runs only as it was approved, and errors are read through the gate."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from fake_stores import FakeUser, tool_context
from fake_workspace import FakeWorkspace

from table_copilot_jupyter.protocol import CopilotError
from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.code import (
    MAX_CODE,
    ExplainErrorArguments,
    ExplainErrorTool,
    RunCodeArguments,
    RunCodeTool,
)

CODE = "heavy = penguins[penguins.body_mass_g > 5000]"


def value(model: str) -> dict[str, Any]:
    return {"model": model, "level": None, "tables": [], "user": {"text/plain": "out"}, "more": None}


async def run(decision: str, code: str = CODE, **fake: Any):
    workspace = FakeWorkspace({"run": value("It ran.")}, **fake)
    user = FakeUser(decision=decision)
    result = await RunCodeTool().run(RunCodeArguments(code=code), tool_context(workspace=workspace, user=user))
    return result, user, workspace


async def test_the_user_sees_the_very_code_and_where_it_will_run():
    _, user, _ = await run("once")
    tool, _, arguments, key = user.approvals[0]
    digest = hashlib.sha256(CODE.encode()).hexdigest()
    assert tool == "run_code"
    assert arguments == {"code": CODE, "sha256": digest, "kernel": "k1", "notebook": "penguins.ipynb"}
    assert key == f"run_code:{digest}"


async def test_what_runs_is_what_was_approved_on_the_main_thread():
    _, user, workspace = await run("session")
    approved = user.approvals[0][2]
    assert workspace.calls == [("run", {"code": approved["code"], "sha256": approved["sha256"]}, True)]


async def test_other_code_has_another_key_so_that_it_is_asked_for_anew():
    keys = {(await run("session", code))[1].approvals[0][3] for code in (CODE, CODE + " ")}
    assert len(keys) == 2


async def test_refused_code_never_reaches_the_kernel():
    with pytest.raises(ToolError, match="did not allow"):
        await run("deny")


async def test_code_without_a_kernel_is_not_even_asked_for():
    with pytest.raises(CopilotError, match="no kernel"):
        await run("once", kernel_id=None)


@pytest.mark.parametrize(("code", "words"), [("  \n", "empty"), ("x" * (MAX_CODE + 1), "at most 50,000")])
async def test_code_that_is_none_is_refused(code, words):
    with pytest.raises(ToolError, match=words):
        await run("once", code)


async def test_the_last_error_is_read_beside_running_cells():
    workspace = FakeWorkspace({"error": value("KeyError in cell 3")})
    result = await ExplainErrorTool().run(ExplainErrorArguments(), tool_context(workspace=workspace))
    assert result.content == "KeyError in cell 3"
    assert workspace.calls == [("error", {}, False)]
