"""Carries the chat's connections between a browser that reaches only this kernel and the hub.

Where the hub's WebSocket is out of the page's reach (VS Code, a kernel without a Jupyter server) the chat in a cell
speaks over its widget's comm. Each of its connections gets a transport of its own to the hub, and the frames pass as
they are, in both directions.

Browser to kernel: ``{"to": "copilot", "connection": id, "open": true}``, then ``{…, "frame": text}`` and at the end
``{…, "close": true}``. Kernel to browser: ``{"connection": id, "opened": true}``, then
``{"connection": id, "n": 0, "frames": [text, …]}`` and at the end
``{"connection": id, "closed": {"code": 1001, "reason": "…"}}``.

Comm messages that come too fast are lost on the way, so frames are gathered into about 16 messages a second, and
counted (``n``) so that the browser notices a gap. The chat pings every 25 s; but where the comm's messages wait for the
end of the running cell nothing is heard of it for long, so a silent browser is let go only after 15 min, or when others
need its place. All of this runs on the background loop; ``send`` is called there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from .connection import Dial, Transport, TransportClosed
from .errors import CopilotConnectionError

INTERVAL_S = 0.06
IDLE_S = 900.0
SILENT_S = 60.0
"""Whoever is silent for so long may be gone, and makes room."""
MESSAGE_CHARS = 256 * 1024
"""Of the frames in one message; a longer frame goes alone."""
WAITING_CHARS = 4 * MESSAGE_CHARS
"""Above this the hub is not read any further until some of it has gone."""
MAX_RELAYS = 32
MAX_INBOX = 2000
_GONE, _ABNORMAL, _FAILED, _TOO_MANY = 1001, 1006, 1011, 4429

_SILENT = TransportClosed(_GONE, "The browser was not heard of any more.")

Send = Callable[[dict[str, Any]], None]
FindDial = Callable[[], Awaitable[Dial]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to send, and how long to wait for a silent browser."""

    interval: float = INTERVAL_S
    idle: float = IDLE_S
    silent: float = SILENT_S


class Relays:
    """The browser's connections of one widget."""

    def __init__(self, find_dial: FindDial, send: Send, pace: Pace | None = None) -> None:
        self._find_dial = find_dial
        self._send = send
        self._pace = pace or Pace()
        self._relays: dict[str, _Relay] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._relays)

    def take(self, content: object) -> None:
        """One message of the browser. What can't be read is ignored."""
        if self._closed or not isinstance(content, dict) or content.get("to") != "copilot":
            return
        connection = content.get("connection")
        if not isinstance(connection, str) or not 0 < len(connection) <= 128:
            return
        relay = self._relays.get(connection)
        if content.get("open") is True:
            if relay is None:
                self._open(connection)
        elif content.get("close") is True:
            if relay is not None:
                relay.end()
        elif isinstance(frame := content.get("frame"), str):
            if relay is None:  # it was let go, as after a night's sleep: the browser dials again
                self._tell_closed(connection, _GONE, "This connection was closed.")
            else:
                relay.take(frame)

    async def close(self) -> None:
        """End every connection."""
        self._closed = True
        for relay in list(self._relays.values()):
            relay.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _open(self, connection: str) -> None:
        if len(self._relays) >= MAX_RELAYS:
            self._make_room()
        if len(self._relays) >= MAX_RELAYS:
            self._tell_closed(connection, _TOO_MANY, "This chat has too many connections open.")
            return
        relay = _Relay(connection, self._find_dial, self._send, self._pace)
        self._relays[connection] = relay
        task = asyncio.get_running_loop().create_task(self._run(connection, relay))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _make_room(self) -> None:
        """Let go of who was heard of longest ago, as of the pages before a reload, unless that is just now."""
        connection, relay = min(self._relays.items(), key=lambda item: item[1].heard_at)
        if relay.silent_for >= self._pace.silent:
            relay.end(_SILENT)
            del self._relays[connection]

    async def _run(self, connection: str, relay: _Relay) -> None:
        try:
            closed = await relay.run()
        finally:
            self._relays.pop(connection, None)
        if not self._closed:
            self._tell_closed(connection, closed.code or _ABNORMAL, closed.reason)

    def _tell_closed(self, connection: str, code: int, reason: str) -> None:
        self._send({"connection": connection, "closed": {"code": code, "reason": reason}})


