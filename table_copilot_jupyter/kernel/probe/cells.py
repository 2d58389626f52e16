"""Single cells: as JSON, as text, of which kind. The code of the user's own classes never runs for it."""

from __future__ import annotations

import datetime
import decimal
import math
import sys
import uuid
from collections.abc import Collection
from typing import Any

_READABLE = frozenset(
    ("builtins", "datetime", "decimal", "fractions", "ipaddress", "numpy", "pandas", "pathlib", "shapely", "uuid")
)
"""The modules whose objects may be turned into text."""

_FAMILIES: dict[type, str] = {
    bool: "boolean",
    bytes: "bytes",
    complex: "complex",
    datetime.date: "date",
    datetime.datetime: "timestamp",
    datetime.time: "time",
    datetime.timedelta: "duration",
    decimal.Decimal: "number",
    dict: "mapping",
    float: "number",
    int: "number",
    list: "list",
    str: "text",
    tuple: "list",
    uuid.UUID: "uuid",
}
_FAMILIES_BY_NAME = {"NaTType": "", "NAType": "", "NoneType": "", "Timestamp": "timestamp", "Timedelta": "duration"}


def families(values: Collection[Any]) -> set[str]:
    """The kinds of Python objects among some: ``text``, ``number``, ``list`` …, ``foreign`` for those of other classes.

    What stands for nothing (None, NaN, NaT, NA) is of no kind.
    """
    kinds = set(map(type, values))
    found = {_family(kind) for kind in kinds} - {""}
    if len(found) > 1 and "number" in found:
        numbers = {kind for kind in kinds if _family(kind) == "number"}
        if all(issubclass(kind, float) for kind in numbers) and all(
            value != value for value in values if type(value) in numbers
        ):
            found.remove("number")  # they are the NaNs among texts
    return found


def cell_text(value: Any) -> str | None:
    """A cell as text, None for nothing. An object of the user's own class is named after the class."""
    if is_nothing(value):
        return None
    if isinstance(value, str):
        return encodable(str.__str__(value))
    if isinstance(value, int) and type(value) is not bool:
        return int.__repr__(value)
    if type(value).__module__.split(".")[0] in _READABLE:
        return str(value)
    return "<%s>" % type(value).__name__


def encodable(text: str) -> str:
    """A text that UTF-8 can hold: with a question mark in place of each half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def scalar(value: Any) -> Any:
    """A cell as a JSON scalar: a boolean, a number or a text; None for nothing."""
    if is_nothing(value):
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(int.__index__(value))
    if isinstance(value, float):
        return str(float.__repr__(value)) if math.isinf(value) else float.__pos__(value)
    if isinstance(value, decimal.Decimal):
        return scalar(decimal.Decimal.__float__(value))
    if isinstance(value, datetime.datetime):
        return _trimmed(datetime.datetime.isoformat(value, " "))
    if isinstance(value, (bytes, bytearray)):
        return "0x" + bytes(value[:40]).hex()
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic):
        if isinstance(value, numpy.datetime64):
            return _trimmed(str(value).replace("T", " "))
        return _of_numpy(value, numpy)
    return cell_text(value)


def _of_numpy(value: Any, numpy: Any) -> Any:
    if isinstance(value, numpy.timedelta64) and numpy.datetime_data(value.dtype)[0] not in ("Y", "M", "generic"):
        value = value.astype("timedelta64[us]")  # as Python knows it
    item = value.item()
    if isinstance(item, numpy.generic):  # wider than any number of Python's
        return scalar(float(item)) if isinstance(item, numpy.floating) else str(item)
    return scalar(item)


def _trimmed(text: str) -> str:
    """A time without what says nothing: zeros of a fraction, and midnight."""
    if "." in text and "+" not in text:
        text = text.rstrip("0").rstrip(".")
    return text[: -len(" 00:00:00")] if text.endswith(" 00:00:00") else text


def is_nothing(value: Any) -> bool:
    """Whether a cell is one of the many forms of nothing: None, NaN, NaT, NA."""
    if isinstance(value, float):
        return float.__ne__(value, value)
    family = _family(type(value))
    return family == "" or (
        type(value).__module__ == "numpy" and family in ("timestamp", "duration") and value != value
    )


def _family(kind: type) -> str:
    family = _FAMILIES.get(kind)
    if family is None and kind.__module__.split(".")[0] in _READABLE:
        family = _FAMILIES_BY_NAME.get(kind.__name__)
        if family is None and "numpy" in sys.modules:
            family = next((name for base, name in _numpy_families() if issubclass(kind, base)), None)
    return "foreign" if family is None else family


def _numpy_families() -> tuple[tuple[type, str], ...]:
    numpy = sys.modules["numpy"]
    return (
        (numpy.ndarray, "list"),
        (numpy.bool_, "boolean"),
        (numpy.datetime64, "timestamp"),
        (numpy.timedelta64, "duration"),  # before the numbers, which NumPy counts it to
        (numpy.complexfloating, "complex"),
        (numpy.number, "number"),
        (numpy.str_, "text"),
        (numpy.bytes_, "bytes"),
    )
