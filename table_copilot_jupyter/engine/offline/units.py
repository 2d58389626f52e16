"""Units that people say with numbers and results ("in grams", "5 kg"), and those that columns are named with."""

from __future__ import annotations

import re
from typing import Final

from .names import UNITS, name_words

_SPOKEN: Final = {
    word: unit
    for unit, spoken in (
        ("mg", "milligrams 毫克"),
        ("g", "grams grammes 克"),
        ("kg", "kilograms kilogrammes kilos 千克 公斤"),
        ("t", "tonnes tons 吨"),
        ("lb", "lbs pounds 磅"),
        ("oz", "ounces 盎司"),
        ("mm", "millimetres millimeters 毫米"),
        ("cm", "centimetres centimeters 厘米"),
        ("m", "metres meters 米"),
        ("km", "kilometres kilometers 千米 公里"),
        ("in", "inches 英寸"),
        ("ft", "feet 英尺"),
        ("mi", "miles 英里"),
        ("sec", "seconds 秒"),
        ("min", "minutes 分钟"),
        ("hour", "hours 小时"),
        ("day", "days 天"),
        ("year", "years 年 岁"),
        ("c", "°c celsius 摄氏度"),
        ("f", "°f fahrenheit 华氏度"),
        ("usd", "dollars 美元"),
        ("eur", "euros 欧元"),
        ("cny", "yuan 元 人民币"),
    )
    for word in (unit, *spoken.split())
    if word not in ("in", "t", "m", "c", "f", "day", "hour", "min", "sec", "year")
}
"""Each word with its unit. Words that are more often something else are no units by themselves."""
_NAMED: Final = {*_SPOKEN.values(), "deg"} - {"min"}
"""Those that a column's name can end with; ``temp_min`` is no time."""
_SIZES: Final = (
    {"mg": 1e-3, "g": 1.0, "kg": 1e3, "t": 1e6, "lb": 453.59237, "oz": 28.349523125},
    {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3, "in": 0.0254, "ft": 0.3048, "mi": 1609.344},
)
UNIT_ZH: Final = (
    "(?:" + "|".join(sorted(filter(lambda word: not word[0].isascii(), _SPOKEN), key=len, reverse=True)) + ")"
)


def unit_said(phrase: str) -> str:
    """The unit that a phrase names, as columns are named with it: "g" for "grams". "" where it names none."""
    return _SPOKEN.get(re.sub(r"^(?:the |degrees? |deg |us )+", "", phrase.strip().lower()), "")


def is_unit(word: str) -> bool:
    """Whether a word after a number is a unit: "5 kg", but not "5 survived"."""
    return any(form in _NAMED or form in UNITS or form in _SPOKEN for form in (word.lower(), f"{word.lower()}s"))


def unit_of(name: str) -> str:
    """The unit at the end of a column's name: "mm" of ``bill_length_mm``. "" where there is none."""
    words = name_words(name)
    last = _SPOKEN.get(words[-1], words[-1]) if len(words) > 1 else ""
    return last if last in _NAMED else ""


def conversion(unit: str, name: str) -> float:
    """By what a number in ``unit`` is multiplied to be in that of the column ``name``.

    1 where one of the units is not known, 0 where one can't be had from the other.
    """
    said, last = _SPOKEN.get(unit.lower(), unit.lower()), unit_of(name)
    unknown = float(said not in _NAMED or not last or said == last)
    return next((sizes[said] / sizes[last] for sizes in _SIZES if said in sizes and last in sizes), unknown)
