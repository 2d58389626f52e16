"""Commands about sessions: which there are, what was said, their model, what waits for a decision."""

from __future__ import annotations

from ..export import export_json, export_markdown
from ..protocol import ErrorCode, is_session_id
from .scene import CommandAnswer, Scene, count, inline


async def status(scene: Scene, arguments: str) -> CommandAnswer:
    """The session, its model, and the state of the server."""
    say = scene.say
    health = scene.hub.health()
    info = scene.session.info()
    title, session_id, messages = scene.title(info), info.session_id, info.messages
    model = info.model or health["model"]
    named = f"`{model}`" if model else say("none", "无")
    version, live, connections = health["version"], health["sessions"], health["connections"]
    lines = [
        say(
            f"- Session: “{title}” (`{session_id}`), {count(messages, 'message')}",
            f"- 会话：“{title}”（`{session_id}`），{messages:,} 条消息",
        ),
        say(f"- Model: {named}", f"- 模型：{named}") + _on(scene, health["host"]),
        say(
            f"- Server: version {version}, {count(live, 'live session')}, {count(connections, 'connection')}",
            f"- 服务器：版本 {version}，{live} 个活动会话，{connections} 个连接",
        ),
        say("- Kept: in the database", "- 存储：数据库")
        if health["persistent"]
        else say("- Kept: in memory only", "- 存储：仅在内存中，服务器停止后丢失"),
    ]
    if "problem" in health:
        lines.append(say(f"- Problem: {health['problem']}", f"- 问题：{health['problem']}"))
    lines += [say(f"- Warning: {warning}", f"- 注意：{warning}") for warning in health["warnings"]]
    return CommandAnswer("\n".join(lines))


def _on(scene: Scene, host: str | None) -> str:
    """Where a model runs, behind its name; the offline one runs nowhere else."""
    return scene.say(f" on {host}", f"，位于 {host}") if host else ""


async def new(scene: Scene, arguments: str) -> CommandAnswer:
    """Begin a session; the surface shows it next."""
    session = await scene.hub.new_session(scene.owner)
    if arguments:
        await session.rename(arguments[:200])
    session_id = session.session_id
    return CommandAnswer(
        scene.say(f"New session `{session_id}`.", f"已开始新会话 `{session_id}`。"), switch_to=session_id
    )


async def session(scene: Scene, arguments: str) -> CommandAnswer:
    """Which session this is, or go on in the one that an id or a part of a title names. Raises CopilotError."""
    if not arguments:
        info = scene.session.info()
        title = scene.title(info)
        return CommandAnswer(
            scene.say(f"This is “{title}” (`{info.session_id}`).", f"当前会话是“{title}”（`{info.session_id}`）。")
        )
    sessions = await scene.hub.sessions(scene.owner)
    exact = [info for info in sessions if arguments in (info.session_id, info.title)]
    found = exact or [
        info for info in sessions if info.session_id.startswith(arguments) or arguments.lower() in info.title.lower()
    ]
    if len(found) == 1:
        title = scene.title(found[0])
        return CommandAnswer(
            scene.say(f"This is “{title}” now.", f"已切换到“{title}”。"), switch_to=found[0].session_id
        )
    if found:
        names = ", ".join(f"`{info.session_id}` ({scene.title(info)})" for info in found[:5])
        chinese = "、".join(f"`{info.session_id}`（{scene.title(info)}）" for info in found[:5])
        raise scene.error(
            (
                f"{arguments!r} fits {len(found)} sessions: {names}.",
                f"有 {len(found)} 个会话符合 {arguments!r}：{chinese}。",
            ),
            ("Name one by its id.", "请用 id 指明是哪一个。"),
        )
    raise scene.error(
        (f"There is no session {arguments[:64]!r}.", f"没有会话 {arguments[:64]!r}。"),
        ("See /sessions.", "已有的会话见 /sessions。")
        if is_session_id(arguments)
        else (
            "Name it by its id or a part of its title; see /sessions.",
            "请用 id 或标题的一部分指明；已有的会话见 /sessions。",
        ),
        ErrorCode.UNKNOWN_SESSION,
    )


async def listed(scene: Scene, arguments: str) -> CommandAnswer:
    """The user's sessions, the one used last first."""
    head = scene.say("| Session | Title | Messages | Last used |", "| 会话 | 标题 | 消息数 | 上次使用 |")
    lines = [head, "|---|---|---|---|"]
    for info in (await scene.hub.sessions(scene.owner))[:50]:
        mark = scene.say(" (this one)", "（当前）") if info.session_id == scene.session.session_id else ""
        used = info.updated_at[:16].replace("T", " ")
        lines.append(f"| `{info.session_id}` | {scene.title(info)}{mark} | {info.messages} | {used} UTC |")
    return CommandAnswer("\n".join(lines))


