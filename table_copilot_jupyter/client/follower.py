"""Follows one session over the kernel's shared connection, from its first event on.

The shared connection tells each event once; what it has told before somebody began to follow is read over a
connection of its own, and both are joined by ``seq``. All of it runs on the background loop.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from .connection import Connection, Dial, Event, SessionState
from .errors import CopilotClientError

HISTORY_TIMEOUT_S = 30.0
RETRY_S = 15.0
_LONGEST_RETRY_S = 300.0

RESET: Event = {"type": "reset"}
"""What is known of the session is void: its log begins anew."""


Emit = Callable[[Event], None]


class Follower:
    """Hands every event of one session at a time to a function, in order and each once."""

    def __init__(self, *, retry: float = RETRY_S) -> None:
        self._retry = retry
        self._emit: Emit = lambda _event: None
        self._lock = asyncio.Lock()
        self._connection: Connection | None = None
        self._session_id = ""
        self._last = 0
        self._held: list[Event] | None = None
        self._complete = asyncio.Event()
        self._until = 0
        self._retrying: asyncio.Task[None] | None = None
        self._stop: Callable[[], None] = lambda: None

    async def follow(self, connection: Connection, dial: Dial, session_id: str, emit: Emit) -> SessionState:
        """Follow this session from now on; returns when all of its past was handed on. Raises CopilotClientError."""
        async with self._lock:
            await self.leave()
            return await self._follow(connection, dial, session_id, emit)

    async def _follow(self, connection: Connection, dial: Dial, session_id: str, emit: Emit) -> SessionState:
        known = connection.sessions.get(session_id)
        told_before = known is not None and known.seq > 0
        self._connection, self._session_id, self._emit, self._last = connection, session_id, emit, 0
        self._held = [] if told_before else None
        self._stop = connection.listen(session_id, self._take)
        try:
            state = await connection.attach(session_id)
            if told_before:
                await self._join(dial)
            else:
                await self._replayed(state.attached_seq)
        except BaseException:
            await self.leave()
            raise
        return state

    async def leave(self) -> None:
        """Follow nothing any more."""
        self._stop()
        self._stop = lambda: None
        if self._retrying is not None:
            self._retrying.cancel()
        connection, self._connection, self._retrying = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(CopilotClientError):
                await connection.release(self._session_id)

    async def _join(self, dial: Dial) -> None:
        for event in await past_events(dial, self._session_id):
            self._hand_on(event)
        held, self._held = self._held or [], None
        for event in held:
            if not isinstance(seq := event.get("seq"), int) or seq > self._last:
                self._hand_on(event)

    async def _replayed(self, until: int) -> None:
        self._complete.clear()
        self._until = until
        if self._last < until:
            with contextlib.suppress(TimeoutError):  # what is late comes later
                async with asyncio.timeout(HISTORY_TIMEOUT_S):
                    await self._complete.wait()

    def _take(self, event: Event) -> None:
        if self._held is not None:
            self._held.append(event)
        else:
            self._hand_on(event)

    def _hand_on(self, event: Event) -> None:
        seq = event.get("seq")
        if isinstance(seq, int):
            if seq <= self._last:  # the connection tells no event twice: the log is another one
                self._emit(RESET)
            self._last = seq
        self._emit(event)
        if self._last >= self._until:
            self._complete.set()
        if event.get("type") == "connection_lost" and self._retrying is None:
            self._retrying = asyncio.get_running_loop().create_task(self._try_again())

    async def _try_again(self) -> None:
        """The connection gave up. Ask it from time to time, until the server is back."""
        delay, connection = self._retry, self._connection
        while connection is not None:
            await asyncio.sleep(delay)
            delay = min(2 * delay, _LONGEST_RETRY_S)
            try:
                await connection.attach(self._session_id)
            except CopilotClientError:
                continue
            self._retrying = None
            return


async def past_events(dial: Dial, session_id: str) -> list[Event]:
    """All events of a session's log up to now. Raises CopilotClientError."""
    connection, events, news = Connection(dial), list[Event](), asyncio.Event()

    def take(event: Event) -> None:
        if isinstance(event.get("seq"), int):
            events.append(event)
        news.set()

    connection.listen(session_id, take)
    try:
        state = await connection.attach(session_id)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HISTORY_TIMEOUT_S):
                while state.seq < state.attached_seq:
                    news.clear()
                    await news.wait()
    finally:
        await connection.close()
    return events
