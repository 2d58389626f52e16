"""The last error that the kernel raised, with the code of the cells that it went through.

Everything is read from what Python and IPython keep anyway; nothing of the user's is run. Below ``rows`` the model
reads the error in words (``tracebacks.py``) and the cells' code, which is the user's own text, without secrets and
without names that a rule hides. At ``rows`` it reads the message and the traceback; they can quote any table, so the
strictest rule there is holds for them, as for the output of code (``report.py``).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from . import gate, tracebacks
from .capture import cut, shell_of
from .changes import columns_of
from .frames import find_tables
from .report import OUTPUT, output_levels
from .secrets import redacted

LONGEST_CODE = 6000
"""Characters of each cell that the model reads."""
_LONGEST_TRACEBACK = 20_000
_MOST_CELLS = 3


def error(namespace: MutableMapping[str, Any], policy: gate.Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The last exception and its cells' source; a text that says so where there was none."""
    raised = _last_exception(namespace)
    if raised is None:
        return gate.answer("No cell of this kernel has raised an error.")
    level, limit = output_levels(policy, map(columns_of, find_tables(namespace)))
    cells = list(tracebacks.sources(raised).values())[-_MOST_CELLS:]
    full = tracebacks.in_full(raised)
    in_words = tracebacks.in_words(raised, types=gate.allows(level, "schema"))
    quoted = [gate.disclosed(OUTPUT, "rows")]
    may_read = level == "rows"
    in_full = _text(cut(redacted(full), 8000), cells, policy)
    more = None
    if not may_read and limit == "rows":
        more = gate.consent(in_full, level="rows", what="the message and traceback of the error", tables=quoted)
    return gate.answer(
        in_full if may_read else _text(in_words, cells, policy),
        level="rows" if may_read else None,
        tables=quoted if may_read else (),
        user={"text/plain": cut("\n\n".join([full, *cells]), _LONGEST_TRACEBACK)},
        more=more,
    )


def _text(told: str, cells: list[str], policy: gate.Policy) -> str:
    parts = [told]
    for source in cells:
        code = cut(redacted(source.rstrip()), LONGEST_CODE)
        parts.append("The code of the cell:\n```python\n%s\n```" % code.replace("```", "'''"))
    return tracebacks.masked("\n\n".join(parts), policy)


def _last_exception(namespace: MutableMapping[str, Any]) -> BaseException | None:
    """Where Python keeps it for debuggers; else that of IPython's last cell."""
    shell = shell_of(namespace)
    result = getattr(shell, "last_execution_result", None)
    for found in (
        getattr(sys, "last_exc", None),
        getattr(sys, "last_value", None),
        getattr(result, "error_in_exec", None),
        getattr(result, "error_before_exec", None),
    ):
        if isinstance(found, BaseException):
            return found
    return None
