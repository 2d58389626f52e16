"""Figures of one column of Arrow, or of another library's that lies in Arrow's memory."""

from __future__ import annotations

import sys
from typing import Any

from .profiles import HEADS, Profile, repeated
from .profiles_numpy import of_array


def of_chunks(everything: Any, sample: Any) -> Profile:
    """The profile of a ``pyarrow.ChunkedArray``, but for ``missing``. ``sample``: its rows for what isn't one pass."""
    import pyarrow.compute as compute

    pyarrow = sys.modules["pyarrow"]
    types, kind = pyarrow.types, everything.type
    if types.is_decimal(kind):
        return of_chunks(everything.cast(pyarrow.float64()), sample.cast(pyarrow.float64()))
    if types.is_dictionary(kind):
        texts = pyarrow.large_string() if _is_text(types, kind.value_type) else kind.value_type
        return of_chunks(everything.cast(texts), sample.cast(texts))
    everything, sample = everything.drop_null(), sample.drop_null()
    if types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind):
        return of_array(everything.to_numpy(), sample.to_numpy())
    if types.is_timestamp(kind) or types.is_date(kind):
        return _of_times(compute, everything.cast(_whole_microseconds(pyarrow, kind), safe=False), sample)
    if _is_text(types, kind):
        return _of_texts(compute, sample.cast(pyarrow.large_string()))
    return Profile(values=len(sample))


def missing_in(column: Any) -> int:
    """How many cells are null or NaN."""
    import pyarrow.compute as compute

    missing = int(column.null_count)
    if sys.modules["pyarrow"].types.is_floating(column.type):
        missing += int(compute.sum(compute.is_nan(column)).as_py() or 0)
    return missing


def _of_times(compute: Any, everything: Any, sample: Any) -> Profile:
    bounds = compute.min_max(everything).as_py()
    heads, distinct = _counted(compute, sample)
    return Profile(
        family="time",
        values=len(everything),
        counted=len(sample),
        distinct=distinct,
        least=bounds["min"],
        greatest=bounds["max"],
        heads=heads if everything.type == sample.type else [],
    )


def _of_texts(compute: Any, sample: Any) -> Profile:
    heads, distinct = _counted(compute, sample)
    sizes = compute.utf8_length(sample)
    bounds = compute.min_max(sizes).as_py()
    return Profile(
        family="text",
        values=len(sample),
        counted=len(sample),
        distinct=distinct,
        lengths=(bounds["min"], compute.mean(sizes).as_py(), bounds["max"]) if len(sample) else None,
        heads=heads,
    )


def _counted(compute: Any, sample: Any) -> tuple[list[tuple[Any, int]], int]:
    """The most frequent values with their counts, and how many different ones there are."""
    counted = compute.value_counts(sample)
    counts = counted.field("counts")
    order = compute.array_sort_indices(counts, order="descending")[:HEADS]
    return repeated(zip(counted.field("values").take(order).to_pylist(), counts.take(order).to_pylist())), len(counts)


def _is_text(types: Any, kind: Any) -> bool:
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _whole_microseconds(pyarrow: Any, kind: Any) -> Any:
    """Python's datetime knows no nanoseconds."""
    return pyarrow.timestamp("us", kind.tz) if pyarrow.types.is_timestamp(kind) else kind
