"""What is said of an approval: what would happen, what was decided, and how it could have been allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .kernel_words import asked_in
from .parts import ApprovalPart
from .visible import short
from .words import ENGLISH, Wording, Words

SHARE = "share_data"
RUN = "run_code"
_FOLDERS = re.compile(r".*[/\\]", re.DOTALL)
_DECISIONS: dict[str, Wording] = {
    "once": ("allowed once", "允许一次"),
    "session": ("allowed in this session", "本次会话都允许"),
    "deny": ("not allowed", "未允许"),
}
_CHOICES = {
    SHARE: {"once": "仅此一次", "session": "本次会话", "deny": "不发送"},
    RUN: {"once": "运行一次", "session": "本次会话都允许这段代码", "deny": "不运行"},
}
_ANY_CHOICES = {"once": "允许一次", "session": "本次会话都允许", "deny": "不允许"}
_OF_SHARING: dict[str, Wording] = {
    "once": ("allowed once", "看了一次"),
    "session": ("allowed in this session", "本次会话都允许"),
    "deny": ("not allowed", "没有给看"),
}
_OF_RUNNING: dict[str, Wording] = {
    "once": ("allowed once", "运行一次"),
    "session": ("allowed in this session", "本次会话都允许这段代码"),
    "deny": ("not allowed", "未运行"),
}


def asked(part: ApprovalPart, words: Words) -> str:
    """What it asks, as the server says it; in Chinese what we know of it."""
    if words.language != "zh":
        return part.content
    if part.tool == RUN:
        return "助手想在你的内核中运行这段代码。"
    what = _what(part.arguments) if part.tool == SHARE else ""
    return f"模型想看{asked_in(what, words)}。" if what else part.content


def choice(tool: str, decision: str) -> str:
    """In Chinese what a decision means that is typed in English."""
    return _CHOICES.get(tool, _ANY_CHOICES)[decision]


def decided(part: ApprovalPart, words: Words) -> str:
    """How it ended, on one line."""
    what = _what(part.arguments) if part.tool == SHARE else ""
    name = words.say(f"Show the model {what}", f"模型想看{asked_in(what, words)}") if what else short(part.tool)
    decisions = {SHARE: _OF_SHARING, RUN: _OF_RUNNING}.get(part.tool, _DECISIONS)
    unknown = short(part.decision)
    undecided = (unknown, unknown) if unknown else ("not decided", "未决定")
    return words.named(name, words.say(*decisions.get(part.decision, undecided)))


def where(part: ApprovalPart, words: Words) -> str:
    """Where it would happen: which model would be told, which kernel would run it."""
    arguments = part.arguments
    if part.tool == SHARE:
        model, host = short(str(arguments.get("model") or "")), short(str(arguments.get("host") or ""))
        if not (model or host):
            return ""
        return words.say(
            f"It would go to {model}{f' on {host}' if host else ''}.",
            f"将发给{f' {host} 上的' if host else ''} {model}。",
        )
    if part.tool == RUN:
        kernel = short(str(arguments.get("kernel") or "")[:8])  # enough to tell kernels apart
        notebook = short(_FOLDERS.sub("", str(arguments.get("notebook") or "")), 200)
        in_kernel = words.say(f"kernel {kernel}", f"内核 {kernel}") if kernel else ""
        return " · ".join(told for told in (notebook, in_kernel) if told)
    return ""


def title(argument: str, words: Words) -> str:
    """What an argument is called that is shown in full."""
    match argument:
        case "preview":
            return words.say("Exactly what would be sent", "将要发送的原文")
        case "code":
            return words.say("Code", "代码")
    return argument


def no_input(tool: str, arguments: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The note of the refusal where a cell can't take input. It goes to the model too, in English."""
    why = words.say("The cell ran where it can't take input. ", "单元格运行的地方不能输入。")
    if tool == SHARE:
        return why + words.say("To allow it, run: ", "想允许的话，请运行：") + f"%copilot /privacy {_level(arguments)}"
    return why + words.say(
        "To allow it, ask with Copilot(on_approval=…), or where cells take input.",
        "想允许的话，请用 Copilot(on_approval=…) 提问，或换到能输入的地方。",
    )


def no_callback(tool: str, arguments: Mapping[str, Any], words: Words = ENGLISH) -> str:
    """The note of the refusal where Python code asked and can't decide. It goes to the model too, in English."""
    why = words.say("Copilot() was made without on_approval. ", "建立 Copilot() 时没有给出 on_approval。")
    how = f'privacy="{_level(arguments)}"' if tool == SHARE else "on_approval=…"
    return why + words.say(f"To allow it, pass {how} to Copilot.", f"想允许的话，请把 {how} 传给 Copilot。")


def note(part: ApprovalPart, words: Words) -> str:
    """What was said with the decision; a note of our own is told in the language of the answer."""
    for ours in (no_input, no_callback):
        if part.note == ours(part.tool, part.arguments):
            return ours(part.tool, part.arguments, words)
    return part.note


def _what(arguments: Mapping[str, Any]) -> str:
    return short(str(arguments.get("what") or ""), 200)


def _level(arguments: Mapping[str, Any]) -> str:
    return "aggregates" if arguments.get("level") == "aggregates" else "rows"
