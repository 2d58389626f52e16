"""A message as the requests in it, for the offline model.

A message is cut at "and", ";", "然后" and the like, but only where the next piece is a request by
itself, and never within quotes: "buy milk and bread" stays one todo.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final

from .offline_fields import Request
from .offline_rules import LOOSE_RULES, RULES

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
    r"(?:[\s,，]+(?:please|for\s+me)|[,，.。!！]\s*(?:thanks|thank\s+you|谢谢)|[，,]?(?:好吗|可以吗))?[\s.。!！?？;；]*$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"(?P<hard>\s*[;；\n]\s*|\s*[,，]?\s*(?:然后|接着|并且|同时)\s*|[,，.。]?\s+(?:and\s+)?then\s+)"
    r"|[,，。.]?\s+and\s+|[,，。]\s*|\.\s+",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|「[^」\n]*」")


def plain(text: str) -> str:
    """A message without mention, polite words and closing punctuation."""
    text = _POLITE.sub("", without_mention(text))
    closing = _CLOSING.search(text)
    return text[: closing.start()].strip() if closing else text.strip()


def without_mention(text: str) -> str:
    return _MENTION.sub("", text, count=1).strip()


def requests_in(text: str) -> list[Request]:
    """The requests of a message, each once, in its order; empty when it holds none."""
    if len(text) > LONGEST:
        return []
    groups: list[tuple[str, str, bool]] = []  # first piece, all of it, whether it stands by itself
    for separator, piece, alone in _pieces(without_mention(text)):
        if not groups or _read(piece, alone=alone):
            groups.append((piece, piece, alone))
        else:  # the piece belongs to the one before it
            head, words, first = groups[-1]
            groups[-1] = (head, words + separator + piece, first)
    found = [_read(words, alone=alone) or _read(head, alone=alone) for head, words, alone in groups]
    if found and not found[0] and len(groups[0][1]) > LONGEST_LEAD:
        return []
    return list({(request.tool, repr(request.arguments)): request for here in found for request in here}.values())


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
