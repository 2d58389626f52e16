"""Answers a SQL query over the kernel's tables: in full for the user, as far as the gate allows for the model.

The result becomes a variable, ``_q1``, ``_q2``, …, is shown to the user as a table, and is evidence for what the model
says about it. See ``sql.py`` for what a statement may do, ``lineage.py`` for what counts as read, ``grouping.py`` for
what counts as aggregating, ``query_answer.py`` for what the model is told.
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from . import grouping, lineage, provenance, result, result_frame, result_types, sql_cell
from .adapters import Table
from .failure import Failure
from .frames import find_tables
from .gate import MIN_GROUP, Policy, allows, answer
from .grouping_rules import makes_choices
from .provenance import Note, result_number
from .query_answer import KEPT_ROWS, MODEL_ROWS, Answer, Groups, levels
from .sql import RESULT, Database
from .sql_cell import Source
from .sql_errors import near

SHOWN_ROWS = 1_000
DEADLINE_S = 60.0
LONGEST_DEADLINE_S = 3_600.0

_running: dict[str, Database] = {}
_cancelled_early: list[str] = []
_lock = threading.Lock()


def query(namespace: MutableMapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run ``sql``. Other arguments: ``limit``, the rows that the user is shown; ``deadline_s``; ``call_id``, by which
    ``cancel`` knows it; ``number``, the least number of the result; ``again``: the result takes the place of the one
    that has this number.

    Raises ``Failure`` with words that hold no value of a table.
    """
    call_id = arguments.get("call_id")
    deadline_s = float(arguments.get("deadline_s") or DEADLINE_S)
    with Database(min(deadline_s, LONGEST_DEADLINE_S)) as database:
        if call_id is not None:
            _start(str(call_id), database)
        try:
            return _Query(namespace, policy, database, arguments).answered()
        finally:
            if call_id is not None:
                with _lock:
                    _running.pop(str(call_id), None)


