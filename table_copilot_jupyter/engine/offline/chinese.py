"""Chinese sentences about tables, as asks. What stands anywhere has been taken out (``chinese_parts``)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from .asks import HOW_MUCH, MEASURES, SIZE, Ask, Clause, Direction, Measure, number_said
from .chinese_parts import MEASURE, ROW, VERB, N, Parts, plain, with_clauses

_ADJECTIVES: Final[dict[str, tuple[Direction, tuple[str, ...]]]] = {
    **dict.fromkeys(("最大", "最高"), ("desc", SIZE)),
    **dict.fromkeys(("最小", "最低"), ("asc", SIZE)),
    "最多": ("desc", HOW_MUCH),
    "最少": ("asc", HOW_MUCH),
    "最重": ("desc", ("mass", "weight")),
    "最轻": ("asc", ("mass", "weight")),
    "最长": ("desc", ("length", "duration")),
    "最短": ("asc", ("length", "duration")),
    "最深": ("desc", ("depth",)),
    "最宽": ("desc", ("width",)),
    "最老": ("desc", ("age",)),
    "最年长": ("desc", ("age",)),
    "最年轻": ("asc", ("age",)),
    "最快": ("desc", ("speed",)),
    "最慢": ("asc", ("speed",)),
    "最热": ("desc", ("temperature",)),
    "最冷": ("asc", ("temperature",)),
    "最贵": ("desc", ("price", "cost", "fare")),
    "最便宜": ("asc", ("price", "cost", "fare")),
    "最富": ("desc", ("gdp per capita", "income")),
    "最穷": ("asc", ("gdp per capita", "income")),
}
ADJ: Final = "(?P<adjective>最常见|" + "|".join(sorted(_ADJECTIVES, key=len, reverse=True)) + ")"
_COLUMNS: Final = re.compile(
    r"(?P<of>.*?)(?:表|数据)?(?:都)?(?:有|包含)?(?:哪些|什么|(?P<many>多少|几)个?)(?:列|字段|变量|特征)"
    r"|(?P<of2>.+?)的(?:列名|字段|字段名|所有列|列)"
)
_MISSING: Final = re.compile(
    r"(?P<of>.*?)(?:列)?(?:的|里|中)?(?:有|是否有|有没有|存在)?(?:多少|几|哪些)?"
    r"(?:个|处)?(?:列)?(?:有)?(?:缺失值|缺失|空值|缺少的值|空缺)(?:的?"
    r"(?:数量|个数|情况|统计|列|有哪些|有多少|数))*(?:个|有多少)?"
)
_CORRELATION: Final = re.compile(
    r"(?P<a>.+?)(?:和|与|跟|同|、)(?P<b>.+?)(?:之间)?(?:的|有)?"
    r"(?:皮尔逊|皮尔森)?(?:相关性|相关系数|相关程度|相关度|相关)(?:是多少|如何|怎么样|有多大|多大|吗|高吗|强吗)?"
)
_DISTINCT: Final = (
    re.compile(r"(?P<pre>.*?)(?:一共|总共|共)?有?(?P<many>多少|几)(?:个|种|类)?不同的?(?P<of>.+)"),
    re.compile(r"(?P<pre>.*?)(?:一共|总共|共)?有?(?P<many>多少|几)(?:种|类)(?P<of>.*)"),
    re.compile(r"(?P<of>.+?)(?:列)?有(?P<many>多少|几)个?不同的?(?:值|取值)"),
    re.compile(r"(?P<of>.+?)(?:都|一共)?(?:有|包含)(?:哪些|什么)(?:不同的?)?(?:值|取值|类别|种类)?"),
    re.compile(
        rf"(?:{VERB})?(?P<of>.+?)(?:列)?的?(?:所有|全部)?(?:不同值|不同的值|不同取值|唯一值|取值|去重值|值的分布"
        rf"|取值分布|频数|频次)(?:有哪些|是什么)?"
    ),
    re.compile(r"(?P<pre>.*?)(?:都)?有(?:哪些|什么)(?:不同的?)?(?P<of>.+)"),
)
_MOST: Final = re.compile(
    rf"(?P<pre>.*?)哪(?:一|(?P<n>{N}))?(?:个|种|座|家|只|位|类|条|行|支)?(?P<entity>[^的]+?)(?:"
    rf"(?:上|里|中)?的(?P<of>.+?))?(?:是)?{ADJ}(?:的)?"
)
_MOST_THEN: Final = re.compile(
    rf"(?P<order>.*?){ADJ}的(?P<entity>(?!{N}{ROW}).+?)(?:(?:是|叫|在)(?:哪.*|什么|谁|多少)?)?"
)
_TOP: Final = (
    re.compile(rf"(?P<order>.*?){ADJ}的?前?(?P<n>{N})(?:{ROW})?(?P<of>.*?)(?:分别)?(?:是(?:什么|谁|哪.*|多少))?"),
    re.compile(rf"(?P<order>.+?)(?:排名|排在|排行|排)?(?P<end>前|后|倒数)(?P<n>{N})(?:的|名|位)(?:的)?(?P<of>.*)"),
)
_COUNT: Final = (
    re.compile(
        rf"(?P<pre>(?!.*是(?:多少|几)).*?)(?:一共|总共|共|里面|里|中|表)*(?:都)?有?(?:多少|几)(?:{ROW})?"
        rf"(?:数据|记录)?(?P<of>.*)"
    ),
    re.compile(r"(?P<pre>.*?)的?总?(?:行数|记录数|条数|数据量|样本数|样本量)(?:是多少|有多少|多少)?(?P<of>)"),
    re.compile(r"(?P<pre>)(?:数一下|数一数|数数)?(?P<of>.*?)的?(?:总数|数量|个数|数目|只数)(?:是多少|有多少|多少)?"),
)
_MEASURES: Final = rf"{MEASURE}(?:(?:和|、|与|以及|及|,|，){MEASURE})*"
_AGGREGATE: Final = re.compile(
    rf"(?P<pre>.*?)的?(?P<measures>{_MEASURES})的?(?P<of>.*?)(?:分别)?(?:是|为|有)?"
    rf"(?:多少|多大|多高|多重|多长|几|什么)?"
)
_DESCRIBE: Final = re.compile(
    r"(?:描述|概述|概括|总结|介绍|分析|摘要)(?:一下|下)?(?:表)?(?P<of>.*?)(?:的?"
    r"(?:统计信息|基本信息|基本情况|信息|情况|概况|数据|内容))?"
    r"|(?P<of2>.+?)的(?:概况|统计信息|基本信息|基本统计|描述性统计|统计描述|统计量|摘要|结构|概要|数据类型"
    r"|类型|信息)(?:是什么|如何)?"
)
_ROWS: Final = (
    re.compile(
        rf"(?:{VERB})?(?P<pre>.*?)的?"
        rf"(?P<end>前|最后|后|末尾|最前|随机|随便)(?:{VERB})?(?P<n>{N})?(?:{ROW})(?:数据|记录)?(?P<of>.*)"
    ),
    re.compile(rf"(?P<verb>{VERB})(?P<pre>(?!错误|报错|提醒|待办|任务).+?)的?(?P<of>所有行|行|数据|记录|内容)?"),
)


_SHARE: Final = re.compile(
    r"(?:(?P<whole>.+?)(?:当中|中(?!国)|里)[，,]?)?(?P<so>.*?)的?(?:占|占了|占到)(?P<of>.*?)的?(?:百分之(?:多少|几)|(?:多大|多少)的?(?:比例|百分比|比重))"
)


def _share(text: str, parts: Parts) -> Ask | None:
    if not (match := _SHARE.fullmatch(text)):
        return None
    whole = match["whole"] or match["of"]
    return Ask("share", of=plain(whole), text=plain(match["so"]), by=parts.by, clauses=parts.clauses)


def _columns(text: str, parts: Parts) -> Ask | None:
    if not (match := _COLUMNS.fullmatch(text)):
        return None
    return Ask(
        "columns",
        measures=("count",) if match["many"] else (),
        clauses=with_clauses(parts, match["of"] or match["of2"] or ""),
    )


def _missing(text: str, parts: Parts) -> Ask | None:
    match = _MISSING.fullmatch(text)
    return Ask("missing", of=plain(match["of"]), by=parts.by, clauses=parts.clauses) if match else None


def _correlation(text: str, parts: Parts) -> Ask | None:
    if not (match := _CORRELATION.fullmatch(text)):
        return None
    return Ask("correlation", of=plain(match["a"]), against=match["b"], by=parts.by, clauses=parts.clauses)


def _distinct(text: str, parts: Parts) -> Ask | None:
    for pattern in _DISTINCT:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            of, pre = plain(groups["of"]), groups.get("pre") or ""
            if not of:
                of, pre = plain(pre), ""
            if not of or re.search(r"表$|要做|待办|提醒|错误", of):
                return None
            return Ask(
                "distinct",
                of=of,
                measures=("count",) if groups.get("many") else (),
                by=parts.by,
                clauses=with_clauses(parts, pre),
            )
    return None


def _extreme(text: str, parts: Parts) -> Ask | None:
    if match := _MOST.fullmatch(text):
        found = _looked_for(
            match["entity"], match["of"] or "", match["adjective"], parts, with_clauses(parts, match["pre"])
        )
        return replace(found, limit=number_said(match["n"] or "一"))
    if match := _MOST_THEN.fullmatch(text):
        order, entity = plain(match["order"]), plain(match["entity"])
        if not order:  # "the greatest price", "the heaviest penguin"
            order, entity = entity, ""
        return _looked_for(entity, order, match["adjective"], parts, parts.clauses)
    return None


def _looked_for(entity: str, of: str, adjective: str, parts: Parts, clauses: tuple[Clause, ...]) -> Ask:
    if adjective == "最常见":
        return Ask(
            "extreme", entity=entity or of, measures=("count",), by=parts.by, clauses=clauses, direction="desc", limit=1
        )
    direction, hints = _ADJECTIVES[adjective]
    of, measures = _measured(of)
    if measures and hints == HOW_MUCH:
        hints = ()
    return Ask(
        "extreme",
        of=of,
        measures=measures,
        by=parts.by,
        clauses=clauses,
        entity=entity,
        direction=direction,
        hints=hints,
        limit=1,
    )


def _measured(phrase: str) -> tuple[str, tuple[Measure, ...]]:
    """``平均体重`` as 体重 and its measure."""
    if re.fullmatch(r".*(?:数量|个数|行数)", phrase):
        return "", ("count",)
    if match := re.fullmatch(rf"(?P<before>.*?)的?(?P<measure>{MEASURE})的?(?P<after>.*)", phrase):
        return match["after"] or match["before"], (MEASURES[match["measure"]],)
    return phrase, ()


def top(text: str, parts: Parts) -> Ask | None:
    for pattern in _TOP:
        if not (match := pattern.fullmatch(text)):
            continue
        groups = match.groupdict()
        direction, hints = _ADJECTIVES.get(groups.get("adjective") or "", ("desc", ()))
        if groups.get("end") in ("后", "倒数"):
            direction = "asc"
        order, measures = _measured(plain(_verbless(match["order"])) or parts.order)
        if order and hints == HOW_MUCH:
            hints = ()
        of = plain(match["of"])
        return Ask(
            "top",
            of=of,
            measures=measures,
            by=parts.by,
            clauses=parts.clauses,
            order=order,
            direction=direction,
            hints=hints,
            limit=number_said(match["n"]),
        )
    return None


def _verbless(text: str) -> str:
    return re.sub(rf"^{VERB}", "", text)


def count(text: str, parts: Parts) -> Ask | None:
    if re.search(MEASURE.replace("|总)", ")").replace("|总|", "|"), text):
        return None
    for pattern in _COUNT:
        if match := pattern.fullmatch(text):
            of, pre = plain(match["of"]), plain(match["pre"])
            if of == "总" or (pattern is _COUNT[-1] and not of and not parts.by):
                return None
            if not of:
                of, pre = pre, ""
            return Ask("count", of=of or "rows", by=parts.by, clauses=with_clauses(parts, pre))
    return None


def aggregate(text: str, parts: Parts) -> Ask | None:
    if not (match := _AGGREGATE.fullmatch(text)):
        return None
    measures = tuple(dict.fromkeys(MEASURES[word] for word in re.findall(MEASURE, match["measures"])))
    of, pre = plain(match["of"]), plain(_verbless(match["pre"]))
    if not of:
        of, pre = pre, ""
    return Ask("aggregate", of=of, measures=measures, by=parts.by, clauses=with_clauses(parts, pre))


def _describe(text: str, parts: Parts) -> Ask | None:
    match = _DESCRIBE.fullmatch(text)
    if not match or re.match(r"你|自己|我们", of := match["of"] or match["of2"] or ""):
        return None
    return Ask("describe", of=plain(of), clauses=parts.clauses)


def _rows(text: str, parts: Parts) -> Ask | None:
    for pattern in _ROWS:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            end = groups.get("end") or ""
            limit = number_said(groups["n"]) if groups.get("n") else 5 if end else None
            of = re.sub(r"(?:的)?(?:所有行|行|数据|记录|内容)$", "", plain(match["pre"] or groups["of"] or ""))
            position = (
                "random"
                if end.startswith("随")
                else "last"
                if end in ("最后", "后", "末尾")
                else "first"
                if end
                else ""
            )
            return replace(_ordered_rows(of, parts), limit=limit, position=position)  # type: ignore[arg-type]  # one of the three, or ""
    if (parts.clauses or parts.order) and re.fullmatch(r"(?:所有|全部)?(?:的)?.{0,20}", text):
        return _ordered_rows(
            plain(re.sub(r"(?:的)?(?:所有)?(?:行|数据|记录)$|(?:是|为)(?:多少|什么)$", "", text)), parts
        )
    return None


def _ordered_rows(of: str, parts: Parts) -> Ask:
    return Ask("rows", of=of, clauses=parts.clauses, order=parts.order, direction=parts.direction)


READERS: Final = (
    _share,
    _columns,
    _missing,
    _correlation,
    _distinct,
    _extreme,
    top,
    count,
    aggregate,
    _describe,
    _rows,
)
"""In the order in which they are tried."""
