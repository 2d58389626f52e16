"""The offline model in the real loop: nothing is sent, the real tools are called."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest
from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)
from turns import Hello, TurnOf, Wait, engine_for, other_tasks

from table_copilot_jupyter.engine.autogen_offline import history_of
from table_copilot_jupyter.engine.base import (
    AssistantStep,
    MessageDone,
    RequestSent,
    TextDelta,
    TokensUsed,
    ToolAnswer,
    ToolAnswers,
    ToolCall,
    ToolCallFinished,
    ToolCallStarted,
    UserText,
)
from table_copilot_jupyter.engine.offline import model as offline_model
from table_copilot_jupyter.engine.offline.model import OfflineReply
from table_copilot_jupyter.settings import Settings


@pytest.fixture
async def engine():
    running = engine_for(Settings())
    yield running
    await running.close()


def answers(monkeypatch, *replies: OfflineReply) -> list:
    """Let the offline model give these answers; returns what it was asked with."""
    left = list(replies)
    asked = []

    def reply(history, tools, agent):
        asked.append((list(history), set(tools), agent))
        return left.pop(0)

    monkeypatch.setattr(offline_model, "reply", reply)
    return asked


async def test_its_words_are_streamed_and_nothing_is_sent(engine, monkeypatch):
    text = "Hello there, this is the offline model. 你好，这里是离线模型。\n\nBye."
    asked = answers(monkeypatch, OfflineReply(text))
    turn = TurnOf(Settings(), "hi", tools=[Hello()])
    assert await turn.run(engine) == "complete"
    assert turn.text == text == turn.messages[0]
    assert 2 <= len(turn.of(TextDelta)) <= 4
    assert turn.of(RequestSent) == turn.of(TokensUsed) == []
    assert asked == [([UserText("hi")], {"hello"}, "copilot")]


async def test_with_a_delay_it_speaks_word_by_word(monkeypatch):
    settings = Settings(offline_delay=0.001)
    engine = engine_for(settings)
    answers(monkeypatch, OfflineReply("one two three four five six"))
    turn = TurnOf(settings, "count")
    await turn.run(engine)
    assert [event.text for event in turn.of(TextDelta)] == ["one ", "two ", "three ", "four ", "five ", "six"]


async def test_it_calls_real_tools_and_reads_their_results(engine, monkeypatch):
    asked = answers(
        monkeypatch, OfflineReply("Calling.", (("hello", {}), ("hello", {}))), OfflineReply("It said hello.")
    )
    turn = TurnOf(Settings(), "say hello", tools=[Hello()])
    assert await turn.run(engine) == "complete"
    first, second = turn.of(ToolCallStarted)
    assert first.call_id != second.call_id
    assert turn.results == [(True, "hello from copilot")] * 2
    assert turn.messages == ["Calling.", "It said hello."]
    calls = tuple(ToolCall(event.call_id, "hello", {}) for event in (first, second))
    assert asked[1][0] == [
        UserText("say hello"),
        AssistantStep("Calling.", calls=calls),
        ToolAnswers(tuple(ToolAnswer(call.call_id, "hello", True, "hello from copilot") for call in calls)),
    ]


async def test_a_cancel_keeps_what_was_said(monkeypatch):
    settings = Settings(offline_delay=0.01)
    engine = engine_for(settings)
    answers(monkeypatch, OfflineReply("word " * 1000))
    turn = TurnOf(settings, "count")
    running = asyncio.create_task(turn.run(engine))
    await turn.until(TextDelta, 2)
    turn.cancellation.cancel()
    assert await asyncio.wait_for(running, 1) == "cancelled"
    (done,) = turn.of(MessageDone)
    assert done.partial
    assert done.content == turn.text
    assert other_tasks() == set()


async def test_a_cancel_while_its_tool_runs(engine, monkeypatch):
    answers(monkeypatch, OfflineReply(calls=(("wait", {}),)))
    wait = Wait()
    turn = TurnOf(Settings(), "wait", tools=[wait])
    running = asyncio.create_task(turn.run(engine))
    await asyncio.wait_for(wait.all_running.wait(), 5)
    turn.cancellation.cancel()
    assert await asyncio.wait_for(running, 1) == "cancelled"
    assert turn.of(ToolCallFinished)[0].content == "Cancelled by the user before it finished."


async def test_the_built_in_answers_say_what_they_are(engine):
    turn = TurnOf(Settings(), "What are you?")
    assert await turn.run(engine) == "complete"
    assert "offline" in turn.text


def test_autogens_messages_are_read_back():
    call = FunctionCall(id="c", name="hello", arguments='{"a": 1}')
    result = FunctionExecutionResult(content="no", name="hello", call_id="c", is_error=True)
    assert history_of(
        [
            SystemMessage(content="prompt"),
            UserMessage(content="hi", source="user"),
            AssistantMessage(content=[call], thought="Hm.", source="agent"),
            FunctionExecutionResultMessage(content=[result]),
            AssistantMessage(content="bye", source="agent"),
        ]
    ) == [
        UserText("hi"),
        AssistantStep("Hm.", calls=(ToolCall("c", "hello", {"a": 1}),)),
        ToolAnswers((ToolAnswer("c", "hello", False, "no"),)),
        AssistantStep("bye"),
    ]


def test_openai_is_never_imported_for_it():
    code = """
import asyncio, sys
from turns import TurnOf, engine_for
from table_copilot_jupyter.settings import Settings
async def main():
    turn = TurnOf(Settings(), "hello")
    await turn.run(engine_for(Settings()))
    assert turn.text
asyncio.run(main())
print("openai" in sys.modules, "tiktoken" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=__file__.rpartition("/")[0]
    )
    assert done.stdout.strip() == "False False"
