"""The model without a key: fixed rules that call the real tools through the real loop.

``reply`` is what a language model is to the engine: it is given the conversation and the names of
the tools, and returns text or tool calls. It keeps no state. What is left to do follows from the
user's last message (``phrases``) and the calls made since; a call is never made twice in a
turn, so every turn ends. Requests about todos, reminders and tables go to the tools themselves, or, for
an agent that has none, to ``ask_planner`` and ``ask_analyst``. Every answer ends with a line that says
that this is the offline model and how to set a real one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...language import Language
from ..base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText
from .asks import TableRequest
from .fields import ASK, REMINDERS, TODOS, Request, answer_in
from .phrases import Tables, requests_in, without_mention
from .tables import ANALYST, Call, Outcome, outcome, works_on_tables
from .tables_rules import leading_table
from .talk import is_topic, language_of, talk, tells_name, with_footer, without_footer
from .times import is_when

AnyRequest = Request | TableRequest

PLANNER: Final = "ask_planner"
MOST_STEPS: Final = 5
"""After so many steps with calls in one turn it answers with what it has."""

_QUESTIONS: Final[dict[tuple[str, Language], str]] = {
    ("when", "en"): "When should I remind you?",
    ("when", "zh"): "什么时候提醒你？",
    ("content", "en"): "What should I remind you of?",
    ("content", "zh"): "要提醒你什么？",
    ("title", "en"): "What should the todo say?",
    ("title", "zh"): "待办的内容是什么？",
}
_WHEN_OPTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "en": ("in 10 minutes", "in 1 hour", "tomorrow 9am"),
    "zh": ("10分钟后", "1小时后", "明天上午9点"),
}


@dataclass(frozen=True)
class OfflineReply:
    """Text that ends the turn, or calls of tools: (name, arguments)."""

    text: str = ""
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class _Turn:
    """What the user said, all of it, and what was called since they spoke last."""

    said: tuple[str, ...]
    steps: int
    calls: tuple[tuple[ToolCall, ToolAnswer | None], ...]

    def made(self, call: Call) -> bool:
        return any((made.tool, made.arguments) == call for made, _ in self.calls)

    def answer(self, call: Call) -> ToolAnswer | None:
        return next((answer for made, answer in self.calls if (made.tool, made.arguments) == call), None)


def reply(history: Sequence[HistoryItem], tools: Collection[str], agent: str) -> OfflineReply:
    """What the model ``agent`` says next. ``tools`` are the names that it may call."""
    turn = _turn(history)
    text = turn.said[-1] if turn.said else ""
    requests = _requests(turn.said, tools)
    if not requests and not turn.calls:
        return OfflineReply(with_footer(talk(turn.said, agent), language_of(text)))
    if turn.steps < MOST_STEPS and (calls := _next_calls(requests, turn, tools)):
        return OfflineReply(calls=calls)
    language = requests[0].language if requests else language_of(text)
    return OfflineReply(with_footer(_answer(requests, turn, tools, language), language))


def _turn(history: Sequence[HistoryItem]) -> _Turn:
    said: list[str] = []
    steps, calls, answers = 0, list[ToolCall](), dict[str, ToolAnswer]()
    for item in history:
        if isinstance(item, UserText):
            said.append(item.content)
            steps, calls, answers = 0, [], {}
        elif isinstance(item, AssistantStep):
            steps += bool(item.calls)
            calls += item.calls
        elif isinstance(item, ToolAnswers):
            answers |= {answer.call_id: answer for answer in item.answers}
    return _Turn(tuple(said), steps, tuple((call, answers.get(call.call_id)) for call in calls))


def _requests(said: Sequence[str], tools: Collection[str]) -> list[AnyRequest]:
    """The requests of the last message; a time alone completes the reminder of the message before."""
    if not said:
        return []
    text = said[-1]
    at_tables = works_on_tables(tools)
    tables: Tables = "any" if at_tables else "likely" if ANALYST in tools else "none"
    if is_topic(text):
        tables = "none"
    requests = [
        request
        for request in requests_in(text, tables)
        if not (isinstance(request, TableRequest) and tells_name(request.words))
    ]
    if not requests and len(said) > 1 and is_when(when := without_mention(text)):
        before = [
            request for request in requests_in(said[-2]) if isinstance(request, Request) and request.missing == "when"
        ]
        return [request.completed(when) for request in before[-1:]]
    about_tables = tables != "none" and (at_tables or leading_table(text)) and not tells_name(text)
    if not requests and text.strip() and about_tables:
        return [TableRequest(text.strip(), language_of(text))]  # it has to be about a table, whatever it means
    return requests


# --- calls --------------------------------------------------------------------------------------


def _next_calls(requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str]) -> tuple[Call, ...]:
    """The calls of the first phase that is not done; those of one phase run side by side."""
    for phase in (0, 1, 2):
        calls: list[Call] = []
        for request in requests:
            call = _call(request, requests, turn, tools) if request.phase == phase else None
            if call and not turn.made(call) and call not in calls:
                calls.append(call)
        if calls:
            return tuple(calls)
    return ()


def _call(request: AnyRequest, requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str]) -> Call | None:
    """The call that a request stands for now; None where nothing can be called for it."""
    if isinstance(request, TableRequest):
        return _table_call(request, requests, turn, tools)
    if request.missing and ASK in tools:
        question = _question(request, requests)
        if not turn.made(question):
            return question
        given = _given(turn.answer(question))
        if not given:
            return None
        request = request.completed(given)
    if request.tool in tools:
        return None if request.missing else (request.tool, request.arguments)
    if PLANNER in tools and request.tool in (TODOS, REMINDERS):
        return PLANNER, {"task": request.words}
    return None


def _table_call(
    request: TableRequest, requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str]
) -> Call | None:
    """The next call of one's own work, or the task for the analyst: all that is asked about tables, in one."""
    if works_on_tables(tools):
        return outcome(request, turn.calls, tools).call
    words = [other.words for other in requests if isinstance(other, TableRequest)]
    return (ANALYST, {"task": "\n".join(words)}) if ANALYST in tools else None


