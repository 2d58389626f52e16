"""What Tab tells beside its offers, in both languages: levels of privacy, agents, commands."""

from __future__ import annotations

from .words import Wording, Words

LEVELS: dict[str, Wording] = {
    "names": ("names of tables and columns, numbers of rows", "名称：表名、列名和行数"),
    "schema": ("names and types", "结构：名称和类型"),
    "aggregates": ("names, types and statistics", "汇总：名称、类型和统计值"),
    "rows": ("everything, values too", "数据行：全部，包括数据本身"),
}
RULES: dict[str, Wording] = {
    "hidden": ("nothing, not even its name", "隐藏：什么都看不到，包括名称"),
    **{level: LEVELS[level] for level in ("names", "schema", "aggregates")},
    "default": ("no rule", "没有规则"),
}
MASKING: Wording = ("whether names are told or masked", "告诉模型原名还是代称")
NAMES: dict[str, Wording] = {
    "masked": ("the model is told made-up names", "告诉模型代称"),
    "clear": ("the model is told the names", "告诉模型原名"),
}
AGENTS: dict[str, Wording] = {
    "analyst": ("works on the tables", "处理表格"),
    "planner": ("todos and reminders", "待办和提醒"),
}
COMMANDS: dict[str, str] = {
    "help": "查看所有命令",
    "status": "会话、模型和服务器的状态",
    "new": "开始新会话",
    "session": "查看或切换会话",
    "sessions": "列出会话",
    "history": "最近 n 条消息",
    "clear": "清空此会话",
    "model": "查看或更换此会话的模型",
    "agents": "列出智能体",
    "tables": "列出内核里的表",
    "fix": "解释最后的错误，并说明怎么修复",
    "privacy": "查看或设定模型可以看到什么",
    "receipts": "发送给模型的内容",
    "todos": "列出待办",
    "reminders": "列出提醒",
    "tools": "列出工具",
    "export": "把此会话导出为文档",
    "approve": "同意一项请求",
    "deny": "拒绝一项请求",
}
"""In Chinese what the server tells of its commands in English."""


def of_agent(name: str, described: str, words: Words) -> str:
    """``agent · works on the tables``; ``described`` is what the server says of it, in English."""
    known = AGENTS.get(name)
    what = words.say(described, known[1] if known else described)
    return f"{words.say('agent', '智能体')} · {what}"


def of_command(name: str, summary: str, words: Words) -> str:
    """What a command does; ``summary`` is what the server says of it, in English."""
    return words.say(summary, COMMANDS.get(name, summary))
