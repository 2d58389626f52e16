"""Charts: checks a Vega-Lite description and puts the table's data into it.

The description comes from a model, so it is taken apart: nothing in it may load anything (data by URL, images,
links), and its data is always the table's. The chart is for the user; the model is told that it was drawn.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from . import sql_cell
from .failure import Failure
from .frames import Table, find_table, is_result
from .gate import Policy, allows, answer, disclosed
from .result import scalars
from .sql_cell import Source

MAX_ROWS = 5000
MAX_SPEC_CHARS = 20_000
MAX_DATA_CHARS = 400_000
CHART_MIME = "application/vnd.table-copilot.chart+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_LOADING = ("url", "href", "src")
_OWN = ("data", "datasets", "$schema", "usermeta")


def plot(namespace: Mapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """``{"source", "spec"}``: the chart of a table, as a description with its data. Its reference is the source's,
    where that is the result of a query.

    Raises Failure for a description that is none, loads something, or names columns that are not there.
    """
    table = find_table(namespace, str(arguments.get("source") or ""), policy)
    columns = [name for name, _ in table.columns()]
    level = policy.level_of(table.name)
    if level == "hidden":
        raise Failure("There is no table %r." % table.name, "Call list_tables to see which there are.")
    visible = {name for name, _ in policy.visible(table.name, columns)}
    spec = _checked(arguments.get("spec"))
    fields = _fields(spec)
    made = _made_fields(spec)
    unknown = [name for name in fields if name not in visible and name not in made]
    if unknown:
        raise Failure(
            "The chart names %r, which is no column of %s." % (unknown[0][:100], table.name),
            "Its columns are: %s." % ", ".join(sorted(visible)[:40]),
        )
    used = [name for name in columns if name in fields]
    rows, total = _data(table, used)
    if total is not None and total > len(rows):
        raise Failure(
            "%s has %d rows; at most %d are drawn." % (table.name, total, MAX_ROWS),
            "Aggregate or sample it with query_table first, and plot the result.",
        )
    whole = {**spec, "$schema": SCHEMA, "data": {"values": rows}}
    text = json.dumps(whole, ensure_ascii=False, allow_nan=False)
    if len(text) > MAX_DATA_CHARS:
        raise Failure(
            "The chart's data has %d characters; at most %d are drawn." % (len(text), MAX_DATA_CHARS),
            "Aggregate it with query_table first, and plot the result.",
        )
    title = _title(spec, table.name)
    chart = {
        "ref": table.name[1:] if is_result(table.name) else None,
        "title": title,
        "spec": whole,
        "code": _code(spec, table, used),
        "evidence": None,
    }
    shown_level = "names" if not allows(level, "schema") else "schema"
    return answer(
        "The chart %r of %s (%scolumns %s) is shown to the user. You don't see it."
        % (title, table.name, "%d rows; " % len(rows) if policy.counts(table.name) else "", ", ".join(used) or "none"),
        level=shown_level,
        tables=[disclosed(table.name, shown_level, columns=len(used))],
        user={CHART_MIME: chart, "text/plain": "Chart: %s" % title},
    )


def _checked(spec: Any) -> dict[str, Any]:
    if not isinstance(spec, Mapping):
        raise Failure("The chart's description is not a JSON object.", "Give mark and encoding.")
    try:
        text = json.dumps(spec, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise Failure("The chart's description is not JSON.", "Give mark and encoding.") from None
    if len(text) > MAX_SPEC_CHARS:
        raise Failure(
            "The chart's description has %d characters; at most %d are taken." % (len(text), MAX_SPEC_CHARS),
            "Leave the data out: it is the table's.",
        )
    checked: dict[str, Any] = _without_own(json.loads(text))
    _refuse_loading(checked)
    if not any(key in checked for key in ("mark", "layer", "facet", "hconcat", "vconcat", "concat", "repeat", "spec")):
        raise Failure("The chart's description has no mark.", 'For example {"mark": "bar", "encoding": {…}}.')
    return checked


def _without_own(value: Any) -> Any:
    """Without data of its own, at any depth."""
    if isinstance(value, dict):
        return {key: _without_own(inner) for key, inner in value.items() if key not in _OWN}
    if isinstance(value, list):
        return [_without_own(inner) for inner in value]
    return value


def _refuse_loading(value: Any, key: str = "") -> None:
    if isinstance(value, dict):
        if value.get("type") == "image" or (key == "mark" and value.get("type") == "image"):
            raise Failure("The chart has an image mark, which would load something.", "Use another mark.")
        for name, inner in value.items():
            if name in _LOADING:
                raise Failure("The chart's description has %r, which would load something." % name, "Leave it out.")
            if name == "from" and isinstance(inner, dict):
                raise Failure("The chart looks up other data.", "Join the tables with query_table first.")
            _refuse_loading(inner, name)
    elif isinstance(value, list):
        for inner in value:
            _refuse_loading(inner)
    elif key == "mark" and value == "image":
        raise Failure("The chart has an image mark, which would load something.", "Use another mark.")


def _fields(value: Any) -> set[str]:
    """Every column that the description names."""
    found: set[str] = set()
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("field", "groupby", "fold", "joinby", "pivot", "regression", "loess", "density", "on"):
                found.update(_texts(inner))
            found |= _fields(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= _fields(inner)
    return {name.replace("\\.", ".").replace("\\[", "[").replace("\\]", "]") for name in found}


def _made_fields(value: Any) -> set[str]:
    """The columns that the description's own transforms make."""
    found: set[str] = set()
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("as", "param"):
                found.update(_texts(inner))
            found |= _made_fields(inner)
        if "fold" in value and "as" not in value:
            found |= {"key", "value"}
        if "density" in value and "as" not in value:
            found |= {"value", "density"}
        if "pivot" in value:
            found.add(str(value.get("value")))
    elif isinstance(value, list):
        for inner in value:
            found |= _made_fields(inner)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [inner for inner in value if isinstance(inner, str)]
    return []


