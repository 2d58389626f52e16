"""The plain dialect: what its clients send and what the server answers."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from .common import Content, Decision, ErrorCode, Frame, Identifier, Name, SessionId


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
