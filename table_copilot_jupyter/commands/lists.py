"""Commands that list what there is beside sessions and tables: agents, tools, todos, reminders."""

from __future__ import annotations

from typing import Final

from ..tools.schedule import describe as describe_reminder
from ..tools.todo import describe as describe_todo
from .scene import CommandAnswer, Scene, inline

AGENTS_IN_CHINESE: Final = {
    "copilot": "和你对话、回答问题，把表格方面的事交给 analyst，把待办和提醒交给 planner。",
    "analyst": "处理内核里的表：列出、描述、查询、画图，也运行代码、解释错误。",
    "planner": "管理待办和提醒：添加、列出、修改、完成、取消。",
}
TOOLS_IN_CHINESE: Final = {
    "ask_user_question": "向你提一个问题，等你回答",
    "todo_manager": "管理待办：添加、列出、完成、重新打开、修改、删除",
    "schedule_reminder": "到时间提醒你，可以重复：设置、列出、取消、推迟",
    "list_tables": "列出内核里的表：名称、大小，以及你允许模型看到的列和类型",
    "describe_table": "描述表的各列：类型、缺失值、不同值的个数、范围、均值、分位数、最常见的值",
    "query_table": "用一条只读的 SQL（DuckDB）查询内核里的表",
    "plot_table": "按 Vega-Lite 图表定义画出表或查询结果，并显示给你",
    "run_code": "经你同意后，在内核里运行 Python 代码",
    "explain_error": "读取内核里最后的错误：类型、出错的位置和单元格的代码",
}
"""What models are told in English, as ``description``."""


async def agents(scene: Scene, arguments: str) -> CommandAnswer:
    """The agents with their tools, and what was wrong with the files of others."""
    library = scene.hub.services.agents
    lines = [scene.say("| Agent | What it does | Tools |", "| 智能体 | 用途 | 工具 |"), "|---|---|---|"]
    for spec in library.specs.values():
        named = [f"`{name}`" for name in (*spec.tools, *(f"@{name}" for name in spec.delegates))]
        tools = scene.say(", ", "、").join(named) or scene.say("none", "无")
        own = spec.description if spec.source != "built-in" else AGENTS_IN_CHINESE[spec.name]
        lines.append(f"| `@{spec.name}` | {inline(scene.say(spec.description, own))} | {tools} |")
    lines += [""] + [f"- {inline(problem)}" for problem in library.problems]
    return CommandAnswer("\n".join(lines).strip())


async def tools(scene: Scene, arguments: str) -> CommandAnswer:
    """What agents may call."""
    lines = [scene.say("| Tool | What it does |", "| 工具 | 用途 |"), "|---|---|"]
    for tool in scene.hub.services.tools.values():
        english = tool.description.split(". ")[0].rstrip(".")
        lines.append(f"| `{tool.name}` | {inline(scene.say(english, TOOLS_IN_CHINESE.get(tool.name, english)))} |")
    return CommandAnswer("\n".join(lines))


async def todos(scene: Scene, arguments: str) -> CommandAnswer:
    """The user's todos, the done ones too."""
    found = (await scene.hub.todos(scene.owner)).todos
    if not found:
        return CommandAnswer(
            scene.say(
                "No todos yet. Ask for one: “add a todo: send the report tomorrow”.",
                "还没有待办。想添加的话，可以说：“添加待办：明天发报告”。",
            )
        )
    services = scene.hub.services
    now = services.clock().astimezone(services.timezone)
    return CommandAnswer(
        "\n".join(
            f"- [{'x' if todo.done else ' '}] {describe_todo(todo, now, services.timezone, scene.language)}"
            for todo in found
        )
    )


async def reminders(scene: Scene, arguments: str) -> CommandAnswer:
    """The user's reminders that are still to come."""
    found = (await scene.hub.reminders(scene.owner)).reminders
    if not found:
        return CommandAnswer(
            scene.say(
                "No reminders are set. Ask for one: “remind me in 10 minutes to stretch”.",
                "没有提醒。想设置的话，可以说：“10分钟后提醒我喝水”。",
            )
        )
    return CommandAnswer(
        "\n".join(f"- {describe_reminder(reminder, scene.language)} `{reminder.reminder_id}`" for reminder in found)
    )
