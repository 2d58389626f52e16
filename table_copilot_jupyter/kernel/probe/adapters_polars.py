"""polars: DataFrames, lazy frames and Series."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from .adapters import Positions, Table, unique_names
from .cells import cell_text
from .columns_polars import series_sum, type_word
from .failure import Failure
from .profiles import Profile
from .profiles_polars import of_series

_WIDE = ("Int128", "UInt128")


class PolarsFrame(Table):
    kind = "polars.DataFrame"
    describe_call = "describe()"

    def frame(self) -> Any:
        """A ``polars.DataFrame`` with the names of ``columns()``, not copied."""
        return _named(self.value)

    def schema(self) -> list[tuple[str, Any]]:
        """``(name, polars type)`` of each column, under its own name."""
        return list(zip(self.value.columns, self.value.dtypes))

    def read_columns(self) -> list[tuple[str, str]]:
        schema = self.schema()
        return list(zip(unique_names(name for name, _ in schema), [type_word(dtype) for _, dtype in schema]))

    def read_rows(self) -> int | None:
        return int(self.value.height)

    def read_nbytes(self) -> int | None:
        return int(self.value.estimated_size())

    def read_for_sql(self) -> Any:
        _need_pyarrow(self.name)
        return _readable_by_duckdb(self.frame())

    def read_parts(self) -> list[tuple[str, Any]]:
        frame = self.frame()
        return list(zip(frame.columns, frame.get_columns()))

    def read_profile(self, part: Any, positions: Positions | None, whole: bool) -> Profile:
        sample = part if positions is None else part.gather(positions)
        return of_series(part if whole else sample, sample)

    def read_cells(self, part: Any, positions: Positions) -> Iterable[Any]:
        cells: list[Any] = part.gather(positions).to_list()
        return cells

    def read_checksum(self, part: Any, start: int, stop: int) -> int:
        return series_sum(part.slice(start, stop - start))


class PolarsSeries(PolarsFrame):
    kind = "polars.Series"

    def frame(self) -> Any:
        return self.value.alias(self.columns()[0][0]).to_frame()

    def schema(self) -> list[tuple[str, Any]]:
        return [(self.value.name or "value", self.value.dtype)]

    def read_rows(self) -> int | None:
        return len(self.value)


class PolarsLazyFrame(PolarsFrame):
    """Listed by its schema, which polars knows without computing; computed when a query names it."""

    kind = "polars.LazyFrame"
    lazy = True
    compute = "collect()"

    def frame(self) -> Any:
        return _named(self.value.collect())

    def schema(self) -> list[tuple[str, Any]]:
        value = self.value
        schema = value.collect_schema() if hasattr(value, "collect_schema") else value.schema
        return list(schema.items())


def _named(frame: Any) -> Any:
    names = unique_names(frame.columns)
    return frame if names == list(frame.columns) else frame.rename(dict(zip(frame.columns, names)))


def _readable_by_duckdb(frame: Any) -> Any:
    polars = sys.modules["polars"]
    changed = []
    for name, dtype in zip(frame.columns, frame.dtypes):
        word = type_word(dtype)
        if word == "Object":
            changed.append(polars.Series(name, [cell_text(cell) for cell in frame[name].to_list()], polars.String))
        elif word in _WIDE:
            changed.append(_decimal(frame[name], polars))
    return frame.with_columns(changed) if changed else frame


def _decimal(series: Any, polars: Any) -> Any:
    """A 128-bit integer as a decimal of 38 digits; those few that are longer only fit a float."""
    exact = series.cast(polars.Decimal(38, 0), strict=False)
    return exact if exact.null_count() == series.null_count() else series.cast(polars.Float64)


def _need_pyarrow(name: str) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise Failure(
            "%r is a polars table, and DuckDB reads those through pyarrow, which this kernel has not." % name,
            "Install it in the kernel's environment: %pip install pyarrow",
        ) from None
