"""What clients send, in v1."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from .common import Content, Decision, Frame, Identifier, Name, SessionId, Surface, Title


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
    """What the user says. The same ``message_id`` again is taken once.

    ``replaces``: an earlier user message of the session. It and everything after it are taken back first
    (``rewound``), which needs a session in which no turn runs.
    """

    type: Literal["message"]
    session_id: SessionId
    content: Content
    message_id: Identifier
    agent: Name | None = None
    mentions: list[Name] = Field(default_factory=list, max_length=64)
    replaces: Identifier | None = None


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


class Describe(ClientFrame):
    """Ask what answers here: model, host, agents, commands. The reply is ``about``."""

    type: Literal["describe"]


class ChangeTodo(ClientFrame):
    """Change one of the user's todos; ``todos`` then goes to every surface."""

    type: Literal["todo"]
    todo_id: Identifier
    action: Literal["done", "undone", "delete"]


class Remind(ClientFrame):
    """Close or move a reminder. ``done`` and ``snooze`` close its card in ``session_id`` (``reminder_closed``).

    ``minutes`` is for ``snooze``: the reminder comes again so long from now. ``cancel`` ends a pending one.
    """

    type: Literal["remind"]
    reminder_id: Identifier
    action: Literal["done", "snooze", "cancel"]
    session_id: SessionId | None = None
    minutes: Annotated[int, Field(ge=1, le=10080)] = 10


class Export(ClientFrame):
    """Ask for a session as a document; the reply is ``exported``."""

    type: Literal["export"]
    session_id: SessionId
    format: Literal["md", "json"] = "md"


class Clear(ClientFrame):
    type: Literal["clear"]
    session_id: SessionId


class Rename(ClientFrame):
    type: Literal["rename"]
    session_id: SessionId
    title: Title


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
    Describe,
    ChangeTodo,
    Remind,
    Export,
    Clear,
    Rename,
    Delete,
    Configure,
    Ping,
)
