"""English sentences that rank: "which island has the heaviest penguins", "top 5 countries by population"."""

from __future__ import annotations

from .asks import ADJECTIVES, HOW_MUCH, MEASURES, Ask, Clause, Direction, Measure, number_said
from .clauses import ADJECTIVE, GROUP, LEAD, MEASURE, ON_AVERAGE, N, clauses, groups_in, pattern

# --- which, what is the most ----------------------------------------------------------------------

_WHICH = pattern(
    rf"(?:who|(?:which|what) (?:(?P<n>{N}) )?(?P<entity>(?:(?!\b(?:is|are|has|have|had|was|were|with|the)\b).)+?)) "
    rf"(?:has|have|had|is|are|was|were|with|shows?|gets?|got|sells?|sold|make|makes|made|"
    rf"pays?|paid|spends?|spent|earns?|earned|scores?|scored|wins?|won)(?: had| been)?(?: by far)? "
    rf"(?:the )?(?:single )?(?P<adjective>most common|most frequent|least common|least frequent|rarest|{ADJECTIVE})"
    rf"(?: (?P<of>.+))?"
)
_WHAT_IS = pattern(
    rf"{LEAD}(?P<adjective>most common|most frequent|least common|(?!max|min){ADJECTIVE})(?! {N}\b| and\b) "
    rf"(?P<of>.+)"
)
_DOES = pattern(r"\b(?:pay|paid|spen[dt]|earn|make|made|s[eo]l[dl]|scor|wins?\b|won\b)")
_FREQUENT = pattern(r"(?:most|least) (?:common|frequent)|rarest")
_LEADING_MEASURE = pattern(rf"(?P<measure>{MEASURE})(?: of)?(?: the)? (?P<of>.+)")


def extreme(text: str) -> Ask | None:
    """``which island has the heaviest penguins``, ``the heaviest penguin``."""
    average = ON_AVERAGE.search(text)
    text = ON_AVERAGE.sub("", text)
    head, parts = clauses(text)
    limit = 1
    if match := _WHAT_IS.fullmatch(head):
        entity = ""
    elif match := _WHICH.fullmatch(head):
        entity = (match["entity"] or "rows").strip()
        limit = number_said(match["n"] or "1") or 1
    else:
        return None
    adjective = match["adjective"].lower()
    of = match["of"] or ""
    by, rest = groups_in(parts)
    if _FREQUENT.fullmatch(adjective):
        direction: Direction = "asc" if adjective.startswith(("least", "rarest")) else "desc"
        return Ask(
            "extreme", entity=entity or of, measures=("count",), by=by, clauses=rest, direction=direction, limit=limit
        )
    direction, hints = ADJECTIVES[adjective]
    measures: tuple[Measure, ...] = ("mean",) if average else ()
    if found := _LEADING_MEASURE.fullmatch(of):
        measures, of = (MEASURES[found["measure"].lower()],), found["of"]
    elif found := pattern(rf"(?P<measure>{MEASURE})").fullmatch(of):
        measures, of = (MEASURES[found["measure"].lower()],), ""
        if rest and rest[0].marker in ("of", "for"):
            of, rest = rest[0].phrase, rest[1:]
    elif found := pattern(r"(?:number|count)(?: of)?(?: (?P<of>.+))?").fullmatch(of):
        measures, of = ("count",), found["of"] or ""
    elif not of and rest and rest[0].marker == "of":
        of, rest = rest[0].phrase, rest[1:]
    if adjective in ("most", "fewest", "least") and not measures:
        hints = HOW_MUCH  # says "how many" or "how much" in all
        if not of and _DOES.search(head):
            return None  # "who spent the most": of what?
    return Ask(
        "extreme",
        of=of,
        measures=measures,
        by=by,
        clauses=rest,
        entity=entity,
        direction=direction,
        hints=hints,
        limit=limit,
    )


# --- the first of a ranking -----------------------------------------------------------------------

_TOP = pattern(rf"{LEAD}(?P<end>top|bottom|best|worst) (?P<n>{N})(?: (?P<of>.+))?")
_N_MOST = pattern(
    rf"(?:which (?:are )?)?{LEAD}(?:(?P<n>{N}) (?P<adjective>{ADJECTIVE})|(?P<adjective2>{ADJECTIVE}) "
    rf"(?P<n2>{N}))(?: (?P<of>.+))?"
)
_WITH_MOST = pattern(
    rf"(?P<all>.*?)(?:with|having|which have|that have) (?:the )?(?:(?P<n>{N}) "
    rf")?(?P<adjective>{ADJECTIVE})(?: (?P<n2>{N}))? (?P<order>.+)"
)


def top(text: str) -> Ask | None:
    """``top 5 countries by population``, ``the 3 heaviest penguins``, ``rows with the highest price``."""
    head, parts = clauses(text)
    by, rest = groups_in(parts)
    if match := _TOP.fullmatch(head):
        direction: Direction = "asc" if match["end"].lower() in ("bottom", "worst") else "desc"
        return _ranked(match["of"] or "", by, rest, direction, (), number_said(match["n"]))
    if match := _N_MOST.fullmatch(head):
        direction, hints = ADJECTIVES[(match["adjective"] or match["adjective2"]).lower()]
        return _ranked(match["of"] or "", by, rest, direction, hints, number_said(match["n"] or match["n2"]))
    if match := _WITH_MOST.fullmatch(text):
        head, parts = clauses(f"{match['all'].strip()} {GROUP} {match['order']}")
        by, rest = groups_in(parts)
        direction, hints = ADJECTIVES[match["adjective"].lower()]
        lead = pattern(rf"{LEAD}(?:which )?(?:(?P<n>{N}) )?(?P<of>.*)").fullmatch(head)
        count = match["n"] or match["n2"] or (lead["n"] if lead else None)
        return _ranked(lead["of"] if lead else head, by, rest, direction, hints, number_said(count) if count else None)
    return None


def _ranked(
    of: str,
    by: tuple[str, ...],
    rest: tuple[Clause, ...],
    direction: Direction,
    hints: tuple[str, ...],
    limit: int | None,
) -> Ask:
    order, measures = _measured(by[0]) if by else ("", ())
    if not of and rest and rest[0].marker == "of":
        of, rest = rest[0].phrase, rest[1:]
    return Ask(
        "top",
        of=of,
        measures=measures,
        by=by[1:],
        clauses=rest,
        order=order,
        direction=direction,
        hints=hints,
        limit=limit,
    )


def _measured(phrase: str) -> tuple[str, tuple[Measure, ...]]:
    """``average price`` as the price and its measure."""
    if found := _LEADING_MEASURE.fullmatch(phrase):
        return found["of"], (MEASURES[found["measure"].lower()],)
    if pattern(r"(?:the )?(?:number|count)(?: of .*)?|frequency|how (?:often|many).*|size").fullmatch(phrase):
        return "", ("count",)
    return phrase, ()
