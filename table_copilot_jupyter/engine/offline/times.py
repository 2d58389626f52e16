"""Where in a sentence its time stands, for the offline model; English and Chinese.

Only the place is found: ``split_when`` cuts "remind me to call Bob tomorrow at 9am" into the
words and "tomorrow at 9am". What that means is the tools' business, which know clock and zone.
The patterns are deliberately narrow: a number alone or "sat" is no time.
"""

from __future__ import annotations

import re
from typing import Final

_NUMBER = (
    r"(?:\d+(?:\.\d+)?|half\s+an?|a\s+couple\s+of|a\s+few|an?|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|fifteen|twenty|thirty|forty-five|forty|ninety)"
)
_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|[smhdw])"
_SPAN = rf"{_NUMBER}(?:\s+and\s+a\s+half)?\s*{_UNIT}(?:(?:\s+and\s+|\s*,\s*|\s+){_NUMBER}\s*{_UNIT})*"
_LONG_DAY = r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_ANY_DAY = rf"(?:{_LONG_DAY}|mon|tues?|wed|thurs?|thu|fri|sat|sun)"
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
)
_PART = r"(?:morning|afternoon|evening|night)"
_ORDINAL = r"\d{1,2}(?:st|nd|rd|th)"
_ISO = r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"

_DATE_EN = (
    rf"{_ISO}|"
    rf"(?:the\s+)?day\s+after\s+tomorrow(?:\s+{_PART})?|(?:today|tomorrow)(?:\s+{_PART})?|tonight|"
    rf"this\s+(?:{_PART}|weekend|week|month|{_ANY_DAY})|"
    rf"(?:next|coming)\s+(?:week|month|year|weekend|{_ANY_DAY})(?:\s+{_PART})?|"
    rf"{_LONG_DAY}(?:\s+{_PART})?|on\s+{_ANY_DAY}|"
    rf"{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|"
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:,?\s+\d{{4}})?|"
    rf"on\s+the\s+{_ORDINAL}|\d{{1,2}}/\d{{1,2}}(?:/\d{{2,4}})?"
)
_CLOCK_EN = (
    r"(?:at\s+)?\d{1,2}(?::\d{2}){1,2}(?:\s*[ap]\.?m\b\.?)?|(?:at\s+)?\d{1,2}\s*[ap]\.?m\b\.?|"
    r"at\s+\d{1,2}(?:\s+o['’]clock)?|(?:at\s+)?(?:noon|midnight)|in\s+the\s+(?:morning|afternoon|evening)|at\s+night"
)
_EVERY_EN = (
    rf"(?:every|each)\s+(?:{_ANY_DAY}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){_ANY_DAY})*|other\s+(?:day|week|month|{_ANY_DAY})|"
    rf"(?:{_NUMBER}\s+)?{_UNIT}|weekday|workday|working\s+day|weekend|{_PART}|{_ORDINAL}(?:\s+of\s+(?:the|each)\s+month)?)"
    rf"(?:\s+{_PART})?|on\s+weekdays|daily|weekly|monthly|yearly|hourly"
)
_ATOM_EN = rf"(?:in\s+{_SPAN}|{_SPAN}\s+from\s+now|{_EVERY_EN}|{_DATE_EN}|{_CLOCK_EN})(?!\w)"
_EN = (
    rf"(?<!\w)(?:(?:by|on|before|until|due|starting|for)\s+)?{_ATOM_EN}"
    rf"(?:(?:\s*,\s*|\s+)(?:(?:at|on|from|starting|by)\s+)?{_ATOM_EN})*"
)

