"""Chinese sentences about tables: those that ask for a chart, and the way in for all."""

from __future__ import annotations

import re
from typing import Final

from .asks import Ask, Chart
from .chinese import READERS, aggregate, count, top
from .chinese_parts import NAME, squeezed, taken_apart


def read_chinese(text: str) -> Ask | None:
    """An ask, or None where the sentence is none about tables."""
    text = squeezed(text)
    if ask := _plot(text):
        return ask
    rest, parts = taken_apart(text)
    for reader in READERS:
        if ask := reader(rest, parts):
            return ask
    return None


_CHARTS: Final[tuple[tuple[str, Chart], ...]] = (
    ("直方图|分布图", "histogram"),
    ("柱状图|条形图|柱形图|柱图", "bar"),
    ("折线图|线图|趋势图|曲线图", "line"),
    ("散点图", "scatter"),
    ("箱线图|箱形图|箱型图|盒须图|盒图", "box"),
    ("饼图|饼状图", "pie"),
    ("图表|图", ""),
)
_CHART: Final = "(?P<chart>" + "|".join(words for words, _ in _CHARTS) + ")"
_DRAW: Final = r"(?:画|绘制|绘|作|做|生成|可视化|展示|显示)(?:出|一下|个|一个|一张|张|成)*"
_PLOTS: Final = (
    re.compile(rf"{_DRAW}(?P<of>.+?)的?{_CHART}"),
    re.compile(rf"(?:把|将)(?P<of>.+?)(?:画|绘制|做|作)(?:成|为|出)?(?:一个|一张|个|张)?{_CHART}"),
    re.compile(rf"(?P<of>.+?)(?:画|绘制)(?:成|为|出|一个|一张|个|张)*(?P<more>[^的]*?)的?{_CHART}"),
    re.compile(r"(?:画|绘制|可视化)(?:出|一下|个|一个|一张|张)*(?P<of>.+)"),
    re.compile(rf"(?P<of>.+?)的(?P<chart>{'|'.join(words for words, _ in _CHARTS[:-1])})"),
)
_COLOURED: Final = re.compile(rf"[，,]?(?:用|以|按)(?P<colour>{NAME})(?:着色|上色|区分颜色|分颜色|作为颜色)[，,]?")
_VERSUS: Final = re.compile(r"(?P<a>.+?)(?:和|与|对|随|vs|跟)(?P<b>.+?)(?:的?(?:关系|变化))?")
_ALL_OF_IT: Final = re.compile(r"(?:画|绘制|可视化|作)(?:出来|一下|成图|个图|张图|图)?")
_THIS: Final = re.compile(r"(?:它|这个|这些|这个结果|上面的结果|刚才的结果|结果|上一个结果|_?q(?P<number>\d+))")


def _plot(text: str) -> Ask | None:
    if _ALL_OF_IT.fullmatch(text):
        return Ask("plot", position="last")
    colour = ""
    if found := _COLOURED.search(text):
        text, colour = text[: found.start()] + text[found.end() :], found["colour"]
    match = next((match for pattern in _PLOTS if (match := pattern.fullmatch(text))), None)
    if match is None:
        return None
    groups = match.groupdict()
    chart: Chart = next((kind for words, kind in _CHARTS if re.fullmatch(words, groups.get("chart") or "")), "")
    subject = "，".join(filter(None, (groups["of"], groups.get("more"))))
    if this := _THIS.fullmatch(subject):
        return Ask("plot", of=f"q{this['number']}" if this["number"] else "", chart=chart, position="last")
    rest, parts = taken_apart(subject)
    if ask := top(rest, parts) or count(rest, parts):
        return Ask("plot", chart=chart, colour=colour, nested=ask)
    if parts.by and (ask := aggregate(rest, parts)):
        return Ask("plot", chart=chart, colour=colour, nested=ask)
    rest = re.sub(r"的?(?:分布|情况)$", "", rest)
    if not parts.by and (both := _VERSUS.fullmatch(rest)):
        return Ask(
            "plot", of=both["a"], against=both["b"], clauses=parts.clauses, chart=chart or "scatter", colour=colour
        )
    return Ask("plot", of=rest, by=parts.by, clauses=parts.clauses, chart=chart, colour=colour)
