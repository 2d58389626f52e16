"""Who answers the questions of a turn that ``CopilotChat.ask`` waits for: the user in the chat, or below the cell."""

from __future__ import annotations

import threading
from typing import Any

from .connection import Event
from .dialogue import Responder
from .parts import ApprovalPart, QuestionPart
from .prompting import Prompter
from .words import ENGLISH, Words


def responder(*, in_sight: bool, words: Words = ENGLISH) -> Responder:
    """Who answers. ``in_sight``: whether the chat is shown in the notebook and can be answered in while a cell runs.

    The comm's messages may wait until the cell has ended, and a chat that is not shown can't be answered in.
    """
    if threading.current_thread() is not threading.main_thread():
        return _InChat()
    if runs_unattended():
        return Prompter(words=words)  # nobody is there, and that is what it says
    return _InChat() if in_sight else _BelowCell(words=words)


def runs_unattended() -> bool:
    """Whether this cell runs where nobody could type anything, as nbclient runs it."""
    kernel = getattr(shell(), "kernel", None)
    return kernel is not None and not kernel._allow_stdin


def shell() -> Any:
    """IPython's shell; None in a script."""
    from IPython import get_ipython

    return get_ipython()


class _InChat:
    """The user answers in the chat."""

    def watch(self, event: Event | None) -> None:
        return None

    def question(self, part: QuestionPart) -> str | None:
        return None

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        return None


class _BelowCell(Prompter):
    """The user answers below the cell."""

    def question(self, part: QuestionPart) -> str | None:
        from .plain import question_text

        print(question_text(part, self.words))
        return super().question(part)

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        from .plain import approval_text

        print(approval_text(part, self.words))
        return super().approval(part)
