"""A model server that fails in every way there is, seen through the socket; and the key, which shows nowhere."""

import time

import pytest
from processes import KEY, assert_whole, mock_model, text_of, until, world

IDLE_S = 1.0
SAID = "These words came before it broke. "


@pytest.fixture(scope="module")
def model():
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    folder = tmp_path_factory.mktemp("provider")
    with world(folder, model.url, TABLE_COPILOT_MODEL_IDLE_TIMEOUT=str(IDLE_S)) as running:
        yield running


def failing(status, **fields):
    return {"status": status, "echo_key": True, **fields}


SAYING = {"text": SAID, "deltas": 10}
# name: (what the provider answers, the code, a word of the hint, the text that is kept)
FAULTS = {
    "401": ([failing(401)], "auth", "OPENAI_API_KEY", ""),
    "403": ([failing(403)], "auth", "OPENAI_API_KEY", ""),
    "404": ([failing(404)], "model_unavailable", "MODEL_NAME", ""),
    "429": ([failing(429, retry_after="30")], "rate_limited", "Wait 30 s", ""),
    "429-again-and-again": ([failing(429, retry_after="0")] * 3, "rate_limited", "Wait a minute", ""),
    "500": ([failing(500)] * 3, "model_unavailable", "again in a moment", ""),
    "hang-before-the-answer": ([{"hang": "headers"}], "timeout", "TABLE_COPILOT_MODEL_IDLE_TIMEOUT", ""),
    "hang-in-the-answer": ([{**SAYING, "hang": "stream"}], "timeout", "TABLE_COPILOT_MODEL_IDLE_TIMEOUT", SAID),
    "cut": ([{**SAYING, "cut_after": 10}], "model_error", "again", SAID),
    "closed-without-a-byte": ([{"close_before": True}] * 3, "model_unavailable", "base URL", ""),
    "malformed": ([{"raw": "data: {nonsense\n\n"}], "model_error", "again", ""),
    "not-a-stream": ([{"raw": "<html>", "content_type": "text/html"}], "model_error", "again", ""),
    "error-in-the-stream": (
        [{**SAYING, "stream_error": {"message": f"broke off, {KEY}", "code": 502}}],
        "model_unavailable",
        "again",
        SAID,
    ),
    "no-finish-reason": ([{**SAYING, "finish": None}], "model_error", "again", SAID),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_the_provider_is_told_and_the_next_turn_works(server, model, fault):
    replies, code, hint, kept = FAULTS[fault]
    model.reset()
    model.script(*replies)
    async with server.client(fault) as client:
        turn = await client.say("tell me something")
        following = await client.say("and now?")
    (error,) = [event for event in turn if event["type"] == "error"]
    assert (error["code"], turn[-1]["type"], turn[-1]["reason"]) == (code, "turn_finished", "error")
    assert error["message"]
    assert hint in error["hint"]
    assert len(model.requests()) == len(replies) + 1, "what can't be mended is not tried again"
    assert text_of(event for event in turn if event["type"] == "text") == kept
    events = server.events(fault)
    assert [
        (event["content"], event["partial"])
        for event in events
        if event["type"] == "message" and event["turn_id"] == error["turn_id"] and event["content"]
    ] == ([(kept, True)] if kept else [])
    assert following[-1]["reason"] == "complete"
    assert [event["content"] for event in following if event["type"] == "message"] == ["You said: and now?"]
    assert_whole(events)


async def test_a_request_that_is_refused_for_a_moment_is_made_again(server, model):
    model.reset()
    model.script(failing(429, retry_after="0.1"), failing(503, retry_after="0.1"))
    async with server.client("retried") as client:
        turn = await client.say("hello")
    assert [event["content"] for event in turn if event["type"] == "message"] == ["You said: hello"]
    assert [event["type"] for event in turn].count("sent") == 3, "each request has its receipt"
    assert "error" not in [event["type"] for event in turn]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"name": "launch_rockets"}, "There is no tool 'launch_rockets'. The tools are: ask_user_question"),
        ({"name": "ask_user_question", "arguments": "{not json"}, "again with a JSON object"),
        ({"name": "ask_user_question", "arguments": '["a list"]'}, "again with a JSON object"),
        ({"name": "ask_user_question", "arguments": '{"options": ["a"]}'}, "question"),
    ],
    ids=["unknown-tool", "arguments-no-json", "arguments-no-object", "arguments-missing"],
)
async def test_a_wrong_tool_call_is_told_to_the_model_and_the_turn_goes_on(server, model, request, call, said):
    model.reset()
    model.script({"calls": [call]})
    session_id = request.node.callspec.id
    async with server.client(session_id) as client:
        turn = await client.say("do it")
        following = await client.say("and now?")
    (finished,) = [event for event in turn if event["type"] == "tool_finished"]
    assert not finished["ok"]
    assert said in finished["content"]
    assert turn[-1]["reason"] == "complete"
    assert [event["content"] for event in turn if event["type"] == "message"][-1].startswith("The tools said: ")
    assert following[-1]["reason"] == "complete", "the provider took the history with the wrong call in it"
    assert_whole(server.events(session_id))


@pytest.mark.parametrize(
    "reply", [{"text": SAID * 100, "delay": 0.01}, {**SAYING, "hang": "stream"}, {"hang": "headers"}]
)
async def test_a_cancel_closes_the_providers_socket(server, model, reply):
    model.reset()
    before = model.stats()
    model.script(reply)
    async with server.client() as client:
        await client.attach()
        message_id = await client.post("a long story")
        if reply.get("text"):
            await client.until("text")
        else:
            until(lambda: model.stats()["streaming"])
        began = time.perf_counter()
        await client.send("cancel", session_id=client.session_id)
        until(lambda: not model.stats()["streaming"])
        elapsed = time.perf_counter() - began
        turn = await client.turn_of(message_id)
    print(f"closed {1000 * elapsed:.0f} ms after the cancel")
    assert elapsed <= 0.5
    assert model.stats()["closed_by_client"] == before["closed_by_client"] + 1
    assert turn[-1]["reason"] == "cancelled"
    kept = [event["content"] for event in turn if event["type"] == "message"]
    assert kept == ([text_of(event for event in turn if event["type"] == "text")] if reply.get("text") else kept[:0])
    assert_whole(server.events(client.session_id))


async def test_the_key_shows_nowhere(server, model):
    model.reset()
    model.script(
        failing(401),
        failing(400, error=f"your key is {KEY}"),
        {"stream_error": {"message": f"the key {KEY} is wrong"}},
        failing(429, retry_after="60"),
    )
    async with server.client("canary") as client:
        for number in range(4):
            await client.say(f"try number {number}")
        await client.ask("list")
        await client.post("/help")
        await client.until("notice")
        await client.post("/model")
        await client.until("notice")
    assert any(f"Bearer {KEY}" in str(request["headers"]) for request in model.requests()), "the provider got it"
    shown = {
        "frames": "".join(item.raw for item in client.received).encode(),
        "health": server.get_bytes("health"),
        "sessions": server.get_bytes("sessions"),
    }
    for session in server.get("sessions")["sessions"]:
        path = f"sessions/{session['session_id']}"
        for suffix in ("", "/export?format=md", "/export?format=json"):
            shown[path + suffix] = server.get_bytes(path + suffix)
    for path in server.home.rglob("*"):
        if path.is_file():
            shown[str(path)] = path.read_bytes()
    assert str(server.database) in shown
    assert server.log.stat().st_size > 0
    assert [name for name, data in shown.items() if KEY.encode() in data] == []
