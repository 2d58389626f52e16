"""The sentences that the offline model understands, one table of rules for each language.

A rule is a pattern and what a matching sentence becomes. Rules are tried in order and must match
the whole sentence. In the patterns one blank stands for any white space. Loose rules ("finish the
report") only apply to a sentence that stands by itself: after "and" such words belong to a title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ...language import Language
from .fields import (
    ASK,
    PRIORITIES,
    REMINDERS,
    TODOS,
    Missing,
    Request,
    name_in,
    options_in,
    request,
    todo_fields,
    unquoted,
)
from .times import is_when, split_when

Found = Iterator[Request]
Build = Callable[[re.Match[str]], Found]


@dataclass(frozen=True)
class Rule:
    pattern: re.Pattern[str]
    build: Build


def _rule(pattern: str, build: Build) -> Rule:
    return Rule(re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL), build)


def _is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


# --- todos --------------------------------------------------------------------------------------


def _add(match: re.Match[str]) -> Found:
    groups = match.groupdict()
    fields = todo_fields(groups["title"] or "")
    if priority := groups.get("priority"):
        fields["priority"] = PRIORITIES[priority.lower()]
    if when := groups.get("when"):
        fields["due"] = split_when(when)[1] or when
    yield request(TODOS, "" if fields["title"] else "title", action="add", **fields)


def _add_many(match: re.Match[str]) -> Found:
    for title in options_in(match["title"]) or [match["title"]]:
        fields = todo_fields(title)
        if fields["title"]:
            yield replace(request(TODOS, action="add", **fields), words=f"add a todo: {title}")


def _list_todos(match: re.Match[str]) -> Found:
    text = match.group().lower()
    done = re.search(r"\b(?:done|completed|finished)\b|(?<!未)已?完成(?:的|了)", text)
    every = re.search(r"\ball\b|所有|全部", text)
    yield request(TODOS, action="list", status="done" if done else "all" if every else "")


def _on_todo(action: str) -> Build:
    def build(match: re.Match[str]) -> Found:
        if name := name_in(match["name"]):
            yield request(TODOS, action=action, todo_id=name)

    return build


def _edit_todo(match: re.Match[str]) -> Found:
    name, value, groups = name_in(match["name"]), unquoted(match["value"]), match.groupdict()
    if groups.get("as_title"):
        yield request(TODOS, action="edit", todo_id=name, title=value)
    elif groups.get("as_due"):
        yield request(TODOS, action="edit", todo_id=name, due=value)
    elif priority := PRIORITIES.get(re.sub(r"优先级?$|\s+priority$", "", value.lower())):
        yield request(TODOS, action="edit", todo_id=name, priority=priority)


# --- reminders ----------------------------------------------------------------------------------


def _remind(match: re.Match[str]) -> Found:
    text = match["text"]
    if re.match(r"\s*(?:what|who|which|why|how|where|if)\b", text, re.IGNORECASE):
        return  # a question to the model, not a reminder
    parts = [_content_and_when(part) for part in re.split(r"\s+and\s+(?:to\s+)?", text)]
    if not all(content and when for content, when in parts):
        parts = [_content_and_when(text)]
    for content, when in parts:
        missing: Missing = "content" if not content else "" if when else "when"
        found = request(REMINDERS, missing, action="create", content=content, when=when)
        yield replace(found, words=f"remind me to {content} {when}") if len(parts) > 1 else found


def _remind_when(match: re.Match[str]) -> Found:
    """The time stands before "remind me"."""
    when = re.sub(r"^在", "", match["when"].strip())
    content, also = _content_and_when(match["text"])
    if is_when(when):
        when = f"{split_when(when)[1]} {also}".strip()
        yield request(REMINDERS, "" if content else "content", action="create", content=content, when=when)


def _content_and_when(text: str) -> tuple[str, str]:
    content, when = split_when(text)
    content = re.sub(
        r"^(?:[:：,，\s]+|(?:to|that|about|of)\s+|我?要?记得|[要去](?=.{2}))+", "", content, flags=re.IGNORECASE
    )
    return unquoted(re.sub(r"\s+", " ", content)), when


def _remind_exactly(match: re.Match[str]) -> Found:
    yield request(REMINDERS, action="create", content=unquoted(match["text"]), when=unquoted(match["when"]))


def _list_reminders(_match: re.Match[str]) -> Found:
    yield request(REMINDERS, action="list")


def _cancel_reminder(match: re.Match[str]) -> Found:
    if name := name_in(match["name"]):
        yield request(REMINDERS, action="cancel", reminder_id=name)


def _snooze(match: re.Match[str]) -> Found:
    name, when = name_in(match["name"]), unquoted(match["when"])
    if re.fullmatch(r"(?:\d+|an?|half an|one|two|five|ten|fifteen|twenty|thirty)\s*[a-z]+", when, re.IGNORECASE):
        when = f"in {when}"
    elif re.search(r"(?:分钟|小时|天)$", when):
        when = f"{when}后"
    if name and when:
        yield request(REMINDERS, action="snooze", reminder_id=name, when=when)


# --- questions to the user ----------------------------------------------------------------------


def _choose(match: re.Match[str]) -> Found:
    options = options_in(match["options"])
    several = bool(match["several"])
    if _is_chinese(match.group()):
        question = "请选择（可多选）。" if several else "请选择一个。"
    else:
        question = "Which ones?" if several else "Which one?"
    if options:
        yield request(ASK, question=question, options=options, multiple=several)


def _ask(match: re.Match[str]) -> Found:
    text, options = unquoted(match["text"]), list[str]()
    chinese = _is_chinese(text)
    found = re.fullmatch(
        r"(.+?)(?:\s*[:：(（]\s*|[,，]?\s+with\s+(?:the\s+)?options\s+)(.+?)[)）]?", text, re.IGNORECASE
    )
    if found and (options := options_in(found[2])):
        text = found[1]
    elif re.match(r"(?:if|whether)\s+\S", text, re.IGNORECASE):
        text, options = re.sub(r"^\w+\s+(?:to\s+)?", "", text), ["yes", "no"]
    elif chinese and re.match(r"要不要|是否|是不是|好不好", text):
        options = ["是", "否"]
    elif re.search(r"\bor\b|还是", text) and all(len(option.split()) <= 2 for option in options_in(text)):
        options = options_in(text)
    text = text.strip(" ?？:：")
    if text:
        yield request(ASK, question=f"{text[0].upper()}{text[1:]}{'？' if chinese else '?'}", options=options)


def _ask_anything(match: re.Match[str]) -> Found:
    if _is_chinese(match.group()):
        yield request(ASK, question="接下来做什么？", options=["列出待办", "列出提醒", "都不用"])
    else:
        yield request(ASK, question="What comes next?", options=["List my todos", "List my reminders", "Nothing"])


# --- English ------------------------------------------------------------------------------------

_T = r"(?:to-?\s?dos?|tasks?)(?:[\s-]+(?:items?|list))?"
_ONE = r"(?:to-?\s?do|task)(?: item)?"
_SHOW = r"(?:list|show|display|see|view|check|read|give)(?: me)?(?: all)?(?: of)?(?: my| the)?"
_WHAT = r"(?:what(?:['’]s| is| are)?|which|how many|do i have|have i(?: got)?|are there)\b(?!.*\byou\b)"
_STATE = r"(?:(?:all|open|done|completed|finished|pending|overdue|upcoming|active|current) )*"
_MAKE = r"(?:add|create|make|new|put|note(?: down)?|write down)"
_STOP = r"(?:cancel|delete|remove|stop|drop)(?: the| my)?"
_FINISHED = r"(?:done|completed?|finished)"
_NOT_FINISHED = r"(?:not done|not completed?|not finished|open|undone|incomplete)"
_TO = r"(?:to |about |for |called |[:：]\s*)?"
_DUE_WORD = r"due(?: date| time)?"
_LEVEL = r"(?:(?P<priority>high|low|normal|medium|urgent)[\s-]+priority )?"
_DO_NOT = r"(?:do\s?n['’]?t|do not|never)"

_ENGLISH: Final = (
    _rule(rf"{_SHOW} {_STATE}reminders", _list_reminders),
    _rule(rf"{_WHAT}[\w\s]{{0,20}}\breminders?\b[\w\s]{{0,30}}|(?:my )?reminders", _list_reminders),
    _rule(rf"{_STOP} reminder {_TO}(?P<name>\S.*)", _cancel_reminder),
    _rule(rf"{_STOP} reminder\s*[:：]\s*(?P<name>\S.*)", _cancel_reminder),
    _rule(rf"{_STOP} (?P<name>\S.*?) reminder", _cancel_reminder),
    _rule(
        rf"snooze(?: the| my)?(?: reminder)? {_TO}(?P<name>\S.*?) (?:for |by |until |till |(?=in\b))(?P<when>\S.*)",
        _snooze,
    ),
    _rule(r'create a reminder "(?P<text>[^"]+)" for "(?P<when>[^"]+)"', _remind_exactly),
    _rule(r"(?P<when>\S.{2,60}?),? (?:please )?remind me\b(?P<text>.*)", _remind_when),
    _rule(r"remind me\b(?P<text>.*)", _remind),
    _rule(rf"{_DO_NOT} let me forget\b(?P<text>.*)", _remind),
    _rule(
        r"(?:set|create|add|make|schedule)(?: up)?(?: me)?(?: an?| the)?(?: new)? reminder\b[:：,]?(?P<text>.*)",
        _remind,
    ),
    _rule(rf"{_SHOW} {_STATE}{_T}", _list_todos),
    _rule(rf"{_WHAT}[\w\s]{{0,30}}\b{_T}\b[\w\s]{{0,30}}", _list_todos),
    _rule(rf"(?:(?:all )?my )?{_STATE}(?:to-?\s?dos|tasks|to-?do list|task list)", _list_todos),
    _rule(r"what do i (?:have|need) to do(?: today)?|what(?:['’]s| is) left to do", _list_todos),
    _rule(rf"(?:mark|set|tick|check|flag)(?: off)? (?P<name>\S.*?) (?:as|to) {_NOT_FINISHED}", _on_todo("reopen")),
    _rule(rf"(?:mark|set|tick|check|flag)(?: off)? (?P<name>\S.*?) (?:as|to|off as) {_FINISHED}", _on_todo("complete")),
    _rule(rf"(?:mark|tick) (?P<name>\S.*?) {_FINISHED}", _on_todo("complete")),
    _rule(
        rf"(?:complete|finish|close|tick off|check off)(?: the| my)? {_ONE}[\s:：]+(?P<name>\S.*)", _on_todo("complete")
    ),
    _rule(r"(?:reopen|re-open|uncheck|untick) (?P<name>\S.*)", _on_todo("reopen")),
    _rule(rf"(?:remove|delete|cancel)(?: the| my)? {_ONE}[\s:：]+(?P<name>\S.*)", _on_todo("remove")),
    _rule(
        rf"(?:remove|delete|cross|take) (?P<name>\S.*?) (?:from|off) (?:(?:my |the )?{_T}|my list)", _on_todo("remove")
    ),
    _rule(rf"(?:remove|delete)(?: the| my)? (?P<name>\S.*?) {_ONE}", _on_todo("remove")),
    _rule(rf"rename(?: the| my)?(?: {_ONE})? (?P<name>\S.*?) (?P<as_title>to) (?P<value>\S.*)", _edit_todo),
    _rule(
        rf"(?:change|set|move|edit)(?: the)? (?:(?P<as_due>{_DUE_WORD})|priority) (?:of|for)(?: the| my)? "
        r"(?P<name>\S.*?) to (?P<value>\S.*)",
        _edit_todo,
    ),
    _rule(
        rf"{_MAKE}(?: two| three| four| five| some| these| the following| new| a few)* (?:to-?\s?dos|tasks)"
        r"\s*[:：]?\s*(?P<title>\S.*)",
        _add_many,
    ),
    _rule(
        rf"{_MAKE} (?P<title>(?!an?(?: new)? (?:to-?\s?do|task)\b)\S.*?) (?:to|on|in|into|onto) "
        rf"(?:(?:my |the )?{_T}|my list)(?:,? (?:for|due|by) (?P<when>\S.*))?",
        _add,
    ),
    _rule(
        rf"{_MAKE}(?: me)?(?: an?| another| one more| the| my)*(?: new)? {_LEVEL}{_ONE}\b"
        r"(?: for (?P<when>[^:：]{3,40})(?=[:：]))?"
        r"\s*(?:[:：,-]|(?:to|called|named|titled|that says|saying|for)\b)?\s*(?P<title>.*)",
        _add,
    ),
    _rule(rf"{_ONE}\s*[:：]\s*(?P<title>\S.*)", _add),
    _rule(
        r"(?:ask|let) me (?:to )?(?:choose|pick|select|decide) "
        r"(?:(?P<several>some|several|any|many|all that apply) )?(?:one )?"
        r"(?:(?:between|from|among|amongst|of|out of) |[:：]\s*)?(?P<options>\S.*)",
        _choose,
    ),
    _rule(r"(?:ask|quiz) me (?:a question|something|anything)", _ask_anything),
    _rule(r"(?:ask|quiz) me[\s:：]+(?:for |about )?(?P<text>\S.*)", _ask),
)
_ENGLISH_LOOSE: Final = (
    _rule(r"(?:complete|finish|tick off|check off) (?P<name>\S.*)", _on_todo("complete")),
    _rule(r"(?:i(?:['’]ve| have)? )?(?:just )?(?:finished|completed|done with) (?P<name>\S.*)", _on_todo("complete")),
    _rule(
        r"(?P<name>(?!(?:it|that|this)\b)(?!.*\b(?:what|which|who|how|when|where|why|if|whether)\b)\S.*?)"
        rf" (?:is|are) {_FINISHED}",
        _on_todo("complete"),
    ),
)

# --- Chinese ------------------------------------------------------------------------------------

_TZ = r"(?:待办事项|待办清单|待办列表|待办|任务清单|任务列表|任务|todos?)"
_MINE = r"(?:我|现在|目前|今天|都|里|还|的|有)*"
_HOW_MANY = r"(?:哪些|什么|多少个?|几个)?"
_WHICH = r"(?:(?:已完成|未完成|没完成|完成了|所有|全部|今天|待触发)的?)*"
_ARE = r"(?:里|中)?(?:都|还)?(?:有哪些|有什么|是什么|有多少|呢|有吗)?"
_SEE = r"(?:列出|列一下|查看|显示|看看|看一下|查一下|展示)(?:一下)?(?:我的?)?"
_A = r"(?:一下)?(?:一个|一条|一项|个|条|项)?(?:新的?)?"
_DROP = r"(?:取消|删除|移除|删掉|停止|去掉)"
_WAIT = r"(?:[\d一二两三四五六十半]+\s*个?(?:分钟|小时|天)后?|(?:明天|今晚|下午|上午).*)"
_SET = r"(?:标记|标|设|设置|改)(?:为|成)"
_PICK = r"(?:选择?|挑选?)(?:一个|一种|(?P<several>几个|多个|几种))?"

_CHINESE: Final = (
    _rule(rf"{_MINE}{_HOW_MANY}{_WHICH}提醒(?:列表|事项)?{_ARE}", _list_reminders),
    _rule(rf"{_SEE}{_WHICH}提醒(?:列表|事项)?", _list_reminders),
    _rule(rf"{_DROP}(?:我的|这个)?提醒\s*[：:，,]?\s*(?P<name>\S.*)", _cancel_reminder),
    _rule(rf"{_DROP}\s*(?P<name>\S.*?)的?提醒", _cancel_reminder),
    _rule(
        rf"(?:推迟|延后|延迟|稍后)(?:提醒)?[：:]?\s*(?P<name>\S.*?)的?(?:提醒)?\s*(?:到|至)?\s*(?P<when>{_WAIT})",
        _snooze,
    ),
    _rule(r"创建提醒“(?P<text>[^”]+)”[，,]时间“(?P<when>[^”]+)”", _remind_exactly),
    _rule(
        r"(?P<when>\S.{1,40}?)(?:的时候|时候|时|，|,)?\s*(?:请|记得)?提醒我?(?:一下|一声)?[：:，,]?(?P<text>.*)",
        _remind_when,
    ),
    _rule(r"(?:记得)?提醒我(?:一下|一声)?[：:，,]?\s*在?(?P<text>.*)", _remind),
    _rule(rf"(?:设置?|设定|创建|新建|添加|加|建){_A}提醒\s*[：:，,]?\s*我?(?P<text>.*)", _remind),
    _rule(rf"{_MINE}{_HOW_MANY}{_WHICH}{_TZ}{_ARE}(?:没做|没完成|要做|未完成)?", _list_todos),
    _rule(rf"{_SEE}{_WHICH}{_TZ}", _list_todos),
    _rule(r"我?(?:今天)?还?有(?:什么|哪些)(?:事情?)?(?:要做|没做|需要做)的?", _list_todos),
    _rule(rf"(?:把|将)\s*(?P<name>\S.*?)\s*{_SET}\s*(?:未完成|没完成|没有完成)", _on_todo("reopen")),
    _rule(rf"(?:把|将)\s*(?P<name>\S.*?)\s*{_SET}\s*(?:已完成|完成)", _on_todo("complete")),
    _rule(r"标记\s*(?P<name>\S.*?)\s*(?:为|成)?\s*(?:已完成|完成)", _on_todo("complete")),
    _rule(rf"完成了?(?:我的)?{_TZ}\s*[：:]?\s*(?P<name>\S.*)", _on_todo("complete")),
    _rule(r"(?:重新打开|重开|恢复)\s*(?P<name>\S.*)", _on_todo("reopen")),
    _rule(rf"{_DROP}(?:我的)?{_TZ}\s*[：:]?\s*(?P<name>\S.*)", _on_todo("remove")),
    _rule(rf"(?:把|将)?\s*(?P<name>\S.*?)\s*从(?:我的)?{_TZ}(?:里|中)?面?{_DROP}", _on_todo("remove")),
    _rule(rf"从(?:我的)?{_TZ}(?:里|中)?面?{_DROP}\s*(?P<name>\S.*)", _on_todo("remove")),
    _rule(
        rf"(?:把|将)\s*{_TZ}?\s*(?P<name>\S.*?)的?"
        r"(?:(?P<as_due>截止日期|截止时间|到期时间|时间)|优先级|(?P<as_title>标题|名字|名称))"
        r"(?:改|设|设置|调整|更改)(?:为|成|到)\s*(?P<value>\S.*)",
        _edit_todo,
    ),
    _rule(rf"(?:把|将)\s*(?P<title>\S.*?)\s*(?:加|加入|添加|放|记|列)(?:到|进|入)?(?:我的)?{_TZ}(?:里|中)?面?", _add),
    _rule(
        rf"(?:添加|新增|增加|加|创建|新建|建|记录?|记下|写下){_A}(?:(?P<priority>高|低|普通)优先级的?)?{_TZ}"
        r"\s*[：:，,]?\s*(?P<title>.*)",
        _add,
    ),
    _rule(rf"{_TZ}\s*[：:]\s*(?P<title>\S.*)", _add),
    _rule(rf"(?:问我|让我|叫我|请我)[在从]?\s*(?P<options>\S.*?)\s*(?:之间|当中|之中|中|里面?)\s*{_PICK}", _choose),
    _rule(rf"(?:问我|让我|叫我|请我)\s*{_PICK}\s*[：:，,]?\s*(?P<options>\S.*(?:[、，,]|和|或|还是).*)", _choose),
    _rule(r"问我(?:一个|个)?(?:问题|什么)", _ask_anything),
    _rule(r"问我(?:一个问题|一下|一声)?\s*[：:，,]?\s*(?P<text>\S.*)", _ask),
)
_CHINESE_LOOSE: Final = (
    _rule(r"(?:我?(?:已经)?(?:完成|做完|搞定)了?)\s*(?P<name>(?!了)\S.*)", _on_todo("complete")),
    _rule(r"(?P<name>\S.*?)\s*(?:已经)?(?:已完成|完成了|做完了|搞定了)", _on_todo("complete")),
)

RULES: Final[tuple[tuple[Language, tuple[Rule, ...]], ...]] = (("en", _ENGLISH), ("zh", _CHINESE))
LOOSE_RULES: Final[tuple[tuple[Language, tuple[Rule, ...]], ...]] = (("en", _ENGLISH_LOOSE), ("zh", _CHINESE_LOOSE))
