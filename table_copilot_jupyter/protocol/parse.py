"""Reads what clients send. Everything in it is untrusted; what is wrong is named, with the next step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from .client import CLIENT_FRAMES, ClientFrame
from .common import MAX_FRAME_BYTES, ErrorCode, Frame, FrameError, FrameT
from .plain import PLAIN_FRAMES


def _type_name(model: type[Frame]) -> str:
    """The value of a model's ``type``."""
    annotation = model.model_fields["type"].annotation
    return str(annotation.__args__[0])  # type: ignore[union-attr]


def frame_types(models: Iterable[type[FrameT]]) -> dict[str, type[FrameT]]:
    """Models by the value of their ``type``."""
    return {_type_name(model): model for model in models}


_V1_TYPES = frame_types(CLIENT_FRAMES)
_PLAIN_TYPES = frame_types(PLAIN_FRAMES)


def parse_v1(text: str | bytes) -> ClientFrame:
    """Read one v1 client frame, one of ``CLIENT_FRAMES``. Raises FrameError."""
    return _parse(load_object(text), _V1_TYPES)


def parse_plain(text: str | bytes) -> Frame:
    """Read one plain client frame, one of ``PLAIN_FRAMES``. Raises FrameError.

    A line that does not begin with ``{`` is a message.
    """
    if isinstance(text, bytes):
        text = _decode(text)
    if not text.lstrip().startswith("{"):
        data: dict[str, Any] = {"type": "message", "content": text.strip("\r\n")}
        _refuse_surrogates(data)
    else:
        data = load_object(text)
    return _parse(data, _PLAIN_TYPES)


def load_object(text: str | bytes) -> dict[str, Any]:
    """Parse a JSON object from outside. Raises FrameError for anything else."""
    if isinstance(text, bytes):
        text = _decode(text)
    if len(text) > MAX_FRAME_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_FRAME_BYTES:
        raise FrameError(
            f"The frame has {len(text)} characters; the limit is {MAX_FRAME_BYTES} bytes.",
            "Send it in smaller parts.",
            code=ErrorCode.TOO_LARGE,
        )
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except RecursionError:
        raise FrameError("The frame is nested too deeply.", "Send a flat JSON object.") from None
    except ValueError as error:
        raise FrameError(f"{_shown(text)} is not JSON: {error}.", 'Send an object such as {"type":"ping"}.') from None
    if not isinstance(data, dict):
        raise FrameError(f"{_shown(text)} is not a JSON object.", 'Send an object such as {"type":"ping"}.')
    if "\\u" in text:
        _refuse_surrogates(data)
    return data


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FrameError(f"The frame is not UTF-8: {error.reason} at byte {error.start}.", "Send UTF-8 text.") from None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _refuse_surrogates(data: dict[str, Any]) -> None:
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        raise FrameError(
            f"The frame holds the lone surrogate \\u{code:04x}, which is no character.", "Send whole characters."
        ) from None
    except RecursionError:
        raise FrameError("The frame is nested too deeply.", "Send a flat JSON object.") from None


def _parse(data: dict[str, Any], types: dict[str, type[FrameT]]) -> FrameT:
    kind = data.get("type")
    try:
        if "type" not in data:
            raise FrameError("The frame has no 'type'.", f"Use one of {', '.join(types)}.")
        model = types.get(kind) if isinstance(kind, str) else None
        if model is None:
            raise FrameError(f"Unknown type {_shown(kind)}.", f"Use one of {', '.join(types)}.")
        try:
            return model.model_validate(data)
        except ValidationError as error:
            raise _explain(error, kind, model) from None
    except FrameError as error:
        error.request_id = _readable(data.get("request_id"))
        error.session_id = _readable(data.get("session_id"))
        raise


def _explain(error: ValidationError, kind: object, model: type[Frame]) -> FrameError:
    """The first fault of a frame, in words, with its value."""
    fault = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "missing":
        return FrameError(f"{kind}: the field {path!r} is missing.", "Add it and send the frame again.")
    if fault["type"] == "extra_forbidden":
        known = ", ".join(name for name in model.model_fields if name != "type")
        return FrameError(f"{kind}: there is no field {_shown(path)}.", f"Its fields are {known}.")
    value = _shown(fault.get("input"))
    if path.endswith("session_id"):
        return FrameError(
            f"{kind}: {value} is not a session id.", "A session id is 1 to 64 letters, digits, '-' and '_'."
        )
    reason = fault["msg"].removeprefix("Value error, ")
    return FrameError(f"{kind}: {path} {value}: {reason}.", "Correct the field and send the frame again.")


def _readable(value: object) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= 128 else None


def _shown(value: object, limit: int = 80) -> str:
    """A value for an error message: quoted, escaped, short."""
    text = ascii(value) if not isinstance(value, str) else repr(value)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
