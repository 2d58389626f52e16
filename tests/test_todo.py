"""The todo tool."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from fake_stores import NOW, FakeTodoStore, tool_context
from pydantic import ValidationError

from table_copilot_jupyter.protocol import TodoItem
from table_copilot_jupyter.tools.base import ToolError
from table_copilot_jupyter.tools.todo import TodoArguments, TodoTool


class Todos:
    """A tool with its store, for one user."""

    def __init__(self) -> None:
        self.store = FakeTodoStore()
        self.changes: list[str] = []
        self.tool = TodoTool(self.store, self.changes.append)
        self.context = tool_context()

    async def __call__(self, action: str, **arguments: object) -> str:
        parsed = TodoArguments.model_validate({"action": action, **arguments})
        result = await self.tool.run(parsed, self.context)
        assert result.ok
        return result.content

    async def only(self) -> TodoItem:
        (todo,) = await self.store.todos("ada")
        return todo


@pytest.fixture
def todos() -> Todos:
    return Todos()


async def test_a_todo_is_added_with_all_that_was_said(todos: Todos) -> None:
    said = await todos("add", title=" Buy\n milk ", due="tomorrow 9am", priority="high", tags=["#home", "home", "shop"])
    todo = await todos.only()
    assert todo == TodoItem(
        todo_id=todo.todo_id,
        title="Buy milk",
        due="2026-11-19T09:00:00+01:00",
        priority="high",
        tags=["home", "shop"],
        created_at="2026-11-18T10:30:00+01:00",
    )
    assert len(todo.todo_id) == 8
    assert int(todo.todo_id, 16) >= 0
    due = "due Thu 19 Nov 2026, 09:00 (Europe/Berlin)"
    assert said == f"Added todo: Buy milk ({due}, high priority, #home, #shop) `{todo.todo_id}`"
    assert todos.changes == ["ada"]


async def test_a_day_without_a_time_stays_a_day(todos: Todos) -> None:
    said = await todos("add", title="Taxes", due="today")
    assert (await todos.only()).due == "2026-11-18"
    assert "(due Wed 18 Nov 2026)" in said


async def test_the_list_shows_open_todos_first_due_first_and_marks_overdue_ones(todos: Todos) -> None:
    await todos("add", title="Later")
    await todos("add", title="Urgent", priority="high")
    await todos("add", title="Call", due="in 10 minutes")
    await todos("add", title="Old")
    await todos("complete", todo_id="Old")
    assert [line.removeprefix("- [ ] ").split(" `")[0] for line in (await todos("list")).splitlines()[1:]] == [
        "Call (due Wed 18 Nov 2026, 10:40 (Europe/Berlin))",
        "Urgent (high priority)",
        "Later",
    ]
    todos.context = tool_context(now=NOW + timedelta(days=1))
    assert "overdue" in await todos("list")
    assert (await todos("list", status="done")).startswith("1 done todo:\n- [x] Old `")
    assert (await todos("list", status="all")).startswith("4 todos:\n- [ ] Call ")


async def test_the_list_can_be_filtered_by_tag(todos: Todos) -> None:
    await todos("add", title="Milk", tags="Home, shop")
    await todos("add", title="Report", tags=["work"])
    assert (await todos("list", tag="#home")).startswith("1 open todo tagged #home:")
    assert await todos("list", tag="garden") == "There are no open todos tagged #garden."


async def test_a_long_list_is_cut_and_says_so(todos: Todos) -> None:
    for number in range(103):
        await todos.store.add_todo("ada", TodoItem(todo_id=f"{number:08x}", title=f"Number {number}"))
    listed = (await todos("list")).splitlines()
    assert (listed[0], len(listed), listed[-1]) == ("103 open todos:", 102, "- and 3 more")


@pytest.mark.parametrize("said", ["buy milk", "MILK", "`{id}`", "{id}", "{begin}"])
async def test_a_todo_is_found_by_id_beginning_title_or_a_part_of_it(todos: Todos, said: str) -> None:
    await todos("add", title="Buy milk")
    todo_id = (await todos.only()).todo_id
    await todos("complete", todo_id=said.format(id=todo_id, begin=todo_id[:5]))
    todo = await todos.only()
    assert (todo.done, todo.completed_at) == (True, "2026-11-18T10:30:00+01:00")


async def test_the_title_argument_may_name_the_todo_too(todos: Todos) -> None:
    await todos("add", title="Buy milk")
    assert (await todos("complete", title="buy milk")).startswith("Completed todo")


async def test_an_ambiguous_name_is_refused_with_the_candidates(todos: Todos) -> None:
    await todos("add", title="Buy milk")
    await todos("add", title="Buy bread")
    with pytest.raises(ToolError, match="matches 2 todos") as raised:
        await todos("remove", todo_id="buy")
    assert "` Buy milk" in str(raised.value)
    assert "` Buy bread" in str(raised.value)
    assert len(todos.changes) == 2


async def test_an_exact_title_wins_over_longer_ones(todos: Todos) -> None:
    await todos("add", title="Milk")
    await todos("add", title="Milk and honey")
    assert (await todos("remove", todo_id="milk")).startswith("Removed todo: Milk `")
    assert (await todos.only()).title == "Milk and honey"


async def test_completing_means_an_open_todo_rather_than_a_done_one_of_that_name(todos: Todos) -> None:
    await todos("add", title="Water plants")
    await todos("complete", todo_id="plants")
    await todos("add", title="Water plants")
    assert (await todos("complete", todo_id="plants")).startswith("Completed")
    assert await todos.store.todos("ada", done=False) == []


async def test_completing_twice_changes_nothing_and_says_so(todos: Todos) -> None:
    await todos("add", title="Buy milk")
    await todos("complete", todo_id="milk")
    assert "already done" in await todos("complete", todo_id="milk")
    assert len(todos.changes) == 2


async def test_a_done_todo_can_be_reopened(todos: Todos) -> None:
    await todos("add", title="Buy milk")
    await todos("complete", todo_id="milk")
    await todos("reopen", todo_id="milk")
    todo = await todos.only()
    assert (todo.done, todo.completed_at) == (False, None)


async def test_an_edit_changes_what_is_given_and_nothing_else(todos: Todos) -> None:
    await todos("add", title="Buy milk", due="tomorrow", tags=["home"])
    await todos("edit", todo_id="milk", title="Buy oat milk", priority="Low")
    todo = await todos.only()
    assert (todo.title, todo.priority, todo.due, todo.tags) == ("Buy oat milk", "low", "2026-11-19", ["home"])
    await todos("edit", todo_id="milk", due="none", tags=[])
    todo = await todos.only()
    assert (todo.due, todo.tags) == (None, [])


async def test_empty_arguments_count_as_not_given(todos: Todos) -> None:
    await todos("ADD", title="Buy milk", due="", priority="", todo_id="", status=None)
    assert (await todos.only()).due is None


@pytest.mark.parametrize(
    ("action", "arguments", "reason"),
    [
        ("add", {}, "needs a 'title'"),
        ("add", {"title": " \n "}, "needs a 'title'"),
        ("add", {"title": "x" * 501}, "501 characters"),
        ("add", {"title": "x", "tags": [f"t{number}" for number in range(21)]}, "21 tags"),
        ("add", {"title": "x", "tags": ["y" * 51]}, "51 characters"),
        ("add", {"title": "x", "due": "whenever"}, "'whenever'"),
        ("add", {"title": "x", "due": "every day"}, "make a reminder"),
        ("complete", {}, "Which todo"),
        ("complete", {"todo_id": "milk"}, "No todo matches 'milk'"),
        ("edit", {"title": "new"}, "Which todo"),
        ("edit", {"todo_id": "milk"}, "Nothing to change"),
        ("remove", {"todo_id": "``"}, "No todo matches"),
    ],
)
async def test_what_is_missing_or_too_much_is_refused(
    todos: Todos, action: str, arguments: dict[str, object], reason: str
) -> None:
    with pytest.raises(ToolError, match=reason):
        await todos(action, **arguments)
    assert todos.changes == []


async def test_there_is_a_limit_to_how_many_todos_there_are(todos: Todos) -> None:
    for number in range(2000):
        await todos.store.add_todo("ada", TodoItem(todo_id=f"{number:08x}", title="x"))
    with pytest.raises(ToolError, match="2000 todos"):
        await todos("add", title="one more")


async def test_one_user_does_not_reach_the_todos_of_another(todos: Todos) -> None:
    await todos("add", title="Buy milk")
    todos.context = tool_context(owner="bob")
    assert await todos("list") == "There are no open todos."
    with pytest.raises(ToolError, match="No todo matches"):
        await todos("remove", todo_id="milk")


def test_unknown_actions_and_arguments_are_refused() -> None:
    for arguments in ({"action": "explode"}, {"action": "add", "owner": "bob"}, "add"):
        with pytest.raises(ValidationError):
            TodoArguments.model_validate(arguments)


def test_the_model_is_told_every_argument(todos: Todos) -> None:
    properties = todos.tool.parameters()["properties"]
    assert all(argument.get("description") for argument in properties.values())
    assert todos.tool.parameters()["required"] == ["action"]


async def test_to_a_chinese_user_it_speaks_chinese(todos: Todos) -> None:
    todos.context = replace(todos.context, language="zh")
    assert await todos("list") == "没有未完成的待办。"
    said = await todos("add", title="检查企鹅表", due="明天上午9点", priority="high", tags=["表"])
    line = (
        f"检查企鹅表 · 2026年11月19日 周四 09:00（Europe/Berlin）到期 · 高优先级 · #表 `{(await todos.only()).todo_id}`"
    )
    assert said == f"已添加待办：{line}"
    assert await todos("list", tag="表") == f"1 条带 #表 的未完成的待办：\n\n- [ ] {line}"
    assert (await todos("edit", todo_id="检查企鹅表", title="检查")).startswith("已修改待办：检查 · ")
    assert (await todos("complete", title="检查")).startswith("已完成待办：检查")
    assert (await todos("complete", title="检查")).startswith("无需更改，它已经完成了：检查")
    assert (await todos("reopen", title="检查")).startswith("已重新打开待办：检查")
    assert (await todos("remove", title="检查")).startswith("已删除待办：检查")
