"""How good one turn was, told from its events alone: right, with the right tools, proved, cited.

- *right*: the answer says what is expected. Several values may instead stand in a result that the user was shown and
  that the answer points to, because agents are told not to write a table's rows again; and so may anything, where the
  model was not let see the values.
- *tools*: each needed tool was called and worked, and no code was run, no question asked and no todo made unasked for.
  A question that needs no table has to be answered without one.
- *proved*: the answer points to a result, and every number of it stands in one (the ``evidence`` event).
- *cited*: the text itself says which result, ``[q1]``.

*proved* and *cited* are None where no query is needed.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from catalogue import Question
from expectations import Answer, Chart, InKernel, One, Rows, Scalar, Several

from table_copilot_jupyter.privacy import allows

TABLE = "application/vnd.table-copilot.table+json"
CHART = "application/vnd.table-copilot.chart+json"
UNASKED = frozenset({"run_code", "ask_user_question", "todo_manager", "schedule_reminder"})
AT_TABLES = frozenset({"list_tables", "describe_table", "query_table", "plot_table", "explain_error"})
FEWEST_SHOWN = 3
"""From so many values on it is enough that the answer points to the result."""
MOST_ROWS = 20
"""A single value counts as shown in a result with at most so many rows."""
_CITED = re.compile(r"[\[【][^\]】\n]*\b_?q[0-9]+[^\]】\n]*[\]】]")


@dataclass(frozen=True)
class Turn:
    """What happened. ``in_kernel``: what the expression of an ``InKernel`` is worth afterwards, if there is one."""

    events: Sequence[dict[str, Any]]
    seconds: float
    allowed: str = "rows"
    """The highest level that the user would have consented to."""
    in_kernel: Any = None
    problem: str = ""
    """Why there is no answer, where it isn't the turn's own error."""

    def of(self, *types: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] in types]

    @cached_property
    def message(self) -> dict[str, Any]:
        """The last finished message to the user; empty without one."""
        spoken = [event for event in self.of("message") if not event.get("parent_call_id") and event["content"].strip()]
        return spoken[-1] if spoken else {}

    @property
    def text(self) -> str:
        return str(self.message.get("content", ""))

    @property
    def evidence(self) -> dict[str, Any]:
        """That of the answer; empty where it has none."""
        own = [event for event in self.of("evidence") if event["message_id"] == self.message.get("message_id")]
        return own[-1] if own else {}

    @property
    def tools(self) -> list[tuple[str, bool]]:
        """(name, whether it worked) of each call, those of the specialists too."""
        ended = {event["call_id"]: bool(event["ok"]) for event in self.of("tool_finished")}
        return [(event["tool"], ended.get(event["call_id"], False)) for event in self.of("tool_started")]

    @property
    def consents(self) -> list[tuple[str, str]]:
        """(what was asked for, how it was decided): a level, or the name of a tool."""
        asked = {
            event["approval_id"]: str(event["arguments"].get("level") or event["tool"]) for event in self.of("approval")
        }
        return [(asked[event["approval_id"]], str(event["decision"])) for event in self.of("approval_closed")]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The results of queries, as the user was shown them."""
        shown = [event["mime"].get(TABLE) for event in self.of("tool_output")]
        return [table for table in shown if isinstance(table, dict) and table.get("ref")]

    @property
    def charts(self) -> list[dict[str, Any]]:
        shown = [event["mime"].get(CHART) for event in self.of("tool_output")]
        return [chart["spec"] for chart in shown if isinstance(chart, dict)]

    @property
    def failure(self) -> str:
        """Why the turn has no answer, or ended badly; empty where it went well."""
        errors = [f"{event['message']} {event.get('hint', '')}".strip() for event in self.of("error")]
        ended = [event["reason"] for event in self.of("turn_finished") if event["reason"] != "complete"]
        told = [*errors, self.problem] if errors or self.problem else ended
        return " ".join(text for text in told if text)


@dataclass(frozen=True)
class Score:
    """``proved`` and ``cited`` are None where they say nothing. ``reasons``: what was wrong, in words."""

    right: bool
    tools: bool
    proved: bool | None
    cited: bool | None
    reasons: tuple[str, ...] = ()


def score(question: Question, turn: Turn) -> Score:
    """Score one turn."""
    cited = bool(_CITED.search(turn.text))
    right = not turn.failure and _is_right(question, turn, cited)
    amiss = _amiss(question, turn)
    reasons = [] if right else [turn.failure or "the answer is not the expected one"]
    reasons += amiss
    if not any(needed == {"query_table"} for needed in question.needs):
        return Score(right, not amiss, None, None, tuple(reasons))
    unproved = [mark["text"] for mark in turn.evidence.get("numbers", ()) if not mark["ref"]]
    proved = bool(turn.evidence.get("refs")) and not unproved
    if not proved:
        reasons.append(f"without evidence: {', '.join(unproved) or 'the answer'}")
    if not cited:
        reasons.append("no mark")
    return Score(right, not amiss, proved, cited, tuple(reasons))


