"""One turn: the engine's events become the session's, until it ends for one of five reasons.

A turn always ends with ``turn_finished`` in the log, with every question closed, every tool call
answered and every text kept, whatever happened to it. The one exception is a host that stops while
the turn waits for the user: then it stays open, and the answer takes it up again after the restart.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from . import protocol
from .clock import timestamp
from .engine.base import (
    EngineEvent,
    HistoryItem,
    MessageDone,
    ModelChoice,
    ReasoningDelta,
    RequestSent,
    TextDelta,
    TokensUsed,
    ToolCallFinished,
    ToolCallOutput,
    ToolCallStarted,
    TurnRequest,
    UserText,
)
from .interactions import Interactions
from .log import SessionLog
from .payloads import Payloads
from .privacy import together
from .protocol import CopilotError, ErrorCode
from .results import Results
from .services import Services
from .settings import redact
from .tools.base import Asked, Cancellation, Decided, ToolContext, wait_or_cancel
from .workspace import TurnWorkspace

Reason = Literal["complete", "cancelled", "error", "limit", "interrupted"]

MENTIONS_TIMEOUT_S = 2.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TurnKey:
    """Which turn, of which message, for whom."""

    session_id: str
    turn_id: str
    message_id: str
    agent: str
    owner: str


class Turn:
    """Runs one turn against the engine and writes what happens into the log."""

    def __init__(
        self,
        key: TurnKey,
        services: Services,
        log: SessionLog,
        interactions: Interactions,
        allowed: set[str],
        results: Results,
        workspace: TurnWorkspace,
        open_calls: Sequence[str] = (),
    ) -> None:
        self.key = key
        self.workspace = workspace
        self.payloads = Payloads(key.session_id, key.turn_id, services)
        self._results = results
        self.cancellation = Cancellation()
        self._services = services
        self._log = log
        self._interactions = interactions
        self._allowed = allowed
        self._refused: set[str] = set()
        self._said = ""
        self._open_calls = dict.fromkeys(open_calls)
        self._deadline: asyncio.Timeout | None = None
        self._waiting = 0
        self._left = 0.0
        self._suspended = False

    @property
    def waits_for_user(self) -> bool:
        return self._waiting > 0

    def suspend(self) -> None:
        """The host stops: leave the turn open, its question is still to be answered."""
        self._suspended = True

    async def run(self, model: ModelChoice, history: Sequence[HistoryItem], *, mentions: Sequence[str] = ()) -> Reason:
        """Run to the end. Never raises but ``CancelledError``, after the log is closed all the same.

        ``mentions``: tables that the user named, which the model is told of at once.
        """
        services = self._services
        self._said = next((item.content for item in reversed(history) if isinstance(item, UserText)), "")
        request = TurnRequest(
            session_id=self.key.session_id,
            turn_id=self.key.turn_id,
            agent=services.agents.get(self.key.agent),
            history=history,
            model=model,
            agents=services.agents.specs,
            tools=services.tools,
            cancellation=self.cancellation,
            tool_context=self._tool_context,
            keep_pace=self._log.caught_up,
            system_note=self._time_note(),
            mask=self.workspace.mask,
        )
        reason: Reason = "error"
        try:
            async with asyncio.timeout(services.settings.turn_timeout or None) as self._deadline:
                note, request.noted_tables = await self._tables_note(mentions)
                request.system_note = f"{request.system_note}\n\n{note}".strip()
                reason = await services.engine.run(request, self._take)
        except TimeoutError:
            self.fail(
                CopilotError(
                    ErrorCode.TIMEOUT,
                    f"The turn took longer than {services.settings.turn_timeout:g} s and was ended.",
                    "Ask for less at once, or raise TABLE_COPILOT_TURN_TIMEOUT.",
                )
            )
        except CopilotError as error:
            if self.cancellation.cancelled:
                reason = "cancelled"
            else:
                self.fail(error)
        except asyncio.CancelledError:
            reason = "cancelled" if self.cancellation.cancelled else "interrupted"
            raise
        except Exception as error:
            logger.exception("turn %s of session %s failed", self.key.turn_id, self.key.session_id)
            self.fail(
                CopilotError(
                    ErrorCode.INTERNAL,
                    f"The copilot failed: {type(error).__name__}.",
                    "Try again; the server's log has the details.",
                )
            )
        finally:
            if not self._suspended:
                self.finish(reason)
        return reason

    def fail(self, error: CopilotError) -> None:
        settings = self._services.settings
        self._publish(
            protocol.ErrorFrame(
                code=error.code, message=redact(error.message, settings), hint=redact(error.hint, settings)
            )
        )

    def finish(self, reason: Reason) -> None:
        """Close what is open, and the turn."""
        for pending in list(self._interactions.open.values()):
            self._close_unanswered(pending.id, "cancelled")
        for message, text, reasoning in self._log.unfinished():
            if message.turn_id == self.key.turn_id:
                self._take(
                    MessageDone(message.message_id, message.agent, text, reasoning, True, message.parent_call_id)
                )
        for call_id in list(self._open_calls):
            self._take(ToolCallFinished(call_id, False, "Interrupted: no result was recorded.", 0))
        self._publish(protocol.TurnFinished(reason=reason), durable=True)

    def record(self, result: ToolCallFinished) -> None:
        """Write the result of a call that a restart cut off."""
        self._take(result)

    # --- the engine's events -----------------------------------------------------------------

    def _take(self, event: EngineEvent) -> None:
        if isinstance(event, TextDelta):
            self._stream("text", event)
        elif isinstance(event, ReasoningDelta):
            self._stream("reasoning", event)
        else:
            self._publish(self._translate(event))
            if isinstance(event, MessageDone) and event.parent_call_id is None and not event.partial:
                self._prove(event)

    def _prove(self, message: MessageDone) -> None:
        """Say which results the numbers of an answer stand in."""
        evidence = self._results.evidence(message.message_id, message.content, self._said)
        if evidence is not None:
            self._publish(evidence)

    def _stream(self, kind: str, event: TextDelta | ReasoningDelta) -> None:
        if event.text:
            self._log.stream(kind, event.message_id, event.agent, self.key.turn_id, event.parent_call_id, event.text)

    def _translate(self, event: EngineEvent) -> protocol.Event:
        match event:
            case MessageDone():
                return protocol.AgentMessage(
                    message_id=event.message_id,
                    agent=event.agent,
                    content=event.content,
                    reasoning=event.reasoning,
                    partial=event.partial,
                    parent_call_id=event.parent_call_id,
                )
            case ToolCallStarted():
                self._open_calls[event.call_id] = None
                return protocol.ToolStarted(
                    call_id=event.call_id,
                    message_id=event.message_id,
                    tool=event.tool,
                    arguments=event.arguments,
                    agent=event.agent,
                    parent_call_id=event.parent_call_id,
                )
            case ToolCallOutput():
                self._results.take(event.call_id, event.mime)
                return protocol.ToolOutput(call_id=event.call_id, mime=event.mime)
            case ToolCallFinished():
                self._open_calls.pop(event.call_id, None)
                return protocol.ToolFinished(
                    call_id=event.call_id,
                    ok=event.ok,
                    content=redact(event.content, self._services.settings),
                    elapsed_ms=event.elapsed_ms,
                    level=event.level,
                    tables=list(event.tables),
                )
            case RequestSent():
                return self.payloads.take(event)
            case TokensUsed():
                return protocol.Usage(model=event.model, input=event.input, output=event.output)
        raise TypeError(f"unknown engine event {event!r}")

    def _publish(self, event: protocol.Event, *, durable: bool = False) -> None:
        event.turn_id = self.key.turn_id
        self._log.publish(event, durable=durable)

    # --- what tools may ask ------------------------------------------------------------------

    def _tool_context(self, call_id: str, agent: str, model: ModelChoice) -> ToolContext:
        async def ask(text: str, options: Sequence[str], multiple: bool, timeout_s: float | None) -> Asked:
            return await self._ask(call_id, agent, text, options, multiple, timeout_s)

        async def approve(tool: str, what: str, arguments: dict[str, Any], key: str) -> Decided:
            return await self._approve(call_id, agent, tool, what, arguments, key)

        return ToolContext(
            session_id=self.key.session_id,
            turn_id=self.key.turn_id,
            call_id=call_id,
            agent=agent,
            owner=self.key.owner,
            timezone=self._services.timezone,
            now=lambda: self._services.clock().astimezone(self._services.timezone),
            cancellation=self.cancellation,
            ask=ask,
            approve=approve,
            output=lambda mime: self._take(ToolCallOutput(call_id, mime)),
            workspace=self.workspace,
            model=model.name,
            host=model.host,
            language=self._services.language_of(self._said),
        )

    async def _ask(
        self, call_id: str, agent: str, text: str, options: Sequence[str], multiple: bool, timeout_s: float | None
    ) -> Asked:
        deadline = timestamp(self._services.clock() + timedelta(seconds=timeout_s)) if timeout_s else None
        question = protocol.Question(
            question_id=self._services.short_id(),
            call_id=call_id,
            content=text,
            options=list(options),
            multiple=multiple,
            deadline=deadline,
            agent=agent,
        )
        asked = await self._wait_for_user(question, question.question_id, timeout_s)
        if asked is None:
            return Asked(None, "timeout")
        assert isinstance(asked, Asked)
        return asked

    async def _approve(
        self, call_id: str, agent: str, tool: str, what: str, arguments: dict[str, Any], key: str
    ) -> Decided:
        if key in self._allowed:
            return Decided("session")
        if key in self._refused:
            return Decided("deny", "The user has just refused the same.")
        approval = protocol.Approval(
            approval_id=self._services.short_id(),
            call_id=call_id,
            content=what,
            tool=tool,
            arguments=arguments,
            agent=agent,
        )
        decided = await self._wait_for_user(approval, approval.approval_id, self._services.settings.question_timeout)
        if decided is None:
            return Decided("deny", "Nobody decided in time.")
        assert isinstance(decided, Decided)
        if decided.decision == "session":
            self._allowed.add(key)
        elif not decided.allowed:
            self._refused.add(key)
        return decided

    async def _wait_for_user(
        self, event: protocol.Question | protocol.Approval, identifier: str, timeout_s: float | None
    ) -> Asked | Decided | None:
        """Put it to the user and wait; None when the time is up. The turn's deadline stands still meanwhile."""
        future: asyncio.Future[Asked | Decided] = asyncio.get_running_loop().create_future()
        self._publish(event, durable=True)
        self._interactions.add(event, future)
        self._pause_deadline()
        try:
            async with asyncio.timeout(timeout_s):
                outcome: Asked | Decided = await wait_or_cancel(future, self.cancellation)
                return outcome
        except TimeoutError:
            self._close_unanswered(identifier, "timeout")
            return None
        except asyncio.CancelledError:
            if not self._suspended:
                self._close_unanswered(identifier, "cancelled")
            raise
        finally:
            self._resume_deadline()

    def _close_unanswered(self, identifier: str, by: str) -> None:
        pending = self._interactions.open.get(identifier)
        if pending is None or not self._interactions.drop(identifier, by):
            return
        if isinstance(pending.event, protocol.Question):
            self._publish(protocol.QuestionClosed(question_id=identifier, answer=None, by=by))
        else:
            self._publish(protocol.ApprovalClosed(approval_id=identifier, decision="deny", by=by))

    def _pause_deadline(self) -> None:
        self._waiting += 1
        if self._waiting == 1 and self._deadline is not None and (when := self._deadline.when()) is not None:
            self._left = when - asyncio.get_running_loop().time()
            self._deadline.reschedule(None)

    def _resume_deadline(self) -> None:
        self._waiting -= 1
        if self._waiting == 0 and self._deadline is not None and self._left > 0 and not self._deadline.expired():
            self._deadline.reschedule(asyncio.get_running_loop().time() + self._left)

    async def _tables_note(self, mentions: Sequence[str]) -> tuple[str, tuple[protocol.SentTable, ...]]:
        """What the model is told of the tables that the user named; and, of what can't be told, why."""
        try:
            await self.workspace.learn_names()
            if not mentions:
                return "", ()
            value = await self.workspace.call("tables", {"names": list(mentions)}, timeout_s=MENTIONS_TIMEOUT_S)
        except CopilotError as error:
            return (f"The tables that the user named can't be looked up: {error}", ()) if mentions else ("", ())
        _, tables = together([(None, [protocol.SentTable.model_validate(table) for table in value["tables"]])])
        return f"The user names these tables:\n{value['model']}", tables

    def _time_note(self) -> str:
        now = self._services.clock().astimezone(self._services.timezone)
        return f"It is {now:%A, %d %B %Y, %H:%M} in the user's time zone, {self._services.timezone.key} ({now:%z})."
