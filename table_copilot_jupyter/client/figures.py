"""The words of the quiet last line, shared by HTML and plain text."""

from __future__ import annotations

import json
from typing import Any

from .transcript import ToolPart, Transcript
from .visible import short

_ENDINGS = {
    "cancelled": "Stopped.",
    "limit": "Stopped: the turn reached its limit of steps. Say “go on” to continue.",
    "interrupted": "Interrupted: the server stopped while this ran. Ask again to continue.",
}


def ending(reason: str) -> str:
    """What to say of a turn that did not simply complete."""
    return _ENDINGS.get(reason, "")


def summary(transcript: Transcript) -> str:
    """The model, the tokens and what was sent, in one line."""
    said = [transcript.model] if transcript.model not in ("", "offline") else []  # the offline model says so itself
    if transcript.usage["input"] or transcript.usage["output"]:
        said.append(f"{grouped(transcript.usage['input'])} + {grouped(transcript.usage['output'])} tokens")
    if (sent := transcript.sent).requests:
        requests = f"{grouped(sent.requests)} request{'' if sent.requests == 1 else 's'}"
        rows = f"{grouped(sent.rows)} row{'' if sent.rows == 1 else 's'}"
        said.append(f"sent so far: {requests} · {rows} · {size(sent.bytes)}")
    return short(" · ".join(said), 300)


def tool_state(part: ToolPart) -> str:
    """``ok · 12 ms``, ``failed · 1.2 s``, or that it runs."""
    if part.ok is None:
        return "not finished" if part.done else "running…"
    return f"{'ok' if part.ok else 'failed'} · {elapsed(part.elapsed_ms)}"


def short_arguments(arguments: dict[str, Any]) -> str:
    """A tool's arguments for one line: the value alone where there is just one."""
    values = list(arguments.values())
    if len(values) == 1:
        return short(values[0] if isinstance(values[0], str) else as_json(values[0]))
    return short(
        ", ".join(f"{name}={value if isinstance(value, str) else as_json(value)}" for name, value in arguments.items())
    )


def as_json(value: Any, indent: int | None = None) -> str:
    """``value`` as JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=str)


def elapsed(milliseconds: int) -> str:
    """A time span: ``12 ms``, ``1.2 s``."""
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def size(count: int) -> str:
    """A number of bytes: ``812 B``, ``1.2 kB``, ``3.4 MB``."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"


def grouped(number: int) -> str:
    """An integer with thin-space groups."""
    return f"{number:,}".replace(",", "\u2009")
