"""Whether a table is still the one that it was: a few hashes that are cheap whatever its size.

``content`` is a hash of

- all cells, in a table of up to ``ALL_CELLS`` cells: any change shows;
- else of up to ``SAMPLED_ROWS`` evenly spread rows, the first and the last among them, and of a sum over each column's
  memory, as far as the columns are numbers, times, categories or texts in Arrow's layout, and over ``SUMMED_CELLS``
  cells in all (a 32nd of that for texts).

What it may miss, in larger tables only: cells between the sampled rows that change places within a column; texts that
change into others of the same letters; columns of Python objects, lists and structs between the sampled rows; and what
lies beyond ``SUMMED_CELLS``. In tables of any size: what is inside objects of the user's own classes, and columns that
their library can't hand out.

Equal content gives equal hashes in every process, on the same versions of the libraries.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from .cells import scalar
from .sampling import spread, stretches

if TYPE_CHECKING:
    from .adapters import Table

ALL_CELLS = 100_000
SAMPLED_ROWS = 4_096
SAMPLED_CELLS = 100_000
SUMMED_CELLS = 64_000_000

_WORD = 2**64


def of(table: Table) -> dict[str, Any]:
    """``{"rows", "columns", "schema", "content"}``: counts and hashes, ``content`` None for a lazy table.

    Raises ``Failure`` for a table that can't be read.
    """
    columns = table.columns()
    rows = table.rows()
    return {
        "rows": rows,
        "columns": len(columns),
        "schema": _Hash().add(json.dumps(columns).encode()).text(),
        "content": None if table.lazy or rows is None else table.readable(lambda: _content(table, rows)),
    }


def _content(table: Table, rows: int) -> str:
    parts = table.parts()
    everything = rows * len(parts) <= ALL_CELLS
    sampled = rows if everything else max(2, min(SAMPLED_ROWS, SAMPLED_CELLS // len(parts)))
    positions = spread(rows, sampled)
    found = _Hash()
    for _, part in parts:
        for piece in table.pieces(part, positions):
            found.add(_encoded(piece))
        if not everything:
            spans = stretches(rows, SUMMED_CELLS // len(parts))
            total = sum(table.checksum(part, start, stop) for start, stop in spans)
            found.add(b"%d" % (total % _WORD))
    return found.text()


class _Hash:
    """A hash of several pieces, each told from the next by its length."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=8)

    def add(self, piece: bytes) -> _Hash:
        self._hash.update(b"%d:" % len(piece))
        self._hash.update(piece)
        return self

    def text(self) -> str:
        return self._hash.hexdigest()


def _encoded(piece: Any) -> bytes:
    """Cells as bytes. An array's own, and for Python objects JSON, in which every type has a form of its own."""
    if not isinstance(piece, list):
        return bytes(piece.tobytes())
    try:
        return json.dumps(piece, default=_tagged, skipkeys=True).encode()
    except (TypeError, ValueError, RecursionError):  # dictionaries with keys that can't be sorted out, circles
        return b"%d" % len(piece)


def _tagged(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return ["set", len(value)]
    if hasattr(value, "tolist") and type(value).__module__ == "numpy":
        return ["numpy", value.tolist()]
    return [type(value).__name__, scalar(value)]
