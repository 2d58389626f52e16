"""A session's title, made from its first message."""

from __future__ import annotations

import re
from typing import Final

UNTITLED: Final = "New session"
MAX_LENGTH: Final = 48
MAX_LENGTH_CHINESE: Final = 24
_READ: Final = 2000
"""So much of a message is looked at."""

_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_PREFIX = re.compile(
    r"^(?:\s*(?:%%?copilot\b|/[a-z][a-z-]*(?=\s|$)|@[A-Za-z][A-Za-z0-9_-]*(?![A-Za-z0-9_-])[,:，：]?))+\s*"
)
_SENTENCE = re.compile(r"(.+?(?:[。！？]|[.!?](?=\s|$)))", re.DOTALL)
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_MARKDOWN: Final = tuple(
    (re.compile(pattern, re.MULTILINE), replacement)
    for pattern, replacement in (
        (r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)+", ""),
        (r"!?\[([^\[\]\n]{0,300})\]\([^()\n]{0,500}\)", r"\1"),
        (r"<(https?://[^<>\s]{1,300})>", r"\1"),
        (r"</?[A-Za-z][^<>\n]{0,200}>", ""),
        (r"`+([^`\n]*)`+", r"\1"),
        (r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2"),
        (r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])", r"\1"),
        (r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])", r"\1"),
        (r"\\([\\`*_{}\[\]()#+.!~>-])", r"\1"),
    )
)


def title_from(content: str) -> str:
    """The first sentence of a message as plain text, at most 48 characters (24 in Chinese)."""
    text = _INVISIBLE.sub("", content[:_READ])
    text = _PREFIX.sub("", _FENCE.sub("", text))
    for pattern, replacement in _MARKDOWN:
        text = pattern.sub(replacement, text)
    line = next((line.strip() for line in text.splitlines() if re.search(r"\w", line)), "")
    if found := _SENTENCE.match(line):
        line = found.group()
    line = re.sub(r"\s+", " ", line).strip(" .。,，;；:：-|")
    return _shortened(line) if re.search(r"\w", line) else UNTITLED


def _shortened(line: str) -> str:
    """Cut at the end of a word; Chinese has none, so it is cut anywhere."""
    limit = MAX_LENGTH_CHINESE if len(_CHINESE.findall(line)) * 3 >= len(line) else MAX_LENGTH
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    if line[limit - 1] != " " and not _CHINESE.match(line[limit - 1]) and " " in cut[limit // 2 :]:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip(" .,;:，。；：、-") + "…"
