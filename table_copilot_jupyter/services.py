"""What every session of one host shares."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from .agents.library import AgentLibrary
from .clock import Clock, new_id, utc_now
from .engine.base import Engine, ModelChoice
from .kernel.base import Kernels
from .language import Language, of_environment, spoken
from .privacy import Defaults
from .settings import Settings
from .store.base import Store
from .tools.base import Tool


@dataclass(frozen=True)
class Services:
    """The concrete parts, as ``assembly`` picked them.

    ``resolve_model(name)`` finds what answers for a model's name (None: the default) and raises
    ``CopilotError`` for one that can't be had.
    """

    store: Store
    engine: Engine
    settings: Settings
    agents: AgentLibrary
    tools: Mapping[str, Tool[Any]]
    resolve_model: Callable[[str | None], ModelChoice]
    available_models: Callable[[], list[ModelChoice]]
    timezone: ZoneInfo
    kernels: Kernels
    privacy: Defaults
    clock: Clock = utc_now

    def language_of(self, said: str) -> Language:
        """What to speak with a user who said that; of a command, say ""."""
        return self.settings.language or spoken(said) or of_environment()

    def short_id(self) -> str:
        """An identifier that can be typed by hand."""
        return new_id(3)
