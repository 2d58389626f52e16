"""What a surface does to the user's todos and reminders: ticked off, put off, ended.

A reminder that came stands as a card in its session, from its ``reminder`` event to ``reminder_closed``. Several
surfaces show the same card; the first to close it is the one that counts, and the others are told that it is done.
"""

from __future__ import annotations

import json
from typing import Literal

from ..hub import Hub
from ..protocol import ChangeTodo, CopilotError, ErrorCode, Remind, ReminderClosed, ReminderItem
from ..session import Session
from ..tools.schedule import MAX_PENDING, snoozed
from ..tools.todo import marked

Card = Literal["open", "closed"]


async def change_todo(hub: Hub, owner: str, frame: ChangeTodo) -> None:
    """Tick off, take up again or delete a todo, and tell every surface. Raises CopilotError."""
    services = hub.services
    todo = await services.store.todo(owner, frame.todo_id)
    if todo is None:
        raise _no_todo(frame.todo_id)
    if frame.action == "delete":
        changed = await services.store.remove_todo(owner, todo.todo_id)
    else:
        done = frame.action == "done"
        if todo.done == done:
            return
        now = services.clock().astimezone(services.timezone)
        changed = await services.store.update_todo(owner, marked(todo, done, now))
    if not changed:
        raise _no_todo(frame.todo_id)
    hub.signals.todos_changed(owner)


async def remind(hub: Hub, owner: str, frame: Remind, *, by: str) -> None:
    """Close or move a reminder, and tell every surface. Raises CopilotError."""
    async with hub.reminding:
        reminder = await hub.services.store.reminder(owner, frame.reminder_id)
        if reminder is None:
            raise CopilotError(
                ErrorCode.BAD_FRAME,
                f"There is no reminder {frame.reminder_id!r}.",
                "List the reminders to see which there are.",
            )
        if frame.action == "cancel":
            await _cancel(hub, owner, reminder)
            return
        session = await _session(hub, owner, frame.session_id)
        card = await _card(hub, session, reminder.reminder_id) if session is not None else None
        if frame.action == "snooze" and card != "closed":
            await _snooze(hub, owner, reminder, frame.minutes, came=card == "open")
        if session is not None and card == "open":
            action: Literal["done", "snoozed"] = "done" if frame.action == "done" else "snoozed"
            closed = ReminderClosed(reminder_id=reminder.reminder_id, action=action, by=by)
            session.log.publish(closed, durable=True)
            await session.log.caught_up()


async def _cancel(hub: Hub, owner: str, reminder: ReminderItem) -> None:
    if reminder.state == "cancelled":
        return
    if reminder.state == "fired":
        raise CopilotError(
            ErrorCode.BAD_FRAME,
            f"The reminder {reminder.reminder_id!r} came already and does not come again.",
            "There is nothing to cancel.",
        )
    await _replace(hub, owner, reminder.model_copy(update={"state": "cancelled"}))


async def _snooze(hub: Hub, owner: str, reminder: ReminderItem, minutes: int, *, came: bool) -> None:
    """A recurring reminder that came keeps its times: what comes later is a reminder of its own."""
    store = hub.services.store
    beside = came and reminder.rrule is not None and reminder.state != "fired"
    if reminder.state == "cancelled" and not beside:
        raise CopilotError(
            ErrorCode.BAD_FRAME, f"The reminder {reminder.reminder_id!r} was cancelled.", "Set a new one in its place."
        )
    later = snoozed(reminder, minutes, hub.services.clock(), once=beside)
    if not beside:
        await _replace(hub, owner, later)
        return
    if len(await store.reminders(owner)) >= MAX_PENDING:
        raise CopilotError(
            ErrorCode.BAD_FRAME, f"There are {MAX_PENDING} reminders, which is the most.", "Cancel some first."
        )
    await store.add_reminder(owner, later)
    hub.signals.reminders_changed(owner)


async def _replace(hub: Hub, owner: str, reminder: ReminderItem) -> None:
    await hub.services.store.update_reminder(owner, reminder)
    hub.signals.reminders_changed(owner)


async def _session(hub: Hub, owner: str, session_id: str | None) -> Session | None:
    """The session that the card is in; None where there is none any more."""
    if session_id is None:
        return None
    try:
        return await hub.session(session_id, owner)
    except CopilotError as error:
        if error.code is ErrorCode.UNKNOWN_SESSION:
            return None
        raise


async def _card(hub: Hub, session: Session, reminder_id: str) -> Card | None:
    """What became of the reminder's last card in the session; None when there is none."""
    await session.log.caught_up()
    card: Card | None = None
    for row in await hub.services.store.events(session.session_id, types=("reminder", "reminder_closed")):
        if json.loads(row.body).get("reminder_id") == reminder_id:
            card = "open" if row.type == "reminder" else "closed"
    return card


def _no_todo(todo_id: str) -> CopilotError:
    return CopilotError(
        ErrorCode.BAD_FRAME, f"There is no todo {todo_id!r}.", "It may be deleted already; list the todos to see."
    )
