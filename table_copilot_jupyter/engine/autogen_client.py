"""The model client that AutoGen is given: its own request and answer handling, our reading of the stream.

Only ``_create_stream_chunks`` is replaced. It posts the body as a plain dict and reads the event stream itself,
which costs a fifth of what openai's typed chunks cost. Text and reasoning go to the turn as they are read;
AutoGen gets each answer as one chunk when it is whole, so that it costs AutoGen the same however long it is.
What AutoGen loses or corrupts is done here: reasoning is kept and replayed with its tool calls, a stream
without a finish reason is an error, arguments are made JSON before AutoGen reads them.

It never counts tokens with tiktoken, which would fetch its tables from the network.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncGenerator, Callable, Mapping, MutableMapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from autogen_core import CancellationToken
from autogen_core.models import LLMMessage, ModelInfo
from autogen_core.tools import Tool, ToolSchema
from autogen_ext.models.openai import BaseOpenAIChatCompletionClient
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolParam

from ..privacy import together
from ..protocol import SentTable
from .autogen_tools import GuardedWorkbench
from .base import ModelChoice, RequestSent, TokensUsed
from .chunks import Answer, ChunkReader, parse_object
from .errors import (
    EmptyAnswer,
    IdleTimeout,
    MalformedStream,
    ProviderError,
    StreamError,
    TruncatedStream,
    is_retryable,
    retry_after,
)
from .masking import NameMask, Unmasker
from .steps import AskedCall, Steps

MODEL_INFO = ModelInfo(
    vision=False,
    function_calling=True,
    json_output=True,
    structured_output=True,
    family="unknown",
    multiple_system_messages=True,
)
MAX_RETRIES = 2
RETRY_DELAY = 0.5
MAX_RETRY_AFTER = 20.0
"""The longest wait that a provider may ask for; beyond it the user is told instead."""
FINISH_GRACE = 3.0
"""How long the usage and ``[DONE]`` may take after the finish reason."""
DRAIN_GRACE = 0.25
SLICE = 0.0005
"""How long a stream at full speed is read before others get their turn, the thread that writes the log among them."""
BITE = 4096
"""How many bytes of one read are taken before the clock is looked at."""
UNKNOWN_REASONING = "."


class RawStream(AsyncStream[dict[str, Any]]):
    """Carries the open response; openai's own reading of it is never begun."""


