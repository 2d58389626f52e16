"""How conditions are said, for the offline model: comparisons, ranges, years, lists; and how numbers are written."""

from __future__ import annotations

import re
from typing import Final

from .asks import COMPARATIVES
from .chinese_words import VALUES
from .fields import words
from .names import singular
from .units import conversion, is_unit

NUMBER: Final = (
    r"[-+]?[$€£¥]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?(?:\s*(?:k|m|bn|thousand|million|billion)\b|[万亿])?%?"
)
_UNIT: Final = r"(?:\s*[a-zA-Zµ°%/²³]{1,12}|\s*(?:毫米|厘米|公里|千米|米|千克|公斤|克|岁|美元|元|人|度))?"
_VALUE: Final = r"\S.*?"
_A: Final = r"(?:(?:is|are|was|were|be|of)\s+)?"
RULES: Final = tuple(
    (re.compile(rf"(?P<left>.*?)\s*(?:{said})\s*", re.IGNORECASE | re.DOTALL), op)
    for said, op in (
        (
            r"(?<!\w)(?:(?:is|are|was|were)\s+)?(?:not|n't)\s+(?:missing|null|empty|unknown|na|nan)|(?:"
            r"(?:is|are)\s+)?known",
            "known",
        ),
        (r"(?<!\w)(?:(?:is|are|was|were)\s+)?(?:missing|null|empty|unknown|not known|na|nan)|(?:为空|缺失)", "null"),
        (
            rf"(?<!\w){_A}(?:between|from|ranging from|in the range)\s+(?P<low>{NUMBER}{_UNIT}|[\d-]+)\s*"
            rf"(?:and|to|-|–|until)\s*(?P<high>{NUMBER}{_UNIT}|[\d-]+)",
            "between",
        ),
        (
            rf"(?:>=|≥|(?<!\w){_A}(?:at least|no less than|not less than|greater than or equal to|minimum(?: of)?"
            rf"|not before|since|from))\s*(?P<value>{_VALUE})",
            ">=",
        ),
        (
            rf"(?:<=|≤|(?<!\w){_A}(?:at most|no more than|not more than|less than or equal to|up to|until"
            rf"|maximum(?: of)?|not after))\s*(?P<value>{_VALUE})",
            "<=",
        ),
        (
            rf"(?:!=|<>|≠|(?<!\w)(?:is not|isn['’]t|are not|aren['’]t|was not|not equal to|other than|except"
            rf"|excluding|not))\s*(?P<value>{_VALUE})",
            "<>",
        ),
        (
            rf"(?:>|(?<!\w){_A}(?:(?:greater|larger|bigger|higher|more|later) than|over|above|exceeds|exceeding"
            rf"|exceed|after|beyond))\s*(?P<value>{_VALUE})",
            ">",
        ),
        (
            rf"(?:<|(?<!\w){_A}(?:(?:less|smaller|lower|fewer|earlier) than|under|below"
            rf"|before))\s*(?P<value>{_VALUE})",
            "<",
        ),
        (rf"(?<!\w)(?:contains?|containing|includes?|including|like)\s*(?P<value>{_VALUE})", "contains"),
        (rf"(?<!\w)(?:starts?|starting|begins?|beginning)\s+with\s*(?P<value>{_VALUE})", "starts"),
        (rf"(?<!\w)(?:ends?|ending)\s+(?:with|in)\s*(?P<value>{_VALUE})", "ends"),
        (rf"(?<!\w)(?:is |are )?(?:one of|any of|either|in)\s*\(?(?P<value>{_VALUE})\)?", "in"),
        (rf"(?:==?|(?<!\w)(?:is|are|was|were|equals?|equal to|equalling|of))\s*(?P<value>{_VALUE})", "="),
    )
)
COMPARATIVE: Final = re.compile(
    rf"(?P<left>.*?)\s*(?<!\w)(?:(?:is|are|was|were)\s+)?(?:(?P<word>{'|'.join(COMPARATIVES)})|weigh"
    rf"(?:s|ing|ed)?\s+(?P<weigh>more|less|over|under)"
    rf"|cost(?:s|ing)?\s+(?P<cost>more|less|over|under))(?:\s+than)?\s+(?P<value>{_VALUE})",
    re.IGNORECASE,
)
VERSUS: Final = re.compile(r"\b(?:vs|versus)\b", re.IGNORECASE)
NOTHING: Final = words("missing unknown null empty nan undefined no")
YEAR: Final = r"(?:1[5-9]|2[01])\d{2}"
YEARS: Final = re.compile(
    rf"(?:^|(?:^|\s)(?P<word>in|during|for|since|before|after|until|from)\s+)(?:the\s+)?(?:year\s+)?(?P<year>{YEAR})"
    rf"(?:\s+or\s+(?P<side>later|after|newer|earlier|before|older))?$"
    rf"|(?:^|\s)(?:between|from)\s+(?P<low>{YEAR})\s*(?:and|to|-|–|until)\s*(?P<high>{YEAR})$",
    re.IGNORECASE,
)
YEAR_OPS: Final = {"since": ">=", "from": ">=", "before": "<", "after": ">", "until": "<="}
AND: Final = re.compile(
    r"\s+and\s+|\s*&&?\s*|\s*(?:[，、;]|,(?!\d{3}(?!\d)))\s*(?:and\s+)?|\s*(?:并且|而且|且)\s*", re.IGNORECASE
)
OR: Final = re.compile(r"\s+or\s+|\s*(?:或者|或)\s*|\s*\|\|?\s*", re.IGNORECASE)
BETWEEN: Final = re.compile(rf"\b(between|from)\s+({NUMBER}{_UNIT}|[\d-]+)\s+and\s+", re.IGNORECASE)
LIST: Final = re.compile(r"\(([^()]*)\)")


