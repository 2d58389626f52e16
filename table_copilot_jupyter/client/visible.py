"""Makes characters that hide or reorder text visible; everything from a model or tool passes here before it is shown.

Control characters could drive a terminal, bidirectional overrides could make code read differently from
what it does, and what is drawn as nothing could carry anything.
"""

from __future__ import annotations

import re

# The chat has the same rule (markdown/visible.ts). Joiners stay: scripts and emoji are written with them.
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """``text`` with hidden characters spelled out, such as ``<U+202E>``; line ends become ``\\n``."""
    return _HIDDEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text.replace("\r\n", "\n"))


def short(text: str, limit: int = 80) -> str:
    """``text`` on one line, cut to ``limit`` characters."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"
