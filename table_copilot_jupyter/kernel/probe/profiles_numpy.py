"""Figures of columns that are NumPy arrays, or Python objects in one."""

from __future__ import annotations

import sys
from typing import Any

from .cells import cell_text, families, is_nothing
from .profiles import HEADS, Profile, of_texts, repeated


def of_array(everything: Any, sample: Any) -> Profile:
    """The profile of a column. ``everything``: the rows for what takes one pass; ``sample``: those for the rest.

    Both are one-dimensional arrays of the same type, NaN, NaT or None standing for what is missing.
    """
    kind = everything.dtype.kind
    if everything.ndim > 1:
        return Profile(values=len(everything))
    if kind in "iuf":
        return of_numbers(_present(everything), _present(sample))
    if kind == "b":
        return of_booleans(everything)
    if kind in "mM":
        return of_times(_present(everything), _present(sample))
    return of_objects(sample)


def of_numbers(everything: Any, sample: Any) -> Profile:
    """Of integers or floats, none of them missing."""
    numpy = sys.modules["numpy"]
    if not len(sample):
        return Profile(family="number", distinct=0)
    values, counts = numpy.unique(sample, return_counts=True)
    with numpy.errstate(all="ignore"):  # infinities and sums beyond a float's range
        quartiles = numpy.percentile(sample, (25, 50, 75))
        return Profile(
            family="number",
            values=len(everything),
            counted=len(sample),
            distinct=len(values),
            least=everything.min().item(),
            greatest=everything.max().item(),
            mean=float(everything.mean(dtype="float64")),
            deviation=float(everything.std(dtype="float64", ddof=1)) if len(everything) > 1 else None,
            quartiles=(float(quartiles[0]), float(quartiles[1]), float(quartiles[2])),
            heads=_heads(values, counts),
        )


def of_booleans(everything: Any) -> Profile:
    """Of booleans, none of them missing."""
    values, true = len(everything), int(everything.sum())
    return Profile(
        family="boolean",
        values=values,
        counted=values,
        distinct=(true > 0) + (true < values),
        true=true / values if values else None,
        heads=repeated(sorted(((True, true), (False, values - true)), key=lambda head: -head[1])),
    )


def of_times(everything: Any, sample: Any) -> Profile:
    """Of points in time or durations, none of them missing."""
    if not len(sample):
        return Profile(family="time", distinct=0)
    values, counts = sys.modules["numpy"].unique(sample, return_counts=True)
    return Profile(
        family="time",
        values=len(everything),
        counted=len(sample),
        distinct=len(values),
        least=everything.min(),
        greatest=everything.max(),
        heads=_heads(values, counts),
    )


def of_objects(sample: Any) -> Profile:
    """Of Python objects. Numbers are summed up as such, all others as texts."""
    numpy = sys.modules["numpy"]
    cells = list(sample)
    found = families(cells)
    if found == {"number"}:
        try:
            numbers = numpy.asarray(sample).astype("float64")
        except (TypeError, ValueError):  # pandas' NA among them
            numbers = numpy.array([numpy.nan if is_nothing(cell) else float(cell) for cell in cells], "float64")
        numbers = _present(numbers)
        return of_numbers(numbers, numbers)
    if "foreign" in found:
        return Profile(values=sum(not is_nothing(cell) for cell in cells))
    if found <= {"text"}:
        return of_texts(cells)
    return of_texts((cell_text(cell) for cell in cells), "other")


def _present(array: Any) -> Any:
    """The array without NaN or NaT, in one stretch of memory, which is what every later pass is fast on."""
    numpy = sys.modules["numpy"]
    array = numpy.ascontiguousarray(array)
    if array.dtype.kind in "iub":
        return array
    missing = numpy.isnat(array) if array.dtype.kind in "mM" else numpy.isnan(array)
    return array[~missing] if missing.any() else array


def _heads(values: Any, counts: Any) -> list[tuple[Any, int]]:
    order = sys.modules["numpy"].argsort(-counts, kind="stable")[:HEADS]
    return repeated((values[position], counts[position]) for position in order)
