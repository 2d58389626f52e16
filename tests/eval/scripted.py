"""What a model would say that answers every question as it should, and ways to do it wrong."""

from __future__ import annotations

import datetime
import json
from typing import Any

from catalogue import Question
from expectations import AnyOf, Missing, One, Rows, Scalar, Several

MARK = " [q1]"
Reply = dict[str, Any]


def replies(question: Question, answer: str, *, steps: list[tuple[str, dict[str, Any]]] | None = None) -> list[Reply]:
    """The model's replies, for ``mock_model``: the reference's calls one by one, then the answer."""
    made = question.steps if steps is None else steps
    calls = [{"calls": [{"name": name, "arguments": json.dumps(arguments)}]} for name, arguments in made]
    return [*calls, {"text": answer}]


def right_answer(question: Question, *, mark: str = MARK) -> str:
    """As an agent should put it: briefly, rounded, with a mark after each number."""
    if "query_table" not in [name for name, _ in question.steps]:
        mark = ""
    match question.expected:
        case One(value):
            return (
                f"答案是 {_written(value, chinese=True)}{mark}。" if question.chinese else f"{_written(value)}{mark}."
            )
        case Several(values):
            return ", ".join(f"{_written(value)}{mark}" for value in values) + "."
        case Rows(rows):
            return "\n".join(f"- {name}: {', '.join(map(_written, values))}{mark}" for name, *values in rows)
        case Missing(name):
            return f"There is no `{name}` among your tables."
        case AnyOf(pieces):
            return f"In a word: {pieces[0]}."
    return "好了。" if question.chinese else "Done."


def wrong_answer(question: Question) -> str:
    """The same with a wrong content."""
    match question.expected:
        case One(value):
            return f"{_written(_other(value))}{MARK}."
        case Several(values):
            wrong = values[::-1] if question.ordered else [_other(value) for value in values]
            return ", ".join(f"{_written(value)}{MARK}" for value in wrong) + "."
        case Rows(rows):
            shifted = [row[1:] for row in (*rows[1:], rows[0])] if len(rows) > 1 else [[_other(v) for v in rows[0][1:]]]
            lines = zip(rows, shifted, strict=True)
            return "\n".join(f"- {row[0]}: {', '.join(map(_written, values))}{MARK}" for row, values in lines)
    return "42."


def _written(value: Scalar, *, chinese: bool = False) -> str:
    """As people write it, to four digits."""
    if isinstance(value, datetime.date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, str):
        return value
    if abs(value) >= 1e8:
        return f"{value / 1e8:.2f} 亿" if chinese else f"{value / 1e9:.3f} billion"
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def _other(value: Scalar) -> Scalar:
    if isinstance(value, datetime.date):
        return value + datetime.timedelta(days=40)
    return "Atlantis" if isinstance(value, str) else value * 2 + 3
