"""Small stores in memory that keep what ``store/base.py`` promises of todos and reminders, and a tool's context."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from fake_workspace import FakeWorkspace

from table_copilot_jupyter.protocol import ReminderItem, TodoItem
from table_copilot_jupyter.store.base import StoredEvent
from table_copilot_jupyter.tools.base import Asked, Cancellation, Decided, ToolContext

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 18, 10, 30, tzinfo=BERLIN)
"""A Wednesday."""

_PRIORITIES = ("high", "normal", "low")


class FakeTodoStore:
    """Implements ``TodoStore``."""

    def __init__(self) -> None:
        self._todos: dict[str, dict[str, TodoItem]] = {}

    async def add_todo(self, owner: str, todo: TodoItem) -> None:
        self._todos.setdefault(owner, {})[todo.todo_id] = todo

    async def todos(self, owner: str, *, done: bool | None = None) -> list[TodoItem]:
        found = [todo for todo in self._todos.get(owner, {}).values() if done is None or todo.done == done]
        return sorted(found, key=_place)

    async def todo(self, owner: str, todo_id: str) -> TodoItem | None:
        return self._todos.get(owner, {}).get(todo_id)

    async def update_todo(self, owner: str, todo: TodoItem) -> bool:
        if await self.todo(owner, todo.todo_id) is None:
            return False
        self._todos[owner][todo.todo_id] = todo
        return True

    async def remove_todo(self, owner: str, todo_id: str) -> bool:
        return self._todos.get(owner, {}).pop(todo_id, None) is not None


def _place(todo: TodoItem) -> tuple[bool, float, int, str]:
    due = float("inf")
    if todo.due:
        moment = datetime.fromisoformat(todo.due)
        due = (moment if "T" in todo.due else datetime.combine(moment, time.max)).timestamp()
    return todo.done, due, _PRIORITIES.index(todo.priority), todo.created_at


class FakeReminderStore:
    """Implements ``ReminderStore``; ``fired`` are the (session_id, event) that were logged."""

    def __init__(self) -> None:
        self._reminders: dict[str, dict[str, ReminderItem]] = {}
        self.fired: list[tuple[str, StoredEvent]] = []

    async def add_reminder(self, owner: str, reminder: ReminderItem) -> None:
        self._reminders.setdefault(owner, {})[reminder.reminder_id] = reminder

    async def reminders(self, owner: str, *, pending_only: bool = True) -> list[ReminderItem]:
        found = self._reminders.get(owner, {}).values()
        return sorted((item for item in found if item.state == "pending" or not pending_only), key=_due)

    async def reminder(self, owner: str, reminder_id: str) -> ReminderItem | None:
        return self._reminders.get(owner, {}).get(reminder_id)

    async def update_reminder(self, owner: str, reminder: ReminderItem) -> bool:
        if await self.reminder(owner, reminder.reminder_id) is None:
            return False
        self._reminders[owner][reminder.reminder_id] = reminder
        return True

    async def due_reminders(self, now: datetime) -> list[tuple[str, ReminderItem]]:
        return [(owner, item) for owner, item in self._pending() if _due(item) <= now.timestamp()]

    async def next_due(self) -> datetime | None:
        pending = sorted((item for _, item in self._pending()), key=_due)
        return datetime.fromisoformat(pending[0].due) if pending else None

    async def fire_reminder(
        self, owner: str, fired: ReminderItem, expected_due: str, session_id: str, event: StoredEvent
    ) -> bool:
        known = await self.reminder(owner, fired.reminder_id)
        if known is None or known.state != "pending" or known.due != expected_due:
            return False
        self._reminders[owner][fired.reminder_id] = fired
        self.fired.append((session_id, event))
        return True

    def _pending(self) -> list[tuple[str, ReminderItem]]:
        everything = [(owner, item) for owner, items in self._reminders.items() for item in items.values()]
        return [(owner, item) for owner, item in everything if item.state == "pending"]


def _due(reminder: ReminderItem) -> float:
    return datetime.fromisoformat(reminder.due).timestamp()


@dataclass
class FakeUser:
    """Answers every question with ``answer``, and remembers what was asked."""

    answer: str | None = None
    asked: list[tuple[str, list[str], bool, float | None]] = field(default_factory=list)

    async def ask(self, text: str, options: Sequence[str], multiple: bool, deadline_s: float | None) -> Asked:
        self.asked.append((text, list(options), multiple, deadline_s))
        return Asked(self.answer, "timeout" if self.answer is None else "page")

    decision: str = "deny"
    approvals: list[tuple[str, str, dict[str, Any], str]] = field(default_factory=list)

    async def approve(self, tool: str, what: str, arguments: dict[str, Any], key: str) -> Decided:
        self.approvals.append((tool, what, arguments, key))
        return Decided(self.decision)


def tool_context(
    *,
    now: datetime = NOW,
    owner: str = "ada",
    user: FakeUser | None = None,
    workspace: FakeWorkspace | None = None,
    output: Callable[[dict[str, Any]], None] = lambda mime: None,
) -> ToolContext:
    """What a call in the session "s1" knows."""
    user = user or FakeUser()
    return ToolContext(
        session_id="s1",
        turn_id="t1",
        call_id="c1",
        agent="planner",
        owner=owner,
        timezone=BERLIN,
        now=lambda: now,
        cancellation=Cancellation(),
        ask=user.ask,
        approve=user.approve,
        output=output,
        workspace=workspace or FakeWorkspace(),
        model="gpt-4.1-mini",
        host="api.openai.com",
    )
