"""The parts of a transcript as static HTML that reads well in a saved notebook, in print and on a dark page.

Everything that comes from a model, a tool or a table is escaped here or goes through ``markdown``.
"""

from __future__ import annotations

import html
from typing import Any

from . import style
from .figures import as_json, ending, short_arguments, summary, tool_state
from .highlight import highlighted
from .markdown import markdown_html, sanitised_table
from .transcript import ApprovalPart, ErrorPart, NoticePart, Part, QuestionPart, TextPart, ToolPart, Transcript
from .visible import short, visible

RESULT_LIMIT = 20_000
_REASONING_SHOWN = 2_000
_DECISIONS = {"once": "allowed once", "session": "allowed in this session", "deny": "not allowed"}


def escaped(text: str) -> str:
    """Untrusted text for HTML, hidden characters made visible."""
    return html.escape(visible(text), quote=True)


def framed(content: str) -> str:
    """One output's HTML."""
    return f'<div style="{style.FRAME}">{content}</div>'


def transcript_html(transcript: Transcript) -> str:
    """All of a transcript."""
    return framed("".join(part_html(part) for part in transcript.parts) + closing_html(transcript))


def closing_html(transcript: Transcript) -> str:
    """How the turn ended, and the quiet last line."""
    said = ending(transcript.reason)
    end = f'<div style="{style.ENDING}">{escaped(said)}</div>' if said else ""
    line = summary(transcript)
    return end + (f'<div style="{style.QUIET}">{escaped(line)}</div>' if line else "")


def status_html(status: str) -> str:
    """What is being waited for."""
    return f'<div style="{style.QUIET}">{escaped(status)}</div>' if status else ""


def part_html(part: Part) -> str:
    """One part, whole."""
    match part:
        case TextPart():
            return text_head_html(part) + markdown_html(part.text)
        case ToolPart():
            return "" if part.asks else tool_html(part)
        case QuestionPart():
            return question_html(part)
        case ApprovalPart():
            return approval_html(part)
        case NoticePart():
            kind = style.WARNING if part.level == "warning" else style.FRAME
            return f'<div style="{kind}">{markdown_html(part.content)}</div>'
        case ErrorPart():
            hint = f"<div>{escaped(part.hint)}</div>" if part.hint else ""
            return f'<div style="{style.ERROR}"><div><b>{escaped(part.message)}</b></div>{hint}</div>'
    return ""


def text_head_html(part: TextPart) -> str:
    """The agent's name, where it is not the copilot, and its folded reasoning."""
    name = part.agent not in ("", "copilot")
    head = f'<div style="{style.AGENT}">{escaped(part.agent)}</div>' if name else ""
    if not part.reasoning.strip():
        return head
    thinking = not (part.text or part.done)
    # While it grows only its end is shown, so that an update costs the same however long it gets.
    shown = part.reasoning[-_REASONING_SHOWN:] if thinking else part.reasoning
    title = "Thinking…" if thinking else "Reasoning"
    return (
        f'{head}<details style="{style.DETAILS}"><summary>{title}</summary>'
        f'<div style="{style.NESTED};white-space:pre-wrap">{escaped(shown.strip())}</div></details>'
    )


def tool_html(part: ToolPart, *, nested: bool = False) -> str:
    """A tool call: one line that opens, and below it what it and the calls inside it show to the user."""
    arguments = short_arguments(part.arguments)
    line = escaped(part.tool)
    if arguments:
        line += f' <code style="{style.ARGUMENTS}">{escaped(arguments)}</code>'
    inside = _arguments_html(part.arguments) if part.arguments else ""
    inside += "".join(
        tool_html(child, nested=True) if isinstance(child, ToolPart) else part_html(child) for child in part.children
    )
    if part.content and not any(isinstance(child, TextPart) and child.text == part.content for child in part.children):
        result = part.content if len(part.content) <= RESULT_LIMIT else f"{part.content[:RESULT_LIMIT]}\n…"
        inside += f'<pre style="{style.WRAPPED}">{escaped(result)}</pre>'
    outputs = "" if nested else "".join(_bundle_html(mime) for mime in part.shown())
    return (
        f'<details style="{style.DETAILS}"><summary>{line} '
        f'<span style="{style.STATE}">· {escaped(tool_state(part))}</span></summary>'
        f'<div style="{style.NESTED}">{inside}</div></details>{outputs}'
    )


def _arguments_html(arguments: dict[str, Any]) -> str:
    code = arguments.get("code", arguments.get("sql"))
    if isinstance(code, str) and len(arguments) == 1:
        language = "python" if "code" in arguments else "sql"
        return f'<pre style="{style.PRE}">{highlighted(code, language)}</pre>'
    return f'<pre style="{style.WRAPPED}">{escaped(as_json(arguments, indent=2))}</pre>'


def _bundle_html(mime: dict[str, Any]) -> str:
    """The richest form in a MIME bundle that can be shown without running anything."""
    for kind in ("text/html", "text/markdown", "text/plain", "application/json"):
        value = mime.get(kind)
        if isinstance(value, list) and all(isinstance(line, str) for line in value):
            value = "".join(value)
        if value is None or (kind != "application/json" and not isinstance(value, str)):
            continue
        if kind == "text/html":
            return f'<div style="{style.TABLE}">{sanitised_table(visible(value))}</div>'
        if kind == "text/markdown":
            return f'<div style="{style.TABLE}">{markdown_html(value)}</div>'
        text = value if isinstance(value, str) else as_json(value, indent=2)
        return f'<pre style="{style.WRAPPED}">{escaped(text[:RESULT_LIMIT])}</pre>'
    return ""


def question_html(part: QuestionPart) -> str:
    """A question with its options; answered, it folds to one line."""
    if part.done:
        said = escaped(part.answer) if part.answer is not None else "<i>not answered</i>"
        return f'<div style="{style.ENDING}">{escaped(short(part.content, 300))} → {said}</div>'
    options = "".join(f"<li>{escaped(option)}</li>" for option in part.options)
    listed = f"<ol>{options}</ol>" if options else ""
    return f'<div style="{style.CARD}"><div>{escaped(part.content)}</div>{listed}</div>'


def approval_html(part: ApprovalPart) -> str:
    """What would be done, all of it; decided, it folds."""
    what = f'<div style="white-space:pre-wrap">{escaped(part.content)}</div>'
    details = what + (_arguments_html(part.arguments) if part.arguments else "")
    if part.done:
        decision = _DECISIONS.get(part.decision, part.decision or "not decided")
        return (
            f'<details style="{style.DETAILS}"><summary>{escaped(part.tool)}: {escaped(decision)}</summary>'
            f'<div style="{style.NESTED}">{details}</div></details>'
        )
    return f'<div style="{style.CARD}">{details}</div>'
