"""The history that a model is shown: read from the log, repaired, trimmed."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.engine.base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText
from table_copilot_jupyter.engine.context import (
    INTERRUPTED,
    MIN_RESULT_CHARS,
    history_from_events,
    repair,
    shorten,
    trim,
)


def user(message_id: str, content: str, **more: Any) -> dict[str, Any]:
    return {"type": "user_message", "message_id": message_id, "content": content, "surface": "test", **more}


def started(message_id: str, turn_id: str, agent: str = "copilot") -> dict[str, Any]:
    return {"type": "turn_started", "message_id": message_id, "turn_id": turn_id, "agent": agent, "model": "m"}


def message(turn_id: str, message_id: str, content: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "turn_id": turn_id,
        "message_id": message_id,
        "agent": "copilot",
        "content": content,
        **more,
    }


def call(turn_id: str, message_id: str, call_id: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "tool_started",
        "turn_id": turn_id,
        "message_id": message_id,
        "call_id": call_id,
        "tool": "hello",
        "arguments": {"n": 1},
        "agent": "copilot",
        **more,
    }


def answered(turn_id: str, call_id: str, content: str = "ok") -> dict[str, Any]:
    return {
        "type": "tool_finished",
        "turn_id": turn_id,
        "call_id": call_id,
        "ok": True,
        "content": content,
        "elapsed_ms": 1,
    }


def finished(turn_id: str, reason: str = "complete") -> dict[str, Any]:
    return {"type": "turn_finished", "turn_id": turn_id, "reason": reason}


def history(*events: dict[str, Any], agent: str = "copilot") -> list[HistoryItem]:
    return history_from_events(events, agent=agent)


def tool(call_id: str) -> ToolCall:
    return ToolCall(call_id, "hello", {"n": 1})


def answer(call_id: str, content: str = "ok") -> ToolAnswer:
    return ToolAnswer(call_id, "hello", True, content)


class TestHistoryFromEvents:
    def test_a_step_is_its_text_and_its_calls(self):
        assert history(
            user("u1", "hello?"),
            started("u1", "t1"),
            message("t1", "m1", "Let me see.", reasoning="Hm."),
            call("t1", "m1", "c1"),
            call("t1", "m1", "c2"),
            answered("t1", "c2", "two"),
            answered("t1", "c1", "one"),
            {"type": "sent", "turn_id": "t1", "model": "m", "host": "h", "bytes": 1},
            call("t1", "m2", "c3"),
            answered("t1", "c3"),
            message("t1", "m3", "Hello."),
            finished("t1"),
        ) == [
            UserText("hello?"),
            AssistantStep("Let me see.", "Hm.", (tool("c1"), tool("c2"))),
            ToolAnswers((answer("c2", "two"), answer("c1", "one"))),
            AssistantStep("", "", (tool("c3"),)),
            ToolAnswers((answer("c3"),)),
            AssistantStep("Hello."),
        ]

    def test_receipts_of_a_turn_that_was_taken_back_are_nothing_to_show(self):
        assert history(
            user("u1", "hello?"),
            started("u1", "t1"),
            message("t1", "m1", "Hello."),
            finished("t1"),
            {"type": "sent", "turn_id": "t2", "model": "m", "host": "h", "bytes": 1},
            {"type": "usage", "turn_id": "t2", "model": "m", "input": 1, "output": 1},
            {"type": "rewound", "turn_id": None, "message_id": "u2", "first_seq": 5},
            user("u3", "still there?"),
        ) == [UserText("hello?"), AssistantStep("Hello."), UserText("still there?")]

    def test_what_happens_inside_a_delegation_is_left_out(self):
        assert history(
            user("u1", "plan"),
            started("u1", "t1"),
            call("t1", "m1", "d1"),
            message("t1", "n1", "inside", parent_call_id="d1"),
            call("t1", "n1", "x1", parent_call_id="d1"),
            answered("t1", "x1", "inside too"),
            answered("t1", "d1", "planned"),
            message("t1", "m2", "Done."),
        ) == [
            UserText("plan"),
            AssistantStep("", "", (tool("d1"),)),
            ToolAnswers((answer("d1", "planned"),)),
            AssistantStep("Done."),
        ]

    def test_of_another_agents_turn_the_question_and_the_final_answer_remain(self):
        events = [
            user("u1", "@planner plan"),
            started("u1", "t1", "planner"),
            message("t1", "m1", "Looking."),
            call("t1", "m1", "c1"),
            answered("t1", "c1"),
            message("t1", "m2", "Planned."),
            finished("t1"),
        ]
        assert history(*events) == [UserText("@planner plan"), AssistantStep("Planned.")]
        assert len(history(*events, agent="planner")) == 4

    def test_queued_messages_wait_for_their_turn_and_withdrawn_ones_never_come(self):
        events = [
            user("u1", "one"),
            started("u1", "t1"),
            user("u2", "two", queued=True),
            user("u3", "three", queued=True),
            user("u4", "four", queued=True),
            message("t1", "m1", "first"),
            finished("t1"),
            {"type": "message_withdrawn", "message_id": "u3"},
        ]
        assert history(*events) == [UserText("one"), AssistantStep("first")]
        assert history(*events, started("u2", "t2")) == [UserText("one"), AssistantStep("first"), UserText("two")]

    def test_a_message_whose_turn_has_not_begun_counts(self):
        assert history(user("u1", "one")) == [UserText("one")]

    def test_an_error_leaves_the_users_words(self):
        assert history(
            user("u1", "one"),
            started("u1", "t1"),
            {"type": "error", "turn_id": "t1", "code": "auth", "message": "no"},
            finished("t1", "error"),
            user("u2", "two"),
            started("u2", "t2"),
        ) == [UserText("one"), UserText("two")]

    def test_a_text_that_was_stopped_or_cut_off_says_so(self):
        def after(reason: str) -> HistoryItem:
            return history(
                user("u1", "one"),
                started("u1", "t1"),
                message("t1", "m1", "I was", partial=True),
                finished("t1", reason),
            )[-1]

        assert after("cancelled") == AssistantStep("I was\n\n[stopped by the user here]")
        assert after("error") == after("interrupted") == AssistantStep("I was\n\n[cut off here]")

    def test_reasoning_without_text_is_no_step(self):
        assert history(
            user("u1", "one"), started("u1", "t1"), message("t1", "m1", "", reasoning="Hm.", partial=True)
        ) == [UserText("one")]

    def test_a_turn_that_is_taken_up_again_goes_on_where_it_was(self):
        assert history(
            user("u1", "one"),
            started("u1", "t1"),
            call("t1", "m1", "c1"),
            answered("t1", "c1", "Monday"),
            started("u1", "t2"),
            message("t2", "m2", "Booked."),
        ) == [
            UserText("one"),
            AssistantStep("", "", (tool("c1"),)),
            ToolAnswers((answer("c1", "Monday"),)),
            AssistantStep("Booked."),
        ]

    def test_clearing_forgets_what_was_before(self):
        assert history(user("u1", "one"), {"type": "cleared"}, user("u2", "two")) == [UserText("two")]

    def test_equal_messages_stay_apart(self):
        assert history(
            user("u1", "again"), started("u1", "t1"), finished("t1"), user("u2", "again"), started("u2", "t2")
        ) == [UserText("again"), UserText("again")]


class TestRepair:
    def test_open_calls_get_an_answer_and_orphans_go(self):
        assert repair(
            [
                ToolAnswers((answer("lost"),)),
                UserText("one"),
                AssistantStep("", calls=(tool("c1"), tool("c2"))),
                ToolAnswers((answer("c2"), answer("stray"))),
                AssistantStep(""),
                UserText("two"),
            ]
        ) == [
            UserText("one"),
            AssistantStep("", calls=(tool("c1"), tool("c2"))),
            ToolAnswers((ToolAnswer("c1", "hello", False, INTERRUPTED), answer("c2"))),
            UserText("two"),
        ]

    def test_answers_in_two_parts_become_one(self):
        step = AssistantStep("x", calls=(tool("c1"), tool("c2")))
        assert repair([step, ToolAnswers((answer("c2"),)), ToolAnswers((answer("c1"),))]) == [
            step,
            ToolAnswers((answer("c1"), answer("c2"))),
        ]


class TestTrim:
    def test_the_newest_whole_turns_stay(self):
        turns = [item for n in range(5) for item in (UserText(f"question {n}"), AssistantStep("x" * 90))]
        assert trim(turns, 210) == turns[-4:]
        assert trim(turns, 10_000) == turns

    def test_a_last_turn_that_is_too_big_keeps_its_question_and_shortens_results(self):
        step = AssistantStep("", calls=(ToolCall("c1", "f", {}), ToolCall("c2", "f", {})))
        big = ToolAnswers(
            (ToolAnswer("c1", "f", True, "a" * 5_000 + "z" * 5_000), ToolAnswer("c2", "f", True, "short"))
        )
        question, _, results = trim([UserText("old"), UserText("q" * 300), step, big], 1_500)
        assert question == UserText("q" * 300)
        assert isinstance(results, ToolAnswers)
        long, short = results.answers
        assert short.content == "short"
        assert len(long.content) <= 1_200
        assert long.content.startswith("aaa")
        assert long.content.endswith("zzz")
        assert "characters left out here" in long.content

    def test_the_oldest_steps_of_a_turn_go_last_of_all(self):
        steps = [
            item
            for n in range(10)
            for item in (AssistantStep("t" * 500, calls=(tool(f"c{n}"),)), ToolAnswers((answer(f"c{n}"),)))
        ]
        assert trim([UserText("question"), *steps], 1_200) == [UserText("question"), *steps[-4:]]

    def test_a_shortened_text_keeps_its_ends(self):
        assert shorten("x" * 300, 300) == "x" * 300
        text = shorten("b" + "x" * 5_000 + "e", 250)
        assert len(text) <= 250
        assert (text[0], text[-1]) == ("b", "e")


IDS = st.sampled_from(["c1", "c2", "c3"])
ITEMS = st.one_of(
    st.builds(UserText, st.text(min_size=1, max_size=50)),
    st.builds(AssistantStep, st.text(max_size=300), calls=st.lists(st.builds(tool, IDS), max_size=3).map(tuple)),
    st.builds(ToolAnswers, st.lists(st.builds(answer, IDS, st.text(max_size=900)), max_size=4).map(tuple)),
)
HISTORIES = st.lists(ITEMS, max_size=15)


def is_accepted(items: list[HistoryItem]) -> bool:
    """What a strict provider demands: right after calls their answers, each once, and answers nowhere else."""
    expected: list[str] = []
    for item in items:
        if isinstance(item, ToolAnswers):
            if [given.call_id for given in item.answers] != expected:
                return False
            expected = []
            continue
        if expected:
            return False
        if isinstance(item, AssistantStep):
            expected = [asked.call_id for asked in item.calls]
            if len(set(expected)) != len(expected) or not (item.content or expected):
                return False
    return not expected


class TestProperties:
    @given(HISTORIES)
    def test_repaired_histories_are_accepted_and_stay_as_they_are(self, items):
        repaired = repair(items)
        assert is_accepted(repaired)
        assert repair(repaired) == repaired
        assert [item for item in repaired if isinstance(item, UserText)] == [
            item for item in items if isinstance(item, UserText)
        ]

    @given(HISTORIES, st.integers(0, 3_000))
    def test_trimmed_histories_are_accepted_and_end_as_they_did(self, items, room):
        repaired = repair(items)
        trimmed = trim(repaired, room)
        assert is_accepted(trimmed)
        assert bool(trimmed) == bool(repaired)
        users = [item for item in repaired if isinstance(item, UserText)]
        assert users[-1:] == [item for item in trimmed if isinstance(item, UserText)][-1:]
        if trimmed and isinstance(repaired[-1], UserText):
            assert trimmed[-1] == repaired[-1]
        last = max((position for position, item in enumerate(trimmed) if isinstance(item, UserText)), default=0)
        if last > 0:
            assert sum(map(len_of, trimmed)) <= room

    @given(st.text(max_size=2_000), st.integers(0, 2_500))
    def test_shortened_texts_fit(self, text, limit):
        assert len(shorten(text, limit)) <= max(limit, MIN_RESULT_CHARS, len(text) if len(text) <= limit else 0)


def len_of(item: HistoryItem) -> int:
    if isinstance(item, ToolAnswers):
        return sum(len(given.content) for given in item.answers)
    return len(item.content)
