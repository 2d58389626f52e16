"""The offline model: which sentences become which calls, what it answers, and that it always ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from table_copilot_jupyter.engine.base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText
from table_copilot_jupyter.engine.offline.model import OfflineReply, reply
from table_copilot_jupyter.engine.offline.phrases import requests_in
from table_copilot_jupyter.engine.offline.talk import FOOTER, without_footer
from table_copilot_jupyter.engine.offline.times import is_when, split_when
from table_copilot_jupyter.tools.ask_user import NOBODY, AskUserArguments, answered_text
from table_copilot_jupyter.tools.schedule import ScheduleArguments
from table_copilot_jupyter.tools.times import parse_due, parse_when
from table_copilot_jupyter.tools.todo import TodoArguments

TODO, REMIND, ASK, PLAN = "todo_manager", "schedule_reminder", "ask_user_question", "ask_planner"
DIRECT = (TODO, REMIND, ASK)
LEAD = (ASK, PLAN)
PLANNER = (TODO, REMIND)
Answer = Callable[[str, dict[str, Any]], tuple[bool, str]]


def done(tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
    return True, f"{tool} did {arguments.get('action', 'it')}"


class Conversation:
    """Carries the calls of the model out with ``answer``, as the engine's loop would."""

    def __init__(self, tools: Collection[str] = DIRECT, answer: Answer = done, agent: str = "copilot") -> None:
        self.tools, self.answer, self.agent = tools, answer, agent
        self.history: list[HistoryItem] = []
        self.steps: list[tuple[tuple[str, dict[str, Any]], ...]] = []
        self._ids = 0

    def say(self, content: str) -> str:
        self.history.append(UserText(content))
        return self.go_on()

    def go_on(self) -> str:
        self.steps = []
        for _ in range(7):
            said = reply(self.history, self.tools, self.agent)
            if not said.calls:
                self.history.append(AssistantStep(said.text))
                return said.text
            self.steps.append(said.calls)
            calls, answers = [], []
            for tool, arguments in said.calls:
                self._ids += 1
                calls.append(ToolCall(f"c{self._ids}", tool, arguments))
                answers.append(ToolAnswer(f"c{self._ids}", tool, *self.answer(tool, arguments)))
            self.history += [AssistantStep(said.text, calls=tuple(calls)), ToolAnswers(tuple(answers))]
        raise AssertionError(f"the turn did not end: {self.steps}")


def first_calls(text: str, tools: Collection[str] = DIRECT) -> list[tuple[str, dict[str, Any]]]:
    return list(reply([UserText(text)], tools, "copilot").calls)


# --- sentences and calls ------------------------------------------------------------------------

