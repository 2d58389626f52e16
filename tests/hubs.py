"""A hub on a real database, for tests."""

from contextlib import asynccontextmanager

from fakes import ScriptedEngine

from table_copilot_jupyter.assembly import build_hub
from table_copilot_jupyter.clock import utc_now
from table_copilot_jupyter.settings import Settings


@asynccontextmanager
async def running_hub(folder, engine=None, *, settings=None, clock=utc_now):
    """Start a hub whose data lie in ``folder``; stop it at the end."""
    hub = build_hub(
        settings or Settings(timezone="UTC"),
        data_dir=folder,
        config_dir=folder / "config",
        engine=engine or ScriptedEngine(),
        clock=clock,
    )
    await hub.start()
    try:
        yield hub
    finally:
        await hub.stop()
