"""SQL over the kernel's tables, by a DuckDB that reaches nothing else.

Two walls, each enough by itself for files, network, extensions and settings:

1. The connection (``Database``) lives in memory, for one query, with external access and extensions off and its
   configuration locked. It knows the tables that were added to it and nothing else of the kernel.
2. A statement (``Database.parse``) is taken apart before it runs. It must be exactly one SELECT (WITH, FROM, VALUES,
   DESCRIBE and SUMMARIZE count as such), made of kinds of nodes that are known, without parameters, on tables by bare
   name, with functions that ``sql_functions.py`` lets through.

The result becomes a table of the connection, so that memory stays within DuckDB's limit, values are exact and a
function like ``random()`` is asked once.

DuckDB runs on a thread of its own while the caller waits: so a deadline, ``Database.stop`` from another thread, and
an interrupt of the kernel (which DuckDB by itself notices only at the end) all end it within a moment.
"""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, TypeVar

from . import sql_check, sql_errors
from .failure import Failure
from .sql_tree import Node

LONGEST = 10_000
"""The most characters of a statement."""

MEMORY_SHARE = 0.6
"""The part of the free memory that a query may take."""

RESULT = "__copilot_result"

_WRAPPED = "SELECT * FROM (\n%s\n)"

_GRACE_S = 5.0
"""How long a stopped query may take to end; then it is left to end by itself."""

T = TypeVar("T")


class Statement:
    """One SELECT that has passed the check. ``text``: without a semicolon; ``root``: its query as a tree."""

    def __init__(self, text: str, root: Node) -> None:
        self.text = text
        self.root = root


