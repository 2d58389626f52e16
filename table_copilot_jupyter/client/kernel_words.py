"""In Chinese what a kernel or the server says in English of what it shows: titles, headers, what a model asks to see.

They say it once, for every reader, and to the model too. What is worded in another way stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .words import Words

_Rules = Sequence[tuple[re.Pattern[str], str]]


def _rules(*rules: tuple[str, str]) -> _Rules:
    """(pattern, its Chinese); ``#`` stands for a number."""
    return [(re.compile(pattern.replace("#", r"([\d,]+)")), chinese) for pattern, chinese in rules]


_TITLES = _rules(
    (r"No tables", "没有表"),
    (r"# tables?", r"\1 个表"),
    (r"(\S+): # columns?", r"\1：\2 列"),
    (r"(\S+): # rows? × # columns?", r"\1：\2 行 × \3 列"),
    (
        r"(\S+): # rows? × # columns?; all figures from # rows?, evenly spread",
        r"\1：\2 行 × \3 列；所有数字来自均匀抽取的 \4 行",
    ),
    (
        r"(\S+): # rows? × # columns?; distinct, quartiles, most frequent, length and all of Python objects "
        r"from # rows?, evenly spread",
        r"\1：\2 行 × \3 列；不同值、四分位数、最常见、长度和 Python 对象的数字来自均匀抽取的 \4 行",
    ),
    (r"Chart: (.+)", r"图表：\1"),
)
_LEFT_OUT = _rules(
    (r"… and # more rows", r"… 另有 \1 行"),
    (r"… and # more columns", r"… 另有 \1 列"),
    (r"… and # more rows and # more columns", r"… 另有 \1 行、\2 列"),
)
_ASKED = _rules(
    (r"# rows? of (\S+): # columns?", r" \2 的 \1 行（\3 列）"),
    (r"# rows? of (\S+): # columns?, # of text", r" \2 的 \1 行（\3 列，其中 \4 列是文字）"),
    (r"statistics of # columns? of (.+) \(# rows?\)", r" \2 中 \1 列的统计值（共 \3 行）"),
    (r"the message and traceback of the error", "错误信息及其调用堆栈"),
)
_OUTPUT = re.compile(r"the output of the code(?:: (.+)| \((.+)\)( and its error's message))")
_QUANTITIES = _rules(
    (r"# lines? of text", r"\1 行文字"),
    (r"# outputs?", r"\1 个输出"),
    (r" \(# pictures? (?:is|are) not sent\)", r"（\1 张图片不发送）"),
    (r" and ", "和 "),
)
_HEADS = {
    # a list of tables
    "name": "名称",
    "kind": "类型",
    "rows": "行数",
    "columns": "列数",
    "memory": "内存",
    # a description of one
    "column": "列",
    "type": "类型",
    "missing": "缺失",
    "distinct": "不同值",
    "mean": "平均",
    "std": "标准差",
    "min": "最小",
    "max": "最大",
    "most frequent": "最常见",
    "length": "长度",
}


def title_in(title: str, words: Words) -> str:
    """What a table or a chart is called that is no result: ``3 tables``."""
    return _said(title, _TITLES) if words.language == "zh" else title


def head_in(name: str, words: Words) -> str:
    """A column's name in a list or a description of tables."""
    return words.say(name, _HEADS.get(name, name))


def text_in(text: str, words: Words) -> str:
    """A table or chart as text: its title is the first line, what is left out the last."""
    if words.language != "zh" or not text:
        return text
    first, *others = text.split("\n")
    lines = [_said(first, _TITLES), *others]
    lines[-1] = _said(lines[-1], _LEFT_OUT)
    return "\n".join(lines)


def asked_in(what: str, words: Words) -> str:
    """``3 rows of q1: 2 columns, 1 of text``, so that it can follow 模型想看."""
    if words.language != "zh":
        return what
    if found := _OUTPUT.fullmatch(what):
        quantity = found[1] or found[2]
        for pattern, chinese in _QUANTITIES:
            quantity = pattern.sub(chinese, quantity)
        return f"代码的输出（{quantity}）和错误信息" if found[3] else f"代码的输出：{quantity}"
    said = _said(what, _ASKED)
    return said if said != what else f"：{what}"


def _said(text: str, rules: _Rules) -> str:
    for pattern, chinese in rules:
        if found := pattern.fullmatch(text):
            return found.expand(chinese)
    return text
