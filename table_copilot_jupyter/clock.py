"""Time and identifiers, in one place so that a test can set them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


def timestamp(moment: datetime | None = None) -> str:
    """ISO 8601 in UTC with milliseconds, as every frame carries it."""
    return (moment or utc_now()).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id(size: int = 8) -> str:
    """A random identifier of ``2 * size`` hexadecimal digits."""
    return secrets.token_hex(size)


def user_timezone(name: str = "") -> ZoneInfo:
    """The named zone, else the machine's. Raises ValueError naming an unknown zone."""
    if not name:
        from tzlocal import get_localzone_name

        name = get_localzone_name() or "UTC"
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone; use a name such as 'Europe/Berlin'.") from None
