"""An English sentence about tables, cut into its head and its clauses: "… of penguins | by island | where year = 2007".

Nothing is cut within quotes, and a condition is kept whole: "a bill length of at least 50" is one phrase although "of"
begins a clause elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from .asks import ADJECTIVES, COMPARATIVES, MEASURES, Clause
from .fields import words


def pattern(text: str) -> re.Pattern[str]:
    """A pattern in which a blank stands for any white space, and a blank with ``?`` for any or none."""
    return re.compile(text.replace(" ?", r"\s*").replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL)


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(filter(str.isascii, words), key=len, reverse=True)) + ")"


N: Final = r"(?:\d[\d,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty)"
ADJECTIVE: Final = _any(ADJECTIVES)
MEASURE: Final = _any(MEASURES)
ROWS: Final = r"(?:rows?|records?|entr(?:y|ies)|observations?|lines|data points|samples|cases)"
LEAD: Final = (
    r"(?:(?:so )?(?:what(?:['’]s| is| are| was| were)|tell me|give me|show me|show|list|get|find|calculate"
    r"|compute|work out|"
    r"determine|report|compare|i need|i want|do you know) )?(?:me )?(?:the |all |sample (?=standard))*"
)
"""What may stand before the thing that is asked for."""
ON_AVERAGE: Final = pattern(r",? on average|,? in the mean|,? typically")

GROUP: Final = "by"
"""The marker of what results are grouped by."""
CONDITIONS: Final = words("where with whose having that which who if when without")

_MARKER: Final = re.compile(
    r"`[^`]*`|\"[^\"]*\"|“[^”]*”|(?<!\w)'[^']*'(?!\w)|\([^()]*\)|"
    r"(?<![\w.])(?:(?P<group>(?:grouped|split|broken down|broken out|separated|separately|group) by|by|per|"
    r"(?:for|in|on|of|within|at) (?:each|every)(?: of the)?|across(?: the)?|"
    r"over(?: the)?(?= (?:time|years?|months?|weeks?|days?|dates?)(?!\w)))"
    r"|(?P<where>where|whose|with|without|having|(?<=\s)(?:that|which|who) (?:have|has|had|are|is|was|were"
    r"|weigh|live)|if|when)"
    rf"|(?P<compared>(?:{'|'.join(COMPARATIVES)}) than)"
    r"|(?P<plain>in|of|for|from|on|among|during|since|before|after|until|between|within))(?!\w)",
    re.IGNORECASE,
)
_COMPLETE: Final = re.compile(
    r"[=<>≥≤]\s*\S|(?<!\w)(?:is|are|was|were|equals?|equal to|than|over|under|above|below|least|most|contains?|"
    r"containing|starts? with|ends? with|exceeds|and|in) \S+$|(?<!\w)(?:missing|null|empty|known)$",
    re.IGNORECASE,
)
_UNFINISHED: Final = re.compile(
    r"(?:[=<>≥≤]|(?<!\w)(?:is|are|was|were|not|one|any|either|value|(?:start|end|begin)(?:s|ing|ning)?|out|equal|number"
    r"|at))\s*$",
    re.IGNORECASE,
)
_RANGE: Final = words("between since before after until during")


def clauses(text: str) -> tuple[str, tuple[Clause, ...]]:
    """(head, clauses in their order). The markers of groups are all ``by``; ``since 2007`` keeps its word."""
    cuts: list[tuple[str, int, int]] = []  # marker, where it stands, where its phrase begins
    marker, start = "", 0
    for found in _MARKER.finditer(text):
        kind = found.lastgroup
        if kind is None:
            continue
        word = found.group().lower()
        if _cuts(kind, word, marker, text[start : found.start()]):
            marker = GROUP if kind == "group" else word.split()[0]
            keeps = kind == "compared" or word in _RANGE or word == "without"
            marker = "where" if kind == "compared" else marker
            start = found.start() if keeps else found.end()
            cuts.append((marker, found.start(), start))
    ends = [*(at for _, at, _ in cuts[1:]), len(text)][: len(cuts)]
    parts = [
        Clause(marker, phrase)
        for (marker, _, begin), end in zip(cuts, ends, strict=True)
        if (phrase := _trimmed(text[begin:end]))
    ]
    return _trimmed(text[: cuts[0][1]] if cuts else text), tuple(parts)


def _cuts(kind: str, word: str, marker: str, before: str) -> bool:
    """Whether a marker begins a clause, after ``before`` in the clause that ``marker`` began."""
    if kind == "group":
        return not re.search(r"(?:sort|order|rank|follow|divid|multipli|start)(?:ed|ing)?\s*$", before, re.IGNORECASE)
    if _UNFINISHED.search(before):
        return False
    if marker in CONDITIONS:
        return bool(_COMPLETE.search(before.strip()))
    if word in _RANGE:
        return not marker or marker == GROUP
    return True


def _trimmed(text: str) -> str:
    return re.sub(r"(?:[\s,]+(?:and|or))?[\s,]*$", "", text).strip(" ,")


def groups_in(parts: tuple[Clause, ...]) -> tuple[tuple[str, ...], tuple[Clause, ...]]:
    """(what is grouped by, the other clauses)."""
    return tuple(part.phrase for part in parts if part.marker == GROUP), tuple(
        part for part in parts if part.marker != GROUP
    )


_CONTINUES: Final = pattern(rf"(?:at least|at most|over|under|more|less|{'|'.join(COMPARATIVES)})\b")


def rejoined(parts: tuple[Clause, ...]) -> tuple[Clause, ...]:
    """A condition that was cut because it did not look like one: "a bill length" + "of at least 50"."""
    first, *rest = parts
    if rest and first.marker == "where" and _CONTINUES.match(rest[0].phrase):
        return (Clause("where", f"{first.phrase} {rest[0].phrase}"), *rest[1:])
    return parts
