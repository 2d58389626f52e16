"""English sentences that ask for measures, rows and descriptions. A reader returns None for another kind's sentence."""

from __future__ import annotations

import re
from dataclasses import replace

from .asks import MEASURES, Ask, Clause, Direction, Measure, number_said
from .clauses import LEAD, MEASURE, ON_AVERAGE, ROWS, N, clauses, groups_in, pattern, rejoined
from .function_words import FUNCTION_WORDS

# --- measures ---------------------------------------------------------------------------------------

_MEASURES = rf"{MEASURE}(?:(?: ?, ?(?:and )?| and | & | ?/ ?)(?:the )?{MEASURE})*"
_AGGREGATE = pattern(rf"{LEAD}(?P<measures>{_MEASURES})(?: values?)?(?: (?P<of>.+))?")
_AFTERWARDS = pattern(rf"{LEAD}(?P<of>.+?) (?P<measures>{_MEASURES})")
_RANGE = pattern(rf"{LEAD}range(?: of values)?")
_HOW_MUCH = pattern(
    r"how (?P<word>heavy|long|tall|old|deep|wide|expensive|fast|hot|warm|cold) (?:is|are|was|were)"
    r"(?: the)?(?: (?P<of>.+))?"
)
_HOW_HINTS = {
    "heavy": ("mass", "weight"),
    "long": ("length", "duration"),
    "tall": ("height",),
    "old": ("age",),
    "deep": ("depth",),
    "wide": ("width",),
    "expensive": ("price", "cost", "fare"),
    "fast": ("speed",),
    "hot": ("temperature",),
    "warm": ("temperature",),
    "cold": ("temperature",),
}


def aggregate(text: str) -> Ask | None:
    """``average body mass by island``, ``min and max of price``, ``how heavy are penguins on average``."""
    average = ON_AVERAGE.search(text)
    head, parts = clauses(ON_AVERAGE.sub("", text))
    by, rest = groups_in(parts)
    if average and (match := _HOW_MUCH.fullmatch(head)):
        return Ask(
            "aggregate",
            of=match["of"] or "",
            measures=("mean",),
            by=by,
            clauses=rest,
            hints=_HOW_HINTS[match["word"].lower()],
        )
    if _RANGE.fullmatch(head):
        measures: tuple[Measure, ...] = ("min", "max")
        of = ""
    elif match := _AGGREGATE.fullmatch(head) or _AFTERWARDS.fullmatch(head):
        found = re.findall(rf"\b{MEASURE}\b", match["measures"].lower())
        measures = tuple(dict.fromkeys(MEASURES[word] for word in found))
        of = match["of"] or ""
    else:
        return None
    if FUNCTION_WORDS.fullmatch(of):
        return None
    if of.lower() in ("value", "values"):
        of = ""
    if not of and rest and rest[0].marker in ("of", "for", "in"):
        of, rest = rest[0].phrase, rest[1:]
    return Ask("aggregate", of=of, measures=measures, by=by, clauses=rest)


_SORTED = pattern(
    r",? ?(?:sorted|ordered|ranked|sort|order|rank)(?: them| it)? by (?P<order>.+?)(?:,? "
    r"(?:in )?(?P<way>asc(?:ending)?|desc(?:ending)?)(?: order)?)?$"
)
# --- rows and descriptions --------------------------------------------------------------------------

_SHOW = (
    r"(?:show|display|print|list|give|get|see|view|preview|find|fetch|return|select|filter|look at|pull"
    r"(?: up)?|let me see|extract)"
)
_ROWS_OF = pattern(
    rf"(?:(?:{_SHOW})(?: me)?(?: just| only)? |what (?:is|are|was|were) )?(?:the )?"
    rf"(?P<position>first|last|top|random|a random sample of|a sample of|sample of|some random)?"
    rf"(?: ?(?P<n>{N}))?(?: ?random(?P<random>))? ?(?P<of>{ROWS}|.*?)"
)
_HEAD = pattern(
    r"(?P<end>head|tail|sample)(?: ?\( ?(?P<n>\d*) ?\))?|(?:show |print |display |get )?(?:me )?"
    r"(?:the )?(?P<end2>head|tail|sample)"
)
_METHOD = pattern(
    r"@?(?P<table>[^\W\d]\w*)\.(?P<end>head|tail|sample|describe|info|shape|columns|dtypes)(?: ?\( ?"
    r"(?:n ?= ?)?(?P<n>\d*) ?\))?"
)
_WHICH_ROWS = pattern(r"(?:which|what) (?P<of>.+?) (?P<verb>have|has|had|are|is|were|was|weigh|cost|live) (?P<rest>.+)")


_BARE = pattern(rf"(?:{_SHOW}(?: me)? )?(?:all )?(?:the )?(?P<left>.*)")
_COMPARED = pattern(
    rf"(?:{_SHOW}(?: me)? )?(?:all )?(?:the )?(?P<condition>\S.*? ?(?:[<>=≥≤]|(?:over|under|above|below|at "
    rf"least|at most|"
    r"more than|less than|greater than|lower than) (?=[\d$])).+)"
)


