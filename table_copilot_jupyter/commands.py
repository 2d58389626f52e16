"""The slash commands: one table for every surface and both dialects.

A message that begins with ``/`` is a command; ``//`` escapes it. No command reaches a model.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from . import inspection
from .export import export_json, export_markdown
from .hub import Hub
from .kernel.base import KernelLink
from .language import Language
from .privacy_command import privacy_command
from .protocol import CopilotError, ErrorCode, SentTable, is_session_id
from .session import Session
from .tools.schedule import describe as describe_reminder
from .tools.todo import describe as describe_todo


@dataclass(frozen=True, slots=True)
class Scene:
    """Where a command was typed."""

    hub: Hub
    session: Session
    owner: str
    surface: str
    kernel_id: str | None = None
    """The kernel of the cell that it was typed in."""
    cell: KernelLink | None = None
    """The way into that kernel, where the cell waits for the answer."""
    language: Language = "en"
    """What the surface speaks."""


@dataclass(frozen=True, slots=True)
class CommandAnswer:
    """``content`` is Markdown; ``switch_to`` is the session to show next.

    ``say``: the command stands for this message, which is then sent in the user's name.
    """

    content: str = ""
    switch_to: str | None = None
    say: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    usage: str
    summary: str
    run: Callable[[Scene, str], Awaitable[CommandAnswer]]


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
        known = ", ".join(f"/{known}" for known in COMMANDS)
        raise CopilotError(
            ErrorCode.BAD_FRAME,
            f"There is no command {'/' + name[:40]!r}.",
            f"Use one of {known}; begin with // to send a message that starts with a slash.",
        )
    return await command.run(scene, arguments.strip())


async def _help(scene: Scene, arguments: str) -> CommandAnswer:
    lines = ["| Command | What it does |", "|---|---|"]
    lines += [f"| `{_text(command.usage)}` | {command.summary} |" for command in COMMANDS.values()]
    lines += [
        "",
        "Address an agent with `@name …`; `/agents` lists them. `//` sends a message that begins with a slash.",
    ]
    return CommandAnswer("\n".join(lines))


async def _status(scene: Scene, arguments: str) -> CommandAnswer:
    health = scene.hub.health()
    info = scene.session.info()
    model = info.model or health["model"] or "none"
    where = f" on {health['host']}" if health["host"] else ""
    lines = [
        f"- Session: “{_text(info.title)}” (`{info.session_id}`), {_count(info.messages, 'message')}",
        f"- Model: `{model}`{where}",
        f"- Server: version {health['version']}, {_count(health['sessions'], 'live session')}, "
        f"{_count(health['connections'], 'connection')}",
        f"- Kept: {'in the database' if health['persistent'] else 'in memory only'}",
    ]
    lines += [f"- Problem: {health['problem']}"] if "problem" in health else []
    lines += [f"- Warning: {warning}" for warning in health["warnings"]]
    return CommandAnswer("\n".join(lines))


async def _new(scene: Scene, arguments: str) -> CommandAnswer:
    session = await scene.hub.new_session(scene.owner)
    if arguments:
        await session.rename(arguments[:200])
    return CommandAnswer(f"New session `{session.session_id}`.", switch_to=session.session_id)


async def _session(scene: Scene, arguments: str) -> CommandAnswer:
    if not arguments:
        info = scene.session.info()
        return CommandAnswer(f"This is “{_text(info.title)}” (`{info.session_id}`).")
    sessions = await scene.hub.sessions(scene.owner)
    exact = [info for info in sessions if arguments in (info.session_id, info.title)]
    found = exact or [
        info for info in sessions if info.session_id.startswith(arguments) or arguments.lower() in info.title.lower()
    ]
    if len(found) == 1:
        return CommandAnswer(f"This is “{_text(found[0].title)}” now.", switch_to=found[0].session_id)
    if found:
        names = ", ".join(f"`{info.session_id}` ({_text(info.title)})" for info in found[:5])
        raise CopilotError(
            ErrorCode.BAD_FRAME, f"{arguments!r} fits {len(found)} sessions: {names}.", "Name one by its id."
        )
    hint = "See /sessions." if is_session_id(arguments) else "Name it by its id or a part of its title; see /sessions."
    raise CopilotError(ErrorCode.UNKNOWN_SESSION, f"There is no session {arguments[:64]!r}.", hint)


async def _sessions(scene: Scene, arguments: str) -> CommandAnswer:
    lines = ["| Session | Title | Messages | Last used |", "|---|---|---|---|"]
    for info in (await scene.hub.sessions(scene.owner))[:50]:
        mark = " (this one)" if info.session_id == scene.session.session_id else ""
        used = info.updated_at[:16].replace("T", " ")
        lines.append(f"| `{info.session_id}` | {_text(info.title)}{mark} | {info.messages} | {used} UTC |")
    return CommandAnswer("\n".join(lines))


async def _history(scene: Scene, arguments: str) -> CommandAnswer:
    _, events = await scene.hub.session_log(scene.owner, scene.session.session_id)
    count = _number(arguments, 20)
    said = [
        ("You" if event["type"] == "user_message" else _text(event["agent"]), event["content"])
        for event in events
        if event["type"] == "user_message"
        or (event["type"] == "message" and not event["parent_call_id"] and event["content"])
    ]
    if not said:
        return CommandAnswer("Nothing has been said in this session yet.")
    return CommandAnswer("\n\n".join(f"**{who}**: {content}" for who, content in said[-count:]))


def _number(text: str, default: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or not 0 < int(text[:9]) <= 10_000:
        raise CopilotError(ErrorCode.BAD_FRAME, f"{text[:40]!r} is not a number of messages.", "Use 1 to 10000.")
    return int(text)


async def _clear(scene: Scene, arguments: str) -> CommandAnswer:
    await scene.session.clear()
    return CommandAnswer("The conversation was cleared.")


async def _model(scene: Scene, arguments: str) -> CommandAnswer:
    if arguments:
        await scene.session.configure(model=arguments)
        return CommandAnswer(f"This session's model is `{scene.session.row.model}` now.")
    current = scene.session.row.model or scene.hub.health()["model"]
    names = "\n".join(
        f"- `{model.name}` on {model.host}" + (" (in use)" if model.name == current else "")
        for model in scene.hub.services.available_models()
    )
    return CommandAnswer(f"This session's model is `{current}`. At hand:\n\n{names}\n\n`/model NAME` changes it.")


async def _agents(scene: Scene, arguments: str) -> CommandAnswer:
    agents = scene.hub.services.agents
    lines = ["| Agent | What it does | Tools |", "|---|---|---|"]
    for spec in agents.specs.values():
        tools = ", ".join(f"`{name}`" for name in (*spec.tools, *(f"@{name}" for name in spec.delegates)))
        lines.append(f"| `@{spec.name}` | {_text(spec.description)} | {tools or 'none'} |")
    lines += [""] + [f"- {_text(problem)}" for problem in agents.problems]
    return CommandAnswer("\n".join(lines).strip())


async def _todos(scene: Scene, arguments: str) -> CommandAnswer:
    todos = (await scene.hub.todos(scene.owner)).todos
    if not todos:
        return CommandAnswer("No todos yet. Ask for one: “add a todo: send the report tomorrow”.")
    services = scene.hub.services
    now = services.clock().astimezone(services.timezone)
    return CommandAnswer(
        "\n".join(f"- [{'x' if todo.done else ' '}] {describe_todo(todo, now, services.timezone)}" for todo in todos)
    )


async def _reminders(scene: Scene, arguments: str) -> CommandAnswer:
    reminders = (await scene.hub.reminders(scene.owner)).reminders
    if not reminders:
        return CommandAnswer("No reminders are set. Ask for one: “remind me in 10 minutes to stretch”.")
    return CommandAnswer(
        "\n".join(f"- {describe_reminder(reminder)} `{reminder.reminder_id}`" for reminder in reminders)
    )


async def _tools(scene: Scene, arguments: str) -> CommandAnswer:
    lines = ["| Tool | What it does |", "|---|---|"]
    for tool in scene.hub.services.tools.values():
        lines.append(f"| `{tool.name}` | {_text(tool.description.split('. ')[0].rstrip('.'))} |")
    return CommandAnswer("\n".join(lines))


async def _tables(scene: Scene, arguments: str) -> CommandAnswer:
    if scene.kernel_id is not None:
        await scene.session.configure(kernel_id=scene.kernel_id)
    reply = await inspection.tables(scene.hub, scene.session, scene.cell)
    if reply.problem is not None:
        return CommandAnswer(f"The tables can't be told now. {reply.problem}")
    if not reply.tables:
        return CommandAnswer("The kernel has no tables yet: no DataFrame, no Series, no Arrow table.")
    lines = ["| Table | Kind | Rows | Columns | The model may see |", "|---|---|---:|---:|---|"]
    for table in reply.tables:
        rows = f"{table.rows:,}" if table.rows is not None else "?"
        lines.append(f"| `{_text(table.name)}` | {_text(table.kind)} | {rows} | {table.column_count} | {table.level} |")
    return CommandAnswer("\n".join([*lines, "", "Name one with `@` in a message. `/privacy` changes what is seen."]))


async def _privacy(scene: Scene, arguments: str) -> CommandAnswer:
    return CommandAnswer(await privacy_command(scene.session, arguments))


async def _receipts(scene: Scene, arguments: str) -> CommandAnswer:
    if arguments == "jsonl":
        exported = await inspection.exported_receipts(scene.hub, scene.session)
        return CommandAnswer(f"```json\n{exported.content}```")
    if arguments:
        sent = await inspection.payload(scene.hub, scene.session, arguments)
        if sent.content is None:
            return CommandAnswer("The payload of this request is not kept any more; its receipt is.")
        return CommandAnswer(f"```json\n{json.dumps(json.loads(sent.content), ensure_ascii=False, indent=2)}\n```")
    found = (await inspection.receipts(scene.hub, scene.session)).receipts
    if not found:
        return CommandAnswer("Nothing was sent to a model in this session.")
    lines = ["| Receipt | Time | Model | Size | Told of tables |", "|---|---|---|---:|---|"]
    for receipt in found[-100:]:
        tables = "; ".join(_told(table) for table in receipt.tables) or "nothing"
        lines.append(
            f"| `{receipt.receipt_id}` | {receipt.at[:19].replace('T', ' ')} UTC | {_text(receipt.model)} on "
            f"{_text(receipt.host)} | {receipt.bytes / 1000:,.1f} kB | {tables} |"
        )
    lines += ["", "`/receipts ID` shows exactly what was sent, `/receipts jsonl` all of it as JSON Lines."]
    return CommandAnswer("\n".join(lines))


def _told(table: SentTable) -> str:
    if table.columns == 0 and table.rows == 0:  # such as one that code has made
        return f"{_text(table.name)}: only its name"
    columns = "1 column" if table.columns == 1 else f"{table.columns} columns"
    rows = "1 row" if table.rows == 1 else f"{table.rows:,} rows"
    return f"{_text(table.name)}: {table.level}, {columns}, {rows}"


async def _fix(scene: Scene, arguments: str) -> CommandAnswer:
    wish = f" {arguments}" if arguments else ""
    return CommandAnswer(say=f"@analyst Explain the last error in my notebook and show how to fix it.{wish}")


async def _export(scene: Scene, arguments: str) -> CommandAnswer:
    info, events = await scene.hub.session_log(scene.owner, scene.session.session_id)
    form = arguments.lower() or "md"
    if form == "md":
        return CommandAnswer(export_markdown(info, events))
    if form == "json":
        return CommandAnswer(f"```json\n{export_json(info, events)}\n```")
    raise CopilotError(
        ErrorCode.BAD_FRAME, f"{arguments[:40]!r} is not an export format.", "Use /export md or /export json."
    )


async def _approve(scene: Scene, arguments: str) -> CommandAnswer:
    approval_id, _, decision = arguments.partition(" ")
    if decision not in ("once", "session"):
        raise CopilotError(
            ErrorCode.BAD_FRAME, f"/approve needs 'once' or 'session', not {decision[:40]!r}.", "Use /approve ID once."
        )
    scene.session.decide(approval_id, "once" if decision == "once" else "session", by=scene.surface)
    return CommandAnswer(f"Allowed ({decision}).")


async def _deny(scene: Scene, arguments: str) -> CommandAnswer:
    scene.session.decide(arguments, "deny", by=scene.surface)
    return CommandAnswer("Denied.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _text(value: str) -> str:
    """A value inside a line or table cell of Markdown."""
    return " ".join(value.split()).replace("|", "\\|")


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("help", "/help", "Show this table", _help),
        Command("status", "/status", "Session, model, server", _status),
        Command("new", "/new [title]", "Begin a new session", _new),
        Command("session", "/session [id or title]", "Show or change the session", _session),
        Command("sessions", "/sessions", "List your sessions", _sessions),
        Command("history", "/history [n]", "The last n messages", _history),
        Command("clear", "/clear", "Empty this session", _clear),
        Command("model", "/model [name]", "Show or change this session's model", _model),
        Command("agents", "/agents", "List the agents", _agents),
        Command("tables", "/tables", "List the tables in the kernel", _tables),
        Command("fix", "/fix [what else]", "Explain the last error and how to fix it", _fix),
        Command("privacy", "/privacy [level, or rule]", "Show or set what the model may see", _privacy),
        Command("receipts", "/receipts [id or jsonl]", "What was sent to models", _receipts),
        Command("todos", "/todos", "List your todos", _todos),
        Command("reminders", "/reminders", "List your reminders", _reminders),
        Command("tools", "/tools", "List the tools", _tools),
        Command("export", "/export [md or json]", "This session as a document", _export),
        Command("approve", "/approve id once|session", "Allow what an approval asks", _approve),
        Command("deny", "/deny id", "Refuse what an approval asks", _deny),
    )
}
