"""English sentences that ask for a chart: "histogram of body mass", "plot average price by city as a bar chart"."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .asks import Ask, Chart
from .clauses import clauses, groups_in, pattern
from .english import aggregate
from .english_counts import count
from .english_ranks import top

_KINDS: Final[dict[str, Chart]] = {
    "histogram": "histogram",
    "distribution": "histogram",
    "bar": "bar",
    "column": "bar",
    "line": "line",
    "time": "line",
    "scatter": "scatter",
    "box": "box",
    "pie": "pie",
}
_CHART = (
    r"(?:(?P<kind{n}>histogram|distribution|(?:(?:bar|column|line|time series|scatter|box|pie)"
    r"(?= ?-?(?:and[- ]whisker)? ?(?:chart|plot|graph|"
    r"diagram))|scatterplot|boxplot|barplot|barchart))(?: ?-?(?:and[- ]whisker)? ?(?:charts?|plots?|graphs?"
    r"|diagrams?))?"
    r"|(?:charts?|plots?|graphs?|diagrams?))"
)
_PLOT = pattern(
    r"(?:plot|chart|graph|visuali[sz]e|sketch)(?: me)?(?: out)?(?:(?: an?| the)? "
    + _CHART.format(n=1)
    + r"(?= of| for| showing| with|$))?(?: of| for| showing| with)?(?: (?P<rest>.+))?"
)
_MAKE = pattern(
    r"(?:draw|make|create|show|display|give|produce|generate|build|can i see|let me see)(?: me)?"
    r"(?: an?| the)? " + _CHART.format(n=1) + r"(?:,? ?(?:of|for|showing|with|that shows|from))?(?: (?P<rest>.+))?"
)
_NOUN = pattern(r"(?:an? |the )?" + _CHART.format(n=1) + r" (?:of|for|showing) (?P<rest>.+)")
_AS = pattern(r"^(?P<rest>.+?)(?: (?:as|in|using|with|on)(?: an?)?| as) " + _CHART.format(n=2) + r"$")
_COLOUR = pattern(
    r",? ?(?:and )?(?:colou?red|colou?r(?:ed)?|coded|hued?|shaded) (?:it |them )?by(?: the)? (?P<colour>.+)$"
)
_REFERS = pattern(
    r"(?:it|this|that|these|them|those|(?:the |this |that )?(?:last |previous )?"
    r"(?:result|results|table|query)|_?q(?P<number>\d+))"
)
_VERSUS = pattern(r"(?P<a>.+?) (?:vs\.?|versus|against|as a function of|over(?! time)) (?P<b>.+)")
_COUNTS = pattern(r"(?:the )?(?:number|count|counts|frequency) .*|how many .*")


def plot(text: str) -> Ask | None:
    """``plot body mass by island``; ``nested`` is what has to be computed first."""
    kind, rest = "", ""
    if not (match := _MAKE.fullmatch(text) or _PLOT.fullmatch(text) or _NOUN.fullmatch(text)):
        return None
    kind, rest = match["kind1"] or "", match["rest"] or ""
    if found := _AS.fullmatch(rest):
        kind, rest = found["kind2"] or kind, found["rest"]
    colour = ""
    if found := _COLOUR.search(rest):
        rest, colour = rest[: found.start()], found["colour"]
    return chart_of(rest.strip(), _kind(kind), colour)


def _kind(words: str) -> Chart:
    return next((kind for word, kind in _KINDS.items() if words.lower().startswith(word)), "")


def chart_of(rest: str, kind: Chart, colour: str) -> Ask | None:
    if not rest or (refers := _REFERS.fullmatch(rest)):
        if not rest:
            return None
        return Ask(
            "plot", of=f"q{refers['number']}" if refers and refers["number"] else "", chart=kind, position="last"
        )
    if nested := _nested(rest):
        return Ask("plot", chart=kind, colour=colour, nested=nested)
    head, parts = clauses(rest)
    by, others = groups_in(parts)
    if match := _VERSUS.fullmatch(rest):
        against, tail = clauses(match["b"])
        more, others = groups_in(tail)
        return Ask(
            "plot",
            of=match["a"],
            against=against,
            clauses=others,
            chart=kind or "scatter",
            colour=colour or " ".join(more[:1]),
        )
    if kind == "scatter" and not by and (both := pattern(r"(?P<a>.+?) and (?P<b>.+)").fullmatch(head)):
        return Ask("plot", of=both["a"], against=both["b"], clauses=others, chart=kind, colour=colour)
    if not head and others:
        head, others = others[0].phrase, others[1:]
    return Ask("plot", of=head, by=by, clauses=others, chart=kind, colour=colour)


def _nested(rest: str) -> Ask | None:
    """What the sentence wants computed before it is drawn."""
    if _COUNTS.fullmatch(rest):
        return count(rest)
    if (ask := top(rest)) and (ask.order or any(ask.hints)):
        return replace(ask, limit=ask.limit or 10)
    if (ask := aggregate(rest)) and ask.by:
        return ask
    return None
