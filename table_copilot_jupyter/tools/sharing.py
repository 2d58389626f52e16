"""How what the kernel returned reaches the user and the model: shown to the one, and to the other as far as allowed.

The gate in the kernel has made the text that the model may read, and, where a consent could allow more, exactly
the text that would be sent then. Here the user is asked for that consent, once for each kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..privacy import allows
from ..protocol import PrivacyLevel, SentTable
from .base import ToolContext, ToolResult

SHARE = "share_data"


async def hand_over(value: Mapping[str, Any], context: ToolContext, *, ask: bool = True) -> ToolResult:
    """Show the user what an operation's ``value`` has for them; the result is what the model may read of it.

    ``ask``: whether the user is asked for their consent where the model may not read all of it.
    """
    if isinstance(shown := value.get("user"), Mapping):
        context.output(dict(shown))
    more = value.get("more")
    if not ask or not isinstance(more, Mapping):
        return _result(value["model"], value)
    level = more["level"]
    privacy = context.workspace.privacy
    if not allows(privacy.ceiling, level):
        return _result(value["model"], value)
    decided = await context.approve(
        SHARE,
        f"The model asks to see {more['what']}.",
        {
            "level": level,
            "rows": more.get("rows", 0),
            "columns": more.get("columns", 0),
            "what": more["what"],
            "preview": more["text"],
            "model": context.model,
            "host": context.host,
        },
        f"{SHARE}:{level}",
    )
    if not decided.allowed:
        note = f" They say: {decided.note}" if decided.note else ""
        return _result(f"{value['model']}\n\nThe user did not allow you to see {more['what']}.{note}", value)
    if decided.decision == "session" and not allows(privacy.level, level):
        await context.workspace.allow(_session_level(level))
    return _result(more["text"], more)


def _session_level(level: str) -> PrivacyLevel:
    return "aggregates" if level == "aggregates" else "rows"


def _result(text: object, told: Mapping[str, Any]) -> ToolResult:
    tables = tuple(SentTable.model_validate(table) for table in told.get("tables") or ())
    level = told.get("level")
    return ToolResult(str(text), level=str(level) if level is not None else None, tables=tables)
