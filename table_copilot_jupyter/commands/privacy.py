"""``/privacy``: shows what models may see of the session's tables, and changes it."""

from __future__ import annotations

from typing import Final, cast, get_args

from ..privacy import LEVELS, LEVELS_IN_CHINESE, describe_level, with_rule
from ..protocol import PrivacyLevel, RuleLevel
from .scene import CommandAnswer, Scene, Wording

USAGE: Final[Wording] = (
    "Use /privacy LEVEL for the session, /privacy TABLE LEVEL or /privacy TABLE.COLUMN LEVEL for a rule "
    "(LEVEL 'default' takes it away), /privacy names masked or clear.",
    "用法：/privacy 级别（用于此会话）；/privacy 表 级别 或 /privacy 表.列 级别"
    "（为表或列设规则，级别写 default 则删除规则）；/privacy names masked 或 clear（隐去名称，或恢复原名）。",
)


async def privacy(scene: Scene, arguments: str) -> CommandAnswer:
    """What is in force, after the change that ``arguments`` ask for. Raises CopilotError."""
    words = arguments.split()
    if words:
        await _change(scene, words, arguments)
    return CommandAnswer(_shown(scene))


async def _change(scene: Scene, words: list[str], arguments: str) -> None:
    session, last = scene.session, words[-1].lower()
    if len(words) == 1 and last in get_args(PrivacyLevel):
        await session.configure(privacy=cast(PrivacyLevel, last))
    elif len(words) == 2 and words[0].lower() == "names" and last in ("masked", "clear"):
        await session.configure(names="masked" if last == "masked" else "clear")
    elif len(words) == 2 and last in (*get_args(RuleLevel), "default"):
        table, _, column = words[0].removeprefix("@").partition(".")
        level = None if last == "default" else cast(RuleLevel, last)
        await session.configure(rules=with_rule(session.info().rules, table, column or None, level))
    else:
        raise scene.error(
            (f"/privacy does not understand {arguments[:80]!r}.", f"/privacy 看不懂 {arguments[:80]!r}。"), USAGE
        )


def _shown(scene: Scene) -> str:
    say, language = scene.say, scene.language
    info = scene.session.info()
    if info.privacy is None:
        return say(
            "No model can be had, so nothing is sent. /status says why.",
            "现在没有可用的模型，所以不会发送任何内容。原因见 /status。",
        )
    meaning = describe_level(info.privacy, language)
    lines = [
        say(
            f"The model may see of your tables: **{info.privacy}** ({meaning}).",
            f"模型对你的表的可见级别：**{info.privacy}**（{LEVELS_IN_CHINESE[info.privacy]}），即{meaning}。",
        ),
        "",
        say("| Level | The model sees |", "| 级别 | 模型可以看到 |"),
        "|---|---|",
    ]
    for level in LEVELS[1:]:
        now = level == info.privacy
        word = LEVELS_IN_CHINESE[level]
        named = say(f"`{level}`{' (in force)' if now else ''}", f"`{level}`（{word}{'，当前' if now else ''}）")
        above = LEVELS.index(level) > LEVELS.index(info.ceiling)
        limit = say("; not allowed by this server's administrator", "；受本服务器管理员限制，不能选用") if above else ""
        lines.append(f"| {named} | {describe_level(level, language)}{limit} |")
    if info.names == "masked":
        lines += [
            "",
            say(
                "Names of tables and columns are masked: the model is told made-up ones.",
                "表名和列名已隐去：告诉模型的是代称。",
            ),
        ]
    if info.rules:
        lines += ["", say("| Rule for | The model sees at most |", "| 规则 | 模型最多可以看到 |"), "|---|---|"]
        for rule in info.rules:
            name = f"{rule.table}.{rule.column}" if rule.column else rule.table
            meaning = describe_level(rule.level, language)
            most = say(f"`{rule.level}` ({meaning})", f"`{rule.level}`（{LEVELS_IN_CHINESE[rule.level]}）：{meaning}")
            lines.append(f"| `{name}` | {most} |")
    return "\n".join([*lines, "", say(*USAGE)])
