"""Finds the Jupyter servers of this user and asks each how its copilot is.

A running server has a file ``jpserver-<pid>.json`` in Jupyter's runtime directory, readable by its user only,
with its address and token. Reading it needs no import of jupyter_server, so this stays quick.

Requests go to the address in the file and nowhere else: through no proxy, after no redirect, because they
carry the token.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import ssl
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 3.0
_WILDCARDS = {"", "*", "0.0.0.0", "::"}
_MAX_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class RunningServer:
    """A Jupyter server of this user whose process is alive. ``sock``: it listens on a Unix socket."""

    pid: int
    host: str
    port: int
    base_url: str
    secure: bool
    sock: str
    root_dir: str
    started: float
    token: str = field(repr=False)

    @property
    def address(self) -> str:
        """Where it is, as a person reads it."""
        if self.sock:
            return f"{self.sock} {self.base_url}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}{self.base_url}"

    @property
    def ws_url(self) -> str:
        """The copilot's socket; for a server on a Unix socket, what is asked for over that."""
        if self.sock:
            return f"ws://localhost{self.base_url}table-copilot/ws"
        return self.address.replace("http", "ws", 1) + "table-copilot/ws"

    @property
    def headers(self) -> dict[str, str]:
        """What a request needs to be let in."""
        return {"Authorization": f"token {self.token}"} if self.token else {}


@dataclass(frozen=True)
class ServerStatus:
    """How the copilot of ``server`` is: its health, or why that is not known.

    ``installed`` is False for a server without the extension.
    """

    server: RunningServer
    health: dict[str, Any] | None = None
    problem: str = ""
    installed: bool = True


def running_servers(runtime_dir: Path | None = None) -> list[RunningServer]:
    """The Jupyter servers of this user that run, the one started last first."""
    if runtime_dir is None:
        from jupyter_core.paths import jupyter_runtime_dir

        runtime_dir = Path(jupyter_runtime_dir())
    servers = [server for path in runtime_dir.glob("jpserver-*.json") if (server := _read(path)) is not None]
    return sorted(servers, key=lambda server: server.started, reverse=True)


def server_statuses(servers: Iterable[RunningServer]) -> list[ServerStatus]:
    """The state of each server's copilot, asked side by side."""
    servers = list(servers)
    if not servers:
        return []
    with ThreadPoolExecutor(max_workers=min(8, len(servers))) as pool:
        return list(pool.map(server_status, servers))


def server_status(server: RunningServer, timeout_s: float = TIMEOUT_S) -> ServerStatus:
    """Ask one server; never raises for what a server may do."""
    connection = _connection(server, timeout_s)
    try:
        connection.request("GET", f"{server.base_url}table-copilot/api/health", headers=server.headers)
        response = connection.getresponse()
        body = response.read(_MAX_BODY_BYTES)
    except TimeoutError:
        return ServerStatus(server, problem=f"no answer within {timeout_s:g} s")
    except ssl.SSLCertVerificationError as error:
        hint = "set TABLE_COPILOT_CA to its certificate"
        return ServerStatus(server, problem=f"its certificate is not trusted ({error.verify_message}); {hint}")
    except (OSError, http.client.HTTPException) as error:
        return ServerStatus(server, problem=f"not reachable ({error or type(error).__name__})")
    finally:
        connection.close()
    if response.status == 404:
        return ServerStatus(server, installed=False)
    if response.status in (301, 302, 401, 403):
        return ServerStatus(
            server, problem="it did not accept its token; a server with a password only shows no status"
        )
    try:
        health = json.loads(body)
    except (ValueError, RecursionError):
        health = None
    if response.status != 200 or not isinstance(health, dict):
        return ServerStatus(server, problem=f"it answered {response.status} without a status")
    return ServerStatus(server, health=health)


def ssl_context() -> ssl.SSLContext:
    """Trusts the system's authorities, or the certificate that TABLE_COPILOT_CA names."""
    return ssl.create_default_context(cafile=os.environ.get("TABLE_COPILOT_CA") or None)


def _read(path: Path) -> RunningServer | None:
    """The server that a file tells of; None for a file that is broken, in the making, or of a dead process."""
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
        host = str(info["hostname"])
        secure, sock = bool(info["secure"]), str(info.get("sock") or "")
        if host in _WILDCARDS:
            # A certificate is made out to a name; the file's address has the machine's.
            host = (urlsplit(info["url"]).hostname or "127.0.0.1") if secure else "::1" if host == "::" else "127.0.0.1"
        server = RunningServer(
            pid=int(info["pid"]),
            host=host,
            port=int(info["port"]),
            base_url=str(info["base_url"]),
            secure=secure,
            sock=sock,
            root_dir=str(info.get("root_dir", "")),
            started=path.stat().st_mtime,
            token=str(info.get("token") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return server if _is_alive(server.pid) else None


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":  # there, signal 0 is Ctrl-C; whether the server answers tells as much
        return True
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _connection(server: RunningServer, timeout_s: float) -> http.client.HTTPConnection:
    if server.sock:
        return _UnixConnection(server.sock, timeout_s)
    if server.secure:
        return http.client.HTTPSConnection(server.host, server.port, timeout=timeout_s, context=ssl_context())
    return http.client.HTTPConnection(server.host, server.port, timeout=timeout_s)
