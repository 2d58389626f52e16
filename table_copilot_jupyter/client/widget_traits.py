"""What the traits of ``CopilotChat`` may be set to. Each check returns the value, or raises InvalidTraitError."""

from __future__ import annotations

import re
from typing import Final, get_args

from traitlets import TraitError

from ..language import Language
from .choices import checked

_SESSION: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LENGTH: Final = re.compile(r"\d+(\.\d+)?(px|pt|cm|mm|in|em|rem|ch|lh|vh|dvh|svh|lvh|vw|%)")


class InvalidTraitError(TraitError):  # type: ignore[misc]  # traitlets is not type checked
    """A value that a trait can't have."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints instead of a stack of traitlets' own frames."""
        return [f"TraitError: {self}"]


def checked_session(name: str) -> str:
    """A session's id."""
    if not _SESSION.fullmatch(name):
        raise InvalidTraitError(f"{name[:80]!r} can't name a session: use 1 to 64 letters, digits, '-' and '_'.")
    return name


def checked_height(height: str) -> str:
    """A CSS length."""
    if not _LENGTH.fullmatch(height):
        raise InvalidTraitError(f"{height[:80]!r} is no height: use a CSS length such as '480px' or '60vh'.")
    return height


def checked_language(language: str | None) -> str | None:
    """A language that the chat speaks; None for whichever the browser does."""
    if language is not None and language not in get_args(Language):
        raise InvalidTraitError(f"{language[:80]!r} is no language of the chat: use 'en', 'zh' or None.")
    return language


def checked_model(name: str) -> str:
    """A model's name; whether there is such a model the server knows."""
    if not name.strip():
        raise InvalidTraitError("A session's model can't be taken back. Name the model to use.")
    return name


def checked_level(level: str | None) -> str | None:
    """A level of privacy; None for the session's own."""
    try:
        return checked("privacy", level)
    except ValueError as error:
        raise InvalidTraitError(str(error)) from None
