"""What a command is, where it was typed, and what it answers.

Both wordings of an answer stand side by side where it is given: ``scene.say("Denied.", "已拒绝。")``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ..hub import Hub
from ..kernel.base import KernelLink
from ..language import Language
from ..privacy import LEVELS_IN_CHINESE
from ..protocol import CopilotError, ErrorCode, SessionInfo
from ..session import DEFAULT_TITLE, Session

Wording = tuple[str, str]
"""The same in English and in Chinese."""


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

    def say(self, english: str, chinese: str) -> str:
        """The one of the two that the surface speaks."""
        return chinese if self.language == "zh" else english

    def error(self, message: Wording, hint: Wording, code: ErrorCode = ErrorCode.BAD_FRAME) -> CopilotError:
        """Why the command can't be carried out, and what to do instead."""
        return CopilotError(code, self.say(*message), self.say(*hint))

    def title(self, info: SessionInfo) -> str:
        """A session's title inside a line."""
        return self.say(DEFAULT_TITLE, "新会话") if info.title == DEFAULT_TITLE else inline(info.title)

    def level(self, level: str) -> str:
        """A privacy level: as it is typed, in Chinese with its word."""
        word = LEVELS_IN_CHINESE.get(level)
        return self.say(level, f"{level}（{word}）") if word else level


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
    """``parameters`` is what may follow the name, "" in both languages where nothing may."""

    name: str
    parameters: Wording
    summary: Wording
    run: Callable[[Scene, str], Awaitable[CommandAnswer]]

    def usage(self, language: Language = "en") -> str:
        """``/new [title]``."""
        english, chinese = self.parameters
        return f"/{self.name} {chinese if language == 'zh' else english}".rstrip()


def inline(value: str) -> str:
    """A value inside a line or table cell of Markdown."""
    return " ".join(value.split()).replace("|", "\\|")


def count(number: int, noun: str) -> str:
    """``1 message``, ``2 messages``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
