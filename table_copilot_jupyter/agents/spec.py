"""An agent, as its TOML file describes it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AgentSpec:
    """One agent.

    ``model`` is a model's name, or ``"inherit"`` for the session's. ``tools`` name tools,
    ``delegates`` name other agents that it may hand a task to. ``max_steps`` bounds how often
    it may ask the model within one turn.
    """

    name: str
    description: str
    prompt: str
    model: str = "inherit"
    tools: tuple[str, ...] = ()
    delegates: tuple[str, ...] = ()
    max_steps: int = 12
    source: str = "built-in"
