"""What went wrong, in words that hold no value of any table."""

from __future__ import annotations


class Failure(Exception):
    """An error that user and model are meant to read, at every level: it quotes nothing but names that they gave.

    ``detail`` is for the user alone, who may see everything: a library's own words, which may quote values.
    """

    def __init__(self, message: str, hint: str = "", detail: str = "") -> None:
        super().__init__((message + " " + hint).strip())
        self.message = message
        self.hint = hint
        self.detail = detail


def unexpected(error: BaseException) -> dict[str, str]:
    """An error that nobody foresaw. Its own words may quote values, so only its type is told."""
    return {"message": "It failed in the kernel with %s." % type(error).__name__, "hint": "", "detail": ""}