TODOS = [
    ("add a todo: buy milk", {"action": "add", "title": "buy milk"}),
    ("Add a todo: buy milk.", {"action": "add", "title": "buy milk"}),
    ("please add a todo to buy milk", {"action": "add", "title": "buy milk"}),
    (
        "add a todo: buy milk due tomorrow 9am high priority",
        {"action": "add", "title": "buy milk", "due": "tomorrow 9am", "priority": "high"},
    ),
    ("add a high priority task to write docs", {"action": "add", "title": "write docs", "priority": "high"}),
    ("add a todo: write docs by next Friday", {"action": "add", "title": "write docs", "due": "next Friday"}),
    ("add a todo for tomorrow: buy milk", {"action": "add", "title": "buy milk", "due": "tomorrow"}),
    ("create a task: review PR #work #review", {"action": "add", "title": "review PR", "tags": ["work", "review"]}),
    ("add a todo: fix #123", {"action": "add", "title": "fix #123"}),
    ("add a todo: today's standup notes", {"action": "add", "title": "today's standup notes"}),
    ('add a todo "meet Ann tomorrow"', {"action": "add", "title": "meet Ann tomorrow"}),
    ("add buy milk to my todo list", {"action": "add", "title": "buy milk"}),
    ("todo: buy milk", {"action": "add", "title": "buy milk"}),
    ("Could you add a todo: buy milk and bread, please?", {"action": "add", "title": "buy milk and bread"}),
    ("what are my todos?", {"action": "list"}),
    ("list my todos", {"action": "list"}),
    ("show me my tasks", {"action": "list"}),
    ("do I have any todos?", {"action": "list"}),
    ("what do I have to do today?", {"action": "list"}),
    ("show completed todos", {"action": "list", "status": "done"}),
    ("list all todos", {"action": "list", "status": "all"}),
    ("mark buy milk as done", {"action": "complete", "todo_id": "buy milk"}),
    ("mark the todo 'buy milk' as completed", {"action": "complete", "todo_id": "buy milk"}),
    ("complete buy milk", {"action": "complete", "todo_id": "buy milk"}),
    ("I finished buy milk", {"action": "complete", "todo_id": "buy milk"}),
    ("buy milk is done", {"action": "complete", "todo_id": "buy milk"}),
    ("mark buy milk as not done", {"action": "reopen", "todo_id": "buy milk"}),
    ("reopen buy milk", {"action": "reopen", "todo_id": "buy milk"}),
    ("delete the todo buy milk", {"action": "remove", "todo_id": "buy milk"}),
    ("remove buy milk from my todos", {"action": "remove", "todo_id": "buy milk"}),
    ("rename buy milk to buy oat milk", {"action": "edit", "todo_id": "buy milk", "title": "buy oat milk"}),
    ("change the due date of buy milk to friday", {"action": "edit", "todo_id": "buy milk", "due": "friday"}),
    ("set the priority of buy milk to high", {"action": "edit", "todo_id": "buy milk", "priority": "high"}),
    ("添加待办：买牛奶", {"action": "add", "title": "买牛奶"}),
    ("请帮我添加一个待办：买牛奶", {"action": "add", "title": "买牛奶"}),
    (
        "添加待办：明天下午3点开会，高优先级",
        {"action": "add", "title": "开会", "due": "明天下午3点", "priority": "high"},
    ),
    (
        "添加一个高优先级的待办：写报告 截止周五",
        {"action": "add", "title": "写报告", "due": "周五", "priority": "high"},
    ),
    ("把买牛奶加到待办里", {"action": "add", "title": "买牛奶"}),
    ("待办：买牛奶", {"action": "add", "title": "买牛奶"}),
    ("我的待办有哪些？", {"action": "list"}),
    ("列出我的待办", {"action": "list"}),
    ("我还有什么要做的？", {"action": "list"}),
    ("列出已完成的待办", {"action": "list", "status": "done"}),
    ("列出未完成的待办", {"action": "list"}),
    ("完成 买牛奶", {"action": "complete", "todo_id": "买牛奶"}),
    ("把“买牛奶”标记为已完成", {"action": "complete", "todo_id": "买牛奶"}),
    ("买牛奶已完成", {"action": "complete", "todo_id": "买牛奶"}),
    ("把买牛奶标记为未完成", {"action": "reopen", "todo_id": "买牛奶"}),
    ("删除待办：买牛奶", {"action": "remove", "todo_id": "买牛奶"}),
    ("把买牛奶的优先级改为高", {"action": "edit", "todo_id": "买牛奶", "priority": "high"}),
]

REMINDERS = [
    ("remind me in 10 minutes to stretch", {"action": "create", "content": "stretch", "when": "in 10 minutes"}),
    ("remind me to stretch in 10 minutes", {"action": "create", "content": "stretch", "when": "in 10 minutes"}),
    ("in 10 minutes remind me to stretch", {"action": "create", "content": "stretch", "when": "in 10 minutes"}),
    (
        "remind me every monday 9am to send the report",
        {"action": "create", "content": "send the report", "when": "every monday 9am"},
    ),
    (
        "remind me tomorrow to call Bob at 9am",
        {"action": "create", "content": "call Bob", "when": "tomorrow at 9am"},
    ),
    (
        "set a reminder for tomorrow 9am to pay rent",
        {"action": "create", "content": "pay rent", "when": "tomorrow 9am"},
    ),
    ("don't let me forget to pay rent tomorrow", {"action": "create", "content": "pay rent", "when": "tomorrow"}),
    ("list my reminders", {"action": "list"}),
    ("what reminders do I have?", {"action": "list"}),
    ("cancel the reminder stretch", {"action": "cancel", "reminder_id": "stretch"}),
    ("cancel the reminder to call Bob", {"action": "cancel", "reminder_id": "call Bob"}),
    ("delete the stretch reminder", {"action": "cancel", "reminder_id": "stretch"}),
    (
        "snooze the reminder stretch for 10 minutes",
        {"action": "snooze", "reminder_id": "stretch", "when": "in 10 minutes"},
    ),
    ("10分钟后提醒我喝水", {"action": "create", "content": "喝水", "when": "10分钟后"}),
    ("提醒我10分钟后喝水", {"action": "create", "content": "喝水", "when": "10分钟后"}),
    ("每周一上午9点提醒我交周报", {"action": "create", "content": "交周报", "when": "每周一上午9点"}),
    ("请在半小时后提醒我喝水", {"action": "create", "content": "喝水", "when": "半小时后"}),
    ("提醒我明天9点给Bob打电话", {"action": "create", "content": "给Bob打电话", "when": "明天9点"}),
    ("设置一个提醒：明天早上8点吃药", {"action": "create", "content": "吃药", "when": "明天早上8点"}),
    ("查看我的提醒", {"action": "list"}),
    ("我有哪些提醒？", {"action": "list"}),
    ("取消提醒：喝水", {"action": "cancel", "reminder_id": "喝水"}),
    ("取消喝水的提醒", {"action": "cancel", "reminder_id": "喝水"}),
    ("推迟喝水的提醒10分钟", {"action": "snooze", "reminder_id": "喝水", "when": "10分钟后"}),
]

