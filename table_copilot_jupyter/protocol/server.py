"""What the server sends, in v1: the events of a session, and the list of all its frames."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from .common import ColumnNames, Decision, ErrorCode, Frame, PrivacyLevel, PrivacyRule
from .replies import (
    About,
    Ack,
    Attached,
    Exported,
    KernelRequest,
    Payload,
    Pong,
    Receipts,
    Reminders,
    SentTable,
    Sessions,
    Tables,
    Todos,
    Verified,
)


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
    """``content`` is what the model is told. ``level``: how much of ``tables`` it discloses; None for nothing."""

    type: Literal["tool_finished"] = "tool_finished"
    call_id: str
    ok: bool
    content: str
    elapsed_ms: int
    level: str | None = None
    tables: list[SentTable] = Field(default_factory=list)


class NumberMark(BaseModel):
    """A number in an answer, at ``start`` to ``end`` (code points). ``ref``: the result that it stands in, if any."""

    start: int
    end: int
    text: str
    ref: str | None = None


class Evidence(Event):
    """Which numbers of a message are proved by which results, found by comparing them.

    ``refs``: the results that the message cites or its numbers come from.
    """

    type: Literal["evidence"] = "evidence"
    message_id: str
    refs: list[str] = Field(default_factory=list)
    numbers: list[NumberMark] = Field(default_factory=list)


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


def _every_decision() -> list[Decision]:
    return ["once", "session", "deny"]


class Approval(Event):
    type: Literal["approval"] = "approval"
    approval_id: str
    call_id: str
    content: str
    tool: str
    arguments: dict[str, Any] = Field(default_factory=dict)
    options: list[Decision] = Field(default_factory=_every_decision)
    agent: str = "copilot"


class ApprovalClosed(Event):
    type: Literal["approval_closed"] = "approval_closed"
    approval_id: str
    decision: Decision
    by: str
    note: str | None = None


class Sent(Event):
    """The receipt of one request to the model. ``bytes``: the size of its body."""

    type: Literal["sent"] = "sent"
    receipt_id: str = ""
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


class ReminderClosed(Event):
    """The card of a reminder that came is done with. ``by``: the surface."""

    type: Literal["reminder_closed"] = "reminder_closed"
    reminder_id: str
    action: Literal["done", "snoozed"]
    by: str


class SessionUpdated(Event):
    type: Literal["session_updated"] = "session_updated"
    title: str
    agent: str = "copilot"
    model: str | None = None
    privacy: PrivacyLevel | None = None
    ceiling: PrivacyLevel = "rows"
    names: ColumnNames = "clear"
    rules: list[PrivacyRule] = Field(default_factory=list)
    kernel_id: str | None = None


class Rewound(Event):
    """A user message was taken back, with everything after it: the events from ``first_seq`` up to this one are gone.

    What stays in the log: receipts (``sent``), ``usage``, and the turns of earlier messages, where this one had waited
    behind them.
    """

    type: Literal["rewound"] = "rewound"
    message_id: str
    first_seq: int


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
    About,
    Exported,
    Tables,
    Receipts,
    Payload,
    Verified,
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
    Evidence,
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
    ReminderClosed,
    SessionUpdated,
    Rewound,
    Cleared,
    SessionDeleted,
)
