"""How this kernel finds the hub that its sessions live in.

1. ``TABLE_COPILOT_URL`` and ``TABLE_COPILOT_TOKEN``, which a Jupyter server with the extension gives to each of
   its kernels: a token for this kernel alone.
2. The runtime file of the Jupyter server that started this kernel (``JPY_PARENT_PID``) and of no other, when the
   copilot answers there.
3. Otherwise a hub inside this kernel, behind the same frames.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .connection import Connection, Dial
from .errors import CopilotConnectionError

PROBE_TIMEOUT_S = 5.0
_LOOPBACK_OF_WILDCARD = {"": "127.0.0.1", "*": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}

_dials: dict[int, asyncio.Future[Dial]] = {}
_shared: dict[int, Connection] = {}


@dataclass(frozen=True)
class Endpoint:
    """A server's socket. ``found`` says how it was found; ``ca`` is the certificate to trust."""

    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    ca: str | None = None
    found: str = "TABLE_COPILOT_URL"


def endpoint_from_environment(environment: Mapping[str, str]) -> Endpoint | None:
    """What the server gave to this kernel. Raises CopilotConnectionError for an address that is none."""
    url, token = environment.get("TABLE_COPILOT_URL", ""), environment.get("TABLE_COPILOT_TOKEN", "")
    if not url:
        return None
    if not re.match(r"wss?(\+unix)?://", url):
        raise CopilotConnectionError(
            f"TABLE_COPILOT_URL is {url!r}, which is no WebSocket address.",
            "It must begin with ws:// or wss://; Jupyter sets it by itself.",
            chinese=(
                f"TABLE_COPILOT_URL 是 {url!r}，不是 WebSocket 地址。",
                "它必须以 ws:// 或 wss:// 开头；Jupyter 会自己设置它。",
            ),
        )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Endpoint(url, headers, environment.get("TABLE_COPILOT_CA") or None)


def endpoint_from_runtime_file(environment: Mapping[str, str], runtime_dir: Path) -> Endpoint | None:
    """The socket of the server that started this kernel, if there is one."""
    parent = environment.get("JPY_PARENT_PID", "")
    path = runtime_dir / f"jpserver-{parent}.json"
    if not parent.isdigit() or not path.is_file():
        return None
    try:
        info: Any = json.loads(path.read_text(encoding="utf-8"))
        host, port = str(info.get("hostname", "")), int(info["port"])
        base_url, token = str(info.get("base_url") or "/"), str(info.get("token") or "")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    if info.get("sock"):
        return None
    host = _LOOPBACK_OF_WILDCARD.get(host, host)
    scheme = "wss" if info.get("secure") else "ws"
    host = f"[{host}]" if ":" in host else host
    headers = {"Authorization": f"token {token}"} if token else {}
    return Endpoint(f"{scheme}://{host}:{port}{base_url}table-copilot/ws", headers, found=str(path))


def kernel_id(environment: Mapping[str, str]) -> str | None:
    """This kernel's id, as its server knows it."""
    if known := environment.get("TABLE_COPILOT_KERNEL_ID"):
        return known
    if "ipykernel.kernelapp" not in sys.modules:
        return None  # a terminal
    from ipykernel.connect import get_connection_file
    from traitlets.config import MultipleInstanceError

    try:
        match = re.search(r"kernel-(.+)\.json$", get_connection_file())
    except (RuntimeError, MultipleInstanceError):  # imported, but this is a terminal all the same
        return None
    return match[1] if match else None


async def shared_dial() -> Dial:
    """How this process reaches its hub, found once; on the background loop. Raises CopilotConnectionError."""
    pid = os.getpid()
    finding = _dials.get(pid)
    if finding is None or (finding.done() and (finding.cancelled() or finding.exception() is not None)):
        finding = _dials[pid] = asyncio.ensure_future(find_dial(os.environ))
    return await asyncio.shield(finding)  # who gives up waiting must not end it for the others


async def shared_connection() -> Connection:
    """The process's one connection; on the background loop. Raises CopilotConnectionError."""
    pid, dial = os.getpid(), await shared_dial()
    if pid not in _shared:
        _shared[pid] = Connection(dial, kernel_id=kernel_id(os.environ))
    return _shared[pid]


def known_connection() -> Connection | None:
    """The process's connection, if it has one already."""
    return _shared.get(os.getpid())


async def find_dial(environment: Mapping[str, str]) -> Dial:
    """How to open a transport to the hub that this kernel belongs to."""
    from .websocket import answers, dial_websocket

    if (given := endpoint_from_environment(environment)) is not None:
        return dial_websocket(given)
    from jupyter_core.paths import jupyter_runtime_dir

    near = endpoint_from_runtime_file(environment, Path(jupyter_runtime_dir()))
    if near is not None and await answers(near, PROBE_TIMEOUT_S):
        return dial_websocket(near)
    from .host import KernelHost

    return KernelHost().dial
