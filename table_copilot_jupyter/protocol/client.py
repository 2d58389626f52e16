"""What clients send, in v1."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .common import (
    ColumnNames,
    Content,
    Decision,
    Frame,
    Identifier,
    Name,
    PrivacyLevel,
    PrivacyRule,
    SessionId,
    Surface,
    Title,
)


class ClientFrame(Frame):
    request_id: Identifier | None = None


class Attach(ClientFrame):
    """Listen to a session: ``attached``, then the events after ``after_seq``, then live ones.

    ``kernel_id``: the session's tables are that kernel's from now on.
    """

    type: Literal["attach"]
    session_id: SessionId | None = None
    after_seq: Annotated[int, Field(ge=0)] = 0
    kernel_id: Name | None = None
    surface: Surface = "client"


class Detach(ClientFrame):
    type: Literal["detach"]
    session_id: SessionId


class Message(ClientFrame):
    """What the user says. The same ``message_id`` again is taken once.

    ``replaces``: an earlier user message of the session. It and everything after it are taken back first
    (``rewound``), which needs a session in which no turn runs.
    ``kernel_id``: the kernel whose tables this message is about; without it the session's.
    ``offers``: a cell of ``kernel_id`` waits for this turn and runs its kernel requests (``kernel_request``).
    ``mentions``: tables that the message names with ``@``, where the surface knows them.
    ``language``: of the surface; a command answers in it.
    """

    type: Literal["message"]
    session_id: SessionId
    content: Content
    message_id: Identifier
    agent: Name | None = None
    kernel_id: Name | None = None
    offers: list[Literal["kernel"]] = Field(default_factory=list, max_length=8)
    mentions: list[Name] = Field(default_factory=list, max_length=64)
    replaces: Identifier | None = None
    language: Literal["en", "zh"] | None = None


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


class KernelFault(BaseModel):
    """Why a kernel request failed. ``detail`` is for the user only; the others may be told to the model."""

    model_config = ConfigDict(extra="forbid")
    message: str
    hint: str = ""
    detail: str = ""


class KernelResult(ClientFrame):
    """How a ``kernel_request`` went: ``value`` is the operation's."""

    type: Literal["kernel_result"]
    session_id: SessionId
    call_id: Identifier
    ok: bool
    value: dict[str, Any] | None = None
    error: KernelFault | None = None


class List(ClientFrame):
    """Ask for one of the user's lists; the reply's type is what was asked for.

    ``tables`` (of the session's kernel) and ``receipts`` need a ``session_id``.
    """

    type: Literal["list"]
    what: Literal["sessions", "todos", "reminders", "tables", "receipts"] = "sessions"
    session_id: SessionId | None = None


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
    """Ask for a session as a document, or for its receipts as JSON Lines; the reply is ``exported``."""

    type: Literal["export"]
    session_id: SessionId
    format: Literal["md", "json", "receipts"] = "md"


class ReadReceipt(ClientFrame):
    """Ask for the exact payload of one request to the model; the reply is ``payload``."""

    type: Literal["receipt"]
    session_id: SessionId
    receipt_id: Identifier


class Verify(ClientFrame):
    """Ask whether results still stand for their tables as they are now; the reply is ``verified``."""

    type: Literal["verify"]
    session_id: SessionId
    refs: list[Name] = Field(default_factory=list, max_length=64)


class Rerun(ClientFrame):
    """Run a result's query again: its new ``tool_output`` comes under the same ``call_id`` and reference."""

    type: Literal["rerun"]
    session_id: SessionId
    ref: Name


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
    """Change a session. ``rules`` replaces all of its privacy rules; what is not given stays."""

    type: Literal["configure"]
    session_id: SessionId
    model: Name | None = None
    privacy: PrivacyLevel | None = None
    names: ColumnNames | None = None
    rules: list[PrivacyRule] | None = Field(None, max_length=500)
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
    ReadReceipt,
    Verify,
    Rerun,
    Clear,
    Rename,
    Delete,
    Configure,
    Ping,
)
