"""One column of polars: its type as a word, and its fingerprint."""

from __future__ import annotations

import sys
from typing import Any

from .adapters_numpy import memory_sum

_WORD_APART = 2**32
"""Keeps two counts in one number apart."""

HASHED_SHARE = 8
"""What has to be hashed cell by cell is, of one cell in so many."""


def type_name(dtype: Any) -> str:
    """A polars type's name. Older versions have a class in place of an instance for some."""
    return str(dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__)


def type_word(dtype: Any) -> str:
    """A polars type as a word: no categories, and no names of fields, which may be keys of dictionaries in cells."""
    name = type_name(dtype)
    if isinstance(dtype, type) or name in ("Enum", "Categorical"):
        return name
    if name == "List":
        return "List[%s]" % type_word(dtype.inner)
    if name == "Array":
        return "Array[%s, %s]" % (type_word(dtype.inner), dtype.size)
    if name == "Struct":
        return "Struct[%d]" % len(dtype.fields)
    if name == "Decimal":
        return "Decimal[%s, %s]" % (dtype.precision, dtype.scale)
    if name == "Datetime":
        return "Datetime[%s]" % ", ".join(part for part in (dtype.time_unit, dtype.time_zone) if part)
    if name == "Duration":
        return "Duration[%s]" % dtype.time_unit
    return name


def series_sum(series: Any) -> int:
    """A number that changes with any cell, however the column is cut into chunks."""
    if type_name(series.dtype) in ("Object", "List", "Array", "Struct", "Null"):
        return 0
    missing = int(series.null_count())
    if type_name(series.dtype) == "Boolean":
        return missing * _WORD_APART + int(series.sum() or 0)
    if series.dtype.is_numeric() or series.dtype.is_temporal():
        numbers = series.to_physical()
        try:
            chunks = (numbers.fill_null(0) if missing else numbers).get_chunks()
            return missing + sum(memory_sum(chunk.to_numpy(allow_copy=False)) for chunk in chunks)
        except Exception:  # no NumPy, or a type that it doesn't have
            pass
    part = series.head(max(1, len(series) // HASHED_SHARE))
    if type_name(part.dtype) in ("Categorical", "Enum"):
        part = part.cast(sys.modules["polars"].String)  # codes differ from process to process
    return missing + int(part.hash().sum() or 0)
