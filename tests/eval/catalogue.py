"""The questions of the evaluation and the data they are about, read from TOML and checked.

``datasets.toml`` has a cell for each data set, ``questions/*.toml`` the questions. A file's ``data`` and ``synonyms``
hold for all of its questions. ``docs/evaluation.md`` tells what each field means.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from expectations import Expectation, Synonyms, expectation

HERE = Path(__file__).parent
LEVELS = ("schema", "aggregates", "rows")
TOOLS = (
    *("list_tables", "describe_table", "query_table", "plot_table", "run_code", "explain_error"),
    *("ask_user_question", "todo_manager", "schedule_reminder"),
)


class CatalogueError(ValueError):
    """What is wrong in the TOML files; names the file and the question."""


@dataclass(frozen=True)
class DataSet:
    """``code``: the source of the cell that makes its tables. ``package``: what they come with, on PyPI."""

    name: str
    package: str
    code: str


@dataclass(frozen=True)
class Plot:
    """A chart as the scripted model asks for it."""

    table: str
    mark: str
    x: str
    y: str

    @property
    def spec(self) -> dict[str, Any]:
        return {"mark": self.mark, "encoding": {axis: _channel(getattr(self, axis)) for axis in ("x", "y")}}


def _channel(named: str) -> dict[str, Any]:
    return {"aggregate": "count"} if named == "count()" else {"field": named}


@dataclass(frozen=True)
class Question:
    """One question.

    ``data``: the data sets in the kernel. ``level``: what of the tables the model has to see for the answer, and up to
    which the user consents. ``tools``: those it should need, each entry one or several that will do (``a|b``).
    ``refuses``: tools that the user does not approve. ``reply``: what the user says when they are asked. ``sql``,
    ``describe``, ``plot`` and ``code`` are the reference: how the right answer is come by.
    """

    id: str
    ask: str
    data: tuple[str, ...]
    kind: str
    level: str
    tools: tuple[str, ...]
    expected: Expectation
    ordered: bool = True
    rivals: tuple[str, ...] = ()
    refuses: tuple[str, ...] = ()
    reply: str = ""
    sql: str = ""
    describe: str = ""
    code: str = ""
    plot: Plot | None = None
    synonyms: Synonyms = field(default_factory=dict)

    @property
    def chinese(self) -> bool:
        return any("\u4e00" <= character <= "\u9fff" for character in self.ask)

    @property
    def needs(self) -> tuple[frozenset[str], ...]:
        """For each tool that it needs, those that will do."""
        return tuple(frozenset(entry.split("|")) for entry in self.tools)

    @property
    def steps(self) -> list[tuple[str, dict[str, Any]]]:
        """The reference as calls of tools: of those that will do, the first."""
        return [(name, self._arguments(name)) for name in (entry.split("|")[0] for entry in self.tools)]

    def _arguments(self, tool: str) -> dict[str, Any]:
        if tool == "query_table":
            return {"sql": self.sql.strip()}
        if tool == "describe_table":
            return {"name": self.describe}
        if tool == "run_code":
            return {"code": self.code.strip()}
        if tool == "plot_table" and self.plot is not None:
            return {"table": self.plot.table, "spec": self.plot.spec}
        return {"question": "Which one do you mean?"} if tool == "ask_user_question" else {}


def data_sets(path: Path = HERE / "datasets.toml") -> dict[str, DataSet]:
    """The data sets by name."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: DataSet(name, entry["package"], entry["code"].strip()) for name, entry in read.items()}


def questions(folder: Path = HERE / "questions", known: Mapping[str, DataSet] | None = None) -> list[Question]:
    """All questions, file by file; those about the same data next to each other. Raises CatalogueError."""
    known = data_sets() if known is None else known
    found: dict[str, Question] = {}
    for path in sorted(folder.glob("*.toml")):
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        synonyms = read.get("synonyms", {})
        for number, entry in enumerate(read.get("question", ()), start=1):
            where = f"{path.name}, question {entry.get('id') or number}"
            question = _question({"data": read.get("data", []), "synonyms": synonyms, **entry}, where)
            _check(question, where, known)
            if found.setdefault(question.id, question) is not question:
                raise CatalogueError(f"{where}: its id is taken already.")
    return sorted(found.values(), key=lambda question: question.data)


def _question(entry: dict[str, Any], where: str) -> Question:
    names = {item.name for item in fields(Question)}
    if unknown := set(entry) - names:
        raise CatalogueError(f"{where}: unknown {', '.join(sorted(unknown))}. Known are {', '.join(sorted(names))}.")
    if missing := {"id", "ask", "kind", "level", "tools", "expected"} - set(entry):
        raise CatalogueError(f"{where}: {', '.join(sorted(missing))} missing.")
    lists: dict[str, Any] = {
        name: tuple(entry[name]) for name in ("data", "tools", "rivals", "refuses") if name in entry
    }
    try:
        expected = expectation(entry["expected"])
        plot = Plot(**entry["plot"]) if "plot" in entry else None
    except (TypeError, ValueError) as error:
        raise CatalogueError(f"{where}: {error}") from None
    return Question(**{**entry, **lists, "expected": expected, "plot": plot})


def _check(question: Question, where: str, known: Mapping[str, DataSet]) -> None:
    _among(question.data, known, f"{where}: data", at_least_one=True)
    _among((question.level,), LEVELS, f"{where}: level")
    tools = [tool for needed in question.needs for tool in needed]
    _among((*tools, *question.refuses), TOOLS, f"{where}: tools")
    if "ask_user_question" in tools and not question.reply:
        raise CatalogueError(f"{where}: say in 'reply' what the user answers.")


def _among(
    values: Sequence[str], known: Sequence[str] | Mapping[str, Any], what: str, *, at_least_one: bool = False
) -> None:
    if (at_least_one and not values) or (unknown := [value for value in values if value not in known]):
        raise CatalogueError(f"{what}: {unknown if values else values!r} is not among {', '.join(known)}.")
