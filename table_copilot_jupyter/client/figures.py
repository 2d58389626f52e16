"""The words of the quiet last line, shared by HTML and plain text."""

from __future__ import annotations

import json
from typing import Any

from . import mime
from .parts import EvidencePart, ToolPart
from .transcript import Transcript
from .visible import short

_LISTED = 10
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
        requests, rows = counted(sent.requests, "request"), counted(sent.rows, "row")
        said.append(f"sent so far: {requests} · {rows} · {size(sent.bytes)}")
    return short(" · ".join(said), 300)


def tool_state(part: ToolPart) -> str:
    """``ok · 12 ms``, ``q1 · 3 rows · 12 ms``, ``failed · 1.2 s``, or that it runs."""
    if part.ok is None:
        return "not finished" if part.done else "running…"
    said = (_result(part) or "ok") if part.ok else "failed"
    return f"{said} · {elapsed(part.elapsed_ms)}"


def _result(part: ToolPart) -> str:
    """The result that a call gave: its reference and how many rows it has, or what it is called."""
    for bundle in part.outputs:
        table = mime.content_of(bundle, mime.TABLE) or {}
        rows, title = table.get("total_rows"), table.get("title")
        if ref := short(mime.reference(bundle)):
            return f"{ref} · {counted(rows, 'row')}" if isinstance(rows, int) else ref
        if isinstance(title, str) and part.folded:
            return short(title)
    return ""


def unproved(part: EvidencePart) -> str:
    """``2 numbers without evidence: 42, 17``; "" where every number has a result behind it."""
    numbers = [short(number) for number in part.unproved]
    if not numbers:
        return ""
    listed = ", ".join(numbers[:_LISTED]) + (", …" if len(numbers) > _LISTED else "")
    return f"{counted(len(numbers), 'number')} without evidence: {listed}"


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


def counted(number: int, what: str) -> str:
    """``1 row``, ``12 345 rows``."""
    return f"{grouped(number)} {what}{'' if number == 1 else 's'}"


def grouped(number: int) -> str:
    """An integer with thin-space groups."""
    return f"{number:,}".replace(",", "\u2009")
