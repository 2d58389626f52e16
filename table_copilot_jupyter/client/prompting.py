"""Asks the user in the cell or the terminal, with ``input()``.

While ``input()`` blocks, another surface may answer. The thread that hears of it then interrupts the main
thread's ``input()``, and what was asked is given up quietly.
"""

from __future__ import annotations

import builtins
import re
import threading
from collections.abc import Sequence

from . import approvals
from .connection import Event
from .dialogue import Unanswerable
from .interrupts import await_interrupt, interrupt_main_thread
from .parts import ApprovalPart, QuestionPart
from .visible import short
from .words import ENGLISH, Words

DECISIONS = ("once", "session", "deny")
_NO = ("deny", "no", "n")
_COMMA = re.compile("[,，、]")


class Prompter:
    """Answers with the given answers first, in order, then with what the user types; asks in the given words."""

    def __init__(self, answers: Sequence[str] = (), words: Words = ENGLISH) -> None:
        self.words = words
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
        prompt = self._answer_prompt(part)
        while True:
            try:
                typed = self._input(part.question_id, prompt)
            except (NotImplementedError, EOFError):  # IPython's StdinNotImplementedError is one of the first
                asked = short(part.content, 200)
                raise Unanswerable(
                    f"The copilot asked “{asked}”, and there is no input here to answer it.",
                    "Answer it in advance: %copilot --answer TEXT …, once for each question.",
                    (
                        f"助手问“{asked}”，而这里不能输入回答。",
                        "请预先给出回答：%copilot --answer TEXT …，每个问题一次。",
                    ),
                ) from None
            if typed is None or typed.strip():
                return None if typed is None else chosen(typed.strip(), part.options, multiple=part.multiple)

    def approval(self, part: ApprovalPart) -> tuple[str, str | None] | None:
        """What the user typed: one of the decisions, in full; nothing else allows anything.

        Where data would be sent, Enter alone is "no". Where nobody can type, it is denied at once.
        """
        shares = part.tool == approvals.SHARE
        options = [name for name in DECISIONS if name in part.options or not part.options]
        prompt = self._decision_prompt(part.tool, options)
        while True:
            try:
                typed = self._input(part.approval_id, prompt)
            except (NotImplementedError, EOFError):
                return "deny", approvals.no_input(part.tool, part.arguments)
            if typed is None:
                return None
            word = typed.strip().lower()
            if word in _NO or (shares and not word):
                return "deny", None
            if word in options:
                return word, None

    def _answer_prompt(self, part: QuestionPart) -> str:
        say = self.words.say
        if not part.options:
            return say("Your answer: ", "你的回答：")
        if part.multiple:
            return say("Your answer (numbers such as 1,3, or text): ", "你的回答（编号，如 1,3，或文字）：")
        return say("Your answer (number or text): ", "你的回答（编号或文字）：")

    def _decision_prompt(self, tool: str, options: Sequence[str]) -> str:
        shares = tool == approvals.SHARE
        typed = ["no" if shares and name == "deny" else name for name in options]
        if self.words.language == "en":
            return f"Send it? Type {_listed(typed)} (no): " if shares else f"Type {_listed(typed)}: "
        meant = [approvals.choice(tool, name) for name in options]
        offered = [f"{word}（{meaning}）" for word, meaning in zip(typed, meant, strict=True)]
        listed = _listed(offered, "、", "或 ")
        return f"要发送吗？请输入 {listed}；直接回车就是不发送：" if shares else f"请输入 {listed}："

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
    pieces = [piece.strip() for piece in _COMMA.split(typed)] if multiple else [typed]
    if not all(piece.isascii() and piece.isdigit() and 1 <= int(piece) <= len(options) for piece in pieces):
        return typed
    return ", ".join(options[int(piece) - 1] for piece in pieces)


def _listed(words: Sequence[str], comma: str = ", ", either: str = " or ") -> str:
    return f"{comma.join(words[:-1])}{either}{words[-1]}" if len(words) > 1 else words[0]