QUESTIONS = [
    ("ask me which island", {"question": "Which island?"}),
    ("ask me to choose between red, green and blue", {"question": "Which one?", "options": ["red", "green", "blue"]}),
    (
        "ask me to choose several of red, green or blue",
        {"question": "Which ones?", "options": ["red", "green", "blue"], "multiple": True},
    ),
    ("ask me: Which island? (Biscoe, Dream)", {"question": "Which island?", "options": ["Biscoe", "Dream"]}),
    ("ask me whether to continue", {"question": "Continue?", "options": ["yes", "no"]}),
    ("ask me tea or coffee", {"question": "Tea or coffee?", "options": ["tea", "coffee"]}),
    ("问我喜欢哪个岛", {"question": "喜欢哪个岛？"}),
    ("问我在红、绿、蓝之间选一个", {"question": "请选择一个。", "options": ["红", "绿", "蓝"]}),
    ("问我要不要继续", {"question": "要不要继续？", "options": ["是", "否"]}),
]


@pytest.mark.parametrize(("text", "arguments"), TODOS)
def test_a_sentence_about_todos_calls_the_todo_manager(text: str, arguments: dict[str, Any]) -> None:
    assert first_calls(text) == [(TODO, arguments)]


@pytest.mark.parametrize(("text", "arguments"), REMINDERS)
def test_a_sentence_about_reminders_calls_the_reminder_tool(text: str, arguments: dict[str, Any]) -> None:
    assert first_calls(text) == [(REMIND, arguments)]


@pytest.mark.parametrize(("text", "arguments"), QUESTIONS)
def test_a_wish_to_be_asked_calls_the_question_tool(text: str, arguments: dict[str, Any]) -> None:
    assert first_calls(text) == [(ASK, arguments)]


@pytest.mark.parametrize("text", [text for text, _ in TODOS + REMINDERS + QUESTIONS])
def test_every_call_is_one_that_the_tool_takes(text: str) -> None:
    models = {TODO: TodoArguments, REMIND: ScheduleArguments, ASK: AskUserArguments}
    for tool, arguments in first_calls(text):
        models[tool].model_validate(arguments)


@pytest.mark.parametrize("arguments", [arguments for _, arguments in TODOS + REMINDERS])
def test_every_time_is_one_that_the_tools_read(arguments: dict[str, Any]) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    now = datetime(2026, 3, 4, 10, 0, tzinfo=zone)
    if "when" in arguments:
        assert parse_when(arguments["when"], now=now, timezone=zone).due > now
    if "due" in arguments:
        assert parse_due(arguments["due"], now=now, timezone=zone)


@pytest.mark.parametrize(
    "text",
    [
        "which island has the heaviest penguins?",
        "explain what 'remind me in 10 minutes' means",
        "what is done?",
        "add a column to the list",
        "drop the task column",
        "check if the job is done",
        "remind me what my name is",
        "delete everything",
        "re",
        "",
        "   ",
        "哪个岛的企鹅最重？",
        "再见",
    ],
)
def test_other_sentences_call_nothing(text: str) -> None:
    assert first_calls(text) == []


