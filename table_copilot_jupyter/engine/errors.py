"""What goes wrong with a model, in the words of ``CopilotError``.

The reader of a stream raises the small classes below. Everything else comes from openai, httpx or httpx2,
whose classes differ between versions: ``to_copilot_error`` looks at the status code and at the names of the
classes, never at the classes themselves, so this module imports none of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..protocol import CopilotError, ErrorCode
from ..settings import Settings, redact
from .base import ModelChoice

PROVIDER_NAMES = {"openrouter": "OpenRouter", "openai": "OpenAI", "ollama": "Ollama", "offline": "The offline model"}
KEY_VARIABLES = {"openrouter": "OPENROUTER_API_KEY", "openai": "OPENAI_API_KEY"}
RETRYABLE = frozenset({408, 409, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
MAX_REASON = 300

_TOO_LONG = re.compile(
    r"context.{0,3}(length|window|size|limit)|maximum context|too many tokens"
    r"|(prompt|input|request) is too (long|large)",
    re.IGNORECASE,
)


class StreamError(Exception):
    """A stream that could not be read to its end."""


class MalformedStream(StreamError):
    """The provider sent something that is not a stream of JSON objects."""


class TruncatedStream(StreamError):
    """The stream ended before the model said that it had finished."""


class IdleTimeout(StreamError):
    """The provider sent nothing for ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"nothing came for {seconds:g} s")
        self.seconds = seconds


class EmptyAnswer(StreamError):
    """The model finished without a word and without a tool call."""


class ProviderError(StreamError):
    """An error object that came where an answer was expected, under a status of 200."""

    def __init__(self, message: str, *, code: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status_code = status

    @classmethod
    def from_object(cls, error: object) -> ProviderError:
        """Read ``{"error": …}``'s value: an object with message and code, or just text."""
        if not isinstance(error, Mapping):
            return cls(str(error))
        code = error.get("code")
        status = code if isinstance(code, int) and not isinstance(code, bool) else None
        return cls(
            str(error.get("message") or "no reason given"), code=str(code or error.get("type") or ""), status=status
        )


def status_of(error: BaseException) -> int | None:
    """The HTTP status that ``error`` stands for, if it stands for one."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status
    if isinstance(error, ProviderError):
        return 429 if "rate_limit" in error.code else None
    return None


def is_connection_error(error: BaseException) -> bool:
    """Whether ``error`` says that no answer came at all: openai's, httpx's or httpx2's, or the system's."""
    names = set(_class_names(error))
    return isinstance(error, OSError) or bool(names & {"APIConnectionError", "TransportError"})


def is_retryable(error: BaseException) -> bool:
    """Whether the same request may succeed a moment later. Never once an answer began: its text would double."""
    if isinstance(error, StreamError):
        return False
    status = status_of(error)
    return status in RETRYABLE if status is not None else is_connection_error(error)


def retry_after(error: BaseException) -> float | None:
    """The seconds that the provider asks to wait, from its ``Retry-After`` header."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    if headers is None:
        return None
    try:
        if milliseconds := headers.get("retry-after-ms"):
            seconds = float(milliseconds) / 1000
        else:
            seconds = float(headers.get("retry-after"))
    except (TypeError, ValueError):  # absent, or a date
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def to_copilot_error(error: BaseException, choice: ModelChoice, settings: Settings) -> CopilotError:
    """``error`` in words that the user can act on, with every key taken out."""
    if isinstance(error, CopilotError):
        mapped = error
    elif (status := status_of(error)) is not None:
        mapped = _from_status(status, error, choice)
    else:
        mapped = _from_class(error, choice, settings)
    return CopilotError(mapped.code, redact(mapped.message, settings), redact(mapped.hint, settings))


def _from_status(status: int, error: BaseException, choice: ModelChoice) -> CopilotError:
    provider = PROVIDER_NAMES[choice.provider]
    reason = _reason(error)
    because = f": {reason}" if reason else ""
    if status == 401:
        return CopilotError(ErrorCode.AUTH, f"{provider} refused the key.", _key_hint(choice))
    if status == 403:
        return CopilotError(ErrorCode.AUTH, f"{provider} refused the key or the request{because}.", _key_hint(choice))
    if status == 402:
        return CopilotError(
            ErrorCode.AUTH,
            f"{provider} has no credit left for this key.",
            f"Add credit to the account, or set another key in {KEY_VARIABLES.get(choice.provider, 'the settings')}.",
        )
    if status == 404:
        return CopilotError(
            ErrorCode.MODEL_UNAVAILABLE, f"{provider} has no model {choice.name!r}.", _model_hint(choice)
        )
    if status == 429:
        wait = retry_after(error)
        when = f"Wait {math.ceil(wait)} s" if wait else "Wait a minute"
        return CopilotError(
            ErrorCode.RATE_LIMITED,
            f"{provider} takes no more requests for now (429){because}.",
            f"{when}, then send the message again.",
        )
    if status == 408:
        return CopilotError(ErrorCode.TIMEOUT, f"{provider} gave up waiting (408).", "Send the message again.")
    if status >= 500:
        return CopilotError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"{provider} has a fault of its own ({status}){because}.",
            "Send the message again in a moment, or choose another model with /model.",
        )
    if 300 <= status < 400:
        return CopilotError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"{choice.host!r} points elsewhere ({status}), and the key belongs to that host alone.",
            "Set the provider's base URL to its final address.",
        )
    if status == 413 or _TOO_LONG.search(f"{getattr(error, 'code', '')} {reason}"):
        return CopilotError(
            ErrorCode.MODEL_ERROR,
            f"The conversation is too long for {choice.name!r}.",
            "Start a new session with /new, or empty this one with /clear.",
        )
    return CopilotError(
        ErrorCode.MODEL_ERROR,
        f"{provider} refused the request ({status}){because}.",
        "Send the message again, or choose another model with /model.",
    )


