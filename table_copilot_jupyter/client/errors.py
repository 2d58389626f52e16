"""What the client raises: one sentence that says what happened and one that says what to do."""

from __future__ import annotations


class CopilotClientError(Exception):
    """Base of the client's errors. ``partial`` is the answer's text up to the error.

    ``shown``: the error stands below the cell already, hint and all.
    """

    shown = False

    def __init__(self, message: str, hint: str = "", *, partial: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.partial = partial

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a stack of our own frames."""
        return [f"{type(self).__name__}: {self.message}", *([self.hint] if self.hint and not self.shown else [])]


def without_stack(error: KeyboardInterrupt) -> None:
    """Have IPython print one line for an interrupt: a stack of our own frames tells nothing."""
    setattr(error, "_render_traceback_", lambda: ["KeyboardInterrupt: stopped."])  # noqa: B010  # no type has it


class CopilotConnectionError(CopilotClientError):
    """No way to the server: none answers, or it refused this kernel."""


class CopilotTurnError(CopilotClientError):
    """The turn failed, or the server refused the message. ``code`` is one of the protocol's error codes."""

    def __init__(self, code: str, message: str, hint: str = "", *, partial: str = "") -> None:
        super().__init__(message, hint, partial=partial)
        self.code = code