class _Relay:
    """One connection."""

    def __init__(self, connection: str, find_dial: FindDial, send: Send, pace: Pace) -> None:
        self._connection = connection
        self._find_dial = find_dial
        self._send = send
        self._pace = pace
        self._inbox: asyncio.Queue[str] = asyncio.Queue()
        self._outbox: deque[str] = deque()
        self._waiting = 0
        self._count = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._ended = asyncio.Event()
        self._reason = TransportClosed(1000, "")
        self._timer = self._patience()

    def _patience(self) -> asyncio.TimerHandle:
        loop = asyncio.get_running_loop()
        self.heard_at = loop.time()
        return loop.call_later(self._pace.idle, self.end, _SILENT)

    @property
    def silent_for(self) -> float:
        """Seconds since the browser sent something."""
        return asyncio.get_running_loop().time() - self.heard_at

    def take(self, frame: str) -> None:
        """A frame from the browser."""
        self._timer.cancel()
        self._timer = self._patience()
        if self._inbox.qsize() >= MAX_INBOX:
            self.end(TransportClosed(_GONE, "The hub does not read what this connection sends."))
        else:
            self._inbox.put_nowait(frame)

    def end(self, reason: TransportClosed | None = None) -> None:
        """Let it go."""
        self._reason = reason or self._reason
        self._ended.set()

    async def run(self) -> TransportClosed:
        """Carry frames until one side ends it; returns why it ended."""
        try:
            transport = await (await self._find_dial())()
        except CopilotConnectionError as error:
            return TransportClosed(_FAILED, str(error))
        except (OSError, TimeoutError, TransportClosed) as error:
            return TransportClosed(_ABNORMAL, str(error) or type(error).__name__)
        except Exception as error:
            return TransportClosed(_FAILED, f"{type(error).__name__}: {error}")
        try:
            self._send({"connection": self._connection, "opened": True})
            return await _first_to_close(
                self._from_hub(transport),
                self._to_hub(transport),
                self._to_browser(),
                self._until_ended(),
            )
        finally:
            while self._outbox:
                self._send_some()
            await transport.close()

    async def _from_hub(self, transport: Transport) -> None:
        while True:
            frame = await transport.receive()
            self._outbox.append(frame)
            self._waiting += len(frame)
            self._news.set()
            while self._waiting > WAITING_CHARS:
                self._room.clear()
                await self._room.wait()

    async def _to_hub(self, transport: Transport) -> None:
        while True:
            await transport.send(await self._inbox.get())

    async def _to_browser(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._outbox:
                self._send_some()
                await asyncio.sleep(self._pace.interval)

    def _send_some(self) -> None:
        """One message with what waits, up to its size."""
        frames = [self._outbox.popleft()]
        size = len(frames[0])
        while self._outbox and size + len(self._outbox[0]) <= MESSAGE_CHARS:
            frames.append(self._outbox.popleft())
            size += len(frames[-1])
        self._waiting -= size
        self._room.set()
        self._send({"connection": self._connection, "n": self._count, "frames": frames})
        self._count += 1

    async def _until_ended(self) -> None:
        await self._ended.wait()
        raise self._reason


async def _first_to_close(*parts: Coroutine[Any, Any, None]) -> TransportClosed:
    """Run all parts until one raises; the others are cancelled."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    error = next(task.exception() for task in done)
    return error if isinstance(error, TransportClosed) else TransportClosed(_FAILED, f"{type(error).__name__}: {error}")