def _question(request: Request, requests: Sequence[AnyRequest]) -> Call:
    """The question for what a request lacks; it names the reminder only where several lack the same."""
    text = _QUESTIONS[request.missing, request.language]
    content = request.arguments.get("content")
    same = [other for other in requests if isinstance(other, Request) and other.missing == request.missing]
    if content and len(same) > 1:
        text = f"{text[:-1]}（{content}）？" if request.language == "zh" else f"{text[:-1]} to {content}?"
    arguments: dict[str, Any] = {"question": text}
    if request.missing == "when":
        arguments["options"] = list(_WHEN_OPTIONS[request.language])
    return ASK, arguments


def _given(answer: ToolAnswer | None) -> str:
    """What the user answered, "" where they did not."""
    return answer_in(answer.content) if answer is not None and answer.ok else ""


# --- the answer ---------------------------------------------------------------------------------


def _answer(requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str], language: Language) -> str:
    """The tools' results in the order of their calls, then what could not be done."""
    own = [request for request in requests if isinstance(request, Request)]
    outcomes = _outcomes(requests, turn, tools)
    questions = {_question(request, requests)[1]["question"] for request in own if request.missing}
    used = frozenset().union(*(done.used for done in outcomes))
    parts = [
        _result(call, answer, language)
        for call, answer in turn.calls
        if call.call_id not in used and not (call.tool == ASK and call.arguments.get("question") in questions)
    ]
    about_tables = [done.text for done in outcomes]
    first = bool(requests) and isinstance(requests[0], TableRequest)
    parts = [*about_tables, *parts] if first else [*parts, *about_tables]
    parts += [_undone(request, requests, turn, tools) for request in own]
    return "\n\n".join(dict.fromkeys(part for part in parts if part))


def _outcomes(requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str]) -> list[Outcome]:
    """Where the requests about tables stand that this agent works on itself."""
    if not works_on_tables(tools):
        return []
    return [outcome(request, turn.calls, tools) for request in requests if isinstance(request, TableRequest)]


def _result(call: ToolCall, answer: ToolAnswer | None, language: Language) -> str:
    chinese = language == "zh"
    if answer is None:
        return f"`{call.tool}` 没有返回结果。" if chinese else f"`{call.tool}` gave no result."
    if call.tool.startswith("ask_") and call.tool != ASK and answer.ok:
        return without_footer(answer.content)
    if not answer.ok:
        return ("没有成功：" if chinese else "That did not work: ") + answer.content.strip()
    if call.tool == ASK:
        if not (given := _given(answer)):
            return "没有收到回答。" if chinese else "There was no answer."
        return f"你的回答是：**{given}**" if chinese else f"You answered: **{given}**"
    return answer.content.strip()


def _undone(request: Request, requests: Sequence[AnyRequest], turn: _Turn, tools: Collection[str]) -> str:
    """Why nothing was called for a request; "" where something was."""
    call = _call(request, requests, turn, tools)
    if call and turn.made(call) and not (request.missing and call[0] == ASK):
        return ""
    chinese = request.language == "zh"
    if request.missing and ASK in tools:
        failed = turn.answer(_question(request, requests))
        why = f" {failed.content.strip()}" if failed and not failed.ok else ""
        return ("没有收到回答，所以什么也没有做。" if chinese else "There was no answer, so nothing was made.") + why
    if request.missing and (request.tool in tools or PLANNER in tools):
        question = _QUESTIONS[request.missing, request.language]
        if request.missing != "when":
            return question
        first, *_, last = _WHEN_OPTIONS[request.language]
        return f"{question}例如“{first}”或“{last}”。" if chinese else f"{question} For example: `{first}` or `{last}`."
    if request.tool == ASK:
        return _as_text(request.arguments)
    if call:
        return "这一步没有做完。" if chinese else "One step was left undone: the turn had too many."
    return f"这里没有 `{request.tool}` 工具。" if chinese else f"I have no `{request.tool}` tool here."


def _as_text(arguments: dict[str, Any]) -> str:
    """A question for an agent that can't put one to the user."""
    return "\n".join([str(arguments["question"]), *(f"- {option}" for option in arguments.get("options", ()))])
