"""Shared fixtures: Jupyter's directories of one test, and a real Jupyter server in the test's own event loop."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TOKEN = "the-token-of-the-user"
_SETTINGS = ("OPENROUTER_", "OPENAI_", "OLLAMA_", "MODEL_NAME", "TABLE_COPILOT_", "JUPYTER", "JPY_")


@dataclass(frozen=True)
class JupyterDirectories:
    data: Path
    config: Path
    runtime: Path
    root: Path


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


class JupyterServer:
    """A running server with the extension, as its clients see it."""

    base_url = "/user/ada/"

    def __init__(self, app: Any) -> None:
        self.app = app
        self.port: int = app.port
        self._sockets: list[Any] = []

    @property
    def service(self) -> Any:
        return self.app.web_app.settings["table_copilot_service"]

    async def get(self, path: str, *, token: str | None = TOKEN, **headers: str) -> Any:
        return await self.request("GET", path, token=token, **headers)

    async def request(
        self, method: str, path: str, *, token: str | None = TOKEN, body: str | None = None, **headers: str
    ) -> Any:
        from tornado.httpclient import AsyncHTTPClient

        if token is not None:
            headers["Authorization"] = f"token {token}"
        url = f"http://127.0.0.1:{self.port}{self.base_url}{path}"
        return await AsyncHTTPClient().fetch(
            url, method=method, body=body, headers=headers, raise_error=False, follow_redirects=False
        )

    async def connect(
        self, *, token: str | None = TOKEN, subprotocols: list[str] | None = None, query: str = "", **headers: str
    ) -> Any:
        """An open socket. Raises tornado's HTTPClientError when it is refused."""
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        if token is not None:
            headers["Authorization"] = f"token {token}"
        url = f"ws://127.0.0.1:{self.port}{self.base_url}table-copilot/ws{query}"
        socket = await websocket_connect(HTTPRequest(url, headers=headers), subprotocols=subprotocols)
        self._sockets.append(socket)
        return socket

    async def stop(self) -> None:
        for socket in self._sockets:
            socket.close()
        await self.app._cleanup()
        self.app.kernel_manager.context.destroy()
        await self.app.http_server.close_all_connections()

    async def start_kernel(self) -> str:
        return str(await self.app.kernel_manager.start_kernel())


StartServer = Callable[..., Awaitable[JupyterServer]]


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


async def until(happened: Callable[[], object]) -> None:
    """Wait for something that tells nobody when it happens."""
    for _ in range(4000):
        if happened():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen within 20 s")
