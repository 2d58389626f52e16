"""What axe-core finds wrong with a mounted chat."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from chat import Chat

AXE = Path(__file__).parent.parent.parent / "labextension" / "node_modules" / "axe-core" / "axe.min.js"


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(chat: Chat) -> list[str]:
    """Every violation within the chat: rule, where, why."""
    chat.page.evaluate(_axe())
    element = chat.root.element_handle()
    found: list[dict[str, Any]] = chat.page.evaluate(
        "async (root) => (await axe.run(root, { resultTypes: ['violations'] })).violations", element
    )
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for violation in found
        for node in violation["nodes"]
    ]