class StreamingClient(BaseOpenAIChatCompletionClient):
    """One agent's way to the model, for one turn. The ``AsyncOpenAI`` is shared and never closed here.

    ``reasoning`` maps tool call ids to what the model thought before it made them.
    """

    def __init__(
        self,
        client: AsyncOpenAI,
        *,
        choice: ModelChoice,
        steps: Steps,
        workbench: GuardedWorkbench,
        reasoning: MutableMapping[str, str],
        idle_timeout: float,
        retry_delay: float = RETRY_DELAY,
    ) -> None:
        super().__init__(
            client,
            create_args={"model": choice.name, "stream_options": {"include_usage": True}},
            model_info=MODEL_INFO,
            include_name_in_message=False,
        )
        self._choice = choice
        self._steps = steps
        self._workbench = workbench
        self._reasoning = reasoning
        self._idle_timeout = idle_timeout or None
        self._retry_delay = retry_delay

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """An estimate by characters."""
        return sum(len(str(message.content)) for message in messages) // 4

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        raise NotImplementedError("the history is trimmed before AutoGen sees it")

    async def close(self) -> None:
        """Nothing: the shared client lives on."""

    async def _create_stream_chunks(
        self,
        tool_params: list[ChatCompletionToolParam],
        oai_messages: list[ChatCompletionMessageParam],
        create_args: dict[str, Any],
        cancellation_token: CancellationToken | None,
    ) -> AsyncGenerator[ChatCompletionChunk, None]:
        messages = cast("list[dict[str, Any]]", oai_messages)
        if self._choice.provider == "openrouter":
            self._replay_reasoning(messages)
        if (mask := self._steps.turn.request.mask) is not None:
            messages = mask.mask_messages(messages)
        body = {**create_args, "messages": messages, "stream": True}
        if tool_params:
            body["tools"] = tool_params
        # one task for the whole answer, so that the turn's token keeps one callback and not one per chunk
        task = asyncio.create_task(self._answer(body))
        if cancellation_token is not None:
            cancellation_token.link_future(task)
        await task
        steps = self._steps
        text = steps.content if steps.content or steps.calls else " "  # AutoGen warns of an answer without text
        if text:
            yield _chunk(self._choice.name, text, None, None)
        yield _chunk(self._choice.name, None, steps.calls, steps.finish_reason)

    def _replay_reasoning(self, messages: list[dict[str, Any]]) -> None:
        for message in messages:
            if calls := message.get("tool_calls"):
                message["reasoning_content"] = self._reasoning.get(calls[0]["id"]) or UNKNOWN_REASONING

    async def _answer(self, body: dict[str, Any]) -> None:
        """Ask the model, and report its answer as the current step."""
        steps, mask = self._steps, self._steps.turn.request.mask
        steps.begin()
        text = Spoken(steps.add_text, mask)
        reasoning = Spoken(steps.add_reasoning, mask)
        answer = Answer(text.add, reasoning.add)
        try:
            await self._ask(body, answer)
            reasoning.flush()
            text.flush()
        except BaseException:
            reasoning.flush()
            text.flush()
            steps.end(partial=True)
            raise
        finally:
            if answer.usage is not None:
                steps.turn.emit(TokensUsed(self._choice.name, *answer.usage))
        turn = steps.turn
        steps.calls = [
            AskedCall.read(
                turn.unique_call_id(call.call_id),
                call.tool,
                mask.unmask_arguments(call.arguments) if mask is not None else call.arguments,
            )
            for call in answer.calls
        ]
        steps.finish_reason = answer.finish_reason
        steps.end()
        self._workbench.expect(steps.calls)
        for call in steps.calls:
            self._reasoning[call.call_id] = steps.reasoning
        if not (steps.content.strip() or steps.calls or answer.finish_reason == "length"):
            if answer.finish_reason == "content_filter":
                raise ProviderError("its content filter stopped the answer")
            if steps.count == 1:  # after tool calls some models have nothing to add
                raise EmptyAnswer

    async def _ask(self, body: dict[str, Any], answer: Answer) -> None:
        body, payload, size = _sized(body)
        tables = self._told(body["messages"])
        for attempt in range(MAX_RETRIES + 1):
            self._steps.turn.emit(RequestSent(self._choice.name, self._choice.host, size, tables, payload))
            try:
                await self._attempt(body, answer)
                return
            except Exception as error:
                if attempt == MAX_RETRIES or not is_retryable(error):
                    raise
                wait = retry_after(error)
                if wait is None:
                    wait = self._retry_delay * 2**attempt * random.uniform(0.8, 1.2)
                elif wait > MAX_RETRY_AFTER:
                    raise
            await asyncio.sleep(wait)

    def _told(self, messages: Sequence[Mapping[str, Any]]) -> tuple[SentTable, ...]:
        """What a request tells of which table: with its system prompt, and with each result that it holds."""
        turn = self._steps.turn
        called = [
            turn.disclosed.get(str(message["tool_call_id"]), ()) for message in messages if "tool_call_id" in message
        ]
        _, tables = together((None, told) for told in (turn.request.noted_tables, *called))
        return tables

    async def _attempt(self, body: dict[str, Any], answer: Answer) -> None:
        """One request. Anything that fails after the first byte is a StreamError, and so is not tried again."""
        try:
            async with asyncio.timeout(self._idle_timeout) as limit:
                stream = await self._client.post(
                    "/chat/completions",
                    cast_to=object,
                    body=body,
                    options={"follow_redirects": False},
                    stream=True,
                    stream_cls=RawStream,
                )
                try:
                    await self._read(stream.response, answer, limit)
                finally:
                    await stream.response.aclose()
        except TimeoutError:
            if not limit.expired():
                raise
            if answer.finish_reason is None:
                raise IdleTimeout(self._idle_timeout or 0.0) from None

    async def _read(self, response: Any, answer: Answer, limit: asyncio.Timeout) -> None:
        if "json" in response.headers.get("content-type", ""):
            value = parse_object(await response.aread())
            if error := value.get("error"):
                raise ProviderError.from_object(error)
            raise MalformedStream("it is one JSON object, not a stream")
        reader = ChunkReader()
        started = False
        time = asyncio.get_running_loop().time
        touched = sliced = time()
        reads = response.aiter_bytes()
        try:
            async for data in reads:
                started = True
                for start in range(0, len(data), BITE):
                    for chunk in reader.feed(data[start : start + BITE]):
                        answer.take(chunk)
                    if reader.done:
                        break
                    if time() - sliced > SLICE:
                        await asyncio.sleep(0)
                        await self._steps.turn.request.keep_pace()
                        sliced = time()
                if reader.done:
                    break
                now = time()
                if now - touched > (idle := self._idle_timeout or 0.0) / 10 or answer.finish_reason:
                    touched = now
                    self._extend(limit, now, answer, idle)
        except StreamError:
            raise
        except Exception as error:
            if answer.finish_reason is None:
                if started:
                    raise TruncatedStream from error
                raise
        else:
            for chunk in reader.close():
                answer.take(chunk)
        if answer.finish_reason is None:
            if not reader.events:
                raise MalformedStream("it is not an event stream" if started else "it is empty")
            raise TruncatedStream
        if reader.done:
            await _drain(reads, limit, time())

    def _extend(self, limit: asyncio.Timeout, now: float, answer: Answer, idle: float) -> None:
        if answer.finish_reason:
            limit.reschedule(now + min(FINISH_GRACE, idle or FINISH_GRACE))
        elif idle:
            limit.reschedule(now + idle)


