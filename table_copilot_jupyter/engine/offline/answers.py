"""What the offline model says of a result: one or two sentences, with the reference right after every number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from ...language import Language
from .comparisons import Condition
from .plans import Plan
from .results import NULL, Told, figure
from .speaker import MEASURE_NAMES, Speaker, is_number, plain_text
from .sql import value_names

_PERIODS_ZH: Final = {"year": "年", "quarter": "季度", "month": "月", "week": "周", "day": "日", "hour": "小时"}
TOLD_ROWS: Final = 3
"""So many rows are told in words; more are left to the table that the user sees."""


def answer(plan: Plan, told: Told, language: Language) -> str:
    """The answer to a plan, from what its query told."""
    text = _Answer(plan, told, language).text()
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)


def restriction(plan: Plan, told: Told, language: Language) -> str:
    """The conditions of a plan, to be said after what it shows; "" without any."""
    return _Answer(plan, told, language)._for()


class _Answer(Speaker):
    def __init__(self, plan: Plan, told: Told, language: Language) -> None:
        super().__init__(told, language)
        self._plan = plan
        self._table = f"`{plan.table.name}`"
        self._by = self.say(" and ", "、").join(f"`{group.period or group.column.name}`" for group in plan.groups)

    def text(self) -> str:
        text, unit, noun = self._said(), self._plan.unit, self._plan.noun
        if noun:
            text = self.say(
                f"{self._table} says nothing of “{noun}”; I take its rows for them. {text}",
                f"{self._table} 里没有提到“{noun}”，这里按行来算。{text}",
            )
        if unit:
            text += self.say(
                f" {self._table} does not say whether that is in {unit}.", f"{self._table} 没有注明单位是不是{unit}。"
            )
        return text

    def _said(self) -> str:
        plan, told = self._plan, self.told
        if told.empty or (plan.shape == "count" and not plan.groups and told.rows[:1] == (("0",),)):
            return self._none()
        if plan.shape == "rows":
            return self._rows()
        if problem := self.unreadable():
            return problem
        width = len(plan.groups) + (2 if plan.shape == "distinct" and not plan.measures else 1)
        if any(len(row) < width for row in told.rows):
            return self.say(f"The result is in the table [{told.ref}].", f"结果在表 [{told.ref}] 中。")
        if told.withheld:
            return self._partly()
        if plan.shape == "missing" and not plan.groups:
            return self._missing()
        if plan.shape == "ranking":
            return self._ranking()
        if plan.shape == "distinct" and not plan.measures and not plan.groups:
            return self._values()
        if plan.groups:
            return self._by_group()
        return self._single()

    # --- conditions -------------------------------------------------------------------------------

    def where(self) -> str:
        """The conditions in words, "" without any."""
        return self.say(" and ", " 且 ").join(self._conditions(self._plan.conditions))

    def _conditions(self, conditions: Sequence[Condition]) -> list[str]:
        named = [self.condition(condition) for condition in conditions if not condition.guessed]
        said = [self._values_said(condition.said) for condition in conditions if condition.guessed]
        if said:
            named.insert(0, self.say(f"the row says {' and '.join(said)}", f"含有 {' 和 '.join(said)}"))
        return named

    def _values_said(self, said: str) -> str:
        return self.say(" or ", " 或 ").join(map(plain_text, said.split(" or ")))

    def _for(self) -> str:
        """The conditions after a statement."""
        where = self.where()
        return self.say(f" where {where}", f"（{where}）") if where else ""

    def _none(self) -> str:
        where = self.where()
        ref = f"[{self.told.ref}]"
        if not where:
            return self.say(f"{self._table} has no rows {ref}.", f"{self._table} 没有任何行 {ref}。")
        return self.say(
            f"No row of {self._table} is one where {where} {ref}.", f"{self._table} 中没有满足条件的行：{where} {ref}。"
        )

    def _partly(self) -> str:
        """Small groups are withheld: the greatest of the others may not be the greatest."""
        return self.say(
            f"The result is in the table [{self.told.ref}]; at this privacy level I can't read its small groups, "
            "so I can't compare them.",
            f"结果在表 [{self.told.ref}] 中；在当前的隐私级别下我看不到行数少的组，无法比较。",
        )

    # --- one row ------------------------------------------------------------------------------------

    def _single(self) -> str:
        plan, cells = self._plan, self.told.rows[0]
        where = self.where()
        if plan.shape == "count":
            rows = self.say("row" if cells[0] == "1" else "rows", "行")
            count = self.number(cells[0])
            return self.say(
                f"{self._table} has {count} {rows}{self._for()}.", f"{self._table} 有 {count} {rows}{self._for()}。"
            )
        if plan.shape == "share" and cells[0] != NULL:
            parts = self.say(" and ", " 且 ").join(self._conditions(plan.parts))
            percent = f"{figure(cells[0])} % [{self.told.ref}]"
            return self.say(
                f"Of the rows of {self._table}{self._for()}, {percent} are ones where {parts}.",
                f"{self._table} 的行{self._for()}中，{parts} 的占 {percent}。",
            )
        if plan.shape == "distinct":
            name = f"`{plan.columns[0].name}`"
            count = self.number(cells[0])
            return self.say(
                f"{name} has {count} different {plan.period or 'value'}{'' if cells[0] == '1' else 's'} in "
                f"{self._table}{self._for()}.",
                f"{self._table} 的 {name} 有 {count} 个不同的{_PERIODS_ZH.get(plan.period, '值')}{self._for()}。",
            )
        if all(cell == NULL for cell in cells):
            return self.say(
                f"There is nothing to compute it from{self._for()} [{self.told.ref}].",
                f"没有可以计算的值{self._for()} [{self.told.ref}]。",
            )
        said = [self._is(label, cell) for label, cell in zip(self._labels(), cells, strict=False)]
        text = self.listed(said)
        if where:
            return self.ended(self.say(f"where {where}, {text}", f"在 {where} 的行中，{text}"))
        return self.ended(text)

    def _is(self, label: tuple[str, str], cell: str) -> str:
        return self.say(f"the {label[0]} is {self.value(cell, None)}", f"{label[1]}是 {self.value(cell, None)}")

    def _labels(self) -> list[tuple[str, str]]:
        """Each computed column in words."""
        plan = self._plan
        if plan.shape == "correlation":
            a, b = (f"`{column.name}`" for column in plan.columns)
            return [(f"correlation of {a} and {b}", f"{a} 与 {b} 的相关系数")]
        if plan.shape == "missing":
            return [(f"number of missing values of `{c.name}`", f"`{c.name}` 的缺失值数") for c in plan.columns]
        if plan.shape == "distinct":
            name = f"`{plan.columns[0].name}`"
            return [(f"number of different {plan.period or 'value'}s of {name}", f"{name} 的不同值数")]
        if plan.shape == "share":
            parts = self._conditions(plan.parts)
            return [(f"percentage of rows where {' and '.join(parts)}", f"{' 且 '.join(parts)}的行所占百分比")]
        if plan.shape == "count" or not plan.columns:
            return [("number of rows", "行数")]
        return [
            (f"{MEASURE_NAMES[measure][0]} of `{column.name}`", f"`{column.name}` 的{MEASURE_NAMES[measure][1]}")
            for column in plan.columns
            for measure in plan.measures
        ]

    def _missing(self) -> str:
        counted = zip(value_names(self._plan), self.told.rows[0], strict=False)
        found = sorted(
            ((name, int(cell)) for name, cell in counted if cell.isdecimal() and cell != "0"), key=lambda pair: -pair[1]
        )
        one = f"`{self._plan.columns[0].name}`"
        if not found:
            ref = f"[{self.told.ref}]"
            if len(self._plan.columns) == 1:
                return self.say(
                    f"{one} has no missing values{self._for()} {ref}.", f"{one} 没有缺失值{self._for()} {ref}。"
                )
            return self.say(
                f"{self._table} has no missing values{self._for()} {ref}.",
                f"{self._table} 没有缺失值{self._for()} {ref}。",
            )
        said = [f"`{name}` {self.number(str(count))}" for name, count in found[:TOLD_ROWS]]
        rest = ""
        if len(found) > TOLD_ROWS or len(self.told.rows[0]) < len(self._plan.columns):
            rest = self.say(f" The table [{self.told.ref}] shows all columns.", f"表 [{self.told.ref}] 列出了所有列。")
        return self.say(
            f"Missing values{self._for()}: {self.listed(said)}.{rest}",
            f"缺失值{self._for()}：{self.listed(said)}。{rest}",
        )

    # --- several rows -------------------------------------------------------------------------------

    def _key(self, row: Sequence[str]) -> str:
        keys = row[: len(self._plan.groups)]
        return ", ".join(self._bare(text, group.period) for text, group in zip(keys, self._plan.groups, strict=True))

    def _bare(self, text: str, period: str = "") -> str:
        if period == "month":
            return text[:7]
        if text == NULL:
            return self.say("(missing)", "（缺失）")
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}(?:[ T]00:00:00)?", text):
            return text[:10]
        return plain_text(text)

    def _by_group(self) -> str:
        plan, told = self._plan, self.told
        labels = self._labels()
        size = len(plan.groups)
        what = self.say(
            f"The {self.listed([label[0] for label in labels])} by {self._by}",
            f"各 {self._by} 的 {self.listed([label[1] for label in labels])}",
        )
        if told.complete and len(told.rows) <= TOLD_ROWS:
            said = [
                self._key(row) + " " + self.say(" / ", " / ").join(self.value(cell, None) for cell in row[size:])
                for row in told.rows
            ]
            return self.say(f"{what}{self._for()}: {self.listed(said)}.", f"{what}{self._for()}：{self.listed(said)}。")
        shown = self.say(
            f"The table [{told.ref}] shows the {what[4:]}{self._for()}", f"表 [{told.ref}] 给出了{what}{self._for()}"
        )
        known = [(row, float(row[size])) for row in told.rows if is_number(row[size])]
        if not known:
            return f"{shown}{self.say('.', '。')}"
        ends = [(max(known, key=lambda pair: pair[1])[0], "greatest", "最大")]
        if told.complete:
            ends.append((min(known, key=lambda pair: pair[1])[0], "least", "最小"))
        said = [
            self.say(
                f"{english} for {self._key(row)}, {self.number(row[size])}",
                f"{chinese}的是 {self._key(row)}：{self.number(row[size])}",
            )
            for row, english, chinese in ends
        ]
        return self.say(f"{shown}; it is {', and '.join(said)}.", f"{shown}；{'，'.join(said)}。")

    def _values(self) -> str:
        plan, told = self._plan, self.told
        name = f"`{plan.columns[0].name}`"
        if told.complete and len(told.rows) <= TOLD_ROWS:
            said = [
                self._bare(row[0]) + self.say(f" ({self.number(row[1])} rows)", f"（{self.number(row[1])} 行）")
                for row in told.rows
            ]
            return self.say(
                f"The values of {name}{self._for()} are {self.listed(said)}.",
                f"{name} 的值{self._for()}：{self.listed(said)}。",
            )
        count = self.number(str(told.total))
        first = told.rows[0]
        return self.say(
            f"{name} has {count} different values{self._for()}; the table shows them with their rows. "
            f"The most frequent is {self._bare(first[0])}, in {self.number(first[1])} rows.",
            f"{name} 有 {count} 个不同的值{self._for()}，见表格。最常见的是 "
            f"{self._bare(first[0])}：{self.number(first[1])} 行。",
        )

    def _ranking(self) -> str:
        plan = self._plan
        most = plan.ask.direction == "desc"
        return self._ranked_groups(most) if plan.groups else self._ranked_rows(most)

    def _ranked_groups(self, most: bool) -> str:
        plan, told = self._plan, self.told
        size = len(plan.groups)
        counts = plan.measures == ("count",)
        if counts:
            english, chinese = self._table_rows(most)
        else:
            measure, name = plan.measures[0], f"`{plan.columns[0].name}`"
            word = (
                ""
                if measure in ("max", "min")
                else "mean "
                if measure == "mean"
                else f"{MEASURE_NAMES[measure][0]} of "
            )
            english = f"{'greatest' if most else 'least'} {word}{name}"
            word = "" if measure in ("max", "min") else MEASURE_NAMES[measure][1]
            chinese = f"{name} {word}最{'大' if most else '小'}"
        if (plan.ask.limit or 0) == 1:
            row = told.rows[0]
            return self.say(
                f"{self._key(row)} has the {english}{self._for()}: {self.number(row[size])}.",
                f"{chinese}的 {self._by} 是 {self._key(row)}{self._for()}：{self.number(row[size])}。",
            )
        if told.complete and len(told.rows) <= TOLD_ROWS:
            said = [f"{self._key(row)} {self.number(row[size])}" for row in told.rows]
            return self.say(
                f"The {self._by} with the {english}{self._for()}: {self.listed(said)}.",
                f"{chinese}的 {self._by}{self._for()}：{self.listed(said)}。",
            )
        row, shown = told.rows[0], told.total or len(told.rows)
        return self.say(
            f"The table [{told.ref}] shows all {shown}. First comes {self._key(row)} with the "
            f"{english}{self._for()}: {self.number(row[size])}.",
            f"表 [{told.ref}] 列出了全部 {shown} 个。{chinese}的是 "
            f"{self._key(row)}{self._for()}：{self.number(row[size])}。",
        )

    def _table_rows(self, most: bool) -> tuple[str, str]:
        return ("most rows", "行数最多") if most else ("fewest rows", "行数最少")

    def _ranked_rows(self, most: bool) -> str:
        plan, told = self._plan, self.told
        column = plan.columns[0]
        place = next((at for at, shown in enumerate(told.columns) if shown.name == column.name), None)
        english, chinese = ("greatest", "最大") if most else ("least", "最小")
        if place is None or place >= len(told.rows[0]):
            return self.say(
                f"The table [{told.ref}] shows the rows with the {english} `{column.name}`{self._for()}.",
                f"表 [{told.ref}] 列出了 `{column.name}` {chinese}的行{self._for()}。",
            )
        first = told.rows[0]
        of = self._of_row(first, place)
        if len(told.rows) == 1:
            return self.say(
                f"The {english} `{column.name}`{self._for()} is {self.value(first[place], column)}{of}.",
                f"{chinese}的 `{column.name}`{self._for()} 是 {self.value(first[place], column)}{of}。",
            )
        shown = told.total or len(told.rows)
        return self.say(
            f"The table [{told.ref}] shows all {shown} rows with the {english} `{column.name}`{self._for()}, "
            f"beginning with {self.value(first[place], column)}{of}.",
            f"表 [{told.ref}] 列出了 `{column.name}` {chinese}的 {shown} 行{self._for()}，第一行是 "
            f"{self.value(first[place], column)}{of}。",
        )

    def _of_row(self, row: Sequence[str], place: int) -> str:
        """What row it is, by its first columns that are no numbers."""
        pairs = [
            (column.name, cell)
            for at, (column, cell) in enumerate(zip(self.told.columns, row, strict=False))
            if at != place and cell != NULL and not is_number(cell)
        ][:TOLD_ROWS]
        said = [f"`{name}` {plain_text(cell)}" for name, cell in pairs]
        return self.say(f" ({', '.join(said)})", f"（{'，'.join(said)}）") if said else ""

    def _rows(self) -> str:
        plan, told = self._plan, self.told
        ask = plan.ask
        shown = f"[{told.ref}]"
        if plan.conditions and not ask.limit and told.total is not None:
            count = self.number(str(told.total))
            word = "row" if told.total == 1 else "rows"
            return self.say(
                f"{self._table} has {count} {word}{self._for()}; the table shows "
                f"{'it' if told.total == 1 else 'them'}.",
                f"{self._table} 有 {count} 行{self._for()}，见表格。",
            )
        which = {"first": ("first ", "前"), "last": ("last ", "最后"), "random": ("random ", "随机")}.get(
            ask.position, ("", "")
        )
        if plan.groups and not ask.limit:
            return self.say(
                f"The table {shown} shows {self._by} of {self._table}{self._for()}.",
                f"表 {shown} 给出了 {self._table} 的 {self._by}{self._for()}。",
            )
        number = ask.limit or (10 if not plan.conditions and not plan.groups and not plan.columns else 0)
        if number and not which[0]:
            which = ("first ", "前")
        rows = self.say(
            f"the {which[0]}{number} rows" if number else "the rows", f"{which[1]} {number} 行" if number else "行"
        )
        if ask.position == "random":
            rows = self.say(f"{number} random rows", f"随机 {number} 行")
        order = f"`{plan.columns[0].name}`" if plan.columns else ""
        way = self.say("descending", "降序") if ask.direction == "desc" else self.say("ascending", "升序")
        sorted_by = self.say(f" in {way} order of {order}", f"，按 {order} {way}排列") if order else ""
        return self.say(
            f"The table {shown} shows {rows} of {self._table}{self._for()}{sorted_by}.",
            f"表 {shown} 给出了 {self._table} 的{rows}{self._for()}{sorted_by}。",
        )
