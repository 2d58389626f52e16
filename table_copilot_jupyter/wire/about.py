"""What answers here, for a surface that shows it: model, host, agents, commands."""

from __future__ import annotations

from ..commands import COMMANDS
from ..engine.base import ModelChoice
from ..hub import Hub
from ..protocol import About, AgentInfo, CommandInfo, CopilotError, ModelInfo


def about(hub: Hub) -> About:
    """The reply to ``describe``."""
    health = hub.health()
    return About(
        version=hub.version,
        model=health["model"],
        provider=health["provider"],
        host=health["host"],
        offline=health["provider"] == "offline",
        problem=health.get("problem"),
        persistent=health["persistent"],
        warnings=list(health["warnings"]),
        models=[ModelInfo(name=model.name, provider=model.provider, host=model.host) for model in _models(hub)],
        agents=[AgentInfo(name=spec.name, description=spec.description) for spec in hub.services.agents.specs.values()],
        commands=[
            CommandInfo(name=command.name, usage=command.usage(), summary=command.summary[0])
            for command in COMMANDS.values()
        ],
    )


def _models(hub: Hub) -> list[ModelChoice]:
    """What can be chosen; nothing where the model that is set up can't be had, which ``problem`` tells."""
    try:
        return hub.services.available_models()
    except CopilotError:
        return []
