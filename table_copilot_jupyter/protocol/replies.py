"""What the server replies to one client, in v1, and what replies and events are made of."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from .common import ColumnNames, Frame, PrivacyLevel, PrivacyRule


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
