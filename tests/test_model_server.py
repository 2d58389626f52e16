"""A conversation with a real language model, on a model server that is not ours: llama.cpp with SmolLM2 (135M).

The built-in copilot with its tools is used. llama.cpp takes the tools of our requests; the model's template knows
none, so it never calls one. What so small a model says is of no interest, only that its words arrive. It may ramble
until the model server cuts it off (the turn then ends with ``limit``): that is accepted, as long as there is text.
"""

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import model_server
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from processes import TOKEN, World, free_port, http, text_of, until, world

pytestmark = pytest.mark.model_server

TURN_S = 30
CELL_S = 60
PROMPT = "You are a friendly assistant. Answer in one short sentence.\n"


@pytest.fixture(scope="module")
def model_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of the model server."""
    if problem := model_server.missing():
        pytest.fail(problem)
    port = free_port()
    command = [sys.executable, model_server.__file__, "--port", str(port)]
    log = tmp_path_factory.mktemp("llama") / "log"
    with log.open("wb") as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=out) as process:
        try:
            until(lambda: _is_healthy(f"http://127.0.0.1:{port}/health"), process=process)
            yield f"127.0.0.1:{port}"
        except AssertionError as error:
            pytest.fail(f"The model server did not start, {error}:\n{log.read_text(errors='replace')[-2000:]}")
        finally:
            process.kill()


def _is_healthy(url: str) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return json.loads(http(url)).get("status") == "ok"
    return False


@pytest.fixture(scope="module")
def server(model_host: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home: Path = tmp_path_factory.mktemp("model-server")
    (home / "prompt.md").write_text(PROMPT)
    with world(
        home,
        f"http://{model_host}/v1",
        OPENAI_API_KEY="local",
        MODEL_NAME="smollm2",
        TABLE_COPILOT_SYSTEM_PROMPT=str(home / "prompt.md"),
        TABLE_COPILOT_TURN_TIMEOUT=str(TURN_S),
    ) as running:
        yield running


def assert_answered(turn: list[dict[str, Any]], host: str) -> None:
    """A turn that a real model answered, in pieces."""
    assert turn[-1]["reason"] in ("complete", "limit"), turn
    texts = [event for event in turn if event["type"] == "text"]
    (message,) = [event for event in turn if event["type"] == "message"]
    assert len(texts) > 1, "it came in one piece"
    assert text_of(texts) == message["content"]
    assert message["content"].strip()
    assert [(event["host"], event["model"]) for event in turn if event["type"] == "sent"] == [(host, "smollm2")]
    (usage,) = [event for event in turn if event["type"] == "usage"]
    assert usage["input"] > 0
    assert usage["output"] > 0


async def test_a_conversation_of_two_turns_with_a_real_model(server: World, model_host: str) -> None:
    async with server.client("real") as client:
        for content in ("Tell me about penguins.", "What is an island?"):
            turn = await client.say(content)
            assert_answered(turn, model_host)
            times = [item.at for item in client.received if item.frame in turn and item.frame["type"] == "text"]
            tokens = sum(event["output"] for event in turn if event["type"] == "usage")
            print(
                f"{turn[-1]['reason']}: {tokens} tokens in {len(times)} frames, "
                f"{tokens / max(0.001, times[-1] - times[0]):.0f} tokens/s"
            )
    asked = [event["content"] for event in server.events("real") if event["type"] == "user_message"]
    assert asked == ["Tell me about penguins.", "What is an island?"]


def test_the_magic_in_a_kernel_of_the_server_is_answered_by_a_real_model(server: World) -> None:
    with kernel(server) as client:
        for code in ("%load_ext table_copilot_jupyter", "%copilot What is a penguin?"):
            reply = run(client, code)
            assert reply["status"] == "ok", reply
        printed: list[str] = []
        assert run(client, "print(_copilot.text)", printed)["status"] == "ok"
    assert "".join(printed).strip()
    sessions = server.get("sessions")["sessions"]
    assert [session["messages"] for session in sessions if session["session_id"] != "real"] == [2]


@contextlib.contextmanager
def kernel(server: World) -> Iterator[BlockingKernelClient]:
    """A kernel that the Jupyter server itself has started, with what it tells its kernels."""
    authorization = {"Authorization": f"token {TOKEN}"}
    made = json.loads(http(f"{server.address}api/kernels", {"name": "python3"}, **authorization))
    client = BlockingKernelClient(connection_file=str(server.runtime / f"kernel-{made['id']}.json"))
    try:
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(timeout=CELL_S)
        yield client
    finally:
        client.stop_channels()
        http(f"{server.address}api/kernels/{made['id']}", method="DELETE", **authorization)


def run(client: BlockingKernelClient, code: str, printed: list[str] | None = None) -> dict[str, Any]:
    """Run one cell; what it printed goes into ``printed``."""

    def hook(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream" and printed is not None:
            printed.append(message["content"]["text"])

    reply: dict[str, Any] = client.execute_interactive(code, timeout=CELL_S, output_hook=hook, allow_stdin=False)
    return reply["content"]