def test_a_mention_in_front_is_not_part_of_the_request() -> None:
    assert first_calls("@planner add a todo: buy milk") == [(TODO, {"action": "add", "title": "buy milk"})]


# --- several requests ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("add a todo: buy milk and remind me in 10 minutes to stretch", ["add", "create"]),
        ("add a todo: buy milk; add a todo: call Bob", ["add", "add"]),
        ("add a todo: buy milk, then remind me at 5pm to call Ann and list my todos", ["add", "create", "list"]),
        ("add a todo to buy milk and bread", ["add"]),
        ("add a todo: draft and finish the report", ["add"]),
        ('add a todo "buy milk; list my todos"', ["add"]),
        ("add todos: milk, eggs and bread", ["add", "add", "add"]),
        ("remind me to buy milk at 5pm and to call Bob at 6pm", ["create", "create"]),
        ("My name is Ada. Add a todo: buy milk", ["add"]),
        ("添加待办：买牛奶，然后10分钟后提醒我喝水", ["add", "create"]),
        ("添加待办：买牛奶和面包", ["add"]),
    ],
)
def test_a_message_is_cut_only_where_a_request_begins(text: str, actions: list[str]) -> None:
    assert [request.arguments["action"] for request in requests_in(text)] == actions


def test_two_times_in_one_reminder_are_two_reminders() -> None:
    calls = first_calls("remind me to buy milk at 5pm and to call Bob at 6pm")
    assert [(call["content"], call["when"]) for _, call in calls] == [("buy milk", "at 5pm"), ("call Bob", "at 6pm")]


def test_what_lists_waits_for_what_adds() -> None:
    talk = Conversation()
    talk.say("add a todo: buy milk and list my todos")
    assert [[call["action"] for _, call in step] for step in talk.steps] == [["add"], ["list"]]


def test_the_same_request_twice_is_carried_out_once() -> None:
    assert len(first_calls("add a todo: buy milk; add a todo: buy milk")) == 1


def test_a_request_deep_in_a_long_text_is_left_alone() -> None:
    text = "This is a report about many things that somebody pasted here, and it has been a long one; list my todos"
    assert first_calls(text) == []


# --- asking for what is missing -----------------------------------------------------------------


def test_a_reminder_without_a_time_asks_for_it_and_is_then_made() -> None:
    talk = Conversation(answer=lambda tool, _: (True, "in 1 hour" if tool == ASK else "Reminder set."))
    answer = talk.say("remind me to call Bob")
    assert talk.steps == [
        ((ASK, {"question": "When should I remind you?", "options": ["in 10 minutes", "in 1 hour", "tomorrow 9am"]}),),
        ((REMIND, {"action": "create", "content": "call Bob", "when": "in 1 hour"}),),
    ]
    assert answer == f"Reminder set.\n\n{FOOTER['en']}"


def test_a_chinese_reminder_without_a_time_asks_in_chinese() -> None:
    ((tool, arguments),) = first_calls("提醒我喝水")
    assert (tool, arguments["question"]) == (ASK, "什么时候提醒你？")
    assert arguments["options"][0] == "10分钟后"


@pytest.mark.parametrize("words", [answered_text("2", ["in 10 minutes", "in 1 hour"], False), "in 1 hour"])
def test_the_answer_is_read_from_what_the_question_tool_returns(words: str) -> None:
    talk = Conversation(answer=lambda tool, _: (True, words if tool == ASK else "ok"))
    talk.say("remind me to call Bob")
    assert talk.steps[1][0][1]["when"] == "in 1 hour"


@pytest.mark.parametrize("result", [(True, NOBODY), (True, answered_text("", [], False)), (False, "It was stopped.")])
def test_without_an_answer_nothing_is_made_and_the_user_is_told(result: tuple[bool, str]) -> None:
    talk = Conversation(answer=lambda *_: result)
    answer = talk.say("remind me to call Bob")
    assert len(talk.steps) == 1
    assert "nothing was made" in answer
    assert ("It was stopped." in answer) is not result[0]


def test_a_question_that_nobody_answers_is_told() -> None:
    assert "There was no answer." in Conversation(answer=lambda *_: (True, NOBODY)).say("ask me which island")


