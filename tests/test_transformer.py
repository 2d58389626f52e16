"""How ``%copilot`` lines get past IPython, message untouched."""

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from table_copilot_jupyter.client import transformer


class Shell:
    """As much of an IPython shell as the transforms need."""

    def __init__(self):
        self.input_transformer_manager = TransformerManager()


@pytest.fixture
def shell():
    shell = Shell()
    transformer.install(shell)
    return shell


def transformed(shell, cell):
    return shell.input_transformer_manager.transform_cell(cell)


def messages(shell, cell):
    """The arguments of every call of the magic in the transformed cell."""
    tree = ast.parse(transformed(shell, cell))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            if node.func.attr == "run_line_magic" and values[0] == "copilot":
                found.append(values[1])
            elif node.func.attr == "run_cell_magic" and values[0] == "copilot":
                found.append((values[1], values[2]))
    return found


@pytest.mark.parametrize(
    "message",
    [
        "what is in df?",
        "what is in df??",
        "df 里有什么？",
        "df 里有什么?",
        "it's",
        "print({'a': 1})",
        "{x} {{y}} $HOME ${z}",
        'say "hi',
        "a \\n b C:\\temp",
        "(((",
        "'''",
        "# not a comment",
        "x = 1; y",
        "%%copilot nested %copilot",
        "!ls",
        "100 %",
        "日本語 \u2028 separator",
        "form\x0cfeed",
    ],
)
def test_a_message_arrives_as_it_was_typed(shell, message):
    assert messages(shell, f"%copilot {message}") == [message]
    assert messages(shell, f"x = %copilot {message}") == [message]
    assert messages(shell, f"if True:\n    %copilot {message}\n    y = %copilot {message}") == [message, message]


def test_a_bare_statement_ends_in_a_semicolon_and_an_assignment_does_not(shell):
    assert transformed(shell, "%copilot hi") == "get_ipython().run_line_magic('copilot', 'hi');\n"
    assert transformed(shell, "x = %copilot hi") == "x = get_ipython().run_line_magic('copilot', 'hi')\n"


@pytest.mark.parametrize("target", ["a, b", "obj.answer", 'd["k=v"]', "x: Answer", "a = b", "rows[0]", "*a, b"])
def test_every_kind_of_target_can_be_assigned(shell, target):
    assert messages(shell, f"{target} = %copilot what?") == ["what?"]


def test_blocks_keep_their_indentation(shell):
    cell = "for name in names:\n    if name:\n        %copilot describe it?\n    else:\n        pass\n"
    assert messages(shell, cell) == ["describe it?"]


def test_a_continued_line_is_joined_as_ipython_joins_it(shell):
    assert messages(shell, "%copilot one \\\n  two?\nz = 1") == ["one    two?"]
    assert transformed(shell, "%copilot a \\\nb?\nraise ValueError").splitlines()[2] == "raise ValueError"


def test_a_backslash_at_the_end_of_the_cell_is_part_of_the_message(shell):
    assert messages(shell, "x = 1\n%copilot list C:\\") == ["list C:\\"]


def test_lines_before_and_after_are_left_alone(shell):
    cell = "x = {'a': 1}  # it's\n%copilot what?\ny = x\n"
    assert messages(shell, cell) == ["what?"]
    assert transformed(shell, cell).splitlines()[0] == "x = {'a': 1}  # it's"
    assert transformed(shell, cell).splitlines()[2] == "y = x"


@pytest.mark.parametrize(
    "cell",
    [
        's = """\n%copilot not this?\n"""\n',
        "s = '''a\n x = %copilot not this?\n'''\n",
        "call(\n    a,\n    '%copilot no',\n)\n",
        "x = '%copilot no'\n",
        "# %copilot no?\n",
        "f(x=1)  # = %copilot no\n",
        "s = 'a\\\n%copilot no'\n",
        's = f"""{x}\n%copilot no\n"""\n',
    ],
)
def test_nothing_in_strings_brackets_and_comments_is_touched(shell, cell):
    assert transformed(shell, cell) == cell


def test_after_a_string_or_bracket_closes_statements_count_again(shell):
    cell = 's = """\nit\'s\n"""\n%copilot a?\nt = [\n 1,\n]\n%copilot b?'
    assert messages(shell, cell) == ["a?", "b?"]


def test_a_line_that_is_no_python_does_not_swallow_the_next(shell):
    assert messages(shell, "!echo it's\n%copilot a?\nfiles = !ls 'x\n%copilot b?\n%time 'y\n%copilot c?") == [
        "a?",
        "b?",
        "c?",
    ]


def test_names_that_only_begin_alike_are_not_ours(shell):
    assert messages(shell, "%copilots hi\n") == []
    assert "pinfo" in transformed(shell, "%copilot?")


def test_a_cell_magic_keeps_its_body_to_the_letter(shell):
    body = "    indented?\n\n   \n>>> x = 1\n%copilot inside\nit's {x} $y ??\n"
    assert messages(shell, f"%%copilot --session s1\n{body}") == [("--session s1", body)]
    assert messages(shell, "%%copilot\nhi") == [("", "hi\n")]
    assert "pinfo" in transformed(shell, "%%copilot?")


def test_other_cell_magics_keep_their_body(shell):
    assert "run_cell_magic('bash', '', '%copilot no?\\n')" in transformed(shell, "%%bash\n%copilot no?")


def test_in_a_terminal_a_cell_magic_ends_with_a_blank_line(shell):
    manager = shell.input_transformer_manager
    assert manager.check_complete("%%copilot\nhello")[0] == "incomplete"
    assert manager.check_complete("%%copilot\nhello\n\n")[0] == "complete"
    assert manager.check_complete("%copilot is this complete?")[0] == "complete"
    assert manager.check_complete("for i in x:\n    %copilot what?")[0] == "incomplete"


def test_pasted_prompts_are_still_taken_off(shell):
    assert messages(shell, "In [1]: %copilot what?") == ["what?"]


def test_installing_twice_adds_once_and_removing_takes_all_back(shell):
    transforms = shell.input_transformer_manager.cleanup_transforms
    count = len(transforms)
    transformer.install(shell)
    assert len(transforms) == count
    transformer.remove(shell)
    assert "pinfo" in transformed(shell, "%copilot what is df?")
    assert len(transforms) == count - 2
