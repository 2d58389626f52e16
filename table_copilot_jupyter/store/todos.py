"""A user's todos, one row each, shared by all sessions."""

from __future__ import annotations

import json
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from ..protocol import TodoItem
from .tables import clean, cleaned, todos

_PRIORITY = {"high": 0, "normal": 1, "low": 2}


def add(connection: Connection, owner: str, todo: TodoItem) -> None:
    """Add a todo."""
    connection.execute(insert(todos).values(_row(owner, todo)))


def of_owner(connection: Connection, owner: str, done: bool | None) -> list[TodoItem]:
    """Open before done; then by due time, undated ones by priority, then by age."""
    query = select(todos).where(todos.c.owner == clean(owner))
    if done is not None:
        query = query.where(todos.c.done.is_(done))
    return sorted((_item(row) for row in connection.execute(query)), key=_place)


def find(connection: Connection, owner: str, todo_id: str) -> TodoItem | None:
    """The todo, if it is there."""
    row = connection.execute(select(todos).where(_is(owner, todo_id))).first()
    return _item(row) if row else None


def replace(connection: Connection, owner: str, todo: TodoItem) -> bool:
    """Replace it by its id; False when it is not there."""
    return connection.execute(update(todos).where(_is(owner, todo.todo_id)).values(_row(owner, todo))).rowcount == 1


def remove(connection: Connection, owner: str, todo_id: str) -> bool:
    """Remove it; False when it is not there."""
    return connection.execute(delete(todos).where(_is(owner, todo_id))).rowcount == 1


def _is(owner: str, todo_id: str) -> ColumnElement[bool]:
    return and_(todos.c.owner == clean(owner), todos.c.todo_id == clean(todo_id))


def _row(owner: str, todo: TodoItem) -> dict[str, Any]:
    return cleaned({**todo.model_dump(), "owner": owner, "tags": json.dumps(todo.tags)})


def _item(row: Row[Any]) -> TodoItem:
    return TodoItem(**{**row._mapping, "tags": json.loads(row.tags)})


def _place(todo: TodoItem) -> tuple[bool, float, int, str, str]:
    return todo.done, _due(todo.due), _PRIORITY[todo.priority], todo.created_at, todo.todo_id


def _due(due: str | None) -> float:
    """When it is due, for sorting: a day is due at its end, what has no time that we can read comes last."""
    if due is None:
        return float("inf")
    try:
        moment = datetime.fromisoformat(due)
        if len(due) <= len("2026-01-31"):
            moment = datetime.combine(moment, time.max)
        return moment.timestamp()
    except (ValueError, OverflowError, OSError):
        return float("inf")
