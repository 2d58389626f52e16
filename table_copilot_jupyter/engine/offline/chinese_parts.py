"""What can stand anywhere in a Chinese sentence about tables: groups, conditions, years, orders.

Groups ("按 island 的"), conditions ("体重大于 5000 的", "2007 年") and orders are taken out of the sentence first,
wherever they stand; what is left is short enough for one pattern. Conditions are handed on in signs: ``体重 > 5000``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from .asks import MEASURES, Clause, Direction
from .units import UNIT_ZH

H: Final = r"[\u4e00-\u9fff]"
NAME: Final = rf"(?:`[^`]+`|“[^”]+”|@?[A-Za-z_][A-Za-z0-9_.]*(?: [A-Za-z_][A-Za-z0-9_.]*)*|{H}{{1,8}}?)"
_WORD: Final = r"[A-Za-z][A-Za-z0-9_.-]*"
_NUMBER: Final = r"-?\d+(?:,\d{3})*(?:\.\d+)?(?:[万亿])?"
_UNIT: Final = rf"(?:{UNIT_ZH}|度|人|mm|cm|kg|g|%)?"
N: Final = r"(?:\d+|[一二两三四五六七八九十]+)"
_YEAR: Final = r"(?:1[5-9]|2[01])\d{2}"
_OPS: Final = {
    ">=": "大于等于|大于或等于|不小于|不低于|不少于|至少(?:为|是|有)?|>=|≥",
    "<=": "小于等于|小于或等于|不大于|不超过|不高于|至多|最多(?=\\d)|<=|≤",
    ">": "大于|超过|高于|多于|长于|重于|晚于|>",
    "<": "小于|低于|少于|不足|不到|短于|轻于|早于|<",
}
MEASURE: Final = (
    "(?:" + "|".join(sorted((word for word in MEASURES if not word.isascii()), key=len, reverse=True)) + ")"
)
_POLITE: Final = re.compile(
    r"^(?:请问|请|帮我|麻烦|给我|告诉我|我想知道|我想看|查一下|查询|统计一下|统计|计算一下|计算|算一下|求出|给出"
    r"|求|算|看看|看一下|想知道|，)+"
)
VERB: Final = r"(?:显示|查看|列出|找出|筛选出?|展示|打印|预览|打开|看看|给出|返回|看)(?:一下|出)?"
ROW: Final = r"(?:行|条|个|只|名|位|人(?![口均])|家|座|种|类|项|次|部|款|本|辆|户|笔)"


@dataclass
class Parts:
    """What was taken out of a sentence."""

    by: tuple[str, ...] = ()
    clauses: tuple[Clause, ...] = ()
    order: str = ""
    direction: Direction = ""


def squeezed(text: str) -> str:
    """Without the spaces beside Chinese characters, and without what closes a sentence."""
    text = re.sub(rf"(?<={H})\s+|\s+(?={H}|[，。、：])|(?<=[，。、：])\s+", "", text.strip())
    return _POLITE.sub("", re.sub(r"[\s。.？?！!，,;；]+$|(?:呢|吗|啊|呀)$", "", text))


_END: Final = r"(?:的|时|，|,|且|并且|而且)?"
_ORDERED: Final = re.compile(
    r"[，,]?(?:按照?|以|根据)(?P<order>[^，,。的]+?)(?P<way>从大到小|从高到低|由大到小|由高到低|降序|倒序"
    r"|从小到大|从低到高|升序)?(?:来)?(?:排序|排列)(?P<way2>降序|升序)?(?:的|，|,)?"
)
_GROUPED: Final = (
    re.compile(
        rf"按照?(?P<by>[^，,。]+?)(?:分组|分类|分别|汇总|划分|来|后)?(?:的|，|,|"
        rf"(?=统计|计算|求|显示|列出|画|绘|数|{MEASURE}|有|$))(?:统计|计算|求|显示|列出)?"
    ),
    re.compile(
        rf"(?:每一?(?:个|种|座|家|类|只|位)?|各个?(?:种|类)?"
        rf"|不同(?!的?取?值))(?P<by>[^，,。的有]{{1,20}}?)(?:的|里的|中的|上的|(?={MEASURE}|最|各|分别|一共"
        rf"|总共|共|有|$|多少))"
    ),
)
_BETWEEN: Final = re.compile(
    rf"(?P<left>{NAME})的?值?(?:在|介于|处于|位于)?(?P<low>{_NUMBER}{_UNIT})"
    rf"(?:到|至|和|与|-|~|—)(?P<high>{_NUMBER}{_UNIT})之?间{_END}"
)
_COMPARED: Final = re.compile(
    rf"(?P<left>{NAME})的?"
    rf"(?:值|数)?(?:{'|'.join(f'(?P<op{at}>{words})' for at, words in enumerate(_OPS.values()))})\s*"
    rf"(?P<value>{_NUMBER}{_UNIT}){_END}"
)
_EQUAL: Final = re.compile(
    rf"(?P<left>{NAME})(?P<op>不等于|不是|不为|!=|等于|==|=|为|是|属于)\s*(?!多少|什么|哪|几|谁|否|空|缺)"
    rf"(?P<value>“[^”]+”|\"[^\"]+\"|'[^']+'|`[^`]+`|{_NUMBER}|{_WORD}(?: {_WORD})*(?:(?:或者?|、|和){_WORD})*"
    rf"|{H}{{1,10}}?)"
    rf"(?:的|时|，|,|且|并且|而且|(?=有多少|有几|$))"
)
_EMPTY: Final = re.compile(
    rf"(?P<left>{NAME})(?P<op>不?为空|缺失|不是空值?|是空值?|不缺失|已知|未知|不明)的(?=行|记录|数据|企鹅|有|{H})"
)
_CONTAINS: Final = re.compile(
    rf"(?P<left>{NAME})(?:里面|里|中)?(?:含有|包含|包括|含)(?P<value>“[^”]+”|\"[^\"]+\"|'[^']+'"
    rf"|{_WORD}(?: {_WORD})*){_END}"
)
_YEARS: Final = re.compile(
    rf"在?(?:从)?(?P<low>{_YEAR})年?(?:到|至|-|~|—)(?P<high>{_YEAR})年?(?:之间|间|期间)?{_END}"
    rf"|在?(?P<year>{_YEAR})年(?P<word>以前|之前|前|以后|之后|后|以来|起)?(?:里|中(?!国)|间)?{_END}"
)
_UNIT_ASKED: Final = re.compile(rf"(?P<many>(?:是|为|有)(?:多少|几))(?P<unit>{UNIT_ZH})$")
"""``平均体重是多少克``"""
_YEAR_WORDS: Final = {
    "以前": "before",
    "之前": "before",
    "前": "before",
    "以后": "after",
    "之后": "after",
    "后": "after",
    "以来": "since",
    "起": "since",
}


def taken_apart(text: str) -> tuple[str, Parts]:
    """(what is left of a sentence, what was taken out)."""
    parts = Parts()
    found: list[Clause] = []

    def where(match: re.Match[str], phrase: str) -> str:
        left = _POLITE.sub("", match["left"])
        found.append(Clause("where", f"{left} {phrase}"))
        return ""

    def ordered(match: re.Match[str]) -> str:
        way = match["way"] or match["way2"] or ""
        parts.order = match["order"]
        parts.direction = "desc" if way and way not in ("从小到大", "从低到高", "升序") else "asc"
        return ""

    def grouped(match: re.Match[str]) -> str:
        if match["by"] not in ("列", "个列", "一列", "字段", "个字段", "变量"):
            parts.by += (match["by"],)
        return ""

    def compared(match: re.Match[str]) -> str:
        op = next(op for at, op in enumerate(_OPS) if match[f"op{at}"])
        return where(match, f"{op} {match['value']}")

    def equal(match: re.Match[str]) -> str:
        value = re.sub(r"或者?|、|和", " or ", match["value"])
        return where(match, f"{'!=' if match['op'][0] in '不!' else '='} {value}")

    def years(match: re.Match[str]) -> str:
        if match["low"]:
            found.append(Clause("between", f"between {match['low']} and {match['high']}"))
        else:
            word = _YEAR_WORDS.get(match["word"] or "", "in")
            found.append(Clause(word, match["year"] if word == "in" else f"{word} {match['year']}"))
        return ""

    def unit(match: re.Match[str]) -> str:
        found.append(Clause("in", match["unit"]))
        return match["many"]

    text = _UNIT_ASKED.sub(unit, text)
    text = _ORDERED.sub(ordered, text)
    for pattern in _GROUPED:
        text = pattern.sub(grouped, text)
    text = _BETWEEN.sub(lambda match: where(match, f"between {match['low']} and {match['high']}"), text)
    text = _COMPARED.sub(compared, text)
    known = ("不为空", "不是空", "不是空值", "不缺失", "已知")
    text = _EMPTY.sub(lambda match: where(match, f"is {'not ' * (match['op'] in known)}missing"), text)
    text = _CONTAINS.sub(lambda match: where(match, f"contains {match['value']}"), text)
    text = _EQUAL.sub(equal, text)
    text = _YEARS.sub(years, text)
    parts.clauses = tuple(found)
    return _POLITE.sub("", re.sub(r"^(?:的|，|,|中(?!国)|里|在)+|(?:的|，|,)+$", "", text.strip())), parts


def with_clauses(parts: Parts, *phrases: str) -> tuple[Clause, ...]:
    """The clauses of a sentence and what stands before its subject: a table, or values."""
    more = tuple(Clause("of", phrase) for phrase in map(plain, phrases) if phrase)
    return (*more, *parts.clauses)


def plain(phrase: str) -> str:
    """A phrase without the particles at its ends."""
    return re.sub(r"^(?:在|的|里|中(?!国)|从)+|(?:的|里|中|里面|当中|表|表格|数据|这个表)+$", "", phrase.strip())
