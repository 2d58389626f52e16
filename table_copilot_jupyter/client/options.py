"""The options of ``%copilot``: read at the beginning of the line only; what follows is the message, untouched.

No shell syntax applies to the message: quotes, braces, ``$`` and backslashes stay. Only an option's own
value may be quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

USAGE = """\
%copilot [options] message        ask in one line
%%copilot [options]               the message is the rest of the cell

  --session NAME   talk in this session, for this message
  --model MODEL    use this model from now on in the session
  --answer TEXT    answer the first question with TEXT; repeat it for further questions
  --quiet          show nothing; take the answer from its return value or `_copilot`
  --help           show this
  --               end the options: a message may begin with -- after it

answer = %copilot message         answer.text, answer.code, answer.tools
%copilot /help                    what else can be typed"""

_OPTION = re.compile(r"\s*--([A-Za-z][\w-]*)")
_END = re.compile(r"\s*--(?=\s|$)")
_VALUE = re.compile(r"""(?:=|\s+)(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'][^\s]*))(?=\s|$)""", re.DOTALL)
_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")


class OptionError(ValueError):
    """An option that can't be used; names it and the next step."""


@dataclass(slots=True)
class Options:
    """What a line asks for. ``prompt`` is the message, exactly as typed."""

    session: str | None = None
    model: str | None = None
    quiet: bool = False
    help: bool = False
    answers: list[str] = field(default_factory=list)
    prompt: str = ""


def parse_line(line: str) -> Options:
    """Read the options at the beginning of ``line``. Raises OptionError."""
    options = Options()
    position = 0
    while True:
        if end := _END.match(line, position):
            position = end.end()
            break
        option = _OPTION.match(line, position)
        if option is None:
            break
        position = _take(options, option[1], line, option.end())
    options.prompt = line[position:].lstrip() if position else line
    return options


def _take(options: Options, name: str, line: str, position: int) -> int:
    """Set one option; returns where the next thing begins."""
    if name in ("quiet", "help"):
        if line[position : position + 1].strip():
            raise OptionError(f"--{name} takes no value; found {line[position:].split()[0]!r} after it.")
        setattr(options, name, True)
        return position
    if name not in ("session", "model", "answer"):
        raise OptionError(
            f"There is no option --{name}. Use --session, --model, --answer, --quiet or --help; "
            f"write `-- --{name} …` to send it as part of the message."
        )
    value = _VALUE.match(line, position)
    if value is None:
        found = line[position:].strip()[:40]
        raise OptionError(
            f"--{name} needs a value"
            + (f", but {found!r} is none: a quote is not closed or is followed by more text." if found else ".")
            + f' Write --{name} VALUE or --{name} "a longer value".'
        )
    double, single, bare = value.groups()
    text = re.sub(r"\\([\\\"])", r"\1", double) if double is not None else single if single is not None else bare
    if name == "answer":
        options.answers.append(text)
    elif not text:
        raise OptionError(f"--{name} needs a value, not an empty text.")
    elif name == "session" and not _SESSION.fullmatch(text):
        raise OptionError(f"--session {text!r} is not a session id: use 1 to 64 letters, digits, '-' and '_'.")
    else:
        setattr(options, name, text)
    return value.end()
