"""What a host finds when it opens a session that another one left in the middle of a turn."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import protocol
from .engine.base import ToolCallFinished
from .log import SessionLog
from .services import Services
from .tools.ask_user import answered_text
from .turn import TurnKey

NO_RESULT = "Interrupted: no result was recorded."


@dataclass(frozen=True, slots=True)
class Reopened:
    """A turn without an end. ``pending`` are its questions and approvals that still wait."""

    key: TurnKey
    open_calls: Sequence[str]
    pending: Sequence[protocol.Question | protocol.Approval]


async def reopen(session_id: str, owner: str, services: Services, log: SessionLog) -> Reopened | None:
    """Find the open turn of a session; put the saved pieces of its text into the log as partial messages."""
    turns = [turn for turn in await services.store.open_turns() if turn.session_id == session_id]
    if not turns:
        return None
    turn_id = turns[-1].turn_id
    events = [json.loads(row.body) for row in await services.store.events(session_id) if row.turn_id == turn_id]
    await _keep_text(session_id, turn_id, services, log, events)
    started = next(event for event in events if event["type"] == "turn_started")
    finished = {event["call_id"] for event in events if event["type"] == "tool_finished"}
    open_calls = [e["call_id"] for e in events if e["type"] == "tool_started" and e["call_id"] not in finished]
    key = TurnKey(session_id, turn_id, started["message_id"], started["agent"], owner)
    return Reopened(key, open_calls, _pending(events, services))


async def _keep_text(
    session_id: str, turn_id: str, services: Services, log: SessionLog, events: Sequence[dict[str, Any]]
) -> None:
    done = {event["message_id"] for event in events if event["type"] == "message"}
    texts: dict[str, protocol.AgentMessage] = {}
    for piece in await services.store.pieces(session_id):
        if piece.message_id in done or piece.turn_id != turn_id:
            continue
        message = texts.get(piece.message_id)
        if message is None:
            message = texts[piece.message_id] = protocol.AgentMessage(
                message_id=piece.message_id,
                agent=piece.agent,
                content="",
                partial=True,
                parent_call_id=piece.parent_call_id,
                turn_id=turn_id,
            )
        if piece.kind == "text":
            message.content += piece.text
        else:
            message.reasoning += piece.text
    for message in texts.values():
        log.publish(message)


def _pending(events: Sequence[dict[str, Any]], services: Services) -> list[protocol.Question | protocol.Approval]:
    closed = {event.get("question_id") or event.get("approval_id") for event in events if "_closed" in event["type"]}
    waiting: list[protocol.Question | protocol.Approval] = []
    for event in events:
        if event["type"] == "question" and event["question_id"] not in closed:
            question = protocol.Question.model_validate(event)
            if question.deadline is None or datetime.fromisoformat(question.deadline) > services.clock():
                waiting.append(question)
        elif event["type"] == "approval" and event["approval_id"] not in closed:
            waiting.append(protocol.Approval.model_validate(event))
    return waiting


def answers_for_open_calls(events: Sequence[dict[str, Any]], turn_id: str) -> list[ToolCallFinished]:
    """Results for the calls that a restart cut off: the user's answer for the question that was asked,
    and for a delegation around it a note, so that the agent can decide what is still to be done.

    An approval that was decided after a restart is never carried out by itself: the outcome of
    its call is unknown, and the agent has to ask anew.
    """
    turn = [event for event in events if event.get("turn_id") == turn_id]
    finished = {event["call_id"] for event in turn if event["type"] == "tool_finished"}
    started = {e["call_id"]: e for e in turn if e["type"] == "tool_started" and e["call_id"] not in finished}
    questions = {event["question_id"]: event for event in turn if event["type"] == "question"}
    contents: dict[str, tuple[bool, str]] = {}
    for event in turn:
        if event["type"] != "question_closed" or event["answer"] is None:
            continue
        question = questions.get(event["question_id"])
        if question is None or question["call_id"] not in started:
            continue
        call_id = question["call_id"]
        contents[call_id] = (True, answered_text(event["answer"], question["options"], question["multiple"]))
        parent = started[call_id].get("parent_call_id")
        while parent is not None and parent in started:
            note = (
                "Interrupted by a restart before it was finished. Meanwhile the user was asked "
                f"{question['content']!r} and answered {event['answer']!r}. Call again if it is still needed."
            )
            contents[parent] = (False, note)
            parent = started[parent].get("parent_call_id")
    return [ToolCallFinished(call_id, *contents.get(call_id, (False, NO_RESULT)), elapsed_ms=0) for call_id in started]
