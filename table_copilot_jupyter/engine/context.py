"""What the model is shown of a session: from the log's events to a history that a provider accepts.

``history_from_events`` reads the log, ``repair`` gives every tool call its answer, ``trim`` keeps the newest
whole turns. All three are plain functions; a turn's request is built from them anew each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..privacy import Privacy, together
from ..protocol import SentTable
from .base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText

STOPPED = "[stopped by the user here]"
CUT_OFF = "[cut off here]"
INTERRUPTED = "Interrupted: no result was recorded."
WITHHELD = (
    "[Not shown again: this was made from data that the privacy settings of now don't let you see. "
    "Ask the tools anew where you need it.]"
)
MIN_RESULT_CHARS = 200


# --- from the log --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Step:
    content: str = ""
    reasoning: str = ""
    partial: bool = False
    calls: dict[str, ToolCall] = field(default_factory=dict)
    answers: dict[str, ToolAnswer] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Turn:
    user: str
    agent: str = ""
    reason: str = ""
    steps: dict[str, _Step] = field(default_factory=dict)
    disclosed: list[tuple[str | None, tuple[SentTable, ...]]] = field(default_factory=list)

    def step(self, message_id: str) -> _Step:
        return self.steps.setdefault(message_id, _Step())


def history_from_events(
    events: Iterable[Mapping[str, Any]], *, agent: str, privacy: Privacy | None = None
) -> list[HistoryItem]:
    """The history that ``agent`` is shown, from a session's events in the order of the log.

    Of turns that another agent answered it sees the user's words and the final answer. What happened inside a
    delegation is left out: its result is the delegating call's answer. A queued message counts from the
    ``turn_started`` that takes it up.

    What an ended turn read of tables beyond what ``privacy`` allows now is left out, and so is what it answered:
    a session may have changed to a model that runs elsewhere, or its level may have been lowered.
    """
    log = _Log()
    for event in events:
        if event.get("type") == "cleared":
            log = _Log()
        else:
            log.read(event)
    history: list[HistoryItem] = []
    for turn in log.turns:
        history.append(UserText(turn.user))
        withheld = bool(turn.reason) and privacy is not None and not privacy.lets_pass(*together(turn.disclosed))
        history.extend(_own_steps(turn, withheld) if turn.agent in ("", agent) else _final_answer(turn, withheld))
    return history


class _Log:
    """Sorts events into turns."""

    def __init__(self) -> None:
        self.turns: list[_Turn] = []
        self._queued: dict[str, _Turn] = {}
        self._by_message: dict[str, _Turn] = {}
        self._by_id: dict[str, _Turn] = {}
        self._steps_by_call: dict[str, _Step] = {}

    def read(self, event: Mapping[str, Any]) -> None:
        kind = event.get("type")
        if kind == "user_message":
            turn = _Turn(user=event["content"])
            if event.get("queued"):
                self._queued[event["message_id"]] = turn
            else:
                self._by_message[event["message_id"]] = turn
                self.turns.append(turn)
        elif kind == "message_withdrawn":
            self._queued.pop(event["message_id"], None)
        elif kind == "turn_started":
            self._start(event)
        elif event.get("parent_call_id") is None and self.turns:
            self._read_turn(kind, event)

    def _start(self, event: Mapping[str, Any]) -> None:
        message_id = event["message_id"]
        turn = self._queued.pop(message_id, None) or self._by_message.get(message_id)
        if turn is None:
            return
        self._by_message[message_id] = turn
        if turn in self.turns:
            self.turns.remove(turn)
        self.turns.append(turn)  # turns stand in the order in which they began
        turn.agent = event.get("agent") or ""
        if turn_id := event.get("turn_id"):
            self._by_id[turn_id] = turn

    def _read_turn(self, kind: object, event: Mapping[str, Any]) -> None:
        turn = self._by_id.get(event.get("turn_id") or "", self.turns[-1])
        if kind == "message":
            step = turn.step(event["message_id"])
            step.content = event["content"]
            step.reasoning = event.get("reasoning") or ""
            step.partial = bool(event.get("partial"))
        elif kind == "tool_started":
            step = turn.step(event["message_id"])
            call_id = event["call_id"]
            step.calls[call_id] = ToolCall(call_id, event["tool"], event.get("arguments") or {})
            self._steps_by_call[call_id] = step
        elif kind == "tool_finished":
            call_id = event["call_id"]
            tables = tuple(SentTable.model_validate(table) for table in event.get("tables") or ())
            turn.disclosed.append((event.get("level"), tables))
            found = self._steps_by_call.get(call_id)  # a delegate's calls are not there
            if found is not None:
                tool = found.calls[call_id].tool
                found.answers[call_id] = ToolAnswer(call_id, tool, bool(event.get("ok")), event["content"], tables)
        elif kind == "turn_finished":
            turn.reason = event["reason"]


def _own_steps(turn: _Turn, withheld: bool) -> list[HistoryItem]:
    items: list[HistoryItem] = []
    for step in turn.steps.values():
        if withheld:
            step = _without_data(step)
        content = _with_note(step, turn)
        if content or step.calls:
            items.append(AssistantStep(content, step.reasoning, tuple(step.calls.values())))
        if step.answers:
            items.append(ToolAnswers(tuple(step.answers.values())))
    return items


def _without_data(step: _Step) -> _Step:
    """A step of which nothing but the calls is told: their arguments are the model's own words, but those of a step
    after a result may repeat it."""
    return _Step(
        content=WITHHELD if step.content else "",
        calls={name: replace(call, arguments={}) for name, call in step.calls.items()},
        answers={name: replace(answer, content=WITHHELD, tables=()) for name, answer in step.answers.items()},
    )


def _final_answer(turn: _Turn, withheld: bool) -> list[HistoryItem]:
    texts = [content for step in turn.steps.values() if (content := _with_note(step, turn))]
    return [AssistantStep(WITHHELD if withheld else texts[-1])] if texts else []


def _with_note(step: _Step, turn: _Turn) -> str:
    if not step.partial or not step.content:
        return step.content
    return f"{step.content}\n\n{STOPPED if turn.reason == 'cancelled' else CUT_OFF}"


# --- what a provider accepts ---------------------------------------------------------------------


def repair(history: Sequence[HistoryItem]) -> list[HistoryItem]:
    """``history`` with one answer for each call, right after its step, and no answer without a call."""
    repaired: list[HistoryItem] = []
    position = 0
    while position < len(history):
        item = history[position]
        position += 1
        if isinstance(item, ToolAnswers) or (isinstance(item, AssistantStep) and not (item.content or item.calls)):
            continue
        if isinstance(item, UserText) or not item.calls:
            repaired.append(item)
            continue
        calls = {call.call_id: call for call in item.calls}
        answers: dict[str, ToolAnswer] = {}
        while position < len(history) and isinstance(following := history[position], ToolAnswers):
            answers.update((answer.call_id, answer) for answer in following.answers)
            position += 1
        repaired.append(replace(item, calls=tuple(calls.values())))
        repaired.append(
            ToolAnswers(
                tuple(answers.get(call_id) or _interrupted(call) for call_id, call in calls.items()),
            )
        )
    return repaired


def _interrupted(call: ToolCall) -> ToolAnswer:
    return ToolAnswer(call.call_id, call.tool, False, INTERRUPTED)


# --- what fits -----------------------------------------------------------------------------------


def trim(history: Sequence[HistoryItem], max_chars: int) -> list[HistoryItem]:
    """The newest whole turns of a repaired ``history`` that fit into ``max_chars``.

    The last turn always stays. Where it alone is too big, its tool results are shortened in their middle, and
    where that is not enough its oldest steps go; the user's question stays whole.
    """
    turns: list[list[HistoryItem]] = []
    for item in history:
        if isinstance(item, UserText) or not turns:
            turns.append([])
        turns[-1].append(item)
    kept: list[list[HistoryItem]] = []
    room = max_chars
    for turn in reversed(turns):
        room -= sum(map(_size, turn))
        if room < 0:
            break
        kept.append(turn)
    if not kept and turns:
        kept = [_shrink(turns[-1], max_chars)]
    return [item for turn in reversed(kept) for item in turn]


def _shrink(turn: list[HistoryItem], max_chars: int) -> list[HistoryItem]:
    lengths = [len(answer.content) for item in turn if isinstance(item, ToolAnswers) for answer in item.answers]
    rest = sum(map(_size, turn)) - sum(lengths)
    limit = _fair_limit(lengths, max_chars - rest)
    shrunk: list[HistoryItem] = [
        ToolAnswers(tuple(replace(answer, content=shorten(answer.content, limit)) for answer in item.answers))
        if isinstance(item, ToolAnswers)
        else item
        for item in turn
    ]
    first = 1 if isinstance(shrunk[0], UserText) else 0
    while sum(map(_size, shrunk)) > max_chars:
        width = 2 if any(isinstance(item, ToolAnswers) for item in shrunk[first + 1 : first + 2]) else 1
        if first + width >= len(shrunk):
            break
        del shrunk[first : first + width]
    return shrunk


def _fair_limit(lengths: list[int], room: int) -> int:
    """The length to which each text is cut so that all fit: short ones stay whole, long ones share the rest."""
    left = len(lengths)
    for length in sorted(lengths):
        if length * left > room:
            return max(room // left, MIN_RESULT_CHARS)
        room -= length
        left -= 1
    return max(lengths, default=MIN_RESULT_CHARS)


def shorten(text: str, limit: int) -> str:
    """``text`` in at most ``limit`` characters (at least 200): its beginning, a note, its end."""
    limit = max(limit, MIN_RESULT_CHARS)
    if len(text) <= limit:
        return text
    note = f"\n[… {len(text) - limit} or more characters left out here …]\n"
    half = (limit - len(note)) // 2
    return f"{text[:half]}{note}{text[-half:]}"


def _size(item: HistoryItem) -> int:
    if isinstance(item, UserText):
        return len(item.content)
    if isinstance(item, ToolAnswers):
        return sum(len(answer.content) for answer in item.answers)
    arguments = sum(len(json.dumps(call.arguments, ensure_ascii=False)) + len(call.tool) for call in item.calls)
    return len(item.content) + arguments
