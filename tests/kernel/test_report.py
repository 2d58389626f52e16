"""What the model reads of code that ran, level by level."""

from __future__ import annotations

import pandas as pd
import pytest
from notebook import RUN, Operations, opened_notebook

from table_copilot_jupyter.kernel.probe.report import LONGEST_OUTPUT, names_a_secret

CANARY = "Zq7Canary"


@pytest.fixture(params=["IPython", "plain Python"])
def kernel(request, tmp_path):
    """A kernel with a table of three columns and an index, whose every value is a canary."""
    table = pd.DataFrame(
        {"name": [CANARY + "A", CANARY + "B"], "n": [770077, 770078]}, index=[CANARY + "I", CANARY + "J"]
    )
    table["kind"] = pd.Categorical([CANARY + "C", CANARY + "D"])
    table.attrs["note"] = CANARY + "N"
    if request.param == "plain Python":
        kernel = Operations({"__name__": "__main__"})
        kernel.variables.update(people=table, pd=pd)
        yield kernel
    else:
        with opened_notebook(tmp_path) as notebook:
            notebook.variables.update(people=table, pd=pd)
            yield notebook


def said(answer):
    """All that leaves the kernel for the model, but for what needs a consent."""
    return repr([answer["model"], answer["tables"]])


@pytest.mark.parametrize("level", ["names", "schema", "aggregates"])
@pytest.mark.parametrize(
    "code",
    [
        "people",
        "print(people)",
        "import sys; print(people.name.iloc[0], file=sys.stderr)",
        "value = people.name.iloc[0]; value",
        "people.kind",
        "people.attrs",
        "people.name.astype(int)",
        "people.loc['x' + people.name.iloc[0]]",
        "people[people.name.iloc[0]]",
        "getattr(people, people.name.iloc[0])",
        "{}[people.name.iloc[0]]",
        "{}[people.n.iloc[0]]",
        "int(people.name.iloc[0])",
        "float(people.name.iloc[0])",
        "pd.to_datetime(people.name)",
        "raise ValueError(people.name.iloc[0])",
        "raise ValueError('the name ' + people.name.iloc[0] + ' is bad')",
        "raise ValueError(f'the name {people.name.iloc[0]} is bad')",
        "raise KeyError(people.name.iloc[0], 1)",
        "raise Exception(people)",
        "raise SystemExit(people.name.iloc[0])",
        "raise ExceptionGroup(people.name.iloc[0], [ValueError(people.name.iloc[1])])",
        "raise type(people.name.iloc[0], (Exception,), {})()",
        "assert False, people.name.iloc[0]",
        "assert people.n.iloc[0] == 1, people",
        "eval(people.name.iloc[0])",
        "eval(people.name.iloc[0] + ' 1')",
        "exec('raise ValueError(\"a long sentence with %s in it\")' % people.name.iloc[0])",
        "exec(compile('1/0', people.name.iloc[0], 'exec'))",
        "exec('def %s(): 1/0' % people.name.iloc[0]); globals()[people.name.iloc[0]]()",
        "exec(people.name.iloc[0] + '()')",
        "import importlib; importlib.import_module(people.name.iloc[0])",
        "open('/nowhere/' + people.name.iloc[0])",
        "people.query('name > 3 and ' + people.name.iloc[0])",
        "globals()[people.name.iloc[0]] = 1",
        "globals()[people.name.iloc[0]] = people",
        "for name in people.name: exec(name + ' = 1')",
        "made = type(people.name.iloc[0], (), {})()",
        "try:\n    raise ValueError(people.name.iloc[0])\nexcept ValueError as e:\n    raise TypeError('b') from e",
        "try:\n    raise ValueError(people.name.iloc[0])\nfinally:\n    1/0",
        "def deep(value): raise RuntimeError(value)\ndeep(people.name.iloc[0])",
        "e = ValueError('x'); e.add_note(people.name.iloc[0]); raise e",
        "class Own(Exception):\n    def __str__(self): return people.name.iloc[0]\nraise Own()",
        "class Loud:\n    def __repr__(self): raise ValueError(people.name.iloc[0])\nLoud()",
        "people.name.iloc[0].encode().decode('utf-16')",
        "(lambda **k: 0)(*people.name)",
        "(lambda: 0)(**{people.name.iloc[0]: 1})",
        "len(people.n.iloc[0])",
        "people.name.iloc[0] + 1",
        "people.pivot(index='name', columns=people.name.iloc[0], values='n')",
        "pd.Categorical(people.kind).rename_categories([people.name.iloc[0]])",
    ],
)
def test_no_value_reaches_the_model_below_rows(kernel, code, level):
    answer = kernel.run(code, level, ceiling=level)
    assert CANARY not in said(answer)
    assert "77007" not in said(answer)
    assert answer["more"] is None