class Database:
    """A locked, empty DuckDB in memory for one statement, which has ``deadline_s`` seconds. A context manager.

    Raises ``Failure`` where DuckDB is missing or too old.
    """

    def __init__(self, deadline_s: float) -> None:
        try:
            import duckdb
        except ImportError:
            raise Failure(
                "SQL needs DuckDB, which this kernel's environment lacks.",
                "Run `%pip install duckdb` in a cell, then ask again.",
            ) from None
        self._errors = duckdb.Error
        try:
            self._connection = duckdb.connect(":memory:", config=_configuration())
        except duckdb.Error as error:
            raise Failure(
                "This kernel's DuckDB %s can't be locked, so no SQL is run on it." % duckdb.__version__,
                "Run `%pip install -U duckdb` in a cell, restart the kernel, then ask again.",
                str(error),
            ) from None
        self._tables: dict[str, Sequence[str]] = {}
        self._deadline_s = deadline_s
        self._deadline = time.monotonic() + deadline_s
        self._stopped: Failure | None = None
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._idle.is_set():  # a query that doesn't end keeps its connection
            self._connection.close()

    def parse(self, text: str) -> Statement:
        """The statement, once it has been checked. Raises ``Failure`` for all that is no plain SELECT."""
        if len(text) > LONGEST:
            raise Failure("The SQL has %d characters; at most %d are taken." % (len(text), LONGEST), "Shorten it.")
        if "\0" in text:
            raise Failure("The SQL has a NUL character, at which it would end.", "Leave it out.")
        try:
            found = self._connection.extract_statements(text)
            if len(found) != 1:
                raise Failure("The SQL has %d statements; it takes exactly one." % len(found))
            statement = found[0]
            word = _statement_word(statement)
            if word == "MULTI" and re.search(r"\bpivot\b", text, re.IGNORECASE):
                raise Failure("PIVOT needs its columns.", "Name them: PIVOT … ON column IN ('a', 'b') USING …")
            if word != "SELECT":
                raise Failure(
                    "Only SELECT is allowed; this is %s." % word, "SQL here reads tables, and does nothing else."
                )
            root = self.serialised(statement.query)
            sql_check.check(root)
        except self._errors as error:
            raise sql_errors.syntax_failure(error, text) from None
        except RecursionError:
            raise Failure("The SQL is nested too deeply.", "Simplify it.") from None
        bare = statement.query.strip().rstrip(";").rstrip()
        return Statement(bare if self._can_be_wrapped(bare) else self.rewritten(root) or bare, root)

    def _can_be_wrapped(self, text: str) -> bool:
        """Not so where a semicolon stands before a comment."""
        try:
            return len(self._connection.extract_statements(_WRAPPED % text)) == 1
        except self._errors:
            return False

    def rewritten(self, root: Node) -> str | None:
        """SQL for a changed tree; None where DuckDB can't say it."""
        try:
            text = json.dumps({"error": False, "statements": [{"node": root, "named_param_map": []}]})
            told = self._told("SELECT json_deserialize_sql(?::JSON)", text)
        except self._errors:
            return None
        return told.rstrip().rstrip(";")

    def serialised(self, text: str) -> Node:
        """The tree of the query that ``text`` is."""
        tree = json.loads(self._told("SELECT json_serialize_sql(?::VARCHAR)", text))
        if tree.get("error"):
            raise Failure("The SQL can't be analysed, so it is not run.", "Write it as a plain SELECT.")
        root: Node = tree["statements"][0]["node"]
        return root

    def _told(self, select: str, argument: str) -> str:
        return str(self._connection.execute(select, [argument]).fetchall()[0][0])

    def add(self, name: str, data: Any, columns: Sequence[str], *, partly: bool = False) -> None:
        """A table by a name, with these columns; ``partly`` leaves out the others that ``data`` has."""
        try:
            if not partly:
                self._connection.register(name, data)
            else:
                whole = "__copilot_%d" % len(self._tables)
                self._connection.register(whole, data)
                self._connection.execute(
                    "CREATE TEMP VIEW %s AS SELECT %s FROM %s"
                    % (quoted(name), ", ".join(quoted(column) for column in columns), whole)
                )
        except self._errors as error:
            raise Failure(
                'DuckDB can\'t read the table "%s".' % name,
                "A newer DuckDB may: run `%pip install -U duckdb` in a cell and restart the kernel.",
                str(error),
            ) from None
        self._tables[name] = columns

    def run(self, sql: str, *, keep: int) -> None:
        """Run a checked statement, or its rewritten form, and keep up to ``keep`` rows of its result."""
        create = "CREATE OR REPLACE TEMP TABLE %s AS %s LIMIT %d" % (RESULT, _WRAPPED % sql, keep)
        self._do(lambda: self._connection.execute(create), sql)

    def columns(self) -> list[tuple[str, str]]:
        """``(name, DuckDB type)`` of each column of the result."""
        described = self._connection.execute("DESCRIBE %s" % RESULT).fetchall()
        return [(str(row[0]), str(row[1])) for row in described]

    def fetch(self, select: str, read: Callable[[Any], T]) -> T:
        """``read`` of DuckDB's cursor after a SELECT of our own on ``RESULT``; it has to read all that is there."""
        return self._do(lambda: read(self._connection.execute(select)), select)

    @property
    def stopped(self) -> bool:
        """Whether it was ended before its end."""
        return self._stopped is not None

    def stop(self, why: Failure) -> None:
        """End what runs, from any thread; ``why`` is what the waiting caller then raises."""
        self._stopped = self._stopped or why
        self._wake.set()

    def _do(self, work: Callable[[], T], sql: str) -> T:
        """``work`` on a thread of its own, while this one waits for its end, the deadline, ``stop`` or an interrupt."""
        outcome: list[T] = []
        errors: list[BaseException] = []

        def thread() -> None:
            try:
                outcome.append(work())
            except BaseException as error:
                errors.append(error)
            finally:
                self._idle.set()
                self._wake.set()

        self._wake.clear()
        if self._stopped is not None:
            raise self._stopped
        self._idle.clear()
        threading.Thread(target=thread, name="table-copilot-sql", daemon=True).start()
        try:
            ended = self._wake.wait(max(0.0, self._deadline - time.monotonic()))
        except BaseException:  # the kernel was interrupted
            self._end()
            raise
        if not ended:
            self._stopped = self._stopped or Failure(
                "The query ran longer than its deadline of %g s and was stopped." % self._deadline_s,
                "Narrow it down: filter, aggregate, or join less.",
            )
        if self._stopped is not None:
            self._end()
            raise self._stopped
        if errors:
            if isinstance(errors[0], self._errors):
                raise sql_errors.failure(errors[0], sql, self._tables, lines_before=1) from None
            raise errors[0]
        return outcome[0]

    def _end(self) -> None:
        """Interrupt until it has ended: an interrupt between two steps of a query is lost."""
        end = time.monotonic() + _GRACE_S
        while not self._idle.wait(0.02) and time.monotonic() < end:
            self._connection.interrupt()


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return '"%s"' % name.replace('"', '""')


def _statement_word(statement: Any) -> str:
    """``SELECT``, ``COPY``, … DuckDB has kinds of statements that its Python package has no name for."""
    try:
        return str(statement.type.name).upper()
    except (AttributeError, ValueError):
        return "another statement"


def _configuration() -> dict[str, str]:
    return {
        "enable_external_access": "false",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "python_enable_replacements": "false",
        "temp_directory": "",
        "memory_limit": "%dMB" % max(256, int(_free_memory() * MEMORY_SHARE / 1e6)),
        "threads": str(min(8, _processors())),
        "lock_configuration": "true",
    }


def _free_memory() -> float:
    """Bytes that can be taken without swapping, as far as the system tells; else what leads to 4 GB."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return float(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 4e9 / MEMORY_SHARE


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1
