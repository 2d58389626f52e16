"""The extension in a server: settings, whose sessions, the hub's life, and what loading costs."""

from __future__ import annotations

import asyncio
import getpass
import os
import subprocess
import sys
from dataclasses import fields

import pytest
from jupyter_servers import until

from table_copilot_jupyter import _jupyter_server_extension_points
from table_copilot_jupyter.app import TableCopilotApp
from table_copilot_jupyter.handlers.authority import server_owner
from table_copilot_jupyter.protocol import CopilotError
from table_copilot_jupyter.settings import Settings

CANARY = "sk-canary-of-a-key"


async def settings_of(server) -> Settings:
    return (await server.service.hub()).services.settings


# --- settings -----------------------------------------------------------------------------------


def test_the_extension_is_found():
    (point,) = _jupyter_server_extension_points()
    assert point == {"module": "table_copilot_jupyter.app", "app": TableCopilotApp}


def test_every_setting_can_be_configured_and_has_the_same_default():
    app = TableCopilotApp()
    for field in fields(Settings):
        if field.name.endswith("_key"):
            assert app.traits(config=True)[f"{field.name}_file"].default_value == ""
        else:
            assert app.traits(config=True)[field.name].default_value == getattr(Settings(), field.name)


def test_a_key_itself_is_no_option():
    assert not {"openai_api_key", "openrouter_api_key"} & set(TableCopilotApp.class_trait_names())


async def test_jupyters_configuration_reaches_the_settings(start_server):
    server = await start_server(TableCopilotApp={"model_name": "tiny", "turn_timeout": 5.0, "context_tokens": 9000})
    settings = await settings_of(server)
    assert (settings.model_name, settings.turn_timeout, settings.context_tokens) == ("tiny", 5.0, 9000)


async def test_the_environment_wins_over_dotenv_and_dotenv_over_the_configuration(
    start_server, jupyter_directories, monkeypatch
):
    (jupyter_directories.root / ".env").write_text("MODEL_NAME=of-dotenv\nTABLE_COPILOT_TIMEZONE=Asia/Shanghai\n")
    monkeypatch.setenv("MODEL_NAME", "of-the-environment")
    server = await start_server(TableCopilotApp={"model_name": "configured", "timezone": "UTC"})
    settings = await settings_of(server)
    assert (settings.model_name, settings.timezone) == ("of-the-environment", "Asia/Shanghai")
    assert "TABLE_COPILOT_TIMEZONE" not in os.environ


async def test_a_key_can_come_from_a_file_and_is_never_logged(start_server, tmp_path, capsys):
    (tmp_path / "key").write_text(CANARY + "\n")
    server = await start_server(
        TableCopilotApp={"openai_api_key_file": str(tmp_path / "key")}, ServerApp={"log_level": "DEBUG"}
    )
    settings = await settings_of(server)
    assert settings.openai_api_key.reveal() == CANARY
    assert CANARY not in capsys.readouterr().err
    assert CANARY not in repr(server.app.web_app.settings["table_copilot_config"])


async def test_a_key_file_that_is_not_there_is_named(start_server, tmp_path):
    server = await start_server(TableCopilotApp={"openai_api_key_file": str(tmp_path / "no-key")})
    with pytest.raises(CopilotError, match=r"openai_api_key_file is '.*no-key', which can't be read: No such file"):
        await server.service.hub()


# --- whose sessions -----------------------------------------------------------------------------


async def test_the_owner_is_jupyterhubs_user(start_server, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    assert (await start_server()).service.owner == "ada"


def test_without_jupyterhub_the_owner_is_the_user_of_the_operating_system(monkeypatch):
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    assert server_owner() == getpass.getuser()


def test_a_user_without_a_name_is_known_by_number(monkeypatch):
    def nameless() -> str:
        raise KeyError("uid not found")

    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setattr(getpass, "getuser", nameless)
    assert server_owner() == f"uid-{os.getuid()}"


# --- the hub's life -----------------------------------------------------------------------------


async def test_the_hub_starts_without_being_asked(server):
    await until(lambda: server.service.running_hub is not None)
    assert server.service.running_hub is await server.service.hub()


async def test_all_who_ask_at_the_same_time_get_the_same_hub(server):
    hubs = await asyncio.gather(*(server.service.hub() for _ in range(5)))
    assert len({id(hub) for hub in hubs}) == 1


async def test_giving_up_waiting_does_not_end_it_for_others(server):
    impatient = asyncio.ensure_future(server.service.hub())
    patient = asyncio.ensure_future(server.service.hub())
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient is server.service.running_hub


async def test_after_the_stop_there_is_no_hub(server):
    await server.service.hub()
    await server.app.cleanup_extensions()
    with pytest.raises(CopilotError, match="shutting down"):
        await server.service.hub()


async def test_a_server_can_stop_while_the_hub_still_starts(server):
    await server.app.cleanup_extensions()
    assert server.service.running_hub is None


async def test_sessions_survive_a_restart_of_the_server(start_server):
    first = await start_server()
    session = await (await first.service.hub()).session("sales", first.service.owner, create=True)
    await session.rename("Sales by region")
    await first.app.cleanup_extensions()
    second = await start_server()
    (info,) = await (await second.service.hub()).sessions(second.service.owner)
    assert (info.session_id, info.title) == ("sales", "Sales by region")


async def test_a_running_turn_is_activity(start_server, monkeypatch):
    monkeypatch.setenv("TABLE_COPILOT_OFFLINE_DELAY", "30")
    server = await start_server()
    assert not server.app.extension_manager.any_activity()
    hub = await server.service.hub()
    socket = await server.connect()
    await socket.write_message("tell me what you can do")
    await until(lambda: hub.health()["turns"])
    assert server.app.extension_manager.any_activity()


# --- what loading costs -------------------------------------------------------------------------


def test_loading_the_extension_imports_nothing_heavy():
    code = (
        "import jupyter_server.serverapp, sys\n"
        "before = set(sys.modules)\n"
        "import table_copilot_jupyter.app\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"pydantic", "sqlalchemy", "openai", "websockets", "dateparser", "markdown_it", "pygments", "IPython"}
    assert not (set(done.stdout.split()) & (heavy | {"autogen_core", "autogen_agentchat", "autogen_ext"}))