@pytest.mark.parametrize("rules", [[("gone", None, "hidden")], [("people", "n", "aggregates")]])
def test_with_any_rule_the_output_is_not_read_even_at_rows(kernel, rules):
    answer = kernel.run("print(people)\npeople.name.astype(int)", "rows", rules=rules)
    assert CANARY not in said(answer)
    assert answer["more"] is None
    assert "because of a rule" in answer["model"]


def test_with_a_column_that_looks_secret_the_output_is_not_read_even_at_rows(kernel):
    kernel.variables["accounts"] = pd.DataFrame({"password": [CANARY]})
    for code in ("accounts.iloc[0, 0][:5]", "del accounts\nprint('gone')", "1/0"):
        answer = kernel.run(code, "rows")
        assert answer["more"] is None
        assert CANARY[:5] not in said(answer)


def test_a_printed_table_with_a_secret_column_is_left_out_where_no_variable_holds_it(kernel):
    answer = kernel.run("print(pd.DataFrame({'password': ['hunter2']}))", "rows")
    assert "hunter2" not in said(answer)
    assert "looks secret" in answer["model"]


def test_at_rows_the_model_reads_the_output_and_the_error(kernel):
    answer = kernel.run("print('printed')\nshown = people.name.iloc[0]\nraise ValueError(shown)", "rows")
    assert "Output:\n```\nprinted\n```" in answer["model"]
    assert f"ValueError: {CANARY}A" in answer["model"]
    assert 'File "cell", line 3' in answer["model"]
    assert answer["level"] == "rows"
    assert {"name": "output of the code", "level": "rows", "columns": 0, "rows": 1} in answer["tables"]


def test_secrets_in_output_and_errors_are_left_out_at_rows_too(kernel):
    key = "sk-proj-" + "a1B2" * 8
    code = "key = 'sk-proj-' + 'a1B2' * 8\nprint(key)\nraise ValueError('password=hunter' + str(2) + key)"
    answer = kernel.run(code, "rows")
    assert key not in said(answer)
    assert "hunter2" not in said(answer)


def test_long_output_is_cut_and_says_so(kernel):
    answer = kernel.run("print('ab ' * 10_000)", "rows")
    assert len(answer["model"]) < LONGEST_OUTPUT + 300
    assert "more characters are left out" in answer["model"]


def test_below_rows_the_output_is_counted_and_offered(kernel):
    answer = kernel.run("print(1)\nprint(2)\n3")
    assert "It put out 2 lines of text, 1 output." in answer["model"]
    assert answer["more"]["what"] == "the output of the code: 2 lines of text and 1 output"
    assert (answer["more"]["level"], answer["more"]["rows"]) == ("rows", 2)
    assert answer["more"]["text"] == kernel_text_at_rows(answer["more"]["text"], "1\n2", "3")


def kernel_text_at_rows(text, printed, shown):
    return f"{text.splitlines()[0]}\nOutput:\n```\n{printed}\n```\nShown:\n```\n{shown}\n```"


