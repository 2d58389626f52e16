"""Figures of one column of pandas."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from .cells import cell_text
from .columns_pandas import arrow_of, masked, sql_column
from .profiles import HEADS, Profile, of_texts, repeated
from .profiles_arrow import of_chunks
from .profiles_numpy import of_array, of_booleans, of_numbers


def of_part(part: Any, positions: Sequence[int] | None, whole: bool) -> Profile:
    """The profile of a Series or of a level of an index."""
    sample = part if positions is None else part.take(positions)
    everything = part if whole and part.dtype != object else sample  # Python objects are looked at one by one
    profile = _profile(everything, sample)
    profile.looked, profile.missing = len(everything), int(everything.isna().sum())
    return profile


def _profile(everything: Any, sample: Any) -> Profile:
    numpy = sys.modules["numpy"]
    kind = type(everything.dtype).__name__
    if kind == "CategoricalDtype":
        return _of_categories(everything, numpy)
    if kind == "GeometryDtype":
        return of_texts(sample.array.geom_type, "other")
    if kind == "DatetimeTZDtype":
        profile = of_array(
            everything.array.asi8.view("M8[%s]" % everything.dtype.unit),
            sample.array.asi8.view("M8[%s]" % everything.dtype.unit),
        )
        profile.least, profile.greatest = everything.min(), everything.max()
        profile.heads = []
        return profile
    chunks, sampled_chunks = arrow_of(everything), arrow_of(sample)
    if chunks is not None:
        return of_chunks(chunks, sampled_chunks)
    split, sampled = masked(everything), masked(sample)
    if split is not None and sampled is not None:
        values = split[0][~split[1]]
        return of_booleans(values) if values.dtype.kind == "b" else of_numbers(values, sampled[0][~sampled[1]])
    if type(everything.dtype).__module__.split(".")[0] == "numpy":
        return of_array(everything.to_numpy(), sample.to_numpy())
    converted = sql_column(sample)  # periods, intervals and others of pandas' own
    converted = numpy.asarray(sample.array if converted is None else converted)
    return of_array(converted, converted)


def _of_categories(part: Any, numpy: Any) -> Profile:
    """Categories are counted by their codes, of all rows that there are."""
    codes = part.array.codes
    counts = numpy.bincount(codes[codes >= 0], minlength=len(part.dtype.categories))
    order = numpy.argsort(-counts, kind="stable")[:HEADS]
    heads = [(cell_text(part.dtype.categories[position]), counts[position]) for position in order]
    return Profile(
        family="text",
        values=int(counts.sum()),
        counted=int(counts.sum()),
        distinct=int((counts > 0).sum()),
        heads=repeated(heads),
    )
