"""The parts of a transcript as plain text, for terminals and for ``text/plain`` in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .figures import ending, short_arguments, summary, tool_state
from .transcript import ApprovalPart, ErrorPart, NoticePart, Part, QuestionPart, TextPart, ToolPart, Transcript
from .visible import short, visible


def transcript_text(transcript: Transcript) -> str:
    """All of a transcript."""
    pieces = [part_text(part) for part in transcript.parts]
    return "\n\n".join(piece for piece in [*pieces, closing_text(transcript)] if piece)


def closing_text(transcript: Transcript) -> str:
    """How the turn ended, and the quiet last line."""
    return "\n".join(line for line in (ending(transcript.reason), summary(transcript)) if line)


def part_text(part: Part) -> str:
    """One part, whole."""
    match part:
        case TextPart():
            name = f"{short(part.agent)}: " if part.agent not in ("", "copilot") else ""
            return name + visible(part.text.strip("\n")) if part.text.strip() else ""
        case ToolPart():
            return "" if part.asks else tool_text(part)
        case QuestionPart():
            return question_text(part)
        case ApprovalPart():
            return approval_text(part)
        case NoticePart():
            return visible(part.content)
        case ErrorPart():
            return visible(f"Error: {part.message} {part.hint}".rstrip())
    return ""


def tool_text(part: ToolPart) -> str:
    """A tool call on one line, and below it what it and the calls inside it show to the user."""
    return _tool(part, part.shown())


def own_tool_text(part: ToolPart) -> str:
    """A tool call on one line, and below it what it shows itself."""
    return _tool(part, part.outputs)


def _tool(part: ToolPart, bundles: Iterable[dict[str, Any]]) -> str:
    line = f"▸ {short(part.tool)} {short_arguments(part.arguments)}".rstrip() + f" · {tool_state(part)}"
    return "\n".join([line, *(visible(text) for mime in bundles if isinstance(text := mime.get("text/plain"), str))])


def question_text(part: QuestionPart) -> str:
    """A question with its options; answered, one line."""
    if part.done:
        return f"{short(part.content, 300)} → {visible(part.answer) if part.answer is not None else '(not answered)'}"
    options = [f"  {number}. {short(option, 300)}" for number, option in enumerate(part.options, 1)]
    return "\n".join([visible(part.content), *options])


def approval_text(part: ApprovalPart) -> str:
    """What would be done, all of it; decided, one line."""
    if part.done:
        return f"{short(part.tool)}: {part.decision or 'not decided'}"
    details = [f"{name}:\n{visible(str(value))}" for name, value in part.arguments.items()]
    return "\n".join([visible(part.content), *details])
