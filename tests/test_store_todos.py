"""A user's todos."""

from __future__ import annotations

import pytest
from store_builders import OpenStore

from table_copilot_jupyter.protocol import TodoItem
from table_copilot_jupyter.store.base import StoreError
from table_copilot_jupyter.store.sql import SqlStore

pytest_plugins = ["store_fixtures"]


def todo(todo_id: str, **fields: object) -> TodoItem:
    return TodoItem(todo_id=todo_id, **{"title": f"Do {todo_id}", "created_at": "2026-01-01T00:00:00+00:00", **fields})


async def test_a_todo_comes_back_as_it_was_added(store: SqlStore, url: str, open_store: OpenStore):
    full = todo(
        "t1", title="表 😀", due="2026-01-31", priority="high", tags=["a", "b,c"], done=True, completed_at="2026-01-02"
    )
    await store.add_todo("ada", full)

    assert await (await open_store(url)).todo("ada", "t1") == full
    assert await store.todo("bob", "t1") is None
    assert await store.todos("bob") == []


async def test_todos_stand_by_urgency(store: SqlStore):
    wanted = [
        todo("overdue", due="2020-01-01T00:00:00+00:00"),
        todo("sooner", due="2026-03-01T10:00:00+05:00"),
        todo("later", due="2026-03-01T08:00:00+00:00"),
        todo("in the evening", due="2026-03-05T20:00:00"),
        todo("that day", due="2026-03-05"),
        todo("important", priority="high"),
        todo("older", created_at="2025-01-01T00:00:00+00:00"),
        todo("newer"),
        todo("unreadable", due="soon", created_at="2026-06-01T00:00:00+00:00"),
        todo("some day", priority="low"),
        todo("done", done=True, due="2020-01-01"),
    ]
    for one in wanted[::-1]:
        await store.add_todo("ada", one)

    assert await store.todos("ada") == wanted
    assert await store.todos("ada", done=False) == wanted[:-1]
    assert await store.todos("ada", done=True) == wanted[-1:]


async def test_a_todo_is_replaced_by_its_id(store: SqlStore):
    await store.add_todo("ada", todo("t1"))

    assert await store.update_todo("ada", todo("t1", title="Other", done=True))
    assert not await store.update_todo("ada", todo("t2"))
    assert not await store.update_todo("bob", todo("t1"))
    assert await store.todos("ada") == [todo("t1", title="Other", done=True)]


async def test_a_todo_is_removed_once(store: SqlStore):
    await store.add_todo("ada", todo("t1"))

    assert not await store.remove_todo("bob", "t1")
    assert await store.remove_todo("ada", "t1")
    assert not await store.remove_todo("ada", "t1")


async def test_an_id_is_taken_once_per_owner(store: SqlStore):
    await store.add_todo("ada", todo("t1"))
    await store.add_todo("bob", todo("t1"))

    with pytest.raises(StoreError, match="refused"):
        await store.add_todo("ada", todo("t1"))


async def test_a_title_from_a_model_may_hold_anything(store: SqlStore):
    await store.add_todo("ada", todo("t1", title="a\0b'; DROP TABLE todos; --"))

    assert [found.title for found in await store.todos("ada")] == ["a�b'; DROP TABLE todos; --"]
