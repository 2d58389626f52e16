"""One column of pandas, a Series or a level of an index: its type as a word, its form in SQL, its fingerprint."""

from __future__ import annotations

import sys
from typing import Any

from . import columns_arrow
from .adapters_numpy import memory_sum, sql_array, text_of_objects

_LIBRARIES = ("pandas", "geopandas", "numpy")


def type_word(dtype: Any) -> str:
    """A dtype as a word: no categories, no fill value."""
    name = type(dtype).__name__
    if name == "CategoricalDtype":
        return "category"
    if name == "SparseDtype":
        return "Sparse[%s]" % type_word(dtype.subtype)
    if name == "ArrowDtype":
        return "%s[pyarrow]" % columns_arrow.type_word(dtype.pyarrow_dtype)
    return str(dtype.name) if _library(dtype) in _LIBRARIES else name


def sql_column(part: Any) -> Any | None:
    """What stands for a column in SQL; None if DuckDB reads it as it is."""
    dtype = part.dtype
    kind = type(dtype).__name__
    if kind == "CategoricalDtype":
        categories = sql_column(dtype.categories)
        return None if categories is None else _picked(categories, part.array.codes)
    if kind == "PeriodDtype":
        return part.array.to_timestamp()
    if kind == "SparseDtype":
        return part.array.to_dense()
    if kind == "GeometryDtype":
        return sys.modules["geopandas.array"].to_wkt(part.array)
    if _library(dtype) == "numpy":
        return sql_array(part.to_numpy())
    if _library(dtype) == "pandas" and kind != "IntervalDtype":
        return None
    return text_of_objects(part.to_numpy(dtype=object), always=True)


def arrow_of(part: Any) -> Any | None:
    """The Arrow array that a column is a view of; None where it isn't."""
    dtype = part.dtype
    if type(dtype).__name__ == "ArrowDtype" or getattr(dtype, "storage", None) == "pyarrow":
        pyarrow = sys.modules["pyarrow"]
        array = part.array.__arrow_array__()
        return array if isinstance(array, pyarrow.ChunkedArray) else pyarrow.chunked_array([array])
    return None


def masked(part: Any) -> tuple[Any, Any] | None:
    """``(values, missing)`` of a nullable number or boolean, missing cells being 0; None for all other columns."""
    dtype = part.dtype
    if _library(dtype) != "pandas" or not hasattr(dtype, "numpy_dtype") or type(dtype).__name__ == "ArrowDtype":
        return None
    missing = part.isna()
    return part.to_numpy(dtype=dtype.numpy_dtype, na_value=0), missing.to_numpy() if hasattr(
        missing, "to_numpy"
    ) else missing


def pieces(part: Any) -> list[Any]:
    """A column for the fingerprint: NumPy arrays of fixed width where there are any, else lists of objects."""
    dtype = part.dtype
    if type(dtype).__name__ == "CategoricalDtype":
        return [part.array.codes, dtype.categories.tolist()]
    if _library(dtype) == "numpy" and dtype.kind != "O":
        return [part.to_numpy()]
    if hasattr(part.array, "asi8"):
        return [part.array.asi8]
    split = masked(part)
    return list(split) if split is not None else [part.tolist()]


def checksum(part: Any) -> int:
    """A number that changes with any cell; 0 where finding out takes too long."""
    dtype = part.dtype
    if type(dtype).__name__ == "CategoricalDtype":
        return memory_sum(part.array.codes)
    if _library(dtype) == "numpy":
        return memory_sum(part.to_numpy())
    if hasattr(part.array, "asi8"):
        return memory_sum(part.array.asi8)
    split = masked(part)
    if split is not None:
        return memory_sum(split[0]) + int(split[1].sum())
    column = arrow_of(part)
    return 0 if column is None else columns_arrow.arrow_sum(column)


def _library(dtype: Any) -> str:
    return type(dtype).__module__.split(".")[0]


def _picked(categories: Any, codes: Any) -> Any:
    """The cells of a categorical column from its categories. A code of -1 picks the last: nothing."""
    numpy = sys.modules["numpy"]
    return numpy.append(numpy.asarray(categories, dtype=object), [None])[codes]
