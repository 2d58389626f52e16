"""The wire: every frame, error code and close code, defined once.

Two dialects share one endpoint. A client that asks for the WebSocket
subprotocol ``table-copilot.v1`` speaks *v1*: flat JSON objects with ``type``
first, an ordered stream of events that can be resumed. A client that asks for
no subprotocol speaks *plain*: one reply per message, made for hands and shell
scripts. ``docs/protocol.md`` tells it in prose.

Clients send the models in ``CLIENT_FRAMES`` and ``PLAIN_FRAMES``; unknown
types and fields are refused. The server sends those in ``SERVER_FRAMES``;
clients ignore what they do not know.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from enum import IntEnum, StrEnum
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

SUBPROTOCOL = "table-copilot.v1"
MAX_FRAME_BYTES = 1024 * 1024
SESSION_ID_PATTERN = r"^[A-Za-z0-9_-]{1,64}$"
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


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("is blank; write something to send")
    return value


SessionId = Annotated[str, StringConstraints(pattern=SESSION_ID_PATTERN)]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Content = Annotated[str, AfterValidator(_not_blank)]
Surface = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Decision = Literal["once", "session", "deny"]


class Frame(BaseModel):
    """One JSON object on the wire."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=False)
    type: str

    def to_wire(self) -> str:
        return self.model_dump_json()


FrameT = TypeVar("FrameT", bound=Frame)


# --- what clients send, v1 ---------------------------------------------------------------------


class ClientFrame(Frame):
    request_id: Identifier | None = None


class Attach(ClientFrame):
    """Listen to a session: ``attached``, then the events after ``after_seq``, then live ones."""

    type: Literal["attach"]
    session_id: SessionId | None = None
    after_seq: Annotated[int, Field(ge=0)] = 0
    kernel_id: Name | None = None
    offers: list[Literal["kernel"]] = Field(default_factory=list, max_length=8)
    surface: Surface = "client"


class Detach(ClientFrame):
    type: Literal["detach"]
    session_id: SessionId


class Message(ClientFrame):
    """What the user says. The same ``message_id`` again is taken once."""

    type: Literal["message"]
    session_id: SessionId
    content: Content
    message_id: Identifier
    agent: Name | None = None
    mentions: list[Name] = Field(default_factory=list, max_length=64)


class Cancel(ClientFrame):
    """Stop the running turn; with ``message_id`` only that message's turn, or take it out of the queue."""

    type: Literal["cancel"]
    session_id: SessionId
    message_id: Identifier | None = None


class Answer(ClientFrame):
    type: Literal["answer"]
    session_id: SessionId
    question_id: Identifier
    content: Content


class Decide(ClientFrame):
    type: Literal["decide"]
    session_id: SessionId
    approval_id: Identifier
    decision: Decision
    note: str | None = None


class KernelResult(ClientFrame):
    type: Literal["kernel_result"]
    session_id: SessionId
    call_id: Identifier
    ok: bool
    value: Any = None
    error: str | None = None


class List(ClientFrame):
    """Ask for one of the user's lists; the reply is ``sessions``, ``todos`` or ``reminders``."""

    type: Literal["list"]
    what: Literal["sessions", "todos", "reminders"] = "sessions"


class Clear(ClientFrame):
    type: Literal["clear"]
    session_id: SessionId


class Rename(ClientFrame):
    type: Literal["rename"]
    session_id: SessionId
    title: Annotated[Name, AfterValidator(_not_blank)]


class Delete(ClientFrame):
    type: Literal["delete"]
    session_id: SessionId


class Configure(ClientFrame):
    type: Literal["configure"]
    session_id: SessionId
    model: Name | None = None
    privacy: Literal["names", "schema", "aggregates", "rows"] | None = None
    agent: Name | None = None
    kernel_id: Name | None = None


class Ping(ClientFrame):
    type: Literal["ping"]


