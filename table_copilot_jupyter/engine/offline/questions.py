"""English questions turned round into the order that the readers know.

"On which island are the penguins heaviest?" becomes "which island has the heaviest penguins", "In 2007, how many …"
becomes "how many … in 2007".
"""

from __future__ import annotations

from typing import Final

from .clauses import ADJECTIVE, MEASURE, pattern

_OPENING: Final = pattern(
    r"(?P<opening>(?:in|on|for|of|at|among|during|since|before|after|between|from|within) [^,]{1,60}), ?"
    r"(?P<rest>(?:(?:in|on|for|at|during) )?"
    rf"(?:which|what|how|who|show|list|give|count|plot|draw|the|top|{MEASURE})\b.+)"
)
_VERB: Final = r"(?:is|are|was|were|do|does|did|has|have|had)"
_IN_WHICH: Final = pattern(
    rf"(?:in|on|at|for|during) (?P<which>(?:which|what) .+?) {_VERB} (?:the )?(?P<of>(?!the\b).+?) (?:the )?"
    rf"(?P<adjective>{ADJECTIVE})(?P<rest> .+)?"
)
_IN_HOW_MANY: Final = pattern(rf"(?:in|on|at|for|during) (?P<many>how many .+?) {_VERB} (?:the |there )?(?P<so>.+)")
_HOW_MUCH: Final = pattern(
    rf"how much (?!{_VERB}\b|more\b|less\b)(?P<of>.+?) {_VERB} (?:there\b ?)?(?!(?:you|i|we|they|it|he|she)\b)"
    r"(?P<who>.*?) ?(?:have|had|get|got|fall|produce|generate|consume|use|spend|sell)?"
    r"(?P<rest> ?(?:in|on|during|between|since|before|after|by|per|for)\b.+)?"
)
_OFTEN: Final = pattern(
    r"which (?P<entity>.+?) (?:occurs?|appears?|comes? up|is found|is seen) (?:the )?(?P<end>most|least) "
    r"(?:often|frequently)(?P<rest> .+)?"
)


def turned(text: str) -> str:
    """A question in the usual order, any other sentence as it is."""
    opening, rest = "", text
    if match := _OPENING.fullmatch(text):
        opening, rest = f" {match['opening']}", match["rest"]
    if match := _OFTEN.fullmatch(rest):
        return f"which {match['entity']} is the {match['end']} common{match['rest'] or ''}{opening}"
    if match := _IN_WHICH.fullmatch(rest):
        return f"{match['which']} has the {match['adjective']} {match['of']}{match['rest'] or ''}{opening}"
    if match := _IN_HOW_MANY.fullmatch(rest):
        return f"{match['many']}{opening} where {match['so']}"
    if match := _HOW_MUCH.fullmatch(rest):
        of = f" of {match['who']}" if match["who"] else ""
        return f"total {match['of']}{of} {(match['rest'] or '').strip()}{opening}".strip()
    return f"{rest}{opening}"
