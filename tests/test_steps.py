"""What a turn shares: its deadline, its call ids, the messages of its steps."""

from __future__ import annotations

import asyncio

import pytest
from turns import TurnOf

from table_copilot_jupyter.engine.base import AssistantStep, MessageDone, TextDelta, ToolCall, UserText
from table_copilot_jupyter.engine.steps import Deadline, Steps, Turn
from table_copilot_jupyter.settings import Settings


class TestDeadline:
    async def test_expires_once(self):
        expired = asyncio.Event()
        deadline = Deadline(0.01, expired.set)
        deadline.start()
        await asyncio.wait_for(expired.wait(), 1)
        assert deadline.expired

    async def test_what_was_used_before_a_pause_counts(self):
        expired = asyncio.Event()
        deadline = Deadline(0.6, expired.set)
        deadline.start()
        await asyncio.sleep(0.5)
        deadline.pause()
        deadline.pause()
        await asyncio.sleep(0.1)
        deadline.resume()
        await asyncio.sleep(0.1)
        assert not deadline.expired
        deadline.resume()
        await asyncio.wait_for(expired.wait(), 0.5)

    @pytest.mark.parametrize("seconds", [0.0, 0.01])
    async def test_without_seconds_or_after_its_stop_it_never_comes(self, seconds):
        deadline = Deadline(seconds, lambda: pytest.fail("it expired"))
        deadline.start()
        deadline.pause()
        if seconds:
            deadline.stop()
        deadline.resume()
        await asyncio.sleep(0.03)
        assert not deadline.expired


class TestTurn:
    async def test_stop_tells_everyone_once_also_the_latecomers(self):
        of = TurnOf(Settings(), "hello")
        turn = Turn(of.request, of.log, Settings())
        told: list[str] = []
        turn.on_stop(lambda: told.append("early"))
        turn.stop()
        turn.stop()
        turn.on_stop(lambda: told.append("late"))
        assert told == ["early", "late"]

    async def test_call_ids_are_kept_where_they_are_new(self):
        of = TurnOf(Settings(), [UserText("x"), AssistantStep("", calls=(ToolCall("old", "f", {}),))])
        turn = Turn(of.request, of.log, Settings())
        assert turn.unique_call_id("new") == "new"
        for taken in ("old", "new", "", "x" * 129):
            assert turn.unique_call_id(taken) != taken


class TestSteps:
    async def test_each_step_has_its_own_message(self):
        of = TurnOf(Settings(), "hello")
        steps = Steps(Turn(of.request, of.log, Settings()), "planner", "c1")
        for words in (["a ", "b"], [], ["c"]):
            steps.begin()
            for word in words:
                steps.add_text(word)
            steps.end(partial=words == ["c"])
        first, second = of.of(MessageDone)
        assert (first.content, first.partial, first.parent_call_id) == ("a b", False, "c1")
        assert (second.content, second.partial) == ("c", True)
        assert [event.message_id for event in of.of(TextDelta)] == [first.message_id] * 2 + [second.message_id]
