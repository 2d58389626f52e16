"""Messages of exceptions without values."""

from __future__ import annotations

import linecache
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest

from table_copilot_jupyter.kernel.probe.messages import Code, in_words, is_type
from table_copilot_jupyter.kernel.probe.tracebacks import CELL_FILE

VALUES = {
    "canary": "Zq7Canary",
    "number": 770077,
    "people": pd.DataFrame({"name": ["Zq7Canary", "Zq7Canary2"], "n": [1, 770077]}),
    "fish": pl.DataFrame({"name": ["Zq7Canary"], "n": [770077]}),
    "np": np,
    "pd": pd,
    "pl": pl,
}


def message(code, *, types=True):
    """What is told of the message of the error that a cell raises."""
    filename = CELL_FILE % "messages"
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    try:
        exec(compile(code, filename, "exec"), {"__name__": "__main__", **VALUES})
    except BaseException as error:
        passed = []
        link = error.__traceback__.tb_next if error.__traceback__ else None
        while link is not None:
            if link.tb_frame.f_code.co_filename != "<string>":
                passed.append(link.tb_frame.f_code)
            link = link.tb_next
        return in_words(error, Code([code]), passed, types=types)
    raise AssertionError("it raised nothing")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("nothing_such", "name 'nothing_such' is not defined"),
        (
            "def f():\n    x += 1\nf()",
            "cannot access local variable 'x' where it is not associated with a value",
        ),
        ("import nothing_such", "No module named 'nothing_such'"),
        ("import nothing.such", "No module named 'nothing'"),
        ("from os import nothing_such", "cannot import name 'nothing_such' from 'os' (…)"),
        ("pd.nothing", "module 'pandas' has no attribute 'nothing'"),
        ("people.nothing", "'DataFrame' object has no attribute 'nothing'"),
        ("people['nothing']", "'nothing'"),
        ("people[['name', 'nothing']]", "['nothing'] not in index"),
        ("people.drop(columns='nothing')", "['nothing'] not found in axis"),
        ("people.n.dt.year", "Can only use .dt accessor with datetimelike values"),
        ("people['m'] = [1, 2, 3]", "Length of values (…) does not match length of index (…)"),
        ("people.query('nothing > 1')", "name 'nothing' is not defined"),
        ("bool(people)", "The truth value of a … is ambiguous. Use a.empty, a.item(), a.any() or a.all()."),
        ("fish.select('nothing')", 'unable to find column "nothing"; valid columns: …'),
        ("1 / 0", "division by zero"),
        ("1 + canary", "unsupported operand type(s) for +: 'int' and 'str'"),
        ("canary + 1", 'can only concatenate str (not "int") to str'),
        ("canary()", "'str' object is not callable"),
        ("number[0]", "'int' object is not subscriptable"),
        ("{[]: 1}", "unhashable type: 'list'"),
        ("[][number]", "list index out of range"),
        ("a, b = canary", "too many values to unpack (expected 2)"),
        ("def f(a): pass\nf()", "f() missing 1 required positional argument: 'a'"),
        ("def f(a): pass\nf(1, 2, 3)", "f() takes 1 positional argument but … were given"),
        ("def f(a): pass\nf(b=1)", "f() got an unexpected keyword argument 'b'"),
        ("people.head(x=1)", "NDFrame.head() got an unexpected keyword argument 'x'"),
        ("int(canary)", "invalid literal for int() with base 10: …"),
        ("float(canary)", "could not convert string to float: …"),
        ("np.arange(3) + np.arange(number)", "operands could not be broadcast together with shapes …"),
        ("open('nothing.csv')", "No such file or directory: 'nothing.csv'"),
        ("open(canary)", "No such file or directory"),
        ("canary.encode('utf-16').decode('utf-8')", "utf-8 can't decode a byte"),
        ("raise ValueError('no such luck')", "no such luck"),
        ("raise ValueError('luck')", "luck"),
        ("raise ValueError(f'no such {canary} here')", "no such … here"),
        ("raise ValueError('no such %s here' % canary)", "no such … here"),
        ("raise ValueError('no such {} here'.format(canary))", "no such … here"),
        ("raise ValueError(f'no such {number} here')", "no such … here"),
        ("raise ValueError", ""),
        ("assert number == 1", ""),
    ],
)
def test_what_is_code_in_a_message_is_told(code, told):
    assert message(code) == told


@pytest.mark.parametrize(
    "code",
    [
        "raise ValueError(canary)",
        "raise ValueError(number)",
        "raise KeyError(canary)",
        "raise KeyError((canary, 1))",
        "raise ValueError(people)",
        "raise ValueError(canary, 'no such luck')",
        "raise OSError(2, canary)",
        "raise UnicodeDecodeError(canary, b'', 0, 1, canary)",
        "exec('raise ValueError(\"no such %s here\")' % canary)",
        "fish.filter(pl.col('name') > 1)",
    ],
)
def test_of_a_message_that_may_be_a_value_nothing_is_told(code):
    assert message(code) is None


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("eval(canary)", "name '…' is not defined"),
        ("getattr(people, canary)", "'DataFrame' object has no attribute '…'"),
        ("__import__(canary)", "No module named '…'"),
        ("dict()[number, 1]", None),
        ("(lambda: 0)(**{canary: 1})", "…() got an unexpected keyword argument '…'"),
        ("people.pivot(index='name')", "DataFrame.pivot() missing 1 required keyword-only argument: '…'"),
    ],
)
def test_a_name_that_the_code_does_not_hold_is_not_told(code, told):
    assert message(code) == told


def test_without_types_the_types_are_not_told():
    assert message("1 + canary", types=False) == "unsupported operand type(s) for +: '…' and '…'"


def test_a_module_that_a_library_asks_for_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    told = message("people.to_excel('x.xlsx')")
    assert "openpyxl" in told


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("for i in range(3)\n    pass", "expected ':'"),
        ("x = (1", "'(' was never closed"),
        ("x = 'a", "unterminated string literal (detected at line 1)"),
        ("eval('1 +')", "invalid syntax"),
        ("eval('\"' + canary)", None),
        ("raise SyntaxError(canary)", None),
    ],
)
def test_of_a_syntax_error_what_the_compiler_says_of_the_users_cell_is_told(code, told):
    assert message(code) == told


def test_a_long_message_takes_little_time():
    long = "a " * 500_000
    error = ValueError(long)
    assert in_words(error, Code([]), [], types=True) is None


def test_parts_that_stand_in_the_code_only_as_pieces_of_words_are_not_known():
    code = Code(["table['penguins']"])
    assert code.has("penguins")
    assert code.has("table")
    assert not code.has("penguin")
    assert not code.has("table penguins")


def test_types_are_those_of_python_and_table_libraries():
    assert is_type("DataFrame")
    assert is_type("NoneType")
    assert not is_type("Canary")
