"""What a session's user may choose of a few words, checked before it is sent."""

from __future__ import annotations

from typing import get_args

from ..protocol import ColumnNames, PrivacyLevel

CHOICES: dict[str, tuple[str, ...]] = {"privacy": get_args(PrivacyLevel), "names": get_args(ColumnNames)}


def checked(name: str, value: str | None) -> str | None:
    """``value``, where it may be chosen for ``name``. Raises ValueError, which names what may."""
    if value is None or value in CHOICES[name]:
        return value
    *first, last = [repr(choice) for choice in CHOICES[name]]
    raise ValueError(f"{name}={str(value)[:80]!r} can't be chosen: use {', '.join(first)} or {last}.")