def rows(text: str) -> Ask | None:
    """``first 5 rows of penguins``, ``penguins with bill_length_mm over 50``, ``penguins.head()``."""
    if match := _METHOD.fullmatch(text):
        where = (Clause("of", f"@{match['table']}"),)
        end = match["end"].lower()
        if end in ("describe", "info", "dtypes"):
            return Ask("describe", clauses=where)
        if end in ("shape", "columns"):
            return Ask("columns", clauses=where)
        return _some_rows("", where, end, match["n"])
    order = ""
    direction: Direction = ""
    if found := _SORTED.search(text):
        order, way = found["order"], (found["way"] or "").lower()
        direction = "desc" if way.startswith("desc") else "asc"
        text = text[: found.start()]
    head, parts = clauses(text)
    by, rest = groups_in(parts)
    if by:
        return None
    if match := _HEAD.fullmatch(head):
        return _some_rows("", rest, (match["end"] or match["end2"]).lower(), match["n"])
    if match := _WHICH_ROWS.fullmatch(head):
        verb = match["verb"].lower()
        phrase = f"{verb} {match['rest']}" if verb in ("weigh", "cost") else match["rest"]
        return Ask("rows", of=match["of"], clauses=rejoined((Clause("where", phrase), *rest)))
    if rest and rest[0].marker in ("between", "since", "before", "after", "until") and (match := _BARE.fullmatch(head)):
        rest = (Clause("where", f"{match['left']} {rest[0].phrase}".strip()), *rest[1:])
        return replace(Ask("rows", clauses=rest), order=order, direction=direction)
    if match := _COMPARED.fullmatch(head):  # "quantity over 10"
        return replace(
            Ask("rows", clauses=(Clause("where", match["condition"]), *rest)), order=order, direction=direction
        )
    if not (match := _ROWS_OF.fullmatch(head)):
        return None
    if not rest and not order and not re.match(_SHOW, head, re.IGNORECASE) and len(match["of"].split()) > 3:
        return None
    position = (match["position"] or "").lower()
    end = "sample" if "random" in position or "sample" in position or match["random"] is not None else position
    ask = _some_rows(match["of"], rest, end, match["n"] or "")
    return replace(ask, order=order, direction=direction)


def _some_rows(of: str, rest: tuple[Clause, ...], end: str, n: str | None) -> Ask:
    position = {"head": "first", "tail": "last", "sample": "random", "top": "first"}.get(end, end)
    limit = number_said(n) if n else 5 if position else None
    return Ask("rows", of=of, clauses=rest, limit=limit, position=position)  # type: ignore[arg-type]  # one of the three, or ""


_DESCRIBE = pattern(
    r"(?:describe|summari[sz]e|profile)(?: me)?(?: (?P<of>.+))?|"
    rf"{LEAD}(?:an? )?(?:(?:quick|short|brief) )?(?:overview|summary(?: statistics)?|description|statistics"
    rf"|stats|info(?:rmation)?|profile|schema|structure|types|dtypes)"
    r"|(?:tell me (?:more )?about|explore|inspect|what do you know about|what(?:['’]s| is)(?: inside)?"
    r"(?= in ))(?: (?P<of2>.+))?"
)
_ABOUT = re.compile(r"^(?:about|of|for)\s+", re.IGNORECASE)


def describe(text: str) -> Ask | None:
    """``describe penguins``, ``statistics of body_mass_g``."""
    head, parts = clauses(
        pattern(r" (?:about|regarding) ").sub(" of ", text) if not text.lower().startswith("tell") else text
    )
    by, rest = groups_in(parts)
    if not (match := _DESCRIBE.fullmatch(head)):
        return None
    of = match["of"] or match["of2"] or ""
    if not of and rest:
        of, rest = rest[0].phrase, rest[1:]
    if by:
        return Ask("aggregate", of=of, measures=("mean", "min", "max"), by=by, clauses=rest)
    return Ask("describe", of=_ABOUT.sub("", of), clauses=rest)


_COLUMNS = pattern(
    rf"(?:what|which)(?: are the)? (?:columns?|fields|variables|features|column names)(?: "
    rf"(?:are there|does (?P<table>.+?) have|has (?P<table2>.+?)|do (?:we|i) have|exist|are|there are))?"
    rf"|{LEAD}(?:names of (?:all )?(?:the )?)?(?:columns?|column names|fields|variables)(?: names)?"
)


def columns(text: str) -> Ask | None:
    """``what columns does penguins have``."""
    head, parts = clauses(text)
    if not (match := _COLUMNS.fullmatch(head)):
        return None
    table = match["table"] or match["table2"]
    return Ask("columns", clauses=((Clause("of", table),) if table else ()) + groups_in(parts)[1])
