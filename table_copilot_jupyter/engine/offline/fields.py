"""What the offline model reads out of a sentence: titles, times, priorities, tags, options.

``Request`` is one tool call that the user asked for, in the tools' own argument names. Times are
passed on as typed; the tools know the clock.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from ...language import Language
from .times import split_when

Missing = Literal["", "when", "content", "title"]

TODOS: Final = "todo_manager"
REMINDERS: Final = "schedule_reminder"
ASK: Final = "ask_user_question"


@dataclass(frozen=True)
class Request:
    """One tool call that the user asked for.

    ``words`` are the user's own, to hand on to another agent; ``missing`` names the argument that
    they did not give.
    """

    tool: str
    arguments: dict[str, Any]
    language: Language = "en"
    words: str = ""
    missing: Missing = ""

    @property
    def phase(self) -> int:
        """What adds comes first, what changes next, what lists last, so that one message can do all three."""
        action = self.arguments.get("action")
        return 2 if action == "list" else 0 if action in ("add", "create", None) else 1

    def completed(self, answer: str) -> Request:
        """With the answer to what was missing, and in words that say it."""
        chinese = self.language == "zh"
        if self.tool == TODOS:
            words = f"添加待办：{answer}" if chinese else f"add a todo: {answer}"
            return replace(self, arguments={**self.arguments, **todo_fields(answer)}, words=words, missing="")
        arguments = {**self.arguments, self.missing: answer}
        content, when = (re.sub(r'["“”]', "'", str(arguments.get(key, ""))) for key in ("content", "when"))
        words = f"创建提醒“{content}”，时间“{when}”" if chinese else f'create a reminder "{content}" for "{when}"'
        return replace(self, arguments=arguments, words=words, missing="")


def request(tool: str, missing: Missing = "", **arguments: Any) -> Request:
    """A request without the arguments that are empty."""
    return Request(tool, {key: value for key, value in arguments.items() if value}, missing=missing)


PRIORITIES: Final = {
    **dict.fromkeys(("high", "urgent", "top", "高", "紧急"), "high"),
    **dict.fromkeys(("normal", "medium", "中", "普通", "正常"), "normal"),
    **dict.fromkeys(("low", "低"), "low"),
}
_PRIORITY = re.compile(
    r"[\s,，（(]*(?:\b(?:with|at|and)\s+)?(?:a\s+)?(?:\b(high|low|normal|medium|urgent|top)[\s-]+priority\b"
    r"|\bpriority\s*[:=]?\s*(?:is\s+)?(high|low|normal|medium|urgent|top)\b"
    r"|(高|低|普通|中|正常|紧急)优先级?的?|优先级[为是：:\s]*(高|低|普通|中|正常|紧急))[)）]?",
    re.IGNORECASE,
)
_HASHTAG = re.compile(r"(?:(?<=\s)|^)#(?!\d+\b)([\w-]{1,40})")
_TAGGED = re.compile(
    r"[\s,，（(]*(?:\b(?:tagged|tags?|with tags?)\b[:\s]+|标签[为是：:\s]*)([\w-]+(?:\s*[,，、]\s*[\w-]+)*)[)）]?$",
    re.IGNORECASE,
)
_DUE = re.compile(
    r"[\s,，;（(]*(?:\b(?:and\s+|is\s+)?due(?:\s+date)?(?:\s+(?:on|by|at|is))?\b[:：]?\s*"
    r"|(?:截止|到期)(?:日期|时间|日)?(?:[：:是为在到于]|\s)*)(\S.*?)[)）]?$",
    re.IGNORECASE,
)
_QUOTES = "\"'“”‘’「」《》`"
_OR = r"(?:and|or|和|或者?|还是)"
_BETWEEN_OPTIONS = re.compile(rf"\s*[,，、/;；]\s*(?:{_OR}\s*(?=\S))?|\s+(?:and|or)\s+|\s*(?:或者|还是|和|或)\s*")


_ANSWER_PREFIX: Final = re.compile(
    r"^(?:the\s+)?(?:user(?:['’]s)?\s+)?(?:answer(?:ed)?|chose|replied|said|selected|用户(?:的)?(?:回答|选择)了?)"
    r"(?:\s+(?:is|with))?\s*[:：]\s*",
    re.IGNORECASE,
)
_NO_ANSWER: Final = re.compile(r"nobody answered|the user sent an empty answer", re.IGNORECASE)


def answer_in(result: str) -> str:
    """What the user answered, from what the question tool returned; "" where they did not."""
    if _NO_ANSWER.match(result.strip()):
        return ""
    return _ANSWER_PREFIX.sub("", result.strip()).strip().strip("\"“”'`*").strip()


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


def unquoted(text: str) -> str:
    return text.strip().strip(_QUOTES).strip()


def todo_fields(text: str) -> dict[str, Any]:
    """Title, due time, priority and tags of a todo, as far as they are said. The title may be empty."""
    fields: dict[str, Any] = {}
    title = text.strip()
    if found := _PRIORITY.search(title):
        fields["priority"] = PRIORITIES[next(group for group in found.groups() if group).lower()]
        title = f"{title[: found.start()]} {title[found.end() :]}".strip(" ,，:：")
    tags = _HASHTAG.findall(title)
    title = _HASHTAG.sub("", title).strip()
    if found := _TAGGED.search(title):
        tags += re.split(r"\s*[,，、]\s*", found.group(1))
        title = title[: found.start()]
    if tags:
        fields["tags"] = list(dict.fromkeys(tags))
    if found := _DUE.search(title):
        fields["due"] = split_when(found.group(1))[1] or found.group(1)
        title = title[: found.start()]
    elif not title.startswith(tuple(_QUOTES)):
        rest, when = split_when(title)
        if rest and when:
            title, fields["due"] = rest, when
    return {"title": unquoted(re.sub(r"\s+", " ", title)), **fields}


def options_in(text: str) -> list[str]:
    """``red, green and blue`` as a list; one part alone is no choice."""
    parts = _BETWEEN_OPTIONS.split(text.strip(" .。?？()（）"))
    options = list(dict.fromkeys(unquoted(part) for part in parts if unquoted(part)))
    return options if len(options) > 1 else []


_NAME_NOISE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:the|my|a)\s+(?=\S)",
        r"^(?:todo|to-do|task|reminder)\s+(?:item\s+)?(?:(?:to|about|for|called)\s+)?[:：]?\s*(?=\S)",
        r"\s+(?:todo|to-do|task|reminder)$",
        r"(?<=\S)(?:这个|这项|的)?(?:待办事项|待办|任务|提醒)$",
        r"^(?:这个|我的)?(?:待办事项|待办|任务|提醒)\s*[：:]?\s*(?=\S)",
    )
)


def name_in(text: str) -> str:
    """The title or id by which the user points at a todo or a reminder."""
    text = text.strip()
    for noise in _NAME_NOISE:
        text = noise.sub("", text)
    return unquoted(text)
