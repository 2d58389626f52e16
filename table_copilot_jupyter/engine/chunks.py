"""Reads a model's event stream into plain dicts.

One socket read after the other goes into ``ChunkReader.feed``; what comes back
are the JSON objects that were complete with it. No model classes, no regular
expressions, no copy per token: a split into lines and one ``json.loads`` per
event is all that a token costs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import MalformedStream, ProviderError

MAX_EVENT_BYTES = 8 * 1024 * 1024

_SURROGATE = re.compile("[\ud800-\udfff]")


class ChunkReader:
    """Server-sent events in, JSON objects out. ``done`` is set by ``[DONE]``; what follows is ignored."""

    def __init__(self) -> None:
        self.done = False
        self.events = 0
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Take one read. Raises MalformedStream, and ProviderError for an error object."""
        lines = (self._rest + data if self._rest else data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_EVENT_BYTES:
            raise MalformedStream(f"one line is longer than {MAX_EVENT_BYTES} bytes")
        chunks: list[dict[str, Any]] = []
        for line in lines:
            self._line(line[:-1] if line.endswith(b"\r") else line, chunks)
        return chunks

    def close(self) -> list[dict[str, Any]]:
        """The stream has ended: what is left, if it is whole. A piece of an event is no fault here, only an end."""
        chunks: list[dict[str, Any]] = []
        try:
            self._line(self._rest.rstrip(b"\r"), chunks)
            self._line(b"", chunks)
        except MalformedStream:
            return []
        return chunks

    def _line(self, line: bytes, chunks: list[dict[str, Any]]) -> None:
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        elif not line and self._data:
            event = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
            self._data.clear()
            self._event(event, chunks)
        # everything else is a comment or a field that chat completions do not use

    def _event(self, event: bytes, chunks: list[dict[str, Any]]) -> None:
        self.events += 1
        if self.done or not event:
            return
        if event.startswith(b"[DONE]"):
            self.done = True
            return
        chunk = parse_object(event)
        if error := chunk.get("error"):
            raise ProviderError.from_object(error)
        chunks.append(chunk)


def parse_object(data: bytes) -> dict[str, Any]:
    """One JSON object from the provider. Raises MalformedStream."""
    try:
        value = json.loads(data.decode())
    except RecursionError:
        raise MalformedStream("an event is nested too deeply") from None
    except ValueError:
        raise MalformedStream(f"{data[:60]!r} is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedStream(f"{data[:60]!r} is not a JSON object")
    return value


@dataclass(slots=True)
class CallPieces:
    """A tool call whose arguments arrive in pieces."""

    call_id: str = ""
    tool: str = ""
    arguments: str = ""


class Answer:
    """Puts an answer together from its chunks; text and reasoning are passed on at once."""

    def __init__(self, on_text: Callable[[str], None], on_reasoning: Callable[[str], None]) -> None:
        self.calls: list[CallPieces] = []
        self.finish_reason: str | None = None
        self.usage: tuple[int, int] | None = None
        self._on_text = on_text
        self._on_reasoning = on_reasoning
        self._by_index: dict[int, CallPieces] = {}

    def take(self, chunk: dict[str, Any]) -> None:
        """Take one chunk. Raises MalformedStream."""
        try:
            self._take(chunk)
        except (AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
            raise MalformedStream(f"a chunk has an unknown shape ({type(error).__name__})") from error

    def _take(self, chunk: dict[str, Any]) -> None:
        if usage := chunk.get("usage"):
            self.usage = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
        choices = chunk.get("choices")
        if not choices:
            return
        choice = choices[0]
        if delta := choice.get("delta"):
            # Kimi and DeepSeek say reasoning_content, OpenRouter says reasoning, some say both
            if reasoning := delta.get("reasoning_content") or delta.get("reasoning"):
                self._on_reasoning(_text(reasoning))
            if text := delta.get("content"):
                self._on_text(_text(text))
            for piece in delta.get("tool_calls") or ():
                self._take_call(piece)
        if reason := choice.get("finish_reason"):
            self.finish_reason = str(reason)

    def _take_call(self, piece: dict[str, Any]) -> None:
        call_id = piece.get("id") or ""
        function = piece.get("function") or {}
        name = function.get("name") or ""
        index = piece.get("index")
        if not isinstance(index, int):  # left out by some: a name begins a call, anything else goes on with it
            index = len(self.calls) if name or not self.calls else len(self.calls) - 1
        call = self._by_index.get(index)
        if call is None or (name and call_id and call.call_id and call_id != call.call_id):
            call = self._by_index[index] = CallPieces()  # some number every parallel call 0
            self.calls.append(call)
        call.call_id = call.call_id or call_id
        call.tool = call.tool or name
        if arguments := function.get("arguments"):
            call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text is expected")
    return value


class SurrogateJoiner:
    """Makes whole characters of pieces of text.

    A server that escapes non-ASCII text may send the two halves of an emoji in two events. A first half waits
    for its second; a half that stays alone becomes U+FFFD, for no encoder takes it.
    """

    def __init__(self) -> None:
        self._high = ""

    def join(self, piece: str) -> str:
        if piece.isascii() and not self._high:
            return piece
        piece = self._high + piece
        self._high = ""
        if "\ud800" <= piece[-1:] <= "\udbff":
            piece, self._high = piece[:-1], piece[-1]
        return whole_characters(piece)


def whole_characters(text: str) -> str:
    """``text`` with pairs of surrogates joined and lone ones replaced."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
