"""The words of ``describe``: a line for each column, as its level allows, and the user's table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from . import secrets
from .adapters import Table
from .cells import is_nothing, scalar
from .gate import MIN_GROUP, allows
from .profiles import Profile
from .result import ResultColumn, bundle, json_scalar
from .views import Column
from .wording import SECRET_COLUMN, counted, cut, number, one_line, shape, shown_name

VALUE_LENGTH = 60
FEW_VALUES = 20
"""The most distinct numbers or times of which the frequent ones are worth telling."""

_HEADER = (
    *(ResultColumn(name, "text", False) for name in ("column", "type")),
    *(ResultColumn(name, "number", True) for name in ("missing", "distinct", "mean", "std")),
    *(ResultColumn(name, "number", True) for name in ("min", "25 %", "50 %", "75 %", "max")),
    *(ResultColumn(name, "text", False) for name in ("most frequent", "length")),
)


@dataclass
class SampleRows:
    """A few rows: the cells of some columns as JSON scalars."""

    columns: list[str]
    rows: list[list[Any]]


def heading(table: Table, rows: int | None, columns: int, *, kind: bool, sampled: int | None) -> str:
    """``penguins (pandas.DataFrame, 344 rows × 8 columns):``"""
    facts = ([table.kind] if kind else []) + [shape(rows, columns)]
    note = "" if sampled is None else "; ~ marks figures from %d evenly spread rows" % sampled
    return "%s (%s%s):" % (shown_name(table.name), ", ".join(facts), note)


def column_line(column: Column, level: str, profile: Profile | None, rows: int) -> str:
    """A column at a level."""
    if column.secret:
        return "- %s %s" % (column.shown, SECRET_COLUMN)
    if not allows(level, "schema"):
        return "- %s" % column.shown
    head = "- %s (%s)" % (column.shown, column.type_word)
    if profile is None or not allows(level, "aggregates"):
        return head
    facts = _facts(profile, rows, fewest=1 if allows(level, "rows") else MIN_GROUP)
    return head + (": " + ", ".join(facts) if facts else "")


def rows_text(sample: SampleRows) -> str:
    """Rows as JSON, one a line."""
    lines = ["%s as an example:" % counted(len(sample.rows), "row")]
    for row in sample.rows:
        cells = {
            secrets.redacted(name): cut(secrets.redacted(cell), 4 * VALUE_LENGTH) if isinstance(cell, str) else cell
            for name, cell in zip(sample.columns, row)
        }
        lines.append(json.dumps(cells, ensure_ascii=False))
    return "\n".join(lines)


def user_bundle(
    table: Table, profiles: Sequence[Profile], rows: int | None, *, sampled: int | None, whole: bool, elapsed_ms: float
) -> dict[str, Any]:
    """Everything that was found out, for the user: a row for each column."""
    title = "%s: %s" % (table.name, shape(rows, len(profiles)))
    if sampled is not None:
        what = "distinct, quartiles, most frequent, length and all of Python objects" if whole else "all figures"
        title += "; %s from %s, evenly spread" % (what, counted(sampled, "row"))
    return bundle(
        ref=None,
        title=title,
        columns=_HEADER,
        rows=[_row(profile) for profile in profiles],
        total_rows=len(profiles),
        code=table.describing(),
        elapsed_ms=elapsed_ms,
    )


def _facts(profile: Profile, rows: int, *, fewest: int) -> list[str]:
    """The figures of a column in words. ``fewest``: of how many rows a value has to be that is told."""
    basic = "~" if profile.looked < rows else ""
    facts = []
    if profile.missing is not None:
        facts.append("%s%s missing" % (basic if profile.missing else "", format(profile.missing, ",")))
    if profile.distinct is None:
        return facts
    if profile.values < fewest:
        return [*facts, "too few values for figures" if profile.values else "no values"]
    counts = "~" if basic or profile.counted < rows - (profile.missing or 0) else ""
    facts.append("%s%s distinct" % (counts, format(profile.distinct, ",")))
    if profile.true is not None:
        facts.append("%s%s true" % (basic, _share(profile.true)))
        return facts
    figures = (
        ("mean", basic, (profile.mean,)),
        ("std", basic, (profile.deviation,)),
        ("min", basic, (profile.least,)),
        ("quartiles", counts, profile.quartiles or (None,)),
        ("max", basic, (profile.greatest,)),
    )
    for name, mark, values in figures:
        if not any(is_nothing(value) for value in values):
            facts.append("%s %s%s" % (name, mark, " / ".join(_value(value) for value in values)))
    if profile.lengths is not None:
        least, mean, greatest = profile.lengths
        facts.append("length %s%d to %d, mean %.1f" % (counts, least, greatest, mean))
    heads = [(value, count) for value, count in profile.heads if count >= fewest]
    if heads and (profile.family == "text" or profile.distinct <= FEW_VALUES):
        facts.append("most frequent " + _heads(heads, profile, counts))
    return facts


def _heads(heads: Sequence[tuple[Any, int]], profile: Profile, mark: str) -> str:
    return ", ".join(
        "%s (%s)" % (_value(value), "~" + _share(count / profile.counted) if mark else format(count, ","))
        for value, count in heads
    )


def _value(value: Any) -> str:
    plain = scalar(value)
    if isinstance(plain, str) and isinstance(value, str):
        return json.dumps(cut(secrets.redacted(plain), VALUE_LENGTH), ensure_ascii=False)
    return one_line(number(plain))


def _share(share: float) -> str:
    return "%.3g %%" % (share * 100)


def _row(profile: Profile) -> list[Any]:
    quartiles = profile.quartiles or (None, None, None)
    heads = (
        []
        if not profile.counted
        else [
            "%s (%s)" % (number(json_scalar(value)), _share(count / profile.counted)) for value, count in profile.heads
        ]
    )
    lengths = profile.lengths
    return [
        profile.name,
        profile.type,
        profile.missing,
        profile.distinct,
        json_scalar(profile.mean),
        json_scalar(profile.deviation),
        json_scalar(profile.least),
        *(json_scalar(value) for value in quartiles),
        json_scalar(profile.greatest),
        ", ".join(heads) or None,
        None if lengths is None else "%d to %d" % (lengths[0], lengths[2]),
    ]