def test_the_lead_asks_first_and_delegates_the_whole_request() -> None:
    talk = Conversation(LEAD, answer=lambda tool, _: (True, "tomorrow 9am" if tool == ASK else "Reminder set."))
    talk.say("remind me to call Bob")
    ((tool, arguments),) = talk.steps[1]
    assert tool == PLAN
    assert first_calls(arguments["task"], PLANNER) == [
        (REMIND, {"action": "create", "content": "call Bob", "when": "tomorrow 9am"})
    ]


def test_two_reminders_without_times_are_asked_about_by_name() -> None:
    questions = [call["question"] for _, call in first_calls("remind me to call Bob and remind me to stretch")]
    assert questions == ["When should I remind you to call Bob?", "When should I remind you to stretch?"]


def test_an_agent_that_can_not_ask_says_what_is_missing_and_takes_the_next_message_as_the_answer() -> None:
    talk = Conversation(PLANNER, agent="planner")
    assert "When should I remind you?" in talk.say("remind me to call Bob")
    talk.say("in 10 minutes")
    assert talk.steps == [((REMIND, {"action": "create", "content": "call Bob", "when": "in 10 minutes"}),)]


def test_a_todo_without_a_title_asks_for_it() -> None:
    talk = Conversation(answer=lambda tool, _: (True, "buy milk tomorrow" if tool == ASK else "Added."))
    talk.say("add a todo")
    assert talk.steps[1] == ((TODO, {"action": "add", "title": "buy milk", "due": "tomorrow"}),)


def test_a_turn_taken_up_after_a_restart_uses_the_answer_that_came() -> None:
    talk = Conversation()
    question = {"question": "When should I remind you?", "options": ["in 10 minutes", "in 1 hour", "tomorrow 9am"]}
    talk.history = [
        UserText("remind me to call Bob"),
        AssistantStep("", calls=(ToolCall("q", ASK, question),)),
        ToolAnswers((ToolAnswer("q", ASK, True, "in 10 minutes"),)),
    ]
    talk.go_on()
    assert talk.steps == [((REMIND, {"action": "create", "content": "call Bob", "when": "in 10 minutes"}),)]


# --- delegation ---------------------------------------------------------------------------------


def test_the_lead_hands_the_users_own_words_to_the_planner() -> None:
    assert first_calls("add a todo: buy milk due tomorrow 9am", LEAD) == [
        (PLAN, {"task": "add a todo: buy milk due tomorrow 9am"})
    ]


def test_several_requests_are_handed_over_side_by_side() -> None:
    calls = first_calls("add a todo: buy milk and remind me in 10 minutes to stretch", LEAD)
    assert calls == [(PLAN, {"task": "add a todo: buy milk"}), (PLAN, {"task": "remind me in 10 minutes to stretch"})]


def test_an_agent_with_the_tool_itself_does_not_delegate() -> None:
    assert first_calls("list my todos", (*DIRECT, PLAN)) == [(TODO, {"action": "list"})]


