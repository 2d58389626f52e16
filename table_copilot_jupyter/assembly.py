"""Picks the concrete parts and puts them together: the one place that knows them all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, cast

from .agents.library import load_agents
from .clock import Clock, user_timezone, utc_now
from .engine.autogen import AutoGenEngine
from .engine.base import Engine
from .engine.providers import available_models, resolve_model
from .hub import Hub, Signals
from .kernel.base import Kernels
from .privacy import Defaults
from .protocol import ColumnNames, PrivacyLevel
from .services import Services
from .settings import Settings
from .store.base import Store
from .store.sql import SqlStore, default_url
from .tools.ask_user import AskUserTool
from .tools.base import Tool
from .tools.code import ExplainErrorTool, RunCodeTool
from .tools.plot import PlotTableTool
from .tools.schedule import ScheduleTool
from .tools.tables import DescribeTableTool, ListTablesTool, QueryTableTool
from .tools.todo import TodoTool
from .version import __version__
from .workspace import NoKernels


def build_hub(
    settings: Settings,
    *,
    data_dir: Path,
    config_dir: Path,
    engine: Engine | None = None,
    clock: Clock = utc_now,
    make_store: Callable[[str], Store] = SqlStore,
    kernels: Kernels | None = None,
) -> Hub:
    """A hub, not yet started. ``data_dir`` and ``config_dir`` are Jupyter's; ``kernels`` are those that it can reach.

    ``engine``, ``clock`` and ``make_store`` replace the usual parts, for tests.
    """
    warnings: list[str] = []
    try:
        timezone = user_timezone(settings.timezone)
    except ValueError as error:
        warnings.append(f"TABLE_COPILOT_TIMEZONE: {error} UTC is used.")
        timezone = user_timezone("UTC")
    store = make_store(settings.database_url or default_url(data_dir))
    signals = Signals()
    tools: list[Tool[Any]] = [
        TodoTool(store, signals.todos_changed),
        ScheduleTool(store, signals.reminders_changed),
        AskUserTool(settings.question_timeout),
        ListTablesTool(),
        DescribeTableTool(),
        QueryTableTool(),
        PlotTableTool(),
        RunCodeTool(),
        ExplainErrorTool(),
    ]
    by_name = {tool.name: tool for tool in tools}
    agents = load_agents(
        config_dir / "table_copilot" / "agents", known_tools=by_name, system_prompt_file=settings.system_prompt_file
    )
    services = Services(
        store=store,
        engine=engine or AutoGenEngine(settings),
        settings=settings,
        agents=agents,
        tools=by_name,
        resolve_model=lambda name: resolve_model(settings, name),
        available_models=lambda: available_models(settings),
        timezone=timezone,
        kernels=kernels or NoKernels(),
        privacy=Defaults(
            level=cast("PrivacyLevel | Literal['']", settings.privacy),
            ceiling=cast(PrivacyLevel, settings.privacy_ceiling),
            names=cast(ColumnNames, settings.column_names),
        ),
        clock=clock,
    )
    return Hub(services, signals, version=__version__, warnings=warnings + list(agents.problems))
