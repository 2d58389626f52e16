"""How a session's events reach who listens to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .protocol import Event


@dataclass(frozen=True, slots=True)
class Delivery:
    """One frame for listeners; ``text`` is its JSON, the same for all. ``event`` is None in a replay."""

    type: str
    seq: int | None
    text: str
    event: Event | None = None


class Listener(Protocol):
    """Who is told of a session's events."""

    def deliver(self, delivery: Delivery) -> None:
        """Take one frame; must not block."""
        ...

    async def drained(self) -> None:
        """Return when what was delivered has left, so that a replay does not pile up."""
        ...


class Latecomer:
    """Keeps the events that happen while a replay reads; text is left out, it comes as a whole afterwards."""

    def __init__(self) -> None:
        self.kept: list[Delivery] = []
        self.seqs: set[int | None] = set()

    def deliver(self, delivery: Delivery) -> None:
        if delivery.type not in ("text", "reasoning"):
            self.kept.append(delivery)
            self.seqs.add(delivery.seq)

    async def drained(self) -> None:
        return None
