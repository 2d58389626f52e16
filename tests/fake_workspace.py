"""A kernel that answers as it was told, for tests of tools."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from table_copilot_jupyter.privacy import Privacy
from table_copilot_jupyter.protocol import CopilotError, ErrorCode, PrivacyLevel

Answer = dict[str, Any] | Exception | Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class FakeWorkspace:
    """``answers``: by operation, the value, an error to raise, or a function of the arguments."""

    answers: dict[str, Answer] = field(default_factory=dict)
    kernel_id: str | None = "k1"
    notebook: str = "penguins.ipynb"
    privacy: Privacy = field(default_factory=lambda: Privacy("schema"))
    calls: list[tuple[str, dict[str, Any], bool]] = field(default_factory=list)
    results: int = 0

    async def call(
        self, op: str, arguments: dict[str, Any], *, timeout_s: float, main_thread: bool = False
    ) -> dict[str, Any]:
        self.calls.append((op, arguments, main_thread))
        answer = self.answers.get(op)
        if answer is None:
            raise CopilotError(ErrorCode.KERNEL_GONE, "There is no kernel.", "")
        if isinstance(answer, Exception):
            raise answer
        return answer(arguments) if callable(answer) else answer

    def next_result(self) -> int:
        self.results += 1
        return self.results

    async def allow(self, level: PrivacyLevel) -> None:
        self.privacy = replace(self.privacy, level=level)
