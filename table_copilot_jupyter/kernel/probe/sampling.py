"""Which rows stand for all of them: always the same ones for the same number of rows."""

from __future__ import annotations


def spread(rows: int, wanted: int) -> list[int]:
    """``wanted`` positions among ``rows``, evenly spread and in order, the first and the last among them.

    Each lies somewhere in its own stretch, not always at its start, so that rows that alternate don't fool the sample.
    """
    if rows <= wanted:
        return list(range(rows))
    positions = []
    for place in range(wanted):
        start, stop = place * rows // wanted, (place + 1) * rows // wanted
        positions.append(start + int(place * 0.6180339887498949 % 1 * (stop - start)))
    positions[-1] = rows - 1
    return positions


def stretches(rows: int, wanted: int, pieces: int = 64) -> list[tuple[int, int]]:
    """``(start, stop)`` of evenly spread stretches that hold about ``wanted`` rows together; all rows if they fit."""
    if rows <= wanted:
        return [(0, rows)] if rows else []
    length = max(1, wanted // pieces)
    starts = [place * (rows - length) // (pieces - 1) for place in range(pieces)]
    return [(start, start + length) for start in starts]
