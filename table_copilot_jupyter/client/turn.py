"""One message and all that comes back for it.

The work is done on the background loop; every event is handed to ``emit`` there, and ``None`` when nothing
more comes. ``EventQueue`` and ``async_events`` carry the events to the caller's own thread or loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import uuid
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import Future
from typing import Any

from .connection import Connection, Event
from .errors import CopilotClientError, CopilotConnectionError, CopilotTurnError
from .kernel_side import KernelSide, process_id
from .language import is_command
from .loop import submit
from .words import ENGLISH, Words

CANCEL_WAIT_S = 2.0
_POLL_S = 0.1


def message_frame(session_id: str, message_id: str, content: str, words: Words) -> Event:
    """What says ``content``. A command is answered by the server itself, so that it is told the language."""
    frame: Event = {"type": "message", "session_id": session_id, "content": content, "message_id": message_id}
    return {**frame, "language": words.language} if is_command(content) else frame


class Turn:
    """One message in one attached session. ``cancel``, ``answer`` and ``decide`` may be called from any thread.

    With ``kernel`` the caller offers its own thread for the turn's kernel requests: each comes as an event
    (``kernel_request``), to be handed to ``run``. ``words``: what is said around the answer; a command is answered in
    their language.
    """

    def __init__(
        self,
        connection: Connection,
        session_id: str,
        content: str,
        agent: str | None = None,
        *,
        kernel: KernelSide | None = None,
        words: Words = ENGLISH,
    ) -> None:
        self.words = words
        self.message_id = uuid.uuid4().hex
        self.notice: Event | None = None
        self.cancelled = False
        self._connection = connection
        self._session_id = session_id
        self._content = content
        self._agent = agent
        self._kernel = kernel
        self._turn_id: str | None = None
        self._seq: int | None = None
        self._closed: set[object] = set()
        self._emit: Callable[[Event], None] = lambda _event: None
        self._finished: asyncio.Future[None] | None = None
        self._future: Future[None] | None = None

    def start(self, emit: Callable[[Event | None], None]) -> None:
        """Send the message; events go to ``emit``, on the background loop's thread."""
        self._emit = emit
        if self._kernel is not None:
            self._kernel.open(lambda frame: submit(self._connection.tell(frame)))
        self._future = submit(self._run())
        self._future.add_done_callback(lambda _future: emit(None))

    def result(self) -> None:
        """Raise what ended the turn early, if something did. Call it after the end."""
        assert self._future is not None
        if not self._future.cancelled():
            self._future.result()

    def cancel(self) -> None:
        """Stop the turn, at the server too; its ``turn_finished`` still comes."""
        self.cancelled = True
        self._request({"type": "cancel", "message_id": self.message_id})

    def abandon(self) -> None:
        """Wait no longer."""
        if self._future is not None:
            self._future.cancel()

    def answer(self, question_id: str, content: str) -> None:
        """Answer an open question; that another surface was faster is no error."""
        self._request({"type": "answer", "question_id": question_id, "content": content})

    def decide(self, approval_id: str, decision: str, note: str | None = None) -> None:
        """Decide an open approval."""
        frame: Event = {"type": "decide", "approval_id": approval_id, "decision": decision}
        self._request({**frame, "note": note} if note else frame)

    def run(self, request: Event) -> None:
        """Carry out a ``kernel_request``, on the thread that waits for the turn. Raises KeyboardInterrupt."""
        if self._kernel is not None:
            self._kernel.run(request)

    def _request(self, frame: Event) -> None:
        submit(self._quietly({**frame, "session_id": self._session_id}))

    async def _quietly(self, frame: Event) -> None:
        try:
            await self._connection.request(frame)
        except CopilotTurnError as error:
            asked = frame.get("question_id") or frame.get("approval_id")
            if asked is not None and asked not in self._closed:  # else another surface was faster
                self._fail(error)
                self.cancel()
        except CopilotConnectionError:
            return  # the turn itself ends with it

    # --- on the background loop --------------------------------------------------------------

    async def _run(self) -> None:
        self._finished = asyncio.get_running_loop().create_future()
        stop = self._connection.listen(self._session_id, self._take)
        frame = message_frame(self._session_id, self.message_id, self._content, self.words)
        if self._agent:
            frame["agent"] = self._agent
        if self._kernel is not None:
            frame |= {"kernel_id": self._connection.kernel_id or process_id(), "offers": ["kernel"]}
        request: asyncio.Future[Event] | None = None
        try:
            await self._connection.attach(self._session_id)
            request = asyncio.ensure_future(self._connection.request(frame))
            either: list[asyncio.Future[Any]] = [request, self._finished]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if request.done():
                if (reply := request.result()).get("type") == "notice":
                    self.notice = reply
                    self._emit(reply)
                    return
                self._note_seq(reply)
            await self._finished
        finally:
            stop()
            if self._kernel is not None:
                self._kernel.close()
            if request is not None:
                request.cancel()  # after a reconnect the turn's end may come before the reply to its message
            await self._connection.release(self._session_id)
            if self._finished.done() and not self._finished.cancelled():
                self._finished.exception()  # it may have been raised by the request already

    def _take(self, event: Event) -> None:
        assert self._finished is not None
        if self._finished.done():
            return
        kind = event.get("type")
        if kind in ("question_closed", "approval_closed"):
            self._closed.add(event.get("question_id") or event.get("approval_id"))
        if kind == "connection_lost":
            said = str(event.get("message")), str(event.get("hint"))
            self._fail(CopilotConnectionError(*said, chinese=event.get("chinese")))
        elif kind == "session_deleted" or event.get("lost"):
            chinese = ("回答途中会话被删除了。", "请再问一次。")
            gone = "The session was deleted while the turn ran."
            self._fail(CopilotTurnError("unknown_session", gone, "Ask again.", chinese=chinese))
        elif kind == "connection":
            self._emit(event)
        elif kind == "kernel_request":
            if self._kernel is not None and self._kernel.take(event):
                self._emit(event)
        elif kind == "user_message" and event.get("message_id") == self.message_id:
            self._note_seq(event)
            self._emit(event)
        elif self._is_taken_back(event):
            self._emit({"type": "turn_finished", "reason": "cancelled", "session_id": self._session_id})
            self._finished.set_result(None)
        elif kind == "turn_started" and event.get("message_id") == self.message_id:
            self._turn_id = str(event.get("turn_id"))
            self._emit(event)
        elif self._turn_id is not None and event.get("turn_id") in (None, self._turn_id):
            self._emit(event)
            if kind == "turn_finished":
                self._finished.set_result(None)

    def _note_seq(self, frame: Event) -> None:
        if isinstance(seq := frame.get("seq"), int):
            self._seq = seq

    def _is_taken_back(self, event: Event) -> bool:
        """Whether nothing more comes of this turn: its message left the queue, or the log (while we were away)."""
        if event.get("type") == "rewound":
            first = event.get("first_seq")
            return self._seq is not None and isinstance(first, int) and first <= self._seq
        return event.get("type") == "message_withdrawn" and event.get("message_id") == self.message_id

    def _fail(self, error: CopilotClientError) -> None:
        if self._finished is not None and not self._finished.done():
            self._finished.set_exception(error)


