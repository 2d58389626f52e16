"""Which sessions live in this process, and who is told of what.

The hub loads a session when somebody needs it, holds its lease while it lives, and lets
it go when nobody does. It knows the connections of each user, for what concerns all of a
user's sessions: todos, reminders, the list of sessions.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Protocol

from . import protocol
from .clock import new_id, timestamp
from .host import host_name, is_gone
from .protocol import CopilotError, ErrorCode, ReminderItem, SessionInfo
from .scheduler import Scheduler
from .services import Services
from .session import DEFAULT_TITLE, Session, session_info
from .store.base import OpenedStore, SessionRow, StoredEvent, StoreError
from .tools.schedule import fire

LEASE_S = 30.0
HEARTBEAT_S = 10.0
IDLE_S = 300.0
MAX_CONNECTIONS = 200

logger = logging.getLogger(__name__)


class Connection(Protocol):
    """A client, as the hub knows it."""

    owner: str

    def push(self, frame: protocol.Frame) -> None:
        """Tell it something that concerns the user, not one session."""
        ...

    def reminded(self, event: protocol.ReminderDue) -> None:
        """A reminder of the user's came, in a session that this client may not listen to."""
        ...

    def going_away(self) -> None:
        """The host stops: close with 1001."""
        ...


class Signals:
    """How tools say that a user's todos or reminders changed, before there is a hub to hear it."""

    def __init__(self) -> None:
        self._todos: list[Callable[[str], None]] = []
        self._reminders: list[Callable[[str], None]] = []

    def listen(self, *, todos: Callable[[str], None], reminders: Callable[[str], None]) -> None:
        self._todos.append(todos)
        self._reminders.append(reminders)

    def todos_changed(self, owner: str) -> None:
        for callback in self._todos:
            callback(owner)

    def reminders_changed(self, owner: str) -> None:
        for callback in self._reminders:
            callback(owner)


