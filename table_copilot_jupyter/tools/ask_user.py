"""``ask_user_question``: a question to the user in the middle of a turn, and how answers are read."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field, field_validator

from .base import Tool, ToolContext, ToolError, ToolResult
from .personal import LenientArguments, one_line

MAX_QUESTION = 2000
MAX_OPTIONS = 9
MAX_OPTION = 200
MAX_TIMEOUT_S = 24 * 3600.0
NOBODY = (
    "Nobody answered in time. Go on with a sensible assumption and say which one it was, "
    "or stop here if there is none. Do not ask the same again."
)

_SEPARATOR = re.compile(r"\s*[,，、;；\n]\s*(?:(?:and|和)\s*)?|\s+(?:and|&)\s+|\s*和\s*")
_NUMBER = re.compile(r"(?:option|选项|第)?\s*[(#]?([0-9]{1,2})[.)]?\s*(?:个|项)?")


class AskUserArguments(LenientArguments):
    question: str = Field(description="One short, clear question, in the user's language.")
    options: list[str] = Field(
        default_factory=list,
        description=(
            f"Up to {MAX_OPTIONS} answers to choose from, each short and different from the others. "
            "Leave it out for a free answer. The user may always answer something else."
        ),
    )
    multiple: bool = Field(False, description="Whether the user may choose several options.")
    timeout: float | None = Field(
        None, description="Seconds to wait for the answer, at most 86400. Leave it out unless it is urgent."
    )

    @field_validator("options", mode="before")
    @classmethod
    def _as_text(cls, options: Any) -> Any:
        """Numbers and the like are fine as options."""
        if not isinstance(options, list):
            return options
        return [str(option) if isinstance(option, int | float) else option for option in options]


class AskUserTool(Tool[AskUserArguments]):
    """Waits up to ``default_timeout_s`` for an answer (0: as long as it takes) unless the call says otherwise."""

    name: ClassVar[str] = "ask_user_question"
    description: ClassVar[str] = (
        "Asks the user one question and waits for the answer. Use it only when something necessary is missing, can't "
        "be found out otherwise, and a wrong guess would cost. Offer options where you can. "
        "The answer may also be free text."
    )
    arguments = AskUserArguments
    timeout_s: ClassVar[float | None] = None

    def __init__(self, default_timeout_s: float) -> None:
        self._default_timeout_s = default_timeout_s

    async def run(self, arguments: AskUserArguments, context: ToolContext) -> ToolResult:
        """Ask and wait. Raises ToolError for a question that can't be shown."""
        question = arguments.question.strip()
        if not question:
            raise ToolError("The question is empty. Say what the user should answer.")
        if len(question) > MAX_QUESTION:
            raise ToolError(
                f"The question has {len(question)} characters; at most {MAX_QUESTION} are shown. Shorten it."
            )
        options = _checked_options(arguments.options)
        if arguments.multiple and not options:
            raise ToolError("'multiple' needs options to choose from. Give them, or leave 'multiple' out.")
        asked = await context.ask(question, options, arguments.multiple, self._timeout(arguments.timeout))
        if asked.answer is None:
            return ToolResult(NOBODY)
        return ToolResult(answered_text(asked.answer, options, arguments.multiple))

    def _timeout(self, wanted: float | None) -> float | None:
        if wanted is None:
            return self._default_timeout_s or None
        if not math.isfinite(wanted) or wanted <= 0:
            raise ToolError(f"The timeout is {wanted!r}; give seconds from 1 to {MAX_TIMEOUT_S:.0f}, or leave it out.")
        return min(wanted, MAX_TIMEOUT_S)


def answered_text(answer: str, options: Sequence[str], multiple: bool) -> str:
    """What the model is told of an answer."""
    read = read_answer(answer, options, multiple)
    return f"The user answered: {read}" if read else "The user sent an empty answer."


def read_answer(answer: str, options: Sequence[str], multiple: bool) -> str:
    """The answer in the options' own words where it names them, by number or by text; else as it was typed.

    With ``multiple`` "1, 3" gives both, separated by commas. An answer of which only a part names options
    stays as it is: the rest of it matters too.
    """
    typed = answer.strip()
    if (option := _option_named(typed, options)) is not None:
        return option
    if multiple:
        pieces = [piece for piece in _SEPARATOR.split(typed) if piece]
        if len(pieces) <= 1 and re.fullmatch(r"[0-9\s]+", typed):
            pieces = typed.split()
        chosen = [_option_named(piece, options) for piece in pieces]
        if chosen and None not in chosen:
            return ", ".join(dict.fromkeys(option for option in chosen if option is not None))
    return typed


def _option_named(text: str, options: Sequence[str]) -> str | None:
    wanted = _plain(text)
    for option in options:
        if _plain(option) == wanted:
            return option
    found = _NUMBER.fullmatch(wanted)
    if found and 1 <= (number := int(found.group(1))) <= len(options):
        return options[number - 1]
    return None


def _plain(text: str) -> str:
    return one_line(unicodedata.normalize("NFKC", text)).casefold()


def _checked_options(options: Sequence[str]) -> list[str]:
    named = [one_line(option) for option in options]
    named = [option for option in named if option]
    if len(named) > MAX_OPTIONS:
        raise ToolError(f"{len(named)} options were given; at most {MAX_OPTIONS} are shown. Leave some out.")
    if long := next((option for option in named if len(option) > MAX_OPTION), None):
        raise ToolError(f"The option {long[:40]!r}… has {len(long)} characters; at most {MAX_OPTION} are shown.")
    seen: set[str] = set()
    for option in named:
        if _plain(option) in seen:
            raise ToolError(f"The option {option!r} was given twice. Make the options different.")
        seen.add(_plain(option))
    return named
