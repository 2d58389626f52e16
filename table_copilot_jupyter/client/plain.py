"""The parts of a transcript as plain text, for terminals and for ``text/plain`` in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import approvals
from .figures import ending, short_arguments, summary, tool_state, unproved
from .footnotes import footnote_text
from .mime import stands_alone
from .outputs import output_text
from .parts import ApprovalPart, ErrorPart, EvidencePart, NoticePart, Part, QuestionPart, TextPart, ToolPart
from .transcript import Transcript
from .visible import short, visible


def transcript_text(transcript: Transcript) -> str:
    """All of a transcript."""
    pieces = [part_text(part) for part in transcript.parts]
    return "\n\n".join(piece for piece in [*pieces, closing_text(transcript)] if piece)


def closing_text(transcript: Transcript) -> str:
    """How the turn ended, what the references in it stand for, and the quiet last line."""
    notes = [footnote_text(evidence) for _, evidence in transcript.cited()]
    return "\n".join(line for line in (ending(transcript.reason), *notes, summary(transcript)) if line)


def part_text(part: Part, *, apart: bool = False) -> str:
    """One part, whole. ``apart``: tables, charts and what code did are shown elsewhere."""
    match part:
        case TextPart():
            name = f"{short(part.agent)}: " if part.agent not in ("", "copilot") else ""
            return name + visible(part.text.strip("\n")) if part.text.strip() else ""
        case ToolPart():
            return "" if part.asks else tool_text(part, apart=apart)
        case EvidencePart():
            return unproved(part)
        case QuestionPart():
            return question_text(part)
        case ApprovalPart():
            return approval_text(part)
        case NoticePart():
            return visible(part.content)
        case ErrorPart():
            return visible(f"Error: {part.message} {part.hint}".rstrip())
    return ""


def tool_text(part: ToolPart, *, apart: bool = False) -> str:
    """A tool call on one line, and below it what it and the calls inside it show to the user."""
    return _tool(part, (bundle for bundle in part.shown() if not (apart and stands_alone(bundle))))


def own_tool_text(part: ToolPart) -> str:
    """A tool call on one line, and below it what it shows itself."""
    return _tool(part, [] if part.folded else part.outputs)


def _tool(part: ToolPart, bundles: Iterable[dict[str, Any]]) -> str:
    line = f"▸ {short(part.tool)} {short_arguments(part.arguments)}".rstrip() + f" · {tool_state(part)}"
    return "\n".join([line, *(text for bundle in bundles if (text := output_text(bundle)))])


def question_text(part: QuestionPart) -> str:
    """A question with its options; answered, one line."""
    if part.done:
        return f"{short(part.content, 300)} → {visible(part.answer) if part.answer is not None else '(not answered)'}"
    options = [f"  {number}. {short(option, 300)}" for number, option in enumerate(part.options, 1)]
    return "\n".join([visible(part.content), *options])


def approval_text(part: ApprovalPart) -> str:
    """What would be done, all of it; decided, one line, and the note."""
    if part.done:
        lines = [approvals.decided(part.tool, part.decision, part.arguments), visible(part.note)]
        return "\n".join(line for line in lines if line)
    lines = [visible(part.content), approvals.where(part.tool, part.arguments)]
    telling = {approvals.SHARE: ("preview",), approvals.RUN: ("code",)}.get(part.tool, tuple(part.arguments))
    titles = {"preview": "Exactly what would be sent", "code": "Code"}
    lines += [f"{titles.get(name, name)}:\n{visible(str(part.arguments.get(name)))}" for name in telling]
    return "\n".join(line for line in lines if line)
