"""Asks the user in the cell or the terminal, with ``input()``.

While ``input()`` blocks, another surface may answer. The thread that hears of it then interrupts the main
thread's ``input()``, and what was asked is given up quietly.
"""

from __future__ import annotations

import builtins
import threading
from collections.abc import Sequence

from . import approvals
from .connection import Event
from .dialogue import Unanswerable
from .interrupts import await_interrupt, interrupt_main_thread
from .parts import ApprovalPart, QuestionPart
from .visible import short

DECISIONS = ("once", "session", "deny")
_NO_INPUT_NOTE = "The cell ran where it can't take input."
_NO = ("deny", "no", "n")


class Prompter:
    """Answers with the given answers first, in order, then with what the user types."""

    def __init__(self, answers: Sequence[str] = ()) -> None:
        self._answers = list(answers)
        self._lock = threading.Lock()
        self._closed: set[str] = set()
        self._ended = False
        self._waiting: str | None = None
        self._fired = False

    # --- on the background loop's thread -------------------------------------------------------

    def watch(self, event: Event | None) -> None:
        """Notice that a question was closed, or the whole turn."""
        closed = None if event is None else event.get("question_id") or event.get("approval_id")
        if event is not None and event.get("type") not in ("question_closed", "approval_closed"):
            return
        with self._lock:
            if event is None:
                self._ended = True
            elif isinstance(closed, str):
                self._closed.add(closed)
            if self._waiting is not None and not self._fired and (self._ended or closed == self._waiting):
                self._fired = True
                interrupt_main_thread()

    # --- on the main thread --------------------------------------------------------------------

    def question(self, part: QuestionPart) -> str | None:
        """The user's answer, a number standing for its option."""
        if self._answers:
            return self._answers.pop(0)
        prompt = "Your answer (number or text): " if part.options else "Your answer: "
        if part.multiple and part.options:
            prompt = "Your answer (numbers such as 1,3, or text): "
        while True:
            try:
                typed = self._input(part.question_id, prompt)
            except (NotImplementedError, EOFError):  # IPython's StdinNotImplementedError is one of the first
                raise Unanswerable(
                    f"The copilot asked “{short(part.content, 200)}”, and there is no input here to answer it.",
                    "Answer it in advance: %copilot --answer TEXT …, once for each question.",
                ) from None
            if typed is None or typed.strip():
                return None if typed is None else chosen(typed.strip(), part.options, multiple=part.multiple)

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        """What the user typed: one of the decisions, in full; nothing else allows anything.

        Where data would be sent, Enter alone is "no". Where nobody can type, it is denied at once.
        """
        shares = part.tool == approvals.SHARE
        options = [name for name in DECISIONS if name in part.options or not part.options]
        words = ["no" if shares and name == "deny" else name for name in options]
        prompt = f"Send it? Type {_listed(words)} (no): " if shares else f"Type {_listed(words)}: "
        while True:
            try:
                typed = self._input(part.approval_id, prompt)
            except (NotImplementedError, EOFError):
                return "deny", f"{_NO_INPUT_NOTE} {approvals.in_magic(part.tool, part.arguments)}"
            if typed is None:
                return None
            word = typed.strip().lower()
            if word in _NO or (shares and not word):
                return "deny", None
            if word in options:
                return word, None

    def _input(self, identifier: str, prompt: str) -> str | None:
        """What is typed; None when it was closed elsewhere. Raises KeyboardInterrupt when the user interrupts."""
        try:
            with self._lock:
                if self._ended or identifier in self._closed:
                    return None
                self._waiting, self._fired = identifier, False
            typed = builtins.input(prompt)
            with self._lock:
                self._waiting = None
            if self._fired:
                await_interrupt()
            return typed
        except KeyboardInterrupt:
            self._waiting = None
            if not self._fired:
                raise
            return None
        finally:
            self._waiting = None


def chosen(typed: str, options: Sequence[str], *, multiple: bool) -> str:
    """The options that the typed numbers stand for; other text as it is."""
    pieces = [piece.strip() for piece in typed.split(",")] if multiple else [typed]
    if not all(piece.isascii() and piece.isdigit() and 1 <= int(piece) <= len(options) for piece in pieces):
        return typed
    return ", ".join(options[int(piece) - 1] for piece in pieces)


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]