class Hub:
    """All sessions of this process. Its methods are for one event loop."""

    def __init__(
        self, services: Services, signals: Signals, *, version: str, warnings: list[str] | None = None
    ) -> None:
        self.services = services
        self.version = version
        self.host = host_name()
        self.warnings = list(warnings or [])
        self.connections: set[Connection] = set()
        self.signals = signals
        self.reminding = asyncio.Lock()
        """Held while a reminder's card is closed: of two surfaces one is first."""
        self._live: dict[str, Session] = {}
        self._loading: dict[str, asyncio.Lock] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._heartbeat: asyncio.Task[None] | None = None
        self._scheduler = Scheduler(services.store, self._deliver_reminder, services.clock)
        self._opened = OpenedStore()
        self._started_at = services.clock()
        self._stopping = False

    # --- life --------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the store, close what a dead host left open, begin to watch the reminders."""
        store = self.services.store
        self._opened = await store.open()
        self.warnings.extend(self._opened.warnings)
        for warning in self.warnings:
            logger.warning("%s", warning)
        for host in await store.lease_hosts():
            if is_gone(host):
                await store.release_leases(host)
        for turn in await store.open_turns():
            row = await store.session(turn.session_id)
            if row is not None:
                with contextlib.suppress(CopilotError):  # another host runs it
                    await self.session(row.session_id, row.owner)
        self.signals.listen(todos=self._todos_changed, reminders=self._reminders_changed)
        self._scheduler.start()
        self._heartbeat = asyncio.get_running_loop().create_task(self._beat())

    async def warm_up(self) -> None:
        """Do what takes long the first time: the engine's imports, packing what is sent to kernels."""
        await self.services.engine.warm_up()
        await self.services.kernels.warm_up()

    async def stop(self) -> None:
        """Close every connection and session; the store is whole afterwards."""
        self._stopping = True
        for connection in list(self.connections):
            connection.going_away()
        await self._scheduler.stop()
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.gather(self._heartbeat, return_exceptions=True)
        await asyncio.gather(*(session.close() for session in self._live.values()), return_exceptions=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._live.clear()
        await self.services.engine.close()
        await self.services.kernels.close()
        with contextlib.suppress(StoreError):
            await self.services.store.release_leases(self.host)
        await self.services.store.close()

    async def _beat(self) -> None:
        """Renew the leases, let idle sessions go."""
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await self.services.store.renew_leases(self.host, LEASE_S)
                await self.evict_idle()
            except StoreError as error:
                logger.warning("leases were not renewed: %s", error)

    async def evict_idle(self, idle_s: float = IDLE_S) -> None:
        """Let sessions go that nobody has used for ``idle_s`` seconds."""
        limit = self.services.clock() - timedelta(seconds=idle_s)
        idle = [s for s in self._live.values() if s.idle and s.last_used <= limit]
        for session in idle:
            del self._live[session.session_id]
            await session.close()
        if idle:
            await self.services.store.release_leases(self.host, [session.session_id for session in idle])

    def health(self) -> dict[str, Any]:
        """What ``status`` shows."""
        answer: dict[str, Any] = {"status": "ok", "version": self.version}
        try:
            model = self.services.resolve_model(None)
            answer |= {"model": model.name, "provider": model.provider, "host": model.host}
        except CopilotError as error:
            answer |= {"status": "degraded", "model": None, "provider": None, "host": None}
            answer["problem"] = f"{error.message} {error.hint}".strip()
        return answer | {
            "sessions": len(self._live),
            "connections": len(self.connections),
            "turns": sum(session.running for session in self._live.values()),
            "uptime_s": round((self.services.clock() - self._started_at).total_seconds()),
            "persistent": self._opened.persistent,
            "warnings": self.warnings,
        }

    # --- connections -------------------------------------------------------------------------

    def connect(self, connection: Connection) -> None:
        """Raises CopilotError when there are too many."""
        if len(self.connections) >= MAX_CONNECTIONS:
            raise CopilotError(
                ErrorCode.RATE_LIMITED, f"{MAX_CONNECTIONS} connections are open already.", "Close some and try again."
            )
        self.connections.add(connection)

    def disconnect(self, connection: Connection) -> None:
        self.connections.discard(connection)

    def push(self, owner: str, frame: protocol.Frame) -> None:
        for connection in tuple(self.connections):
            if connection.owner == owner:
                connection.push(frame)

    def _todos_changed(self, owner: str) -> None:
        self._spawn(self._push_todos(owner))

    def _reminders_changed(self, owner: str) -> None:
        self._scheduler.wake()
        self._spawn(self._push_reminders(owner))

    async def _push_todos(self, owner: str) -> None:
        self.push(owner, await self.todos(owner))

    async def _push_reminders(self, owner: str) -> None:
        self.push(owner, await self.reminders(owner))

    async def todos(self, owner: str) -> protocol.Todos:
        return protocol.Todos(todos=await self.services.store.todos(owner))

    async def reminders(self, owner: str) -> protocol.Reminders:
        return protocol.Reminders(reminders=await self.services.store.reminders(owner))

    def _spawn(self, coroutine: Any) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a background task failed", exc_info=error)

    # --- sessions ----------------------------------------------------------------------------

    async def session(self, session_id: str, owner: str, *, create: bool = False) -> Session:
        """The live session, loaded if need be. Raises CopilotError ``unknown_session`` or ``busy``."""
        if self._stopping:
            raise CopilotError(ErrorCode.BUSY, "The server is going away.", "Connect again in a moment.")
        live = self._live.get(session_id)
        if live is None:
            lock = self._loading.setdefault(session_id, asyncio.Lock())
            async with lock:
                live = self._live.get(session_id) or await self._load(session_id, owner, create)
            self._loading.pop(session_id, None)
        if live.row.owner != owner:
            raise _unknown(session_id)
        live.last_used = self.services.clock()
        return live

    async def usable_session_id(self, candidates: Iterable[str]) -> str:
        """The first that is no deleted session's; of none of them, a new one."""
        for session_id in candidates:
            if not await self.services.store.was_deleted(session_id):
                return session_id
        return new_id()

    async def new_session(self, owner: str) -> Session:
        return await self.session(new_id(), owner, create=True)

    async def _load(self, session_id: str, owner: str, create: bool) -> Session:
        store = self.services.store
        row = await store.session(session_id)
        if row is None:
            if not create or await store.was_deleted(session_id):
                raise _unknown(session_id)
            row = await self._create(session_id, owner)
        if row.owner != owner:
            raise _unknown(session_id)
        if not await store.acquire_lease(session_id, self.host, LEASE_S):
            raise CopilotError(
                ErrorCode.BUSY,
                f"Session {session_id!r} is open in another process.",
                f"Close it there; it is free {LEASE_S:.0f} s after that process ended.",
            )
        row = await store.session(session_id) or row  # the host before us may have written until now
        session = Session(row, self.services)
        await session.recover()
        self._live[session_id] = session
        return session

    async def _create(self, session_id: str, owner: str) -> SessionRow:
        now = timestamp(self.services.clock())
        row = SessionRow(session_id, owner, DEFAULT_TITLE, now, now, epoch=new_id())
        await self.services.store.create_session(row)
        return row

    async def sessions(self, owner: str) -> list[SessionInfo]:
        """The owner's sessions, the last used first. One in which nothing was said is listed while it is in use."""
        found = []
        for row in await self.services.store.sessions(owner):
            live = self._live.get(row.session_id)
            if live is None and not row.messages and row.title == DEFAULT_TITLE:
                continue
            found.append(live.info() if live is not None else session_info(row))
        return sorted(found, key=lambda info: info.updated_at, reverse=True)

    async def session_log(self, owner: str, session_id: str) -> tuple[SessionInfo, list[dict[str, Any]]]:
        """A session and its whole log. Raises CopilotError ``unknown_session``."""
        if (live := self._live.get(session_id)) is not None:
            await live.log.flush()
        row = await self.services.store.session(session_id)
        if row is None or row.owner != owner:
            raise _unknown(session_id)
        events = [json.loads(event.body) for event in await self.services.store.events(session_id)]
        return live.info() if live is not None else session_info(row), events

    async def delete_session(self, session_id: str, owner: str) -> None:
        """End it and remove it; its id is not used again. Raises CopilotError."""
        session = await self.session(session_id, owner)
        await session.stop()
        self._live.pop(session_id, None)
        await self.services.store.delete_session(session_id)
        await self.services.store.release_leases(self.host, [session_id])
        session.log.announce(protocol.SessionDeleted())
        session.log.listeners.clear()

    # --- reminders ---------------------------------------------------------------------------

    async def _deliver_reminder(self, owner: str, reminder: ReminderItem) -> bool:
        """Put a due reminder into its session's log, exactly once among all hosts."""
        try:
            session = await self._session_for_reminder(owner, reminder)
        except CopilotError as error:
            logger.info("reminder %s waits: %s", reminder.reminder_id, error)
            return False
        fired = fire(reminder, self.services.clock())
        event = protocol.ReminderDue(
            reminder_id=reminder.reminder_id,
            content=reminder.content,
            due=reminder.due,
            late=fired.late,
            next_due=fired.next_due,
        )

        async def write(row: StoredEvent) -> bool:
            return await self.services.store.fire_reminder(owner, fired.reminder, reminder.due, session.session_id, row)

        if await session.log.publish_with(event, write):
            for connection in tuple(self.connections):
                if connection.owner == owner:
                    connection.reminded(event)
            await self._push_reminders(owner)
        return True

    async def _session_for_reminder(self, owner: str, reminder: ReminderItem) -> Session:
        """Its own session; if that was deleted, the one used last, else a new one."""
        candidates = [reminder.session_id] if reminder.session_id else []
        candidates += [row.session_id for row in await self.services.store.sessions(owner)]
        for session_id in dict.fromkeys(candidates):
            try:
                return await self.session(session_id, owner)
            except CopilotError as error:
                if error.code is not ErrorCode.UNKNOWN_SESSION:
                    raise
        return await self.new_session(owner)


def _unknown(session_id: str) -> CopilotError:
    return CopilotError(
        ErrorCode.UNKNOWN_SESSION,
        f"There is no session {session_id[:64]!r}.",
        "List the sessions, or attach without a session_id to begin a new one.",
    )