def _is_right(question: Question, turn: Turn, cited: bool) -> bool:
    expected = question.expected
    if isinstance(expected, InKernel):
        tried = any(
            name == "run_code" for name, _ in turn.tools
        )  # what was refused leaves all as it was; so does idling
        return tried and bool(turn.text) and turn.in_kernel == expected.value
    if isinstance(expected, Chart):
        return any(_is_chart(spec, expected) for spec in turn.charts)
    answer = Answer(turn.text, question.synonyms)
    if answer.says(expected, ordered=question.ordered, rivals=question.rivals):
        return True
    if not cited or not isinstance(expected, One | Several | Rows):
        return False
    is_list = isinstance(expected, Several | Rows) and len(expected.values) >= FEWEST_SHOWN
    if not isinstance(expected, One) and answer.contradicts(expected, ordered=question.ordered):
        return False
    may_point = is_list or not allows(turn.allowed, question.level)
    return may_point and any(holds(table, expected, question) for table in turn.results)


def _amiss(question: Question, turn: Turn) -> list[str]:
    """What was wrong with the tools."""
    called = {name for name, _ in turn.tools}
    worked = {name for name, ok in turn.tools if ok}
    amiss = []
    for needed in question.needs:
        done = called if needed & set(question.refuses) else worked
        if not needed & done:
            amiss.append(f"{' or '.join(sorted(needed))} {'failed' if needed & called else 'was not called'}")
    wanted = frozenset().union(*question.needs)
    unasked = UNASKED if wanted else UNASKED | AT_TABLES
    return amiss + [f"{name} was called" for name in sorted((called & unasked) - wanted)]


def _is_chart(spec: dict[str, Any], expected: Chart) -> bool:
    """Whether a chart, layered or not, has one of the marks and encodes the fields."""
    layers = [spec, *(layer for layer in spec.get("layer", ()) if isinstance(layer, dict))]
    marks = {mark["type"] if isinstance(mark, dict) else mark for layer in layers if (mark := layer.get("mark"))}
    encoded = json.dumps([layer.get("encoding") for layer in layers])
    return bool(marks & set(expected.marks)) and all(json.dumps(name) in encoded for name in expected.fields)


# --- results that the user was shown ------------------------------------------------------------


def holds(table: dict[str, Any], expected: One | Several | Rows, question: Question) -> bool:
    """Whether a result has what is expected: one cell, one column, or the rows; in order where that counts."""
    rows: list[list[Any]] = table["rows"]

    def same(cell: Any, value: Scalar) -> bool:
        return is_cell(cell, value, question.synonyms.get(str(value), ()))

    def row_has(row: list[Any], values: Sequence[Scalar]) -> bool:
        return all(any(same(cell, value) for cell in row) for value in values)

    match expected:
        case One(value):
            return len(rows) <= MOST_ROWS and any(same(cell, value) for row in rows for cell in row)
        case Rows(wanted):
            return len(rows) == len(wanted) and all(any(row_has(row, values) for row in rows) for values in wanted)
        case Several(values):
            columns = [list(column) for column in zip(*rows, strict=True)]
            if len(rows) == 1:
                columns = [rows[0], *columns]
            return any(_is_column(column, values, same, ordered=question.ordered) for column in columns)


def _is_column(
    column: list[Any], values: Sequence[Scalar], same: Callable[[Any, Scalar], bool], *, ordered: bool
) -> bool:
    if ordered:
        return len(column) >= len(values) and all(map(same, column, values))
    return len(column) == len(values) and all(any(same(cell, value) for cell in column) for value in values)


def is_cell(cell: Any, value: Scalar, synonyms: Collection[str] = ()) -> bool:
    """Whether a cell of a result is ``value``, to as many digits as ``value`` is written with."""
    if isinstance(value, float):
        digits = len(repr(value).partition(".")[2])
        return isinstance(cell, int | float) and abs(round(cell, digits) - value) < 10 ** -(digits + 3)
    if isinstance(value, int):
        return isinstance(cell, int | float) and cell == value
    if isinstance(value, datetime.date):
        return str(cell).startswith(value.isoformat())
    return str(cell).casefold() in {value.casefold(), *(word.casefold() for word in synonyms)}
