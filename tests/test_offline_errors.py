"""What is said of the last error of the kernel."""

from __future__ import annotations

import builtins

import pytest

from table_copilot_jupyter.engine.offline.errors import explained
from table_copilot_jupyter.kernel.probe import entry


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("NameError", "run the cell that defines it"),
        ("KeyError", "no such key or column"),
        ("ZeroDivisionError", "divided by zero"),
        ("ModuleNotFoundError", "%pip install"),
        ("SyntaxError", "bracket, quote or colon"),
        ("BufferError", "Read the marked line"),
    ],
)
def test_the_type_of_an_error_says_what_to_do(name: str, words: str) -> None:
    assert hasattr(builtins, name)
    said = explained(
        f"Traceback (most recent call last):\n  line 1\n{name}: something\n\nThe code of the cell:\n…", "en"
    )
    assert said.startswith(f"The last error is `{name}: something`.")
    assert words in said


def test_the_last_of_several_errors_counts() -> None:
    assert "`ValueError: b`" in explained("KeyError: 'a'\n\nDuring handling …\n\nValueError: b", "en")


def test_an_error_in_the_code_is_none() -> None:
    told = "ValueError\n\nThe code of the cell:\n```python\nraise KeyError('a')\n```"
    assert explained(told, "en").startswith("The last error is `ValueError`.")


@pytest.mark.parametrize("level", ["rows", "names"])
def test_what_the_kernel_tells_is_understood(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        {}["mass"]
    except KeyError as error:
        monkeypatch.setattr("sys.last_exc", error, raising=False)
        monkeypatch.setattr("sys.last_value", error, raising=False)
    policy = {"level": level, "ceiling": "rows", "rules": []}
    value = entry.handle({}, {"op": "error", "arguments": {}, "policy": policy})["value"]
    assert "最后的错误是 `KeyError" in explained(value["model"], "zh")
