"""What all frames share: error codes and close codes, names and bounds, the base of a frame."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

SUBPROTOCOL = "table-copilot.v1"
MAX_FRAME_BYTES = 1024 * 1024
SESSION_ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
_NOTEBOOK_SESSIONS = 50
_SESSION_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class ErrorCode(StrEnum):
    """The closed list of what can go wrong, as clients see it."""

    BAD_FRAME = "bad_frame"
    TOO_LARGE = "too_large"
    UNKNOWN_SESSION = "unknown_session"
    BUSY = "busy"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    MODEL_UNAVAILABLE = "model_unavailable"
    MODEL_ERROR = "model_error"
    TIMEOUT = "timeout"
    KERNEL_BUSY = "kernel_busy"
    KERNEL_GONE = "kernel_gone"
    TOOL_FAILED = "tool_failed"
    DENIED = "denied"
    INTERNAL = "internal"


class CloseCode(IntEnum):
    """WebSocket close codes; 4401 and up are ours."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_LARGE = 1009
    NOT_AUTHENTICATED = 4401
    TOO_SLOW = 4408
    TOO_MANY_CONNECTIONS = 4429


class CopilotError(Exception):
    """An error that a client is meant to read.

    ``message`` says what happened and names the value, ``hint`` says what to do next.
    """

    def __init__(self, code: ErrorCode, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code = code
        self.message = message
        self.hint = hint


class FrameError(CopilotError):
    """A frame that could not be taken. ``request_id`` is its own, where it could still be read."""

    def __init__(self, message: str, hint: str = "", *, code: ErrorCode = ErrorCode.BAD_FRAME) -> None:
        super().__init__(code, message, hint)
        self.request_id: str | None = None
        self.session_id: str | None = None


def is_session_id(value: str) -> bool:
    """Whether ``value`` may name a session: 1 to 64 letters, digits, ``-`` and ``_``."""
    return _SESSION_ID.fullmatch(value) is not None


def notebook_session_ids(notebook: str) -> Iterator[str]:
    """The ids of a notebook's session, to be tried in turn; the same from every surface.

    ``notebook`` is its path as its kernel was told (``JPY_SESSION_NAME``). The first one is its own; the id of a
    deleted session is not used again, then the next one takes its place.
    """
    base = "nb-" + hashlib.sha256(notebook.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    yield base
    yield from (f"{base}-{number}" for number in range(2, _NOTEBOOK_SESSIONS))


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank; write something to send")
    return value


SessionId = Annotated[str, StringConstraints(pattern=SESSION_ID_PATTERN)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Content = Annotated[str, AfterValidator(_not_blank)]
Title = Annotated[Name, AfterValidator(_not_blank)]
Surface = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Decision = Literal["once", "session", "deny"]
PrivacyLevel = Literal["names", "schema", "aggregates", "rows"]
RuleLevel = Literal["hidden", "names", "schema", "aggregates"]
ColumnNames = Literal["clear", "masked"]


class PrivacyRule(BaseModel):
    """Lowers what the model may see of a table (by its variable's name), or of one of its columns."""

    model_config = ConfigDict(extra="forbid")
    table: Name
    column: Name | None = None
    level: RuleLevel


class Frame(BaseModel):
    """One JSON object on the wire."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=False)
    type: str

    def to_wire(self) -> str:
        return self.model_dump_json()


FrameT = TypeVar("FrameT", bound=Frame)
