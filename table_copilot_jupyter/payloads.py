"""Keeps what was sent to models: for each request of a turn a receipt, with its exact payload.

The receipt is an event of the session; the payload is compressed in a thread and stored beside the log, while the
request is already on its way.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace

from .clock import new_id, timestamp
from .engine.base import RequestSent
from .protocol import Sent
from .services import Services
from .store.base import ReceiptRow, StoreError
from .store.receipts import pack

logger = logging.getLogger(__name__)


class Payloads:
    """The requests of one turn."""

    def __init__(self, session_id: str, turn_id: str, services: Services) -> None:
        self._session_id = session_id
        self._turn_id = turn_id
        self._services = services
        self._keeping: set[asyncio.Task[None]] = set()

    def take(self, event: RequestSent) -> Sent:
        """The receipt of a request, whose payload is kept from now on."""
        sent = Sent(
            receipt_id=new_id(), model=event.model, host=event.host, bytes=event.bytes, tables=list(event.tables)
        )
        row = ReceiptRow(
            receipt_id=sent.receipt_id,
            session_id=self._session_id,
            turn_id=self._turn_id,
            at=timestamp(self._services.clock()),
            model=event.model,
            host=event.host,
            bytes=event.bytes,
            tables=json.dumps([table.model_dump() for table in event.tables]),
            payload=b"",
        )
        task = asyncio.get_running_loop().create_task(self._keep(row, event.payload))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        return sent

    async def kept(self) -> None:
        """Return when every payload is stored."""
        await asyncio.gather(*self._keeping)

    async def _keep(self, row: ReceiptRow, payload: str) -> None:
        try:
            packed = await asyncio.to_thread(pack, payload)
            await self._services.store.add_receipt(replace(row, payload=packed))
        except StoreError as error:
            logger.warning("a receipt of session %s was not kept: %s", row.session_id, error)
