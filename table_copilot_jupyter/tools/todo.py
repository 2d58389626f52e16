"""``todo_manager``: the user's todos, shared by all sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from ..language import Language
from ..protocol import TodoItem
from ..store.base import TodoStore
from .base import Tool, ToolContext, ToolError, ToolResult
from .personal import LenientArguments, NothingMatches, new_id, one_line, pick, say_day, say_time
from .times import parse_due

MAX_TITLE = 500
MAX_TAGS = 20
MAX_TAG = 50
MAX_TODOS = 2000
MAX_LISTED = 100


class TodoArguments(LenientArguments):
    action: Literal["add", "list", "complete", "reopen", "edit", "remove"] = Field(
        description="What to do. 'complete' ticks a todo off and keeps it, 'remove' deletes it for good."
    )
    title: str | None = Field(
        None, description="For 'add': what is to be done, in the user's language. For 'edit': the new title."
    )
    todo_id: str | None = Field(
        None,
        description=(
            "Which todo to complete, reopen, edit or remove: its id, the beginning of its id, its title, "
            "or a part of the title that no other todo has."
        ),
    )
    due: str | None = Field(
        None,
        description=(
            "When it is due: best as an ISO 8601 date (2026-11-23) or time with offset (2026-11-23T09:00+01:00). "
            "The user's own words work too: 'tomorrow 9am', 'next friday', '明天上午9点'. "
            "For 'edit', 'none' takes the due date away."
        ),
    )
    priority: Literal["low", "normal", "high"] | None = Field(
        None, description="Only when the user said so; else it is 'normal'."
    )
    tags: list[str] | None = Field(
        None, description="For 'add' and 'edit': short labels without '#'; an 'edit' replaces all tags of the todo."
    )
    status: Literal["open", "done", "all"] | None = Field(
        None, description="For 'list': which todos to show; 'open' when not given."
    )
    tag: str | None = Field(None, description="For 'list': only todos with this tag.")

    @field_validator("tags", mode="before")
    @classmethod
    def _split(cls, tags: Any) -> Any:
        """Models write "home, urgent" now and then."""
        return tags.replace("，", ",").replace("、", ",").split(",") if isinstance(tags, str) else tags


class TodoTool(Tool[TodoArguments]):
    """``changed(owner)`` is called after every change."""

    name: ClassVar[str] = "todo_manager"
    description: ClassVar[str] = (
        "Keeps the user's todo list: add, list, complete, reopen, edit or remove todos. "
        "Changes are saved at once and shown to the user. "
        "A todo is something to do, due once or never; for being told at a time, or again and again, use a reminder."
    )
    arguments = TodoArguments

    def __init__(self, store: TodoStore, changed: Callable[[str], None]) -> None:
        self._store = store
        self._changed = changed

    async def run(self, arguments: TodoArguments, context: ToolContext) -> ToolResult:
        """Do the action. Raises ToolError."""
        match arguments.action:
            case "add":
                return await self._add(arguments, context)
            case "list":
                return await self._list(arguments, context)
            case "edit":
                return await self._edit(arguments, context)
            case "remove":
                return await self._remove(arguments, context)
            case "complete" | "reopen":
                return await self._mark(arguments, context, done=arguments.action == "complete")

    async def _add(self, arguments: TodoArguments, context: ToolContext) -> ToolResult:
        todo = TodoItem(
            todo_id=new_id(),
            title=_checked_title(arguments.title),
            due=await _read_due(arguments.due, context) if arguments.due else None,
            priority=arguments.priority or "normal",
            tags=_checked_tags(arguments.tags or []),
            created_at=_timestamp(context),
        )
        if len(await self._store.todos(context.owner)) >= MAX_TODOS:
            raise ToolError(f"There are {MAX_TODOS} todos, which is the most. Remove some that are done first.")
        await self._store.add_todo(context.owner, todo)
        self._changed(context.owner)
        return _told(context, "Added todo", "已添加待办", todo)

    async def _list(self, arguments: TodoArguments, context: ToolContext) -> ToolResult:
        status = arguments.status or "open"
        done = {"open": False, "done": True, "all": None}[status]
        found = await self._store.todos(context.owner, done=done)
        if arguments.tag:
            wanted = _tag(arguments.tag).casefold()
            found = [todo for todo in found if wanted in (tag.casefold() for tag in todo.tags)]
        kind = ("" if status == "all" else f"{status} ") + ("todo" if len(found) == 1 else "todos")
        kind += f" tagged #{_tag(arguments.tag)}" if arguments.tag else ""
        kind_zh = {"open": "未完成的待办", "done": "已完成的待办", "all": "待办"}[status]
        kind_zh = (f"带 #{_tag(arguments.tag)} 的" if arguments.tag else "") + kind_zh
        if not found:
            return ToolResult(context.say(f"There are no {kind}.", f"没有{kind_zh}。"))
        lines = [f"- [{'x' if todo.done else ' '}] {_line(todo, context)}" for todo in found[:MAX_LISTED]]
        if len(found) > MAX_LISTED:
            more = len(found) - MAX_LISTED
            lines.append(context.say(f"- and {more} more", f"- 另有 {more} 条"))
        return ToolResult(context.say(f"{len(found)} {kind}:\n", f"{len(found)} 条{kind_zh}：\n\n") + "\n".join(lines))

    async def _edit(self, arguments: TodoArguments, context: ToolContext) -> ToolResult:
        if arguments.todo_id is None:
            raise ToolError("Which todo is to be edited? Give its 'todo_id' (id or title).")
        changes: dict[str, Any] = {}
        if arguments.title is not None:
            changes["title"] = _checked_title(arguments.title)
        if arguments.due is not None:
            cleared = arguments.due.lower() in ("none", "null", "never", "无")
            changes["due"] = None if cleared else await _read_due(arguments.due, context)
        if arguments.priority is not None:
            changes["priority"] = arguments.priority
        if arguments.tags is not None:
            changes["tags"] = _checked_tags(arguments.tags)
        if not changes:
            raise ToolError("Nothing to change was given. Give a title, due, priority or tags.")
        todo = await self._find(arguments.todo_id, context, first=False)
        changed = todo.model_copy(update=changes)
        await self._replace(changed, context)
        return _told(context, "Changed todo", "已修改待办", changed)

    async def _mark(self, arguments: TodoArguments, context: ToolContext, *, done: bool) -> ToolResult:
        todo = await self._find(_said(arguments), context, first=not done)
        if todo.done == done:
            state, state_zh = ("done", "完成了") if done else ("open", "是未完成的")
            return _told(context, f"Nothing to change; it is already {state}", f"无需更改，它已经{state_zh}", todo)
        changed = marked(todo, done, context.now())
        await self._replace(changed, context)
        if done:
            return _told(context, "Completed todo", "已完成待办", changed)
        return _told(context, "Reopened todo", "已重新打开待办", changed)

    async def _remove(self, arguments: TodoArguments, context: ToolContext) -> ToolResult:
        todo = await self._find(_said(arguments), context, first=False)
        if not await self._store.remove_todo(context.owner, todo.todo_id):
            raise _gone(todo)
        self._changed(context.owner)
        return _told(context, "Removed todo", "已删除待办", todo)

    async def _find(self, said: str, context: ToolContext, *, first: bool) -> TodoItem:
        """The todo meant by ``said``: among those with ``done == first`` if any of them matches, else among all."""
        todos = await self._store.todos(context.owner)
        preferred = [todo for todo in todos if todo.done == first]
        others = [todo for todo in todos if todo.done != first]
        try:
            return _pick(preferred, said)
        except NothingMatches:
            return _pick(others, said)

    async def _replace(self, todo: TodoItem, context: ToolContext) -> None:
        if not await self._store.update_todo(context.owner, todo):
            raise _gone(todo)
        self._changed(context.owner)


def describe(todo: TodoItem, now: datetime, timezone: ZoneInfo, language: Language = "en") -> str:
    """One line: title, what else there is to know, id."""
    chinese = language == "zh"
    details = []
    if todo.due:
        due = _say_due(todo.due, timezone, language)
        overdue = not todo.done and _is_past(todo.due, now, timezone)
        if chinese:
            details.append(f"{due}到期{'，已过期' if overdue else ''}")
        else:
            details.append(f"due {due}{', overdue' if overdue else ''}")
    if todo.priority != "normal":
        high = todo.priority == "high"
        details.append(("高优先级" if high else "低优先级") if chinese else f"{todo.priority} priority")
    details += [f"#{tag}" for tag in todo.tags]
    if chinese:
        return " · ".join([todo.title, *details]) + f" `{todo.todo_id}`"
    return todo.title + (f" ({', '.join(details)})" if details else "") + f" `{todo.todo_id}`"


def _line(todo: TodoItem, context: ToolContext) -> str:
    return describe(todo, context.now(), context.timezone, context.language)


def _told(context: ToolContext, english: str, chinese: str, todo: TodoItem) -> ToolResult:
    return ToolResult(context.say(f"{english}: ", f"{chinese}：") + _line(todo, context))


def _pick(todos: list[TodoItem], said: str) -> TodoItem:
    return pick(todos, said, id_of=lambda todo: todo.todo_id, text_of=lambda todo: todo.title, noun="todo")


def _said(arguments: TodoArguments) -> str:
    said = arguments.todo_id or arguments.title
    if said is None:
        raise ToolError(f"Which todo is meant by '{arguments.action}'? Give its 'todo_id' (id or title).")
    return said


def _gone(todo: TodoItem) -> ToolError:
    return ToolError(f"The todo {todo.title!r} was removed meanwhile. Call with action 'list' to see what there is.")


def _checked_title(title: str | None) -> str:
    title = one_line(title or "")
    if not title:
        raise ToolError("A todo needs a 'title': what is to be done.")
    if len(title) > MAX_TITLE:
        raise ToolError(f"The title has {len(title)} characters; at most {MAX_TITLE} are kept. Shorten it.")
    return title


def _tag(text: str) -> str:
    return one_line(text).lstrip("#").strip()


def _checked_tags(tags: list[str]) -> list[str]:
    named = list(dict.fromkeys(filter(None, map(_tag, tags))))
    if len(named) > MAX_TAGS:
        raise ToolError(f"{len(named)} tags were given; at most {MAX_TAGS} are kept. Leave some out.")
    if long := next((tag for tag in named if len(tag) > MAX_TAG), None):
        raise ToolError(f"The tag {long!r} has {len(long)} characters; at most {MAX_TAG} are kept. Shorten it.")
    return named


async def _read_due(text: str, context: ToolContext) -> str:
    return await asyncio.to_thread(parse_due, text, now=context.now(), timezone=context.timezone)


def _say_due(due: str, timezone: ZoneInfo, language: Language) -> str:
    moment = datetime.fromisoformat(due)
    return say_day(moment, language) if moment.tzinfo is None else say_time(moment, timezone, language)


def _is_past(due: str, now: datetime, timezone: ZoneInfo) -> bool:
    moment = datetime.fromisoformat(due)
    if moment.tzinfo is None:  # a day is due at its end
        moment = datetime.combine(moment, time.max, timezone)
    return moment.timestamp() < now.timestamp()


def marked(todo: TodoItem, done: bool, now: datetime) -> TodoItem:
    """The todo as done at ``now`` (in the user's zone), or as open again."""
    return todo.model_copy(update={"done": done, "completed_at": now.isoformat(timespec="seconds") if done else None})


def _timestamp(context: ToolContext) -> str:
    return context.now().isoformat(timespec="seconds")
