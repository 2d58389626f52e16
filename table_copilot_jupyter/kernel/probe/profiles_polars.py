"""Figures of one column of polars."""

from __future__ import annotations

import sys
from typing import Any

from .columns_polars import type_name
from .profiles import HEADS, Profile, repeated


def of_series(everything: Any, sample: Any) -> Profile:
    """The profile of a ``polars.Series``. ``sample``: its rows for what takes more than one pass."""
    polars = sys.modules["polars"]
    kind = type_name(everything.dtype)
    if kind == "Decimal":
        return of_series(everything.cast(polars.Float64), sample.cast(polars.Float64))
    if kind in ("Categorical", "Enum"):
        return of_series(everything.cast(polars.String), sample.cast(polars.String))
    looked, missing = len(everything), int(everything.null_count())
    everything, sample = everything.drop_nulls().alias("value"), sample.drop_nulls().alias("value")
    if kind.startswith("Float"):
        missing += int(everything.is_nan().sum())
        everything, sample = everything.filter(~everything.is_nan()), sample.filter(~sample.is_nan())
    profile = _profile(kind, everything, sample)
    profile.looked, profile.missing = looked, missing
    return profile


def _profile(kind: str, everything: Any, sample: Any) -> Profile:
    if kind.startswith(("Int", "UInt", "Float")):
        profile = _of_counts("number", everything, sample)
        if len(sample):
            profile.mean, profile.deviation = everything.mean(), everything.std()
            low, middle, high = (float(sample.quantile(share, "linear")) for share in (0.25, 0.5, 0.75))
            profile.quartiles = (low, middle, high)
        return profile
    if kind == "Boolean":
        profile = _of_counts("boolean", everything, everything)
        profile.true = everything.mean()
        return profile
    if kind in ("Date", "Datetime", "Time", "Duration"):
        return _of_counts("time", everything, sample)
    if kind == "String":
        profile = _of_counts("text", sample, sample)
        sizes = sample.str.len_chars()
        profile.lengths = (sizes.min(), sizes.mean(), sizes.max()) if len(sample) else None
        return profile
    return Profile(values=len(sample))


def _of_counts(family: str, everything: Any, sample: Any) -> Profile:
    """The profile of values that can be ordered and counted. Texts have no least and greatest."""
    counts = sample.value_counts(sort=True, name="rows")
    bounds = (None, None) if family in ("text", "boolean") else (everything.min(), everything.max())
    return Profile(
        family=family,
        values=len(everything),
        counted=len(sample),
        distinct=counts.height,
        least=bounds[0],
        greatest=bounds[1],
        heads=repeated(counts.head(HEADS).rows()),
    )
