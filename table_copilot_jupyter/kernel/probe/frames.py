"""Which of the user's variables are tables.

A variable is a table by its type alone, compared with the classes of those libraries that the kernel has loaded
already. So nothing is imported, no attribute of the user's objects is read, and no code of the user's runs.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping
from typing import Any

from .adapters import Table
from .adapters_arrow import ArrowBatch, ArrowDataset, ArrowTable
from .adapters_duckdb import DuckDBRelation
from .adapters_numpy import StructuredArray
from .adapters_outside import DaskFrame, DaskSeries, IbisTable, SparkFrame
from .adapters_pandas import GeoFrame, GeoSeries, PandasFrame, PandasSeries
from .adapters_polars import PolarsFrame, PolarsLazyFrame, PolarsSeries
from .failure import Failure
from .gate import Policy

__all__ = ["Table", "find_table", "find_tables", "is_result"]

WHAT_COUNTS = (
    "DataFrames and Series of pandas, geopandas and polars, pyarrow tables, DuckDB relations, NumPy structured arrays, "
    "and DataFrames of dask, ibis and pyspark count as tables."
)

# A subclass stands before its base: the first that fits is taken.
_CLASSES: tuple[tuple[str, str, type[Table]], ...] = (
    ("geopandas", "GeoDataFrame", GeoFrame),
    ("geopandas", "GeoSeries", GeoSeries),
    ("pandas", "DataFrame", PandasFrame),
    ("pandas", "Series", PandasSeries),
    ("polars", "DataFrame", PolarsFrame),
    ("polars", "LazyFrame", PolarsLazyFrame),
    ("polars", "Series", PolarsSeries),
    ("pyarrow", "Table", ArrowTable),
    ("pyarrow", "RecordBatch", ArrowBatch),
    ("pyarrow.dataset", "Dataset", ArrowDataset),
    ("duckdb", "DuckDBPyRelation", DuckDBRelation),
    ("numpy", "ndarray", StructuredArray),
    ("dask.dataframe", "DataFrame", DaskFrame),
    ("dask.dataframe", "Series", DaskSeries),
    ("ibis.expr.types", "Table", IbisTable),
    ("pyspark.sql.dataframe", "DataFrame", SparkFrame),
    ("pyspark.sql.connect.dataframe", "DataFrame", SparkFrame),
)

_RESULT = re.compile(r"_q([0-9]{1,9})\Z")


def find_tables(namespace: Mapping[str, Any]) -> list[Table]:
    """Every table among the user's variables, in the order of the namespace, results of queries (``_q1``) last.

    Other names with a leading underscore are IPython's or private, and left out. Never raises.
    """
    known = _loaded_classes()
    kinds: dict[type, type[Table] | None] = {}
    tables: list[Table] = []
    results: list[Table] = []
    for name, value in list(namespace.items()):
        if type(name) is not str:
            continue
        private = name[:1] == "_"
        if private and not is_result(name):
            continue
        kind = type(value)
        if kind not in kinds:
            kinds[kind] = _table_class(kind, known)
        table_class = kinds[kind]
        if table_class is None or (table_class is StructuredArray and not StructuredArray.holds_records(value)):
            continue
        (results if private else tables).append(table_class(name, value))
    return tables + sorted(results, key=lambda table: int(table.name[2:]))


def find_table(namespace: Mapping[str, Any], name: str, policy: Policy | None = None) -> Table:
    """The table with that name. ``Failure`` names those like it.

    With a policy, a table that it hides is not there, and isn't named either.
    """
    tables = {
        table.name: table
        for table in find_tables(namespace)
        if policy is None or policy.level_of(table.name) != "hidden"
    }
    if name in tables:
        return tables[name]
    near = difflib.get_close_matches(name, tables, n=3, cutoff=0.5)
    if near:
        hint = "Did you mean %s?" % " or ".join(repr(match) for match in near)
    elif tables:
        hint = "List the tables to see those that there are."
    else:
        hint = "There is no table in this kernel. " + WHAT_COUNTS
    raise Failure("There is no table %r." % name[:100], hint)


def is_result(name: str) -> bool:
    """Whether a variable's name is that of a query's result: ``_q1``, ``_q2``, …"""
    return _RESULT.match(name) is not None


def _loaded_classes() -> list[tuple[type, type[Table]]]:
    known: list[tuple[type, type[Table]]] = []
    for module_name, class_name, table_class in _CLASSES:
        module = sys.modules.get(module_name)
        # Not getattr: a module's own __getattr__ may import what nobody asked for.
        found = None if module is None else vars(module).get(class_name)
        if isinstance(found, type):
            known.append((found, table_class))
    return known


def _table_class(kind: type, known: list[tuple[type, type[Table]]]) -> type[Table] | None:
    try:
        return next((table_class for library_class, table_class in known if issubclass(kind, library_class)), None)
    except Exception:  # a metaclass of somebody's
        return None
