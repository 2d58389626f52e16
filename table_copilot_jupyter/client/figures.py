"""The words of a tool call's line, of what is waited for and of the quiet last line, shared by HTML and plain text."""

from __future__ import annotations

import json
from typing import Any

from . import mime
from .kernel_words import title_in
from .parts import EvidencePart, ToolPart, Waiting
from .transcript import Transcript
from .visible import short
from .words import ENGLISH, Wording, Words, grouped

_LISTED = 10
_ENDINGS: dict[str, Wording] = {
    "cancelled": ("Stopped.", "已停止。"),
    "limit": (
        "Stopped: the turn reached its limit of steps. Say “go on” to continue.",
        "已停止：达到了步数上限。说“继续”就会接着做。",
    ),
    "interrupted": (
        "Interrupted: the server stopped while this ran. Ask again to continue.",
        "已中断：回答途中服务器停止了。再问一次即可继续。",
    ),
}


def ending(reason: str, words: Words) -> str:
    """What to say of a turn that did not simply complete."""
    return words.say(*_ENDINGS.get(reason, ("", "")))


def waited_for(waiting: Waiting, words: Words) -> str:
    """What is waited for, "" for nothing."""
    match waiting.what:
        case "turn":
            return words.say("Waiting for the turn before this one…", "等上一轮回答结束…")
        case "model":
            return words.say("Thinking…", "思考中…")
        case "connection":
            tries = waiting.attempt, waiting.of
            return words.say(
                "Reconnecting ({} of {})…".format(*tries), "正在重新连接（第 {} 次，共 {} 次）…".format(*tries)
            )
    return ""


def summary(transcript: Transcript, words: Words) -> str:
    """The model, the tokens and what was sent, in one line."""
    said = [transcript.model] if transcript.model not in ("", "offline") else []  # the offline model says so itself
    if transcript.usage["input"] or transcript.usage["output"]:
        tokens = f"{grouped(transcript.usage['input'])} + {grouped(transcript.usage['output'])}"
        said.append(words.say(f"{tokens} tokens", f"{tokens} 词元"))
    if (sent := transcript.sent).requests:
        requests, rows = words.counted(sent.requests, "request", "次请求"), words.counted(sent.rows, "row", "行")
        said.append(words.named(words.say("sent so far", "已发送"), f"{requests} · {rows} · {size(sent.bytes)}"))
    return short(" · ".join(said), 300)


def tool_state(part: ToolPart, words: Words) -> str:
    """``ok · 12 ms``, ``q1 · 3 rows · 12 ms``, ``failed · 1.2 s``, or that it runs."""
    if part.ok is None:
        return words.say("not finished", "未完成") if part.done else words.say("running…", "运行中…")
    said = (_result(part, words) or words.say("ok", "完成")) if part.ok else words.say("failed", "失败")
    return f"{said} · {elapsed(part.elapsed_ms, words)}"


def _result(part: ToolPart, words: Words) -> str:
    """The result that a call gave: its reference and how many rows it has, or what it is called."""
    for bundle in part.outputs:
        table = mime.content_of(bundle, mime.TABLE) or {}
        rows, title = table.get("total_rows"), table.get("title")
        if ref := short(mime.reference(bundle)):
            return f"{ref} · {words.counted(rows, 'row', '行')}" if isinstance(rows, int) else ref
        if isinstance(title, str) and part.folded:
            return short(title_in(title, words))
    return ""


def unproved(part: EvidencePart, words: Words) -> str:
    """``2 numbers without evidence: 42, 17``; "" where every number has a result behind it."""
    numbers = [short(number) for number in part.unproved]
    if not numbers:
        return ""
    listed = words.listed(numbers[:_LISTED] + (["…"] if len(numbers) > _LISTED else []))
    return words.named(
        words.counted(len(numbers), "number", "个数字") + words.say(" without evidence", "没有依据"), listed
    )


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


def elapsed(milliseconds: int, words: Words = ENGLISH) -> str:
    """A time span: ``12 ms``, ``1.2 s``."""
    if milliseconds < 1000:
        return f"{milliseconds} {words.say('ms', '毫秒')}"
    return f"{milliseconds / 1000:.1f} {words.say('s', '秒')}"


def size(count: int) -> str:
    """A number of bytes: ``812 B``, ``1.2 kB``, ``3.4 MB``."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1000:.1f} kB" if count < 1_000_000 else f"{count / 1_000_000:.1f} MB"
