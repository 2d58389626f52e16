"""A session as a file: Markdown to read, JSON to keep.

Both are made from the session's events as the protocol has them. Text in the shape of a provider's
key is replaced by ``***`` in both, in case somebody pasted one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .protocol import SessionInfo

FORMAT: Final = "table-copilot.session"
VERSION: Final = 1

_KEY = re.compile(r"(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
_ENDINGS: Final = {
    "cancelled": "Stopped by the user.",
    "error": "Ended by an error.",
    "limit": "Ended: the agent's number of steps was used up.",
    "interrupted": "Interrupted: the server ended before the answer did.",
}
_LONGEST_RESULT: Final = 20_000


def export_json(info: SessionInfo, events: Sequence[Mapping[str, Any]]) -> str:
    """The session and all its events, as one JSON object."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "session": info.model_dump(mode="json"),
        "events": [dict(event) for event in events],
    }
    return json.dumps(_without_keys(document), ensure_ascii=False, indent=2) + "\n"


def export_markdown(info: SessionInfo, events: Sequence[Mapping[str, Any]]) -> str:
    """The conversation as one reads it: what was said, called, asked and answered."""
    blocks = [f"# {_line(info.title) or 'Session'}", "\n".join(_facts(info)), *_blocks(events)]
    return _mask("\n\n".join(block for block in blocks if block)) + "\n"


def file_name(title: str, session_id: str, extension: str) -> str:
    """A name for the file. It keeps the title's letters in any script and nothing that means something to a shell,
    a file system or a header."""
    words = re.sub(r"[^\w-]+", "-", title[:200])[:60].strip("-_") or "session"
    return f"{words}-{session_id[:8]}.{extension}"


def _facts(info: SessionInfo) -> Iterator[str]:
    yield f"- Session: `{info.session_id}`"
    yield f"- Created: {info.created_at}"
    yield f"- Updated: {info.updated_at}"
    if info.model:
        yield f"- Model: {_line(info.model)}"


