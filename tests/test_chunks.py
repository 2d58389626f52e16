"""Reading an event stream: whatever the cuts and line ends, the same objects come out."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter.engine import chunks
from table_copilot_jupyter.engine.chunks import Answer, ChunkReader, SurrogateJoiner, whole_characters
from table_copilot_jupyter.engine.errors import MalformedStream, ProviderError


def read(data: bytes, size: int = 0) -> list[dict[str, Any]]:
    reader = ChunkReader()
    out: list[dict[str, Any]] = []
    for start in range(0, len(data), size or max(1, len(data))):
        out += reader.feed(data[start : start + (size or len(data))])
    return out + reader.close()


class Heard:
    def __init__(self) -> None:
        self.text = ""
        self.reasoning = ""
        self.answer = Answer(self._on_text, self._on_reasoning)

    def _on_text(self, piece: str) -> None:
        self.text += piece

    def _on_reasoning(self, piece: str) -> None:
        self.reasoning += piece

    def take(self, delta: dict[str, Any], finish: str | None = None) -> None:
        self.answer.take({"choices": [{"delta": delta, "finish_reason": finish}]})

    @property
    def calls(self) -> list[tuple[str, str, str]]:
        return [(call.call_id, call.tool, call.arguments) for call in self.answer.calls]


class TestChunkReader:
    STREAM = ': OPENROUTER PROCESSING\n\nevent: x\nid: 1\ndata: {"a": "é你😀"}\n\ndata:{"b": 2}\n\ndata: [DONE]\n\n'

    @given(size=st.integers(1, 40), newline=st.sampled_from(["\n", "\r\n"]))
    def test_the_cuts_between_reads_do_not_matter(self, size, newline):
        assert read(self.STREAM.replace("\n", newline).encode(), size) == [{"a": "é你😀"}, {"b": 2}]

    @given(
        objects=st.lists(st.dictionaries(st.text(max_size=5).filter(lambda k: k != "error"), st.text(), max_size=3)),
        size=st.integers(1, 50),
    )
    def test_any_objects_come_through(self, objects, size):
        data = "".join(f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in objects).encode()
        assert read(data, size) == objects

    def test_data_over_several_lines_is_one_event(self):
        assert read(b'data: {"a":\ndata: 1}\n\n') == [{"a": 1}]

    def test_the_last_event_needs_no_blank_line(self):
        assert read(b'data: {"a": 1}') == [{"a": 1}]
        assert read(b'data: {"a": 1}\r\n') == [{"a": 1}]

    def test_a_piece_of_an_event_at_the_end_is_left_out(self):
        assert read(b'data: {"a": 1}\n\ndata: {"b"') == [{"a": 1}]

    def test_nothing_counts_after_done(self):
        reader = ChunkReader()
        assert reader.feed(b'data: [DONE]\n\ndata: {"a": 1}\n\n') == []
        assert reader.done

    @pytest.mark.parametrize("event", ["{nonsense", "[1]", '"text"', '{"a": ' * 100_000, "NaN"])
    def test_anything_but_an_object_is_malformed(self, event):
        with pytest.raises(MalformedStream):
            read(f"data: {event}\n\n".encode())

    def test_bytes_that_are_not_utf8_are_malformed(self):
        with pytest.raises(MalformedStream):
            read(b'data: {"a": "\xff"}\n\n')

    def test_a_line_without_end_is_malformed(self, monkeypatch):
        monkeypatch.setattr(chunks, "MAX_EVENT_BYTES", 100)
        with pytest.raises(MalformedStream, match="longer than 100 bytes"):
            read(b"data: " + b"x" * 200, 50)

    @pytest.mark.parametrize(
        ("error", "message", "status"),
        [
            ({"message": "overloaded", "code": 502}, "overloaded", 502),
            ({"message": "slow down", "code": "rate_limit_exceeded"}, "slow down", None),
            ("just text", "just text", None),
            ({"code": True}, "no reason given", None),
        ],
    )
    def test_an_error_object_is_raised(self, error, message, status):
        with pytest.raises(ProviderError) as caught:
            read(f"data: {json.dumps({'error': error})}\n\n".encode())
        assert (caught.value.message, caught.value.status_code) == (message, status)


class TestAnswer:
    def test_text_reasoning_finish_and_usage(self):
        heard = Heard()
        heard.take({"role": "assistant", "content": "", "reasoning": "Hm"})
        heard.take({"content": None, "reasoning_content": "m."})
        heard.take({"content": "Yes"})
        heard.take({"content": "."}, "stop")
        heard.answer.take({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": None}})
        assert (heard.text, heard.reasoning) == ("Yes.", "Hmm.")
        assert (heard.answer.finish_reason, heard.answer.usage) == ("stop", (3, 0))

    def test_reasoning_under_both_names_is_heard_once(self):
        heard = Heard()
        heard.take({"reasoning": "Hm", "reasoning_content": "Hm"})
        assert heard.reasoning == "Hm"

    def test_arguments_in_pieces_and_calls_interleaved(self):
        heard = Heard()
        heard.take({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]})
        heard.take({"tool_calls": [{"index": 1, "id": "b", "function": {"name": "g", "arguments": "{"}}]})
        heard.take({"tool_calls": [{"index": 0, "function": {"arguments": '{"x"'}}, {"index": 1, "id": None}]})
        heard.take({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]})
        heard.take({"tool_calls": [{"index": 1, "function": {"name": None, "arguments": "}"}}]}, "tool_calls")
        assert heard.calls == [("a", "f", '{"x":1}'), ("b", "g", "{}")]

    def test_calls_without_an_index(self):
        heard = Heard()
        heard.take({"tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{"}}]})
        heard.take({"tool_calls": [{"function": {"arguments": "}"}}]})
        heard.take({"tool_calls": [{"id": "b", "function": {"name": "g", "arguments": {"y": 2}}}]})
        assert heard.calls == [("a", "f", "{}"), ("b", "g", '{"y": 2}')]

    def test_calls_that_all_have_the_index_zero(self):
        heard = Heard()
        heard.take({"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}]})
        heard.take({"tool_calls": [{"index": 0, "id": "b", "function": {"name": "f", "arguments": "{}"}}]})
        assert heard.calls == [("a", "f", "{}"), ("b", "f", "{}")]

    @pytest.mark.parametrize(
        "chunk",
        [
            {"choices": [1]},
            {"choices": "x"},
            {"choices": [{"delta": {"content": ["part"]}}]},
            {"choices": [{"delta": {"tool_calls": [1]}}]},
            {"usage": 3},
            {"usage": {"prompt_tokens": "many"}},
        ],
    )
    def test_unknown_shapes_are_malformed(self, chunk):
        with pytest.raises(MalformedStream):
            Heard().answer.take(chunk)


class TestCharacters:
    @given(st.text(), st.integers(0, 30))
    def test_pieces_join_to_the_text_wherever_they_are_cut(self, text, position):
        units = text.encode("utf-16-le", "surrogatepass")
        cut = min(2 * position, len(units))
        parts = [units[:cut].decode("utf-16-le", "surrogatepass"), units[cut:].decode("utf-16-le", "surrogatepass")]
        joiner = SurrogateJoiner()
        assert "".join(joiner.join(part) for part in parts) == text

    def test_a_lone_half_is_replaced(self):
        joiner = SurrogateJoiner()
        assert joiner.join("a\ud83d") + joiner.join("b") == "a\ufffdb"
        assert whole_characters("\udc00x") == "\ufffdx"
