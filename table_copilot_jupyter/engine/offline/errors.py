"""What the offline model says of the last error of the kernel: the usual reason for its type, and what to do."""

from __future__ import annotations

import re
from typing import Final

from ...language import Language

_ADVICE: Final[dict[str, tuple[str, str]]] = {
    "NameError": (
        "A name is used that does not exist here: run the cell that defines it, or check its spelling.",
        "用到了不存在的名字：先运行定义它的单元格，或检查拼写。",
    ),
    "KeyError": (
        "There is no such key or column: compare it with `df.columns` or the dictionary's keys.",
        "没有这个键或列：请与 `df.columns` 或字典的键对照。",
    ),
    "AttributeError": (
        "The object has no such attribute: check its type with `type(…)` and the name's spelling.",
        "对象没有这个属性：用 `type(…)` 检查类型，并检查拼写。",
    ),
    "TypeError": (
        "An operation or function got a value of a type that it can't take: look at the types on the marked line.",
        "运算或函数收到了不支持的类型：检查出错那一行里各个值的类型。",
    ),
    "ValueError": (
        "A value has the right type but not the right content: look at what is passed on the marked line.",
        "值的类型对而内容不对：检查出错那一行传入的值。",
    ),
    "IndexError": ("A position is beyond the end: check the length first.", "位置超出了范围：先检查长度。"),
    "ZeroDivisionError": ("Something is divided by zero: test the divisor first.", "除数为零：先检查除数。"),
    "ModuleNotFoundError": (
        "The package is not in this kernel's environment: install it with `%pip install …` and run the cell again.",
        "内核环境里没有这个包：用 `%pip install …` 安装后重新运行。",
    ),
    "ImportError": ("The package has no such name: check its version.", "包里没有这个名字：检查它的版本。"),
    "FileNotFoundError": (
        "There is no file at this path: check it against the working folder (`%pwd`).",
        "路径上没有这个文件：与工作目录（`%pwd`）对照。",
    ),
    "SyntaxError": (
        "Python can't read the cell: look just before the marked place for a bracket, quote or colon.",
        "Python 读不懂这个单元格：检查标记处之前的括号、引号和冒号。",
    ),
    "IndentationError": (
        "The indentation does not fit: use the same spaces on each level.",
        "缩进不一致：每一层用相同的空格。",
    ),
    "MemoryError": (
        "The memory is used up: work on fewer rows or columns at once.",
        "内存不够：一次少处理一些行或列。",
    ),
    "KeyboardInterrupt": ("The cell was interrupted; nothing is wrong with it.", "单元格被中断了，代码本身没有问题。"),
}
_NAME: Final = re.compile(
    r"\b(?P<name>[A-Z]\w*(?:Error|Exception|Interrupt|Warning|Iteration|Exit))\b(?P<message>: [^\n]*)?"
)


def explained(text: str, language: Language) -> str:
    """The answer to what ``explain_error`` returned."""
    found = list(_NAME.finditer(text.partition("The code of the cell:")[0]))
    if not found:
        return text.strip()
    name = found[-1]["name"]
    message = (found[-1]["message"] or "")[2:].strip().replace("`", "'")
    english, chinese = _ADVICE.get(
        name,
        ("Read the marked line and the message; the code of the cell is shown above.", "请看出错的那一行和错误信息。"),
    )
    said = f"`{name}: {message[:200]}`" if message else f"`{name}`"
    if language == "zh":
        return f"最后的错误是 {said}。{chinese}"
    return f"The last error is {said}. {english}"
