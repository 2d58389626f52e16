"""The plain dialect: one reply per message, for hands and shell scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import commands, protocol
from ..clock import new_id
from ..delivery import Delivery
from ..hub import Hub
from ..protocol import CopilotError, ErrorCode, Event, PlainHistoryEntry, PlainSessionEntry
from ..results import TABLE_MIME
from ..session import Session
from .base import Peer, Transport

_ON_THE_WAY = ("list_tables",)
"""Tools whose results are a step to an answer, not a part of it."""


@dataclass(slots=True)
class _Awaited:
    """A message of this connection whose reply is still to come."""

    session_id: str
    turn_id: str | None = None
    texts: list[str] = field(default_factory=list)
    error: protocol.ErrorFrame | None = None
    unshown: set[str] = field(default_factory=set)


class PlainPeer(Peer):
    """A client such as ``websocat``. It has a session of its own, made at its first message."""

    def __init__(self, hub: Hub, *, owner: str, transport: Transport, kernel_id: str | None) -> None:
        super().__init__(hub, owner=owner, transport=transport, kernel_id=kernel_id)
        self._own: str | None = None
        self._last: str | None = None
        self._asked: tuple[str, str] | None = None
        self._used: dict[str, Session] = {}
        self._awaited: dict[str, _Awaited] = {}

    def parse(self, text: str | bytes) -> protocol.Frame:
        return protocol.parse_plain(text)

    def send_error(self, error: CopilotError, *, request_id: str | None = None, session_id: str | None = None) -> None:
        content = f"{error.message} {error.hint}".strip()
        self.send(protocol.PlainError(code=error.code, content=content, session_id=session_id))

    def push(self, frame: protocol.Frame) -> None:
        """Nothing comes to a plain connection that it did not ask for."""

    def reminded(self, event: protocol.ReminderDue) -> None:
        """Those of the sessions that it used come as any event does."""

    def leave(self) -> None:
        for session in self._used.values():
            session.log.listeners.discard(self)
        self._used.clear()

    # --- from the client -----------------------------------------------------------------------

    async def handle(self, frame: protocol.Frame) -> None:
        match frame:
            case protocol.PlainPing():
                self.send(protocol.PlainPong())
            case protocol.PlainMessage():
                await self._message(frame)
            case protocol.PlainSessions():
                sessions = [
                    PlainSessionEntry(
                        session_id=info.session_id, title=info.title, updated_at=info.updated_at, messages=info.messages
                    )
                    for info in await self.hub.sessions(self.owner)
                ]
                self.send(protocol.PlainSessionsReply(sessions=sessions))
            case protocol.PlainHistory():
                await self._history(self._named(frame.session_id))
            case protocol.PlainClear():
                session = await self.hub.session(self._named(frame.session_id), self.owner)
                await session.clear()
                self.send(protocol.PlainCleared(session_id=session.session_id))
            case protocol.PlainCancel():
                session = await self.hub.session(self._named(frame.session_id), self.owner)
                if not session.cancel():
                    raise CopilotError(
                        ErrorCode.BAD_FRAME, "Nothing runs in this session.", "There is nothing to stop."
                    )
            case protocol.PlainAnswer():
                session = await self.hub.session(self._named(frame.session_id), self.owner)
                self._answer(session, frame.question_id, frame.content)
            case protocol.PlainDecide():
                session = await self.hub.session(self._named(frame.session_id), self.owner)
                session.decide(frame.approval_id, frame.decision, by="plain", note=frame.note)

    def _named(self, session_id: str | None) -> str:
        """The session that a frame is about: the one it names, else the one used last."""
        found = session_id or self._last
        if found is None:
            raise CopilotError(
                ErrorCode.UNKNOWN_SESSION,
                "This connection has no session yet.",
                "Send a message first, or name a session_id.",
            )
        return found

    async def _message(self, frame: protocol.PlainMessage) -> None:
        session = await self._session_for(frame.session_id or self._asking())
        if frame.kernel_id is not None:
            if self.kernel_id not in (None, frame.kernel_id):
                raise CopilotError(
                    ErrorCode.DENIED,
                    f"This connection's token is for another kernel than {frame.kernel_id!r}.",
                    "Use the server's token.",
                )
            await session.configure(kernel_id=frame.kernel_id)
        content, is_command = commands.read(frame.content)
        if is_command:
            language = self.hub.services.language_of("")
            scene = commands.Scene(self.hub, session, self.owner, "plain", frame.kernel_id, language=language)
            answer = await commands.run(content, scene)
            if answer.switch_to is not None:
                self._own = (await self._session_for(answer.switch_to)).session_id
            if not answer.say:
                session_id = answer.switch_to or session.session_id
                self.send(protocol.PlainResponse(content=answer.content, session_id=session_id))
                return
            content = answer.say
        question = session.interactions.latest_question()
        if question is not None and self._asked == (session.session_id, question.question_id):
            self._answer(session, question.question_id, content)
            return
        message_id = new_id()
        self._awaited[message_id] = _Awaited(session.session_id)
        try:
            await session.post(content, message_id, surface="plain")
        except CopilotError:
            del self._awaited[message_id]
            raise
        if question is not None:  # it was asked before this connection came: the message waits behind it
            self._show_question(question)

    def _asking(self) -> str | None:
        """The session whose question this connection was shown last, while it is open: the next line answers it."""
        session_id, question_id = self._asked or ("", "")
        session = self._used.get(session_id)
        return session_id if session is not None and question_id in session.interactions.open else None

    def _answer(self, session: Session, question_id: str, content: str) -> None:
        """Answer a question; the reply of its turn comes here, also where another connection began the turn."""
        pending = session.interactions.open.get(question_id)
        turn_id = pending.event.turn_id if pending is not None else None
        session.answer(question_id, content, by="plain")
        if turn_id is not None and all(awaited.turn_id != turn_id for awaited in self._awaited.values()):
            self._awaited[turn_id] = _Awaited(session.session_id, turn_id)

    async def _session_for(self, session_id: str | None) -> Session:
        if session_id is None and self._own is None:
            session = await self.hub.new_session(self.owner)
            self._own = session.session_id
        else:
            session = await self.hub.session(session_id or self._own or "", self.owner, create=True)
        self._last = session.session_id
        self._used[session.session_id] = session
        session.log.listeners.add(self)
        return session

    async def _history(self, session_id: str) -> None:
        _, events = await self.hub.session_log(self.owner, session_id)
        messages = []
        for event in events:
            if event["type"] == "user_message":
                messages.append(PlainHistoryEntry(role="user", content=event["content"], at=event["at"]))
            elif event["type"] == "message" and not event["parent_call_id"] and event["content"]:
                messages.append(PlainHistoryEntry(role="assistant", content=event["content"], at=event["at"]))
        self.send(protocol.PlainHistoryReply(session_id=session_id, messages=messages))

    # --- from the sessions ---------------------------------------------------------------------

    def deliver(self, delivery: Delivery) -> None:
        event = delivery.event
        match event:
            case None | protocol.Text() | protocol.Reasoning():
                return
            case protocol.TurnStarted():
                if (awaited := self._awaited.get(event.message_id)) is not None:
                    awaited.turn_id = event.turn_id
            case protocol.MessageWithdrawn():
                if self._awaited.pop(event.message_id, None) is not None:
                    self._reply_cancelled(event.session_id, "")
            case protocol.Question():
                self._show_question(event)
            case protocol.Approval():
                self.send(
                    protocol.PlainApproval(
                        approval_id=event.approval_id,
                        content=_asked_for(event),
                        options=event.options,
                        session_id=event.session_id,
                    )
                )
            case protocol.ReminderDue():
                self.send(protocol.PlainReminder(content=event.content, session_id=event.session_id))
            case protocol.SessionDeleted():
                self._forget(event.session_id)
            case _:
                self._collect(event)

    def _show_question(self, question: protocol.Question) -> None:
        """From now on the next line answers it."""
        self._asked = question.session_id, question.question_id
        self.send(
            protocol.PlainQuestion(
                question_id=question.question_id,
                content=question.content,
                options=question.options,
                session_id=question.session_id,
            )
        )

    def _forget(self, session_id: str) -> None:
        """The session was deleted: nothing of it is awaited any more, the next message begins a new one."""
        self._used.pop(session_id, None)
        self._own = None if self._own == session_id else self._own
        self._last = None if self._last == session_id else self._last
        self._awaited = {key: a for key, a in self._awaited.items() if a.session_id != session_id}

    def _collect(self, event: Event) -> None:
        """Gather the reply of a turn that this connection began, and send it at the turn's end."""
        mine = [key for key, awaited in self._awaited.items() if awaited.turn_id and awaited.turn_id == event.turn_id]
        if not mine:
            return
        awaited = self._awaited[mine[0]]
        if isinstance(event, protocol.AgentMessage) and event.parent_call_id is None and event.content:
            awaited.texts.append(event.content)
        elif isinstance(event, protocol.ToolStarted) and event.tool in _ON_THE_WAY:
            awaited.unshown.add(event.call_id)
        elif isinstance(event, protocol.ToolOutput) and event.call_id not in awaited.unshown:
            awaited.texts += shown_as_text(event.mime)
        elif isinstance(event, protocol.ErrorFrame):
            awaited.error = event
        elif isinstance(event, protocol.TurnFinished):
            del self._awaited[mine[0]]
            content = "\n\n".join(awaited.texts)
            if awaited.error is not None:
                error = CopilotError(awaited.error.code, awaited.error.message, awaited.error.hint)
                self.send_error(error, session_id=awaited.session_id)
            elif event.reason in ("cancelled", "interrupted"):
                self._reply_cancelled(awaited.session_id, content)
            else:
                self.send(protocol.PlainResponse(content=content, session_id=awaited.session_id))

    def _reply_cancelled(self, session_id: str, content: str) -> None:
        self.send(protocol.PlainCancelledResponse(content=content, session_id=session_id))


def _asked_for(approval: protocol.Approval) -> str:
    """An approval in words, with what is to be approved to the letter: code, or what would be sent."""
    exact = approval.arguments.get("code") or approval.arguments.get("preview")
    return f"{approval.content}\n\n{exact}" if isinstance(exact, str) else approval.content


def shown_as_text(mime: Mapping[str, Any]) -> list[str]:
    """What a tool showed, as Markdown: the user sees results here too, whatever the model may read of them."""
    text = mime.get("text/plain")
    if not isinstance(text, str) or not text.strip():
        return []
    table = mime.get(TABLE_MIME)
    caption = ""
    if isinstance(table, Mapping) and (ref := table.get("ref")):
        total = table.get("total_rows")
        caption = f"{ref} · {total} {'row' if total == 1 else 'rows'}\n"
    fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", text)), default=0))
    return [f"{caption}{fence}\n{text.rstrip()}\n{fence}"]
