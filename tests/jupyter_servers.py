"""A real Jupyter server in the test's own event loop, and what waits for it. The fixtures are in ``conftest.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TOKEN = "the-token-of-the-user"


@dataclass(frozen=True)
class JupyterDirectories:
    data: Path
    config: Path
    runtime: Path
    root: Path


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


async def until(happened: Callable[[], object]) -> None:
    """Wait for something that tells nobody when it happens."""
    for _ in range(4000):
        if happened():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen within 20 s")
