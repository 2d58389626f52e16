"""One connection to the hub, shared by everything in this kernel, that survives its socket.

It runs on the background loop. A request is a frame with a ``request_id``; its reply resolves the request.
A session's events go to whoever listens to it, each once and in order: events are told apart by ``seq``,
pieces of text by ``offset``. When the socket is lost while something is outstanding, the connection dials
again with growing, jittered delays, attaches its sessions after the last ``seq`` that it has, and sends again
what has no reply yet; a message keeps its ``message_id``, so the server takes it once.

A transport is anything with ``send``, ``receive`` and ``close``: a WebSocket, or the in-kernel hub's queue.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from .errors import CopilotConnectionError, CopilotTurnError
from .mime import evidence_of
from .parts import Tally

Event = dict[str, Any]
Listener = Callable[[Event], None]

SURFACE = "magic"
REQUEST_TIMEOUT_S = 60.0
_INFO = ("title", "agent", "model", "privacy", "ceiling", "names", "rules", "kernel_id")
"""What ``session_updated`` tells of a session."""
_FINAL_CLOSES = {
    1009: (
        ("A frame was too large for the server.", "Send a shorter message."),
        ("这条消息太大，服务器无法接收。", "请缩短后再发。"),
    ),
    4401: (
        ("The server does not accept this kernel's token any more.", "Restart the kernel to get a new one."),
        ("服务器不再接受这个内核的令牌。", "请重启内核，以获得新的令牌。"),
    ),
    4429: (
        ("The server has too many connections open.", "Close some notebooks or pages, then run the cell again."),
        ("服务器上的连接太多了。", "请关掉几个笔记本或页面，再重新运行单元格。"),
    ),
}


class Transport(Protocol):
    """One live way to the hub."""

    async def send(self, text: str) -> None:
        """Send one frame. Raises TransportClosed."""
        ...

    async def receive(self) -> str:
        """The next frame. Raises TransportClosed."""
        ...

    async def close(self) -> None:
        """Let go of it; does not raise."""
        ...


class TransportClosed(Exception):
    """The way to the hub is gone. ``code`` is the WebSocket's close code, None when there was none."""

    def __init__(self, code: int | None = None, reason: str = "") -> None:
        super().__init__(f"closed with {code}: {reason}")
        self.code = code
        self.reason = reason


Dial = Callable[[], Awaitable[Transport]]