@pytest.mark.parametrize(("text", "language"), [("list my todos", "en"), ("我的待办有哪些？", "zh")])
def test_a_specialists_words_are_repeated_with_one_footer(text: str, language: str) -> None:
    def planner(_tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        return True, Conversation(PLANNER, lambda *_: (True, "1. buy milk"), "planner").say(arguments["task"])

    answer = Conversation(LEAD, planner).say(text)
    assert "1. buy milk" in answer
    assert answer.count(FOOTER["en"]) + answer.count(FOOTER["zh"]) == 1
    assert answer.endswith(FOOTER["zh" if language == "zh" else "en"])


@pytest.mark.parametrize("text", [text for text, _ in TODOS + REMINDERS])
def test_every_handed_over_task_is_understood_by_the_planner(text: str) -> None:
    direct = first_calls(text, PLANNER)
    assert [call for _, task in first_calls(text, LEAD) for call in first_calls(task["task"], PLANNER)] == direct


def test_without_a_tool_for_it_the_answer_says_so() -> None:
    assert "no `todo_manager` tool" in Conversation(()).say("list my todos")


# --- answers ------------------------------------------------------------------------------------


def test_the_answer_is_made_of_the_tools_results_in_order() -> None:
    talk = Conversation(answer=lambda tool, _: (True, "Added buy milk." if tool == TODO else "Reminder at 10:00."))
    answer = talk.say("add a todo: buy milk and remind me in 10 minutes to stretch")
    assert without_footer(answer) == "Added buy milk.\n\nReminder at 10:00."


def test_a_failed_call_is_told_plainly_and_not_repeated() -> None:
    talk = Conversation(answer=lambda *_: (False, "There is no todo 'x'."))
    answer = talk.say("complete x")
    assert len(talk.steps) == 1
    assert "That did not work: There is no todo 'x'." in answer


def test_a_call_without_a_result_is_told() -> None:
    history = [UserText("list my todos"), AssistantStep("", calls=(ToolCall("c", TODO, {"action": "list"}),))]
    assert "gave no result" in reply(history, DIRECT, "copilot").text


def test_an_answered_question_is_repeated() -> None:
    talk = Conversation(answer=lambda *_: (True, "Dream"))
    assert "**Dream**" in talk.say("ask me which island")


@pytest.mark.parametrize(
    ("text", "footer"),
    [("hello", "en"), ("list my todos", "en"), ("你好", "zh"), ("我的待办有哪些？", "zh"), ("xyz", "en"), ("", "en")],
)
def test_every_answer_ends_by_saying_that_it_is_offline(text: str, footer: str) -> None:
    answer = Conversation().say(text)
    assert answer.endswith(FOOTER["zh" if footer == "zh" else "en"])
    assert "OPENROUTER_API_KEY" in answer
    assert "OPENAI_API_KEY" in answer


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("who are u", "offline model"),
        ("Who are you?", "`copilot`"),
        ("help", "`add a todo"),
        ("what can you do?", "`add a todo"),
        ("hello", "Hello."),
        ("thanks!", "welcome"),
        ("what is the capital of France?", "I can't answer that"),
        ("你是谁？", "离线模型"),
        ("你能做什么？", "添加待办"),
        ("你好", "你好。"),
        ("谢谢你", "不客气"),
        ("哪个岛最大？", "答不了"),
    ],
)
def test_small_talk(text: str, words: str) -> None:
    assert words in Conversation().say(text)


def test_it_remembers_what_was_said_in_the_session() -> None:
    talk = Conversation()
    assert "You have not told me" in talk.say("what is my name?")
    assert "Ada" in talk.say("My name is Ada and I like penguins")
    talk.say("add a todo: buy milk")
    assert "Your name is Ada." in talk.say("What's my name?")
    assert "> What's my name?" in talk.say("what did I just ask?")
    summary = talk.say("summarise our conversation")
    assert "5 messages" in summary
    assert "3. add a todo: buy milk" in summary


def test_it_remembers_in_chinese() -> None:
    talk = Conversation()
    talk.say("我叫小明")
    assert "你叫小明。" in talk.say("我叫什么名字？")
    assert "> 我叫什么名字？" in talk.say("我刚才问了什么？")
    assert "3 条消息" in talk.say("总结一下我们的对话")


@pytest.mark.parametrize("text", ["show me markdown", "demo", "演示 Markdown"])
def test_the_demo_shows_every_kind_of_markdown(text: str) -> None:
    answer = Conversation().say(text)
    for mark in ("## ", "- ", "|:--|", "- [x]", "```python", "$\\bar{x}"):
        assert mark in answer


@pytest.mark.parametrize(
    ("text", "last"), [("count to 5", 5), ("count to 5000", 5000), ("数到20", 20), ("从1数到3", 3)]
)
def test_it_counts(text: str, last: int) -> None:
    assert without_footer(Conversation().say(text)) == " ".join(map(str, range(1, last + 1)))


@pytest.mark.parametrize("text", ["count to 5001", "count to 0", "count to 999999999"])
def test_it_does_not_count_further_than_5000(text: str) -> None:
    assert "at most 5000" in Conversation().say(text)