def _data(table: Table, used: Sequence[str]) -> tuple[list[dict[str, Any]], int | None]:
    """The rows' used columns as JSON, at most ``MAX_ROWS``; and how many rows there are."""
    total = table.rows()
    if not used:
        return [{} for _ in range(min(total or 0, MAX_ROWS))], total
    names, rows = scalars(table, columns=used, limit=MAX_ROWS)
    return [dict(zip(names, row)) for row in rows], total


def _title(spec: Mapping[str, Any], table: str) -> str:
    title = spec.get("title")
    if isinstance(title, Mapping):
        title = title.get("text")
    if isinstance(title, list):
        title = " ".join(str(part) for part in title)
    return str(title)[:200] if title else table


def _code(spec: Mapping[str, Any], table: Table, used: Sequence[str]) -> str:
    """A cell that draws the same chart without this package: every Jupyter front end draws Vega-Lite by itself."""
    described = json.dumps({**spec, "$schema": SCHEMA}, indent=4, ensure_ascii=False)
    literal = repr(described) if "\\" in described or "'''" in described else "'''%s'''" % described
    return (
        "import json\n"
        "from IPython.display import display\n\n"
        "chart = json.loads(%s)\n"
        'chart["data"] = {"values": json.loads(%s)}\n'
        'display({"application/vnd.vegalite.v5+json": chart}, raw=True)' % (literal, _records(table, used))
    )


def _records(table: Table, used: Sequence[str]) -> str:
    """An expression for the rows of some columns as JSON text."""
    source = Source(table.name, table, list(used), partly=True)
    expression = sql_cell.expression(source) or table.name
    kind = table.kind.partition(".")[0]
    if kind in ("polars", "pyarrow"):
        listed = "to_dicts" if kind == "polars" else "to_pylist"
        return "json.dumps(%s.%s(), default=str)" % (expression, listed)
    if kind == "duckdb":
        return '%s.df()[%r].to_json(orient="records", date_format="iso")' % (table.name, list(used))
    return '%s.to_json(orient="records", date_format="iso")' % expression
