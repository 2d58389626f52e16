"""The columns of a table, each with what the model may know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import secrets
from .adapters import Table
from .gate import LEVELS, Policy
from .wording import cut, one_line, shown_name

WORD_LENGTH = 80


@dataclass(frozen=True)
class Column:
    """A column. ``place``: where it stands in the table.

    ``level``: what the policy allows of it. ``limit``: what it could allow after a consent.
    """

    place: int
    name: str
    type: str
    level: str
    limit: str

    @property
    def secret(self) -> bool:
        """Whether by its name it holds secrets, so that no level shows more of it than the name."""
        return secrets.hides(self.name)

    @property
    def shown(self) -> str:
        """Its name for the model."""
        return shown_name(self.name)

    @property
    def type_word(self) -> str:
        """Its type for the model: structs may name any number of fields."""
        return cut(one_line(self.type), WORD_LENGTH)


def every(table: Table, policy: Policy) -> list[Column]:
    """All columns, hidden ones too. Raises ``Failure`` for a table that can't be read."""
    return [
        Column(
            place,
            name,
            word,
            policy.level_of(table.name, name),
            policy.limit_of(table.name, name),
        )
        for place, (name, word) in enumerate(table.columns())
    ]


def highest(levels: Sequence[str]) -> str | None:
    """The level that shows the most among some; None of none."""
    return max(levels, key=LEVELS.index) if levels else None
