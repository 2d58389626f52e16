"""The transport to a Jupyter server: a WebSocket. Imported with the first message, not before."""

from __future__ import annotations

import re
import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from ..protocol import SUBPROTOCOL
from .connection import Dial, Transport, TransportClosed
from .discovery import Endpoint
from .errors import CopilotConnectionError

OPEN_TIMEOUT_S = 10.0
MAX_SIZE = 64 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class WebSocketTransport:
    """A connected WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def receive(self) -> str:
        try:
            return await self._socket.recv(decode=True)
        except ConnectionClosed as error:
            raise _closed(error) from None

    async def close(self) -> None:
        await self._socket.close()


def _closed(error: ConnectionClosed) -> TransportClosed:
    return TransportClosed(error.rcvd.code, error.rcvd.reason) if error.rcvd else TransportClosed()


def dial_websocket(endpoint: Endpoint) -> Dial:
    """How to connect to ``endpoint``."""

    async def dial() -> Transport:
        return await open_websocket(endpoint, OPEN_TIMEOUT_S)

    return dial


async def open_websocket(endpoint: Endpoint, timeout: float) -> WebSocketTransport:
    """Connect. Raises OSError or TimeoutError when it may work later, else CopilotConnectionError."""
    options: dict[str, Any] = {
        "additional_headers": endpoint.headers,
        "subprotocols": [Subprotocol(SUBPROTOCOL)],
        "open_timeout": timeout,
        "max_size": MAX_SIZE,
        "ping_interval": None,  # the server pings
    }
    try:
        if unix := re.match(r"ws\+unix://([^/]+)(/.*)", endpoint.url):
            socket = await unix_connect(unquote(unix[1]), uri=f"ws://localhost{unix[2]}", **options)
        else:
            if endpoint.url.startswith("wss:"):
                options["ssl"] = _tls(endpoint)
            socket = await connect(endpoint.url, proxy=None, **options)
    except InvalidStatus as error:
        raise _refused(endpoint, error.response.status_code) from None
    except ssl.SSLCertVerificationError as error:
        raise CopilotConnectionError(
            f"The certificate of {endpoint.url} is not trusted: {error.verify_message}.",
            "Set TABLE_COPILOT_CA to the path of its certificate, then restart the kernel.",
            chinese=(
                f"{endpoint.url} 的证书不受信任：{error.verify_message}。",
                "请把 TABLE_COPILOT_CA 设为其证书的路径，再重启内核。",
            ),
        ) from None
    except InvalidHandshake as error:
        raise OSError(str(error)) from None
    if socket.subprotocol != SUBPROTOCOL:
        await socket.close()
        raise CopilotConnectionError(
            f"The server at {endpoint.url} does not speak {SUBPROTOCOL!r}.",
            "Install the same version of table-copilot-jupyter for the server and the kernel.",
            chinese=(
                f"{endpoint.url} 上的服务器不懂 {SUBPROTOCOL!r}。",
                "请在服务器和内核里安装同一版本的 table-copilot-jupyter。",
            ),
        )
    return WebSocketTransport(socket)


async def answers(endpoint: Endpoint, timeout: float) -> bool:
    """Whether the copilot answers at ``endpoint`` and lets this kernel in."""
    try:
        transport = await open_websocket(endpoint, timeout)
    except (OSError, TimeoutError, CopilotConnectionError):
        return False
    await transport.close()
    return True


def _tls(endpoint: Endpoint) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=endpoint.ca)
    except OSError as error:
        raise CopilotConnectionError(
            f"TABLE_COPILOT_CA is {endpoint.ca!r}, which can't be read: {error.strerror or error}.",
            "Correct the path, then restart the kernel.",
            chinese=(
                f"TABLE_COPILOT_CA 是 {endpoint.ca!r}，无法读取：{error.strerror or error}。",
                "请改正路径，再重启内核。",
            ),
        ) from None
    if endpoint.ca and urlsplit(endpoint.url).hostname in _LOOPBACK:
        context.check_hostname = False  # the server's own certificate is pinned; it is made for its public name
    return context


def _refused(endpoint: Endpoint, status: int) -> Exception:
    if status in (401, 403):
        return CopilotConnectionError(
            f"The Jupyter server at {endpoint.url} refused this kernel ({status}).",
            "Restart the kernel: it gets a new token.",
            chinese=(
                f"{endpoint.url} 上的 Jupyter 服务器拒绝了这个内核（{status}）。",
                "请重启内核，它会得到新的令牌。",
            ),
        )
    if status == 404:
        return CopilotConnectionError(
            f"The Jupyter server at {endpoint.url} has no copilot (404).",
            "Enable the server extension: jupyter server extension enable table_copilot_jupyter.",
            chinese=(
                f"{endpoint.url} 上的 Jupyter 服务器没有 Copilot（404）。",
                "请启用服务器扩展：jupyter server extension enable table_copilot_jupyter。",
            ),
        )
    return OSError(f"the server at {endpoint.url} answered {status}")
