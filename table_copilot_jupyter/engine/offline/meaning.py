"""Which table an ask is about, for the offline model.

Every table that could be meant is tried: one that is named with ``@`` or by its name, else all of them. A table in
which all the words find their column is the one; where there are several, the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from ...language import Language
from .asks import Ask, Choice, NoColumn, Refusal, Unclear
from .function_words import FUNCTION_WORDS
from .names import TableInfo, table_meant
from .planner import Planner
from .plans import Plan
from .scene import Scene
from .tagging import tag

_MENTION: Final = re.compile(r"(?<![\w@./])@([^\W\d]\w*)")
_NOT_A_TABLE: Final = frozenset({"copilot", "analyst", "planner"})


def plan(ask: Ask, tables: Sequence[TableInfo], words: str, language: Language, choices: Mapping[str, str]) -> Plan:
    """Raises Unclear and Choice."""
    first: Unclear | None = None
    refusal: Refusal | None = None
    groups = _candidates(ask, tables, words, language, choices)
    for number, candidates in enumerate(groups):
        fitting: list[tuple[TableInfo, Plan | Choice]] = []
        for table in candidates:
            scene = Scene(table, tables, choices, language)
            try:
                fitting.append(
                    (table, Planner(scene, named=len(groups) > number + 1 or _is_named(table, words)).plan(ask))
                )
            except Choice as choice:
                fitting.append((table, choice))
            except Refusal as problem:
                refusal = refusal or problem
            except Unclear as problem:
                first = first or _for_all(problem, candidates, scene)
        if number:  # tables that were not named have to fit without a guess
            fitting = [entry for entry in fitting if isinstance(entry[1], Plan) and not entry[1].guesses]
        fitting = _surest(fitting)
        if refusal and not any(isinstance(found, Plan) and not found.guesses for _, found in fitting):
            raise refusal
        if len(fitting) > 1:
            raise Choice("table", words, tuple(table.name for table, _ in fitting))
        if fitting:
            found = fitting[0][1]
            if isinstance(found, Choice):
                raise found
            return found
    raise first or Unclear(_no_tables(language))


def _surest(fitting: list[tuple[TableInfo, Plan | Choice]]) -> list[tuple[TableInfo, Plan | Choice]]:
    """Those in which the fewest words had to be guessed at."""
    guesses = [found.guesses if isinstance(found, Plan) else 1 for _, found in fitting]
    return [entry for entry, number in zip(fitting, guesses, strict=True) if number == min(guesses)]


def _no_tables(language: Language) -> str:
    if language == "zh":
        return "内核里还没有表。请先创建一个 DataFrame，再从它所在的笔记本提问。"
    return "There is no table in this kernel yet. Make a DataFrame, or ask from the notebook that has one."


def _for_all(problem: Unclear, candidates: Sequence[TableInfo], scene: Scene) -> Unclear:
    if not isinstance(problem, NoColumn) or len(candidates) == 1 or FUNCTION_WORDS.search(problem.phrase):
        return problem
    names = ", ".join(f"`{table.name}`" for table in candidates[:20])
    return Unclear(
        scene.say(
            f"No table here has a column like “{problem.phrase}”. The tables are {names}; name one with `@`.",
            f"没有哪个表有像“{problem.phrase}”的列。现有的表：{names}；可以用 `@` 指明一个。",
        )
    )


def _is_named(table: TableInfo, words: str) -> bool:
    return any(name.casefold() == table.name.casefold() for name in _MENTION.findall(words))


def _candidates(
    ask: Ask, tables: Sequence[TableInfo], words: str, language: Language, choices: Mapping[str, str]
) -> list[list[TableInfo]]:
    """The tables to try, those that are named first."""
    if chosen := [table for table in tables if table.name == choices.get("")]:
        return [chosen]
    by_name = {table.name.casefold(): table for table in tables}
    mentions = [name for name in _MENTION.findall(words) if name.casefold() not in _NOT_A_TABLE]
    if mentions:
        named = [by_name[name.casefold()] for name in mentions if name.casefold() in by_name]
        if not named:
            raise Unclear(_unknown_table(mentions[0], tables, language))
        return [list(dict.fromkeys(named))]
    result = re.search(r"(?<!\w)_?q(\d+)(?!\w)", words)
    if result and (name := f"_q{result[1]}") in by_name:
        return [[by_name[name]]]
    own = [table for table in tables if not table.is_result] or list(tables)
    worded = _worded(ask, own)
    return [worded, own] if worded else [own]


def _unknown_table(name: str, tables: Sequence[TableInfo], language: Language) -> str:
    names = ", ".join(f"`{table.name}`" for table in tables if not table.is_result)
    if not names:
        return _no_tables(language)
    if language == "zh":
        return f"没有名为 `{name}` 的表。现有的表：{names}。"
    return f"There is no table `{name}`. The tables are {names}."


def _worded(ask: Ask, tables: Sequence[TableInfo]) -> list[TableInfo]:
    """The tables whose names stand in the phrases of an ask."""
    phrases = [ask.of, ask.entity, ask.order, ask.against, *ask.by, *(clause.phrase for clause in ask.clauses)]
    if ask.nested is not None:
        return _worded(ask.nested, tables)
    scene = Scene(TableInfo(""), tables)
    names = [item.text for phrase in phrases if phrase for item in tag(phrase, scene) if item.kind == "table"]
    found = [table_meant(name, tables) for name in names]
    return list(dict.fromkeys(table for table in found if table is not None))
