"""What the queries of one session gave: by reference, for the proof of numbers and for running them again.

Results are read from the log's ``tool_output`` events, so that they outlive the server; the newest output of a
reference counts. Their values are what the user was shown, and stay here: nothing of this goes to a model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from . import protocol
from .evidence import Proof, ResultIndex, prove
from .log import SessionLog
from .store.base import Store

TABLE_MIME = "application/vnd.table-copilot.table+json"
_LIST = "list "
"""How references begin that are none: of tables that are not results of queries."""
MAX_INDEXED = 50
"""The newest results, whose values numbers are compared with."""


@dataclass(frozen=True)
class Result:
    """One query's result. ``evidence`` is as the probe gave it: SQL, variable, time, tables with fingerprints."""

    ref: str
    call_id: str
    turn_id: str | None
    evidence: Mapping[str, Any]

    @property
    def number(self) -> int:
        return int(self.ref[1:]) if self.ref[1:].isdecimal() else 0

    @property
    def tables(self) -> dict[str, Any]:
        """The fingerprint of each table when the query ran."""
        return {str(table["name"]): table.get("fingerprint") for table in self.evidence.get("tables") or ()}


class Results:
    """The results of one session."""

    def __init__(self, *, complete: bool) -> None:
        self._complete = complete  # whether everything that the log has is here
        self._results: dict[str, Result] = {}
        self._indexes: dict[str, ResultIndex] = {}
        self._lists: list[ResultIndex] = []
        self._tables_read = False
        self._last = 0

    async def load(self, session_id: str, store: Store, log: SessionLog) -> None:
        """Read what the log has, once."""
        if self._complete:
            return
        await log.flush()
        for row in await store.events(session_id, types=("tool_output",)):
            event = json.loads(row.body)
            self.take(event["call_id"], event["mime"], turn_id=event.get("turn_id"))
        self._complete = True
        self.begin_turn()

    def clear(self) -> None:
        self._results.clear()
        self._indexes.clear()
        self.begin_turn()

    def begin_turn(self) -> None:
        """What the turn before was shown of tables beside results of queries counts no more."""
        self._lists.clear()
        self._tables_read = False

    def next_number(self) -> int:
        """The least number that no result of the session has had; each call gives a greater one."""
        self._last = max(self._last, *(result.number for result in self._results.values()), 0) + 1
        return self._last

    def take(self, call_id: str, mime: Mapping[str, Any], *, turn_id: str | None = None) -> None:
        """Something was shown: the result of a query is kept, a list or a description counts for this turn."""
        shown = mime.get(TABLE_MIME)
        if not isinstance(shown, Mapping):
            return
        self._tables_read = True
        evidence = shown.get("evidence")
        if not isinstance(evidence, Mapping) or not isinstance(ref := evidence.get("ref"), str):
            self._lists.append(ResultIndex.of(f"{_LIST}{len(self._lists)}", shown))
            return
        self._results.pop(ref, None)  # the newest stands last
        self._results[ref] = Result(ref, call_id, turn_id, evidence)
        self._indexes.pop(ref, None)
        self._indexes[ref] = ResultIndex.of(ref, shown)
        if len(self._indexes) > MAX_INDEXED:
            del self._indexes[next(iter(self._indexes))]

    def get(self, ref: str) -> Result | None:
        return self._results.get(ref)

    @property
    def refs(self) -> list[str]:
        return list(self._results)

    def evidence(self, message_id: str, text: str, said: str) -> protocol.Evidence | None:
        """Which numbers of an answer stand in which result; None where the answer has nothing to do with tables."""
        indexes = [*self._indexes.values(), *self._lists]
        proof: Proof = prove(text, indexes, said=said, remembered=not self._tables_read)
        refs = [ref for ref in proof.refs if not ref.startswith(_LIST)]
        # what a list or a description says needs no query to prove it
        numbers = [number for number in proof.numbers if not (number.ref or "").startswith(_LIST)]
        if not refs and not (self._tables_read and numbers):
            return None
        return protocol.Evidence(message_id=message_id, refs=refs, numbers=numbers)
