"""Numbers as people write them: 1,234.5 · 4 716 (thin space) · 12% · −3.2 · 1.2e6 · 3.4 million · 3.4万.

Digits within a name are none (``col_2``, ``q1``, ``9f3a``, ``COVID-19``, ``3D``). A unit may follow at once (``5kg``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from typing import Literal

_UNDIVIDED = "\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
WORD = f"[^\\W{_UNDIVIDED}]"
_SPACE = "[ \u00a0\u2009\u202f]"


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


Trend = Literal["", "about", "over", "under"]


@dataclass(slots=True)
class Number:
    """A number at ``start`` to ``end`` (code points). ``value`` has its sign and its magnitude, but "12%" is 12.

    ``step``: the worth of its last digit; of 4,716 it is 1, of 3.4 million 100,000. ``trend``: "about 4,700", "over
    4,700". ``power``: that of ten, written or as a word. ``plain_digits``: how many, where there is nothing else.
    ``also``: a factor by which it may be meant besides (0.01 for a percentage).
    """

    start: int
    end: int
    value: float
    step: float
    power: int
    signed: bool
    percent: bool
    trend: Trend
    plain_digits: int
    also: float | None

    @property
    def key(self) -> tuple[float, bool]:
        """What makes two numbers the same."""
        return self.value, self.percent


_NUMBER = re.compile(
    rf"(?:(?<!{WORD})(?<![)\]%])[-−–+][$€£¥]?|(?<!{WORD})(?<![A-Za-z][-–])(?<![#^@\\])(?<!{WORD}\.))"
    r"(?P<digits>[0-9]{1,3}(?:[,'’\u00a0\u2007\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+|(?<!\.)(?=\.[0-9]))"
    r"(?P<fraction>\.[0-9]+)?"
    r"(?:[eE](?P<exponent>[+\-−]?[0-9]{1,3})(?!\w|\.[0-9])"
    r"|\s?[×x*·]\s?10(?:(?:\^\{?|\*\*)(?P<power>[+\-−]?[0-9]{1,3})\}?|(?P<raised>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2})))?"
    rf"(?:(?P<percent>{_SPACE}?[%‰]|{_SPACE}(?:percentage points?|percent|per cent|pct|pp)\b|个?百分点)"
    rf"|(?:{_SPACE}|-)?(?P<magnitude>(?i:thousand|million|billion|trillion)|mn|bn|[kKM])\b(?!-)|(?P<short>[mBT])\b"
    rf"|{_SPACE}?(?P<unit>万亿|千亿|百亿|十亿|[亿億]|千万|百万|十万|[万萬]|千(?![克米瓦卡帕焦])))?"
)
_POWERS = {
    word: power
    for power, words in (
        (3, "thousand k K 千"),
        (4, "万 萬"),
        (5, "十万"),
        (6, "million mn M 百万"),
        (7, "千万"),
        (8, "亿 億"),
        (9, "billion bn B 十亿"),
        (10, "百亿"),
        (11, "千亿"),
        (12, "trillion T 万亿"),
    )
    for word in words.split()
}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_UNIT = re.compile(f"{WORD}+")
_LONGEST = 40
_BEFORE = 18
"""How much of the text before a number is looked at."""

_TRENDS: dict[str, Trend] = {
    **dict.fromkeys(words("about around approximately approx approx. roughly some circa ca."), "about"),
    **dict.fromkeys(words("over above exceeds exceeding"), "over"),
    **dict.fromkeys(words("under below nearly almost"), "under"),
}
_TWO_WORDS: dict[str, Trend] = {
    "more than": "over",
    "at least": "over",
    "greater than": "over",
    "less than": "under",
    "at most": "under",
    "up to": "under",
    "fewer than": "under",
    "short of": "under",
}
_TREND_ENDS: tuple[tuple[tuple[str, ...], Trend], ...] = (
    (("超过", "多于", "高于", "逾"), "over"),
    (("不到", "将近", "接近", "低于", "近"), "under"),
    (("~", "≈", "～", "约", "约为", "大约", "大概"), "about"),
)
_TREND_AFTER = re.compile(r"\s?(?:(?P<over>[多余])|[^\W0-9]{0,3}(?P<about>左右|上下))")
_MINUS_ENDS = ("minus ", "negative ", "Minus ", "Negative ", "负", "零下")


def numbers_in(text: str) -> Iterator[Number]:
    """Every number of a text with ASCII digits, in order."""
    for match in _NUMBER.finditer(text):
        digits, fraction, exponent, power_of_ten, raised, percent, magnitude, short, unit_word = match.groups("")
        start, end = match.span()
        unit = _UNIT.match(text, end)
        if len(digits) + len(fraction) > _LONGEST or (unit and not _is_unit(unit[0])):
            continue
        power = int((exponent or power_of_ten or raised).translate(_RAISED) or 0)
        if word := magnitude or short or unit_word:
            power += _POWERS.get(word) or _POWERS.get(word.lower(), 0)
        written = digits if digits.isdecimal() else "".join(filter(str.isdecimal, digits))
        value = float(f"{written or '0'}{fraction}e{power}")
        if value == inf:
            continue
        before = text[max(0, start - _BEFORE) : start].rstrip("$€£¥")
        negative = text[start] in "-−–" or before.endswith(_MINUS_ENDS)
        is_percentage = bool(percent) or before.endswith("百分之")
        trend = _trend(before, text[end : end + 6])
        yield Number(
            start,
            end,
            -value if negative else value,
            _step(written, fraction, power, rounded=bool(trend)),
            power,
            negative or text[start] == "+",
            is_percentage,
            trend,
            len(written) if end - start == len(written) and not unit else 0,
            (0.001 if "‰" in percent else 0.01) if is_percentage else 1e6 if short == "m" else None,
        )


def _is_unit(word: str) -> bool:
    """Whether letters right after digits are a unit (``g``, ``rows``) and not the rest of a name (``3D``, ``9f3a``)."""
    return word.isalpha() and word != "D"


def _trend(before: str, after: str) -> Trend:
    if not after.isascii() and (found := _TREND_AFTER.match(after)):
        return "over" if found["over"] else "about"
    last = before.rstrip()
    for endings, trend in _TREND_ENDS:
        if last.endswith(endings):
            return trend
    if last == before or not last[-1:].isascii():
        return ""
    spoken = last.lower().split()[-2:]
    return _TRENDS.get(spoken[-1].lstrip("([*_\"'")) or _TWO_WORDS.get(" ".join(spoken), "") if spoken else ""


def _step(written: str, fraction: str, power: int, *, rounded: bool) -> float:
    """The worth of the last digit; of a rounded number, of the last one that is not 0."""
    if fraction:
        power -= len(fraction) - 1
    elif rounded:
        power += min(len(written) - len(written.rstrip("0")), len(written) - 1)
    return float(f"1e{power}")
