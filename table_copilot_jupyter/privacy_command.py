"""``/privacy``: shows what models may see of the session's tables, and changes it."""

from __future__ import annotations

from typing import cast, get_args

from .privacy import LEVELS, describe_level, with_rule
from .protocol import CopilotError, ErrorCode, PrivacyLevel, RuleLevel
from .session import Session

USAGE = (
    "Use /privacy LEVEL for the session, /privacy TABLE LEVEL or /privacy TABLE.COLUMN LEVEL for a rule "
    "(LEVEL 'default' takes it away), /privacy names masked or clear."
)


async def privacy_command(session: Session, arguments: str) -> str:
    """What is in force, as Markdown, after the change that ``arguments`` ask for. Raises CopilotError."""
    words = arguments.split()
    if not words:
        return _shown(session)
    if len(words) == 1 and words[0].lower() in get_args(PrivacyLevel):
        await session.configure(privacy=cast(PrivacyLevel, words[0].lower()))
        return _shown(session)
    if len(words) == 2 and words[0].lower() == "names" and words[1].lower() in ("masked", "clear"):
        await session.configure(names="masked" if words[1].lower() == "masked" else "clear")
        return _shown(session)
    if len(words) == 2 and words[1].lower() in (*get_args(RuleLevel), "default"):
        table, _, column = words[0].removeprefix("@").partition(".")
        level = None if words[1].lower() == "default" else cast(RuleLevel, words[1].lower())
        rules = with_rule(session.info().rules, table, column or None, level)
        await session.configure(rules=rules)
        return _shown(session)
    raise CopilotError(ErrorCode.BAD_FRAME, f"/privacy does not understand {arguments[:80]!r}.", USAGE)


def _shown(session: Session) -> str:
    info = session.info()
    if info.privacy is None:
        return "No model can be had, so nothing is sent. /status says why."
    lines = [f"The model may see of your tables: **{info.privacy}** ({describe_level(info.privacy)}).", ""]
    lines += ["| Level | The model sees |", "|---|---|"]
    for level in LEVELS[1:]:
        mark = " (in force)" if level == info.privacy else ""
        above = LEVELS.index(level) > LEVELS.index(info.ceiling)
        limit = "; not allowed by this server's administrator" if above else ""
        lines.append(f"| `{level}`{mark} | {describe_level(level)}{limit} |")
    if info.names == "masked":
        lines += ["", "Names of tables and columns are masked: the model is told made-up ones."]
    if info.rules:
        lines += ["", "| Rule for | The model sees at most |", "|---|---|"]
        for rule in info.rules:
            name = f"{rule.table}.{rule.column}" if rule.column else rule.table
            lines.append(f"| `{name}` | `{rule.level}` ({describe_level(rule.level)}) |")
    return "\n".join([*lines, "", USAGE])