async def history(scene: Scene, arguments: str) -> CommandAnswer:
    """The last messages of the conversation. Raises CopilotError for a number that is none."""
    _, events = await scene.hub.session_log(scene.owner, scene.session.session_id)
    most = _number(scene, arguments, 20)
    you = scene.say("You", "你")
    said = [
        (you if event["type"] == "user_message" else inline(event["agent"]), event["content"])
        for event in events
        if event["type"] == "user_message"
        or (event["type"] == "message" and not event["parent_call_id"] and event["content"])
    ]
    if not said:
        return CommandAnswer(scene.say("Nothing has been said in this session yet.", "此会话还没有消息。"))
    colon = scene.say(": ", "：")
    return CommandAnswer("\n\n".join(f"**{who}**{colon}{content}" for who, content in said[-most:]))


def _number(scene: Scene, text: str, default: int) -> int:
    if not text:
        return default
    if not text.isdecimal() or not 0 < int(text[:9]) <= 10_000:
        raise scene.error(
            (f"{text[:40]!r} is not a number of messages.", f"{text[:40]!r} 不是有效的消息条数。"),
            ("Use 1 to 10000.", "请用 1 到 10000 之间的整数。"),
        )
    return int(text)


async def clear(scene: Scene, arguments: str) -> CommandAnswer:
    """Empty the session."""
    await scene.session.clear()
    return CommandAnswer(scene.say("The conversation was cleared.", "对话已清空。"))


async def model(scene: Scene, arguments: str) -> CommandAnswer:
    """The session's model and those at hand, or take another one. Raises CopilotError."""
    if arguments:
        await scene.session.configure(model=arguments)
        name = scene.session.row.model
        return CommandAnswer(scene.say(f"This session's model is `{name}` now.", f"此会话的模型已换成 `{name}`。"))
    current = scene.session.row.model or scene.hub.health()["model"]
    names = "\n".join(
        f"- `{model.name}`{_on(scene, model.host)}"
        + (scene.say(" (in use)", "（当前）") if model.name == current else "")
        for model in scene.hub.services.available_models()
    )
    return CommandAnswer(
        scene.say(
            f"This session's model is `{current}`. At hand:\n\n{names}\n\n`/model NAME` changes it.",
            f"此会话的模型是 `{current}`。可用的模型：\n\n{names}\n\n用 `/model 名称` 更换。",
        )
    )


async def export(scene: Scene, arguments: str) -> CommandAnswer:
    """The session as a document, which is the same in every language. Raises CopilotError for another format."""
    info, events = await scene.hub.session_log(scene.owner, scene.session.session_id)
    form = arguments.lower() or "md"
    if form == "md":
        return CommandAnswer(export_markdown(info, events))
    if form == "json":
        return CommandAnswer(f"```json\n{export_json(info, events)}\n```")
    raise scene.error(
        (f"{arguments[:40]!r} is not an export format.", f"不能导出为 {arguments[:40]!r} 格式。"),
        ("Use /export md or /export json.", "请用 /export md 或 /export json。"),
    )


async def approve(scene: Scene, arguments: str) -> CommandAnswer:
    """Allow what waits for a decision. Raises CopilotError where nothing does, or it is not said how far."""
    approval_id, _, decision = arguments.partition(" ")
    if decision not in ("once", "session"):
        raise scene.error(
            (
                f"/approve needs 'once' or 'session', not {decision[:40]!r}.",
                f"/approve 的 id 后面要写 'once'（仅此一次）或 'session'（本次会话），而不是 {decision[:40]!r}。",
            ),
            ("Use /approve ID once.", "例如 /approve ID once。"),
        )
    scene.session.decide(approval_id, "once" if decision == "once" else "session", by=scene.surface)
    return CommandAnswer(
        scene.say(f"Allowed ({decision}).", f"已允许（{'仅此一次' if decision == 'once' else '本次会话'}）。")
    )


async def deny(scene: Scene, arguments: str) -> CommandAnswer:
    """Refuse what waits for a decision. Raises CopilotError where nothing does."""
    scene.session.decide(arguments, "deny", by=scene.surface)
    return CommandAnswer(scene.say("Denied.", "已拒绝。"))