CLIENT_FRAMES: tuple[type[ClientFrame], ...] = (
    Attach,
    Detach,
    Message,
    Cancel,
    Answer,
    Decide,
    KernelResult,
    List,
    Clear,
    Rename,
    Delete,
    Configure,
    Ping,
)


# --- what clients send, plain ------------------------------------------------------------------


class PlainMessage(Frame):
    type: Literal["message"]
    content: Content
    session_id: SessionId | None = None
    kernel_id: Name | None = None


class PlainClear(Frame):
    type: Literal["clear"]
    session_id: SessionId | None = None


class PlainHistory(Frame):
    type: Literal["history"]
    session_id: SessionId | None = None


class PlainSessions(Frame):
    type: Literal["sessions"]


class PlainCancel(Frame):
    type: Literal["cancel"]
    session_id: SessionId | None = None


class PlainAnswer(Frame):
    type: Literal["answer"]
    question_id: Identifier
    content: Content
    session_id: SessionId | None = None


class PlainDecide(Frame):
    type: Literal["decide"]
    approval_id: Identifier
    decision: Decision
    note: str | None = None
    session_id: SessionId | None = None


class PlainPing(Frame):
    type: Literal["ping"]


PLAIN_FRAMES: tuple[type[Frame], ...] = (
    PlainMessage,
    PlainClear,
    PlainHistory,
    PlainSessions,
    PlainCancel,
    PlainAnswer,
    PlainDecide,
    PlainPing,
)


# --- what the server sends, v1 -----------------------------------------------------------------


class SessionInfo(BaseModel):
    """What a list of sessions shows of each."""

    session_id: str
    title: str
    created_at: str
    updated_at: str
    messages: int = 0
    agent: str = "copilot"
    model: str | None = None
    privacy: str | None = None
    kernel_id: str | None = None
    running: bool = False
    queued: int = 0


class TodoItem(BaseModel):
    """One todo of the user. ``due`` is ISO 8601: a date, or a time with its offset."""

    todo_id: str
    title: str
    done: bool = False
    due: str | None = None
    priority: Literal["low", "normal", "high"] = "normal"
    tags: list[str] = Field(default_factory=list)
    created_at: str = ""
    completed_at: str | None = None


class ReminderItem(BaseModel):
    """One reminder of the user. ``due`` is its next time, ISO 8601 with offset."""

    reminder_id: str
    content: str
    due: str
    rrule: str | None = None
    timezone: str
    state: Literal["pending", "fired", "cancelled"] = "pending"
    session_id: str | None = None
    created_at: str = ""


class Reply(Frame):
    """A frame to one client, outside of any session's numbering."""

    request_id: str | None = None


class Attached(Reply):
    type: Literal["attached"] = "attached"
    session_id: str
    session: SessionInfo
    seq: int
    epoch: str


class Ack(Reply):
    """The request was carried out. For a ``message``: under which ``seq`` it stands in the log."""

    type: Literal["ack"] = "ack"
    session_id: str | None = None
    message_id: str | None = None
    seq: int | None = None
    queued: bool = False


class Sessions(Reply):
    type: Literal["sessions"] = "sessions"
    sessions: list[SessionInfo]


class Todos(Reply):
    """The user's todos, all of them: as a reply to ``list``, and to every surface when one changes."""

    type: Literal["todos"] = "todos"
    todos: list[TodoItem]


class Reminders(Reply):
    """The user's pending reminders: as a reply to ``list``, and to every surface when one changes."""

    type: Literal["reminders"] = "reminders"
    reminders: list[ReminderItem]


class Pong(Reply):
    type: Literal["pong"] = "pong"


class KernelRequest(Frame):
    """To a client that offered ``kernel``: run this for the turn and send a ``kernel_result``."""

    type: Literal["kernel_request"] = "kernel_request"
    session_id: str
    call_id: str
    op: str
    arguments: dict[str, Any]


class Event(Frame):
    """Something that happened in a session.

    A persisted event has the next ``seq`` of its session (from 1, strictly rising). ``at`` is ISO 8601, UTC.
    """

    persisted: ClassVar[bool] = True
    session_id: str = ""
    seq: int | None = None
    turn_id: str | None = None
    at: str = ""


