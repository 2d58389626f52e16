"""The offline model as AutoGen's client: the same loop and the same tools, and nothing leaves the machine.

``offline.model.reply`` decides what to say and which tools to call; here its words are streamed. openai is never
imported for it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from typing import Any, Literal

from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import (
    AssistantMessage,
    ChatCompletionClient,
    CreateResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    ModelInfo,
    RequestUsage,
    UserMessage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from .autogen_tools import GuardedWorkbench
from .base import AssistantStep, HistoryItem, ToolAnswer, ToolAnswers, ToolCall, UserText
from .steps import AskedCall, Steps

MODEL_INFO = ModelInfo(
    vision=False,
    function_calling=True,
    json_output=False,
    structured_output=False,
    family="unknown",
    multiple_system_messages=True,
)
PIECES_WITHOUT_DELAY = 4
NO_USAGE = RequestUsage(prompt_tokens=0, completion_tokens=0)
# a word with the space after it, or a few of the characters that are written without spaces
_WORD = re.compile(r"[⺀-鿿＀-￯]{1,4}|[^\s⺀-鿿＀-￯]+\s*|\s+")


class OfflineClient(ChatCompletionClient):
    """One agent's offline model, for one turn. ``delay``: seconds between two words."""

    def __init__(self, *, steps: Steps, workbench: GuardedWorkbench, delay: float = 0.0) -> None:
        self._steps = steps
        self._workbench = workbench
        self._delay = delay

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """Answer; the text goes to the turn word by word, AutoGen gets the result."""
        task = asyncio.create_task(self._answer(messages))
        if cancellation_token is not None:
            cancellation_token.link_future(task)
        yield await task

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """As ``create_stream``, in one."""
        return await self._answer(messages)

    async def _answer(self, messages: Sequence[LLMMessage]) -> CreateResult:
        from .offline.model import reply

        steps = self._steps
        steps.begin()
        try:
            answer = reply(history_of(messages), self._workbench.names, steps.agent)
            for piece in _pieces(answer.text, self._delay):
                steps.add_text(piece)
                await asyncio.sleep(self._delay)
        except BaseException:
            steps.end(partial=True)
            raise
        steps.calls = [
            AskedCall(steps.turn.unique_call_id(""), tool, dict(arguments)) for tool, arguments in answer.calls
        ]
        steps.finish_reason = "tool_calls" if steps.calls else "stop"
        steps.end()
        self._workbench.expect(steps.calls)
        if not steps.calls:
            return CreateResult(finish_reason="stop", content=steps.content, usage=NO_USAGE, cached=False)
        calls = [
            FunctionCall(id=call.call_id, name=call.tool, arguments=json.dumps(call.arguments, ensure_ascii=False))
            for call in steps.calls
        ]
        thought = steps.content or None
        return CreateResult(
            finish_reason="function_calls", content=calls, usage=NO_USAGE, cached=False, thought=thought
        )

    async def close(self) -> None:
        """Nothing is open."""

    def actual_usage(self) -> RequestUsage:
        return NO_USAGE

    def total_usage(self) -> RequestUsage:
        return NO_USAGE

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        return 0

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        raise NotImplementedError("the offline model has no limit of tokens")

    @property
    def model_info(self) -> ModelInfo:
        return MODEL_INFO

    @property
    def capabilities(self) -> ModelInfo:  # AutoGen's older name of the same
        return MODEL_INFO


def history_of(messages: Sequence[LLMMessage]) -> list[HistoryItem]:
    """AutoGen's messages as our history; the system message is left out."""
    history: list[HistoryItem] = []
    for message in messages:
        if isinstance(message, UserMessage):
            history.append(UserText(str(message.content)))
        elif isinstance(message, AssistantMessage):
            if isinstance(message.content, str):
                history.append(AssistantStep(message.content))
            else:
                calls = tuple(ToolCall(call.id, call.name, json.loads(call.arguments)) for call in message.content)
                history.append(AssistantStep(message.thought or "", calls=calls))
        elif isinstance(message, FunctionExecutionResultMessage):
            history.append(
                ToolAnswers(
                    tuple(
                        ToolAnswer(result.call_id, result.name, not result.is_error, result.content)
                        for result in message.content
                    )
                )
            )
    return history


def _pieces(text: str, delay: float) -> Iterator[str]:
    words = _WORD.findall(text)
    size = 1 if delay else max(1, -(-len(words) // PIECES_WITHOUT_DELAY))
    for start in range(0, len(words), size):
        yield "".join(words[start : start + size])
