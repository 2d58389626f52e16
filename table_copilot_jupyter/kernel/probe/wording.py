"""Names, counts and sizes in the texts that model and user read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from . import secrets

SECRET_COLUMN = "(hidden: looks secret)"

_IDENTIFIER = re.compile(r"[^\W\d]\w*\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def shown_name(name: str) -> str:
    """A table's or column's name for the model: as SQL has to write it, on one line, without what looks secret."""
    text = one_line(secrets.redacted(name))
    return text if _IDENTIFIER.match(text) else '"%s"' % text.replace('"', '""')


def one_line(text: str) -> str:
    """A text with a space in place of line breaks, control characters and marks that turn the direction of writing."""
    return _CONTROL.sub(" ", text)


def counted(number: int, noun: str) -> str:
    """``1 row``, ``12,345 rows``."""
    return "%s %s%s" % (format(number, ","), noun, "" if number == 1 else "s")


def shape(rows: int | None, columns: int) -> str:
    """``344 rows × 8 columns``; ``8 columns`` where nobody knows the rows."""
    return (
        counted(columns, "column") if rows is None else "%s × %s" % (counted(rows, "row"), counted(columns, "column"))
    )


def memory(size: int) -> str:
    """A size in bytes as kB or MB, powers of ten."""
    if size < 1_000:
        return "%d B" % size
    kilobytes = size / 1_000
    return "%.0f kB" % kilobytes if kilobytes < 999.5 else "%s MB" % format(round(kilobytes / 1_000, 1), ",.4g")


def number(value: Any) -> str:
    """A number in up to six significant digits; whole numbers in full."""
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e15
        return "%.0f" % value if whole or 1e6 <= abs(value) < 1e15 else "%.6g" % value
    return str(value)


def aligned(header: Sequence[str], rows: Sequence[Sequence[Any]], numeric: Sequence[bool]) -> str:
    """A table as plain text: numbers to the right, texts to the left, cells cut at 40 characters."""
    lines = [list(header)] + [["" if cell is None else cut(one_line(number(cell)), 40) for cell in row] for row in rows]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width) for cell, width, right in zip(line, widths, numeric)
        ).rstrip()
        for line in lines
    )


def cut(text: str, length: int) -> str:
    """A text of at most that length; an ellipsis stands for the rest."""
    return text if len(text) <= length else text[: length - 1] + "…"
