"""Code to highlighted HTML, in the colours of Jupyter's own editor."""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

from . import style
from .visible import visible

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LIMIT = 100_000


def highlighted(code: str, language: str) -> str:
    """``code`` as escaped HTML with coloured spans, hidden characters made visible.

    It stays plain where the language is unknown or the code is long.
    """
    lexer = _lexer(language.lower()[:40]) if language and len(code) <= LIMIT else None
    if lexer is None:
        return html.escape(visible(code))
    pieces: list[str] = []
    for kind, text in lexer.get_tokens(code):
        escaped = html.escape(visible(text))
        found = _style(str(kind).removeprefix("Token."))
        pieces.append(f'<span style="{found}">{escaped}</span>' if found and text.strip() else escaped)
    return "".join(pieces).rstrip("\n")


@cache
def _style(kind: str) -> str:
    """The style of a Pygments token type, or of the nearest type above it."""
    while kind:
        if found := style.TOKENS.get(kind):
            return found
        kind = kind.rpartition(".")[0]
    return ""


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
