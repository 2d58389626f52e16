"""Catches what code prints and shows while it runs, so that none of it reaches the cell that happens to run.

Within ``capturing`` the process's streams, IPython's display publisher, its display hook and the way in which it
shows tracebacks are replaced; afterwards they are as before. Threads that ran before keep printing where they did.
``input()`` raises, since nobody can type, and ``exit()`` raises SystemExit instead of ending the kernel.

What is kept is bounded (``LONGEST_TEXT`` and the following), and says so where something is left out.
"""

from __future__ import annotations

import base64
import builtins
import getpass
import io
import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from typing import Any

from .tracebacks import plain

LONGEST_TEXT = 64_000
"""Characters of a stream, or of one text output."""
LARGEST_IMAGE = 400_000
"""Bytes of a picture in base64, or of SVG."""
LARGEST_OTHER = 200_000
"""Bytes of JSON of any other output, a chart's for one."""
MOST_OUTPUTS = 10
LARGEST_ALL = 500_000
"""Bytes of all outputs together: a frame to the chat holds 1 MB."""

_RAW_TEXT = 1_000_000
_NO_INPUT = "The code asks for input, and nobody can type it here."
_NO_EXIT = "The code asks the kernel to end; it was ignored."


class Captured:
    """What came out. ``stdout`` and ``stderr`` are text; ``outputs`` are MIME bundles."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        """Whether the value of the last expression is to be left out."""
        self.out = _Stream(sys.stdout, self._clear)
        self.err = _Stream(sys.stderr, self._clear)
        self.outputs: list[dict[str, Any]] = []
        self.left_out = 0
        """How many outputs there were beyond ``MOST_OUTPUTS``."""
        self.shown_error: BaseException | None = None
        """An exception that IPython was about to show."""
        self._ids: dict[str, int] = {}
        self._size = 0
        self._clears = False

    @property
    def stdout(self) -> str:
        return self.out.text()

    @property
    def stderr(self) -> str:
        return self.err.text()

    def show(self, data: Mapping[str, Any], display_id: str | None = None, update: bool = False) -> None:
        """Keep one output; an update replaces the output of that id."""
        self._clear()
        bundle = bounded(data, LARGEST_ALL - self._size)
        position = self._ids.get(display_id) if display_id is not None else None
        if update and position is None:
            return  # of an output in another cell
        if position is not None and update:
            self._size += _size(bundle) - _size(self.outputs[position])
            self.outputs[position] = bundle
        elif len(self.outputs) >= MOST_OUTPUTS:
            self.left_out += 1
        elif bundle:
            if display_id is not None:
                self._ids[display_id] = len(self.outputs)
            self._size += _size(bundle)
            self.outputs.append(bundle)

    def clear(self, wait: bool = False) -> None:
        """Forget all that came out, at once or with the next output."""
        self._clears = True
        if not wait:
            self._clear()

    def _clear(self) -> None:
        if self._clears:
            self._clears = False
            self.outputs.clear()
            self._ids.clear()
            self._size = 0
            self.out.clear()
            self.err.clear()


class _Stream(io.TextIOBase):
    """Keeps what the running code writes; other threads' words go where they went before."""

    encoding = "utf-8"

    def __init__(self, before: Any, begin: Callable[[], None]) -> None:
        self._before = before
        self._begin = begin
        self._elsewhere = {thread.ident for thread in threading.enumerate()} - {threading.get_ident()}
        self.clear()

    def clear(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._dropped = 0

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError("write() argument must be str, not %s" % type(text).__name__)
        if threading.get_ident() in self._elsewhere:
            return int(self._before.write(text) or 0)
        self._begin()
        kept = text[: _RAW_TEXT - self._length]
        self._parts.append(kept)
        self._length += len(kept)
        self._dropped += len(text) - len(kept)
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._before.fileno())

    def text(self) -> str:
        """What was written, as a terminal would show it at the end, at most ``LONGEST_TEXT`` characters."""
        text = settled("".join(self._parts))
        return cut(text, LONGEST_TEXT, self._dropped)


class _NoInput(io.TextIOBase):
    """Standard input that nobody can type into."""

    encoding = "utf-8"

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> str:
        raise RuntimeError(_NO_INPUT)

    def readline(self, size: int | None = -1) -> str:  # type: ignore[override]  # it never returns
        raise RuntimeError(_NO_INPUT)


