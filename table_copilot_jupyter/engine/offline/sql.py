"""Plans of the offline model as SQL for DuckDB: short, and plain enough for the gate to see what they show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .asks import Measure
from .comparisons import Condition
from .fields import words
from .names import Column
from .plans import Group, Plan

_FUNCTIONS: Final[dict[Measure, str]] = {
    "mean": "avg",
    "median": "median",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "std": "stddev_samp",
    "var": "var_samp",
    "share": "avg",
}
_NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
COUNT: Final = "rows"
"""The column that counts rows."""
RESERVED: Final = words(
    "all analyse analyze and anti any array as asc asof asymmetric at authorization between bigint binary bit "
    "boolean both by case cast char character check coalesce collate collation column columns concurrently "
    "constraint create cross dec decimal default deferrable desc describe distinct do else end except exists "
    "extract false fetch float for foreign freeze from full generated glob group grouping grouping_id having "
    "ilike in initially inner inout int integer intersect interval into is isnull join lambda lateral leading "
    "left like limit map national natural nchar none not notnull null nullif numeric offset on only or order "
    "out outer overlaps overlay pivot pivot_longer pivot_wider placing position positional precision primary "
    "qualify real references returning right row select semi setof show similar smallint some struct substring "
    "summarize symmetric table tablesample then time timestamp to trailing treat trim true try_cast tuple union "
    "unique unpack unpivot using values varchar variadic verbose when where window with "
    "xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable"
)


def sql_of(plan: Plan) -> str:
    """The query that answers a plan. ``describe`` and ``columns`` have none."""
    return _SHAPES[plan.shape](plan)


def presence(plan: Plan, condition: Condition) -> str:
    """A query that has no row where a condition's value is none of the table's."""
    positive = {"<>": "=", "not in": "in"}.get(condition.op, condition.op)
    where = condition_sql(replace(condition, op=positive))
    return f"SELECT count(*) AS {COUNT} FROM {identifier(plan.table.name)} WHERE {where} HAVING count(*) > 0"


def key_name(group: Group) -> str:
    """What a group's column is called in the result."""
    return group.period or group.column.name


def value_names(plan: Plan) -> list[str]:
    """What the computed columns are called in the result."""
    if plan.shape == "correlation":
        return ["correlation"]
    if plan.shape == "count" or (plan.measures == ("count",) and plan.shape == "ranking"):
        return [COUNT]
    if plan.shape == "distinct":
        return [f"distinct_{plan.period or plan.columns[0].name}" if plan.measures else COUNT]
    if plan.shape == "share":
        return ["percent"]
    if plan.shape == "missing":
        return [column.name for column in plan.columns]
    return [f"{measure}_{column.name}" for column in plan.columns for measure in plan.measures]