class EventQueue:
    """The turn's events on the caller's thread. It can be iterated again after an interrupt, and goes on.

    Yields ``None`` about ten times a second while there are no events. ``watch`` sees each event at once, on the
    background loop's thread, and ``None`` at the end.
    """

    def __init__(self, turn: Turn, watch: Callable[[Event | None], None] = lambda _event: None) -> None:
        self._turn = turn
        self._watch = watch
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()

    def start(self) -> None:
        """Send the turn's message."""
        self._turn.start(self._emit)

    def _emit(self, event: Event | None) -> None:
        self._events.put(event)
        self._watch(event)

    def __iter__(self) -> Iterator[Event | None]:
        while True:
            try:
                event = self._events.get(timeout=_POLL_S)
            except queue.Empty:
                yield None
                continue
            if event is None:
                self._turn.result()
                return
            yield event


async def async_events(turn: Turn) -> AsyncGenerator[Event, None]:
    """The turn's events on the caller's loop. Left early, the turn is cancelled.

    Kernel requests are carried out between two steps of that loop, also while nobody asks for the next event.
    """
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event | None] = asyncio.Queue()
    requests: asyncio.Queue[Event] = asyncio.Queue()

    def emit(event: Event | None) -> None:
        with contextlib.suppress(RuntimeError):  # the caller's loop is closed: nobody waits any more
            if event is not None and event.get("type") == "kernel_request":
                loop.call_soon_threadsafe(requests.put_nowait, event)
            else:
                loop.call_soon_threadsafe(events.put_nowait, event)

    turn.start(emit)
    running = loop.create_task(_run_requests(turn, requests))
    ended = False
    try:
        while (event := await events.get()) is not None:
            ended = event.get("type") == "turn_finished"
            yield event
        ended = True
        turn.result()
    finally:
        running.cancel()
        if not ended:
            turn.cancel()


async def _run_requests(turn: Turn, requests: asyncio.Queue[Event]) -> None:
    while True:
        turn.run(await requests.get())