def _blocks(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    finished = {event.get("call_id"): event for event in events if event.get("type") == "tool_finished"}
    outputs: dict[Any, list[Mapping[str, Any]]] = {}
    for event in events:
        if event.get("type") == "tool_output":
            outputs.setdefault(event.get("call_id"), []).append(event)
    withdrawn = {event.get("message_id") for event in events if event.get("type") == "message_withdrawn"}
    closed = {
        event.get("question_id") or event.get("approval_id"): event
        for event in events
        if event.get("type") in ("question_closed", "approval_closed")
    }
    for event in events:
        kind = event.get("type")
        if kind == "user_message":
            yield _user_message(event, withdrawn=event.get("message_id") in withdrawn)
        elif kind == "message" and event.get("parent_call_id") not in finished:
            yield _agent_message(event)  # a delegate's words stand in the result of its call
        elif kind == "tool_started":
            yield _tool_call(event, finished.get(event.get("call_id")), outputs.get(event.get("call_id"), []))
        elif kind == "question":
            yield _question(event, closed.get(event.get("question_id")))
        elif kind == "approval":
            yield _approval(event, closed.get(event.get("approval_id")))
        elif kind == "reminder":
            late = ", late" if event.get("late") else ""
            yield f"**Reminder** (due {event.get('due', '')}{late}): {_line(event.get('content'))}"
        elif kind == "notice":
            yield f"**Notice:** {_closed(_text(event.get('content')))}"
        elif kind == "error":
            words = f"{_line(event.get('message'))} {_line(event.get('hint'))}".strip()
            yield f"**Error** (`{event.get('code', 'internal')}`): {words}"
        elif kind == "turn_finished" and (ending := _ENDINGS.get(str(event.get("reason")))):
            yield f"*{ending}*"


def _user_message(event: Mapping[str, Any], *, withdrawn: bool) -> str:
    to = f" to {event['agent']}" if event.get("agent") else ""
    note = "\n\n*Withdrawn before it was answered.*" if withdrawn else ""
    return f"## You{to}{_at(event)}\n\n{_quoted(_text(event.get('content')))}{note}"


def _agent_message(event: Mapping[str, Any]) -> str:
    partial = "\n\n*Partial: the answer ended here.*" if event.get("partial") else ""
    content = _closed(_text(event.get("content")))
    return f"**{_line(event.get('agent')) or 'copilot'}**{_at(event)}\n\n{content}{partial}" if content else ""


def _tool_call(
    event: Mapping[str, Any], finished: Mapping[str, Any] | None, outputs: Sequence[Mapping[str, Any]]
) -> str:
    if finished is None:
        state = "no result was recorded"
    else:
        state = f"{'done' if finished.get('ok') else 'failed'} in {finished.get('elapsed_ms', 0)} ms"
    agent = event.get("agent") or "copilot"
    parts = [f"- Tool `{_line(event.get('tool'))}`, called by {_line(agent)}: {state}"]
    arguments = json.dumps(event.get("arguments") or {}, ensure_ascii=False, indent=2, default=str)
    parts.append(_indented(_fenced(arguments, "json")))
    for output in outputs:
        mime = output.get("mime")
        if not isinstance(mime, dict):
            continue
        shown = mime.get("text/markdown") or mime.get("text/plain")
        if isinstance(shown, str):
            parts.append(_indented(_fenced(_cut(shown))))
    if finished is not None and _text(finished.get("content")):
        parts.append(_indented(_fenced(_cut(_text(finished.get("content"))))))
    return "\n\n".join(parts)


def _question(event: Mapping[str, Any], closed: Mapping[str, Any] | None) -> str:
    offered = event.get("options")
    options = " / ".join(_line(option) for option in offered) if isinstance(offered, list) else ""
    answer = _text(closed.get("answer")) if closed else ""
    if answer:
        said = f"**Answer:** {_line(answer)}"
    elif closed:
        said = f"*Not answered ({_line(closed.get('by'))}).*"
    else:
        said = "*Not answered yet.*"
    asked = f"**Question:** {_line(event.get('content'))}{f' ({options})' if options else ''}"
    return f"{_quoted(asked)}\n>\n{_quoted(said)}"


def _approval(event: Mapping[str, Any], closed: Mapping[str, Any] | None) -> str:
    decision = {"once": "allowed once", "session": "allowed in this session", "deny": "denied"}
    state = decision.get(str(closed.get("decision")), "closed") if closed else "not decided yet"
    note = f" ({_line(closed['note'])})" if closed and closed.get("note") else ""
    head = f"**Approval** of `{_line(event.get('tool'))}`: {state}{note}"
    content = _text(event.get("content"))
    return f"{head}\n\n{_fenced(_cut(content))}" if content else head


# --- text ---------------------------------------------------------------------------------------


def _text(value: object) -> str:
    return value.strip("\n") if isinstance(value, str) else ""


def _line(value: object) -> str:
    """On one line, so that it can't begin a heading, a list or a fence of its own."""
    return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else ""


def _at(event: Mapping[str, Any]) -> str:
    return f" · {event['at']}" if event.get("at") else ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in (text.splitlines() or [""]))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())


def _cut(text: str) -> str:
    if len(text) <= _LONGEST_RESULT:
        return text
    return f"{text[:_LONGEST_RESULT]}\n… ({len(text) - _LONGEST_RESULT} more characters)"


def _fenced(text: str, language: str = "text") -> str:
    """A code block whose fence is longer than any run of backticks in it."""
    fence = "`" * max(3, max(map(len, re.findall(r"`+", text)), default=0) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _closed(text: str) -> str:
    """With the code block closed that it left open, so that it does not swallow what follows."""
    open_fence = ""
    for line in text.splitlines():
        if not (found := _FENCE.match(line)):
            continue
        mark, rest = found.groups()
        if not open_fence:
            open_fence = mark
        elif mark[0] == open_fence[0] and len(mark) >= len(open_fence) and not rest.strip():
            open_fence = ""
    return f"{text}\n{open_fence}" if open_fence else text


def _mask(text: str) -> str:
    """A provider's key has digits; a long hyphenated name hardly any."""
    return _KEY.sub(lambda found: "***" if sum(map(str.isdigit, found.group())) >= 3 else found.group(), text)


def _without_keys(value: Any) -> Any:
    if isinstance(value, str):
        return _mask(value)
    if isinstance(value, Mapping):
        return {key: _without_keys(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_keys(item) for item in value]
    return value