def _from_class(error: BaseException, choice: ModelChoice, settings: Settings) -> CopilotError:
    provider = PROVIDER_NAMES[choice.provider]
    if isinstance(error, IdleTimeout):
        return CopilotError(
            ErrorCode.TIMEOUT,
            f"{provider} sent nothing for {error.seconds:g} s.",
            "Send the message again, or raise TABLE_COPILOT_MODEL_IDLE_TIMEOUT.",
        )
    if isinstance(error, TruncatedStream):
        return CopilotError(
            ErrorCode.MODEL_ERROR, "The model's connection ended before its answer did.", "Send the message again."
        )
    if isinstance(error, MalformedStream):
        return CopilotError(
            ErrorCode.MODEL_ERROR,
            f"{provider} sent an answer that could not be read: {_one_line(str(error))}.",
            "Send the message again, or choose another model with /model.",
        )
    if isinstance(error, EmptyAnswer):
        return CopilotError(
            ErrorCode.MODEL_ERROR,
            f"{choice.name!r} gave an empty answer.",
            "Send the message again, or choose another model with /model.",
        )
    if isinstance(error, ProviderError):
        if _TOO_LONG.search(f"{error.code.replace('_', ' ')} {error.message}"):
            return _from_status(413, error, choice)
        return CopilotError(
            ErrorCode.MODEL_ERROR,
            f"{provider} broke off with an error: {_reason(error)}.",
            "Send the message again, or choose another model with /model.",
        )
    names = set(_class_names(error))
    if names & {"APITimeoutError", "TimeoutException"} or isinstance(error, TimeoutError):
        return CopilotError(
            ErrorCode.TIMEOUT, f"{provider} at {choice.host!r} did not answer in time.", "Send the message again."
        )
    if is_connection_error(error):
        start = "Start it with `ollama serve`, or check" if choice.provider == "ollama" else "Check"
        return CopilotError(
            ErrorCode.MODEL_UNAVAILABLE,
            f"There is no connection to {choice.host!r}.",
            f"{start} the network, the proxy and the base URL.",
        )
    return CopilotError(
        ErrorCode.INTERNAL,
        f"The turn failed: {type(error).__name__}: {_one_line(str(error))}.",
        "Send the message again; the server's log has the details.",
    )


def _key_hint(choice: ModelChoice) -> str:
    variable = KEY_VARIABLES.get(choice.provider)
    if variable is None:
        return f"Check what {choice.host!r} asks for."
    return f"Check {variable} in the environment or in .env, then start the server again."


def _model_hint(choice: ModelChoice) -> str:
    if choice.provider == "ollama":
        return f"Run `ollama pull {choice.name}`, or set MODEL_NAME to a model that is there."
    return "Set MODEL_NAME to a model that it has, or choose one with /model."


def _reason(error: BaseException) -> str:
    """What the provider gave as its reason: short, on one line."""
    body = getattr(error, "body", None)
    if isinstance(body, Mapping):
        inner = body.get("error")
        source = inner if isinstance(inner, Mapping) else body
        metadata = source.get("metadata")
        raw = metadata.get("raw") if isinstance(metadata, Mapping) else None
        parts = [part for part in (source.get("message") or inner, raw) if isinstance(part, str)]
        return _one_line(" – ".join(parts))
    if isinstance(error, ProviderError):
        return _one_line(error.message)
    return ""


def _one_line(text: str) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= MAX_REASON else f"{text[: MAX_REASON - 1]}…"


def _class_names(error: Any) -> Iterator[str]:
    for kind in type(error).__mro__:
        yield kind.__name__
