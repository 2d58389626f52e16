"""What tests run in processes of their own: hosts that race for one store, and one that is killed as it writes."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Any

from store_builders import event, row, write

from table_copilot_jupyter.protocol import ReminderItem
from table_copilot_jupyter.store.sql import SqlStore


def processes() -> ForkServerContext:
    """Processes that begin with what they need already imported, so that they begin at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", SqlStore.__module__])
    return context


def race(url: str, contestant: Callable[[str, str, Connection], None], count: int = 2) -> list[Any]:
    """Let processes do the same at the same moment; what each of them sent."""
    context = processes()
    pipes = [context.Pipe() for _ in range(count)]
    runners = [
        context.Process(target=contestant, args=(url, f"host-{number}", theirs))
        for number, (_, theirs) in enumerate(pipes)
    ]
    for runner in runners:
        runner.start()
    for ours, _ in pipes:
        assert ours.recv() == "ready"
    for ours, _ in pipes:
        ours.send("go")
    results = [ours.recv() for ours, _ in pipes]
    for runner in runners:
        runner.join()
    for ends in pipes:
        for end in ends:
            end.close()
    return results


def _line_up(pipe: Connection) -> None:
    pipe.send("ready")
    pipe.recv()


def open_new(url: str, host: str, pipe: Connection) -> None:
    """Open a database that is not there yet, and write to it."""

    async def run() -> tuple[bool, list[str]]:
        store = SqlStore(url)
        opened = await store.open()
        await store.create_session(row(host))
        await store.close()
        return opened.persistent, opened.warnings

    _line_up(pipe)
    pipe.send(asyncio.run(run()))


def take_leases(url: str, host: str, pipe: Connection) -> None:
    """Take what can be had of 50 leases."""

    async def run() -> list[int]:
        store = SqlStore(url)
        await store.open()
        _line_up(pipe)
        taken = [number for number in range(50) if await store.acquire_lease(f"s{number}", host, 60)]
        await store.close()
        return taken

    pipe.send(asyncio.run(run()))


def fire_reminders(url: str, host: str, pipe: Connection) -> None:
    """Fire what can be fired of the reminders that are due, into a session of one's own."""

    async def run() -> list[str]:
        store = SqlStore(url)
        await store.open()
        pending = await store.reminders("ada")
        _line_up(pipe)
        fired: list[str] = []
        for reminder in pending:
            done = ReminderItem(**{**reminder.model_dump(), "state": "fired"})
            note = event(len(fired) + 1, "reminder", reminder_id=reminder.reminder_id)
            if await store.fire_reminder("ada", done, reminder.due, host, note):
                fired.append(reminder.reminder_id)
        await store.close()
        return fired

    pipe.send(asyncio.run(run()))


def write_storm(url: str, first_seq: int, pipe: Connection) -> None:
    """Write events without end, and send the number of each that was acknowledged."""

    async def run() -> None:
        store = SqlStore(url)
        await store.open()
        for seq in range(first_seq, first_seq + 1_000_000):
            await write(store, event(seq, content="x" * 500))
            pipe.send(seq)

    asyncio.run(run())
