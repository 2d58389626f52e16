"""A message as the requests in it, for the offline model.

A message is cut at "and", ";", "然后" and the like, but only where the next piece is a request by
itself, and never within quotes: "buy milk and bread" stays one todo. What is no request about
todos, reminders or questions may be one about tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal

from .asks import TableRequest
from .clauses import ADJECTIVE
from .fields import Request
from .rules import LOOSE_RULES, RULES
from .specials import whole_message
from .tables_rules import begins_request, leading_table, table_request

Tables = Literal["none", "likely", "any"]
"""Which sentences are taken for ones about tables: none, those that sound so, or all that could be."""

LONGEST: Final = 2000
"""A longer message is no request to the offline model; reading it would only take time."""
LONGEST_LEAD: Final = 80
"""More words than these before the first request, and the message is a text about something else."""
MOST_PIECES: Final = 40

_MENTION = re.compile(r"^\s*@[A-Za-z][A-Za-z0-9_-]*[\s,:，：]*")
_POLITE = re.compile(
    r"^(?:(?:please|pls|hey|hi|hello|ok|okay|now|also|then|copilot|and)\b[,!:]?\s*|(?:can|could|would|will)\s+you\s+|"
    r"i(?:['’]d|\s+would)\s+like\s+(?:you\s+)?to\s+|i\s+want\s+(?:you\s+)?to\s+|let['’]?s\s+|help\s+me\s+(?:to\s+)?|"
    r"(?:请问|请|麻烦你?|帮我|给我|能不能|可以|你好|然后|并且|另外|再(?=[添加新提]))[，,\s]*(?=\S))+",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:[\s,，]+(?:please|for\s+me)|[,，.。!！?？]\s*(?:thanks|thank\s+you|谢谢)(?:\s+(?:a\s+lot|very\s+much|so\s+much))?"
    r"|[，,]?(?:好吗|可以吗))?[\s.。!！?？;；]*$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?P<hard>\s*[;；\n]\s*|\s*[,，]?\s*(?:然后|接着|并且|同时)\s*|[,，.。]?\s+(?:and\s+)?then\s+)"
    r"|[,，。.?？]?\s+and\s+|[,，。？]\s*|[.?!]\s+",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[?!。？！])|(?<=\.)\s")
_AFTERTHOUGHT = re.compile(
    rf"[.?!;,]\s*(?:and\s+how\s+(?:often|many\s+times)|(?:the\s+)?(?:one\s+with\s+the\s+)?(?:{ADJECTIVE}|best|worst)"
    r"(?:\s+ones?)?\s+first)[\s.?!]*$",
    re.IGNORECASE,
)
"""In which order the answer is wanted, and that its count is: so it is told anyway."""
_OPENING = re.compile(
    r"(?:in|on|for|of|at|among|during|since|before|after|between|from|within)\s.{1,60}"
    r"|在.{1,40}|.{0,40}(?:[中里内间年月时]|以来|以后|之后|以前|之前|来说|来看)",
    re.IGNORECASE,
)
"""What a question can begin with before a comma: "in 2007", "2007 年"."""
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」")


def plain(text: str) -> str:
    """A message without mention, polite words and closing punctuation."""
    return _polished(without_mention(text))


def _polished(text: str) -> str:
    text = _POLITE.sub("", text)
    closing = _CLOSING.search(text)
    return text[: closing.start()].strip() if closing else text.strip()


def without_mention(text: str) -> str:
    return _MENTION.sub("", text, count=1).strip()


@dataclass
class _Group:
    """Pieces that belong together: the ``head`` by itself, and all ``words``."""

    head: str
    words: str
    alone: bool
    table: str = ""

    def requests(self, tables: Tables) -> list[Request | TableRequest]:
        found: list[Request | TableRequest] = []
        found += _read(self.words, alone=self.alone) or _read(self.head, alone=self.alone)
        return found or self.about_tables(tables)

    def about_tables(self, tables: Tables) -> list[Request | TableRequest]:
        if tables == "none":
            return []
        for words in dict.fromkeys((self.words, _SENTENCE_END.split(self.words, maxsplit=1)[0])):
            if request := table_request(f"{self.table} {_polished(words)}".strip(), anything=tables == "any"):
                return [request]
        return []


def requests_in(text: str, tables: Tables = "none") -> list[Request | TableRequest]:
    """The requests of a message, each once, in its order; empty when it holds none."""
    if tables != "none" and whole_message(text) and (whole := table_request(text)):
        return [whole]
    if len(text) > LONGEST:
        return []
    groups: list[_Group] = []
    if tables != "none":
        text = _AFTERTHOUGHT.sub("", text)
    for separator, piece, alone in _pieces(without_mention(text)):
        if not groups:
            groups.append(_Group(piece, piece, alone, leading_table(text)))
        elif _read(piece, alone=alone) or _begins(piece, separator, alone, groups[-1], tables):
            groups.append(_Group(piece, piece, alone))
        else:  # the piece belongs to the one before it
            groups[-1].words += separator + piece
    found = [group.requests(tables) for group in groups]
    if found and not found[0] and len(groups[0].words) > LONGEST_LEAD:
        return []
    return list({repr(_key(request)): request for here in found for request in here}.values())


def _begins(piece: str, separator: str, alone: bool, before: _Group, tables: Tables) -> bool:
    """Whether a piece begins a request about tables."""
    if tables == "none":
        return False
    read = _read(before.words, alone=before.alone)
    if not read and separator.strip() in (",", "，") and _OPENING.fullmatch(_polished(before.words)):
        return False
    about_tables = not read and before.about_tables(tables)
    words = _polished(before.words) if about_tables else ""
    return begins_request(_polished(piece), separator, alone=alone, before=words)


def _key(request: Request | TableRequest) -> tuple[str, object]:
    return ("", request.words) if isinstance(request, TableRequest) else (request.tool, request.arguments)


def _pieces(text: str) -> Iterator[tuple[str, str, bool]]:
    """(separator before it, piece, whether it stands by itself), never cut within quotes."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    start, separator, alone = 0, "", True
    for cut in islice(_CUT.finditer(text), MOST_PIECES):
        if cut.start() == 0 or cut.end() == len(text) or any(a < cut.end() and cut.start() < b for a, b in quoted):
            continue
        yield separator, text[start : cut.start()], alone
        start, separator, alone = cut.end(), cut.group(), cut["hard"] is not None
    yield separator, text[start:], alone


def _read(piece: str, *, alone: bool) -> list[Request]:
    """The requests that a piece makes by the first rule that matches it."""
    words = plain(piece)
    for language, rules in (*RULES, *(LOOSE_RULES if alone else ())):
        for rule in rules:
            match = rule.pattern.fullmatch(words)
            if match and (built := list(rule.build(match))):
                return [replace(request, language=language, words=request.words or words) for request in built]
    return []
