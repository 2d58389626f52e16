"""Shared fixtures: Jupyter's directories of one test, and a real Jupyter server in the test's own event loop."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_servers import TOKEN, JupyterDirectories, JupyterServer, StartServer

_SETTINGS = ("OPENROUTER_", "OPENAI_", "OLLAMA_", "MODEL_NAME", "TABLE_COPILOT_", "JUPYTER", "JPY_")


@pytest.fixture
def jupyter_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[JupyterDirectories]:
    """Empty directories for all that Jupyter keeps, and no setting from outside."""
    import os

    for variable in list(os.environ):
        if variable.startswith(_SETTINGS):
            monkeypatch.delenv(variable)
    found = {}
    for name in ("data", "config", "root", "home", "ipython"):
        found[name] = tmp_path / name
        found[name].mkdir()
    runtime = tempfile.TemporaryDirectory(prefix="jupyter-")  # short: a socket's path is at most 107 bytes long
    found["runtime"] = Path(runtime.name)
    for variable, name in {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }.items():
        monkeypatch.setenv(variable, str(found[name]))
    yield JupyterDirectories(found["data"], found["config"], found["runtime"], found["root"])
    runtime.cleanup()


@pytest.fixture
async def start_server(jupyter_directories: JupyterDirectories) -> AsyncIterator[StartServer]:
    """``await start_server(ServerApp={…}, …)``: a server with that configuration. Stopped after the test."""
    from jupyter_server.serverapp import ServerApp
    from traitlets.config import Config

    running: list[JupyterServer] = []

    async def start(**config: dict[str, Any]) -> JupyterServer:
        # kernels on sockets, not ports: two processes that look for a free port may find the same
        settings = Config(IdentityProvider={"token": TOKEN}, KernelManager={"transport": "ipc"})
        settings.merge(Config(config))
        app = ServerApp(
            config=settings,
            base_url=JupyterServer.base_url,
            root_dir=str(jupyter_directories.root),
            jpserver_extensions={"table_copilot_jupyter": True},
            open_browser=False,
            allow_root=True,
            port=0,
            ip="127.0.0.1",
        )
        app.init_signal = lambda: None
        app.reraise_server_extension_failures = True
        app.initialize(argv=[], find_extensions=False)
        app.start_app()
        running.append(JupyterServer(app))
        await app._post_start()
        return running[-1]

    yield start
    for server in running:
        await server.stop()


@pytest.fixture
async def server(start_server: StartServer) -> JupyterServer:
    return await start_server()
