"""Takes ``%copilot`` lines before IPython reads them, so that a message reaches the magic as it was typed.

IPython turns a line that ends in ``?`` into a request for help, whatever stands before it, and its cleanup
strips prompts and indents from cells. Two input transforms come first: one takes a whole ``%%copilot`` cell,
one takes ``%copilot`` statements and ``x = %copilot …`` assignments. They read just enough Python to know
where a statement begins: strings, brackets, comments and continued lines.

A bare statement gets a trailing ``;``, which keeps the answer out of ``Out``.
"""

from __future__ import annotations

import re
from typing import Any

_CELL = re.compile(r"%%copilot(?=[ \t]|$)[ \t]?(.*)")
_STATEMENT = re.compile(r"([ \t]*)%copilot(?=[ \t]|$)[ \t]?")
_ASSIGNED = re.compile(r"=[ \t]*%copilot(?=[ \t]|$)[ \t]?")
_OTHER_MAGIC = re.compile(r"[ \t]*[%!?]")
_OTHER_ASSIGNED = re.compile(r"=[ \t]*[%!]")
_QUOTE = re.compile(r"'''|\"\"\"|'|\"")
_NOT_ASSIGNING = "=!<>+-*/%&|^@:~"


def install(shell: Any) -> None:
    """Put the transforms into an IPython shell, once."""
    transforms = shell.input_transformer_manager.cleanup_transforms
    if take_cell not in transforms:
        transforms.insert(0, take_cell)
        transforms.append(take_lines)


def remove(shell: Any) -> None:
    """Take them out again."""
    transforms = shell.input_transformer_manager.cleanup_transforms
    transforms[:] = [transform for transform in transforms if transform not in (take_cell, take_lines)]


def take_cell(lines: list[str]) -> list[str]:
    """A ``%%copilot`` cell, its body untouched."""
    text = "".join(lines).lstrip("\r\n")
    match = _CELL.match(text)
    if match is None:
        return lines
    body = text[match.end() :].removeprefix("\r").removeprefix("\n")
    return [f"get_ipython().run_cell_magic('copilot', {match[1].rstrip()!r}, {body!r});\n"]


# In a terminal a cell magic ends with a blank line. IPython looks for ``%%`` to know that, so this transform
# stays out of its check for completeness; the attribute is how IPython is told.
take_cell.has_side_effects = True  # type: ignore[attr-defined]


def take_lines(lines: list[str]) -> list[str]:
    """``%copilot`` statements and assignments; every other line stays as it is."""
    text = "".join(lines)
    if "%copilot" not in text or text.startswith("%%"):
        return lines
    return _Reader(text.split("\n")).run().splitlines(keepends=True)


class _Reader:
    """Goes through the lines of a cell and knows where a statement begins."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._depth = 0
        self._quote = ""
        self._continued = False

    def run(self) -> str:
        out: list[str] = []
        row = 0
        while row < len(self._lines):
            line = self._lines[row]
            fresh = not (self._depth or self._quote or self._continued)
            if fresh and (match := _STATEMENT.match(line)):
                call, row = self._call(line[match.end() :], row)
                out.append(f"{match[1]}{call};")
            elif fresh and _OTHER_MAGIC.match(line):
                end = self._end(row)
                out.extend(self._lines[row:end])
                row = end
            elif (found := self._scan(line)) is not None:
                target, rest, ours = found
                if ours:
                    call, row = self._call(rest, row)
                    out.append(f"{target}= {call}")
                else:
                    end = self._end(row)
                    out.extend(self._lines[row:end])
                    row = end
            else:
                out.append(line)
                row += 1
        return "\n".join(out)

    def _end(self, row: int) -> int:
        """The first line after the magic that begins in ``row``; a backslash continues it."""
        while row + 1 < len(self._lines) and self._lines[row].rstrip().endswith("\\") and self._lines[row + 1].strip():
            row += 1
        return row + 1

    def _call(self, rest: str, row: int) -> tuple[str, int]:
        """The call for the magic line that begins in ``row``; and the next row. Line numbers stay right."""
        end = self._end(row)
        parts = [rest, *self._lines[row + 1 : end]]
        joined = " ".join([part.rstrip()[:-1] for part in parts[:-1]] + [parts[-1].rstrip()])
        arguments = f"{joined!r}" + "\n" * (end - row - 1)
        return f"get_ipython().run_line_magic('copilot', {arguments})", end

    def _scan(self, line: str) -> tuple[str, str, bool] | None:
        """Follow strings and brackets through ``line``.

        Returns (text before ``=``, text after the magic's name, whether it is ours) where a magic is assigned.
        """
        self._continued = False
        position = 0
        while position < len(line):
            if self._quote:
                position = self._skip_string(line, position)
                continue
            character = line[position]
            if character == "#":
                return None
            if match := _QUOTE.match(line, position):
                self._quote = match[0]
                position = match.end()
                continue
            if character in "([{":
                self._depth += 1
            elif character in ")]}":
                self._depth = max(0, self._depth - 1)
            elif character == "=" and not self._depth and line[position - 1 : position] not in tuple(_NOT_ASSIGNING):
                if match := _ASSIGNED.match(line, position):
                    return line[:position], line[match.end() :], True
                if _OTHER_ASSIGNED.match(line, position):
                    return line[:position], "", False
            elif character == "\\" and position == len(line.rstrip("\r")) - 1:
                self._continued = True
            position += 1
        return None

    def _skip_string(self, line: str, position: int) -> int:
        """The position after the open string, or the line's end."""
        while position < len(line):
            if line[position] == "\\":
                if position + 1 >= len(line):
                    return len(line)  # the string goes on in the next line
                position += 2
            elif line.startswith(self._quote, position):
                position += len(self._quote)
                self._quote = ""
                return position
            else:
                position += 1
        if len(self._quote) == 1:
            self._quote = ""  # a string of one line that is not closed: no Python, do not swallow the rest
        return position