def cancel(namespace: MutableMapping[str, Any], policy: Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """End the query that was given this ``call_id``, from another thread; or, if it comes first, before it starts."""
    call_id = str(arguments.get("call_id"))
    with _lock:
        database = _running.get(call_id)
        if database is None:
            _cancelled_early.append(call_id)
            del _cancelled_early[:-100]
    if database is None:
        return answer("No such query is running.")
    database.stop(Failure("The query was cancelled."))
    return answer("The query was cancelled.")


def _start(call_id: str, database: Database) -> None:
    with _lock:
        _running[call_id] = database
        early = call_id in _cancelled_early
    if early:
        database.stop(Failure("The query was cancelled."))


class _Query:
    """One query on its way, from the names in the statement to the answer."""

    def __init__(
        self,
        namespace: MutableMapping[str, Any],
        policy: Policy,
        database: Database,
        arguments: Mapping[str, Any],
    ) -> None:
        self._namespace = namespace
        self._policy = policy
        self._database = database
        self._began = time.perf_counter()
        self._limit = max(1, min(int(arguments.get("limit") or SHOWN_ROWS), KEPT_ROWS))
        self._least = arguments.get("number")
        self._again = arguments.get("again") is True
        self._statement = database.parse(str(arguments.get("sql") or ""))
        root = self._statement.root
        self._sources = _found(namespace, policy, lineage.tables(root))
        self._reading = lineage.reading(root, {s.name: (s.table.name, s.columns) for s in self._sources})

    def answered(self) -> dict[str, Any]:
        tables = {source.table.name: source.table for source in self._sources}
        fingerprints = [{"name": name, "fingerprint": table.fingerprint()} for name, table in tables.items()]
        for source in self._sources:
            self._database.add(source.name, source.table.for_sql(), source.columns, partly=source.partly)
        level, limit = levels(self._policy, self._reading)
        guarded = self._run(level != "rows" and allows(limit, "aggregates"))
        columns = [column for column in self._database.columns() if column[0] != grouping.GUARD]
        (total,) = self._fetched("SELECT count(*) FROM %s" % RESULT)[0]
        rows = self._display(columns)
        number = result_number({} if self._again else self._namespace, self._least)
        ref, variable = "q%d" % number, "_q%d" % number
        root = self._statement.root
        untold = self._names_from_values(columns)
        public_count = lineage.row_count_is_public(root) and not self._policy.uncounted.intersection(tables)
        told = Answer(
            ref=ref,
            level=level,
            limit=limit,
            reading=self._reading,
            columns=[result_types.column(*column) for column in columns],
            rows=rows,
            total=total,
            groups=self._groups(len(rows)) if guarded else None,
            public_count=public_count,
            keeps_names=lineage.keeps_names(root),
            untold_names=untold,
        )
        frame = result_frame.made(self._database, columns, KEPT_ROWS)
        evidence = {
            "ref": ref,
            "variable": variable,
            "sql": self._statement.text,
            "at": _now(),
            "rows": min(total, KEPT_ROWS),
            "columns": [name[: result.NAME_LENGTH] for name, _ in columns[: result.MAX_COLUMNS]],
            "tables": fingerprints,
            "truncated": total > KEPT_ROWS,
        }
        noted = Note(
            columns=self._reading.columns,
            countable=lineage.keeps_rows(root) and not makes_choices(root),
            public_count=public_count,
            secret=told.secret,
            named_by_values=bool(untold),
        )
        provenance.note(self._namespace, variable, noted)
        self._namespace[variable] = frame
        shown = result.bundle(
            ref=ref,
            title="",
            columns=told.columns,
            rows=rows[: self._limit],
            total_rows=total,
            sql=self._statement.text,
            code=sql_cell.cell(self._statement.text, self._sources, result_frame.library()),
            elapsed_ms=(time.perf_counter() - self._began) * 1_000,
            evidence=evidence,
        )
        return told.answer(user=shown, evidence=evidence)

    def _run(self, guard: bool) -> bool:
        """Whether the result has the guard's column."""
        if guard:
            known = {name for source in self._sources for name in source.columns}
            root = grouping.guarded(self._statement.root, known, self._database.serialised)
            text = self._database.rewritten(root) if root is not None else None
            if text is not None:
                try:
                    self._database.run(text, keep=KEPT_ROWS + 1)
                    return True
                except Failure:
                    if self._database.stopped:
                        raise
        self._database.run(self._statement.text, keep=KEPT_ROWS + 1)
        return False

    def _display(self, columns: Sequence[tuple[str, str]]) -> list[list[Any]]:
        """The first rows as JSON scalars."""
        expressions = ", ".join(result_types.for_display(*column) for column in columns)
        rows = self._fetched("SELECT %s FROM %s LIMIT %d" % (expressions, RESULT, max(self._limit, MODEL_ROWS)))
        cells = [[result.json_scalar(cell) for cell in row] for row in rows]
        return result_types.without_midnights(cells, [kind for _, kind in columns])

    def _groups(self, rows: int) -> Groups:
        large = self._fetched("SELECT %s >= %d FROM %s LIMIT %d" % (grouping.GUARD, MIN_GROUP, RESULT, rows))
        (small,) = self._fetched("SELECT count(*) FROM %s WHERE %s < %d" % (RESULT, grouping.GUARD, MIN_GROUP))[0]
        return Groups([bool(row[0]) for row in large], small)

    def _names_from_values(self, columns: Sequence[tuple[str, str]]) -> set[str]:
        """The names of those columns that neither the statement nor its tables name."""
        if not lineage.may_name_columns_by_values(self._statement.root):
            return set()
        told = _letters(self._statement.text)
        known = {column.casefold() for source in self._sources for column in source.columns}
        return {name for name, _ in columns if name.casefold() not in known and _letters(name) not in told}

    def _fetched(self, select: str) -> list[tuple[Any, ...]]:
        return self._database.fetch(select, lambda cursor: list(cursor.fetchall()))


def _letters(text: str) -> str:
    """A text without what DuckDB writes in its own way: spaces, quotes, brackets."""
    return "".join(char for char in text.casefold() if char.isalnum())


def _now() -> str:
    utc = datetime.timezone.utc  # noqa: UP017  # datetime.UTC came with Python 3.11
    return datetime.datetime.now(utc).isoformat(timespec="seconds")


def _found(namespace: Mapping[str, Any], policy: Policy, names: Sequence[str]) -> list[Source]:
    """The tables that a statement names. What the policy hides is not there."""
    tables: dict[str, Table] = {}
    if names:
        tables = {table.name: table for table in find_tables(namespace) if policy.level_of(table.name) != "hidden"}
    folded: dict[str, list[str]] = {}
    for name in tables:
        folded.setdefault(name.casefold(), []).append(name)
    sources: list[Source] = []
    for name in names:
        like = folded.get(name.casefold()) or folded.get("_" + name.casefold(), [])
        chosen = name if name in tables else like[0] if len(like) == 1 else None
        if chosen is None:
            raise _unknown(name, tables, like)
        table = tables[chosen]
        every = [column for column, _ in table.columns()]
        visible = [column for column, _ in policy.visible(chosen, every)]
        if not visible and every:
            raise _unknown(name, tables, [])
        sources.append(Source(name, table, visible, len(visible) < len(every)))
    by_name = {source.name.casefold(): source.table.name for source in sources}
    for source in sources:
        if by_name[source.name.casefold()] != source.table.name:
            raise Failure(
                "The statement names %s and %s, which SQL can't tell apart."
                % (source.table.name, by_name[source.name.casefold()]),
                "Give one of them another name in a cell.",
            )
    return sources


def _unknown(name: str, tables: Mapping[str, Table], like: Sequence[str]) -> Failure:
    message = 'There is no table "%s".' % name[:100]
    if len(like) > 1:
        return Failure(message, "Write the name as it is: %s." % " or ".join(like))
    if "." in name or "/" in name:
        return Failure(message, "SQL here reads the kernel's tables only: load the file in a cell first.")
    return Failure(message, near(name, tables) or "List the tables to see which there are.")
