"""The quantities that an answer states: its numbers, without those that stand for something else.

Left out are dates and times, versions, ordinals, labels ("step 3"), and the numbers of lists and ranks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from math import inf

from .numbers import WORD, Number, numbers_in, words
from .prose import BLANK, blanked, plain_digits

_YEAR = "(?:1[89]|20)[0-9]{2}"
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?)"
)
# begins with a digit, so that most of a text is passed over at once, and only then looks at what is before it
_DATE = re.compile(
    rf"[0-9](?<!{WORD}[0-9])(?<!\.[0-9])(?:"
    r"[0-9]{3}-[0-9]{1,2}-[0-9]{1,2}(?:[T ][0-9]{1,2}:[0-9]{2}[0-9:.]*(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
    r"|[0-9]{0,3}/[0-9]{1,2}/[0-9]{1,4}"
    r"|[0-9]{3}[-/](?:0[1-9]|1[0-2])(?![0-9]|[,.][0-9])"
    r"|[0-9]?\.[0-9]{1,2}\.[0-9]{4}"
    r"|[0-9]?:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?![0-9])(?:\s?[apAP]\.?[mM]\b\.?)?"
    r"|[0-9]?\s?[apAP]\.?[mM]\b\.?"
    rf"|[0-9]?(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\b\.?(?:,?\s{_YEAR}\b)?"
    r"|[0-9]{3}\s?-?Q[1-4]\b"
    r"|[0-9]{3}年(?:[0-9]{1,2}月(?:[0-9]{1,2}[日号])?)?"
    r"|[0-9]?月(?:[0-9]{1,2}[日号])?|[0-9]?[日号]|[0-9]?[点时](?:[0-9]{1,2}分|半|钟)"
    r"|[0-9]*(?:\.[0-9]+){2,}[\w.+\-]*"
    r"|[0-9]*(?:st|nd|rd|th|0s(?<=[0-9]{3}0s))\b"
    r"|[0-9](?:\.[0-9])?\s?%\s?(?:CI\b|confidence\b|的?置信)"
    r")"
)
_LIST_NUMBER = re.compile(
    r"^[ \t>]*(?:[-*+][ \t]+|#{1,6}[ \t]+)?[*_]{0,3}(?:[(（][0-9]{1,2}[)）]|[0-9]{1,3}(?:[.)](?=[*_]{0,3}[ \t])|、))"
    r"|^[ \t>]*#{1,6}[ \t]+[0-9]{1,2}(?:\.[0-9]{1,2})+(?=[ \t])",
    re.MULTILINE,
)
_LABELS = frozenset(
    words(
        "step figure fig. section chapter table part option question note item example appendix equation eq. phase "
        "method approach no. nr. number cell line page row index rank level"
    )
)
_LABEL_ENDS = ("№", "第", "图", "表", "步骤", "方法", "方案", "选项", "问题", "示例", "例")
_MONTH_NAME = re.compile(rf"{_MONTH}\.?,?")
_VERSIONED = frozenset(words("version release python pandas polars duckdb numpy jupyter jupyterlab"))
_COUNTED = re.compile(
    r"\s(?:\w{3,12}\s)?(?:steps?|ways?|options?|things?|reasons?|tips?|ideas?|examples?|questions?|notes?|caveats?|"
    r"approaches|methods?|suggestions?)\b|\s?[个种点条]?(?:步骤|步|方法|方案|选项|原因|建议|问题|要点|例子)"
)
_SIGNIFICANCE = re.compile(r"\bp\s?[<≤]\s?\Z", re.IGNORECASE)
_BEFORE_YEARS = frozenset(
    words(
        "in since during until till before after from through between circa year years early late mid summer winter "
        "spring autumn for fy q1 q2 q3 q4 h1 h2"
    )
)
_YEAR_ENDS = ("年", "在", "从", "自", "至", "到", "mid-", "early-", "late-", "Q1/", "Q2/", "Q3/", "Q4/", "FY")
_YEAR_AFTER = re.compile(rf"\s?[-–—/]\s?(?:{_YEAR}|[0-9]{{2}})(?![0-9]|[.,][0-9])")
_AND_YEAR = re.compile(r"\s?(?:[-–—/&~,、和与至到]|to|and|or|through)\s?(?:and\s|or\s)?")
_OF_WHAT = re.compile(
    r"\s?(?:(?:rows?|records?|observations?|columns?|values?|entries|cases|people|[gk]g?|mm?|cm)\b|[%行列条个只人种])"
)
_RANK_HEADING = re.compile(r"[\s*]*(?:#|no\.?|nr\.?|rank|index|排名|序号|名次)[\s*]*", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:[-–—~～至到]|to|and)\s?")
_SHARE_HEADING = re.compile(r"%|percent|\bpct\b|\bshares?\b|\brates?\b|占比|百分比|比例|比率", re.IGNORECASE)
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")


def find(prose: str) -> list[Number]:
    """The quantities that a text states, in order. ``prose``: as ``prose.prose`` gave it."""
    text = _LIST_NUMBER.sub(blanked, _DATE.sub(blanked, prose))
    text, shares = _without_ranks(text)
    found: list[Number] = []
    year_end = -1
    for number in numbers_in(text):
        before = text[max(0, number.start - 20) : number.start]
        spoken = before.split()[-2:] if before[-1:].isspace() else []
        if number.plain_digits == 4 and 1800 <= number.value < 2100:
            if _is_year(text, number, before, spoken, year_end):
                year_end = number.end
                continue
        elif _is_label(text, number, before, spoken):
            continue
        if number.also is None and _is_in(shares, number.start):
            number.also = 0.01
        if found and number.start - found[-1].end < 6 and (number.percent or number.power):
            _lend_meaning(text, found[-1], number)
        found.append(number)
    return found


def in_words_of(user: str) -> set[tuple[float, bool]]:
    """The ``key`` of every number in what a user wrote, whatever it stands for."""
    return {number.key for number in numbers_in(plain_digits(user))}


def _is_year(text: str, number: Number, before: str, spoken: list[str], year_end: int) -> bool:
    """Whether four digits are a year, to judge by what is around them. ``year_end``: where the year before ended."""
    if _OF_WHAT.match(text, number.end):
        return False
    if year_end >= 0 and number.start - year_end < 12 and _AND_YEAR.fullmatch(text, year_end, number.start):
        return True
    return bool(
        (spoken and spoken[-1].lstrip("(*_").lower() in _BEFORE_YEARS)
        or _follows_a_month(spoken)
        or before.rstrip().endswith(_YEAR_ENDS)
        or _YEAR_AFTER.match(text, number.end)
        or _is_versioned(before, spoken)
    )


def _is_label(text: str, number: Number, before: str, spoken: list[str]) -> bool:
    if 0 < number.plain_digits <= 3:
        if before.rstrip().endswith(_LABEL_ENDS) or (spoken and spoken[-1].lstrip("(*_").lower() in _LABELS):
            return True
        if number.plain_digits <= 2 and (_COUNTED.match(text, number.end) or _follows_a_month(spoken)):
            return True
    return _is_versioned(before, spoken) or (number.value < 1 and bool(_SIGNIFICANCE.search(before)))


def _follows_a_month(spoken: list[str]) -> bool:
    """May 5 · May 5, 2008 · May 2008"""
    return any(_MONTH_NAME.fullmatch(word.lstrip("(*_")) for word in spoken)


def _is_versioned(before: str, spoken: list[str]) -> bool:
    return before.rstrip().endswith("版本") or (bool(spoken) and spoken[-1].lstrip("(*_").lower() in _VERSIONED)


def _lend_meaning(text: str, before: Number, number: Number) -> None:
    """In "10–12%" and "3 to 4 million" the first number may be meant as the second one is."""
    if before.also is None and not before.power and _RANGE.fullmatch(text, before.end, number.start):
        before.also = 0.01 if number.percent else float(f"1e{number.power}")


def _is_in(cells: list[tuple[int, int]], place: int) -> bool:
    before = bisect_right(cells, (place, inf)) - 1
    return before >= 0 and place < cells[before][1]


def _without_ranks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the cells of its tables that hold ranks, and where those are that hold percentages."""
    shares: list[tuple[int, int]] = []
    if "|" not in text:
        return text, shares
    lines = []
    ranked: set[int] = set()
    shared: set[int] = set()
    heading: list[str] = []
    place = 0
    for line in text.split("\n"):
        cells = line.split("|") if "|" in line else []
        if not cells:
            ranked, shared = set(), set()
        elif heading and _DELIMITER_ROW.fullmatch(line):
            ranked = {column for column, cell in enumerate(heading) if _RANK_HEADING.fullmatch(cell)}
            shared = {column for column, cell in enumerate(heading) if _SHARE_HEADING.search(cell)}
        heading = cells.copy()
        start = place
        for column, cell in enumerate(cells if ranked or shared else ()):
            if column in ranked:
                cells[column] = BLANK * len(cell)
            if column in shared:
                shares.append((start, start + len(cell)))
            start += len(cell) + 1
        lines.append("|".join(cells) if cells else line)
        place += len(line) + 1
    return "\n".join(lines), shares
