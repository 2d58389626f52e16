"""The parts of a transcript as plain text, for terminals and for ``text/plain`` in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from . import approvals
from .errors import by_code
from .figures import ending, short_arguments, summary, tool_state, unproved
from .footnotes import footnote_text
from .mime import stands_alone
from .outputs import output_text
from .parts import (
    ApprovalPart,
    ErrorPart,
    EvidencePart,
    NoticePart,
    Part,
    QuestionPart,
    ReminderPart,
    TextPart,
    ToolPart,
)
from .reminders import reminder
from .transcript import Transcript
from .visible import short, visible
from .words import ENGLISH, Words


def transcript_text(transcript: Transcript, words: Words = ENGLISH) -> str:
    """All of a transcript."""
    pieces = [part_text(part, words) for part in transcript.parts]
    return "\n\n".join(piece for piece in [*pieces, closing_text(transcript, words)] if piece)


def closing_text(transcript: Transcript, words: Words) -> str:
    """How the turn ended, what the references in it stand for, and the quiet last line."""
    notes = [footnote_text(evidence, words) for _, evidence in transcript.cited()]
    return "\n".join(line for line in (ending(transcript.reason, words), *notes, summary(transcript, words)) if line)


def part_text(part: Part, words: Words, *, apart: bool = False) -> str:
    """One part, whole. ``apart``: tables, charts and what code did are shown elsewhere."""
    match part:
        case TextPart():
            text = visible(part.text.strip("\n"))
            return text_start(part, words) + text if part.text.strip() else ""
        case ToolPart():
            return "" if part.asks else tool_text(part, words, apart=apart)
        case EvidencePart():
            return unproved(part, words)
        case QuestionPart():
            return question_text(part, words)
        case ApprovalPart():
            return approval_text(part, words)
        case NoticePart():
            return visible(part.content)
        case ReminderPart():
            return visible(reminder(part.content, words))
        case ErrorPart():
            message = by_code(part.code, part.message, words)
            told = f"{message}{'' if message.endswith('。') else ' '}{part.hint}".rstrip()
            return visible(words.named(words.say("Error", "错误"), told))
    return ""


def text_start(part: TextPart, words: Words) -> str:
    """Who says it, where it is not the copilot."""
    return words.named(short(part.agent), "") if part.agent not in ("", "copilot") else ""


def tool_text(part: ToolPart, words: Words, *, apart: bool = False) -> str:
    """A tool call on one line, and below it what it and the calls inside it show to the user."""
    return _tool(part, (bundle for bundle in part.shown() if not (apart and stands_alone(bundle))), words)


def own_tool_text(part: ToolPart, words: Words) -> str:
    """A tool call on one line, and below it what it shows itself."""
    return _tool(part, [] if part.folded else part.outputs, words)


def _tool(part: ToolPart, bundles: Iterable[dict[str, Any]], words: Words) -> str:
    line = f"▸ {short(part.tool)} {short_arguments(part.arguments)}".rstrip() + f" · {tool_state(part, words)}"
    return "\n".join([line, *(text for bundle in bundles if (text := output_text(bundle, words)))])


def question_text(part: QuestionPart, words: Words) -> str:
    """A question with its options; answered, one line."""
    if part.done:
        answer = visible(part.answer) if part.answer is not None else words.say("(not answered)", "（未回答）")
        return f"{short(part.content, 300)} → {answer}"
    options = [f"  {number}. {short(option, 300)}" for number, option in enumerate(part.options, 1)]
    return "\n".join([visible(part.content), *options])


def approval_text(part: ApprovalPart, words: Words) -> str:
    """What would be done, all of it; decided, one line, and the note."""
    if part.done:
        lines = [approvals.decided(part, words), visible(approvals.note(part, words))]
        return "\n".join(line for line in lines if line)
    lines = [visible(approvals.asked(part, words)), approvals.where(part, words)]
    telling = {approvals.SHARE: ("preview",), approvals.RUN: ("code",)}.get(part.tool, tuple(part.arguments))
    for name in telling:
        said = words.named(approvals.title(name, words), "").rstrip()
        lines.append(f"{said}\n{visible(str(part.arguments.get(name)))}")
    return "\n".join(line for line in lines if line)
