"""Kernels of a server that is a process, and talk about their tables with a model that says what it was told to."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import asynccontextmanager
from typing import Any

from jupyter_client import AsyncKernelClient
from processes import TOKEN, Client, Model, World, http

PENGUINS = "from palmerpenguins import load_penguins\npenguins = load_penguins()"


class Kernel:
    """A kernel of the server, and a front end of its own that runs cells in it."""

    def __init__(self, world: World, kernel_id: str, client: AsyncKernelClient) -> None:
        self.world = world
        self.kernel_id = kernel_id
        self.client = client

    async def run(self, code: str) -> dict[str, Any]:
        """Run a cell to its end; raises AssertionError where it fails."""
        reply = await self.client.execute(code, reply=True, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        return reply["content"]

    def start(self, code: str) -> str:
        """Begin a cell and don't wait for it."""
        return self.client.execute(code, stop_on_error=False)

    async def value(self, expression: str) -> Any:
        """What an expression is worth, by way of JSON."""
        reply = await self.client.execute(
            "import json as _json", user_expressions={"r": f"_json.dumps({expression})"}, reply=True, timeout=60
        )
        text = reply["content"]["user_expressions"]["r"]["data"]["text/plain"]
        return json.loads(eval(text))

    def control(self, action: str) -> None:
        """``interrupt`` or ``restart``, as a front end does it."""
        _rest(self.world, f"api/kernels/{self.kernel_id}/{action}", method="POST")


def start_kernel(world: World, name: str = "python3") -> str:
    """The id of a new kernel."""
    return json.loads(_rest(world, "api/kernels", data={"name": name}, method="POST"))["id"]


def end_kernel(world: World, kernel_id: str) -> None:
    _rest(world, f"api/kernels/{kernel_id}", method="DELETE")


@asynccontextmanager
async def front_end(world: World, kernel_id: str, code: str = ""):
    """A front end of a kernel, in which ``code`` has run."""
    client = AsyncKernelClient(connection_file=str(world.runtime / f"kernel-{kernel_id}.json"))
    client.load_connection_file()
    client.start_channels(stdin=False, hb=False)
    try:
        kernel = Kernel(world, kernel_id, client)
        await kernel.run(code)
        yield kernel
    finally:
        client.stop_channels()


@asynccontextmanager
async def running_kernel(world: World, code: str = ""):
    """A kernel of its own for one test."""
    kernel_id = start_kernel(world)
    try:
        async with front_end(world, kernel_id, code) as kernel:
            yield kernel
    finally:
        end_kernel(world, kernel_id)


def _rest(world: World, path: str, *, data: Any = None, method: str) -> bytes:
    return http(f"{world.address}{path}", data, method=method, Authorization=f"token {TOKEN}")


Decide = Callable[[dict[str, Any]], str]


class Talk:
    """One session of a client that is about a kernel, and what the model is to say in it."""

    def __init__(self, client: Client, model: Model, kernel: Kernel | None) -> None:
        self.client = client
        self.model = model
        self.kernel = kernel

    async def say(self, content: str, *calls: dict[str, Any], answer: str = "Done.", decide: Decide | None = None):
        """Have the model make these calls, one a step, then answer; returns the turn's events.

        ``decide``: how the user decides an approval; without it there must be none.
        """
        steps = [{"calls": [{"name": call["tool"], "arguments": json.dumps(call["arguments"])}]} for call in calls]
        self.model.script(*steps, {"text": answer})
        message_id = await self.client.post(content)
        while True:
            frame = await self.client.next()
            if frame["type"] == "approval":
                assert decide is not None, frame
                await self.client.send(
                    "decide",
                    session_id=self.client.session_id,
                    approval_id=frame["approval_id"],
                    decision=decide(frame),
                )
            if frame["type"] == "turn_finished":
                return await self.client.turn_of(message_id)

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        return await self.client.ask(type, session_id=self.client.session_id, **fields)


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"tool": tool, "arguments": arguments}


@asynccontextmanager
async def talk_about(world: World, model: Model, kernel: Kernel | None, **configure: Any):
    """A new session with the analyst about a kernel."""
    async with world.client(f"s-{os.urandom(6).hex()}") as client:
        talk = Talk(client, model, kernel)
        about = {} if kernel is None else {"kernel_id": kernel.kernel_id}
        reply = await talk.ask("configure", agent="analyst", **about, **configure)
        assert reply["type"] == "ack", reply
        yield talk


def only(events: list[dict[str, Any]], type: str) -> dict[str, Any]:
    found = [event for event in events if event["type"] == type]
    assert len(found) == 1, (type, [event["type"] for event in events])
    return found[0]


def of(events: list[dict[str, Any]], type: str) -> list[dict[str, Any]]:
    return [event for event in events if event["type"] == type]