class UserMessage(Event):
    """``queued``: a turn was running, this message's own begins after it."""

    type: Literal["user_message"] = "user_message"
    message_id: str
    content: str
    surface: str
    agent: str | None = None
    mentions: list[str] = Field(default_factory=list)
    queued: bool = False


class MessageWithdrawn(Event):
    """A queued message was taken back before its turn began."""

    type: Literal["message_withdrawn"] = "message_withdrawn"
    message_id: str


class TurnStarted(Event):
    """``message_id`` is the user message that the turn answers."""

    type: Literal["turn_started"] = "turn_started"
    message_id: str
    agent: str
    model: str


class Text(Event):
    """A piece of an answer in the making, from ``offset`` (in code points) on. Not persisted."""

    persisted: ClassVar[bool] = False
    type: Literal["text"] = "text"
    message_id: str
    agent: str
    offset: int
    delta: str
    parent_call_id: str | None = None


class Reasoning(Event):
    """A piece of what the model thinks aloud; otherwise as ``text``."""

    persisted: ClassVar[bool] = False
    type: Literal["reasoning"] = "reasoning"
    message_id: str
    agent: str
    offset: int
    delta: str
    parent_call_id: str | None = None


class AgentMessage(Event):
    """The finished text. ``partial``: it ended before the model had finished it."""

    type: Literal["message"] = "message"
    message_id: str
    agent: str
    content: str
    reasoning: str = ""
    partial: bool = False
    parent_call_id: str | None = None


class ToolStarted(Event):
    """``message_id`` is the agent's message that asked for the call; calls of one message run side by side."""

    type: Literal["tool_started"] = "tool_started"
    call_id: str
    message_id: str
    tool: str
    arguments: dict[str, Any]
    agent: str
    parent_call_id: str | None = None


class ToolOutput(Event):
    """Something to show, as a MIME bundle."""

    type: Literal["tool_output"] = "tool_output"
    call_id: str
    mime: dict[str, Any]


class ToolFinished(Event):
    type: Literal["tool_finished"] = "tool_finished"
    call_id: str
    ok: bool
    content: str
    elapsed_ms: int


class Question(Event):
    """The turn waits for the user. ``deadline``: ISO 8601, after which it goes on without an answer."""

    type: Literal["question"] = "question"
    question_id: str
    call_id: str
    content: str
    options: list[str] = Field(default_factory=list)
    multiple: bool = False
    deadline: str | None = None
    agent: str = "copilot"


class QuestionClosed(Event):
    """``by``: the surface that answered, or ``timeout``, or ``cancelled``."""

    type: Literal["question_closed"] = "question_closed"
    question_id: str
    answer: str | None
    by: str


class Approval(Event):
    type: Literal["approval"] = "approval"
    approval_id: str
    call_id: str
    content: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    options: list[Decision] = ["once", "session", "deny"]
    agent: str = "copilot"


class ApprovalClosed(Event):
    type: Literal["approval_closed"] = "approval_closed"
    approval_id: str
    decision: Decision
    by: str
    note: str | None = None


class SentTable(BaseModel):
    name: str
    level: str
    columns: int
    rows: int


class Sent(Event):
    """The receipt of one request to the model. ``bytes``: the size of its body."""

    type: Literal["sent"] = "sent"
    model: str
    host: str
    bytes: int
    tables: list[SentTable] = Field(default_factory=list)


class Notice(Event):
    """What the server has to say: a command's answer (to its client only, no ``seq``), or a warning.

    ``switch_to``: the session that the surface should show next (``/new``, ``/session``).
    """

    type: Literal["notice"] = "notice"
    content: str
    level: Literal["info", "warning"] = "info"
    switch_to: str | None = None
    request_id: str | None = None


class Usage(Event):
    """Tokens of one request to the model."""

    type: Literal["usage"] = "usage"
    model: str
    input: int
    output: int


