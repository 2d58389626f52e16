"""The sockets to one process of a kernel: requests go out, answers find the exchange that they belong to.

Nothing here knows what is asked. While an exchange is open, and only then, the kernel's process is watched.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal

from ..clock import new_id
from ..protocol import CopilotError
from .resident import STARTED

WATCH_S = 0.25

Line = Literal["shell", "control"]
Fate = Callable[[], Awaitable[CopilotError | None]]


class Exchange:
    """One request and its answers. ``started`` is done at the first of them, ``reply`` holds the last one's content.

    ``reply`` raises the error that ended the kernel, if that came first.
    """

    def __init__(self, key: str) -> None:
        loop = asyncio.get_running_loop()
        self.key = key
        self.started: asyncio.Future[None] = loop.create_future()
        self.reply: asyncio.Future[dict[str, Any]] = loop.create_future()

    async def answered(self, within_s: float) -> bool:
        """Whether anything came within that time."""
        await asyncio.wait({self.started}, timeout=within_s)
        return self.started.done()

    def start(self) -> None:
        if not self.started.done():
            self.started.set_result(None)

    def end(self, content: dict[str, Any] | CopilotError) -> None:
        self.start()
        if self.reply.done():
            return
        if isinstance(content, CopilotError):
            self.reply.set_exception(content)
        else:
            self.reply.set_result(content)

    def forget(self) -> None:
        """No one waits for it any more."""
        self.reply.cancel()
        if not self.reply.cancelled():
            self.reply.exception()  # asyncio complains of errors that nobody looked at


class Channel:
    """Exchanges with the kernel of ``manager``, a jupyter_client KernelManager.

    ``fate`` is asked for the error that says how the kernel's process has ended; None while it lives.
    """

    def __init__(self, manager: Any, fate: Fate) -> None:
        client = manager.client(context=manager.context)
        # Its own session: kernels send answers to the session's id, and the manager's may have other clients.
        client.session = client.session.clone()
        client.session.session = new_id(16)
        self._client = client
        self._fate = fate
        self._open: dict[str, Exchange] = {}
        self._readers: list[asyncio.Task[None]] = []
        self._watch: asyncio.Task[None] | None = None
        self._closed: CopilotError | None = None

    async def start(self) -> None:
        starting = self._client.start_channels(shell=True, control=True, iopub=False, stdin=False, hb=False)
        if inspect.isawaitable(starting):  # kernels behind a gateway
            await starting
        self._readers = [
            asyncio.create_task(self._read(self._client.shell_channel)),
            asyncio.create_task(self._read(self._client.control_channel)),
        ]

    @contextlib.contextmanager
    def exchange(self, line: Line, kind: str, content: dict[str, Any]) -> Iterator[Exchange]:
        """Send a message and be there for its answers. Raises CopilotError ``kernel_gone`` on a closed channel."""
        if self._closed is not None:
            raise self._closed
        message = self._client.session.msg(kind, content)
        exchange = self._open[message["header"]["msg_id"]] = Exchange(message["header"]["msg_id"])
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_over())
        try:
            self._send(line, message)
            yield exchange
        finally:
            self._open.pop(exchange.key, None)
            exchange.forget()

    def post(self, line: Line, kind: str, content: dict[str, Any]) -> None:
        """Send a message whose answer does not matter; a closed channel drops it."""
        if self._closed is None:
            self._send(line, self._client.session.msg(kind, content))

    async def close(self, error: CopilotError) -> None:
        """Close the sockets. ``error`` answers whatever is still open."""
        self._closed = error
        self._end_all(error)
        tasks = [*self._readers, *([self._watch] if self._watch is not None else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._client.stop_channels()

    def _end_all(self, error: CopilotError) -> None:
        for exchange in list(self._open.values()):
            exchange.end(CopilotError(error.code, error.message, error.hint))

    def _send(self, line: Line, message: dict[str, Any]) -> None:
        channel = self._client.shell_channel if line == "shell" else self._client.control_channel
        if hasattr(channel, "socket"):
            # Not ``channel.send``: it goes round asyncio's socket, which then may sleep over an answer that comes
            # in the same moment.
            channel.socket.send_multipart(self._client.session.serialize(message))
        else:  # kernels behind a gateway
            channel.send(message)

    async def _read(self, channel: Any) -> None:
        while True:
            try:
                message = await channel.get_msg(timeout=None)
            except ValueError:  # not signed with the kernel's key, or not a message: not from our kernel
                continue
            exchange = self._open.get(message["parent_header"].get("msg_id"))
            if exchange is None:
                continue
            if message["header"]["msg_type"] == STARTED:
                exchange.start()
            else:
                exchange.end(message["content"])

    async def _watch_over(self) -> None:
        while self._open:
            await asyncio.sleep(WATCH_S)
            error = await self._fate()
            if error is not None:
                self._end_all(error)
                return
