"""DuckDB's types: as words without values, and how a cell of each is read.

Words leave out what may be data: the values of an ENUM, the names of a STRUCT's fields (keys of dictionaries in
cells). Cells of the simple types are read as Python objects; all others are turned into text by DuckDB, which knows
how to write each of them, also those that Python has no equal for (a year 290,000, an interval of months).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from .result import ResultColumn
from .sql import quoted
from .sql_tree import words

_NUMERIC = words(
    "TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT BIGNUM VARINT FLOAT DOUBLE "
    "DECIMAL"
)
_NATIVE = (_NUMERIC | {"BOOLEAN"}) - {"BIGNUM", "VARINT"}
_NESTED = words("STRUCT MAP UNION LIST ARRAY VARIANT")
_WORDS = {
    "VARCHAR": "str",
    "ENUM": "category",
    "BLOB": "bytes",
    "BOOLEAN": "bool",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIME WITH TIME ZONE": "timetz",
    '"NULL"': "null",
}
_HUGE = words("HUGEINT UHUGEINT")
_TIMESTAMPS = words("TIMESTAMP TIMESTAMP_S TIMESTAMP_MS TIMESTAMP_NS")
_MIDNIGHT = " 00:00:00"

TEXT_LENGTH = 1_001
"""The most characters of a cell that are read: one more than is shown."""

_BYTES_LENGTH = 32


def kind(type_text: str) -> str:
    """A type's name without its parameters: ``DECIMAL(18,3)`` is ``DECIMAL``, ``INTEGER[]`` is ``LIST``."""
    if type_text.endswith("[]"):
        return "LIST"
    if re.search(r"\[\d+\]\Z", type_text):
        return "ARRAY"
    return type_text.split("(", 1)[0].strip().upper()


def column(name: str, type_text: str) -> ResultColumn:
    """A column of a result, its type as a word."""
    base = kind(type_text)
    return ResultColumn(name, _WORDS.get(base, base.lower()), base in _NUMERIC)


def without_midnights(rows: list[list[Any]], types: Sequence[str]) -> list[list[Any]]:
    """Timestamps that are all at midnight as dates: ``2026-03-01 00:00:00`` is ``2026-03-01``."""
    for place, type_text in enumerate(types):
        if kind(type_text) in _TIMESTAMPS and all(row[place] is None or row[place].endswith(_MIDNIGHT) for row in rows):
            for row in rows:
                row[place] = row[place] and row[place][: -len(_MIDNIGHT)]
    return rows


def is_huge(type_text: str) -> bool:
    """Whether it is a 128-bit integer, such as a sum of integers is."""
    return kind(type_text) in _HUGE


def for_display(name: str, type_text: str) -> str:
    """The SQL that gives a column's cells as Python's bool, int, float, Decimal or a text that is not too long."""
    base = kind(type_text)
    column_name = quoted(name)
    if base in _NATIVE:
        return column_name
    if base == "BLOB":
        return "CASE WHEN octet_length(%s) > %d THEN '0x' || left(hex(%s), %d) || '…' ELSE '0x' || hex(%s) END" % (
            column_name,
            _BYTES_LENGTH,
            column_name,
            2 * _BYTES_LENGTH,
            column_name,
        )
    text = "to_json(%s)::VARCHAR" if base in _NESTED else "%s::VARCHAR"
    return "left(%s, %d)" % (text % column_name, TEXT_LENGTH)


def as_text(name: str, type_text: str) -> str:
    """The SQL that gives what Python can't hold as text, whole."""
    return quoted(name) if kind(type_text) in _NATIVE else "%s::VARCHAR AS %s" % (quoted(name), quoted(name))
