"""The last error of the kernel."""

from __future__ import annotations

import json
import sys

import pandas as pd
import pytest
from notebook import Operations, forget_errors, opened_notebook

CANARY = "Zq7Canary"


@pytest.fixture
def notebook(tmp_path):
    with opened_notebook(tmp_path) as notebook:
        notebook.variables["people"] = pd.DataFrame({"name": [CANARY], "n": [1]})
        yield notebook


@pytest.fixture
def no_errors():
    kept = {name: getattr(sys, name) for name in ("last_type", "last_value", "last_traceback") if hasattr(sys, name)}
    forget_errors()
    yield
    forget_errors()
    vars(sys).update(kept)


def test_without_an_error_it_says_so(notebook):
    notebook.cell("1 + 1")
    answer = notebook.last_error()
    assert answer["model"] == "No cell of this kernel has raised an error."
    assert answer["user"] is None
    assert answer["more"] is None


def test_without_an_error_in_plain_python_it_says_so_too(no_errors):
    assert Operations({}).last_error()["model"] == "No cell of this kernel has raised an error."


def test_an_error_is_told_with_the_code_of_its_cell(notebook, capsys):
    notebook.cell("a = 1\nb = a / 0")
    assert notebook.last_error()["model"] == (
        "ZeroDivisionError: division by zero\n"
        "  in the cell, line 2: b = a / 0\n\n"
        "The code of the cell:\n```python\na = 1\nb = a / 0\n```"
    )


def test_the_code_of_other_cells_on_the_way_is_told_too(notebook):
    notebook.cell("def half(n):\n    return n / 0")
    notebook.cell("half(1)")
    told = notebook.last_error()["model"]
    assert told.index("half(1)\n```") < told.index("return n / 0\n```")


def test_it_stays_the_last_one_after_cells_without_errors(notebook):
    notebook.cell("1 / 0")
    notebook.cell("2 + 2")
    assert "ZeroDivisionError" in notebook.last_error()["model"]


def test_of_two_errors_it_is_the_later(notebook):
    notebook.cell("1 / 0")
    notebook.cell("nothing")
    assert notebook.last_error()["model"].startswith("NameError: name 'nothing' is not defined")


def test_a_syntax_error_is_told_with_its_line(notebook):
    notebook.cell("x = 1\nfor i in range(3)\n    pass")
    told = notebook.last_error()["model"]
    assert told.startswith("SyntaxError: expected ':'\n  in the cell, line 2: for i in range(3)")
    assert "    pass\n```" in told


def test_an_error_of_approved_code_is_the_last_one_too(notebook):
    notebook.cell("nothing")
    notebook.run("1 / 0")
    assert notebook.last_error()["model"].startswith("ZeroDivisionError")


def test_in_plain_python_as_well(no_errors):
    kernel = Operations({"__name__": "__main__"})
    kernel.run("x = 1\nx / 0")
    assert "The code of the cell:\n```python\nx = 1\nx / 0\n```" in kernel.last_error()["model"]


@pytest.mark.parametrize("level", ["names", "schema", "aggregates"])
@pytest.mark.parametrize(
    "code",
    [
        "people.name.astype(int)",
        "raise ValueError(people.name.iloc[0])",
        "{}[people.name.iloc[0]]",
        "secretly = people.name.iloc[0]\neval(secretly)",
        "def f(local): 1 / 0\nf(people.name.iloc[0])",
        "e = ValueError('x'); e.add_note(people.name.iloc[0]); raise e",
        "exec('def ' + people.name.iloc[0] + '(): 1 / 0\\n' + people.name.iloc[0] + '()')",
    ],
)
def test_no_value_reaches_the_model_below_rows(notebook, level, code):
    notebook.cell(code)
    answer = notebook.last_error(level, ceiling=level)
    assert CANARY not in repr([answer["model"], answer["tables"]])
    assert answer["more"] is None
    assert CANARY in answer["user"]["text/plain"] or "local" in code


def test_the_user_sees_the_whole_traceback_and_the_code(notebook):
    notebook.cell("name = people.name.iloc[0]\nraise ValueError(name)")
    shown = notebook.last_error()["user"]["text/plain"]
    assert f"ValueError: {CANARY}" in shown
    assert shown.endswith("name = people.name.iloc[0]\nraise ValueError(name)\n")


def test_the_message_is_offered_and_at_rows_told(notebook):
    notebook.cell("raise ValueError(people.name.iloc[0])")
    offered = notebook.last_error()["more"]
    assert CANARY in offered["text"]
    assert (offered["what"], offered["level"]) == ("the message and traceback of the error", "rows")
    told = notebook.last_error("rows")
    assert (told["model"], told["level"]) == (offered["text"], "rows")
    assert [line["level"] for line in told["tables"]] == ["rows"]


def test_with_any_rule_the_message_is_neither_told_nor_offered(notebook):
    notebook.cell("raise ValueError(people.name.iloc[0])")
    answer = notebook.last_error("rows", rules=[("elsewhere", "x", "aggregates")])
    assert CANARY not in answer["model"]
    assert answer["more"] is None


def test_with_a_column_that_looks_secret_it_is_neither(notebook):
    notebook.variables["accounts"] = pd.DataFrame({"password": ["x"]})
    notebook.cell("raise ValueError(people.name.iloc[0])")
    assert notebook.last_error("rows")["more"] is None
    assert CANARY not in notebook.last_error("rows")["model"]


def test_secrets_and_hidden_names_in_the_code_are_left_out(notebook):
    notebook.cell("password = 'hunter2'\nsalaries = 1\n1 / 0")
    told = notebook.last_error(rules=[("salaries", None, "hidden")])["model"]
    assert "hunter2" not in told
    assert "salaries" not in told
    assert "[hidden] = 1" in told


def test_nothing_of_the_users_runs(notebook):
    notebook.cell(
        "ran = []\n"
        "class Loud(Exception):\n"
        "    def __repr__(self): ran.append('repr'); return ''\n"
        "    def __getattr__(self, name): ran.append(name); raise AttributeError\n"
        "raise Loud('x')"
    )
    notebook.variables["ran"].clear()
    notebook.last_error()
    assert [name for name in notebook.variables["ran"] if not name.startswith("__")] == []


def test_a_long_cell_is_cut(notebook):
    notebook.cell("1 / 0\n" + "x = 1\n" * 2000)
    answer = notebook.last_error()
    assert len(answer["model"]) < 7000
    assert json.dumps(answer)
