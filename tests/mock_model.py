"""An OpenAI-compatible model server for tests: scripted, strict where real providers are, and able to fail.

In a test::

    async with MockModel() as server:
        server.script(Reply(text="Hello."), Reply(status=429, retry_after="1"))
        ... ask server.url ...
        assert server.requests[0].body["model"] == "m"

As a process: ``python tests/mock_model.py --port 9000``, then ``POST /script`` with a JSON list of replies (the
fields of ``Reply``), ``GET /requests``, ``GET /stats``, ``POST /reset``.

Where nothing is scripted, tags in the last user message decide: ``@deltas:1000`` ``@delay:0.01``
``@tool:NAME{"a":1}`` (several: parallel) ``@reason`` ``@status:429`` ``@hang`` ``@hangmid`` ``@cut:3``
``@malformed`` ``@nofinish`` ``@length`` ``@streamerror``. Without a tag it says the message back, after tool
results it says those.

It speaks HTTP/1.1 over plain asyncio streams, so that it can break off wherever a real connection can.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from typing import Any

REASONS = {200: "OK", 307: "Temporary Redirect", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}
TAG = re.compile(r"@(\w+)(?::([\w.-]+))?(\{.*?\})?(?=\s|$)")


@dataclass
class Call:
    """A tool call. ``arguments`` is sent as it is, in ``pieces`` parts."""

    name: str
    arguments: str = "{}"
    call_id: str | None = None
    pieces: int = 1


@dataclass
class Reply:
    """One answer. Everything after ``calls`` is a way to be difficult."""

    text: str = ""
    deltas: int = 0
    """Into how many pieces the text is cut; 0: words."""
    delay: float = 0.0
    reasoning: str = ""
    reasoning_field: str = "reasoning_content"
    calls: list[Call] = field(default_factory=list)
    usage: tuple[int, int] | None = (11, 7)
    finish: str | None = ""
    """The finish reason; empty: the fitting one, None: never sent."""
    done: bool = True
    comment: str = ""
    """A comment line before the first event, as OpenRouter sends while it waits."""
    newline: str = "\n"
    split_reads: int = 0
    """Send the stream in reads of this many bytes, wherever they cut."""
    raw: str | None = None
    """The body of a 200 answer, word for word, instead of a stream of our own."""
    content_type: str = "text/event-stream"
    status: int = 200
    error: str = "the mock was told to fail"
    error_code: str | int | None = None
    echo_key: bool = False
    retry_after: str | None = None
    location: str | None = None
    stream_error: dict[str, Any] | None = None
    """An error object, sent after the text."""
    hang: str = ""
    """``headers``: answer nothing. ``stream``: stop after the text. ``end``: stop after the finish reason."""
    cut_after: int | None = None
    """Close the socket after so many events."""
    close_before: bool = False
    """Close the socket before any byte of an answer."""

    @classmethod
    def of(cls, value: dict[str, Any]) -> Reply:
        known = {item.name for item in fields(cls)}
        reply = cls(**{name: part for name, part in value.items() if name in known})
        reply.calls = [Call(**call) if isinstance(call, dict) else call for call in reply.calls]
        return reply


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    data: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.data)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]


class MockModel:
    """The server. ``strict_reasoning``: refuse tool calls without their reasoning, as Kimi does."""

    def __init__(self, *, strict_reasoning: bool = False, port: int = 0) -> None:
        self.strict_reasoning = strict_reasoning
        self.requests: list[Request] = []
        self.responder: Callable[[Request], Reply] | None = None
        self.opened = 0
        self.closed_by_client = 0
        self.streaming = 0
        self.connections = 0
        self.refusals: list[str] = []
        self._replies: deque[Reply] = deque()
        self._port = port
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._call_number = 0

    async def __aenter__(self) -> MockModel:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=16 * 1024 * 1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def port(self) -> int:
        return self._port

    def script(self, *replies: Reply) -> None:
        """Answer the next requests with these, in this order."""
        self._replies.extend(replies)

    async def until(self, condition: Callable[[MockModel], bool], timeout: float = 5.0) -> None:
        """Wait for something to become true of the server."""
        async with asyncio.timeout(timeout):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    # --- HTTP ---------------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await _read_request(reader)) is not None:
                if not await self._route(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client is gone, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _route(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False to end the connection."""
        path = request.path.partition("?")[0]
        if path.endswith("/chat/completions"):
            return await self._complete(request, reader, writer)
        answer: Any = {"ok": True}
        if path == "/script":
            self.script(*map(Reply.of, request.body))
        elif path == "/reset":
            self.requests.clear()
            self._replies.clear()
        elif path == "/requests":
            answer = [{"headers": item.headers, "body": item.body} for item in self.requests]
        elif path == "/stats":
            answer = {"opened": self.opened, "streaming": self.streaming, "closed_by_client": self.closed_by_client}
        elif path.endswith("/models"):
            answer = {"object": "list", "data": [{"id": "mock", "object": "model"}]}
        else:
            await _send(writer, 404, {"error": {"message": f"no such path {path!r}"}})
            return True
        await _send(writer, 200, answer)
        return True

    # --- chat completions ---------------------------------------------------------------------------

    async def _complete(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        self.requests.append(request)
        self._notify()
        if refusal := self._refusal(request.messages):
            self.refusals.append(refusal)
            await _send(writer, 400, {"error": {"message": refusal, "code": 400}})
            return True
        reply = self._replies.popleft() if self._replies else (self.responder or by_tags)(request)
        if reply.close_before:
            return False
        if reply.status != 200:
            await _fail(reply, request, writer)
            return True
        self.opened += 1
        self.streaming += 1
        self._notify()
        gone = asyncio.ensure_future(reader.read(1))  # nothing but its end comes while we answer
        answer = asyncio.ensure_future(self._stream(reply, request, writer))
        try:
            await asyncio.wait({gone, answer}, return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self.closed_by_client += 1
                return False
            return answer.result()
        finally:
            for task in (gone, answer):
                task.cancel()
            await asyncio.gather(gone, answer, return_exceptions=True)
            self.streaming -= 1
            self._notify()

    async def _stream(self, reply: Reply, request: Request, writer: asyncio.StreamWriter) -> bool:
        if reply.hang == "headers":
            await asyncio.Event().wait()
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Type: {reply.content_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        if reply.raw is not None:
            await _write(writer, reply.raw.encode("utf-8", "surrogatepass"), reply.split_reads)
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            return True
        for number, event in enumerate(self._events(reply, request)):
            if number == reply.cut_after:
                writer.transport.abort()
                return False
            if event is None:
                await asyncio.Event().wait()
            else:
                await _write(writer, event.replace("\n", reply.newline).encode(), reply.split_reads)
            if reply.delay:
                await asyncio.sleep(reply.delay)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def _events(self, reply: Reply, request: Request) -> Iterable[str | None]:
        """The stream's events as text; None where it hangs."""
        model = request.body["model"]
        if reply.comment:
            yield f": {reply.comment}\n\n"
        yield _event(model, {"role": "assistant", "content": ""})
        for piece in _cut(reply.reasoning, 0):
            yield _event(model, {"content": "", reply.reasoning_field: piece})
        for piece in _cut(reply.text, reply.deltas):
            yield _event(model, {"content": piece})
        if reply.hang == "stream":
            yield None
        for index, call in enumerate(reply.calls):
            yield from self._call_events(model, index, call)
        if reply.stream_error is not None:
            yield f"data: {json.dumps({'error': reply.stream_error, 'choices': []})}\n\n"
        if reply.finish is not None:
            finish = reply.finish or ("tool_calls" if reply.calls else "stop")
            yield _event(model, {}, finish)
        if reply.hang == "end":
            yield None
        if reply.usage is not None and reply.finish is not None:
            prompt, completion = reply.usage
            usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
            yield f"data: {json.dumps({'id': 'x', 'model': model, 'choices': [], 'usage': usage})}\n\n"
        if reply.done:
            yield "data: [DONE]\n\n"

    def _call_events(self, model: str, index: int, call: Call) -> Iterable[str]:
        self._call_number += 1
        call_id = f"{call.name}:{self._call_number}" if call.call_id is None else call.call_id
        head = {"index": index, "id": call_id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield _event(model, {"tool_calls": [head]})
        size = max(1, -(-len(call.arguments) // call.pieces))
        for start in range(0, len(call.arguments), size):
            piece = call.arguments[start : start + size]
            yield _event(model, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]})

    def _refusal(self, messages: list[dict[str, Any]]) -> str | None:
        """Why a real provider would refuse these messages."""
        open_calls: set[str] = set()
        for message in messages:
            if message["role"] == "tool":
                if message["tool_call_id"] not in open_calls:
                    return f"tool result {message['tool_call_id']!r} has no tool call"
                open_calls.discard(message["tool_call_id"])
                continue
            if open_calls:
                return f"tool calls {sorted(open_calls)} have no result"
            for call in message.get("tool_calls") or ():
                open_calls.add(call["id"])
                try:
                    json.loads(call["function"]["arguments"])
                except ValueError:
                    return f"the arguments of {call['id']!r} are not JSON"
            if message.get("tool_calls") and self.strict_reasoning and not message.get("reasoning_content"):
                return "thinking is enabled but reasoning_content is missing in assistant tool call message"
        return f"tool calls {sorted(open_calls)} have no result" if open_calls else None

    def _notify(self) -> None:
        self._changed.set()


def by_tags(request: Request) -> Reply:
    """The answer to a request that nothing was scripted for."""
    last = request.messages[-1]
    content = last.get("content") or ""
    if last["role"] != "user":
        results = [message["content"] for message in request.messages if message["role"] == "tool"]
        return Reply(text=f"The tools said: {results[-1] if results else 'nothing'}")
    reply = Reply(text=f"You said: {content}")
    for tag, value, arguments in TAG.findall(content):
        if tag == "deltas":
            reply.text, reply.deltas = "word " * int(value), int(value)
        elif tag == "delay":
            reply.delay = float(value)
        elif tag == "tool":
            reply.calls.append(Call(value, arguments or "{}"))
            reply.text = ""
        elif tag == "reason":
            reply.reasoning = "Let me think about it."
        elif tag == "status":
            reply.status = int(value)
        elif tag == "hang":
            reply.hang = "headers"
        elif tag == "hangmid":
            reply.hang = "stream"
        elif tag == "cut":
            reply.cut_after = int(value)
        elif tag == "malformed":
            reply.raw = "data: {nonsense\n\n"
        elif tag == "nofinish":
            reply.finish = None
        elif tag == "length":
            reply.finish = "length"
        elif tag == "streamerror":
            reply.stream_error = {"message": "the provider broke off", "code": 502}
    return reply


def _event(model: str, delta: dict[str, Any], finish: str | None = None) -> str:
    chunk = {
        "id": "chatcmpl-mock",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": model,
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}],
    }
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"


def _cut(text: str, pieces: int) -> list[str]:
    if not text:
        return []
    if not pieces:
        return re.findall(r"\S+\s*|\s+", text)
    size = max(1, -(-len(text) // pieces))
    return [text[start : start + size] for start in range(0, len(text), size)]


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    data = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, path, headers, data)


async def _write(writer: asyncio.StreamWriter, data: bytes, size: int) -> None:
    """One event, as one HTTP chunk, or cut into pieces of ``size`` bytes that arrive one by one."""
    step = size or max(1, len(data))
    for start in range(0, len(data), step):
        part = data[start : start + step]
        writer.write(b"%x\r\n%b\r\n" % (len(part), part))
        await writer.drain()
        if size:
            await asyncio.sleep(0)


async def _fail(reply: Reply, request: Request, writer: asyncio.StreamWriter) -> None:
    message = reply.error
    if reply.echo_key:
        message += f" (you sent {request.headers.get('authorization', '').removeprefix('Bearer ')})"
    headers = {}
    if reply.retry_after is not None:
        headers["Retry-After"] = reply.retry_after
    if reply.location is not None:
        headers["Location"] = reply.location
    code = reply.status if reply.error_code is None else reply.error_code
    await _send(writer, reply.status, {"error": {"message": message, "type": "mock", "code": code}}, headers)


async def _send(writer: asyncio.StreamWriter, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
    data = json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(data)}", *(f"{name}: {text}" for name, text in (headers or {}).items())]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
    await writer.drain()


async def _main() -> None:
    parser = argparse.ArgumentParser(description="An OpenAI-compatible mock model server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--strict-reasoning", action="store_true")
    options = parser.parse_args()
    async with MockModel(strict_reasoning=options.strict_reasoning, port=options.port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