class ErrorFrame(Event):
    """Inside a turn an event of the session; as a reply to a frame it has no ``seq``."""

    type: Literal["error"] = "error"
    code: ErrorCode
    message: str
    hint: str = ""
    request_id: str | None = None


class TurnFinished(Event):
    type: Literal["turn_finished"] = "turn_finished"
    reason: Literal["complete", "cancelled", "error", "limit", "interrupted"]


class ReminderDue(Event):
    """``late``: it was due while nobody could send it."""

    type: Literal["reminder"] = "reminder"
    reminder_id: str
    content: str
    due: str
    late: bool = False
    next_due: str | None = None


class SessionUpdated(Event):
    type: Literal["session_updated"] = "session_updated"
    title: str
    agent: str = "copilot"
    model: str | None = None
    privacy: str | None = None
    kernel_id: str | None = None


class Cleared(Event):
    """The session's history was emptied; what came before is gone."""

    type: Literal["cleared"] = "cleared"


class SessionDeleted(Event):
    persisted: ClassVar[bool] = False
    type: Literal["session_deleted"] = "session_deleted"


SERVER_FRAMES: tuple[type[Frame], ...] = (
    Attached,
    Ack,
    Sessions,
    Todos,
    Reminders,
    Pong,
    KernelRequest,
    UserMessage,
    MessageWithdrawn,
    TurnStarted,
    Text,
    Reasoning,
    AgentMessage,
    ToolStarted,
    ToolOutput,
    ToolFinished,
    Question,
    QuestionClosed,
    Approval,
    ApprovalClosed,
    Sent,
    Notice,
    Usage,
    ErrorFrame,
    TurnFinished,
    ReminderDue,
    SessionUpdated,
    Cleared,
    SessionDeleted,
)


# --- what the server sends, plain --------------------------------------------------------------


class PlainResponse(Frame):
    type: Literal["response"] = "response"
    content: str
    session_id: str


class PlainCancelledResponse(PlainResponse):
    cancelled: Literal[True] = True


class PlainCleared(Frame):
    type: Literal["cleared"] = "cleared"
    session_id: str


class PlainHistoryEntry(BaseModel):
    role: Literal["user", "assistant"]
    content: str
    at: str


class PlainHistoryReply(Frame):
    type: Literal["history"] = "history"
    session_id: str
    messages: list[PlainHistoryEntry]


class PlainSessionEntry(BaseModel):
    session_id: str
    title: str
    updated_at: str
    messages: int


class PlainSessionsReply(Frame):
    type: Literal["sessions"] = "sessions"
    sessions: list[PlainSessionEntry]


class PlainPong(Frame):
    type: Literal["pong"] = "pong"


class PlainQuestion(Frame):
    type: Literal["question"] = "question"
    question_id: str
    content: str
    options: list[str]
    session_id: str


class PlainApproval(Frame):
    type: Literal["approval"] = "approval"
    approval_id: str
    content: str
    options: list[Decision]
    session_id: str


class PlainReminder(Frame):
    type: Literal["reminder"] = "reminder"
    content: str
    session_id: str


class PlainError(Frame):
    type: Literal["error"] = "error"
    code: ErrorCode
    content: str
    session_id: str | None = None

    def to_wire(self) -> str:
        return self.model_dump_json(exclude_none=True)


PLAIN_SERVER_FRAMES: tuple[type[Frame], ...] = (
    PlainResponse,
    PlainCancelledResponse,
    PlainCleared,
    PlainHistoryReply,
    PlainSessionsReply,
    PlainPong,
    PlainQuestion,
    PlainApproval,
    PlainReminder,
    PlainError,
)


# --- reading -----------------------------------------------------------------------------------


def _type_name(model: type[Frame]) -> str:
    """The value of a model's ``type``."""
    annotation = model.model_fields["type"].annotation
    return str(annotation.__args__[0])  # type: ignore[union-attr]


def frame_types(models: Iterable[type[FrameT]]) -> dict[str, type[FrameT]]:
    """Models by the value of their ``type``."""
    return {_type_name(model): model for model in models}


