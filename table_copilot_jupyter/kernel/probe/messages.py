"""An exception's message without values: what of it is known to be code, the rest as ``…``. See ``tracebacks.py``.

Nothing is taken on trust: a message is read from ``args``, never through ``__str__``; a name counts only if the
user's cells hold it word for word, a type only if it is one.
"""

from __future__ import annotations

import ast
import builtins
import codecs
import keyword
import os
import re
import sys
import types as python_types
from collections.abc import Iterable, Sequence
from functools import lru_cache
from types import CodeType

from .message_templates import templates

HOLE = "…"
LONGEST = 2000
"""So much of a message is looked at, in characters."""

_SHORTEST_PIECE = 5
_FEWEST_KNOWN = 8
"""A message of which fewer characters are known says nothing."""

_LIBRARIES = ("pandas", "polars", "numpy", "pyarrow", "duckdb", "geopandas", "datetime", "decimal", "collections")
_WORD = re.compile(r"[^\W\d]\w*")
_ITEM = re.compile(r"'([^']*)'|\"([^\"]*)\"|`([^`]*)`|([^\W\d][\w.]*)")
_PUNCTUATION = re.compile(r"[\s,:;\[\](){}<>=+\-*/|&^%@.!?]*")
_PLACE = re.compile(r"%[-+ #0-9.]{0,6}[a-zA-Z]|\{[^{}]{0,40}\}")


class Code:
    """The user's own words: the identifiers and the text literals of some cells."""

    def __init__(self, cells: Iterable[str]) -> None:
        self.words: set[str] = set()
        self.literals: set[str] = set()
        for source in cells:
            self.words.update(_WORD.findall(source))
            self.literals |= _literals(source)

    def has(self, part: str) -> bool:
        """Whether a name, a dotted name or a whole literal stands in the code."""
        return part in self.literals or all(word in self.words for word in part.split("."))


def in_words(error: BaseException, code: Code, passed: Sequence[CodeType], *, types: bool) -> str | None:
    """The message without values; "" where there is none, None where nothing of it can be told.

    ``passed``: the functions that the exception went through; their constants are known to be code.
    """
    if isinstance(error, SyntaxError):
        return _syntax(error, code)
    if isinstance(error, OSError) and type(error.errno) is int and error.strerror == os.strerror(error.errno):
        name = error.filename
        return error.strerror + (": %r" % name if type(name) is str and code.has(name) else "")
    if isinstance(error, UnicodeDecodeError):
        return "%s can't decode a byte" % codecs.lookup(error.encoding).name if _is_codec(error.encoding) else None
    if not error.args:
        return ""
    first = error.args[0]
    if type(first) is not str:
        return None
    text = first[:LONGEST]
    if code.has(text):
        return repr(text) if isinstance(error, KeyError) else text
    if isinstance(error, ImportError):
        code = _with_imports(code, passed)
    return _by_template(text, code, types=types) or _by_constants(text, code, passed)


def _syntax(error: SyntaxError, code: Code) -> str | None:
    """What the compiler says of the user's own cell, whose words it quotes."""
    text = error.msg if type(error.msg) is str else ""
    line = error.text.strip() if type(error.text) is str else None
    if line is not None and all(word in code.words for word in _WORD.findall(line)):
        quoted = [part for match in _ITEM.findall(text) for part in match[:3] if part]
        if all(not _WORD.search(part) or code.has(part) or keyword.iskeyword(part) for part in quoted):
            return text
    return text if text in ("invalid syntax", "unexpected EOF while parsing", "unexpected indent") else None


def _by_template(text: str, code: Code, *, types: bool) -> str | None:
    """The message by the first template that fits it as a whole."""
    for pattern, slots in templates():
        match = pattern.fullmatch(text)
        if match is None:
            continue
        told: list[str] = []
        end = 0
        for number, slot in enumerate(slots, start=1):
            part = match.group(number)
            told += [text[end : match.start(number)], part if _is_told(slot, part, code, types=types) else HOLE]
            end = match.end(number)
        return "".join(told) + text[end:]
    return None


def _is_told(slot: str, part: str, code: Code, *, types: bool) -> bool:
    if slot == "name":
        return code.has(part)
    if slot == "module":
        return part in sys.modules or code.has(part)
    if slot == "call":
        return code.has(part.rpartition(".")[2])
    if slot == "type":
        return types and is_type(part)
    return slot in ("op", "fixed")


def _by_constants(text: str, code: Code, passed: Sequence[CodeType]) -> str | None:
    """What of the message is a constant of the functions that raised it, with holes between."""
    known = bytearray(len(text))
    for piece in sorted(_pieces(passed), key=len, reverse=True):
        start = text.find(piece)
        while start >= 0:
            known[start : start + len(piece)] = b"\1" * len(piece)
            start = text.find(piece, start + len(piece))
    if sum(known) < min(_FEWEST_KNOWN, len(text)):
        return None
    told: list[str] = []
    for run in re.finditer(b"\1+|\0+", bytes(known)):
        part = text[run.start() : run.end()]
        told.append(part if known[run.start()] or _is_known(part, code) else _hole(part))
    return "".join(told)


def _pieces(passed: Sequence[CodeType]) -> set[str]:
    """Sentences and parts of sentences among the constants; single words could be anything."""
    return {
        piece
        for function in passed
        for constant in function.co_consts
        if type(constant) is str and len(constant) <= 500
        for piece in _PLACE.split(constant)
        if len(piece) >= _SHORTEST_PIECE and " " in piece
    }


def _is_known(part: str, code: Code) -> bool:
    """Whether a part of a message is made of the code's names and literals, and of signs."""
    for match in _ITEM.finditer(part):
        if not code.has(next(group for group in match.groups() if group is not None)):
            return False
    return _PUNCTUATION.fullmatch(_ITEM.sub("", part)) is not None and len(part) <= 200


def _hole(part: str) -> str:
    opening = part[: len(part) - len(part.lstrip(" ('\"[{"))]
    closing = part[len(part.rstrip(" )'\"]}.,:;")) :] if len(part) > len(opening) else ""
    return opening[:3] + HOLE + closing[:3]


def _with_imports(code: Code, passed: Sequence[CodeType]) -> Code:
    """Modules that a library's own code asks for are code too."""
    wider = Code(())
    wider.words = code.words.union(*(function.co_names for function in passed))
    wider.literals = code.literals.union(
        constant for function in passed for constant in function.co_consts if type(constant) is str
    )
    return wider


def _literals(source: str) -> set[str]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def _is_codec(name: object) -> bool:
    try:
        return type(name) is str and bool(codecs.lookup(name))
    except LookupError:
        return False


@lru_cache(maxsize=1)
def _python_types() -> frozenset[str]:
    return frozenset(
        kind.__name__ for module in (builtins, python_types) for kind in vars(module).values() if isinstance(kind, type)
    )


def is_type(name: str) -> bool:
    """Whether that is what a class of Python's or of a table library's is called."""
    last = name.rpartition(".")[2]
    return last in _python_types() or any(
        isinstance(vars(sys.modules[library]).get(last), type) for library in _LIBRARIES if library in sys.modules
    )
