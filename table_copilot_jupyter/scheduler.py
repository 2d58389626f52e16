"""Sleeps until the next reminder is due, and hands on those that are.

It never trusts a long sleep: it looks at the clock at least every ``LOOK_S``, so that a
suspended machine or a changed clock delays a reminder by no more than that.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from .clock import Clock
from .protocol import ReminderItem
from .store.base import ReminderStore, StoreError

LOOK_S = 30.0
RETRY_S = 5.0

logger = logging.getLogger(__name__)


class Scheduler:
    """``deliver(owner, reminder)`` returns False when it can't be done now; it is tried again."""

    def __init__(
        self, store: ReminderStore, deliver: Callable[[str, ReminderItem], Awaitable[bool]], clock: Clock
    ) -> None:
        self._store = store
        self._deliver = deliver
        self._clock = clock
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    def wake(self) -> None:
        """A reminder was added or changed."""
        self._changed.set()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            try:
                wait = await self._deliver_due()
            except StoreError as error:
                logger.warning("reminders can't be read: %s", error)
                wait = LOOK_S
            except Exception:
                logger.exception("a reminder could not be delivered")
                wait = LOOK_S
            try:
                async with asyncio.timeout(wait):
                    await self._changed.wait()
            except TimeoutError:
                pass

    async def _deliver_due(self) -> float:
        """Deliver what is due; returns for how long to sleep, in seconds."""
        now = self._clock()
        waiting = False
        for owner, reminder in await self._store.due_reminders(now):
            waiting |= not await self._deliver(owner, reminder)
        if waiting:
            return RETRY_S
        due = await self._store.next_due()
        if due is None:
            return LOOK_S
        return min(LOOK_S, max(0.0, (due - self._clock()).total_seconds()))
