"""What the server sends, in v1: replies to one client, and the events of a session."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, Field

from .common import ColumnNames, Decision, ErrorCode, Frame, PrivacyLevel, PrivacyRule


class SessionInfo(BaseModel):
    """What a list of sessions shows of each.

    ``privacy`` is the level in force: what the model may see of a table, unless a rule lowers it; None while no
    model can be had. ``ceiling`` is the highest that may be chosen. ``names``: whether the model is told the names
    of tables and columns.
    """

    session_id: str
    title: str
    created_at: str
    updated_at: str
    messages: int = 0
    agent: str = "copilot"
    model: str | None = None
    privacy: PrivacyLevel | None = None
    ceiling: PrivacyLevel = "rows"
    names: ColumnNames = "clear"
    rules: list[PrivacyRule] = Field(default_factory=list)
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


class ModelInfo(BaseModel):
    """A model that can be chosen, and the host that it runs on."""

    name: str
    provider: str
    host: str


class AgentInfo(BaseModel):
    name: str
    description: str


class CommandInfo(BaseModel):
    """A slash command, without its slash. ``usage`` shows its arguments: ``/rename TITLE``."""

    name: str
    usage: str
    summary: str


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


class About(Reply):
    """What answers here. ``model`` is the one used where a session has chosen none; None with a ``problem``.

    ``offline``: it is the built-in model, because no key is set.
    """

    type: Literal["about"] = "about"
    version: str
    model: str | None = None
    provider: str | None = None
    host: str | None = None
    offline: bool = False
    problem: str | None = None
    persistent: bool = True
    warnings: list[str] = Field(default_factory=list)
    models: list[ModelInfo] = Field(default_factory=list)
    agents: list[AgentInfo] = Field(default_factory=list)
    commands: list[CommandInfo] = Field(default_factory=list)


class Exported(Reply):
    """A session as a document, or its receipts."""

    type: Literal["exported"] = "exported"
    session_id: str
    format: Literal["md", "json", "receipts"]
    filename: str
    content: str


class ColumnInfo(BaseModel):
    """``level``: what the model may see of it."""

    name: str
    type: str
    level: str


class TableInfo(BaseModel):
    """A table in the kernel. ``rows`` and ``bytes`` are None where counting would compute something.

    ``level``: what the model may see of it; ``columns`` may be fewer than ``column_count``.
    """

    name: str
    kind: str
    rows: int | None = None
    columns: list[ColumnInfo] = Field(default_factory=list)
    column_count: int = 0
    bytes: int | None = None
    level: str


class Tables(Reply):
    """The tables of a session's kernel, now. ``problem``: why they can't be told."""

    type: Literal["tables"] = "tables"
    session_id: str
    kernel_id: str | None = None
    tables: list[TableInfo] = Field(default_factory=list)
    problem: str | None = None


class SentTable(BaseModel):
    """What a request told of one table: up to which level, how many of its columns and rows."""

    name: str
    level: str
    columns: int
    rows: int


class ReceiptInfo(BaseModel):
    """One request to a model. ``bytes``: the size of its body."""

    receipt_id: str
    turn_id: str | None = None
    at: str
    model: str
    host: str
    bytes: int
    tables: list[SentTable] = Field(default_factory=list)


class Receipts(Reply):
    """All requests of a session, the first one first."""

    type: Literal["receipts"] = "receipts"
    session_id: str
    receipts: list[ReceiptInfo]


class Payload(Reply):
    """The body of one request, exactly as it was sent; None where it is not kept any more."""

    type: Literal["payload"] = "payload"
    session_id: str
    receipt_id: str
    content: str | None


class Verification(BaseModel):
    """Whether a result still stands for its tables. ``reason`` says why not, or why it can't be told."""

    ref: str
    state: Literal["fresh", "stale", "unknown"]
    reason: str = ""


class Verified(Reply):
    type: Literal["verified"] = "verified"
    session_id: str
    results: list[Verification]


class Pong(Reply):
    type: Literal["pong"] = "pong"


class KernelRequest(Frame):
    """To the client whose message offered ``kernel``: run this in its cell and send a ``kernel_result``.

    ``policy`` is what the gate in the kernel goes by.
    """

    type: Literal["kernel_request"] = "kernel_request"
    session_id: str
    call_id: str
    op: str
    arguments: dict[str, Any]
    policy: dict[str, Any] = Field(default_factory=dict)


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
