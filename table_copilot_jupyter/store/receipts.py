"""The receipts of requests to models: who was asked, what it told of which table, and the request's very body.

A receipt stays as long as its session. Its body is kept compressed for the newest requests only, as many as
``KEPT_PAYLOADS`` and ``KEPT_BYTES`` allow; older ones are emptied whenever a receipt is added.
"""

from __future__ import annotations

import zlib
from dataclasses import asdict

from sqlalchemy import Connection, func, insert, literal, select, update

from .base import ReceiptRow, StoreError
from .tables import clean, cleaned, receipts, sessions

KEPT_PAYLOADS = 500
KEPT_BYTES = 50 * 1024 * 1024
"""Of one session, compressed."""

_NUMBER = receipts.c.receipt_number
_SIZE = func.length(receipts.c.payload)
_WITHOUT_PAYLOAD = [
    receipts.c[name] for name in ("receipt_id", "session_id", "turn_id", "at", "model", "host", "bytes", "tables")
]


def pack(payload: str) -> bytes:
    """A request's body as it is kept. Takes about 10 ms a megabyte: not for the event loop's thread."""
    return zlib.compress(payload.encode("utf-8", "surrogatepass"), 3)


def unpack(payload: bytes) -> str:
    """The body, exactly as it was. Raises ValueError for bytes that ``pack`` did not make, such as none at all."""
    try:
        return zlib.decompress(payload).decode("utf-8", "surrogatepass")
    except zlib.error as error:
        raise ValueError(f"A receipt's payload of {len(payload)} bytes can't be read: {error}.") from error


def add(connection: Connection, row: ReceiptRow) -> None:
    """Add a receipt, and empty the payloads that it crowds out. The same receipt again changes nothing.

    Raises StoreError when its session is gone.
    """
    live = select(sessions.c.session_id).where(sessions.c.session_id == row.session_id, sessions.c.deleted.is_(False))
    if connection.execute(live).first() is None:
        raise StoreError(f"There is no session {row.session_id!r} to keep a receipt of. Start a new one.")
    if _is_there(connection, row.session_id, row.receipt_id):
        return
    connection.execute(insert(receipts).values(cleaned(asdict(row))))
    _make_room(connection, row.session_id)


def of_session(connection: Connection, session_id: str) -> list[ReceiptRow]:
    """The receipts in the order in which they were added, with empty payloads."""
    query = select(*_WITHOUT_PAYLOAD).where(receipts.c.session_id == session_id).order_by(_NUMBER)
    return [ReceiptRow(**row._mapping, payload=b"") for row in connection.execute(query)]


def find(connection: Connection, session_id: str, receipt_id: str) -> ReceiptRow | None:
    """One receipt with its payload."""
    query = select(*_WITHOUT_PAYLOAD, receipts.c.payload).where(
        receipts.c.session_id == session_id, receipts.c.receipt_id == clean(receipt_id)
    )
    row = connection.execute(query).first()
    return ReceiptRow(**row._mapping) if row else None


def _is_there(connection: Connection, session_id: str, receipt_id: str) -> bool:
    same = (receipts.c.session_id == session_id, receipts.c.receipt_id == clean(receipt_id))
    return connection.execute(select(literal(1)).where(*same)).first() is not None


def _make_room(connection: Connection, session_id: str) -> None:
    # one more than are kept: whatever is older was emptied when the last receipt was added
    newest = (select(_NUMBER, _SIZE).where(receipts.c.session_id == session_id).order_by(_NUMBER.desc())).limit(
        KEPT_PAYLOADS + 1
    )
    total = 0
    for place, (number, size) in enumerate(connection.execute(newest)):
        total += size
        if place == KEPT_PAYLOADS or total > KEPT_BYTES:
            crowded_out = (receipts.c.session_id == session_id, number >= _NUMBER, _SIZE > 0)
            connection.execute(update(receipts).where(*crowded_out).values(payload=b""))
            return
