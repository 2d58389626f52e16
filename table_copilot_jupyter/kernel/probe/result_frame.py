"""A result as an object for the user's namespace, of the library that the user works with."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

from . import result_types
from .sql import RESULT, Database, quoted


def made(database: Database, columns: Sequence[tuple[str, str]], rows: int) -> Any:
    """The first ``rows`` rows of the result: a pandas DataFrame if pandas is loaded, else polars', else pyarrow's.

    If none of them is loaded, it is of one that is installed, or a list of dictionaries. ``columns`` are ``(name,
    DuckDB type)``. What a library can't hold is text.
    """
    fitting = [
        "%s::BIGINT AS %s" % (quoted(name), quoted(name)) if _fits_bigint(database, name, kind) else quoted(name)
        for name, kind in columns
    ]
    try:
        return _read(database, _select(fitting, rows))
    except Exception:
        if database.stopped:
            raise
        return _read(database, _select([result_types.as_text(*column) for column in columns], rows))


def _select(expressions: Sequence[str], rows: int) -> str:
    return "SELECT %s FROM %s LIMIT %d" % (", ".join(expressions), RESULT, rows)


def _read(database: Database, select: str) -> Any:
    name = library()
    if name == "pandas":
        return database.fetch(select, lambda cursor: cursor.df())
    if name == "polars":
        return sys.modules["polars"].from_arrow(database.fetch(select, _arrow_table))
    if name == "pyarrow":
        return database.fetch(select, _arrow_table)
    return database.fetch(select, _records)


def library() -> str:
    """pandas and polars count if they are loaded; polars takes its data from DuckDB through pyarrow."""
    if "pandas" in sys.modules:
        return "pandas"
    has_arrow = _importable("pyarrow")
    if "polars" in sys.modules and has_arrow:
        return "polars"
    if has_arrow:
        return "pyarrow"
    return "pandas" if _importable("pandas") else ""


def _importable(module: str) -> bool:
    try:
        importlib.import_module(module)
    except ImportError:
        return False
    return True


def _arrow_table(cursor: Any) -> Any:
    read = getattr(cursor, "to_arrow_table", None) or cursor.fetch_arrow_table
    return read()


def _records(cursor: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def _fits_bigint(database: Database, name: str, type_text: str) -> bool:
    """Sums of integers are 128 bits wide in DuckDB, which pandas would make floats of."""
    if not result_types.is_huge(type_text):
        return False
    select = "SELECT count(%s) = count(TRY_CAST(%s AS BIGINT)) FROM %s" % (quoted(name), quoted(name), RESULT)
    return bool(database.fetch(select, lambda cursor: cursor.fetchall()[0][0]))