def split(pattern: re.Pattern[str], text: str) -> list[str]:
    """``text`` cut by ``pattern``, but not within quotes."""
    quoted = [found.span() for found in _QUOTED.finditer(text)]
    parts, start = [], 0
    for cut in pattern.finditer(text):
        if cut.end() > cut.start() and not any(a < cut.end() and cut.start() < b for a, b in quoted):
            parts.append(text[start : cut.start()])
            start = cut.end()
    return [*parts, text[start:]]


_QUOTED: Final = re.compile(r"“[^”]*”|\"[^\"]*\"|`[^`]*`|(?<!\w)'[^']*'(?!\w)")
TRUTH: Final = {
    **dict.fromkeys(("true", "yes", "1", "t", "y", "是", "真"), "true"),
    **dict.fromkeys(("false", "no", "0", "f", "n", "否", "假"), "false"),
}


def forms_of(word: str) -> tuple[str, ...]:
    """A value as it may stand in a table: "males" as "male" too, "亚洲" as "Asia"."""
    if word in VALUES:
        return word, VALUES[word]
    one = singular(word.lower())
    return (word, one) if one != word.lower() else (word,)


def plain_number(text: str, name: str = "") -> str | None:
    """``5,000 g``, ``1.5 million``, ``3万`` as SQL writes the number; None for what is no number.

    ``name`` is the column's, which may end with a unit of its own: 5 kg are 5000 in ``body_mass_g``.
    """
    found = re.fullmatch(
        rf"(?P<sign>[-+]?)[$€£¥]?(?P<digits>\d+(?:,\d{{3}})*(?:\.\d+)?(?:e[-+]?\d+)?)\s*"
        rf"(?P<times>(?:k|bn|thousand|million|billion)(?![a-z])|m(?![a-z]|$)|万|亿)?(?P<unit>{_UNIT})",
        text.strip(),
        re.IGNORECASE,
    )
    if found is None:
        return None
    if found["unit"].strip().isalpha() and not is_unit(found["unit"].strip()):
        return None
    times = _TIMES.get((found["times"] or "").lower(), 1) * conversion(found["unit"].strip(), name)
    if not times:
        return None
    digits = found["digits"].replace(",", "")
    sign = "-" if found["sign"] == "-" else ""
    if times == 1:
        return sign + digits
    number = round(float(digits) * times, 9)
    return sign + (str(int(number)) if number.is_integer() else repr(number))


_TIMES: Final = {
    "k": 10**3,
    "thousand": 10**3,
    "million": 10**6,
    "bn": 10**9,
    "billion": 10**9,
    "万": 10**4,
    "亿": 10**8,
}
