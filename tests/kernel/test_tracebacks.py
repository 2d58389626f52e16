"""Exceptions in words without values, and in full."""

from __future__ import annotations

import linecache
import sys
import textwrap

import pytest
from notebook import policy

from table_copilot_jupyter.kernel.probe import messages
from table_copilot_jupyter.kernel.probe.tracebacks import (
    CELL_FILE,
    class_name,
    in_full,
    in_words,
    is_cell,
    masked,
    message_of,
    sources,
)


def raised(code, name="test", **variables):
    """The exception that a cell with this code raises."""
    source = textwrap.dedent(code).strip("\n")
    filename = CELL_FILE % name
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        exec(compile(source, filename, "exec"), {"__name__": "__main__", **variables})
    except BaseException as error:
        return error
    raise AssertionError("it raised nothing")


def test_an_error_is_told_by_type_message_and_line():
    assert in_words(raised("a = 1\nb = a / 0"), types=True) == (
        "ZeroDivisionError: division by zero\n  in the cell, line 2: b = a / 0"
    )


def test_every_function_of_the_users_on_the_way_is_told():
    told = in_words(raised("def f(n):\n    return g(n)\ndef g(n):\n    return n.x\nf(1)"), types=True)
    assert told == (
        "AttributeError: 'int' object has no attribute 'x'\n"
        "  in the cell, line 5: f(1)\n"
        "  in the cell, line 2, in f: return g(n)\n"
        "  in the cell, line 4, in g: return n.x"
    )


def test_a_librarys_function_is_told_by_file_and_line_without_its_folder():
    told = in_words(raised("import json\njson.loads(text)", text="Canary{"), types=True)
    assert "\n  raised in decoder.py, line " in told
    assert "Canary" not in told
    assert "/" not in told


def test_endless_recursion_is_told_in_a_few_lines():
    told = in_words(raised("def f(n):\n    f(n + 1)\nf(1)"), types=True)
    assert told.startswith("RecursionError: maximum recursion depth exceeded")
    assert len(told.splitlines()) == 10
    assert " more calls" in told


def test_what_caused_an_error_is_told_too():
    code = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e"
    assert in_words(raised(code), types=True).splitlines() == [
        "KeyError: 'k'",
        "  in the cell, line 4: raise KeyError('k') from e",
        "Caused by ZeroDivisionError: division by zero",
        "  in the cell, line 2: 1 / 0",
    ]


def test_an_error_that_was_raised_from_none_has_no_cause():
    code = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise KeyError('k') from None"
    assert "Caused by" not in in_words(raised(code), types=True)


def test_errors_that_cause_each_other_end():
    assert "a" in in_words(
        raised("a, b = KeyError('a'), KeyError('b')\na.__cause__, b.__cause__ = b, a\nraise a"), types=True
    )


def test_a_message_of_values_is_left_out_and_that_is_said():
    assert in_words(raised("raise ValueError(value)", value="Canary"), types=True).splitlines()[0] == (
        "ValueError: (its message is left out: it may hold values)"
    )


def test_secrets_in_a_quoted_line_are_left_out():
    assert "hunter2" not in in_words(raised("password = 'hunter2'; 1 / 0"), types=True)


def test_a_long_line_is_cut():
    assert len(in_words(raised("1 / 0 #" + "x" * 5000), types=True)) < 400


def test_code_that_was_made_of_data_is_told_by_nothing():
    code = "exec(compile(data, name, 'exec'))"
    for name in ("<string>", "Canary.py", "Canary"):
        told = in_words(
            raised(code, data="def Canary(): raise ValueError('a Canary')\nCanary()", name=name), types=True
        )
        assert "Canary" not in told
        assert told.splitlines()[1:] == ["  in the cell, line 1: exec(compile(data, name, 'exec'))"]


def test_an_error_outside_of_any_cell_is_told_without_places():
    assert in_words(ZeroDivisionError("division by zero"), types=True) == "ZeroDivisionError: division by zero"


# --- names of classes --------------------------------------------------------------------------


def test_a_class_is_named_if_a_module_or_the_code_holds_it():
    code = messages.Code(["class Mine(ValueError): pass"])
    assert class_name(KeyError, code) == "KeyError"
    assert class_name(type("Mine", (ValueError,), {"__module__": "__main__"}), code) == "Mine"


def test_a_class_that_was_made_of_data_is_named_after_its_base():
    code = messages.Code([])
    assert class_name(type("Canary", (ValueError,), {}), code) == "ValueError"
    assert class_name(type("Canary", (), {"__module__": "__main__"}), code) == "object"


# --- in full -----------------------------------------------------------------------------------


def test_in_full_it_is_pythons_traceback_from_the_first_cell_on():
    assert in_full(raised("def f(n):\n    return n / 0\nf(1)")).splitlines()[:4] == [
        "Traceback (most recent call last):",
        '  File "cell", line 3, in <module>',
        "    f(1)",
        '  File "cell", line 2, in f',
    ]


def test_in_full_a_syntax_error_is_one_of_the_cell():
    assert in_full(raised("x = = 1")).splitlines() == [
        '  File "cell", line 1',
        "    x = = 1",
        "        ^",
        "SyntaxError: invalid syntax",
    ]


def test_in_full_causes_and_notes_are_there():
    error = raised("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e")
    error.add_note("a note")
    told = in_full(error)
    assert "The above exception was the direct cause" in told
    assert told.count('File "cell"') == 2
    assert told.endswith("KeyError: 'k'\na note")


def test_in_full_there_are_neither_colours_nor_folders():
    told = in_full(raised("import json\njson.loads('\\x1b[31mx')\nraise ValueError('\\x1b[31mred\\x1b[0m')"))
    assert "\x1b" not in told
    assert 'File "decoder.py"' in told


def test_an_error_that_cannot_be_printed_is_told_by_its_type():
    error = raised("class Broken(Exception):\n    def __str__(self): raise RuntimeError\nraise Broken")
    assert "Broken" in in_full(error)
    assert message_of(error) == "(it can't be printed)"


# --- cells and names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filename", "cell"),
    [
        ("<ipython-input-3-0123456789ab>", True),
        ("/tmp/ipykernel_123/456789.py", True),
        ("C:\\Temp\\ipykernel_123\\456789.py", True),
        ("/tmp/xpython_123/456789.py", True),
        ("<python-input-0>", True),
        ("<string>", False),
        ("<ipython-input", False),
        ("/home/ada/notes.py", False),
        (__file__, False),
    ],
)
def test_cells_are_told_from_files(filename, cell):
    assert is_cell(filename) is cell


def test_the_source_of_all_cells_on_the_way_is_found():
    helper = raised("def helper(n):\n    raise ValueError('x')\n1 / 0", name="first").__traceback__.tb_next.tb_frame
    error = raised("helper(3)", name="second", helper=helper.f_globals["helper"])
    assert list(sources(error).values()) == ["helper(3)", "def helper(n):\n    raise ValueError('x')\n1 / 0"]


def test_the_source_of_a_syntax_error_is_found():
    assert list(sources(raised("x = = 1")).values()) == ["x = = 1"]


def test_hidden_names_are_masked_as_words_whatever_their_case():
    rules = [("Pay", None, "hidden"), ("people", "wage", "hidden"), ("open", None, "names")]
    text = "pay.head(); payment; PAY['wage']; open; people"
    assert masked(text, policy(rules=rules)) == "[hidden].head(); payment; [hidden]['[hidden]']; open; people"
    assert masked(text, policy()) == text


def test_without_ipython_cells_are_known_too(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not is_cell("<string>")
