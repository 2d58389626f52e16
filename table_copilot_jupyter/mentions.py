"""Tables that a message names with ``@``."""

from __future__ import annotations

import re
from collections.abc import Collection

MOST = 20
# as Python takes names, in any script; not within an address such as me@example.org
_MENTION = re.compile(r"(?<![\w@./])@([^\W\d]\w{0,99})(?![\w@])")


def mentioned(text: str, agents: Collection[str]) -> list[str]:
    """The names after ``@`` in ``text``, each once, in order, without those of agents."""
    known = {name.casefold() for name in agents}
    names = [name for name in _MENTION.findall(text) if name.casefold() not in known]
    return list(dict.fromkeys(names))[:MOST]
