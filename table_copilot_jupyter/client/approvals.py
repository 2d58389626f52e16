"""What is said of an approval: what would happen, what was decided, and how it could have been allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .visible import short

SHARE = "share_data"
RUN = "run_code"
_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
_DECISIONS = {"once": "allowed once", "session": "allowed in this session", "deny": "not allowed"}


def decided(tool: str, decision: str, arguments: Mapping[str, Any]) -> str:
    """How it ended, on one line."""
    what = short(str(arguments.get("what") or ""), 200)
    name = f"Show the model {what}" if tool == SHARE and what else short(tool)
    return f"{name}: {_DECISIONS.get(decision, short(decision) or 'not decided')}"


def where(tool: str, arguments: Mapping[str, Any]) -> str:
    """Where it would happen: which model would be told, which kernel would run it."""
    if tool == SHARE:
        model, host = short(str(arguments.get("model") or "")), short(str(arguments.get("host") or ""))
        return f"It would go to {model}{f' on {host}' if host else ''}." if model or host else ""
    if tool == RUN:
        kernel = short(str(arguments.get("kernel") or "")[:8])  # enough to tell kernels apart
        notebook = short(_FOLDERS.sub("", str(arguments.get("notebook") or "")), 200)
        return " · ".join(told for told in (notebook, f"kernel {kernel}" if kernel else "") if told)
    return ""


def in_magic(tool: str, arguments: Mapping[str, Any]) -> str:
    """How to allow it where a cell can't take input."""
    if tool == SHARE:
        return f"To allow it, run: %copilot /privacy {_level(arguments)}"
    return "To allow it, ask with Copilot(on_approval=…), or where cells take input."


def in_python(tool: str, arguments: Mapping[str, Any]) -> str:
    """How to allow it from Python."""
    if tool == SHARE:
        return f'To allow it, pass privacy="{_level(arguments)}" to Copilot.'
    return "To allow it, pass on_approval=… to Copilot."


def _level(arguments: Mapping[str, Any]) -> str:
    return "aggregates" if arguments.get("level") == "aggregates" else "rows"
