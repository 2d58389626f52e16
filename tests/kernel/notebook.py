"""A notebook without a kernel around it: a real IPython shell, whose cells a test runs one after the other."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from table_copilot_jupyter.kernel.probe import last_error, run
from table_copilot_jupyter.kernel.probe.gate import Policy

RUN = "application/vnd.table-copilot.run+json"


class Operations:
    """The operations of the probe on some variables, at a level of privacy."""

    def __init__(self, variables: MutableMapping[str, Any]) -> None:
        self.variables = variables

    def run(self, code: str, level: str = "schema", *, ceiling: str = "rows", rules: Any = ()) -> dict[str, Any]:
        return run.run(self.variables, policy(level, ceiling, rules), approved(code))

    def shown(self, code: str) -> Any:
        """What the user sees of some code that is run."""
        return self.run(code)["user"][RUN]

    def last_error(self, level: str = "schema", *, ceiling: str = "rows", rules: Any = ()) -> dict[str, Any]:
        return last_error.error(self.variables, policy(level, ceiling, rules), {})


class Notebook(Operations):
    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(shell.user_ns)
        self.shell = shell

    def cell(self, code: str) -> Any:
        """Run a cell of the user's; its result."""
        return self.shell.run_cell(code, store_history=True)


def policy(level: str = "schema", ceiling: str = "rows", rules: Any = ()) -> Policy:
    return Policy.read({"level": level, "ceiling": ceiling, "rules": [rule(*given) for given in rules]})


def rule(table: str, column: str | None, level: str) -> dict[str, Any]:
    return {"table": table, "column": column, "level": level}


def approved(code: str) -> dict[str, Any]:
    return {"code": code, "sha256": hashlib.sha256(code.encode()).hexdigest()}


@contextmanager
def opened_notebook(folder: Path) -> Iterator[Notebook]:
    """IPython's shell for this process, with its files in ``folder``; afterwards there is none again."""
    main, last = sys.modules["__main__"], {name: getattr(sys, name, None) for name in _LAST}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIRTUAL_ENV", raising=False)  # another environment may be the active one, of which IPython warns
        shell = InteractiveShell.instance(ipython_dir=str(folder), config=Config(HistoryManager={"enabled": False}))
    try:
        forget_errors()
        yield Notebook(shell)
    finally:
        InteractiveShell.clear_instance()
        sys.modules["__main__"] = main
        forget_errors()
        for name, value in last.items():
            if value is not None:
                setattr(sys, name, value)


_LAST = ("last_type", "last_value", "last_traceback", "last_exc")


def forget_errors() -> None:
    for name in _LAST:
        vars(sys).pop(name, None)