@dataclass(slots=True)
class SessionState:
    """What the connection has of one session. It is kept when the session is let go, for the next time."""

    attached: bool = False
    info: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    attached_seq: int = 0
    """The last event of the log when the session was attached: up to it, events are of the past."""
    epoch: str | None = None
    restarting: str | None = None
    lengths: dict[tuple[str, str], int] = field(default_factory=dict)
    listeners: list[Listener] = field(default_factory=list)
    sent: Tally = field(default_factory=Tally)
    results: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The evidence of each result, by its reference: what an answer may refer to."""


@dataclass(slots=True)
class _Request:
    text: str
    reply: asyncio.Future[Event]


class Connection:
    """Requests and events of any number of sessions over one transport at a time."""

    def __init__(
        self,
        dial: Dial,
        *,
        kernel_id: str | None = None,
        tries: int = 5,
        first_delay: float = 0.3,
        request_timeout: float = REQUEST_TIMEOUT_S,
    ) -> None:
        self.kernel_id = kernel_id
        self.sessions: dict[str, SessionState] = {}
        self._dial = dial
        self._tries = tries
        self._first_delay = first_delay
        self._request_timeout = request_timeout
        self._requests: dict[str, _Request] = {}
        self._reattaching: dict[str, str] = {}
        self._transport: Transport | None = None
        self._runner: asyncio.Task[None] | None = None
        self._failures = 0
        self._sending: set[asyncio.Task[None]] = set()

    # --- what callers use --------------------------------------------------------------------

    async def attach(self, session_id: str) -> SessionState:
        """Be told of a session's events, from where it was left; the session is made if there is none."""
        state = self.sessions.get(session_id)
        if state is None or not state.attached:
            await self.request(self._attach_frame(session_id, state.seq if state else 0))
            state = self.sessions[session_id]
        return state

    async def release(self, session_id: str) -> None:
        """Let a session go that nobody here listens to, so that its server may let it sleep."""
        state = self.sessions.get(session_id)
        if state is not None and state.attached and not state.listeners:
            state.attached = False
            await self._send({"type": "detach", "session_id": session_id})

    async def request(self, frame: Event) -> Event:
        """Send a frame and return its reply. Raises CopilotTurnError for an error reply, CopilotConnectionError."""
        request_id = uuid.uuid4().hex
        text = json.dumps({**frame, "request_id": request_id}, ensure_ascii=False)
        request = _Request(text, asyncio.get_running_loop().create_future())
        self._requests[request_id] = request
        try:
            if self._transport is not None:
                await self._send_text(text)
            else:
                self._start()
            async with asyncio.timeout(self._request_timeout):
                return await request.reply
        except TimeoutError:
            raise CopilotConnectionError(
                f"The server did not reply to {frame['type']!r} within {self._request_timeout:g} s.",
                "Check that it runs and is not overloaded, then run the cell again.",
                chinese=(
                    f"服务器在 {self._request_timeout:g} 秒内没有回应 {frame['type']!r}。",
                    "请确认它在运行且不太忙，再重新运行单元格。",
                ),
            ) from None
        finally:
            self._requests.pop(request_id, None)

    async def tell(self, frame: Event) -> None:
        """Send a frame whose reply nobody needs; it is lost where the connection is just then."""
        await self._send({**frame, "request_id": uuid.uuid4().hex})

    def listen(self, session_id: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with every event of a session, once it is attached; returns how to stop."""
        listeners = self.sessions.setdefault(session_id, SessionState()).listeners
        listeners.append(listener)

        def stop() -> None:
            if listener in listeners:
                listeners.remove(listener)

        return stop

    async def close(self) -> None:
        """End the connection; what is outstanding fails."""
        runner, self._runner = self._runner, None
        if runner is not None:
            runner.cancel()
            await asyncio.gather(runner, return_exceptions=True)
        closed = ("连接已关闭。", "请重新运行单元格。")
        self._fail(CopilotConnectionError("The connection was closed.", "Run the cell again.", chinese=closed))
        self.sessions.clear()

    # --- the life of the socket --------------------------------------------------------------

    def _start(self) -> None:
        if self._runner is None:
            self._failures = 0
            self._runner = asyncio.get_running_loop().create_task(self._run())

    def _wanted(self) -> bool:
        return bool(self._requests) or any(state.listeners for state in self.sessions.values())

    async def _run(self) -> None:
        try:
            while True:
                try:
                    transport = await self._dial()
                except (OSError, TimeoutError, TransportClosed) as error:
                    reason = str(error) or type(error).__name__
                else:
                    closed = await self._converse(transport)
                    if closed.code in _FINAL_CLOSES:
                        english, chinese = _FINAL_CLOSES[closed.code]
                        raise CopilotConnectionError(*english, chinese=chinese)
                    if not self._wanted():
                        return
                    reason = closed.reason or f"close code {closed.code}"
                await self._pause(reason)
        except CopilotConnectionError as error:
            self._fail(error)
        except Exception as error:
            self._fail(
                CopilotConnectionError(
                    f"The connection to the copilot failed: {type(error).__name__}: {error}.",
                    "Run the cell again.",
                    chinese=(f"与 Copilot 的连接失败：{type(error).__name__}: {error}。", "请重新运行单元格。"),
                )
            )
        finally:
            for state in self.sessions.values():
                state.attached = False
            if self._runner is asyncio.current_task():
                self._runner = None

    async def _pause(self, reason: str) -> None:
        """Wait before the next try. Raises CopilotConnectionError after the last one."""
        self._failures += 1
        if self._failures > self._tries:
            raise CopilotConnectionError(
                f"The copilot's server can't be reached: {reason}.",
                "Check that it runs, then run the cell again.",
                chinese=(f"连接不上 Copilot 服务器：{reason}。", "请确认它在运行，再重新运行单元格。"),
            )
        tries = self._failures, self._tries
        self._tell_all("Reconnecting ({} of {})…".format(*tries), attempt=tries[0], of=tries[1])
        delay = self._first_delay * 2 ** (self._failures - 1)
        await asyncio.sleep(delay * random.uniform(0.5, 1.0))

    async def _converse(self, transport: Transport) -> TransportClosed:
        """Speak over one transport until it closes."""
        try:
            self._reattaching.clear()
            for session_id, state in self.sessions.items():
                state.attached = state.attached and bool(state.listeners)
                if not state.attached:
                    continue
                frame = self._attach_frame(session_id, state.seq)
                frame["request_id"] = uuid.uuid4().hex
                state.restarting = None
                self._reattaching[frame["request_id"]] = session_id
                await transport.send(json.dumps(frame))
            for request in list(self._requests.values()):
                await transport.send(request.text)
            self._transport = transport
            while True:
                text = await transport.receive()
                if self._failures:
                    self._failures = 0
                    self._tell_all("")
                self._take(text)
        except TransportClosed as closed:
            return closed
        finally:
            self._transport = None
            await transport.close()

    async def _send_text(self, text: str) -> None:
        try:
            if self._transport is not None:
                await self._transport.send(text)
        except TransportClosed:
            return  # the reader sees it too; the request stays outstanding and is sent again

    async def _send(self, frame: Event) -> None:
        await self._send_text(json.dumps(frame, ensure_ascii=False))

    def _attach_frame(self, session_id: str, after_seq: int) -> Event:
        frame: Event = {"type": "attach", "session_id": session_id, "after_seq": after_seq, "surface": SURFACE}
        if self.kernel_id:
            frame["kernel_id"] = self.kernel_id
        return frame

    def _fail(self, error: CopilotConnectionError) -> None:
        for request in self._requests.values():
            if not request.reply.done():
                request.reply.set_exception(error)
        event = {"type": "connection_lost", "message": error.message, "hint": error.hint, "chinese": error.chinese}
        for state in self.sessions.values():
            for listener in list(state.listeners):
                listener(event)

    def _tell_all(self, content: str, **tries: int) -> None:
        for state in self.sessions.values():
            for listener in list(state.listeners):
                listener({"type": "connection", "content": content, **tries})

    # --- frames ------------------------------------------------------------------------------

    def _take(self, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        if frame.get("type") == "attached":
            self._attached(frame)
        request_id = frame.get("request_id")
        if isinstance(request_id, str):
            self._reply(request_id, frame)
        elif frame.get("type") != "attached":
            self._event(frame)

    def _reply(self, request_id: str, frame: Event) -> None:
        session_id = self._reattaching.pop(request_id, None)
        if session_id is not None and frame.get("type") == "error":
            state = self.sessions.pop(session_id, None)
            for listener in list(state.listeners) if state else []:
                listener({**frame, "turn_id": None, "lost": True})
            return
        request = self._requests.get(request_id)
        if request is None or request.reply.done():
            return
        if frame.get("type") == "error":
            code, message, hint = (str(frame.get(name) or "") for name in ("code", "message", "hint"))
            request.reply.set_exception(CopilotTurnError(code or "internal", message, hint))
        else:
            request.reply.set_result(frame)

    def _attached(self, frame: Event) -> None:
        session_id, epoch = str(frame.get("session_id")), frame.get("epoch")
        state = self.sessions.setdefault(session_id, SessionState())
        first, state.attached = state.epoch is None, True
        if first and isinstance(frame.get("seq"), int):
            state.attached_seq = frame["seq"]
        if isinstance(frame.get("session"), dict):
            state.info = frame["session"]
        request_id = frame.get("request_id")
        if state.epoch is not None and epoch != state.epoch and state.restarting != request_id:
            # The log is another one: what is known of its numbers is void. Ask for all of it.
            again = self._attach_frame(session_id, 0)
            again["request_id"] = state.restarting = uuid.uuid4().hex
            state.seq, state.sent = 0, Tally()
            state.results.clear()
            state.lengths.clear()
            task = asyncio.get_running_loop().create_task(self._send(again))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        elif state.restarting == request_id:
            state.restarting = None
        state.epoch = epoch if isinstance(epoch, str) else None

    def _event(self, event: Event) -> None:
        """Hand an event on, unless it was there before."""
        session_id = event.get("session_id")
        state = self.sessions.get(session_id) if isinstance(session_id, str) else None
        # a reminder comes from sessions too that are not attached (yet): its seq says nothing of what is missed here
        if state is None or not state.attached or state.restarting is not None:
            return
        if session_id in self._reattaching.values():
            return
        seq, kind = event.get("seq"), event.get("type")
        if isinstance(seq, int):
            if seq <= state.seq:
                return
            state.seq = seq
        if kind in ("text", "reasoning"):
            cut = _without_overlap(event, state.lengths)
            if cut is None:
                return
            event = cut
        elif kind == "message":
            for stream in ("text", "reasoning"):
                state.lengths[stream, str(event.get("message_id"))] = -1
        elif kind == "turn_finished":
            state.lengths.clear()
        elif kind == "sent":
            state.sent.add(event)
        elif kind == "tool_output":
            if (evidence := evidence_of(event.get("mime"))) is not None:
                state.results[evidence["ref"]] = evidence
        elif kind in ("cleared", "session_deleted"):
            state.sent = Tally()
            state.results.clear()
        elif kind == "session_updated":
            state.info = {**state.info, **{name: event[name] for name in _INFO if name in event}}
        for listener in list(state.listeners):
            listener(event)
        if kind == "session_deleted":
            self.sessions.pop(str(session_id), None)


def _without_overlap(event: Event, lengths: dict[tuple[str, str], int]) -> Event | None:
    """``event`` with only what is new of its text; None when nothing is, or something before it is missing."""
    key = (str(event.get("type")), str(event.get("message_id")))
    offset, delta, length = event.get("offset"), event.get("delta"), lengths.get(key, 0)
    if not isinstance(offset, int) or not isinstance(delta, str) or length < 0 or offset > length:
        return None  # the finished message brings the whole text
    delta = delta[length - offset :]
    if not delta:
        return None
    lengths[key] = length + len(delta)
    return {**event, "offset": length, "delta": delta}
