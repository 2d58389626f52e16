"""A kernel of the server in which a test runs cells, as another front end of it would.

Playwright's synchronous interface keeps an event loop running in the test's thread, so what is asynchronous here
runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from jupyter_client import AsyncKernelClient
from processes import TOKEN, World, http

PENGUINS = "from palmerpenguins import load_penguins\npenguins = load_penguins()"


class UserKernel:
    """A new kernel."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._threads = ThreadPoolExecutor(1)
        started = http(f"{world.address}api/kernels", {"name": "python3"}, Authorization=f"token {TOKEN}")
        self.kernel_id: str = json.loads(started)["id"]

    def end(self) -> None:
        http(f"{self.world.address}api/kernels/{self.kernel_id}", method="DELETE", Authorization=f"token {TOKEN}")
        self._threads.shutdown()

    def run(self, code: str) -> None:
        """Run a cell to its end; raises AssertionError where it fails."""
        self._wait_for(self._run, code)

    def value(self, expression: str) -> Any:
        """What an expression is worth, by way of JSON."""
        return self._wait_for(self._value, expression)

    def belongs_to(self, session_id: str, **settings: Any) -> None:
        """Make a session be about this kernel; it talks with the analyst."""
        self._wait_for(self._configure, session_id, settings)

    def _wait_for(self, work: Callable[..., Coroutine[Any, Any, Any]], *arguments: Any) -> Any:
        return self._threads.submit(lambda: asyncio.run(work(*arguments))).result(60)

    async def _run(self, code: str, **more: Any) -> dict[str, Any]:
        client = AsyncKernelClient(connection_file=str(self.world.runtime / f"kernel-{self.kernel_id}.json"))
        client.load_connection_file()
        client.start_channels(stdin=False, hb=False)
        try:
            reply = await client.execute(code, reply=True, timeout=60, **more)
        finally:
            client.stop_channels()
        content: dict[str, Any] = reply["content"]
        assert content["status"] == "ok", content
        return content

    async def _value(self, expression: str) -> Any:
        wanted = {"value": f"_json.dumps({expression})"}
        content = await self._run("import json as _json", user_expressions=wanted)
        text: str = eval(content["user_expressions"]["value"]["data"]["text/plain"])
        return json.loads(text)

    async def _configure(self, session_id: str, settings: dict[str, Any]) -> None:
        async with self.world.client(session_id) as client:
            told = {"agent": "analyst", "kernel_id": self.kernel_id, **settings}
            reply = await client.ask("configure", session_id=session_id, **told)
            assert reply["type"] == "ack", reply


def steps(*calls: dict[str, Any], answer: str) -> list[dict[str, Any]]:
    """What the model is to say: these calls, one a step, then the answer."""
    return [*({"calls": [item]} for item in calls), {"text": answer}]


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    return {"name": tool, "arguments": json.dumps(arguments)}