# --- times --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rest", "when"),
    [
        ("buy milk tomorrow 9am", "buy milk", "tomorrow 9am"),
        ("every 2 hours to drink", "drink", "every 2 hours"),
        ("every monday and wednesday at 9:00 to run", "run", "every monday and wednesday at 9:00"),
        ("2026-01-02T10:00+08:00 to go", "go", "2026-01-02T10:00+08:00"),
        ("1小时30分钟后喝水", "喝水", "1小时30分钟后"),
        ("下周一上午10点开会", "开会", "下周一上午10点"),
        ("明天上午9点之前交报告", "交报告", "明天上午9点"),
        ("see where the cat sat", "see where the cat sat", ""),
        ("read chapter 7", "read chapter 7", ""),
    ],
)
def test_the_time_is_cut_from_the_words(text: str, rest: str, when: str) -> None:
    assert split_when(text) == (rest, when)


@pytest.mark.parametrize("text", ["in 10 minutes", "tomorrow at 9am", "every day at 8:00", "10分钟后", "明天上午9点"])
def test_a_time_alone_is_known(text: str) -> None:
    assert is_when(text)


# --- it always ends -----------------------------------------------------------------------------

PHRASES = st.sampled_from(
    [text for text, _ in TODOS + REMINDERS + QUESTIONS]
    + [
        "remind me to x",
        "add a todo",
        "提醒我",
        "average a by b",
        "plot it",
        "@t",
        "有哪些表",
        "run: x",
        "top 5 rows by a",
    ]
)
MESSAGES = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(PHRASES, st.text(max_size=20)), max_size=5).flatmap(
        lambda parts: st.sampled_from([" and ", "; ", "，然后", ". ", "\n", " "]).map(lambda joint: joint.join(parts))
    ),
)


RESULTS = st.sampled_from(
    [
        "1 table in this kernel:\n- t (pandas.DataFrame, 9 rows × 3 columns): a int64, b str, c date",
        "q1: 2 rows × 2 columns (b: VARCHAR, mean_a: DOUBLE)\n\n| b | mean_a |\n|---|---|\n| x | 1.5 |\n| null | 2 |",
        "q2: no rows × 1 column (rows: BIGINT); the user sees the table, you don't see its values.",
        "The user answered: a",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    messages=st.lists(MESSAGES, min_size=1, max_size=3),
    tools=st.sets(
        st.sampled_from([TODO, REMIND, ASK, PLAN, "ask_analyst", "list_tables", "query_table", "plot_table"])
    ),
    results=st.lists(st.tuples(st.booleans(), st.one_of(st.text(max_size=40), RESULTS)), min_size=1, max_size=4),
)
def test_any_conversation_ends_with_an_answer_that_says_it_is_offline(
    messages: list[str], tools: set[str], results: list[tuple[bool, str]]
) -> None:
    made: list[str] = []

    def answer(tool: str, arguments: dict[str, Any]) -> tuple[bool, str]:
        assert tool in tools
        made.append(repr((tool, arguments)))
        return results[len(made) % len(results)]

    talk = Conversation(tools, answer)
    for message in messages:
        made.clear()
        said = talk.say(message)
        assert said.endswith(tuple(FOOTER.values()))
        assert len(talk.steps) <= 5
        assert len(set(made)) == len(made), "a call was made twice in one turn"


def test_no_history_is_answered_too() -> None:
    assert isinstance(reply([], DIRECT, "copilot"), OfflineReply)


@pytest.mark.parametrize(
    "text",
    [
        "remind me " * 200,
        "remind me to a and " * 100,
        ", ".join(["add a"] * 400),
        "提醒我" * 600,
        "9" * 2000,
        " " * 50_000,
        "在1" * 900,
        "mark " + "a " * 900,
        "in 1 m " * 280,
        "@" * 100_000,
        "每周一" * 600,
        "\n" * 5000,
        "how many " * 44,
        "the " * 99,
        "average of the " * 26,
        "show me the " * 33,
        "按a的" * 130,
        "每个" * 199,
        "a 大于 " * 66,
        "between 1 and " * 28,
        "run: " * 5000,
        "SELECT " + "(" * 390,
    ],
    ids=range(22),
)
@pytest.mark.parametrize(
    "tools", [DIRECT, (*LEAD, "ask_analyst"), ("list_tables", "query_table", ASK)], ids=["own", "lead", "analyst"]
)
def test_long_and_odd_messages_are_read_in_no_time(text: str, tools: tuple[str, ...]) -> None:
    start = time.process_time()
    reply([UserText(text)], tools, "copilot")
    assert time.process_time() - start < 1.0
