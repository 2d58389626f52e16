"""Charts, for the offline model: what is computed before, and the Vega-Lite description of what is drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ...language import Language
from .asks import Ask, Chart, Measure, Unclear
from .meaning import plan
from .names import Column, TableInfo
from .plans import Group, Plan
from .scene import Scene
from .speaker import MEASURE_NAMES
from .sql import key_name, sql_of, value_names

MOST_ROWS: Final = 5000
"""So many rows ``plot_table`` draws; of more, a sample is drawn."""
MOST_BARS_UPRIGHT: Final = 8


@dataclass(frozen=True)
class Drawing:
    """``sql``, made of ``plan``, is run before where it is not empty, and its result is drawn; else ``source``."""

    title: str
    chart: Chart
    x: Column
    y: Column | None = None
    colour: Column | None = None
    source: str = ""
    sql: str = ""
    sampled: bool = False
    plan: Plan | None = None

    def spec(self, bars: int | None = None) -> dict[str, Any]:
        """The description. ``bars``: how many rows are drawn, where that is known."""
        return _SPECS[self.chart or "bar"](self, bars)


def drawing(
    ask: Ask,
    tables: Sequence[TableInfo],
    words: str,
    language: Language,
    choices: Mapping[str, str],
    settled: Callable[[Plan], Plan] = lambda found: found,
) -> Drawing:
    """What an ask for a chart means, with its plan ``settled``. Raises Unclear and Choice."""
    if ask.nested is not None:
        return _computed(ask, settled(plan(ask.nested, tables, words, language, choices)), language)
    by = ask.by or ((ask.against,) if ask.against else ())
    looked = Ask(
        "aggregate", of=ask.of, measures=("min",), by=(*by, *((ask.colour,) if ask.colour else ())), clauses=ask.clauses
    )
    return _of_columns(ask, settled(plan(looked, tables, words, language, choices)), language)


def of_result(name: str, columns: Sequence[Column], chart: Chart, language: Language) -> Drawing:
    """A result as it is: its first column against its first other column of numbers."""
    scene = Scene(TableInfo(name, tuple(columns)), language=language)
    numbers = [column for column in columns[1:] if column.holds in ("numbers", "anything")]
    if not numbers:
        raise Unclear(
            scene.say(f"`{name}` has no second column of numbers to draw.", f"`{name}` 没有可以画的第二列数字。")
        )
    x, y = columns[0], numbers[0]
    others = [column for column in columns[1:] if column != y and column.holds in ("text", "truth")]
    usual: Chart = "line" if _in_time(x) else "scatter" if x.holds == "numbers" else "bar"
    return Drawing(
        scene.say(f"{y.name} by {x.name}", f"各 {x.name} 的 {y.name}"),
        chart or usual,
        x,
        y,
        others[0] if others else None,
        source=name,
    )


# --- what is drawn ------------------------------------------------------------------------------------


def _computed(ask: Ask, found: Plan, language: Language) -> Drawing:
    values = value_names(found)
    if not found.groups or not values:
        scene = Scene(found.table, language=language)
        raise Unclear(scene.say("By what should I draw it? Say “plot … by COLUMN”.", "按什么来画？请说“按某列画……”。"))
    keys = [_key_column(group) for group in found.groups]
    usual: Chart = "line" if _in_time(keys[0]) else "bar"
    return Drawing(
        _title(found, [key.name for key in keys], language),
        ask.chart if ask.chart in ("bar", "line", "pie", "scatter") else usual,
        keys[0],
        Column(values[0], "double"),
        keys[1] if len(keys) > 1 else None,
        sql=sql_of(found),
        plan=found,
    )


def _title(found: Plan, keys: Sequence[str], language: Language) -> str:
    """``mean body_mass_g by island``"""
    value = value_names(found)[0]
    measure, _, name = value.partition("_")
    if language == "zh":
        what = f" {name} {MEASURE_NAMES[found.measures[0]][1]}" if name and found.measures else "行数"
        return f"各 {'、'.join(keys)} 的{what}"
    return f"{measure} {name}".strip() + f" by {' and '.join(keys)}"


def _key_column(group: Group) -> Column:
    if group.period == "year":
        return Column("year", "int64")
    return Column(key_name(group), "date" if group.period else group.column.type)


def _of_columns(ask: Ask, found: Plan, language: Language) -> Drawing:
    say = Scene(found.table, language=language).say
    column = found.columns[0]
    colour = found.groups[-1].column if ask.colour and found.groups else None
    by = found.groups[:-1] if colour else found.groups
    if not by:
        if column.holds in ("text", "truth", "other") or ask.chart in ("pie", "bar"):
            counted = replace(
                found, shape="count", columns=(), groups=(Group(column), *((Group(colour),) if colour else ()))
            )
            return _computed(replace(ask, chart=ask.chart or "bar"), counted, language)
        return _raw(
            found,
            Drawing(say(f"Distribution of {column.name}", f"{column.name} 的分布"), "histogram", column, colour=colour),
        )
    other = by[0]
    if ask.chart == "box":
        return _raw(
            found,
            Drawing(
                say(f"{column.name} by {other.column.name}", f"各 {other.column.name} 的 {column.name}"),
                "box",
                other.column,
                column,
                colour,
            ),
        )
    if ask.chart == "histogram":
        return _raw(
            found,
            Drawing(
                say(
                    f"Distribution of {column.name} by {other.column.name}",
                    f"各 {other.column.name} 的 {column.name} 分布",
                ),
                "histogram",
                column,
                colour=other.column,
            ),
        )
    plain_numbers = other.column.holds == "numbers" and not _in_time(other.column) and not other.period
    if column.holds == "text" and other.column.holds == "numbers":
        return _raw(
            found,
            Drawing(
                say(f"{other.column.name} by {column.name}", f"各 {column.name} 的 {other.column.name}"),
                "box",
                column,
                other.column,
                colour,
            ),
        )
    if ask.chart == "scatter" or (plain_numbers and not ask.chart):
        return _raw(
            found,
            Drawing(
                say(f"{column.name} and {other.column.name}", f"{column.name} 与 {other.column.name}"),
                "scatter",
                other.column,
                column,
                colour,
            ),
        )
    groups = (*by, *((Group(colour),) if colour else ()))
    measure: Measure = "sum" if ask.chart == "pie" else "mean"
    return _computed(
        ask, replace(found, shape="aggregate", columns=(column,), groups=groups, measures=(measure,)), language
    )


def _raw(found: Plan, drawn: Drawing) -> Drawing:
    """Rows as they are; chosen by a query first where there are conditions or too many of them."""
    rows = found.table.rows
    sampled = rows is None or rows > MOST_ROWS
    if not found.conditions and not sampled:
        return replace(drawn, source=found.table.name)
    used = tuple(dict.fromkeys(column for column in (drawn.x, drawn.y, drawn.colour) if column is not None))
    chosen = replace(found, shape="rows", columns=(), groups=tuple(map(Group, used)), ask=Ask("rows", limit=None))
    sql = sql_of(chosen)
    if sampled:
        sql = f"{f'FROM ({sql})' if found.conditions else sql} USING SAMPLE {MOST_ROWS} ROWS"
    return replace(drawn, sql=sql, sampled=sampled, plan=chosen)


def _in_time(column: Column) -> bool:
    return column.holds == "times" or re.fullmatch(r"(?:.*_)?years?|年份?", column.name, re.IGNORECASE) is not None


# --- descriptions ---------------------------------------------------------------------------------------


def _field(column: Column, **more: Any) -> dict[str, Any]:
    kind = {"numbers": "quantitative", "times": "temporal"}.get(column.holds, "nominal")
    return {"field": re.sub(r"([.\[\]])", r"\\\1", column.name), "type": kind, "title": column.name, **more}


def _described(drawn: Drawing, mark: str, encoding: dict[str, Any]) -> dict[str, Any]:
    if drawn.colour is not None and "color" not in encoding:
        encoding["color"] = _field(drawn.colour, type="nominal")
    return {"title": drawn.title, "mark": {"type": mark, "tooltip": True}, "encoding": encoding}


def _bar(drawn: Drawing, bars: int | None) -> dict[str, Any]:
    assert drawn.y is not None
    upright = (bars is not None and bars <= MOST_BARS_UPRIGHT) or _in_time(drawn.x)
    key, value = ("x", "y") if upright else ("y", "x")
    order = None if _in_time(drawn.x) else f"-{value}"
    kind = "ordinal" if _in_time(drawn.x) or drawn.x.holds == "numbers" else "nominal"
    return _described(drawn, "bar", {key: _field(drawn.x, type=kind, sort=order), value: _field(drawn.y)})


def _line(drawn: Drawing, _bars: int | None) -> dict[str, Any]:
    assert drawn.y is not None
    axis = {"axis": {"format": "d"}} if drawn.x.holds == "numbers" and _in_time(drawn.x) else {}
    zero = {"scale": {"zero": False}} if drawn.x.holds == "numbers" else {}
    return _described(drawn, "line", {"x": _field(drawn.x, **axis, **zero), "y": _field(drawn.y)})


def _scatter(drawn: Drawing, _bars: int | None) -> dict[str, Any]:
    assert drawn.y is not None
    return _described(
        drawn, "point", {"x": _field(drawn.x, scale={"zero": False}), "y": _field(drawn.y, scale={"zero": False})}
    )


def _histogram(drawn: Drawing, _bars: int | None) -> dict[str, Any]:
    return _described(
        drawn,
        "bar",
        {
            "x": _field(drawn.x, bin={"maxbins": 30}),
            "y": {"aggregate": "count", "type": "quantitative", "title": "rows"},
        },
    )


def _box(drawn: Drawing, _bars: int | None) -> dict[str, Any]:
    assert drawn.y is not None
    return _described(
        drawn, "boxplot", {"x": _field(drawn.x, type="nominal"), "y": _field(drawn.y, scale={"zero": False})}
    )


def _pie(drawn: Drawing, _bars: int | None) -> dict[str, Any]:
    assert drawn.y is not None
    return _described(drawn, "arc", {"theta": _field(drawn.y), "color": _field(drawn.x, type="nominal")})


_SPECS: Final = {"bar": _bar, "line": _line, "scatter": _scatter, "histogram": _histogram, "box": _box, "pie": _pie}