async def _drain(reads: Any, limit: asyncio.Timeout, now: float) -> None:
    """Read the end of the body, which is there already as a rule: only then can the connection be used again."""
    limit.reschedule(now + DRAIN_GRACE)
    try:
        async for _ in reads:
            pass
    except Exception:
        return  # the answer is whole; how its connection ends is of no interest


class Spoken:
    """What the model says, on its way to the user: with the names that it was told masked."""

    def __init__(self, add: Callable[[str], None], mask: NameMask | None) -> None:
        self._add = add
        self._unmasker = Unmasker(mask) if mask is not None else None
        self.add = add if mask is None else self._unmasked

    def _unmasked(self, piece: str) -> None:
        if self._unmasker is not None and (known := self._unmasker.feed(piece)):
            self._add(known)

    def flush(self) -> None:
        """Say what was held back, because it might have become a name."""
        if self._unmasker is not None and (rest := self._unmasker.flush()):
            self._add(rest)


def _sized(body: dict[str, Any]) -> tuple[dict[str, Any], str, int]:
    """``body``, as text, and the bytes it takes. Lone surrogates, which no encoder takes, are replaced."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    try:
        return body, text, len(text.encode())
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
        return json.loads(data), data.decode(), len(data)


def _chunk(model: str, text: str | None, calls: list[AskedCall] | None, finish: str | None) -> ChatCompletionChunk:
    """What AutoGen reads of a chunk, and nothing else."""
    tool_calls = [
        SimpleNamespace(
            index=index,
            id=call.call_id,
            function=SimpleNamespace(name=call.tool, arguments=json.dumps(call.arguments, ensure_ascii=False)),
        )
        for index, call in enumerate(calls or ())
    ]
    delta = SimpleNamespace(content=text, tool_calls=tool_calls or None, model_extra=None)
    choice = SimpleNamespace(delta=delta, finish_reason=finish, logprobs=None)
    return cast(ChatCompletionChunk, SimpleNamespace(model=model, choices=[choice], usage=None))
