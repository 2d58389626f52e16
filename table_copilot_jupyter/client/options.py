"""The options of ``%copilot``: read at the beginning of the line only; what follows is the message, untouched.

No shell syntax applies to the message: quotes, braces, ``$`` and backslashes stay. Only an option's own
value may be quoted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .words import ENGLISH, Words

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

_USAGE_ZH = """\
%copilot [选项] 消息              在一行里提问
%%copilot [选项]                  消息是单元格的其余部分

  --session NAME   这条消息在这个会话里说
  --model MODEL    此会话从现在起用这个模型
  --answer TEXT    用 TEXT 回答第一个问题；可重复，依次回答后面的问题
  --quiet          什么都不显示；回答在返回值或 `_copilot` 里
  --help           显示这些
  --               选项到此为止：其后的消息可以用 -- 开头

answer = %copilot 消息            answer.text, answer.code, answer.tools
%copilot /help                    还可以输入什么"""

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


def usage(words: Words) -> str:
    """What ``--help`` shows."""
    return words.say(USAGE, _USAGE_ZH)


def short_usage(words: Words) -> str:
    """What an empty message shows."""
    return words.say(
        "Ask something: %copilot which of my tables has gaps?\n"
        "%copilot --help shows the options, %copilot /help the commands.",
        "问点什么：%copilot 我的哪些表有缺失值？\n%copilot --help 显示选项，%copilot /help 显示命令。",
    )


def parse_line(line: str, words: Words = ENGLISH) -> Options:
    """Read the options at the beginning of ``line``. Raises OptionError, in ``words``."""
    options = Options()
    position = 0
    while True:
        if end := _END.match(line, position):
            position = end.end()
            break
        option = _OPTION.match(line, position)
        if option is None:
            break
        position = _take(options, option[1], line, option.end(), words)
    options.prompt = line[position:].lstrip() if position else line
    return options


def _take(options: Options, name: str, line: str, position: int, words: Words) -> int:
    """Set one option; returns where the next thing begins."""
    if name in ("quiet", "help"):
        if line[position : position + 1].strip():
            found = line[position:].split()[0]
            raise OptionError(
                words.say(
                    f"--{name} takes no value; found {found!r} after it.", f"--{name} 后面不带值，这里却有 {found!r}。"
                )
            )
        setattr(options, name, True)
        return position
    if name not in ("session", "model", "answer"):
        raise OptionError(
            words.say(
                f"There is no option --{name}. Use --session, --model, --answer, --quiet or --help; "
                f"write `-- --{name} …` to send it as part of the message.",
                f"没有 --{name} 这个选项。可用的有 --session、--model、--answer、--quiet 和 --help；"
                f"想把它当作消息的一部分发送，请写 `-- --{name} …`。",
            )
        )
    value = _VALUE.match(line, position)
    if value is None:
        raise OptionError(_no_value(name, line[position:].strip()[:40], words))
    double, single, bare = value.groups()
    text = re.sub(r"\\([\\\"])", r"\1", double) if double is not None else single if single is not None else bare
    if name == "answer":
        options.answers.append(text)
    elif not text:
        raise OptionError(
            words.say(f"--{name} needs a value, not an empty text.", f"--{name} 需要一个值，不能是空的。")
        )
    elif name == "session" and not _SESSION.fullmatch(text):
        raise OptionError(
            words.say(
                f"--session {text!r} is not a session id: use 1 to 64 letters, digits, '-' and '_'.",
                f"--session {text!r} 不是会话 ID：请用 1 到 64 个字母、数字、'-' 和 '_'。",
            )
        )
    else:
        setattr(options, name, text)
    return value.end()


def _no_value(name: str, found: str, words: Words) -> str:
    """An option has no value, or one that can't be read."""
    if found:
        what = words.say(
            f"--{name} needs a value, but {found!r} is none: a quote is not closed or is followed by more text. ",
            f"--{name} 需要一个值，但 {found!r} 不是：引号没有成对，或后面紧跟着别的文字。",
        )
    else:
        what = words.say(f"--{name} needs a value. ", f"--{name} 需要一个值。")
    return what + words.say(
        f'Write --{name} VALUE or --{name} "a longer value".', f'请写 --{name} VALUE 或 --{name} "较长的值"。'
    )
