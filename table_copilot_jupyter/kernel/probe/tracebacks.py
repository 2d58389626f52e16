"""An exception in words that hold no value of any table, and in full for those who may read values.

An exception's message often quotes data: ``could not convert string to float: 'Ada'``. In words, a message is told
only as far as it is known to be made of code:

- ``messages.py`` knows those of the interpreter, DuckDB and polars, part by part;
- a library's own sentences stand as constants in the functions that the exception went through. What of a message
  is such a constant is told, and everything between becomes ``…``;
- a name or a key is told if it stands word for word in the user's cells that the exception went through.

Of the frames, the user's cells are told with the line of source (the user's own words), libraries by function, file
and line. Arguments, locals, notes and the files' paths are never told.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterator
from types import CodeType, FrameType, TracebackType
from typing import Any

from . import messages
from .gate import Policy
from .secrets import redacted

CELL_FILE = "<copilot-cell-%s>"
"""What code is called that ran without IPython."""

LONGEST_LINE = 200
_CELLS_FIRST, _CELLS_LAST = 3, 5
_CHAIN = 3
_FRAMES = 60
_IS_CELL = re.compile(
    r"<(?:ipython-input|python-input|copilot-cell)-.*>\Z|.*[\\/](?:ipykernel|xpython)_\d+[\\/]\d+\.py\Z"
)
_ANSI = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\^_])")
_OURS = __name__.rpartition(".")[0]


def in_words(error: BaseException, *, types: bool) -> str:
    """What the model may read of an exception below ``rows``. ``types``: whether types of objects may be told."""
    chain = list(_chain(error))[:_CHAIN]
    code = messages.Code(source for link in chain for source in sources(link).values())
    lines: list[str] = []
    heads: set[str] = set()
    for link in chain:
        name = class_name(type(link), code)
        said = messages.in_words(link, code, list(_codes(link)), types=types)
        if said is None:
            said = "(its message is left out: it may hold values)"
        head = name + ": " + said if said else name
        if head not in heads:  # libraries raise the same again under another hood
            lines.append(("Caused by " if heads else "") + head)
            lines += _places(link)
            heads.add(head)
    return redacted("\n".join(lines))


def in_full(error: BaseException) -> str:
    """The traceback with the message, as Python prints it, from the user's first cell on. Secrets are still in it."""
    try:
        summary = traceback.TracebackException.from_exception(error)
        _tidy(summary, error)
        return plain("".join(summary.format())).rstrip()
    except Exception:  # an exception that can't be printed
        return "%s (it can't be printed)" % type(error).__name__


def message_of(error: BaseException) -> str:
    """The exception's own message, values and all."""
    try:
        return plain(str(error))
    except Exception:
        return "(it can't be printed)"


def plain(text: str) -> str:
    """Without the escape sequences that terminals colour by."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def masked(text: str, policy: Policy) -> str:
    """Without the names of tables and columns that a rule hides; they may stand in the user's code."""
    names = {rule.table if rule.column is None else rule.column for rule in policy.rules if rule.level == "hidden"} - {
        ""
    }
    if not names:
        return text
    alternatives = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(r"(?<!\w)(?:%s)(?!\w)" % alternatives, "[hidden]", text, flags=re.IGNORECASE)


def class_name(kind: type, code: messages.Code) -> str:
    """The name of a class, if it stands in the code or is that of a class in a module; else that of such a base."""
    for base in kind.__mro__:
        name, module = str(base.__name__), str(base.__module__)
        known = getattr(sys.modules.get(module), "__dict__", {})
        if code.has(name) or (module != "__main__" and (known.get(name) is base or messages.is_type(name))):
            return name
    return "object"


def sources(error: BaseException) -> dict[str, str]:
    """The source of the user's cells that an exception went through: by file name, the outermost first."""
    found: dict[str, str] = {}
    names = [frame.f_code.co_filename for frame, _ in _frames(error)]
    if isinstance(error, SyntaxError) and error.filename:
        names.append(error.filename)
    for name in names:
        if name not in found and is_cell(name):
            source = "".join(_lines(name))
            if source:
                found[name] = source
    return found


