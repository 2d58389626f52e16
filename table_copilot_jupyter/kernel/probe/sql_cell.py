"""A query as a cell of its own: what the user inserts into the notebook, and what runs with DuckDB alone.

DuckDB finds a variable by its name. Where the table that the copilot queried is not simply that variable (an index
that became columns, a lazy frame, columns that are hidden), the cell registers the same table under the name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .adapters import Table, attempt


@dataclass(frozen=True)
class Source:
    """A table of a statement: by which ``name`` it stands there, and which columns it has there; ``partly`` not all."""

    name: str
    table: Table
    columns: Sequence[str]
    partly: bool = False


def cell(sql: str, sources: Sequence[Source], library: str) -> str:
    """The cell's code. ``library``: whose table the result is to be: ``pandas``, ``polars``, ``pyarrow`` or none."""
    ending = {"pandas": ".df()", "polars": ".pl()", "pyarrow": ".to_arrow_table()"}.get(library, ".fetchall()")
    prepared = [(source.name, expression(source)) for source in sources]
    needed = [(name, expression) for name, expression in prepared if expression is not None]
    imports = {"import duckdb"} | {"import %s" % module for module in ("pandas", "pyarrow") if _uses(needed, module)}
    lines = [*sorted(imports), ""]
    if not needed:
        return "\n".join([*lines, "duckdb.sql(%s)%s" % (_literal(sql), ending)])
    lines.append("_connection = duckdb.connect()")
    lines += ["_connection.register(%r, %s)" % entry for entry in needed]
    lines += [
        "_connection.register(%r, %s)" % (source.name, source.table.name)
        for source, (_, expression) in zip(sources, prepared)
        if expression is None
    ]
    return "\n".join([*lines, "_connection.sql(%s)%s" % (_literal(sql), ending)])


def _uses(needed: Sequence[tuple[str, str]], module: str) -> bool:
    return any(expression.startswith(module + ".") for _, expression in needed)


def _literal(sql: str) -> str:
    if "\\" in sql or '"""' in sql or sql.endswith('"') or "\r" in sql:
        return repr(sql)
    return '"""\n%s\n"""' % sql


def expression(source: Source) -> str | None:
    """The Python expression of what DuckDB is to read; None if it finds the same by the variable's name."""
    table = source.table
    names = [name for name, _ in table.columns()]
    expression = attempt(lambda: _PREPARED.get(table.kind, _as_it_is)(table, names)) or table.name
    if source.partly:
        chosen = repr(list(source.columns))
        expression += ".select(%s)" % chosen if table.kind.startswith(("polars.", "pyarrow.")) else "[%s]" % chosen
    return expression if expression != table.name or source.name != table.name else None


def _as_it_is(table: Table, names: Sequence[str]) -> str:
    return table.name


def _pandas(table: Table, names: Sequence[str], expression: str, frame: Any) -> str:
    """With an index that says something as columns, and with names that are texts."""
    if len(names) > frame.shape[1]:
        expression += ".reset_index()"
        frame = frame.iloc[:0].reset_index()
    if list(frame.columns) != list(names):
        expression += ".set_axis(%r, axis=1)" % (list(names),)
    return expression


def _pandas_frame(table: Table, names: Sequence[str]) -> str:
    return _pandas(table, names, table.name, table.value)


def _pandas_series(table: Table, names: Sequence[str]) -> str:
    return _pandas(table, names, "%s.to_frame(%r)" % (table.name, names[-1]), table.value.to_frame(names[-1]))


def _geo_frame(table: Table, names: Sequence[str]) -> str:
    return _pandas(table, names, "pandas.DataFrame(%s.to_wkt())" % table.name, table.value)


def _geo_series(table: Table, names: Sequence[str]) -> str:
    frame = sys.modules["pandas"].DataFrame({names[-1]: table.value.to_numpy()}, index=table.value.index)
    return _pandas(table, names, "%s.to_wkt().to_frame(%r)" % (table.name, names[-1]), frame)


def _polars_series(table: Table, names: Sequence[str]) -> str:
    alias = "" if table.value.name == names[0] else ".alias(%r)" % names[0]
    return "%s%s.to_frame()" % (table.name, alias)


_PREPARED: dict[str, Callable[[Table, Sequence[str]], str]] = {
    "pandas.DataFrame": _pandas_frame,
    "pandas.Series": _pandas_series,
    "geopandas.GeoDataFrame": _geo_frame,
    "geopandas.GeoSeries": _geo_series,
    "polars.Series": _polars_series,
    "polars.LazyFrame": lambda table, names: "%s.collect()" % table.name,
    "pyarrow.RecordBatch": lambda table, names: "pyarrow.Table.from_batches([%s])" % table.name,
    "numpy.ndarray": lambda table, names: "pandas.DataFrame(%s)" % table.name,
}
