"""Code that the user has approved, run in the kernel."""

from __future__ import annotations

import asyncio
import builtins
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading

import pandas as pd
import pytest
from notebook import RUN, Operations, opened_notebook, policy

from table_copilot_jupyter.kernel.probe import run
from table_copilot_jupyter.kernel.probe.failure import Failure


@pytest.fixture
def notebook(tmp_path):
    with opened_notebook(tmp_path) as notebook:
        yield notebook


@pytest.fixture(params=["IPython", "plain Python"])
def kernel(request, tmp_path):
    """A kernel with IPython, and one without."""
    if request.param == "plain Python":
        yield Operations({"__name__": "__main__"})
    else:
        with opened_notebook(tmp_path) as notebook:
            yield notebook


# --- what may run ------------------------------------------------------------------------------


def test_code_runs_in_the_users_namespace(kernel):
    kernel.variables["a"] = 20
    kernel.run("b = a + 1")
    assert kernel.variables["b"] == 21


@pytest.mark.parametrize("digest", ["0" * 64, "", None])
def test_code_that_is_not_the_approved_one_is_not_run(kernel, digest):
    with pytest.raises(Failure, match="not the one that was approved"):
        run.run(kernel.variables, policy(), {"code": "b = 1", "sha256": digest})
    assert "b" not in kernel.variables


def test_code_with_a_lone_surrogate_is_bound_to_its_hash_too(kernel):
    with pytest.raises(Failure, match="not the one"):
        run.run(kernel.variables, policy(), {"code": "b = '\ud800'", "sha256": "0" * 64})


# --- what comes out ----------------------------------------------------------------------------


def test_what_is_printed_and_the_last_expression_go_to_the_user(kernel, capsys):
    shown = kernel.shown("import sys\nprint('out')\nprint('err', file=sys.stderr)\n1 + 1")
    assert (shown["stdout"], shown["stderr"]) == ("out\n", "err\n")
    assert [output["text/plain"] for output in shown["outputs"]] == ["2"]
    assert shown["error"] is None
    assert capsys.readouterr() == ("", "")


def test_a_semicolon_keeps_the_last_expression_to_itself(kernel):
    assert kernel.shown("1 + 1;")["outputs"] == []


def test_the_answer_is_json(kernel):
    answer = kernel.run("print('x')\nraise ValueError(float('nan'))")
    assert json.loads(json.dumps(answer, allow_nan=False)) == answer


def test_code_leaves_no_trace_in_the_history(notebook):
    notebook.cell("'first'")
    before = dict(notebook.variables["Out"])
    notebook.run("'second'")
    assert notebook.variables["Out"] == before
    assert notebook.variables["_"] == "first"
    assert notebook.shell.execution_count == 2


def test_a_cell_in_which_code_ran_goes_on_as_if_nothing_had_been(notebook, capsys):
    notebook.variables["go"] = lambda: notebook.run("print('inner')\n1/0")["model"]
    result = notebook.cell("told = go()\nprint('outer')\n'last'")
    assert result.success
    assert result.result == "last"
    assert "ZeroDivisionError" in notebook.variables["told"]
    out, err = capsys.readouterr()
    assert "outer" in out
    assert "'last'" in out
    assert "inner" not in out + err
    assert "ZeroDivisionError" not in out + err


def test_magics_run_as_in_a_cell(notebook):
    shown = notebook.shown("%who_ls str\nword = 'x'")
    assert shown["error"] is None
    assert shown["variables"]["new"] == ["word"]


def test_what_the_shell_prints_is_caught(notebook):
    assert notebook.shown("!echo from the shell")["stdout"] == "from the shell\n"


def test_a_value_that_cannot_be_shown_is_an_error(kernel):
    shown = kernel.shown("class Broken:\n    def __repr__(self): raise ValueError('no')\nBroken()")
    assert shown["error"]["name"] == "ValueError"


# --- how it ends -------------------------------------------------------------------------------


def test_an_error_is_a_result_with_its_traceback(kernel):
    answer = kernel.run("x = 1\ndef half(n):\n    return n / 0\nhalf(x)")
    problem = answer["user"][RUN]["error"]
    assert (problem["name"], problem["message"]) == ("ZeroDivisionError", "division by zero")
    assert 'File "cell", line 3, in half' in problem["traceback"]
    assert "run.py" not in problem["traceback"]
    assert "interactiveshell" not in problem["traceback"]
    assert answer["model"].startswith("The code failed after ")


def test_a_syntax_error_is_a_result(kernel):
    answer = kernel.run("for i in range(3)\n    print(i)")
    assert answer["user"][RUN]["error"]["name"] == "SyntaxError"
    assert "in the cell, line 1: for i in range(3)" in answer["model"]


@pytest.mark.parametrize("code", ["exit()", "quit()", "import sys; sys.exit(3)", "raise SystemExit"])
def test_code_cannot_end_the_kernel(kernel, code):
    shown = kernel.shown(code)
    assert shown["error"]["name"] == "SystemExit"
    assert shown["stderr"] == ""
    assert kernel.shown("'still here'")["outputs"]


