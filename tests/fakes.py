"""The parts that tests put in the place of real ones, each written by hand: an engine that follows a
script, a transport that keeps what was sent, and clients of both dialects on top of it."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any

from table_copilot_jupyter.engine.base import (
    Emit,
    MessageDone,
    Outcome,
    TextDelta,
    ToolCallFinished,
    ToolCallStarted,
    TurnRequest,
    UserText,
)
from table_copilot_jupyter.protocol import SUBPROTOCOL
from table_copilot_jupyter.wire import open_peer


class ScriptedEngine:
    """Answers each turn with the next script; without one it echoes the user's words.

    A script is an async function ``(request, emit) -> Outcome``.
    """

    def __init__(self):
        self.scripts: deque[Callable[[TurnRequest, Emit], Any]] = deque()
        self.requests: list[TurnRequest] = []
        self.closed = False

    def then(self, script):
        self.scripts.append(script)
        return self

    async def run(self, request: TurnRequest, emit: Emit) -> Outcome:
        self.requests.append(request)
        script = self.scripts.popleft() if self.scripts else echo
        return await script(request, emit)

    async def warm_up(self):
        pass

    async def close(self):
        self.closed = True


def last_user_text(request: TurnRequest) -> str:
    return next((item.content for item in reversed(request.history) if isinstance(item, UserText)), "")


async def echo(request: TurnRequest, emit: Emit) -> Outcome:
    return await saying(f"You said: {last_user_text(request)}")(request, emit)


def saying(text: str, message_id: str | None = None):
    """A script: stream ``text`` in words, then finish."""

    async def script(request: TurnRequest, emit: Emit) -> Outcome:
        step = message_id or f"{request.turn_id}-1"
        for word in re.findall(r"\S+\s*", text):
            emit(TextDelta(step, request.agent.name, word))
        emit(MessageDone(step, request.agent.name, text))
        return "complete"

    return script


class Gate:
    """A script that streams ``before``, says that it has begun, and waits until it is let on."""

    def __init__(self, before: str = "so far", after: str = " and done"):
        self.before, self.after = before, after
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    async def __call__(self, request: TurnRequest, emit: Emit) -> Outcome:
        step = f"{request.turn_id}-1"
        emit(TextDelta(step, request.agent.name, self.before))
        self.begun.set()
        cancelled = asyncio.Event()
        request.cancellation.on_cancel(cancelled.set)
        waits = [asyncio.ensure_future(self.go_on.wait()), asyncio.ensure_future(cancelled.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if request.cancellation.cancelled:
            return "cancelled"
        emit(TextDelta(step, request.agent.name, self.after))
        emit(MessageDone(step, request.agent.name, self.before + self.after))
        return "complete"


def asking(question: str, options=(), timeout_s: float | None = 60.0, parent: str | None = None):
    """A script: ask the user through the session, then repeat the answer."""

    async def script(request: TurnRequest, emit: Emit) -> Outcome:
        call_id = f"{request.turn_id}-ask"
        if parent:
            emit(ToolCallStarted(parent, f"{request.turn_id}-0", "ask_planner", {"task": "t"}, "copilot"))
        arguments = {"question": question}
        emit(ToolCallStarted(call_id, f"{request.turn_id}-1", "ask_user_question", arguments, "copilot", parent))
        asked = await request.tool_context(call_id, "copilot", request.model).ask(question, options, False, timeout_s)
        emit(ToolCallFinished(call_id, True, f"The user answered: {asked.answer}", 1))
        return await saying(f"{asked.answer} by {asked.by}")(request, emit)

    return script


class MemoryTransport:
    """Keeps every frame that was sent, and lets a test await the one that it needs."""

    def __init__(self):
        self.frames: list[dict[str, Any]] = []
        self.texts: list[str] = []
        self.closed: tuple[int, str] | None = None
        self._changed = asyncio.Event()

    def send(self, text: str):
        self.texts.append(text)
        self.frames.append(json.loads(text))
        self._changed.set()

    def close(self, code: int, reason: str) -> None:
        self.closed = (int(code), reason)
        self._changed.set()

    async def until(self, found: Callable[[], Any], timeout: float = 10.0):
        async with asyncio.timeout(timeout):
            while not (result := found()):
                self._changed.clear()
                await self._changed.wait()
        return result


class Client:
    """A client of either dialect, in memory."""

    def __init__(self, hub, *, owner="ada", subprotocol=SUBPROTOCOL, kernel_id=None, transport=None):
        self.transport = transport or MemoryTransport()
        self.peer = open_peer(hub, subprotocol=subprotocol, owner=owner, transport=self.transport, kernel_id=kernel_id)
        self._request = 0
        self._read = 0

    @property
    def frames(self):
        return self.transport.frames

    def send(self, type, **fields):
        self.peer.receive(json.dumps({"type": type, **fields}))

    def type_line(self, line: str):
        self.peer.receive(line)

    async def ask(self, type, **fields) -> dict[str, Any]:
        """Send with a request_id, return the reply."""
        self._request += 1
        request_id = f"r{self._request}"
        self.send(type, request_id=request_id, **fields)
        return await self.got(request_id=request_id)

    async def got(self, type=None, after=0, **fields) -> dict[str, Any]:
        """The first frame (from index ``after`` on) of this type with these fields."""

        def find():
            for frame in self.frames[after:]:
                if type in (None, frame["type"]) and all(frame.get(k) == v for k, v in fields.items()):
                    return frame
            return None

        return await self.transport.until(find)

    async def next_reply(self) -> dict[str, Any]:
        """The next frame that was not read yet, for the plain dialect."""
        await self.transport.until(lambda: len(self.frames) > self._read)
        self._read += 1
        return self.frames[self._read - 1]

    async def attach(self, session_id=None, **fields) -> dict[str, Any]:
        if session_id is not None:
            fields["session_id"] = session_id
        return await self.ask("attach", **fields)

    async def say(self, session_id, content, message_id, **fields) -> list[dict[str, Any]]:
        """Send a message and return its turn's events."""
        self.send("message", session_id=session_id, content=content, message_id=message_id, **fields)
        started = await self.got("turn_started", message_id=message_id)
        await self.got("turn_finished", turn_id=started["turn_id"])
        return [frame for frame in self.frames if frame.get("turn_id") == started["turn_id"]]

    def of_type(self, *types):
        return [frame for frame in self.frames if frame["type"] in types]

    def text(self, message_id) -> str:
        """What the text frames of one message add up to."""
        text = ""
        for frame in self.of_type("text"):
            if frame["message_id"] == message_id:
                text = text[: frame["offset"]] + frame["delta"]
        return text

    def close(self):
        self.peer.closed()
