"""The hub inside this kernel, for when no Jupyter server with the copilot owns it.

Plain IPython, ``jupyter console`` and VS Code start kernels of their own. The hub then runs on the background
loop and is reached through memory, frame by frame like over a socket. Sessions are kept in the same place
that a Jupyter server of this user keeps them.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import getpass
import importlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from .connection import Transport, TransportClosed
from .discovery import kernel_id
from .errors import CopilotConnectionError
from .kernel_side import process_id, user_namespace
from .loop import background_loop, submit

if TYPE_CHECKING:
    from ..hub import Hub
    from ..wire import Peer

STOP_TIMEOUT_S = 5.0


class MemoryTransport:
    """Both ends of a connection to a hub in this process."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[str | TransportClosed] = asyncio.Queue()
        self._peer: Peer | None = None

    def open(self, hub: Hub, owner: str) -> None:
        """Connect to ``hub``."""
        from ..protocol import SUBPROTOCOL
        from ..wire import open_peer

        self._peer = open_peer(hub, subprotocol=SUBPROTOCOL, owner=owner, transport=_PeerSide(self._frames))

    async def send(self, text: str) -> None:
        if self._peer is None:
            raise TransportClosed(1001, "the copilot in this kernel has stopped")
        self._peer.receive(text)

    async def receive(self) -> str:
        frame = await self._frames.get()
        if isinstance(frame, TransportClosed):
            raise frame
        return frame

    async def close(self) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            peer.closed()


class _PeerSide:
    """What the hub's peer writes to."""

    def __init__(self, frames: asyncio.Queue[str | TransportClosed]) -> None:
        self._frames = frames

    def send(self, text: str) -> None:
        self._frames.put_nowait(text)

    def close(self, code: int, reason: str) -> None:
        self._frames.put_nowait(TransportClosed(code, reason))


class KernelHost:
    """Starts the hub with the first connection, and stops it when the process ends.

    ``data_dir`` and ``config_dir`` replace Jupyter's, for tests.
    """

    def __init__(self, data_dir: Path | None = None, config_dir: Path | None = None) -> None:
        self._data_dir = data_dir
        self._config_dir = config_dir
        self._hub: Hub | None = None
        self._stopped = False
        self._warming: asyncio.Task[None] | None = None

    async def dial(self) -> Transport:
        """A transport to the hub. Raises CopilotConnectionError."""
        if self._stopped:
            stopped = ("这个内核里的 Copilot 已经停止。", "请重启内核。")
            raise CopilotConnectionError(
                "The copilot in this kernel has stopped.", "Restart the kernel.", chinese=stopped
            )
        if self._hub is None:
            self._hub = await self._start()
        transport = MemoryTransport()
        transport.open(self._hub, owner())
        return transport

    async def _start(self) -> Hub:
        from ..protocol import CopilotError
        from ..settings import SettingError, load_settings

        try:
            settings = load_settings(root=Path.cwd())
            for module in ("assembly", "wire"):  # a second or two of imports, off the loop
                await asyncio.to_thread(importlib.import_module, f"{__package__.rpartition('.')[0]}.{module}")
            from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir

            from ..assembly import build_hub
            from ..kernel.local import LocalKernel, LocalKernels

            kernel = LocalKernel(user_namespace, kernel_id=kernel_id(os.environ) or process_id())
            hub = build_hub(
                settings,
                data_dir=self._data_dir or Path(jupyter_data_dir()),
                config_dir=self._config_dir or Path(jupyter_config_dir()),
                kernels=LocalKernels(kernel),
            )
            await hub.start()
        except (SettingError, CopilotError) as error:
            raise CopilotConnectionError(
                f"The copilot can't start in this kernel: {error}",
                "Correct it, then run the cell again.",
                chinese=(f"Copilot 无法在这个内核里启动：{error}", "请改正后重新运行单元格。"),
            ) from None
        # Before thread pools are shut down, which is earlier than ``atexit``: the store writes in one.
        getattr(threading, "_register_atexit", atexit.register)(self.stop_at_exit)
        self._warming = asyncio.create_task(hub.warm_up())
        self._warming.add_done_callback(lambda task: task.cancelled() or task.exception())  # a turn tells it better
        return hub

    async def stop(self) -> None:
        """Close connections and sessions; the store is whole afterwards."""
        self._stopped = True
        hub, self._hub = self._hub, None
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        if hub is not None:
            await hub.stop()

    def stop_at_exit(self) -> None:
        """Wait, a short while, until the hub has stopped."""
        if background_loop().is_running():
            with contextlib.suppress(TimeoutError):
                submit(self.stop()).result(STOP_TIMEOUT_S)


def owner() -> str:
    """Whose sessions these are: the same name that a Jupyter server of this user uses."""
    if hub_user := os.environ.get("JUPYTERHUB_USER", "").strip():
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in the password database
        return f"uid-{os.getuid()}"
