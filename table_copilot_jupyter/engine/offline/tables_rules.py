"""Which sentences are about tables, and what they ask for: English and Chinese, with or without knowing the tables.

``read`` turns a sentence into an ask. Without tables it only decides whether a sentence is about some table at all, so
it is careful: "show me the way" is not. With tables it also knows which words are names, even where a name has words
in it that begin a clause elsewhere ("gdp *per* capita").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from .asks import Ask, TableRequest
from .chinese_plots import read_chinese
from .clauses import MEASURE, clauses, groups_in
from .english import aggregate, columns, describe, rows
from .english_counts import correlation, count, distinct, missing, share
from .english_plots import plot
from .english_ranks import extreme, top
from .fields import words
from .names import SURE, TableInfo, likeness
from .questions import turned
from .specials import fixed_wish, whole_message

LONGEST: Final = 400
"""A longer sentence is none about tables."""

_READERS: Final[tuple[Callable[[str], Ask | None], ...]] = (
    columns, plot, missing, correlation, distinct, share, extreme, top, count, aggregate, describe, rows,
)  # fmt: skip
_AGENTS: Final = r"(?:copilot|analyst|planner)(?!\w)"
_ADDRESS: Final = re.compile(rf"^\s*@{_AGENTS}[\s,:，：、]*", re.IGNORECASE)
_LEADING_TABLE: Final = re.compile(r"^\s*@[^\W\d]\w*(?:\s*[:：,，]\s*|\s+|(?=[\u4e00-\u9fff]))(?=\S)")
MENTION: Final = re.compile(rf"(?<![\w@./])@(?!{_AGENTS})[^\W\d]\w*", re.IGNORECASE)
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_UNQUOTED: Final = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”|'[^']*'")
_REFERS: Final = re.compile(
    r"(?:plot|chart|draw|graph|visuali[sz]e)\b.{0,20}\b(?:it|this|that|them|these|those|result|results)\b"
    r"|(?:画|绘制|可视化)(?:出来|一下|成图|\S{0,6}(?:它|这个|这些|结果))|(?:把|将)(?:它|这个|结果).*图",
    re.IGNORECASE,
)


def read(words: str, tables: Sequence[TableInfo] = (), *, anything: bool = False) -> Ask | None:
    """What a sentence asks for, None where it asks for nothing about tables. ``anything``: it is about a table."""
    if special := whole_message(words):
        return special
    if len(words) > LONGEST:
        return None
    words = _ADDRESS.sub("", words).strip()
    named = MENTION.fullmatch(words.rstrip(" ?？.。!！"))
    if named:
        return Ask("describe")
    text = _LEADING_TABLE.sub("", words)
    if special := fixed_wish(text.rstrip(" ?？.。!！")):
        return special
    text = _with_names(text, tables)
    ask = read_chinese(text) if _CHINESE.search(text) else None
    if ask is None and not _CHINESE.search(_UNQUOTED.sub("", text)):
        ask = _read_english(re.sub(r"[\s?？.。!！,;]+$", "", text), known=anything or bool(tables))
    if ask is not None and (anything or tables or MENTION.search(words) or _is_plausible(ask, words)):
        return ask
    return None


def _read_english(text: str, *, known: bool) -> Ask | None:
    text = turned(text)
    for reader in _READERS:
        if ask := reader(text):
            return ask
    head, parts = clauses(text)
    by, rest = groups_in(parts)
    several = re.search(r"s$|people$|men$|children$", head, re.IGNORECASE)
    if by and several and len(head.split()) == 1 and (known or "@" in text):  # "penguins per island"
        return Ask("count", of=head, by=by, clauses=rest)
    return None


# --- names ------------------------------------------------------------------------------------------

_MARKERS: Final = words("of per by in on for from at with and to since between over")
_RUN: Final = re.compile(r"`[^`]*`|\"[^\"]*\"|[A-Za-z0-9_]+(?: [A-Za-z0-9_]+)+")


def _with_names(text: str, tables: Sequence[TableInfo]) -> str:
    """``text`` with backticks around the names in it that would be cut apart otherwise."""
    names = [column.name for table in tables for column in table.columns]
    chinese = sorted({name for name in (*names, *(t.name for t in tables)) if _CHINESE.search(name) and len(name) > 1})
    for name in sorted(chinese, key=len, reverse=True):
        text = re.sub(rf"(?<![`\u4e00-\u9fff]){re.escape(name)}|(?<!`){re.escape(name)}(?!`)", f"`{name}`", text)
    several = [name for name in dict.fromkeys(names) if re.search(r"[a-z][A-Z]|[\W_]", name)]
    return (
        _RUN.sub(lambda run: run.group() if run.group()[0] in '`"' else _quoted(run.group(), several), text)
        if several
        else text
    )


def _quoted(run: str, names: Sequence[str]) -> str:
    words = run.split(" ")
    at = 0
    while at < len(words):
        for end in range(min(len(words), at + 6), at + 1, -1):
            part = words[at:end]
            phrase = " ".join(part)
            inner = {word.lower() for word in part[1:-1]} | {word.lower() for word in part if len(part) == 2}
            if inner & _MARKERS and any(likeness(phrase, name, loose=False) >= SURE for name in names):
                words[at:end] = [f"`{phrase}`"]
                break
        at += 1
    return " ".join(words)


# --- without tables ----------------------------------------------------------------------------------

_TABULAR: Final = re.compile(
    r"[A-Za-z]\w*_\w+|\b(?:rows?|records?|entries|observations|data|tables?|data ?frames?|data ?sets?"
    r"|columns?)\b|[<>=≥≤]|"
    r"\b(?:sorted|ordered|ranked) by\b|\b(?:over|under|above|below|at least|at most|more than|less than|than"
    r"|between|is|are) [\d$“\"']|\b(?:where|whose)\b|"
    r"行|列|表|数据|记录|大于|小于|超过|低于|等于|之间",
    re.IGNORECASE,
)
_NO_DATA: Final = re.compile(
    r".*\b(?:your\w*|you|me|us|our|him|her)\b.*|(?:the |a |my )?(?:it|life|love|time|help|everything"
    r"|something|nothing|anything|"
    r"conversation|session|chat|weather|joke|commands?|tools?|agents?|options?|things?|features?|settings?"
    r"|models?|todos?|"
    r"reminders?|tasks?)",
    re.IGNORECASE,
)


def _is_plausible(ask: Ask, words: str) -> bool:
    """Whether a sentence that could be about anything is about a table."""
    subject = " ".join(filter(None, (ask.of, ask.entity)))
    about_nothing = _NO_DATA.fullmatch(subject) is not None
    if ask.kind in ("missing", "correlation", "columns", "top", "share"):
        return True
    if ask.kind in ("count", "distinct", "extreme", "aggregate"):
        return not about_nothing and not re.match(r"to \d|down|from", subject)
    if ask.kind == "describe":
        return not about_nothing and len(subject.split()) <= 5
    if ask.kind == "plot":
        return not re.match(r"(?:a |the )?(?:conclusion|line|map|attention|breath)\b", subject)
    bare = re.fullmatch(r"(?:show|display|preview|print)(?: me)? [\w.]*[A-Z_\d]?\w*s", words.strip()) is not None
    return not about_nothing and bool(_TABULAR.search(words) or bare or (ask.position and ask.limit))


# --- pieces of a message -----------------------------------------------------------------------------

_QUESTION: Final = re.compile(
    r"(?:how many|how much|what(?:['’]s| is| are)|which|who has|@[^\W\d]\w*)\b|(?:哪|有多少|有几|多少)", re.IGNORECASE
)
_BEGINS: Final = re.compile(
    r"(?:plot|chart|draw|graph|visuali[sz]e|show|list|describe|summari[sz]e|count|run|explain|calculate"
    r"|compute|give|find|make|"
    r"histogram|scatter)\b|(?:画|绘制|描述|显示|列出|统计|计算|查看|解释|按|每|各)",
    re.IGNORECASE,
)


_MEASURED: Final = re.compile(rf"(?:the )?{MEASURE} \S", re.IGNORECASE)


def begins_request(piece: str, separator: str, *, alone: bool, before: str) -> bool:
    """Whether a piece of a message after ``separator`` is a request about tables of its own.

    ``before``: the request about tables that it follows, "" where it follows none. After "and" or a comma only a
    question is one, or what begins with a verb and follows another: "add a todo: draft the mail and plot the results"
    is one todo, "mean and median of body mass" one question.
    """
    if re.search(r"并且|而且|同时", separator):
        alone = False
    sentence_ends = re.search(r"[.。?？!！]\s*$", separator) is not None
    begins = (
        alone
        or _QUESTION.match(piece)
        or ((before or sentence_ends) and _BEGINS.match(piece))
        or (before and (sentence_ends or (_QUESTION.match(before) and _MEASURED.match(piece))))
    )
    return bool(begins) and read(piece) is not None


def table_request(words: str, *, anything: bool = False) -> TableRequest | None:
    """The request that some words make, if it is one about tables.

    ``anything``: also where they could be about something else, for an agent that knows nothing but tables.
    """
    words = _ADDRESS.sub("", words).strip()
    if not words or read(words, anything=anything) is None:
        return None
    plain = re.sub(r"`[^`]*`|\"[^\"]*\"|```.*?```", "", words, flags=re.DOTALL)
    chinese = _CHINESE.search(plain) is not None and read_chinese(words) is not None
    chinese = chinese or (
        _CHINESE.search(plain) is not None and len(_CHINESE.findall(plain)) >= len(re.findall(r"[A-Za-z]+", plain))
    )
    return TableRequest(words, "zh" if chinese else "en", refers=_REFERS.match(words) is not None)


def leading_table(message: str) -> str:
    """The ``@name`` that a message begins with, if it is no agent's."""
    found = MENTION.match(message.lstrip())
    return found.group() if found else ""
