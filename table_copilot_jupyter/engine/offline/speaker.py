"""How the offline model words what results hold: numbers with their reference, values, lists, conditions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...language import Language
from .asks import Measure
from .comparisons import Condition
from .names import Column
from .results import NULL, Told, figure

MEASURE_NAMES: Final[dict[Measure, tuple[str, str]]] = {
    "mean": ("mean", "平均值"),
    "median": ("median", "中位数"),
    "sum": ("sum", "总和"),
    "min": ("least value", "最小值"),
    "max": ("greatest value", "最大值"),
    "std": ("standard deviation", "标准差"),
    "var": ("variance", "方差"),
    "share": ("share", "占比"),
    "count": ("number of rows", "行数"),
}
_OPS: Final = {
    "=": ("is", "为"),
    "in": ("is", "为"),
    "<>": ("is not", "不为"),
    "not in": ("is not", "不为"),
    ">": ("is over", "大于"),
    ">=": ("is at least", "不小于"),
    "<": ("is under", "小于"),
    "<=": ("is at most", "不大于"),
    "contains": ("contains", "包含"),
    "starts": ("starts with", "开头为"),
    "ends": ("ends with", "结尾为"),
    "null": ("is missing", "缺失"),
    "known": ("is not missing", "不缺失"),
}


_OPS_OF_TIMES: Final = {
    ">": ("is after", "晚于"),
    ">=": ("is not before", "不早于"),
    "<": ("is before", "早于"),
    "<=": ("is not after", "不晚于"),
}


class Speaker:
    """Words and numbers of one result, in one language."""

    def __init__(self, told: Told, language: Language) -> None:
        self.told = told
        self._chinese = language == "zh"

    def say(self, english: str, chinese: str) -> str:
        return chinese if self._chinese else english

    def number(self, text: str) -> str:
        return f"{figure(text)} [{self.told.ref}]"

    def value(self, text: str, column: Column | None) -> str:
        """A cell: a number with its reference, a year as it is, text without marks of Markdown."""
        if text == NULL:
            return self.say("missing", "缺失")
        if re.fullmatch(r"[-+]?[\d.]+(?:e[-+]?\d+)?", text):
            year = (
                column is not None
                and re.search(r"year|年", column.name, re.IGNORECASE)
                and re.fullmatch(r"\d{4}", text)
            )
            return text if year else self.number(text)
        return plain_text(text)

    def listed(self, parts: Sequence[str]) -> str:
        if len(parts) < 2:
            return "".join(parts)
        return self.say(f"{', '.join(parts[:-1])} and {parts[-1]}", f"{'，'.join(parts[:-1])}，{parts[-1]}")

    def ended(self, text: str) -> str:
        return f"{text[:1].upper()}{text[1:]}{self.say('.', '。')}"

    def unreadable(self) -> str:
        """Why nothing can be told; "" where it can."""
        told = self.told
        if told.empty:
            return self.say(f"The result has no rows [{told.ref}].", f"结果没有任何行 [{told.ref}]。")
        if not told.readable or (not told.rows and told.withheld):
            return self.say(
                f"The result is in the table [{told.ref}]; at this privacy level I can't read its values.",
                f"结果在表 [{told.ref}] 中；在当前的隐私级别下我看不到其中的值。",
            )
        return ""

    def condition(self, condition: Condition) -> str:
        """A condition in words."""
        name = f"`{condition.columns[0].name}`"
        if condition.year and re.search("year|年", condition.columns[0].name, re.IGNORECASE) is None:
            name = self.say(f"the year of {name}", f"{name} 的年份")
        values = [
            value if re.fullmatch(r"[\w .,'’-]+", value) else f"`{value}`"
            for value in condition.shown or condition.values
        ]
        op = condition.op
        if op == "between":
            return self.say(
                f"{name} is between {values[0]} and {values[1]}", f"{name} 在 {values[0]} 到 {values[1]} 之间"
            )
        times = condition.columns[0].holds == "times" and not condition.year
        english, chinese = _OPS_OF_TIMES.get(op, _OPS[op]) if times else _OPS[op]
        joined = self.say(" or ", " 或 ").join(values)
        return self.say(f"{name} {english} {joined}".rstrip(), f"{name} {chinese} {joined}".rstrip())


def plain_text(text: str) -> str:
    """A value that is a text, so that Markdown shows it as it is."""
    short = text if len(text) <= 80 else f"{text[:79]}…"
    return short if re.fullmatch(r"[\w][\w .,'’()/-]*", short) else f"`{short.replace('`', chr(39))}`"


def is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", text) is not None


def plain_answer(told: Told, language: Language) -> str:
    """The answer to SQL that the user wrote."""
    speaker = Speaker(told, language)
    if problem := speaker.unreadable():
        return problem
    if told.complete and len(told.rows) == 1 and len(told.columns) <= 4:
        pairs = zip(told.columns, told.rows[0], strict=False)
        said = [
            speaker.say(f"`{c.name}` is {speaker.value(v, c)}", f"`{c.name}` 是 {speaker.value(v, c)}")
            for c, v in pairs
        ]
        return speaker.ended(speaker.listed(said))
    count = speaker.number(str(told.total)) if told.total is not None else ""
    if not count:
        return speaker.say(f"The result is in the table [{told.ref}].", f"结果在表 [{told.ref}] 中。")
    return speaker.say(
        f"The result has {count} {'row' if told.total == 1 else 'rows'}; the table shows them.",
        f"结果有 {count} 行，见表格。",
    )
