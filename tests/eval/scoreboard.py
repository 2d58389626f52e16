"""What an evaluation gave: each question's line, the shares, a Markdown table and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from catalogue import Question
from scoring import Score, Turn

SHARES = ("right", "tools", "proved", "cited")
_SIGNS = {True: "yes", False: "**no**", None: ""}


@dataclass(frozen=True)
class Line:
    """One question's outcome."""

    question: Question
    turn: Turn
    score: Score

    @property
    def requests(self) -> int:
        return len(self.turn.of("sent"))

    @property
    def bytes_sent(self) -> int:
        return sum(event["bytes"] for event in self.turn.of("sent"))

    @property
    def tokens(self) -> tuple[int, int]:
        """(read, written) by the model."""
        used = self.turn.of("usage")
        return sum(event["input"] for event in used), sum(event["output"] for event in used)

    def to_json(self) -> dict[str, Any]:
        read, written = self.tokens
        return {
            "id": self.question.id,
            "data": self.question.data,
            "kind": self.question.kind,
            "level": self.question.level,
            "chinese": self.question.chinese,
            **asdict(self.score),
            "answer": self.turn.text,
            "called": [name for name, _ in self.turn.tools],
            "sql": [table["sql"] for table in self.turn.results],
            "consents": self.turn.consents,
            "requests": self.requests,
            "bytes": self.bytes_sent,
            "tokens_in": read,
            "tokens_out": written,
            "seconds": round(self.turn.seconds, 2),
        }


def share(lines: Iterable[Line], name: str) -> float | None:
    """The share of the lines with this score among those that have it; None where none has."""
    values = [value for line in lines if (value := getattr(line.score, name)) is not None]
    return sum(values) / len(values) if values else None


def to_json(lines: Sequence[Line], **about: Any) -> str:
    """All of it. ``about``: what was evaluated, and when."""
    shares = {name: share(lines, name) for name in SHARES}
    value = {**about, "count": len(lines), "shares": shares, "questions": [line.to_json() for line in lines]}
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def to_markdown(lines: Sequence[Line]) -> str:
    """A table with a row for each question, and one with the shares by level, language and data set."""
    head = ["question", *SHARES, "consents", "requests", "tokens", "kB sent", "s", "what was wrong"]
    rows = [_row(line) for line in lines]
    groups: list[tuple[str, Callable[[Line], str]]] = [
        ("level", lambda line: line.question.level),
        ("language", lambda line: "Chinese" if line.question.chinese else "English"),
        ("data", lambda line: ", ".join(line.question.data)),
    ]
    summary = [_summary("all", lines)]
    for name, key in groups:
        for value in dict.fromkeys(map(key, lines)):
            summary.append(_summary(f"{name}: {value}", [line for line in lines if key(line) == value]))
    return _table(head, rows) + "\n\n" + _table(["", "questions", *SHARES, "s each"], summary)


def _row(line: Line) -> list[str]:
    read, written = line.tokens
    return [
        line.question.id,
        *(_SIGNS[getattr(line.score, name)] for name in SHARES),
        ", ".join(f"{what}: {decision}" for what, decision in line.turn.consents),
        str(line.requests),
        f"{read} + {written}",
        f"{line.bytes_sent / 1000:.1f}",
        f"{line.turn.seconds:.1f}",
        "; ".join(line.score.reasons),
    ]


def _summary(name: str, lines: Sequence[Line]) -> list[str]:
    shares = [share(lines, score) for score in SHARES]
    seconds = sum(line.turn.seconds for line in lines) / len(lines) if lines else 0.0
    return [
        name,
        str(len(lines)),
        *("" if value is None else f"{value:.0%}" for value in shares),
        f"{seconds:.1f}",
    ]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