def shell_of(namespace: MutableMapping[str, Any]) -> Any:
    """The IPython shell whose variables these are; None where there is none."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell if getattr(shell, "user_ns", None) is namespace else None


@contextmanager
def capturing(shell: Any, *, quiet: bool = False) -> Iterator[Captured]:
    """Catch what the calling thread puts out in here.

    ``shell``: IPython's, or None. ``quiet``: the last expression is not shown, since it ends in a semicolon.
    """
    captured = Captured(quiet)
    with ExitStack() as stack:
        _replace(stack, sys, "stdout", captured.out)
        _replace(stack, sys, "stderr", captured.err)
        _replace(stack, sys, "stdin", _NoInput())
        _replace(stack, builtins, "input", _refuse_input)
        _replace(stack, getpass, "getpass", _refuse_input)
        _replace(stack, sys, "breakpointhook", _refuse_input)
        if shell is not None:
            _replace_displays(stack, shell, captured)
        yield captured


def _replace_displays(stack: ExitStack, shell: Any, captured: Captured) -> None:
    def hook(value: Any) -> None:
        if value is not None and not captured.quiet:
            data, _ = shell.display_formatter.format(value)
            captured.show(data)

    def keep_error(exc_tuple: Any = None, *_args: Any, **_rest: Any) -> None:
        # IPython's own also makes it the kernel's last error.
        captured.shown_error = shell._get_exc_info(exc_tuple)[1]

    def keep_syntax_error(*_args: Any, **_rest: Any) -> None:
        keep_error()

    from IPython.core import interactiveshell

    _replace(stack, shell, "display_pub", _publisher(captured))
    _replace(stack, shell.display_trap, "hook", hook)
    _replace(stack, sys, "displayhook", hook)
    _replace(stack, shell.displayhook, "exec_result", None)  # the running cell's own
    _replace(stack, shell, "showtraceback", keep_error)
    _replace(stack, shell, "showsyntaxerror", keep_syntax_error)
    _replace(stack, shell, "ask_exit", _refuse_exit)
    _replace(stack, interactiveshell, "warn", lambda *_args, **_rest: None)  # it tells of other ways to exit
    payloads = getattr(shell, "payload_manager", None)
    if payloads is not None:  # pages and next cells for the front end
        before = list(payloads.read_payload())
        stack.callback(lambda: (payloads.clear_payload(), [payloads.write_payload(one) for one in before]))


def _publisher(captured: Captured) -> Any:
    from IPython.core.displaypub import DisplayPublisher

    class Publisher(DisplayPublisher):  # type: ignore[misc]  # IPython has no types
        is_publishing = True  # or else IPython copies the streams into the running cell's history

        def publish(self, data: Any, metadata: Any = None, source: Any = None, **rest: Any) -> None:
            transient = rest.get("transient") or {}
            captured.show(data, transient.get("display_id"), bool(rest.get("update")))

        def clear_output(self, wait: bool = False) -> None:
            captured.clear(wait)

    return Publisher()


def _replace(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Set an attribute until the stack ends; one that the class had given is the class's again."""
    own = vars(owner)
    traits = own.get("_trait_values") or {}
    if name in own or name in traits or name in getattr(owner, "_traits", {}):
        stack.callback(setattr, owner, name, getattr(owner, name))
    else:
        stack.callback(delattr, owner, name)
    setattr(owner, name, value)


def _refuse_input(*_args: Any, **_rest: Any) -> str:
    raise RuntimeError(_NO_INPUT)


def _refuse_exit(*_args: Any, **_rest: Any) -> None:
    raise SystemExit(_NO_EXIT)


def settled(text: str) -> str:
    """As a terminal shows it in the end: no colours, and of a line that was written over only its last state."""
    text = plain(text)
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def cut(text: str, length: int, dropped: int = 0) -> str:
    """The beginning of a long text, and how much more there was."""
    dropped += max(0, len(text) - length)
    if not dropped:
        return text
    return text[:length] + "\n… %s more characters are left out." % format(dropped, ",")


def bounded(data: Mapping[str, Any], room: int) -> dict[str, Any]:
    """A MIME bundle as JSON, without what is too large; ``text/plain`` then says so. ``room``: in characters."""
    kept: dict[str, Any] = {}
    notes: list[str] = []
    for mime, value in data.items():
        if isinstance(value, (bytes, bytearray)):
            value = base64.b64encode(value).decode("ascii")
        if mime == "text/plain":
            kept[mime] = cut(plain(str(value)), min(LONGEST_TEXT, max(room, 2000)))
            continue
        try:
            size = _length(value)
        except (TypeError, ValueError, RecursionError):
            continue
        if mime.startswith("image/"):
            limit = LARGEST_IMAGE
        else:
            limit = LONGEST_TEXT if mime.startswith("text/") else LARGEST_OTHER
        if size > min(limit, room - _size(kept)):
            notes.append("%s of %s kB is left out." % (mime, format(size // 1000, ",")))
        else:
            kept[mime] = value
    if notes:
        kept["text/plain"] = "\n".join([kept.get("text/plain", ""), *notes]).lstrip("\n")
    return kept


def _size(bundle: Mapping[str, Any]) -> int:
    return sum(_length(value) for value in bundle.values())


def _length(value: Any) -> int:
    """Bytes. Raises where it isn't JSON."""
    text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
