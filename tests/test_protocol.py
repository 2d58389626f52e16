"""Every frame has a golden file, and every bad one a clear error."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from table_copilot_jupyter import protocol
from table_copilot_jupyter.protocol import ErrorCode, FrameError, frame_types, parse_plain, parse_v1

GOLDEN = Path(__file__).parent / "golden"


def golden(folder: str) -> list[Path]:
    return sorted((GOLDEN / folder).glob("*.json"))


def names(folder: str) -> list[str]:
    return [path.stem for path in golden(folder)]


@pytest.mark.parametrize(
    ("folder", "models"),
    [
        ("v1_client", protocol.CLIENT_FRAMES),
        ("plain_client", protocol.PLAIN_FRAMES),
        ("v1_server", protocol.SERVER_FRAMES),
    ],
)
def test_every_frame_has_a_golden_file_and_every_file_a_frame(folder, models):
    assert names(folder) == sorted(frame_types(models))


def test_every_plain_reply_has_a_golden_file():
    kinds = {json.loads(path.read_text())["type"] for path in golden("plain_server")}
    assert kinds == set(frame_types(protocol.PLAIN_SERVER_FRAMES))


@pytest.mark.parametrize("path", golden("v1_client"), ids=names("v1_client"))
def test_a_client_frame_is_read_as_the_golden_file_has_it(path):
    assert json.loads(parse_v1(path.read_text()).to_wire()) == json.loads(path.read_text())


@pytest.mark.parametrize("path", golden("plain_client"), ids=names("plain_client"))
def test_a_plain_frame_is_read_as_the_golden_file_has_it(path):
    assert json.loads(parse_plain(path.read_text()).to_wire()) == json.loads(path.read_text())


@pytest.mark.parametrize("path", golden("v1_server"), ids=names("v1_server"))
def test_a_server_frame_is_written_as_the_golden_file_has_it(path):
    model = frame_types(protocol.SERVER_FRAMES)[path.stem]
    assert json.loads(model.model_validate_json(path.read_text()).to_wire()) == json.loads(path.read_text())


@pytest.mark.parametrize("line", ["hello", "123", '"hi"', "  [1]", "你好"])
def test_a_plain_line_that_is_no_object_is_what_the_user_says(line):
    assert parse_plain(line).content == line


def test_a_plain_line_loses_its_line_end_only():
    assert parse_plain("  indented  \r\n").content == "  indented  "


BAD = {
    "no JSON": ("{oops", "is not JSON"),
    "no object": ("[1, 2]", "is not a JSON object"),
    "number": ("42", "is not a JSON object"),
    "empty": ("", "is not JSON"),
    "no type": ('{"content": "x"}', "has no 'type'"),
    "unknown type": ('{"type": "launch"}', "Unknown type 'launch'"),
    "type of another kind": ('{"type": 7}', "Unknown type 7"),
    "type is a list": ('{"type": ["ping"]}', "Unknown type ['ping']"),
    "missing field": ('{"type": "message", "session_id": "a", "content": "x"}', "'message_id' is missing"),
    "mistyped field": ('{"type": "attach", "after_seq": "1"}', "after_seq '1'"),
    "extra field": ('{"type": "ping", "sender": "root"}', "there is no field 'sender'"),
    "negative seq": ('{"type": "attach", "after_seq": -1}', "after_seq -1"),
    "blank content": ('{"type": "message", "session_id": "a", "content": " \\n", "message_id": "m"}', "is blank"),
    "empty content": ('{"type": "message", "session_id": "a", "content": "", "message_id": "m"}', "is blank"),
    "path as session": ('{"type": "clear", "session_id": "../secret"}', "'../secret' is not a session id"),
    "NUL in session": ('{"type": "clear", "session_id": "a\\u0000b"}', "is not a session id"),
    "huge session": (json.dumps({"type": "clear", "session_id": "x" * 10_000}), "is not a session id"),
    "newline at the end of a session": ('{"type": "clear", "session_id": "a\\n"}', "is not a session id"),
    "lone surrogate": ('{"type": "rename", "session_id": "a", "title": "\\ud800"}', "lone surrogate"),
    "lone surrogate in a key": ('{"type": "ping", "\\udfff": 1}', "lone surrogate"),
    "NaN": ('{"type": "attach", "after_seq": NaN}', "NaN is not a JSON value"),
    "deep nesting": ("[" * 100_000, "nested too deeply"),
    "huge number": ('{"type": "attach", "after_seq": ' + "9" * 5000 + "}", "is not JSON"),
}


@pytest.mark.parametrize(("text", "says"), BAD.values(), ids=BAD.keys())
def test_a_bad_frame_is_named_and_told_what_to_do(text, says):
    with pytest.raises(FrameError) as caught:
        parse_v1(text)
    assert caught.value.code is ErrorCode.BAD_FRAME
    assert says in caught.value.message
    assert caught.value.hint
    assert len(str(caught.value)) < 700
    str(caught.value).encode()


def test_a_frame_over_one_mebibyte_is_too_large():
    with pytest.raises(FrameError) as caught:
        parse_v1(json.dumps({"type": "ping", "request_id": "x" * protocol.MAX_FRAME_BYTES}))
    assert caught.value.code is ErrorCode.TOO_LARGE


def test_a_bad_frame_keeps_its_request_id_for_the_reply():
    with pytest.raises(FrameError) as caught:
        parse_v1('{"type": "clear", "request_id": "r7", "session_id": "a/b"}')
    assert caught.value.request_id == "r7"


def test_bytes_that_are_no_utf8_are_refused():
    with pytest.raises(FrameError, match="not UTF-8"):
        parse_v1(b"\xff\xfe")


@given(st.text(max_size=200))
def test_whatever_is_typed_is_a_frame_or_a_frame_error(text):
    for parse in (parse_v1, parse_plain):
        try:
            parse(text)
        except FrameError as error:
            str(error).encode()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3)
)


@given(st.sampled_from(sorted(frame_types(protocol.CLIENT_FRAMES))), st.dictionaries(st.text(max_size=12), json_values))
def test_any_object_with_a_known_type_is_a_frame_or_a_frame_error(kind, fields):
    try:
        parse_v1(json.dumps({**fields, "type": kind}))
    except FrameError as error:
        str(error).encode()
