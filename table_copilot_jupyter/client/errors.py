"""What the client raises: one sentence that says what happened and one that says what to do.

An exception is English. Where the magic shows it below a cell, it is in that answer's language: the client's own errors
are worded in both, and before what the server says in English stands what its code means.
"""

from __future__ import annotations

from ..language import spoken
from .words import ENGLISH, Words

_CODES = {
    "bad_frame": "服务器无法处理这条消息",
    "too_large": "消息太大",
    "unknown_session": "没有这个会话",
    "busy": "会话正忙",
    "rate_limited": "模型的请求次数已达上限",
    "auth": "模型的密钥不能用",
    "model_unavailable": "模型暂时不可用",
    "model_error": "模型出错了",
    "timeout": "超时了",
    "kernel_busy": "内核正忙",
    "kernel_gone": "没有可用的内核",
    "tool_failed": "工具出错了",
    "denied": "没有得到许可",
    "internal": "服务器内部出错",
}
"""What an error code says by itself."""


class CopilotClientError(Exception):
    """Base of the client's errors. ``partial`` is the answer's text up to the error.

    ``chinese`` are message and hint in Chinese. ``shown``: the error stands below the cell already, hint and all.
    ``words``: what IPython is to print it in.
    """

    shown = False
    words = ENGLISH

    def __init__(
        self, message: str, hint: str = "", *, partial: str = "", chinese: tuple[str, str] | None = None
    ) -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint
        self.partial = partial
        self.chinese = chinese

    def told(self, words: Words) -> tuple[str, str]:
        """(message, hint) in a language."""
        return self.chinese if self.chinese is not None and words.language == "zh" else (self.message, self.hint)

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a stack of our own frames."""
        message, hint = self.told(self.words)
        return [f"{type(self).__name__}: {message}", *([hint] if hint and not self.shown else [])]


def without_stack(error: KeyboardInterrupt, words: Words = ENGLISH) -> None:
    """Have IPython print one line for an interrupt: a stack of our own frames tells nothing."""
    line = f"KeyboardInterrupt: {words.say('stopped.', '已停止。')}"
    setattr(error, "_render_traceback_", lambda: [line])  # noqa: B010  # no type has it


class CopilotConnectionError(CopilotClientError):
    """No way to the server: none answers, or it refused this kernel."""


class CopilotTurnError(CopilotClientError):
    """The turn failed, or the server refused the message. ``code`` is one of the protocol's error codes."""

    def __init__(
        self, code: str, message: str, hint: str = "", *, partial: str = "", chinese: tuple[str, str] | None = None
    ) -> None:
        super().__init__(message, hint, partial=partial, chinese=chinese)
        self.code = code

    def told(self, words: Words) -> tuple[str, str]:
        message, hint = super().told(words)
        return (message if self.chinese is not None else by_code(self.code, message, words)), hint


def by_code(code: str, message: str, words: Words) -> str:
    """What the server says; for who reads Chinese, and it does not say it so, after what its error code means."""
    if words.language != "zh" or code not in _CODES or spoken(message) == "zh":
        return message
    return f"{_CODES[code]}：{message}"
