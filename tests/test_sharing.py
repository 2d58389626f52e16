"""What reaches the user and the model of what a kernel returned."""

from __future__ import annotations

from typing import Any

from fake_stores import FakeUser, tool_context
from fake_workspace import FakeWorkspace

from table_copilot_jupyter.privacy import Privacy
from table_copilot_jupyter.tools.sharing import hand_over

SCHEMA = [{"name": "penguins", "level": "schema", "columns": 2, "rows": 0}]
ROWS = [{"name": "penguins", "level": "rows", "columns": 2, "rows": 3}]
RESULT: dict[str, Any] = {
    "model": "q1: 3 rows × 2 columns",
    "level": "schema",
    "tables": SCHEMA,
    "user": {"text/plain": "Biscoe 4716"},
    "more": {
        "text": "| Biscoe | 4716 |",
        "level": "rows",
        "what": "3 rows of q1: 2 columns, 1 of text",
        "tables": ROWS,
        "rows": 3,
        "columns": 2,
    },
}


async def share(decision: str = "deny", *, privacy: Privacy | None = None, ask: bool = True):
    user = FakeUser(decision=decision)
    workspace = FakeWorkspace(privacy=privacy or Privacy("schema"))
    shown: list[dict[str, Any]] = []
    context = tool_context(user=user, workspace=workspace, output=shown.append)
    return await hand_over(RESULT, context, ask=ask), user, workspace, shown


async def test_the_user_is_shown_everything_at_every_level():
    for level in ("names", "schema", "rows"):
        _, _, _, shown = await share(privacy=Privacy(level))
        assert shown == [{"text/plain": "Biscoe 4716"}]


async def test_refused_the_model_reads_what_it_may_read_anyway():
    result, *_ = await share("deny")
    assert "4716" not in result.content
    assert "did not allow" in result.content
    assert (result.level, result.tables[0].rows) == ("schema", 0)


async def test_allowed_once_the_model_reads_exactly_what_the_user_was_shown_would_be_sent():
    result, user, workspace, _ = await share("once")
    tool, what, arguments, key = user.approvals[0]
    assert (tool, key) == ("share_data", "share_data:rows")
    assert what == "The model asks to see 3 rows of q1: 2 columns, 1 of text."
    assert arguments["preview"] == result.content == "| Biscoe | 4716 |"
    assert (arguments["model"], arguments["host"]) == ("gpt-4.1-mini", "api.openai.com")
    assert (result.level, result.tables[0].rows) == ("rows", 3)
    assert workspace.privacy.level == "schema"


async def test_allowed_for_the_session_its_level_is_raised():
    _, _, workspace, _ = await share("session")
    assert workspace.privacy.level == "rows"


async def test_what_is_above_the_ceiling_is_not_even_asked_for():
    result, user, *_ = await share("session", privacy=Privacy("schema", ceiling="aggregates"))
    assert user.approvals == []
    assert "4716" not in result.content


async def test_a_result_that_is_for_the_user_only_asks_nothing():
    result, user, *_ = await share("once", ask=False)
    assert user.approvals == []
    assert result.content == RESULT["model"]
