"""Runs code that the user has approved, as a cell would, and tells what came of it.

The code is bound to its hash and to a time until which it may start. It runs on the calling thread, which is the
kernel's main thread, through IPython (plain ``exec`` where there is none), without a place in the history. What it
puts out is caught (``capture.py``) and goes to the user; variables are compared before and after (``changes.py``).

For the model: output can hold a value of any table, and nobody can tell of which. So it is read only where the level
is ``rows`` *and* no rule of any table, nor a column that looks secret, asks for less. Below, the model reads how much
there was, the variables as far as each one's level goes, and an error in words without values (``tracebacks.py``).

Top-level ``await`` needs an event loop. Where one runs already, because the code runs nested in a cell that waits,
nest_asyncio lets it run again; only for such code, since that changes asyncio for the rest of the kernel's life.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import linecache
import sys
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any

from . import gate, report
from .capture import Captured, capturing, shell_of
from .changes import Snapshot
from .failure import Failure
from .tracebacks import CELL_FILE

NESTING = ("nest_asyncio", "nest_asyncio2")
"""The library under the names of both its maintainers; ipykernel 7 brings the second."""

_STOP_S = 1.0
"""So long an interrupted task may take to end."""


def run(namespace: MutableMapping[str, Any], policy: gate.Policy, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Run ``code``, whose SHA-256 is ``sha256``.

    An error in the code, an interrupt and ``exit()`` are results like others. Raises Failure where the code wasn't
    run at all.
    """
    code = str(arguments.get("code") or "")
    digest = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
    if arguments.get("sha256") != digest:
        raise Failure("The code is not the one that was approved, so it was not run.", "Ask for approval again.")
    shell = shell_of(namespace)
    awaits = _awaits(code, shell)
    loop = _nested_loop() if awaits else None
    before = Snapshot(namespace, getattr(shell, "user_ns_hidden", None))
    began = time.perf_counter()
    with capturing(shell, quiet=code.rstrip().endswith(";")) as captured:
        if shell is not None:
            error = _run_in_ipython(code, shell, captured, loop)
        else:
            error = _run_plainly(code, CELL_FILE % digest[:12], namespace, captured, loop)
    elapsed = time.perf_counter() - began
    return report.of(code, captured, error, before, before.compare(namespace), elapsed, policy)


def _run_in_ipython(code: str, shell: Any, captured: Captured, loop: Any) -> BaseException | None:
    usual = shell.loop_runner
    if loop is not None:
        shell.loop_runner = lambda coroutine: _complete(coroutine, loop)
    try:
        result = shell.run_cell(code, store_history=False)
    except (KeyboardInterrupt, SystemExit) as stopped:  # while IPython was busy with itself
        return stopped
    finally:
        shell.loop_runner = usual
    error: BaseException | None = result.error_before_exec or result.error_in_exec or captured.shown_error
    return error


def _run_plainly(
    code: str, filename: str, namespace: MutableMapping[str, Any], captured: Captured, loop: Any
) -> BaseException | None:
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    try:
        tree = compile(code, filename, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        _execute(tree, filename, namespace, loop)
        if isinstance(last, ast.Expr):
            value = _execute(ast.copy_location(ast.Expression(last.value), last), filename, namespace, loop)
            if value is not None and not captured.quiet:
                captured.show({"text/plain": repr(value)})
    except BaseException as error:
        # As IPython and Python's prompt do: for debuggers, and for ``last_error``.
        vars(sys).update(last_type=type(error), last_value=error, last_traceback=error.__traceback__, last_exc=error)
        return error
    return None


def _execute(tree: ast.Module | ast.Expression, filename: str, variables: Any, loop: Any) -> Any:
    mode = "eval" if isinstance(tree, ast.Expression) else "exec"
    compiled = compile(tree, filename, mode, ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    value = eval(compiled, variables)
    if not compiled.co_flags & inspect.CO_COROUTINE:
        return value
    if loop is not None:
        return _complete(value, loop)
    import asyncio

    own = asyncio.new_event_loop()  # asyncio.run would take the thread's loop away
    try:
        return own.run_until_complete(value)
    finally:
        own.close()


def _awaits(code: str, shell: Any) -> bool:
    """Whether the code awaits something outside of its functions."""
    try:
        source = code if shell is None else shell.transform_cell(code)
        compiled = compile(source, "<code>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, True)
    except Exception:  # it will say so when it runs
        return False
    return bool(compiled.co_flags & inspect.CO_COROUTINE)


def _nested_loop() -> Any:
    """The event loop that runs on this thread, made fit to run again within itself; None where none runs.

    Raises Failure where that can't be done.
    """
    import asyncio

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return None
    for name in NESTING:
        with suppress(ImportError):
            nesting = importlib.import_module(name)
            break
    else:
        raise Failure(
            "The code awaits at its top level, which needs nest_asyncio here, and the kernel doesn't have it.",
            "Install it (%pip install nest-asyncio), or put the code into a cell of its own.",
        )
    try:
        nesting.apply(loop)
    except ValueError:
        raise Failure(
            "The code awaits at its top level, and the kernel's event loop (%s) can't do that while a cell waits."
            % type(loop).__name__,
            "Put the code into a cell of its own.",
        ) from None
    return loop


def _complete(coroutine: Any, loop: Any) -> Any:
    """Run a coroutine to its end within the running loop; interrupted, it is cancelled before."""
    import asyncio

    task = loop.create_task(coroutine)
    try:
        return loop.run_until_complete(task)
    except KeyboardInterrupt:
        task.cancel()
        with suppress(BaseException):
            loop.run_until_complete(asyncio.wait({task}, timeout=_STOP_S))
        raise
