"""One session's log on its way out: numbered, written, then sent, in one order.

Events and streamed text share one queue. A pump takes what has gathered, writes the
events in one transaction, and only then hands everything to the listeners. Text is
not written before it is sent: it goes into *pieces* at most ``PIECE_S`` apart, so that
a killed process loses no more than that of an unfinished answer.

Text is coalesced: the first piece leaves at once, later ones at most every
``COALESCE_S``, however fast the model is. A delta costs one list append. Events wait ``GATHER_S`` for those that
come right behind them (a message, the start of its turn, the receipt of its request): they share a transaction, and
the request to the model is on its way before it begins. An fsync follows ``SYNC_S`` later, beside the stream.

When the store fails, the events stay in memory, are sent all the same, and are written
with the next batch that succeeds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from .clock import timestamp
from .delivery import Delivery, Latecomer, Listener
from .live import LiveMessage, StreamedText, UnsavedText
from .protocol import AgentMessage, Cleared, Event, Rewound, UserMessage
from .store.base import Batch, Piece, SessionStore, StoredEvent, StoreError

COALESCE_S = 0.015
PIECE_S = 0.1
GATHER_S = 0.001
SYNC_S = 0.02
_KEPT_IN_MEMORY = 10_000
_REPLAY_PAGE = 500
_REPLAY_CHARS = 256 * 1024
"""How much of a replay may wait to be read; far below what makes a listener too slow."""

logger = logging.getLogger(__name__)


class SessionLog:
    """Numbers, keeps and sends the events of one session.

    ``on_event`` is called with every event as it is published, before it is written.
    ``on_store_error`` is called once when writing begins to fail, with the reason.
    """

    def __init__(
        self,
        session_id: str,
        store: SessionStore,
        *,
        last_seq: int,
        on_event: Callable[[Event], None],
        on_store_error: Callable[[str], None],
    ) -> None:
        self.session_id = session_id
        self.last_seq = last_seq
        self.listeners: set[Listener] = set()
        self._store = store
        self._on_event = on_event
        self._on_store_error = on_store_error
        self._queue: list[Event | StreamedText] = []
        self._leaving: list[Event | StreamedText] = []  # taken from the queue, not yet sent
        self._urgent = False  # an event waits: do not hold it back to coalesce text
        self._durable = False
        self._written = asyncio.Event()
        self._written.set()
        self._gathering: asyncio.TimerHandle | None = None
        self._pump: asyncio.Task[Any] | None = None
        self._live: dict[str, LiveMessage] = {}
        self._unsaved: dict[tuple[str, str], UnsavedText] = {}
        self._pieces_due: asyncio.TimerHandle | None = None
        self._piece_write: asyncio.Task[None] | None = None
        self._sync: asyncio.Task[None] | None = None
        self._sync_again = False
        self._last_sent = 0.0
        self._unwritten: list[StoredEvent] = []
        self._failing = False

    # --- in ----------------------------------------------------------------------------------

    def publish(self, event: Event, *, durable: bool = False) -> Event:
        """Number ``event`` (if its kind is kept) and queue it. ``durable`` asks for an fsync once it is written."""
        event.session_id = self.session_id
        event.at = event.at or timestamp()
        if event.persisted:
            self.last_seq += 1
            event.seq = self.last_seq
        if isinstance(event, AgentMessage) and event.message_id in self._live:
            self._live[event.message_id].finished = True
        self._on_event(event)
        self._queue.append(event)
        self._urgent = True
        self._durable |= durable
        self._written.clear()
        if self._pump is None and self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._start_pump)
        return event

    def announce(self, event: Event) -> None:
        """Send to who listens now, outside of the log: no number, not kept."""
        event.session_id = self.session_id
        event.at = timestamp()
        delivery = Delivery(event.type, None, event.to_wire(), event)
        for listener in tuple(self.listeners):
            listener.deliver(delivery)

    async def clear(self) -> None:
        """Empty the log, on disk too; ``cleared`` is its new beginning. Raises StoreError."""

        async def write(row: StoredEvent) -> bool:
            self._unwritten, self._unsaved = [], {}
            await self._store.clear_session(self.session_id, row)
            return True

        await self.publish_with(Cleared(), write)

    async def rewind(self, message_id: str, first_seq: int) -> int:
        """Take a user message back with what came after it, on disk too; no turn may run.

        Returns how many messages are gone. Raises StoreError, and then nothing is.
        """
        gone = 0

        async def write(row: StoredEvent) -> bool:
            nonlocal gone
            await self._write((), False)  # what could not be written so far comes before it
            if self._unwritten:
                raise StoreError(
                    "The conversation can't be saved just now, so nothing of it was taken back. Try again."
                )
            gone = await self._store.rewind_session(self.session_id, first_seq, row)
            return True

        await self.publish_with(Rewound(message_id=message_id, first_seq=first_seq), write)
        return gone

    async def publish_with(self, event: Event, write: Callable[[StoredEvent], Awaitable[bool]]) -> bool:
        """Publish an event that ``write`` puts into the store itself, together with something else.

        Nothing else is written or sent meanwhile. When ``write`` says False, the event did not happen.
        """

        async def alone() -> bool:
            try:
                event.session_id, event.at = self.session_id, timestamp()
                event.seq = self.last_seq + 1
                self.last_seq += 1  # what is published meanwhile comes after it
                row = StoredEvent(event.seq, event.type, event.turn_id, event.at, event.to_wire())
                happened = await write(row)
                if happened:
                    self._on_event(event)
                    self._send(event)
                return happened
            finally:
                self._pump = None
                self._start_pump()

        await self.flush()
        task = asyncio.get_running_loop().create_task(alone())
        self._pump = task
        return await asyncio.shield(task)

    def stream(
        self, kind: str, message_id: str, agent: str, turn_id: str | None, parent_call_id: str | None, delta: str
    ) -> None:
        """Queue a piece of text (``kind`` "text" or "reasoning") of an answer in the making."""
        queue = self._queue
        if queue:
            last = queue[-1]
            if isinstance(last, StreamedText) and last.message.message_id == message_id and last.kind == kind:
                last.parts.append(delta)
                last.message.queued[kind] += len(delta)
                return
        message = self._live.get(message_id)
        if message is None:
            message = self._live[message_id] = LiveMessage(message_id, agent, turn_id, parent_call_id)
            if self._pump is None and not queue:  # nothing is on its way that the first words would have to wait for
                message.queued[kind] += len(delta)
                self._send(StreamedText(message, kind, 0, [delta]))
                self._last_sent = asyncio.get_running_loop().time()
                return
            self._urgent = True
        queue.append(StreamedText(message, kind, message.queued[kind], [delta]))
        message.queued[kind] += len(delta)
        self._start_pump()

    def unfinished(self) -> list[tuple[LiveMessage, str, str]]:
        """(message, text, reasoning) of every answer that has no final ``message`` yet."""
        waiting: dict[tuple[str, str], list[str]] = {}
        for item in self._leaving + self._queue:
            if isinstance(item, StreamedText):
                waiting.setdefault((item.message.message_id, item.kind), []).extend(item.parts)
        found = []
        for message in self._live.values():
            if message.finished:
                continue
            texts = [
                "".join(message.sent[kind]) + "".join(waiting.get((message.message_id, kind), []))
                for kind in ("text", "reasoning")
            ]
            found.append((message, texts[0], texts[1]))
        return found

    # --- out ---------------------------------------------------------------------------------

    async def flush(self) -> None:
        """Return when all that was published so far has been written and sent."""
        self._start_pump()
        while self._pump is not None:
            await asyncio.wait([self._pump])

    async def caught_up(self) -> None:
        """Return when no event waits to be written."""
        await self._written.wait()

    async def close(self) -> None:
        """Write what is left, the text of an unfinished answer too."""
        await self.flush()
        if self._pieces_due is not None:
            self._pieces_due.cancel()
            self._save_pieces()
        if self._piece_write is not None:
            await self._piece_write
        if self._sync is not None:
            await self._sync

    def _start_pump(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._pump is None and self._queue:
            self._pump = asyncio.get_running_loop().create_task(self._run_pump())

    async def _run_pump(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._queue:
                if not self._urgent and (wait := self._last_sent + COALESCE_S - loop.time()) > 0:
                    await asyncio.sleep(wait)
                self._send_leading_text()
                items, self._queue = self._queue, []
                self._leaving = items
                durable, self._durable, self._urgent = self._durable, False, False
                if any(not isinstance(item, StreamedText) for item in items):
                    await self._write([item for item in items if not isinstance(item, StreamedText)], durable)
                self._leaving = []
                if not self._urgent:
                    self._written.set()
                for item in items:
                    self._send(item)
                self._last_sent = loop.time()
        finally:
            self._pump = None
            self._written.set()
            self._start_pump()  # something may have been queued while an error was on its way out

    def _send_leading_text(self) -> None:
        """Text that no event goes before need not wait for the events behind it."""
        while self._queue and isinstance(text := self._queue[0], StreamedText):
            del self._queue[0]
            self._send(text)

    def _send(self, item: Event | StreamedText) -> None:
        if isinstance(item, StreamedText):
            delta = "".join(item.parts)
            item.message.sent[item.kind].append(delta)
            if not item.message.finished:
                self._remember_unsaved(item, delta)
            event = item.message.frame(item.kind, item.offset, delta, self.session_id)
        else:
            event = item
            if isinstance(event, AgentMessage):
                self._live.pop(event.message_id, None)
        if self.listeners:
            delivery = Delivery(event.type, event.seq, event.to_wire(), event)
            for listener in tuple(self.listeners):
                listener.deliver(delivery)

    def _remember_unsaved(self, item: StreamedText, delta: str) -> None:
        key = (item.message.message_id, item.kind)
        unsaved = self._unsaved.get(key)
        if unsaved is None:
            self._unsaved[key] = UnsavedText(item.message, item.offset, [delta])
        else:
            unsaved.parts.append(delta)
        if self._pieces_due is None:
            self._pieces_due = asyncio.get_running_loop().call_later(PIECE_S, self._save_pieces)

    async def _write(self, events: Sequence[Event], durable: bool) -> None:
        stored, finished, messages = list(self._unwritten), [], 0
        for event in events:
            if isinstance(event, AgentMessage):
                for kind in ("text", "reasoning"):
                    self._unsaved.pop((event.message_id, kind), None)
                finished.append(event.message_id)
            if isinstance(event, UserMessage) or (isinstance(event, AgentMessage) and event.parent_call_id is None):
                messages += 1
            if event.persisted and event.seq is not None:
                stored.append(StoredEvent(event.seq, event.type, event.turn_id, event.at, event.to_wire()))
        if not stored:
            return
        batch = Batch(stored, (), finished, messages, stored[-1].at)
        if self._piece_write is not None:  # its rows must not come after the message that replaces them
            await self._piece_write
        try:
            await self._store.append(self.session_id, batch)
        except StoreError as error:
            self._unwritten = stored[-_KEPT_IN_MEMORY:]
            if not self._failing:
                self._failing = True
                logger.warning("session %s is kept in memory only: %s", self.session_id, error)
                self._on_store_error(str(error))
        else:
            self._unwritten = []
            self._failing = False
            if durable:
                self._sync_again = True
                if self._sync is None:
                    self._sync = asyncio.get_running_loop().create_task(self._run_sync())

    async def _run_sync(self) -> None:
        """Bring what was written to the disk, while the session goes on."""
        try:
            while self._sync_again:
                await asyncio.sleep(SYNC_S)
                self._sync_again = False
                await self._store.sync()
        except StoreError as error:
            logger.warning("session %s was written, but not synced: %s", self.session_id, error)
        finally:
            self._sync = None

    def _save_pieces(self) -> None:
        self._pieces_due = None
        if self._piece_write is not None and not self._piece_write.done():
            self._pieces_due = asyncio.get_running_loop().call_later(PIECE_S, self._save_pieces)
            return
        pieces = [
            Piece(
                message_id,
                kind,
                unsaved.offset,
                "".join(unsaved.parts),
                unsaved.message.turn_id or "",
                unsaved.message.agent,
                unsaved.message.parent_call_id,
            )
            for (message_id, kind), unsaved in self._unsaved.items()
        ]
        self._unsaved.clear()
        if pieces:
            self._piece_write = asyncio.get_running_loop().create_task(self._write_pieces(pieces))

    async def _write_pieces(self, pieces: list[Piece]) -> None:
        try:
            await self._store.append(self.session_id, Batch(pieces=pieces))
        except StoreError as error:
            logger.warning("text of session %s was not saved: %s", self.session_id, error)
        finally:
            self._piece_write = None

    # --- replay ------------------------------------------------------------------------------

    async def replay(self, listener: Listener, after_seq: int, attached: Callable[[int], Delivery]) -> None:
        """Bring a new listener up to date, then let it listen: no event lost, none twice.

        First ``attached(seq)``, then the events after ``after_seq``, then one ``text`` for each
        answer in the making.
        """
        late = Latecomer()
        self.listeners.add(late)
        try:
            await self.flush()
            listener.deliver(attached(self.last_seq))
            position = after_seq
            while page := await self._store.events(self.session_id, position, _REPLAY_PAGE):
                waiting = 0
                for row in page:
                    if waiting + len(row.body) > _REPLAY_CHARS:
                        await listener.drained()
                        waiting = 0
                    listener.deliver(Delivery(row.type, row.seq, row.body))
                    waiting += len(row.body)
                position = page[-1].seq
                await listener.drained()
                if len(page) < _REPLAY_PAGE:
                    break
        finally:
            self.listeners.discard(late)
        # No await from here on: what the latecomer kept joins seamlessly with what comes live.
        for event in self._unwritten:
            if event.seq > position and event.seq not in late.seqs:
                listener.deliver(Delivery(event.type, event.seq, event.body))
        for delivery in late.kept:
            if delivery.seq is None or delivery.seq > position:
                listener.deliver(delivery)
        for message in self._live.values():
            for kind in ("reasoning", "text"):
                if so_far := "".join(message.sent[kind]):
                    frame = message.frame(kind, 0, so_far, self.session_id)
                    listener.deliver(Delivery(frame.type, None, frame.to_wire(), frame))
        self.listeners.add(listener)
