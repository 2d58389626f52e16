"""What is known of one column: the figures of ``describe``, whatever library the column lives in.

Two sets of rows are looked at. ``positions`` are those of a sample, spread evenly; None means all rows. What takes one
pass over memory (missing values, least, greatest, mean, deviation) is taken of all rows where ``whole`` says so; what
needs sorting or hashing (distinct values, quartiles, the most frequent values, lengths of texts) only of the sample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

HEADS = 5
"""How many of the most frequent values are told."""


@dataclass
class Profile:
    """One column. What doesn't apply to its kind of values, or could not be found out, is None.

    - ``family``: ``number``, ``boolean``, ``time``, ``text`` or ``other``.
    - ``looked``: among how many rows ``missing``, nulls and NaNs, was counted, and least to deviation were found.
    - ``values``: how many values, none of them missing, the figures rest on.
    - ``counted``: among how many values ``distinct`` and ``heads`` were counted.
    - ``true``: the share of a boolean column that is.
    - ``lengths``: the least, mean and greatest length of its texts, in characters.
    - ``heads``: the most frequent values with the number of rows that have them.
    """

    name: str = ""
    type: str = ""
    family: str = "other"
    looked: int = 0
    values: int = 0
    counted: int = 0
    missing: int | None = None
    distinct: int | None = None
    least: Any = None
    greatest: Any = None
    mean: float | None = None
    deviation: float | None = None
    quartiles: tuple[Any, Any, Any] | None = None
    true: float | None = None
    lengths: tuple[int, float, int] | None = None
    heads: list[tuple[Any, int]] = field(default_factory=list)


def of_texts(cells: Iterable[Any], family: str = "text") -> Profile:
    """The profile of a sample of texts. What is no text among them stands for a missing one."""
    counts = {text: count for text, count in Counter(cells).items() if isinstance(text, str)}
    values = sum(counts.values())
    lengths = None
    if counts and family == "text":
        total = sum(len(text) * count for text, count in counts.items())
        sizes = [len(text) for text in counts]
        lengths = (min(sizes), total / values, max(sizes))
    return Profile(
        family=family,
        values=values,
        counted=values,
        distinct=len(counts),
        lengths=lengths,
        heads=repeated(Counter(counts).most_common(HEADS)),
    )


def repeated(counts: Iterable[tuple[Any, int]]) -> list[tuple[Any, int]]:
    """Of values with their counts, the most frequent first, those few that occur more than once."""
    return [(value, int(count)) for value, count in counts if count > 1][:HEADS]
