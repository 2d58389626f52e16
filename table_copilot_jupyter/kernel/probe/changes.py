"""Which of the user's variables some code has made, changed and removed.

Before the code runs, each variable is remembered by a weak reference and by what is cheap to compare: the fingerprint
of a table, the content of a small builtin value, a sample of a NumPy array. So nothing large is kept alive or copied,
and none of the user's own ``__eq__`` or ``__repr__`` is called. An object of another class counts as changed only if
the name stands for another object. Modules, and functions and classes of modules, aren't variables here.
"""

from __future__ import annotations

import re
import sys
import time
import types
import weakref
import zlib
from collections.abc import Mapping
from typing import Any

from . import frames
from .adapters import Table
from .failure import Failure

_LOOKED_S = 0.5
"""So long are contents looked at; what is left is told from before by identity alone."""
_MOST_PARTS = 2000
_SAMPLED = 10_000
_IPYTHON = frozenset(("In", "Out", "exit", "quit", "get_ipython", "open"))
_SCALARS = frozenset((int, float, complex, str, bytes, bool, type(None)))
_CONTAINERS = frozenset((list, tuple, dict, set, frozenset))


class Snapshot:
    """The user's variables at one moment. ``hidden``: IPython's own variables by name."""

    def __init__(self, namespace: Mapping[str, Any], hidden: Mapping[str, Any] | None = None) -> None:
        self._hidden = hidden or {}
        tables = {table.name: table for table in frames.find_tables(namespace)}
        self.columns = {name: columns_of(table) for name, table in tables.items()}
        """Of each table, the names. The tables themselves may go."""
        self._deadline = time.perf_counter() + _LOOKED_S
        self._states = {
            name: (_handle(value), self._content(value, tables.get(name)))
            for name, value in self._variables(namespace).items()
        }

    def compare(self, namespace: Mapping[str, Any]) -> Changes:
        """What is different now."""
        tables = {table.name: table for table in frames.find_tables(namespace)}
        self._deadline = time.perf_counter() + _LOOKED_S
        now = self._variables(namespace)
        changed = [
            name
            for name, value in now.items()
            if name in self._states and self._differs(self._states[name], value, tables.get(name))
        ]
        return Changes(
            [name for name in now if name not in self._states],
            changed,
            [name for name in self._states if name not in now],
            tables,
            now,
        )

    def _variables(self, namespace: Mapping[str, Any]) -> dict[str, Any]:
        home = namespace.get("__name__")
        return {
            name: value
            for name, value in list(namespace.items())
            if type(name) is str
            and (name[:1] != "_" or frames.is_result(name))
            and name not in _IPYTHON
            and not _is_imported(value, home)
            and not (name in self._hidden and self._hidden[name] is value)
        }

    def _differs(self, state: tuple[Any, Any], value: Any, table: Table | None) -> bool:
        handle, content = state
        same = handle() is value if isinstance(handle, weakref.ref) else handle is value
        builtin = type(value) in _SCALARS or type(value) in _CONTAINERS
        if not same and (content is None or not builtin):
            return True
        if content is None:
            return False
        now = self._content(value, table)
        return now is not None and now != content

    def _content(self, value: Any, table: Table | None) -> Any:
        """What of a value can be compared cheaply; None where nothing can."""
        if time.perf_counter() > self._deadline:
            return None
        try:
            if table is not None:
                return table.fingerprint()
            numpy = sys.modules.get("numpy")
            if numpy is not None and type(value) is getattr(numpy, "ndarray", None):
                return _array(value)
            return _parts(value, [_MOST_PARTS])
        except Exception:
            return None


class Changes:
    """Names in the order of the namespace, and what stands behind them now."""

    def __init__(
        self,
        new: list[str],
        changed: list[str],
        removed: list[str],
        tables: dict[str, Table],
        values: dict[str, Any],
    ) -> None:
        self.new = new
        self.changed = changed
        self.removed = removed
        self.tables = tables
        self.values = values


def columns_of(table: Table) -> list[str]:
    """The names of a table's columns; none where it can't say."""
    try:
        return [name for name, _ in table.columns()]
    except Failure:
        return []


def _is_imported(value: Any, home: Any) -> bool:
    """Whether a module, or a function or class of a module, was imported. ``home``: the user's own module."""
    kind = type(value)
    if kind is types.ModuleType or kind is types.BuiltinFunctionType:
        return True
    return home is not None and kind in (types.FunctionType, type) and value.__module__ != home


def _handle(value: Any) -> Any:
    """Something that tells whether it is still the same object. Builtin values can't be referred to weakly."""
    try:
        return weakref.ref(value)
    except TypeError:
        return value


def _parts(value: Any, room: list[int]) -> Any:
    """A builtin value as something that compares without any code of the user's; None if it is large.

    Objects of other classes inside of it stand for themselves by identity. ``room``: how many parts may still come.
    """
    kind = type(value)
    room[0] -= 1
    if room[0] < 0:
        raise ValueError("too large")
    if kind in _SCALARS:
        return kind.__name__, value if value == value else repr(value)
    if kind in (list, tuple):
        return kind.__name__, tuple(_parts(item, room) for item in value)
    if kind is dict:
        return "dict", tuple((_parts(key, room), _parts(item, room)) for key, item in value.items())
    if kind in (set, frozenset):
        return kind.__name__, frozenset(_parts(item, room) for item in value)
    if kind is bytearray:
        return "bytearray", zlib.crc32(value)
    return "object", id(value)


def _array(value: Any) -> Any:
    """Of a large array a sample is read: a change between its places isn't seen."""
    if value.dtype.hasobject:
        return None
    sample = value.flat[:: max(1, value.size // _SAMPLED)]
    return value.shape, value.dtype.str, zlib.crc32(sample.tobytes())


def shape_of(value: Any) -> tuple[int, ...] | None:
    """The lengths of an array or a builtin container; None for anything else."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and type(value) is getattr(numpy, "ndarray", None):
        return tuple(int(length) for length in value.shape)
    return (len(value),) if type(value) in _CONTAINERS else None


_NAME = re.compile(r"[^\W\d]\w*")


def names_in(code: str) -> set[str]:
    """Every word of some code: a variable that it doesn't name was made from something else, a value perhaps."""
    return set(_NAME.findall(code))
