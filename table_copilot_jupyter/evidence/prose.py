"""What an answer says in so many words: its Markdown without code, formulas, addresses, tags and SQL.

Each character that is left out becomes a NUL, so that places in the text stay what they were. Everything runs in time
linear in the text's length.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict

BLANK = "\0"
_WIDE = str.maketrans("０１２３４５６７８９．％－＋", "0123456789.%-+")
_FENCE = re.compile(r"[ \t]*(?:>[ \t]*)*(?:(?:[-*+]|[0-9]{1,3}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_FENCE_END = re.compile(r"[ \t]*(?:>[ \t]*)*(`{3,}|~{3,})[ \t]*$")
_LIST_ITEM = re.compile(r"[ \t]*(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|$)")
_BLANK_LINES = re.compile(r"\n[ \t]*(?=\n)")
_TICKS = re.compile(r"`+")
_NOT_PROSE = re.compile(
    r"\$\$[^$]+\$\$"
    r"|\\\((?:[^\\\n]|\\(?![()]))*\\\)|\\\[(?:[^\\]|\\(?![\[\]]))*\\\]"
    r"|\$(?<![\w$]\$)(?![\s$])[^$\n]*[^$\s]\$(?![\w$])"
    r"|<[A-Za-z/!][^<>\n]*>|&#?\w{1,10};"
    r"|\]\([^()\n]*\)"
    r"|https?://[^\s<>)\]]+|www\.[^\s<>)\]]+"
    r"|\[\^?[0-9]{1,2}\]|\[\^\w{1,40}\]"
    r"|#[0-9A-Fa-f]+\b"
    r"|\bSELECT\b[^;\n]{0,400}?\bFROM\b(?:[^;\n.]|\.(?=\w))*"
)
_PATH = re.compile(r"(?<![\w.\-/])(?:~|\.{1,2})?/?[A-Za-z_][\w.\-]*(?:/[\w.\-]+)+")
_SQL = re.compile(r"^[ \t>]*(?:EXPLAIN[ \t]+)?(?:SELECT|WITH|FROM)\b(?:[^;\n]|\n(?![ \t]*(?:\n|$)))*", re.MULTILINE)


def prose(text: str) -> str:
    """``text`` without what is not prose, and with plain digits for full-width ones."""
    text = _without_code_spans(_without_code_blocks(plain_digits(text)))
    for pattern in (_SQL, _NOT_PROSE, _PATH):
        text = pattern.sub(blanked, text)
    return text


def plain_digits(text: str) -> str:
    """``text`` with ASCII digits, signs, points and percent signs for full-width ones."""
    return text.translate(_WIDE)


def blanked(match: re.Match[str]) -> str:
    """What a match leaves behind."""
    return BLANK * len(match[0])


def _without_code_blocks(text: str) -> str:
    if "```" not in text and "~~~" not in text and "    " not in text and "\t" not in text:
        return text
    lines = []
    fence = ""
    in_list = indented = False
    after_blank = True
    for line in text.split("\n"):
        is_blank = not line.strip()
        end = _FENCE_END.match(line) if fence else None
        begin = None if fence else _FENCE.match(line)
        if not fence and not is_blank:
            in_list = bool(_LIST_ITEM.match(line)) or (in_list and not (after_blank and line[:1].strip()))
            indented = line.startswith(("    ", "\t")) and not in_list and (after_blank or indented)
        lines.append(BLANK * len(line) if fence or begin or (indented and not is_blank) else line)
        if begin:
            fence = begin[1]
        elif end and end[1].startswith(fence):
            fence = ""
        after_blank = is_blank
    return "\n".join(lines)


def _without_code_spans(text: str) -> str:
    """A span begins and ends with as many backticks; both stand in one paragraph."""
    if "`" not in text:
        return text
    blanks = [match.start() for match in _BLANK_LINES.finditer(text)]
    runs = [match.span() for match in _TICKS.finditer(text) if text[match.start() - 1 : match.start()] != "\\"]
    ends: dict[tuple[int, int], list[int]] = defaultdict(list)
    keys = [(bisect_right(blanks, start), end - start) for start, end in runs]
    for place in reversed(range(len(runs))):
        ends[keys[place]].append(place)
    pieces, done, place = [], 0, 0
    while place < len(runs):
        same = ends[keys[place]]
        while same and same[-1] <= place:
            same.pop()
        if same:
            start, end = runs[place][0], runs[same[-1]][1]
            pieces += [text[done:start], BLANK * (end - start)]
            done, place = end, same[-1]
        place += 1
    return "".join([*pieces, text[done:]])