@pytest.mark.parametrize(
    "code", ["input('name? ')", "import getpass; getpass.getpass()", "import sys; sys.stdin.readline()", "breakpoint()"]
)
def test_code_that_asks_for_input_fails_instead_of_waiting(kernel, code):
    shown = kernel.shown(code)
    assert "nobody can type it here" in shown["error"]["message"]


def test_afterwards_input_and_streams_are_as_they_were(kernel):
    before = builtins.input, sys.stdout, sys.stderr, sys.stdin, sys.displayhook
    kernel.run("1/0")
    kernel.run("print(1)")
    assert (builtins.input, sys.stdout, sys.stderr, sys.stdin, sys.displayhook) == before


def test_an_interrupt_ends_the_code_and_is_a_result(kernel):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    answer = kernel.run("done = []\nfor _ in range(10_000_000_000): pass\ndone = [1]")
    assert answer["user"][RUN]["error"]["name"] == "KeyboardInterrupt"
    assert answer["model"].startswith("The code was stopped by the user after ")
    assert answer["more"] is None
    assert kernel.variables["done"] == []


# --- top-level await ---------------------------------------------------------------------------

AWAITING = "import asyncio\nawait asyncio.sleep(0.01)\nx = 5\nx"


def test_top_level_await_needs_nothing_where_no_loop_runs(kernel):
    answer = kernel.run(AWAITING)
    assert answer["user"][RUN]["error"] is None
    assert kernel.variables["x"] == 5
    assert not hasattr(asyncio, "_nest_patched")


async def test_code_without_await_leaves_a_running_loop_alone(kernel):
    kernel.run("async def later(): await something\nx = 5")
    assert kernel.variables["x"] == 5
    assert not hasattr(asyncio, "_nest_patched")


async def test_without_nest_asyncio_nested_await_is_refused_with_a_hint(kernel, monkeypatch):
    for name in run.NESTING:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Failure, match="pip install nest-asyncio"):
        kernel.run(AWAITING)
    assert "x" not in kernel.variables


NESTED = """
import asyncio, os, signal, sys, tempfile, threading
from pathlib import Path
from notebook import Operations, opened_notebook

async def main(kernel):
    beats = []
    async def beat():
        while True:
            beats.append(1)
            await asyncio.sleep(0.005)
    beating = asyncio.ensure_future(beat())
    await asyncio.sleep(0)
    first = kernel.run("import asyncio\\nawait asyncio.sleep(0.1)\\nx = 5\\nprint(x)")
    assert first["user"]["application/vnd.table-copilot.run+json"]["stdout"] == "5\\n", first
    assert kernel.variables["x"] == 5
    assert len(beats) > 3, "the loop's other tasks go on meanwhile"
    failed = kernel.run("await asyncio.sleep(0)\\n1/0")
    assert "ZeroDivisionError" in failed["model"], failed
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        stopped = kernel.run("try:\\n    await asyncio.sleep(20)\\nfinally:\\n    cleaned = True")
        assert stopped["model"].startswith("The code was stopped"), stopped
        assert kernel.variables["cleaned"]
        assert [task for task in asyncio.all_tasks() if "run_cell" in repr(task)] == []
    beating.cancel()
    return "held"

if sys.argv[1] == "IPython":
    with tempfile.TemporaryDirectory() as folder, opened_notebook(Path(folder)) as kernel:
        print(asyncio.run(main(kernel)))
else:
    print(asyncio.run(main(Operations({"__name__": "__main__"}))))
"""


@pytest.mark.parametrize("kind", ["IPython", "plain"])
def test_top_level_await_runs_within_a_running_loop(kind):
    # In a process of its own: nest_asyncio changes asyncio for good.
    script = [sys.executable, "-c", textwrap.dedent(NESTED), kind]
    here = {"PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path])}
    done = subprocess.run(script, env={**os.environ, **here}, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip().endswith("held"), done.stderr


# --- variables ---------------------------------------------------------------------------------


def test_new_changed_and_removed_variables_are_named(kernel):
    kernel.variables.update(a=1, b=[1], c=2, frame=pd.DataFrame({"n": [1, 2]}))
    answer = kernel.run("frame.loc[0, 'n'] = 7\nb.append(2)\ndel c\nd = frame.head(1)")
    assert answer["user"][RUN]["variables"] == {"new": ["d"], "changed": ["b", "frame"], "removed": ["c"]}
    assert "New: `d` (pandas.DataFrame, 1 × 1)." in answer["model"]
    assert "Changed: `b` (list), `frame` (pandas.DataFrame, 2 × 1)." in answer["model"]
    assert "Removed: `c`." in answer["model"]
    assert {line["name"]: line["level"] for line in answer["tables"]} == {"d": "schema", "frame": "schema"}
    assert answer["level"] == "schema"