_V1_TYPES = frame_types(CLIENT_FRAMES)
_PLAIN_TYPES = frame_types(PLAIN_FRAMES)


def parse_v1(text: str | bytes) -> ClientFrame:
    """Read one v1 client frame, one of ``CLIENT_FRAMES``. Raises FrameError."""
    return _parse(load_object(text), _V1_TYPES)


def parse_plain(text: str | bytes) -> Frame:
    """Read one plain client frame, one of ``PLAIN_FRAMES``. Raises FrameError.

    A line that does not begin with ``{`` is a message.
    """
    if isinstance(text, bytes):
        text = _decode(text)
    if not text.lstrip().startswith("{"):
        data: dict[str, Any] = {"type": "message", "content": text.strip("\r\n")}
        _refuse_surrogates(data)
    else:
        data = load_object(text)
    return _parse(data, _PLAIN_TYPES)


def load_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object from outside. Raises FrameError for anything else."""
    if isinstance(text, bytes):
        text = _decode(text)
    if len(text) > MAX_FRAME_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_FRAME_BYTES:
        raise FrameError(
            f"The frame has {len(text)} characters; the limit is {MAX_FRAME_BYTES} bytes.",
            "Send it in smaller parts.",
            code=ErrorCode.TOO_LARGE,
        )
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise FrameError("The frame is nested too deeply.", "Send a flat JSON object.") from None
    except ValueError as error:
        raise FrameError(f"{_shown(text)} is not JSON: {error}.", 'Send an object such as {"type":"ping"}.') from None
    if not isinstance(data, dict):
        raise FrameError(f"{_shown(text)} is not a JSON object.", 'Send an object such as {"type":"ping"}.')
    if "\\u" in text:
        _refuse_surrogates(data)
    return data


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FrameError(f"The frame is not UTF-8: {error.reason} at byte {error.start}.", "Send UTF-8 text.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _refuse_surrogates(data: dict[str, Any]) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        raise FrameError(
            f"The frame holds the lone surrogate \\u{code:04x}, which is no character.", "Send whole characters."
        ) from None
    except RecursionError:
        raise FrameError("The frame is nested too deeply.", "Send a flat JSON object.") from None


def _parse(data: dict[str, Any], types: dict[str, type[FrameT]]) -> FrameT:
    kind = data.get("type")
    try:
        if "type" not in data:
            raise FrameError("The frame has no 'type'.", f"Use one of {', '.join(types)}.")
        model = types.get(kind) if isinstance(kind, str) else None
        if model is None:
            raise FrameError(f"Unknown type {_shown(kind)}.", f"Use one of {', '.join(types)}.")
        try:
            return model.model_validate(data)
        except ValidationError as error:
            raise _explain(error, kind, model) from None
    except FrameError as error:
        error.request_id = _readable(data.get("request_id"))
        error.session_id = _readable(data.get("session_id"))
        raise


def _explain(error: ValidationError, kind: object, model: type[Frame]) -> FrameError:
    """The first fault of a frame, in words, with its value."""
    fault = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return FrameError(f"{kind}: the field {path!r} is missing.", "Add it and send the frame again.")
    if fault["type"] == "extra_forbidden":
        known = ", ".join(name for name in model.model_fields if name != "type")
        return FrameError(f"{kind}: there is no field {_shown(path)}.", f"Its fields are {known}.")
    value = _shown(fault.get("input"))
    if path.endswith("session_id"):
        return FrameError(
            f"{kind}: {value} is not a session id.", "A session id is 1 to 64 letters, digits, '-' and '_'."
        )
    reason = fault["msg"].removeprefix("Value error, ")
    return FrameError(f"{kind}: {path} {value}: {reason}.", "Correct the field and send the frame again.")


def _readable(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 128 else None


def _shown(value: object, limit: int = 80) -> str:
    """A value for an error message: quoted, escaped, short."""
    text = ascii(value) if not isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