def is_cell(filename: str) -> bool:
    """Whether that is what a cell of the user's is called as a file."""
    if _IS_CELL.match(filename):
        return True
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return filename in getattr(getattr(shell, "compile", None), "_filename_map", ())


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception, then what caused it, each once."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        yield link
        seen.add(id(link))
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _frames(error: BaseException) -> list[tuple[FrameType, int]]:
    """The frames with their line numbers, from the user's first cell on, without our own; none if there is no cell."""
    walked = [
        (frame, line)
        for frame, line in _walk(error.__traceback__)
        if not str(frame.f_globals.get("__name__")).startswith(_OURS + ".")
    ]
    for position, (frame, _) in enumerate(walked):
        if is_cell(frame.f_code.co_filename):
            return walked[position:]
    return []


def _walk(link: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while link is not None:
        yield link.tb_frame, link.tb_lineno
        link = link.tb_next


def _codes(error: BaseException) -> Iterator[CodeType]:
    """The functions that an exception went through, if their source is a file or a cell: not made of data."""
    for frame, _ in _frames(error)[-_FRAMES:]:
        filename = frame.f_code.co_filename
        if is_cell(filename) or _is_file(filename):
            yield frame.f_code


def _places(error: BaseException) -> list[str]:
    """Where it happened: a line for each of the user's cells, and one for the library where it was raised."""
    if isinstance(error, SyntaxError) and error.filename and is_cell(error.filename):
        line = error.lineno or 0
        return ["  in the cell, line %d%s" % (line, _source_line(error.filename, line))]
    frames = _frames(error)
    cells = [
        "  in the cell, line %d%s%s" % (line, _function(frame), _source_line(frame.f_code.co_filename, line))
        for frame, line in frames
        if is_cell(frame.f_code.co_filename)
    ]
    if len(cells) > _CELLS_FIRST + _CELLS_LAST:
        left_out = len(cells) - _CELLS_FIRST - _CELLS_LAST
        cells[_CELLS_FIRST:-_CELLS_LAST] = ["  … %d more calls" % left_out]
    for frame, line in reversed(frames):
        filename = frame.f_code.co_filename
        if is_cell(filename):
            break
        if _is_file(filename):
            cells.append("  raised in %s, line %d%s" % (os.path.basename(filename), line, _function(frame)))
            break
    return cells


def _function(frame: FrameType) -> str:
    name = frame.f_code.co_name
    return ", in " + name if name.isidentifier() else ""


def _source_line(filename: str, number: int) -> str:
    lines = _lines(filename)
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return ": " + text[:LONGEST_LINE] if text else ""


def _lines(filename: str) -> list[str]:
    """A cell's lines, as IPython has stored them; nothing is read from disk."""
    entry: Any = linecache.cache.get(filename)
    return list(entry[2]) if isinstance(entry, tuple) and len(entry) == 4 else []


def _is_file(filename: str) -> bool:
    return filename.endswith(".py") and os.path.isfile(filename)


def _tidy(summary: traceback.TracebackException, error: BaseException) -> None:
    """Frames before the user's first cell go, and files are called as a reader knows them."""
    for link, exception in zip(_summaries(summary), _chain(error)):
        kept = {id(frame) for frame, _ in _frames(exception)}
        walked = [frame for frame, _ in _walk(exception.__traceback__)]
        link.stack[:] = [entry for entry, frame in zip(link.stack, walked) if id(frame) in kept]
        for entry in link.stack:
            _ = entry.line  # it is read through the file's name
            entry.filename = "cell" if is_cell(entry.filename) else _short(entry.filename)
        if isinstance(exception, SyntaxError) and is_cell(exception.filename or ""):
            link.filename = "cell"


def _summaries(summary: traceback.TracebackException | None) -> Iterator[traceback.TracebackException]:
    while summary is not None:
        yield summary
        summary = summary.__cause__ or (None if summary.__suppress_context__ else summary.__context__)


def _short(filename: str) -> str:
    parts = re.split(r"[\\/]", filename)
    for folder in ("site-packages", "dist-packages"):
        if folder in parts:
            return "/".join(parts[parts.index(folder) + 1 :])
    return parts[-1]
