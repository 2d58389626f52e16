"""The options of ``%copilot``."""

import pytest

from table_copilot_jupyter.client.options import OptionError, parse_line


@pytest.mark.parametrize(
    "line",
    [
        "what is in df?",
        "it's {x} $HOME \\ \"quoted",
        "say --quiet please",
        "-q is no option",
        "--5 degrees",
        "  leading and trailing  ",
        "—dash",
    ],
)
def test_a_line_without_options_is_the_message(line):
    options = parse_line(line)
    assert options.prompt == line
    assert (options.session, options.model, options.quiet, options.answers) == (None, None, False, [])


def test_options_are_read_until_the_first_other_word():
    options = parse_line("--session s-1 --model=kimi --quiet tell me --model nothing 'x")
    assert (options.session, options.model, options.quiet) == ("s-1", "kimi", True)
    assert options.prompt == "tell me --model nothing 'x"


def test_answers_repeat_and_may_be_quoted():
    options = parse_line("""--answer "a \\"long\\" one" --answer 'it is' --answer=short --answer "" go?""")
    assert options.answers == ['a "long" one', "it is", "short", ""]
    assert options.prompt == "go?"


@pytest.mark.parametrize(("line", "prompt"), [("-- --quiet", "--quiet"), ("--quiet -- --x", "--x"), ("--", "")])
def test_two_dashes_end_the_options(line, prompt):
    assert parse_line(line).prompt == prompt


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("--sesion x hi", "--sesion"),
        ("--verbose", "--verbose"),
        ("--session", "--session"),
        ("--session 'a b' hi", "'a b'"),
        ("--session a/b hi", "'a/b'"),
        ('--answer "open', "--answer"),
        ("--answer 'it's' hi", "--answer"),
        ("--model '' hi", "--model"),
        ("--quiet=yes hi", "--quiet"),
    ],
)
def test_what_cannot_be_read_is_named(line, named):
    with pytest.raises(OptionError) as error:
        parse_line(line)
    assert named in str(error.value)


def test_an_unknown_option_says_how_to_send_it_as_text():
    with pytest.raises(OptionError, match=r"write `-- --foo …`"):
        parse_line("--foo bar")
