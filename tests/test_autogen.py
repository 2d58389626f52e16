"""Turns of the engine against a model server: answers, tools, steps, errors, cancel, resume."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
import time
import traceback

import pytest
from mock_model import Call, MockModel, Reply
from turns import (
    KEY,
    Hello,
    Patient,
    Stubborn,
    TurnOf,
    Wait,
    engine_for,
    other_tasks,
    settings_for,
)

from table_copilot_jupyter.agents.spec import AgentSpec
from table_copilot_jupyter.engine.autogen import AutoGenEngine
from table_copilot_jupyter.engine.base import (
    AssistantStep,
    EngineEvent,
    MessageDone,
    ReasoningDelta,
    RequestSent,
    TextDelta,
    TokensUsed,
    ToolAnswer,
    ToolAnswers,
    ToolCall,
    ToolCallFinished,
    ToolCallOutput,
    ToolCallStarted,
    UserText,
)
from table_copilot_jupyter.protocol import CopilotError, ErrorCode
from table_copilot_jupyter.settings import Settings

PLANNER = AgentSpec("planner", "Plans todos and reminders.", "You plan.", tools=("hello", "wait"))


@pytest.fixture
async def server():
    async with MockModel() as running:
        yield running


@pytest.fixture
async def engine(server: MockModel):
    running = engine_for(settings_for(server))
    yield running
    await running.close()


def turn_of(server: MockModel, *arguments, **options) -> TurnOf:
    return TurnOf(settings_for(server), *arguments, **options)


async def fails(turn: TurnOf, engine: AutoGenEngine) -> CopilotError:
    with pytest.raises(CopilotError) as caught:
        await turn.run(engine)
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


class TestAnswers:
    async def test_text_is_streamed_in_pieces_and_reported_whole(self, server, engine):
        server.script(Reply(text="The table has three columns.", usage=(12, 5)))
        turn = turn_of(server, "What is in the table?")
        assert await turn.run(engine) == "complete"
        assert turn.text == "The table has three columns."
        assert len(turn.of(TextDelta)) == 5
        (done,) = turn.of(MessageDone)
        assert (done.content, done.partial, done.parent_call_id) == ("The table has three columns.", False, None)
        assert {event.message_id for event in turn.of(TextDelta)} == {done.message_id}
        assert {event.agent for event in turn.of(TextDelta)} == {"copilot"}
        assert turn.of(TokensUsed) == [TokensUsed("moonshotai/kimi-k2.5", 12, 5)]

    async def test_a_request_leaves_a_receipt_with_its_true_size(self, server, engine):
        turn = turn_of(server, "Grüße, 你好")
        await turn.run(engine)
        (sent,) = turn.of(RequestSent)
        data = server.requests[0].data
        assert (sent.model, sent.host) == ("moonshotai/kimi-k2.5", f"127.0.0.1:{server.port}")
        assert (sent.bytes, sent.payload) == (len(data), data.decode())

    async def test_the_request_holds_prompt_note_history_and_tools(self, server, engine):
        history = [UserText("one"), AssistantStep("two"), UserText("three")]
        await turn_of(server, history, note="It is Monday.", tools=[Hello()]).run(engine)
        body = server.requests[0].body
        assert body["messages"] == [
            {"role": "system", "content": "You are a copilot.\n\nIt is Monday."},
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"},
        ]
        assert body["stream"] is True
        assert body["stream_options"] == {"include_usage": True}
        (tool,) = body["tools"]
        assert tool["function"]["name"] == "hello"
        assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"

    async def test_a_history_that_is_too_long_is_cut_by_whole_turns(self, server):
        engine = engine_for(settings_for(server, context_tokens=2_000))
        history = [item for n in range(10) for item in (UserText(f"q{n} " + "x" * 1500), AssistantStep("y" * 500))]
        await turn_of(server, [*history, UserText("now")]).run(engine)
        roles = [message["role"] for message in server.requests[0].messages]
        assert roles == ["system", "user", "assistant", "user", "assistant", "user"]
        await engine.close()

    async def test_reasoning_is_streamed_apart_from_the_text(self, server, engine):
        for field in ("reasoning_content", "reasoning"):
            server.script(Reply(text="Four.", reasoning="<think> two and two", reasoning_field=field))
            turn = turn_of(server, "2+2?")
            await turn.run(engine)
            assert turn.text == "Four."
            assert "".join(event.text for event in turn.of(ReasoningDelta)) == "<think> two and two"
            assert [(done.content, done.reasoning) for done in turn.of(MessageDone)] == [
                ("Four.", "<think> two and two")
            ]

    async def test_an_answer_cut_by_the_models_limit_is_kept_and_reported(self, server, engine):
        server.script(Reply(text="This is as far as", finish="length"))
        turn = turn_of(server, "Go on and on.")
        assert await turn.run(engine) == "limit"
        assert turn.messages == ["This is as far as"]

    async def test_no_warning_no_prompt_in_the_log(self, server, engine, caplog):
        with caplog.at_level(logging.INFO):
            await turn_of(server, "the-words-of-the-user @tool:hello").run(engine)
        assert "the-words-of-the-user" not in caplog.text

    async def test_many_turns_side_by_side_do_not_mix(self, server, engine):
        turns = [turn_of(server, f"number{n} @delay:0.001") for n in range(20)]
        await asyncio.gather(*(turn.run(engine) for turn in turns))
        assert [turn.text for turn in turns] == [f"You said: number{n} @delay:0.001" for n in range(20)]
        assert other_tasks() == set()

    async def test_connections_are_used_again(self, server, engine):
        for _ in range(5):
            await turn_of(server, "again").run(engine)
        assert server.connections == 1

    async def test_halves_of_a_character_become_whole(self, server, engine):
        def event(piece: str, finish: str | None = None) -> str:
            choice = {"index": 0, "delta": {"content": piece}, "finish_reason": finish}
            return f"data: {json.dumps({'choices': [choice]})}\n\n"

        server.script(Reply(raw=event("ok \ud83d") + event("\ude00 and \ud800 alone", "stop") + "data: [DONE]\n\n"))
        turn = turn_of(server, "smile")
        await turn.run(engine)
        assert turn.text == "ok \U0001f600 and \ufffd alone" == turn.messages[0]


class TestTools:
    async def test_a_call_its_result_and_the_answer(self, server, engine):
        server.script(Reply(text="Let me add.", calls=[Call("add", '{"a": 2, "b": "3"}', "c1", pieces=4)]))
        turn = turn_of(server, "2+3?")
        assert await turn.run(engine) == "complete"
        kinds = [type(event) for event in turn.events if not isinstance(event, TextDelta | TokensUsed)]
        assert kinds == [RequestSent, MessageDone, ToolCallStarted, ToolCallFinished, RequestSent, MessageDone]
        (started,) = turn.of(ToolCallStarted)
        preamble, answer = turn.of(MessageDone)
        assert (started.call_id, started.tool, started.arguments) == ("c1", "add", {"a": 2, "b": "3"})
        assert started.message_id == preamble.message_id != answer.message_id
        assert turn.results == [(True, "5")]
        assert turn.of(ToolCallFinished)[0].elapsed_ms >= 0
        assert server.requests[1].messages[-2:] == [
            {
                "role": "assistant",
                "content": "Let me add.",
                "tool_calls": [
                    {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 2, "b": "3"}'}}
                ],
                "reasoning_content": ".",
            },
            {"role": "tool", "tool_call_id": "c1", "content": "5"},
        ]

    async def test_parallel_calls_run_side_by_side_and_keep_their_results(self, server, engine):
        wait = Wait(expected=2)
        server.script(Reply(calls=[Call("wait", call_id="a"), Call("wait", call_id="b"), Call("hello", "", "c")]))
        turn = turn_of(server, "all at once", tools=[wait, Hello()])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(wait.all_running.wait(), 5)
        assert [event.call_id for event in turn.of(ToolCallStarted)] == ["a", "b", "c"]
        wait.release.set()
        assert await running == "complete"
        results = {m["tool_call_id"]: m["content"] for m in server.requests[1].messages if m["role"] == "tool"}
        assert results == {"a": "released", "b": "released", "c": "hello from copilot"}

    async def test_a_tools_output_stands_between_its_start_and_its_end(self, server, engine):
        server.script(Reply(calls=[Call("hello", call_id="c")]))
        turn = turn_of(server, "hello")
        await turn.run(engine)
        kinds = [type(event) for event in turn.events if getattr(event, "call_id", "") == "c"]
        assert kinds == [ToolCallStarted, ToolCallOutput, ToolCallFinished]

    @pytest.mark.parametrize(
        ("call", "says"),
        [
            (Call("add", "{not json"), "'{not json' are not JSON. Call add again with a JSON object."),
            (Call("add", "[1, 2]"), "'[1, 2]' are not a JSON object."),
            (Call("add", '{"a": "x"}'), "a (it is 'x')"),
            (Call("add", ""), "a: Field required"),
            (Call("add", '{"a": 1, "c": 2}'), "c (it is 2)"),
            (Call("nope", '{"a": 1}'), "There is no tool 'nope'. The tools are: add, hello, refuse, boom."),
            (Call("has space.and.dots"), "There is no tool 'has_space_and_dots'."),
            (Call(""), "There is no tool 'unnamed'."),
            (Call("refuse"), "There is no todo '7'. List them first."),
            (Call("boom"), "boom failed with RuntimeError. The server's log has the details."),
        ],
    )
    async def test_what_goes_wrong_is_told_to_the_model_and_the_turn_goes_on(self, server, engine, caplog, call, says):
        server.script(Reply(calls=[call]))
        turn = turn_of(server, "try it")
        assert await turn.run(engine) == "complete"
        ((ok, content),) = turn.results
        assert not ok
        assert says in content
        assert KEY not in content + caplog.text
        assert ("Traceback" in caplog.text) == (call.name == "boom")
        assert says in server.requests[1].messages[-1]["content"]
        assert server.refusals == []

    async def test_no_arguments_at_all_suffice_for_a_tool_that_takes_none(self, server, engine):
        for arguments in ("", "{}", "null", " "):
            server.script(Reply(calls=[Call("hello", arguments)]))
            turn = turn_of(server, "hello")
            await turn.run(engine)
            assert turn.called == [("hello", {})]
            assert turn.results == [(True, "hello from copilot")]

    async def test_an_unknown_tool_is_not_offered_afterwards(self, server, engine):
        server.script(Reply(calls=[Call("nope"), Call("nope"), Call("hello")]))
        await turn_of(server, "try").run(engine)
        assert [tool["function"]["name"] for tool in server.requests[1].body["tools"]] == [
            tool["function"]["name"] for tool in server.requests[0].body["tools"]
        ]

    async def test_call_ids_are_unique_within_a_session(self, server, engine):
        history = [
            UserText("before"),
            AssistantStep("", calls=(ToolCall("hello:0", "hello", {}),)),
            ToolAnswers((ToolAnswer("hello:0", "hello", True, "hello"),)),
            UserText("now"),
        ]
        server.script(Reply(calls=[Call("hello", call_id="hello:0"), Call("hello", call_id="")]))
        turn = turn_of(server, history)
        assert await turn.run(engine) == "complete"
        ids = [event.call_id for event in turn.of(ToolCallStarted)]
        assert len({"hello:0", "", *ids}) == 4

    async def test_the_step_limit_ends_the_turn_with_a_word_to_the_user(self, server, engine):
        server.responder = lambda request: Reply(calls=[Call("hello")])
        turn = turn_of(server, "for ever", max_steps=3)
        assert await turn.run(engine) == "limit"
        assert len(server.requests) == 3
        assert turn.messages == ["I stop here: this turn has used its 3 steps. Say “continue” and I go on."]
        assert turn.text == turn.messages[0]
        assert len(turn.results) == 3

    async def test_an_answer_without_text_after_tools_is_an_end(self, server, engine):
        server.script(Reply(calls=[Call("hello")]), Reply())
        turn = turn_of(server, "hello")
        assert await turn.run(engine) == "complete"
        assert turn.messages == []


class TestReasoningReplay:
    async def test_two_turns_satisfy_a_provider_that_wants_its_reasoning_back(self):
        async with MockModel(strict_reasoning=True) as server:
            engine = engine_for(settings_for(server))
            server.script(
                Reply(reasoning="I need hello.", calls=[Call("hello", call_id="c1"), Call("hello", call_id="c2")]),
                Reply(text="Done."),
                Reply(calls=[Call("hello", call_id="c3")]),
                Reply(text="Done again."),
            )
            first = turn_of(server, "hello")
            assert await first.run(engine) == "complete"
            assert server.requests[1].messages[-3]["reasoning_content"] == "I need hello."
            history = [
                UserText("hello"),
                AssistantStep("", "I need hello.", (ToolCall("c1", "hello", {}), ToolCall("c2", "hello", {}))),
                ToolAnswers((ToolAnswer("c1", "hello", True, "x"), ToolAnswer("c2", "hello", True, "x"))),
                AssistantStep("Done."),
                UserText("and again"),
            ]
            second = turn_of(server, history)
            assert await second.run(engine) == "complete"
            assert server.requests[2].messages[2]["reasoning_content"] == "I need hello."
            assert server.requests[3].messages[-2]["reasoning_content"] == "."
            assert server.refusals == []
            await engine.close()

    async def test_other_providers_get_none(self, server):
        settings = Settings(ollama_host=server.url, model_idle_timeout=5)
        engine = engine_for(settings)
        server.script(Reply(reasoning="Hm.", calls=[Call("hello")]))
        await TurnOf(settings, "hello").run(engine)
        assert "reasoning_content" not in server.requests[1].messages[-2]
        await engine.close()


class TestProviderFaults:
    @pytest.mark.parametrize(
        ("reply", "code", "says"),
        [
            (Reply(status=401, echo_key=True), ErrorCode.AUTH, "OpenRouter refused the key. Check OPENROUTER_API_KEY"),
            (Reply(status=403, echo_key=True), ErrorCode.AUTH, "(you sent ***)"),
            (Reply(status=402), ErrorCode.AUTH, "no credit"),
            (Reply(status=404), ErrorCode.MODEL_UNAVAILABLE, "no model 'moonshotai/kimi-k2.5'. Set MODEL_NAME"),
            (Reply(status=429, retry_after="30"), ErrorCode.RATE_LIMITED, "Wait 30 s"),
            (Reply(status=400, error="the temperature is odd"), ErrorCode.MODEL_ERROR, "the temperature is odd"),
            (Reply(status=400, error="maximum context length is 9 tokens"), ErrorCode.MODEL_ERROR, "/new"),
            (Reply(status=307, location="http://127.0.0.1:1/"), ErrorCode.MODEL_UNAVAILABLE, "points elsewhere"),
            (Reply(raw="<html>", content_type="text/html"), ErrorCode.MODEL_ERROR, "not an event stream"),
            (Reply(raw="data: {nonsense\n\n"), ErrorCode.MODEL_ERROR, "is not JSON"),
            (Reply(raw="data: 17\n\n"), ErrorCode.MODEL_ERROR, "not a JSON object"),
            (Reply(raw='data: {"choices": [17]}\n\n'), ErrorCode.MODEL_ERROR, "unknown shape"),
            (Reply(raw=""), ErrorCode.MODEL_ERROR, "it is empty"),
            (
                Reply(raw='{"error": {"message": "overloaded", "code": 503}}', content_type="application/json"),
                ErrorCode.MODEL_UNAVAILABLE,
                "(503): overloaded",
            ),
            (Reply(text=""), ErrorCode.MODEL_ERROR, "empty answer"),
            (Reply(text="", finish="content_filter"), ErrorCode.MODEL_ERROR, "content filter"),
        ],
    )
    async def test_a_refusal_is_told_once_and_in_words(self, server, engine, reply, code, says):
        server.script(reply)
        error = await fails(turn := turn_of(server, "hello"), engine)
        assert error.code == code
        assert says in str(error)
        assert len(server.requests) == len(turn.of(RequestSent)) == 1
        assert turn.messages == []

    async def test_the_key_and_the_question_do_not_follow_a_redirect(self, server, engine):
        async with MockModel() as other:
            server.script(Reply(status=307, location=f"{other.url}/chat/completions"))
            await fails(turn_of(server, "hello"), engine)
            assert other.requests == []

    @pytest.mark.parametrize(
        "fault",
        [Reply(status=429), Reply(status=429, retry_after="0"), Reply(status=503), Reply(close_before=True)],
        ids=["429", "429 with a time", "503", "closed before the first byte"],
    )
    async def test_a_passing_fault_before_the_first_byte_is_tried_again(self, server, engine, fault):
        server.script(fault, fault, Reply(text="Here I am."))
        turn = turn_of(server, "hello")
        assert await turn.run(engine) == "complete"
        assert turn.messages == ["Here I am."]
        assert len(server.requests) == len(turn.of(RequestSent)) == 3

    async def test_a_lasting_fault_is_tried_three_times(self, server, engine):
        server.responder = lambda request: Reply(status=500)
        error = await fails(turn_of(server, "hello"), engine)
        assert error.code == ErrorCode.MODEL_UNAVAILABLE
        assert len(server.requests) == 3

    async def test_nobody_listens(self, server):
        gone = settings_for(server, openrouter_base_url="http://127.0.0.1:9/v1")
        engine = engine_for(gone)
        error = await fails(TurnOf(gone, "hello"), engine)
        assert (error.code, error.message) == (
            ErrorCode.MODEL_UNAVAILABLE,
            "There is no connection to '127.0.0.1:9'.",
        )
        await engine.close()

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(text="one two three four", cut_after=3),
            Reply(text="one two", finish=None),
            Reply(text="one two", finish=None, done=False),
            Reply(text="one two", stream_error={"message": "the provider broke off", "code": 502}),
        ],
        ids=["socket cut", "no finish reason", "neither finish reason nor end", "error in the stream"],
    )
    async def test_what_breaks_off_is_an_error_and_its_text_is_kept(self, server, engine, reply):
        server.script(reply)
        error = await fails(turn := turn_of(server, "count"), engine)
        assert error.code in (ErrorCode.MODEL_ERROR, ErrorCode.MODEL_UNAVAILABLE)
        assert len(server.requests) == 1
        (done,) = turn.of(MessageDone)
        assert done.partial
        assert done.content == turn.text == "one two "[: len(done.content)]
        assert turn.events[-1] is done
        assert other_tasks() == set()

    async def test_an_end_without_done_is_an_end(self, server, engine):
        server.script(Reply(text="All of it.", done=False))
        turn = turn_of(server, "hello")
        assert await turn.run(engine) == "complete"
        assert turn.messages == ["All of it."]

    @pytest.mark.parametrize("where", ["headers", "stream"])
    async def test_silence_ends_at_the_idle_deadline(self, server, where):
        settings = settings_for(server, model_idle_timeout=0.2)
        engine = engine_for(settings)
        server.script(Reply(text="I was about to", hang=where))
        error = await fails(turn := TurnOf(settings, "hello"), engine)
        assert (error.code, error.message) == (ErrorCode.TIMEOUT, "OpenRouter sent nothing for 0.2 s.")
        assert turn.messages == ([] if where == "headers" else ["I was about to"])
        await server.until(lambda it: it.streaming == 0)
        await engine.close()

    async def test_a_slow_answer_is_not_silence(self, server):
        settings = settings_for(server, model_idle_timeout=0.3)
        engine = engine_for(settings)
        server.script(Reply(text="word " * 10, delay=0.06))
        turn = TurnOf(settings, "slowly")
        assert await turn.run(engine) == "complete"
        assert turn.text == "word " * 10
        await engine.close()

    async def test_silence_after_the_finish_reason_does_no_harm(self, server):
        settings = settings_for(server, model_idle_timeout=0.2)
        engine = engine_for(settings)
        server.script(Reply(text="All of it.", hang="end"))
        turn = TurnOf(settings, "hello")
        assert await turn.run(engine) == "complete"
        assert turn.messages == ["All of it."]
        await engine.close()


class TestCancel:
    async def test_mid_answer_the_text_is_kept_and_the_socket_closed_at_once(self, server, engine):
        server.script(Reply(text="one two three", hang="stream"))
        turn = turn_of(server, "count")
        running = asyncio.create_task(turn.run(engine))
        await turn.until(TextDelta, 3)
        started = time.perf_counter()
        turn.cancellation.cancel()
        await server.until(lambda it: it.closed_by_client == 1)
        assert time.perf_counter() - started < 0.2
        assert await running == "cancelled"
        (done,) = turn.of(MessageDone)
        assert (done.content, done.partial) == ("one two three", True)
        assert other_tasks() == set()

    async def test_before_the_first_word(self, server, engine):
        server.script(Reply(hang="headers"))
        turn = turn_of(server, "hello")
        running = asyncio.create_task(turn.run(engine))
        await server.until(lambda it: it.streaming == 1)
        turn.cancellation.cancel()
        assert await running == "cancelled"
        assert turn.messages == []

    async def test_before_the_turn_nothing_is_sent(self, server, engine):
        turn = turn_of(server, "hello")
        turn.cancellation.cancel()
        assert await turn.run(engine) == "cancelled"
        assert server.requests == []

    async def test_while_waiting_to_try_again(self, server):
        engine = engine_for(settings_for(server), retry_delay=30)
        server.script(Reply(status=503))
        turn = turn_of(server, "hello")
        running = asyncio.create_task(turn.run(engine))
        await server.until(lambda it: len(it.requests) == 1)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 1) == "cancelled"
        await engine.close()

    async def test_while_tools_run_each_gets_its_result(self, server, engine):
        wait = Wait(expected=2)
        server.script(Reply(text="Both.", calls=[Call("wait"), Call("wait"), Call("hello")]))
        turn = turn_of(server, "wait", tools=[wait, Hello()])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(wait.all_running.wait(), 5)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 1) == "cancelled"
        assert wait.cancelled == 2
        assert sorted(turn.results) == [
            (False, "Cancelled by the user before it finished."),
            (False, "Cancelled by the user before it finished."),
            (True, "hello from copilot"),
        ]
        assert len(server.requests) == 1
        assert other_tasks() == set()

    async def test_while_the_user_is_asked(self, server, engine):
        server.script(Reply(calls=[Call("patient")]))
        turn = turn_of(server, "ask me", tools=[Patient()])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(turn.asked.wait(), 5)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 1) == "cancelled"
        assert turn.results == [(False, "Cancelled by the user before it finished.")]
        assert other_tasks() == set()

    async def test_a_tool_that_does_not_end_is_left_behind(self, server, engine, caplog):
        stubborn = Stubborn()
        server.script(Reply(calls=[Call("stubborn")]))
        turn = turn_of(server, "wait", tools=[stubborn])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(stubborn.all_running.wait(), 5)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 3) == "cancelled"
        assert turn.results == [(False, "Cancelled by the user before it finished.")]
        assert "stubborn goes on" in caplog.text
        stubborn.release.set()
        await asyncio.gather(*other_tasks())

    async def test_the_engine_goes_on_with_the_next_turn(self, server, engine):
        server.script(Reply(text="one", hang="stream"))
        turn = turn_of(server, "count")
        running = asyncio.create_task(turn.run(engine))
        await turn.until(TextDelta)
        turn.cancellation.cancel()
        await running
        assert await turn_of(server, "again").run(engine) == "complete"

    async def test_the_end_of_the_callers_task_ends_the_turn_too(self, server, engine):
        server.script(Reply(text="one two", hang="stream"))
        turn = turn_of(server, "count")
        running = asyncio.create_task(turn.run(engine))
        await turn.until(TextDelta, 2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert turn.of(MessageDone)[0].partial
        assert other_tasks() == set()

    async def test_a_receiver_that_fails_ends_the_turn(self, server, engine):
        wait = Wait()
        server.script(Reply(calls=[Call("wait"), Call("hello")]))
        turn = turn_of(server, "wait", tools=[wait, Hello()])

        def emit(event: EngineEvent) -> None:
            if isinstance(event, ToolCallFinished):
                raise OSError("the disk is full")

        with pytest.raises(CopilotError):
            await asyncio.wait_for(engine.run(turn.request, emit), 3)
        assert wait.cancelled == 1
        assert other_tasks() == set()


class TestResume:
    async def test_a_turn_goes_on_from_the_answers_that_were_open(self, server, engine):
        history = [
            UserText("Book it."),
            AssistantStep("Which day?", calls=(ToolCall("q1", "ask_user_question", {"question": "Which day?"}),)),
            ToolAnswers((ToolAnswer("q1", "ask_user_question", True, "Monday"),)),
        ]
        server.script(Reply(text="Booked for Monday."))
        turn = turn_of(server, history)
        assert await turn.run(engine) == "complete"
        assert turn.messages == ["Booked for Monday."]
        assert [message["role"] for message in server.requests[0].messages] == ["system", "user", "assistant", "tool"]
        assert server.requests[0].messages[-1]["content"] == "Monday"

    async def test_a_broken_history_is_repaired_before_it_is_sent(self, server, engine):
        history = [
            ToolAnswers((ToolAnswer("lost", "hello", True, "x"),)),
            UserText("one"),
            AssistantStep("", calls=(ToolCall("c1", "hello", {}),)),
            UserText("two"),
        ]
        assert await turn_of(server, history).run(engine) == "complete"
        assert server.refusals == []
        assert server.requests[0].messages[3]["content"] == "Interrupted: no result was recorded."


class TestDelegation:
    async def test_a_specialist_works_on_its_own_and_answers_the_lead(self, server, engine):
        server.script(
            Reply(text="I ask.", calls=[Call("ask_planner", '{"task": "plan my week"}', "d1")]),
            Reply(text="Looking.", calls=[Call("hello", "", "h1")]),
            Reply(text="Planned."),
            Reply(text="Your week is planned."),
        )
        turn = turn_of(server, "plan", delegates=[PLANNER])
        assert await turn.run(engine) == "complete"
        lead, specialist = server.requests[0].body, server.requests[1].body
        assert "ask_planner" in [tool["function"]["name"] for tool in lead["tools"]]
        assert [tool["function"]["name"] for tool in specialist["tools"]] == ["hello"]
        assert specialist["messages"] == [
            {"role": "system", "content": "You plan."},
            {"role": "user", "content": "plan my week"},
        ]
        nested = [event for event in turn.events if getattr(event, "parent_call_id", None) == "d1"]
        assert {event.agent for event in nested} == {"planner"}
        assert [event.content for event in nested if isinstance(event, MessageDone)] == ["Looking.", "Planned."]
        assert turn.results == [(True, "hello from planner"), (True, "Planned.")]
        assert server.requests[3].messages[-1]["content"] == "Planned."
        assert turn.text == "I ask.Your week is planned."

    async def test_two_delegations_to_one_agent_run_side_by_side(self, server, engine):
        wait = Wait(expected=2)

        def answer(request):
            last = request.messages[-1]
            if last["role"] == "tool":
                return Reply(text=f"heard {last['content']}")
            if request.messages[0]["content"] == "You plan.":
                return Reply(text=f"{last['content']}: ", calls=[Call("wait", call_id="same")])
            return Reply(calls=[Call("ask_planner", '{"task": "A"}', "a"), Call("ask_planner", '{"task": "B"}', "b")])

        server.responder = answer
        turn = turn_of(server, "plan", tools=[wait], delegates=[PLANNER])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(wait.all_running.wait(), 5)
        wait.release.set()
        assert await running == "complete"
        texts = {
            parent: [e.content for e in turn.of(MessageDone) if e.parent_call_id == parent] for parent in ("a", "b")
        }
        assert texts == {"a": ["A: ", "heard released"], "b": ["B: ", "heard released"]}
        ids = [event.call_id for event in turn.of(ToolCallStarted)]
        assert len(ids) == len(set(ids)) == 4
        assert server.refusals == []

    async def test_a_cancel_reaches_the_specialists_tools_and_ends_in_order(self, server, engine):
        wait = Wait(expected=2)
        server.responder = lambda request: (
            Reply(calls=[Call("wait")])
            if request.messages[0]["content"] == "You plan."
            else Reply(calls=[Call("ask_planner", '{"task": "A"}', "a"), Call("ask_planner", '{"task": "B"}', "b")])
        )
        turn = turn_of(server, "plan", tools=[wait], delegates=[PLANNER])
        running = asyncio.create_task(turn.run(engine))
        await asyncio.wait_for(wait.all_running.wait(), 5)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 1) == "cancelled"
        assert wait.cancelled == 2
        assert turn.results == [(False, "Cancelled by the user before it finished.")] * 4
        assert {event.call_id for event in turn.of(ToolCallFinished)[2:]} == {"a", "b"}
        assert other_tasks() == set()

    async def test_a_cancel_mid_answer_of_a_specialist_keeps_its_text(self, server, engine):
        server.script(Reply(calls=[Call("ask_planner", '{"task": "A"}', "a")]), Reply(text="I was", hang="stream"))
        turn = turn_of(server, "plan", delegates=[PLANNER])
        running = asyncio.create_task(turn.run(engine))
        await turn.until(TextDelta, 2)
        turn.cancellation.cancel()
        assert await asyncio.wait_for(running, 1) == "cancelled"
        (done,) = turn.of(MessageDone)
        assert (done.content, done.partial, done.parent_call_id) == ("I was", True, "a")
        assert turn.events.index(done) < turn.events.index(turn.of(ToolCallFinished)[0])

    async def test_a_specialist_that_fails_is_an_error_for_the_lead_only(self, server, engine):
        server.script(
            Reply(calls=[Call("ask_planner", '{"task": "A"}')]),
            Reply(status=400, error="not today", echo_key=True),
            Reply(text="The planner is not there."),
        )
        turn = turn_of(server, "plan", delegates=[PLANNER])
        assert await turn.run(engine) == "complete"
        ((ok, content),) = turn.results
        assert not ok
        assert "planner could not finish" in content
        assert "not today" in content
        assert KEY not in content

    async def test_a_specialist_may_use_up_its_steps(self, server, engine):
        spec = AgentSpec("planner", "Plans.", "You plan.", tools=("hello",), max_steps=1)
        server.script(
            Reply(calls=[Call("ask_planner", '{"task": "A"}')]), Reply(calls=[Call("hello")]), Reply(text="So be it.")
        )
        turn = turn_of(server, "plan", delegates=[spec])
        assert await turn.run(engine) == "complete"
        assert turn.results[-1] == (False, "planner has used its 1 step and did not finish.")

    async def test_a_blank_task_is_refused(self, server, engine):
        server.script(Reply(calls=[Call("ask_planner", '{"task": " "}')]))
        turn = turn_of(server, "plan", delegates=[PLANNER])
        await turn.run(engine)
        assert turn.results == [(False, "The argument 'task' is ' '; tell in words what planner should do.")]

    async def test_a_specialist_may_have_a_model_of_its_own(self, server, engine):
        spec = AgentSpec("my-planner", "Plans.", "You plan.", model="other/model")
        server.script(Reply(calls=[Call("ask_my-planner", '{"task": "A"}')]))
        turn = turn_of(server, "plan", delegates=[spec])
        assert await turn.run(engine) == "complete"
        assert [request.body["model"] for request in server.requests] == [
            "moonshotai/kimi-k2.5",
            "other/model",
            "moonshotai/kimi-k2.5",
        ]


class TestCost:
    async def test_a_stream_at_full_speed_leaves_room_for_others(self, server, engine):
        gaps: list[float] = []

        async def beat() -> None:
            last = time.perf_counter()
            while True:
                await asyncio.sleep(0)
                now = time.perf_counter()
                gaps.append(now - last)
                last = now

        beating = asyncio.create_task(beat())
        turn = turn_of(server, "@deltas:20000")
        await turn.run(engine)
        beating.cancel()
        assert len(turn.of(TextDelta)) == 20_000
        gaps.sort()
        assert gaps[int(len(gaps) * 0.95)] < 0.05

    def test_importing_the_engine_imports_neither_autogen_nor_openai(self):
        code = (
            "import sys, table_copilot_jupyter.engine.autogen, table_copilot_jupyter.engine.context\n"
            "print([name for name in ('autogen_core', 'autogen_agentchat', 'openai') if name in sys.modules])"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"

    async def test_warming_up_needs_no_provider(self):
        engine = AutoGenEngine(Settings())
        await engine.warm_up()
        await engine.close()