def identifier(name: str) -> str:
    """A name as SQL has to write it."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


# --- shapes ---------------------------------------------------------------------------------------


def _count(plan: Plan) -> str:
    return _grouped(plan, [f"count(*) AS {COUNT}"], COUNT)


def _distinct(plan: Plan) -> str:
    column = plan.columns[0]
    if plan.measures:
        name = identifier(value_names(plan)[0])
        return _grouped(plan, [f"count(DISTINCT {_key(Group(column, plan.period))}) AS {name}"], name)
    groups = (*plan.groups, Group(column))
    return _select(plan, [*_keys(groups), f"count(*) AS {COUNT}"], group=len(groups), order=f"{COUNT} DESC, 1")


def _missing(plan: Plan) -> str:
    return _grouped(plan, [f"count(*) - count({identifier(c.name)}) AS {identifier(c.name)}" for c in plan.columns], "")


def _correlation(plan: Plan) -> str:
    first, second = (identifier(column.name) for column in plan.columns)
    return _grouped(plan, [f"corr({first}, {second}) AS correlation"], "correlation")


def _aggregate(plan: Plan) -> str:
    parts = [measured(measure, column) for column in plan.columns for measure in plan.measures]
    return _grouped(plan, [f"{value} AS {name}" for value, name in parts], parts[0][1])


def _share(plan: Plan) -> str:
    so = " AND ".join(condition_sql(condition) for condition in plan.parts)
    return _grouped(plan, [f"100 * avg(CASE WHEN {so} THEN 1 ELSE 0 END) AS percent"], "percent")


def _ranking(plan: Plan) -> str:
    ask = plan.ask
    way = "DESC" if ask.direction == "desc" else "ASC"
    limit = ask.limit or 10
    if not plan.groups:
        column = identifier(plan.columns[0].name)
        return _select(plan, ["*"], also=f"{column} IS NOT NULL", order=f"{column} {way}", limit=limit)
    value, name = (
        (f"count(*) AS {COUNT}", COUNT) if plan.measures == ("count",) else _named(plan.measures[0], plan.columns[0])
    )
    known = " AND ".join(f"{_key(group)} IS NOT NULL" for group in plan.groups)
    return _select(
        plan, [*_keys(plan.groups), value], also=known, group=len(plan.groups), order=f"{name} {way}, 1", limit=limit
    )


def _rows(plan: Plan) -> str:
    ask = plan.ask
    shown = [identifier(group.column.name) for group in plan.groups] or ["*"]
    order = ""
    if plan.columns:
        order = f"{identifier(plan.columns[0].name)} {'DESC' if ask.direction == 'desc' else 'ASC'}"
    if ask.position == "random":
        inner = _select(plan, shown)
        return f"{f'FROM ({inner})' if plan.conditions else inner} USING SAMPLE {ask.limit or 5} ROWS"
    if ask.position == "last" and not order:
        count = f"SELECT greatest(count(*) - {ask.limit or 5}, 0) FROM {identifier(plan.table.name)}{_where(plan)}"
        return f"{_select(plan, shown)} OFFSET ({count})"
    limit = ask.limit or (None if plan.conditions or plan.groups or order else 10)
    return _select(plan, shown, order=order, limit=limit)


_SHAPES: Final = {
    "count": _count,
    "distinct": _distinct,
    "missing": _missing,
    "correlation": _correlation,
    "aggregate": _aggregate,
    "share": _share,
    "ranking": _ranking,
    "rows": _rows,
}


# --- parts ----------------------------------------------------------------------------------------


def _grouped(plan: Plan, values: Sequence[str], first: str) -> str:
    """Values for each group. Groups that have an order of their own stand in it, others by their value."""
    groups = plan.groups
    if not groups:
        return _select(plan, values)
    ordered = not first or any(group.period or group.column.holds in ("numbers", "times") for group in groups)
    order = ", ".join(str(number) for number in range(1, len(groups) + 1)) if ordered else f"{first} DESC"
    return _select(plan, [*_keys(groups), *values], group=len(groups), order=order)


def _select(
    plan: Plan, values: Sequence[str], *, also: str = "", group: int = 0, order: str = "", limit: int | None = None
) -> str:
    parts = [f"SELECT {', '.join(values)} FROM {identifier(plan.table.name)}{_where(plan, also)}"]
    if group:
        parts.append("GROUP BY " + ", ".join(str(number) for number in range(1, group + 1)))
    if order:
        parts.append(f"ORDER BY {order}")
    if limit:
        parts.append(f"LIMIT {limit}")
    return " ".join(parts)


def _keys(groups: Sequence[Group]) -> list[str]:
    return [f"{_key(group)} AS {group.period}" if group.period else _key(group) for group in groups]


def _key(group: Group) -> str:
    name = identifier(group.column.name)
    if group.period in ("", "year"):
        return f"year({name})" if group.period else name
    return f"date_trunc('{group.period}', {name})"


def measured(measure: Measure, column: Column) -> tuple[str, str]:
    """(expression, its name in the result)."""
    name = identifier(column.name)
    value = f"CAST({name} AS INTEGER)" if column.holds == "truth" and measure not in ("min", "max") else name
    return f"{_FUNCTIONS[measure]}({value})", identifier(f"{measure}_{column.name}")


def _named(measure: Measure, column: Column) -> tuple[str, str]:
    value, name = measured(measure, column)
    return f"{value} AS {name}", name


def _where(plan: Plan, also: str = "") -> str:
    terms = [condition_sql(condition) for condition in plan.conditions if condition.columns] + ([also] if also else [])
    return f" WHERE {' AND '.join(terms)}" if terms else ""


def condition_sql(condition: Condition) -> str:
    """One condition. Text is compared in small letters."""
    columns = condition.columns
    if len(columns) > 1 and condition.op in ("=", "in"):
        lowered = ", ".join(_lowered(column) for column in columns)
        terms = [f"{_text(value.lower())} IN ({lowered})" for value in condition.values]
        for words in (value.split() for value in condition.values if value.islower() and " " in value):
            each = " AND ".join(f"{_text(word)} IN ({lowered})" for word in words)
            terms.append(f"({each})")  # "female gentoo" may be two values
        return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"
    terms = [_term(column, condition) for column in columns]
    return terms[0] if len(terms) == 1 else f"({' OR '.join(terms)})"


def _term(column: Column, condition: Condition) -> str:
    name, op, values = identifier(column.name), condition.op, condition.values
    if op in ("null", "known"):
        return f"{name} IS {'NOT ' if op == 'known' else ''}NULL"
    if op in ("contains", "starts", "ends"):
        function = {"contains": "contains", "starts": "starts_with", "ends": "ends_with"}[op]
        return f"{function}({_lowered(column)}, {_text(values[0].lower())})"
    numbers = all(_NUMBER.fullmatch(value) for value in values)
    literals = [value if _NUMBER.fullmatch(value) or value in ("true", "false") else _text(value) for value in values]
    if condition.year:
        return _compared(f"year({name})", op, literals)
    if column.holds in ("numbers", "truth") or (column.holds == "anything" and numbers):
        return _compared(name, op, literals)
    if column.holds == "times":
        return _compared(name, op, [_text(value) for value in values])
    if numbers and op not in ("=", "<>", "in"):
        return _compared(f"TRY_CAST({name} AS DOUBLE)", op, values)
    return _compared(_lowered(column), op, [_text(value.lower()) for value in values])


def _compared(left: str, op: str, values: Sequence[str]) -> str:
    if op == "between":
        return f"{left} BETWEEN {values[0]} AND {values[1]}"
    if op in ("in", "not in"):
        return f"{left} {op.upper()} ({', '.join(values)})"
    return f"{left} {op} {values[0]}"


def _lowered(column: Column) -> str:
    name = identifier(column.name)
    return f"lower({name})" if column.holds == "text" and column.type != "object" else f"lower(CAST({name} AS VARCHAR))"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
