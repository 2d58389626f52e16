"""What a sentence about tables asks for, before anybody knows which tables there are.

``Ask`` holds the user's own words, sorted: what is wanted of what, by which groups, where. Which tables and columns
these words mean, ``plans`` finds out from what ``list_tables`` returned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ...language import Language

Kind = Literal[
    "tables", "error", "sql", "code", "columns", "describe", "count", "distinct", "missing", "correlation",
    "aggregate", "share", "extreme", "top", "rows", "plot",
]  # fmt: skip
Measure = Literal["mean", "median", "sum", "min", "max", "std", "var", "share", "count"]
Direction = Literal["", "asc", "desc"]
Chart = Literal["", "histogram", "bar", "line", "scatter", "box", "pie"]


@dataclass(frozen=True)
class Clause:
    """``of penguins``, ``where year = 2007``: a word and what stands after it."""

    marker: str
    phrase: str


@dataclass(frozen=True)
class Ask:
    """A sentence about tables.

    ``of``: what is measured, counted, shown or drawn. ``entity``: what is looked for ("which *island* …"). ``order``:
    by what rows are ranked. ``hints``: names that an adjective stands for ("heaviest": mass, weight). ``nested``: what
    is to be computed before it is drawn. ``text``: SQL or code, as it was given; of a share, what has to be so.
    """

    kind: Kind
    of: str = ""
    measures: tuple[Measure, ...] = ()
    by: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    entity: str = ""
    order: str = ""
    direction: Direction = ""
    hints: tuple[str, ...] = ()
    limit: int | None = None
    position: Literal["", "first", "last", "random"] = ""
    chart: Chart = ""
    colour: str = ""
    against: str = ""
    nested: Ask | None = None
    text: str = ""


@dataclass(frozen=True)
class TableRequest:
    """One request about tables in a message, in the user's own words.

    ``refers``: it is about the result of what was asked before it ("plot it").
    """

    words: str
    language: Language
    refers: bool = False

    @property
    def phase(self) -> int:
        return int(self.refers)


MEASURES: Final[Mapping[str, Measure]] = {
    **dict.fromkeys(("average", "averages", "mean", "means", "avg", "平均值", "平均数", "平均", "均值"), "mean"),
    **dict.fromkeys(("median", "medians", "中位数", "中值"), "median"),
    **dict.fromkeys(("share", "proportion", "fraction", "percentage", "rate", "占比", "比例"), "share"),
    **dict.fromkeys(("sum", "sums", "total", "totals", "总和", "总计", "合计", "总共", "求和", "总"), "sum"),
    **dict.fromkeys(("minimum", "minima", "min", "smallest", "lowest", "最小值", "最低值", "最小", "最低"), "min"),
    **dict.fromkeys(
        ("maximum", "maxima", "max", "largest", "highest", "greatest", "biggest", "最大值", "最高值", "最大", "最高"),
        "max",
    ),
    **dict.fromkeys(
        ("standard deviation", "standard deviations", "std dev", "std", "stdev", "sd", "stddev", "标准差", "标准偏差"),
        "std",
    ),
    **dict.fromkeys(("variance", "variances", "var", "方差"), "var"),
}

HOW_MUCH: Final = ("",)
"""Stands for the columns of "most" and "fewest", which ask how many or how much there is in all."""
SIZE: Final = ("size", "area", "population")
ADJECTIVES: Final[Mapping[str, tuple[Direction, tuple[str, ...]]]] = {
    **dict.fromkeys(("highest", "largest", "greatest", "biggest"), ("desc", SIZE)),
    **dict.fromkeys(("maximum", "max", "most", "top"), ("desc", ())),
    **dict.fromkeys(("lowest", "smallest"), ("asc", SIZE)),
    **dict.fromkeys(("minimum", "min", "least", "fewest", "bottom"), ("asc", ())),
    "heaviest": ("desc", ("mass", "weight")),
    "lightest": ("asc", ("mass", "weight")),
    "longest": ("desc", ("length", "duration")),
    "shortest": ("asc", ("length", "duration", "height")),
    "tallest": ("desc", ("height",)),
    "widest": ("desc", ("width",)),
    "narrowest": ("asc", ("width",)),
    "deepest": ("desc", ("depth",)),
    "shallowest": ("asc", ("depth",)),
    "oldest": ("desc", ("age",)),
    "youngest": ("asc", ("age",)),
    "fastest": ("desc", ("speed", "velocity")),
    "slowest": ("asc", ("speed", "velocity")),
    "hottest": ("desc", ("temperature",)),
    "warmest": ("desc", ("temperature",)),
    "coldest": ("asc", ("temperature",)),
    "richest": ("desc", ("gdp per capita", "income", "wealth")),
    "poorest": ("asc", ("gdp per capita", "income", "wealth")),
    "cheapest": ("asc", ("price", "cost", "fare")),
    "priciest": ("desc", ("price", "cost", "fare")),
    "most expensive": ("desc", ("price", "cost", "fare")),
    "least expensive": ("asc", ("price", "cost", "fare")),
    "most populous": ("desc", ("population",)),
    "least populous": ("asc", ("population",)),
    "highest paid": ("desc", ("salary", "income")),
}
"""What is looked for at the end of which columns."""

COMPARATIVES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "heavier": (">", ("mass", "weight")),
    "lighter": ("<", ("mass", "weight")),
    "longer": (">", ("length", "duration")),
    "shorter": ("<", ("length", "duration", "height")),
    "taller": (">", ("height",)),
    "wider": (">", ("width",)),
    "deeper": (">", ("depth",)),
    "older": (">", ("age",)),
    "younger": ("<", ("age",)),
    "faster": (">", ("speed", "velocity")),
    "slower": ("<", ("speed", "velocity")),
    "hotter": (">", ("temperature",)),
    "warmer": (">", ("temperature",)),
    "colder": ("<", ("temperature",)),
    "richer": (">", ("gdp per capita", "income")),
    "poorer": ("<", ("gdp per capita", "income")),
    "cheaper": ("<", ("price", "cost", "fare")),
    "more expensive": (">", ("price", "cost", "fare")),
    "less expensive": ("<", ("price", "cost", "fare")),
}
"""``older than 30``: the comparison, and which columns it may be about."""

NUMBER_WORDS: Final[Mapping[str, int]] = {
    word: number
    for number, words in enumerate(
        [
            "zero|零",
            "one|一",
            "two|两|二|couple",
            "three|三",
            "four|四",
            "five|五",
            "six|六",
            "seven|七",
            "eight|八",
            "nine|九",
            "ten|十",
            "eleven|十一",
            "twelve|dozen|十二",
        ]
    )
    for word in words.split("|")
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "二十": 20, "五十": 50, "一百": 100}


def number_said(text: str) -> int | None:
    """``five``, ``5``, ``1,000`` as a number."""
    plain = text.strip().lower().replace(",", "")
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else NUMBER_WORDS.get(plain)


# --- why a request can't be carried out as it stands -----------------------------------------------


class Unclear(Exception):
    """There is nothing that the words fit. The message is for the user, in their language."""


class Refusal(Unclear):
    """The words have found their columns, but what is asked of them can't be done."""


class NoColumn(Unclear):
    """No column of the table is called ``phrase``; another table may have one."""

    def __init__(self, phrase: str, message: str) -> None:
        super().__init__(message)
        self.phrase = phrase


class Choice(Exception):
    """The words fit more than one name: which is meant?"""

    def __init__(self, what: Literal["table", "column"], words: str, options: tuple[str, ...]) -> None:
        super().__init__(what, words, options)
        self.what = what
        self.words = words
        self.options = options