def test_the_message_of_an_error_is_offered(kernel):
    answer = kernel.run("int(people.name.iloc[0])")
    assert answer["more"]["what"] == "the message and traceback of the error"
    assert CANARY in answer["more"]["text"]


def test_code_without_output_or_error_has_nothing_to_offer(kernel):
    assert kernel.run("x = 1")["more"] is None


def test_pictures_are_counted_but_never_sent(tmp_path):
    picture = (
        "from IPython.display import Image, display\ndisplay(Image(bytes.fromhex('89504e470d0a1a0a'), format='png'))"
    )
    with opened_notebook(tmp_path) as notebook:
        answer = notebook.run(picture + "\nprint('x')", "rows")
        assert "1 picture, which only the user sees." in answer["model"]
        assert "image/png" in answer["user"][RUN]["outputs"][0]
        assert notebook.run(picture + "\nprint('x')")["more"]["what"] == (
            "the output of the code: 1 line of text (1 picture is not sent)"
        )
        assert notebook.run(picture)["more"] is None


# --- variables ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "line"),
    [
        ("names", "New: `young` (2 × 4), `count`, `names`."),
        ("schema", "New: `young` (pandas.DataFrame, 2 × 4), `count` (int), `names` (list)."),
        ("aggregates", "New: `young` (pandas.DataFrame, 2 × 4), `count` (int), `names` (list, 2)."),
    ],
)
def test_variables_are_told_as_far_as_the_level_goes(kernel, level, line):
    code = "young = people[people.n > 3]; count = len(young); names = young.name.tolist()"
    assert line in kernel.run(code, level)["model"]


def test_a_variable_that_a_rule_hides_is_not_told(kernel):
    kernel.variables["pay"] = pd.DataFrame({"n": [1]})
    answer = kernel.run("pay = pay.head(0); x = 1", rules=[("Pay", None, "hidden")])
    assert "pay" not in said(answer).lower()
    assert "New: `x`" in answer["model"]
    assert answer["user"][RUN]["variables"]["changed"] == ["pay"]


def test_a_hidden_column_is_not_counted(kernel):
    assert "(pandas.DataFrame, 2 × 3)" in kernel.run("p = people", rules=[("p", "kind", "hidden")])["model"]


def test_a_variable_of_a_rule_has_its_own_level(kernel):
    answer = kernel.run("p = people.head(1)", "schema", rules=[("p", None, "names")])
    assert "New: `p` (1 × 4)." in answer["model"]
    assert answer["level"] == "names"


def test_a_hidden_name_in_the_code_is_masked_where_an_error_quotes_the_code(kernel):
    answer = kernel.run("1/0; pay", rules=[("pay", None, "hidden"), ("people", "kind", "hidden")])
    assert "in the cell, line 1: 1/0; [hidden]" in answer["model"]


def test_names_that_the_code_does_not_hold_are_counted(kernel):
    answer = kernel.run("for n in people.name: globals()[n] = 1")
    assert "New: `n` (str), 2 more." in answer["model"]


def test_what_code_only_imports_is_no_variable(kernel):
    answer = kernel.run("import os\nfrom textwrap import dedent\nfrom collections import Counter\nx = 1")
    assert answer["user"][RUN]["variables"]["new"] == ["x"]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("   password  age\n0  hunter2    3", True),
        ("0    hunter2\nName: password, dtype: str", True),
        ("shape: (1, 1)\n┌──────────┐\n│ password │\n│ ---      │\n│ str      │", True),
        ("ada,api_key\nx,y", True),
        ("| credit card | n |", True),
        ("She keeps a secret token.", False),
        ("   title  age\n0  a secret 3\n1  b 4\n2  c 5\n3  a secret 6", True),
        ("   title  age\n0  a 3\n1  b 4\n2  c 5\n3  a secret 6", False),
        ("", False),
    ],
)
def test_a_secret_column_is_seen_in_the_head_of_a_printed_table(text, secret):
    assert names_a_secret(text) is secret
