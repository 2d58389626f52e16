"""The slash commands: one table for every surface and both dialects.

A message that begins with ``/`` is a command; ``//`` escapes it. No command reaches a model. Commands answer in the
language of the surface that they were typed in.
"""

from __future__ import annotations

from typing import Final

from . import lists, sessions, tables
from .privacy import privacy
from .scene import Command, CommandAnswer, Scene, inline

__all__ = ["COMMANDS", "Command", "CommandAnswer", "Scene", "read", "run"]


def read(content: str) -> tuple[str, bool]:
    """(text, whether it is a command); the escape ``//`` is taken off."""
    if content.startswith("//"):
        return content[1:], False
    return content, content.startswith("/")


async def run(content: str, scene: Scene) -> CommandAnswer:
    """Carry out ``/name arguments``. Raises CopilotError for an unknown command."""
    name, _, arguments = content[1:].strip().partition(" ")
    command = COMMANDS.get(name.lower())
    if command is None:
        known = [f"/{known}" for known in COMMANDS]
        typed = f"/{name[:40]}"
        raise scene.error(
            (f"There is no command {typed!r}.", f"没有 {typed!r} 这个命令。"),
            (
                f"Use one of {', '.join(known)}; begin with // to send a message that starts with a slash.",
                f"可用的命令有 {'、'.join(known)}；想发送以斜杠开头的消息，请以 // 开头。",
            ),
        )
    return await command.run(scene, arguments.strip())


async def _help(scene: Scene, arguments: str) -> CommandAnswer:
    lines = [scene.say("| Command | What it does |", "| 命令 | 用途 |"), "|---|---|"]
    for command in COMMANDS.values():
        lines.append(f"| `{inline(command.usage(scene.language))}` | {scene.say(*command.summary)} |")
    after = scene.say(
        "Address an agent with `@name …`; `/agents` lists them. `//` sends a message that begins with a slash.",
        "用 `@名字 …` 指定由哪个智能体回答，`/agents` 列出所有智能体。想发送以斜杠开头的消息，请以 `//` 开头。",
    )
    return CommandAnswer("\n".join([*lines, "", after]))


_NOTHING: Final = ("", "")

COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for command in (
        Command("help", _NOTHING, ("Show this table", "查看所有命令"), _help),
        Command("status", _NOTHING, ("Session, model, server", "会话、模型和服务器的状态"), sessions.status),
        Command("new", ("[title]", "[标题]"), ("Begin a new session", "开始新会话"), sessions.new),
        Command(
            "session",
            ("[id or title]", "[id 或标题]"),
            ("Show or change the session", "查看或切换会话"),
            sessions.session,
        ),
        Command("sessions", _NOTHING, ("List your sessions", "列出会话"), sessions.listed),
        Command("history", ("[n]", "[n]"), ("The last n messages", "最近 n 条消息"), sessions.history),
        Command("clear", _NOTHING, ("Empty this session", "清空此会话"), sessions.clear),
        Command(
            "model",
            ("[name]", "[名称]"),
            ("Show or change this session's model", "查看或更换此会话的模型"),
            sessions.model,
        ),
        Command("agents", _NOTHING, ("List the agents", "列出智能体"), lists.agents),
        Command("tables", _NOTHING, ("List the tables in the kernel", "列出内核里的表"), tables.tables),
        Command(
            "fix",
            ("[what else]", "[其他要求]"),
            ("Explain the last error and how to fix it", "解释最后的错误，并说明怎么修复"),
            tables.fix,
        ),
        Command(
            "privacy",
            ("[level, or rule]", "[级别或规则]"),
            ("Show or set what the model may see", "查看或设定模型可以看到什么"),
            privacy,
        ),
        Command(
            "receipts",
            ("[id or jsonl]", "[id 或 jsonl]"),
            ("What was sent to models", "发送给模型的内容"),
            tables.receipts,
        ),
        Command("todos", _NOTHING, ("List your todos", "列出待办"), lists.todos),
        Command("reminders", _NOTHING, ("List your reminders", "列出提醒"), lists.reminders),
        Command("tools", _NOTHING, ("List the tools", "列出工具"), lists.tools),
        Command(
            "export",
            ("[md or json]", "[md 或 json]"),
            ("This session as a document", "把此会话导出为文档"),
            sessions.export,
        ),
        Command(
            "approve",
            ("id once|session", "id once|session"),
            ("Allow what an approval asks", "同意一项请求"),
            sessions.approve,
        ),
        Command("deny", ("id", "id"), ("Refuse what an approval asks", "拒绝一项请求"), sessions.deny),
    )
}
