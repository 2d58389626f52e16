"""The parts of a transcript as static HTML that reads well in a saved notebook, in print and on a dark page.

Everything that comes from a model, a tool or a table is escaped here or goes through ``markdown``.
"""

from __future__ import annotations

import html
from typing import Any

from . import approvals, style
from .errors import by_code
from .figures import as_json, ending, short_arguments, summary, tool_state, unproved
from .footnotes import footnote_html, marked
from .highlight import highlighted
from .markdown import markdown_html
from .mime import stands_alone
from .outputs import RESULT_LIMIT, output_html
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

_REASONING_SHOWN = 2_000


def escaped(text: str) -> str:
    """Untrusted text for HTML, hidden characters made visible."""
    return html.escape(visible(text), quote=True)


def framed(content: str) -> str:
    """One output's HTML."""
    return f'<div style="{style.FRAME}">{content}</div>'


def transcript_html(transcript: Transcript, words: Words = ENGLISH) -> str:
    """All of a transcript."""
    return framed("".join(part_html(part, words) for part in transcript.parts) + closing_html(transcript, words))


def closing_html(transcript: Transcript, words: Words) -> str:
    """How the turn ended, what the references in it stand for, and the quiet last line."""
    said = ending(transcript.reason, words)
    end = f'<div style="{style.ENDING}">{escaped(said)}</div>' if said else ""
    if notes := "".join(footnote_html(anchor, evidence, words) for anchor, evidence in transcript.cited()):
        end += f'<div style="{style.FOOTNOTES}">{notes}</div>'
    line = summary(transcript, words)
    return end + (f'<div style="{style.QUIET}">{escaped(line)}</div>' if line else "")


def status_html(status: str) -> str:
    """What is being waited for."""
    return f'<div style="{style.QUIET}">{escaped(status)}</div>' if status else ""


def part_html(part: Part, words: Words, *, apart: bool = False) -> str:
    """One part, whole. ``apart``: tables, charts and what code did are shown elsewhere."""
    match part:
        case TextPart():
            return text_head_html(part, words) + marked(markdown_html(part.text, words), part.anchors)
        case ToolPart():
            return "" if part.asks else tool_html(part, words, apart=apart)
        case EvidencePart():
            said = unproved(part, words)
            return f'<div style="{style.QUIET}">{escaped(said)}</div>' if said else ""
        case QuestionPart():
            return question_html(part, words)
        case ApprovalPart():
            return approval_html(part, words)
        case NoticePart():
            kind = style.WARNING if part.level == "warning" else style.FRAME
            return f'<div style="{kind}">{markdown_html(part.content, words)}</div>'
        case ReminderPart():
            return f'<div style="{style.FRAME}">{markdown_html(reminder(part.content, words), words)}</div>'
        case ErrorPart():
            said = by_code(part.code, part.message, words)
            hint = f"<div>{escaped(part.hint)}</div>" if part.hint else ""
            return f'<div style="{style.ERROR}"><div><b>{escaped(said)}</b></div>{hint}</div>'
    return ""


def text_head_html(part: TextPart, words: Words) -> str:
    """The agent's name, where it is not the copilot, and its folded reasoning."""
    name = part.agent not in ("", "copilot")
    head = f'<div style="{style.AGENT}">{escaped(part.agent)}</div>' if name else ""
    if not part.reasoning.strip():
        return head
    thinking = not (part.text or part.done)
    # While it grows only its end is shown, so that an update costs the same however long it gets.
    shown = part.reasoning[-_REASONING_SHOWN:] if thinking else part.reasoning
    title = words.say("Thinking…", "思考中…") if thinking else words.say("Reasoning", "思考过程")
    return (
        f'{head}<details style="{style.DETAILS}"><summary>{title}</summary>'
        f'<div style="{style.NESTED};white-space:pre-wrap">{escaped(shown.strip())}</div></details>'
    )


def tool_html(part: ToolPart, words: Words, *, nested: bool = False, apart: bool = False) -> str:
    """A tool call: one line that opens, and below it what it and the calls inside it show to the user."""
    arguments = short_arguments(part.arguments)
    line = escaped(part.tool)
    if arguments:
        line += f' <code style="{style.ARGUMENTS}">{escaped(arguments)}</code>'
    inside = _arguments_html(part.arguments) if part.arguments else ""
    inside += "".join(
        tool_html(child, words, nested=True) if isinstance(child, ToolPart) else part_html(child, words)
        for child in part.children
    )
    if part.content and not any(isinstance(child, TextPart) and child.text == part.content for child in part.children):
        result = part.content if len(part.content) <= RESULT_LIMIT else f"{part.content[:RESULT_LIMIT]}\n…"
        inside += f'<pre style="{style.WRAPPED}">{escaped(result)}</pre>'
    if part.folded:
        inside += "".join(output_html(bundle, words) for bundle in part.outputs)
    shown = [] if nested else [bundle for bundle in part.shown() if not (apart and stands_alone(bundle))]
    outputs = "".join(output_html(bundle, words) for bundle in shown)
    return (
        f'<details style="{style.DETAILS}"><summary>{line} '
        f'<span style="{style.STATE}">· {escaped(tool_state(part, words))}</span></summary>'
        f'<div style="{style.NESTED}">{inside}</div></details>{outputs}'
    )


def _arguments_html(arguments: dict[str, Any]) -> str:
    code = arguments.get("code", arguments.get("sql"))
    if isinstance(code, str) and len(arguments) == 1:
        language = "python" if "code" in arguments else "sql"
        return f'<pre style="{style.PRE}">{highlighted(code, language)}</pre>'
    return f'<pre style="{style.WRAPPED}">{escaped(as_json(arguments, indent=2))}</pre>'


def question_html(part: QuestionPart, words: Words) -> str:
    """A question with its options; answered, it folds to one line."""
    if part.done:
        said = escaped(part.answer) if part.answer is not None else f"<i>{words.say('not answered', '未回答')}</i>"
        return f'<div style="{style.ENDING}">{escaped(short(part.content, 300))} → {said}</div>'
    options = "".join(f"<li>{escaped(option)}</li>" for option in part.options)
    listed = f"<ol>{options}</ol>" if options else ""
    return f'<div style="{style.CARD}"><div>{escaped(part.content)}</div>{listed}</div>'


def approval_html(part: ApprovalPart, words: Words) -> str:
    """What would be done, all of it; decided, it folds."""
    what = f'<div style="white-space:pre-wrap">{escaped(approvals.asked(part, words))}</div>'
    if place := approvals.where(part, words):
        what += f'<div style="{style.QUIET}">{escaped(place)}</div>'
    preview, code = part.arguments.get("preview"), part.arguments.get("code")
    if part.tool == approvals.SHARE and isinstance(preview, str):
        shown = f'<pre style="{style.WRAPPED}">{escaped(preview)}</pre>'
        title = escaped(approvals.title("preview", words))
        details = f'{what}<details style="{style.DETAILS}"><summary>{title}</summary>{shown}</details>'
    elif part.tool == approvals.RUN and isinstance(code, str):
        details = f'{what}<pre style="{style.PRE}">{highlighted(code, "python")}</pre>'
    else:
        details = what + (_arguments_html(part.arguments) if part.arguments else "")
    if not part.done:
        return f'<div style="{style.CARD}">{details}</div>'
    note = f'<div style="{style.QUIET}">{escaped(approvals.note(part, words))}</div>' if part.note else ""
    return (
        f'<details style="{style.DETAILS}"><summary>'
        f"{escaped(approvals.decided(part, words))}</summary>"
        f'<div style="{style.NESTED}">{details}</div></details>{note}'
    )
