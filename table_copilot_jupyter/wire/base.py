"""What both dialects share: frames in order, a bounded way out, a limit on bursts."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Coroutine
from typing import Any, Protocol

from .. import protocol
from ..delivery import Delivery
from ..hub import Hub
from ..protocol import CloseCode, CopilotError, ErrorCode, FrameError
from ..store.base import StoreError

MAX_OUTBOX_BYTES = 4 * 1024 * 1024
MAX_IN_FLIGHT_BYTES = 64 * 1024
BURST_FRAMES = 150
FRAMES_PER_S = 50.0

logger = logging.getLogger(__name__)


class Transport(Protocol):
    """One connection, as the network or the kernel gives it."""

    def send(self, text: str) -> Awaitable[None] | None:
        """Send one frame. An awaitable is done when there is room for the next."""
        ...

    def close(self, code: int, reason: str) -> None: ...


class Outbox:
    """Frames on their way out, in order. Who does not read is closed with 4408 and can resume.

    A few frames may be in the transport's hands at once, so that a small one does not wait for the one before.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._waiting: deque[str] = deque()
        self._bytes = 0
        self._in_flight: dict[asyncio.Future[None], int] = {}
        self._in_flight_bytes = 0
        self._room: asyncio.Event = asyncio.Event()
        self._room.set()
        self.closed = False

    def send(self, text: str) -> None:
        if self.closed:
            return
        if not self._waiting and self._may_fly(text):
            self._hand_over(text)
            return
        self._waiting.append(text)
        self._bytes += len(text)
        self._room.clear()
        # A single frame may be of any size, else it would never pass.
        if self._bytes > MAX_OUTBOX_BYTES and len(self._waiting) > 1:
            self.close(CloseCode.TOO_SLOW, "Frames were not read in time; attach again with after_seq.")

    def _may_fly(self, text: str) -> bool:
        return not self._in_flight or self._in_flight_bytes + len(text) <= MAX_IN_FLIGHT_BYTES

    def _hand_over(self, text: str) -> None:
        result = self._transport.send(text)
        if result is not None:
            sending = asyncio.ensure_future(result)
            self._in_flight[sending] = len(text)
            self._in_flight_bytes += len(text)
            sending.add_done_callback(self._sent)

    def _sent(self, done: asyncio.Future[None]) -> None:
        self._in_flight_bytes -= self._in_flight.pop(done)
        if done.cancelled() or done.exception() is not None:  # the socket is gone; its own close tells the rest
            self.closed = True
        while self._waiting and not self.closed and self._may_fly(self._waiting[0]):
            text = self._waiting.popleft()
            self._bytes -= len(text)
            self._hand_over(text)
        if self.closed or not self._waiting:
            self._room.set()

    async def drained(self) -> None:
        """Return when nothing waits (or the connection is gone)."""
        await self._room.wait()

    def close(self, code: CloseCode, reason: str) -> None:
        if not self.closed:
            self.closed = True
            self._waiting.clear()
            self._room.set()
            self._transport.close(code, reason)


class Allowance:
    """A token bucket: ``BURST_FRAMES`` at once, then ``FRAMES_PER_S``."""

    def __init__(self) -> None:
        self._left = float(BURST_FRAMES)
        self._at = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._left = min(float(BURST_FRAMES), self._left + (now - self._at) * FRAMES_PER_S)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Peer(ABC):
    """One client. ``receive`` takes a frame at once and never waits; frames are handled one after another."""

    def __init__(self, hub: Hub, *, owner: str, transport: Transport, kernel_id: str | None) -> None:
        self.hub = hub
        self.owner = owner
        self.kernel_id = kernel_id
        self._outbox = Outbox(transport)
        self._allowance = Allowance()
        self._inbox: deque[protocol.Frame] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._aside: set[asyncio.Task[None]] = set()

    # --- from the transport --------------------------------------------------------------------

    def receive(self, text: str | bytes) -> None:
        """Take one frame from the client."""
        try:
            frame = self.parse(text)
            if not self._allowance.take():
                error = FrameError(
                    "Too many frames in a short time.",
                    "Wait a second, then send it again.",
                    code=ErrorCode.RATE_LIMITED,
                )
                error.request_id = getattr(frame, "request_id", None)
                error.session_id = getattr(frame, "session_id", None)
                raise error
        except FrameError as error:
            self.send_error(error, request_id=error.request_id, session_id=error.session_id)
            return
        if self.take_at_once(frame):
            return
        self._inbox.append(frame)
        if self._worker is None:
            self._worker = asyncio.get_running_loop().create_task(self._work())

    def closed(self) -> None:
        """The connection is gone. Turns run on."""
        self._outbox.closed = True
        self.hub.disconnect(self)
        self.leave()
        self._inbox.clear()
        for task in (self._worker, *self._aside):
            if task is not None:
                task.cancel()

    # --- to the client -------------------------------------------------------------------------

    def send(self, frame: protocol.Frame) -> None:
        self._outbox.send(frame.to_wire())

    def close(self, code: CloseCode, reason: str) -> None:
        self._outbox.close(code, reason)

    def going_away(self) -> None:
        self.close(CloseCode.GOING_AWAY, "The server is going away; connect again.")

    async def drained(self) -> None:
        await self._outbox.drained()

    # --- the dialect ---------------------------------------------------------------------------

    @abstractmethod
    def parse(self, text: str | bytes) -> protocol.Frame:
        """Raises FrameError."""

    def take_at_once(self, frame: protocol.Frame) -> bool:
        """Whether the frame was taken here and now: what an earlier one that is being handled waits for."""
        return False

    @abstractmethod
    async def handle(self, frame: protocol.Frame) -> None:
        """Carry out one frame. Raises CopilotError."""

    @abstractmethod
    def send_error(self, error: CopilotError, *, request_id: str | None = None, session_id: str | None = None) -> None:
        """Answer with an error."""

    @abstractmethod
    def deliver(self, delivery: Delivery) -> None:
        """Something happened in a session that this client listens to."""

    @abstractmethod
    def push(self, frame: protocol.Frame) -> None:
        """Something of the user's changed."""

    @abstractmethod
    def reminded(self, event: protocol.ReminderDue) -> None:
        """A reminder of the user's came, in whatever session."""

    @abstractmethod
    def leave(self) -> None:
        """Stop to listen to every session."""

    async def _work(self) -> None:
        try:
            while self._inbox:
                frame = self._inbox.popleft()
                await self._answered(frame, self.handle(frame))
        finally:
            self._worker = None

    def handle_aside(self, frame: protocol.Frame, handling: Coroutine[Any, Any, None]) -> None:
        """Go on with the next frame while this one waits for a kernel."""
        task = asyncio.get_running_loop().create_task(self._answered(frame, handling))
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _answered(self, frame: protocol.Frame, handling: Coroutine[Any, Any, None]) -> None:
        """Carry out one frame; what goes wrong is its answer."""
        try:
            await handling
        except CopilotError as error:
            self._refuse(frame, error)
        except StoreError as error:
            self._refuse(frame, CopilotError(ErrorCode.INTERNAL, str(error), "See the server's log."))
        except Exception as error:
            logger.exception("a %s frame failed", frame.type)
            failure = CopilotError(
                ErrorCode.INTERNAL, f"The server failed: {type(error).__name__}.", "See the server's log."
            )
            self._refuse(frame, failure)

    def _refuse(self, frame: protocol.Frame, error: CopilotError) -> None:
        self.send_error(
            error, request_id=getattr(frame, "request_id", None), session_id=getattr(frame, "session_id", None)
        )
