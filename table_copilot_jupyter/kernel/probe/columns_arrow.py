"""One column of Arrow: its type as a word, and its fingerprint."""

from __future__ import annotations

import sys
from typing import Any

TEXT_SHARE = 32
"""Texts are summed byte by byte, so a fewer of them than of numbers: one in so many."""


def type_word(kind: Any) -> str:
    """An Arrow type as a word.

    Without the values of a dictionary, the parameters of somebody's own type, and the names of a struct's fields, which
    may be keys of dictionaries in cells.
    """
    pyarrow = sys.modules["pyarrow"]
    if isinstance(kind, pyarrow.ExtensionType):
        return "extension[%s]" % type_word(kind.storage_type)
    if isinstance(kind, pyarrow.DictionaryType):
        return "dictionary[%s]" % type_word(kind.value_type)
    types = pyarrow.types
    if types.is_map(kind):
        return "map[%s, %s]" % (type_word(kind.key_type), type_word(kind.item_type))
    if types.is_struct(kind) or types.is_union(kind):
        return "%s[%d]" % ("struct" if types.is_struct(kind) else "union", kind.num_fields)
    if types.is_nested(kind) and hasattr(kind, "value_type"):
        return "list[%s]" % type_word(kind.value_type)
    return str(kind)


def readable_type(kind: Any) -> Any | None:
    """The type that DuckDB reads in place of one that it doesn't; None for all others."""
    pyarrow = sys.modules["pyarrow"]
    if pyarrow.types.is_float16(kind):
        return pyarrow.float32()
    return pyarrow.float64() if pyarrow.types.is_decimal256(kind) else None


def stored(column: Any) -> Any:
    """A column of somebody's own type as that which is stored: what such a type makes of a cell is its code."""
    pyarrow = sys.modules["pyarrow"]
    views = getattr(pyarrow.types, "is_string_view", None)  # since pyarrow 16
    if views is not None and views(column.type):
        return column.cast(pyarrow.large_string())  # little of pyarrow works on views
    if not isinstance(column.type, pyarrow.ExtensionType):
        return column
    return pyarrow.chunked_array([chunk.storage for chunk in column.chunks], type=column.type.storage_type)


def pieces(column: Any) -> list[Any]:
    """A column for the fingerprint: NumPy arrays of fixed width where there are any, else a list of objects."""
    numpy = sys.modules.get("numpy")
    if numpy is None or _width(column.type) is None or not column.num_chunks:
        return [column.to_pylist()]
    missing = column.is_null().to_numpy()
    return [numpy.concatenate([_words(chunk) for chunk in column.chunks]), missing]


def arrow_sum(column: Any) -> int:
    """A number that changes with any cell, however the column is cut into chunks.

    0 where finding out would take too long.
    """
    pyarrow, numpy = sys.modules["pyarrow"], sys.modules.get("numpy")
    kind = column.type
    if numpy is None:
        return 0
    if isinstance(kind, pyarrow.DictionaryType):
        return sum(_sum(numpy, _words(chunk.indices)) for chunk in column.chunks)
    if pyarrow.types.is_boolean(kind):
        return int(column.null_count) * 2**32 + sum(int(chunk.true_count) for chunk in column.chunks)
    if _width(kind) is not None:
        return int(column.null_count) + sum(_sum(numpy, _words(chunk)) for chunk in column.chunks)
    sizes = {pyarrow.string(): "i4", pyarrow.binary(): "i4", pyarrow.large_string(): "i8", pyarrow.large_binary(): "i8"}
    if kind in sizes:
        part = column.slice(0, max(1, len(column) // TEXT_SHARE))
        return int(part.null_count) + sum(_text_sum(numpy, chunk, sizes[kind]) for chunk in part.chunks)
    return 0


def _width(kind: Any) -> int | None:
    """The bits of a cell of a number or a time; None for all other types."""
    types = sys.modules["pyarrow"].types
    fixed = types.is_integer(kind) or types.is_floating(kind) or types.is_temporal(kind)
    width = kind.bit_width if fixed else None
    return width if width in (8, 16, 32, 64) else None


def _words(chunk: Any) -> Any:
    """The memory of a chunk as unsigned integers, with 0 for what is missing."""
    pyarrow = sys.modules["pyarrow"]
    width = chunk.type.bit_width
    words = chunk.view({8: pyarrow.uint8, 16: pyarrow.uint16, 32: pyarrow.uint32, 64: pyarrow.uint64}[width]())
    return (words.fill_null(0) if words.null_count else words).to_numpy(zero_copy_only=True)


def _sum(numpy: Any, words: Any) -> int:
    return int(numpy.add.reduce(words, dtype="u8"))


def _text_sum(numpy: Any, chunk: Any, offset_type: str) -> int:
    _, offsets, data = chunk.buffers()
    if not len(chunk) or data is None:
        return 0
    places = numpy.frombuffer(offsets, offset_type)[chunk.offset : chunk.offset + len(chunk) + 1]
    return _sum(numpy, numpy.frombuffer(data, "u1")[places[0] : places[-1]]) + _sum(numpy, numpy.diff(places) ** 2)