_DIGITS_ZH = r"[\d一二两三四五六七八九十百半几]{1,4}"
_PERIOD_ZH = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|早|晚)"
_WEEKDAY_ZH = r"(?:周|星期|礼拜)[一二三四五六日天]"
_SPAN_ZH = rf"(?:{_DIGITS_ZH}\s*个?半?\s*(?:秒钟?|分钟?|刻钟|小时半?|钟头|天|周|星期|礼拜|月|年)\s*(?:零)?)"
_CLOCK_ZH = (
    rf"{_PERIOD_ZH}?\s*(?:\d{{1,2}}[:：]\d{{2}}(?!\d)|[\d一二两三四五六七八九十]{{1,3}}\s*(?:点钟?|时)"
    r"(?:半|整|一刻|三刻|[\d一二三四五六七八九十]{1,3}分?)?)|正午|午夜"
)
_DATE_ZH = (
    rf"(?:今天|明天|大后天|后天|今早|明早|今晚|明晚|今日|明日|(?:这个?|本|下下个?|下个?)?{_WEEKDAY_ZH}|"
    r"(?:这个?|本|下下个?|下个?)周末|下个?(?:周|星期|礼拜|月)(?![一二三四五六日天末])|"
    r"(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}[日号]|" + _ISO + rf")(?:的?{_PERIOD_ZH})?"
)
_EVERY_ZH = (
    rf"每(?:隔)?(?:个)?(?:{_WEEKDAY_ZH}(?:[、和到至](?:周|星期|礼拜)?[一二三四五六日天])*|"
    rf"月\s*\d{{1,2}}\s*[日号]|工作日|周末|天|日|周|星期|月|年|小时|分钟|{_DIGITS_ZH}\s*个?(?:分钟|小时|天|周|星期|月))"
    rf"(?:的?{_PERIOD_ZH})?"
)
_ATOM_ZH = rf"(?:过?{_SPAN_ZH}+(?:之后|以后|过后|后)|{_EVERY_ZH}|{_DATE_ZH}|{_CLOCK_ZH})"
_ZH = rf"{_ATOM_ZH}(?:[\s，,的]*{_ATOM_ZH})*"

WHEN: Final = re.compile(rf"(?:{_EN}|{_ZH})", re.IGNORECASE)
_CLOCK_ONLY: Final = re.compile(rf"(?:{_CLOCK_EN}|{_CLOCK_ZH})", re.IGNORECASE)
_HAS_CLOCK: Final = re.compile(rf"(?<!\w)(?:in\s+{_SPAN}|{_CLOCK_EN})|{_CLOCK_ZH}|后$", re.IGNORECASE)
_LEADING_WORD: Final = re.compile(r"^(?:by|on|before|until|due|starting|for)\s+", re.IGNORECASE)
_AFTER_START: Final = re.compile(
    r"^(?:[\s,:，：、.]+|(?:的时候|时候|之前|以前|前|的)|(?:to|that|about)\b)*", re.IGNORECASE
)
_BEFORE_END: Final = re.compile(
    r"(?:[\s,:，：、(（;-]|(?<!\w)(?:and|for|by|on|at)(?=\s*$)|(?:在|于|并|到)$)+$", re.IGNORECASE
)
_AFTER_END: Final = re.compile(r"(?:之前|以前|前|截止|到期)?[\s.。)）!！]*$")


def is_when(text: str) -> bool:
    """Whether the whole of ``text`` is a time."""
    return WHEN.fullmatch(text.strip().rstrip("。.!！")) is not None


def split_when(text: str) -> tuple[str, str]:
    """``text`` without its time, and that time as it was typed ("" without one).

    The time may stand at the beginning or at the end. A clock at the end joins a day at the
    beginning ("tomorrow to call Bob at 9am"). The rest may be empty.
    """
    text = text.strip()
    rest, when = text, ""
    if (start := WHEN.match(text)) and _may_follow(text[start.end() :]):
        rest, when = text[start.end() :], start.group()
        rest = rest[_end_of(_AFTER_START, rest) :]
    body = rest[: len(rest) - len(_tail(rest))]
    for found in WHEN.finditer(body):
        if found.end() != len(body):
            continue
        last = found.group()
        if not when:
            rest, when = _trimmed(body[: found.start()]), last
        elif _CLOCK_ONLY.fullmatch(last) and not _HAS_CLOCK.search(when):
            rest, when = _trimmed(body[: found.start()]), f"{when} {last}"
        break
    return rest.strip(), _LEADING_WORD.sub("", when).strip()


def _may_follow(rest: str) -> bool:
    """A time at the beginning ends at a word's end: "today's notes" begins with no time."""
    return not rest or rest[0] not in "'’-/%" or rest[0].isspace()


def _tail(text: str) -> str:
    found = _AFTER_END.search(text)
    return found.group() if found else ""


def _trimmed(text: str) -> str:
    found = _BEFORE_END.search(text)
    return text[: found.start()] if found else text


def _end_of(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
