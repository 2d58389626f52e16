"""What the client says itself, in English and Chinese side by side where it is said.

``Words`` is handed to whatever renders an answer, so that all of one answer is in one language whatever is said
meanwhile in another. Identifiers, SQL, commands and what has to be typed are the same in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..language import Language

Wording = tuple[str, str]
"""The same in English and in Chinese."""


@dataclass(frozen=True, slots=True)
class Words:
    """Speaks one of the two languages."""

    language: Language = "en"

    def say(self, english: str, chinese: str) -> str:
        """Whichever is in this language."""
        return chinese if self.language == "zh" else english

    def counted(self, number: int, english: str, chinese: str) -> str:
        """``1 row``, ``12 345 rows``; ``12 345 行``. ``chinese`` is all that follows the number: ``行``, ``次请求``."""
        return self.say(f"{grouped(number)} {english}{'' if number == 1 else 's'}", f"{grouped(number)} {chinese}")

    def named(self, name: str, told: str) -> str:
        """``name: told``."""
        return self.say(f"{name}: {told}", f"{name}：{told}")

    def listed(self, items: Iterable[str]) -> str:
        """``a, b, c``."""
        return self.say(", ", "、").join(items)


ENGLISH = Words()


def grouped(number: int) -> str:
    """An integer with thin-space groups."""
    return f"{number:,}".replace(",", "\u2009")
