"""Runs cells in a real ipykernel, answers its questions, interrupts it, and keeps what it shows."""

import asyncio
import os
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from jupyter_client.manager import AsyncKernelManager

TIMEOUT_S = 30.0


@dataclass
class Cell:
    """What one cell did. ``displays`` are the last state of each display, in the order of their opening."""

    reply: dict[str, Any] = field(default_factory=dict)
    displays: dict[str, dict[str, Any]] = field(default_factory=dict)
    updates: int = 0
    stdout: str = ""
    stderr: str = ""
    result: dict[str, Any] | None = None
    traceback: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    earlier: Any = None

    @property
    def ok(self):
        return self.reply.get("status") == "ok"

    @property
    def html(self):
        return "\n".join(data["text/html"] for data in self.displays.values())

    @property
    def plain(self):
        return "\n\n".join(data["text/plain"] for data in self.displays.values())

    @property
    def value(self):
        """The result's text, as ``Out`` shows it."""
        return None if self.result is None else self.result["text/plain"]


class KernelClient:
    def __init__(self, manager, client):
        self.manager = manager
        self.client = client

    async def run(self, code, *, inputs=None, on_display=None, on_input=None, store_history=True, earlier=None):
        """Run a cell to its end.

        ``inputs`` answers ``input()``; without it the front end takes no input. ``on_display`` is called with the
        cell so far after each output, ``on_input`` with each prompt; both may be async. ``earlier`` is a cell whose
        displays this one may update.
        """
        takes_input = inputs is not None or on_input is not None
        cell, inputs = Cell(earlier=earlier), list(inputs or [])
        msg_id = self.client.execute(code, allow_stdin=takes_input, store_history=store_history)
        self.last_cell = msg_id
        asking = asyncio.create_task(self._answer(cell, inputs, on_input)) if takes_input else None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while True:
                    message = await self.client.get_iopub_msg(timeout=TIMEOUT_S)
                    if message["parent_header"].get("msg_id") != msg_id:
                        continue
                    if self._take(cell, message["msg_type"], message["content"]):
                        break
                    if on_display is not None and message["msg_type"] in ("display_data", "update_display_data"):
                        await on_display(cell)
                while True:
                    reply = await self.client.get_shell_msg(timeout=TIMEOUT_S)
                    if reply["parent_header"].get("msg_id") == msg_id:
                        break
        finally:
            if asking is not None:
                asking.cancel()
                await asyncio.gather(asking, return_exceptions=True)
        cell.reply = reply["content"]
        return cell

    def _take(self, cell, kind, content):
        """Keep one output; True when the cell has ended."""
        match kind:
            case "stream":
                setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
            case "display_data" | "update_display_data":
                key = content["transient"].get("display_id", f"anonymous-{len(cell.displays)}")
                if cell.earlier is not None and key in cell.earlier.displays:
                    cell = cell.earlier
                assert (kind == "update_display_data") == (key in cell.displays)
                cell.displays[key] = content["data"]
                cell.updates += 1
            case "execute_result":
                cell.result = content["data"]
            case "error":
                cell.traceback = content["traceback"]
            case "status":
                return content["execution_state"] == "idle"
        return False

    async def _answer(self, cell, inputs, on_input):
        while True:
            try:
                message = await self.client.get_stdin_msg(timeout=TIMEOUT_S)
            except Empty:
                return
            cell.prompts.append(message["content"]["prompt"])
            if on_input is not None:
                await on_input(message["content"]["prompt"])
            elif inputs:
                self.client.input(inputs.pop(0))

    async def shown_between_cells(self):
        """What the kernel shows next while no cell runs: a display's data, and the cell that it belongs to."""
        while True:
            message = await self.client.get_iopub_msg(timeout=TIMEOUT_S)
            if message["msg_type"] in ("display_data", "stream"):
                return message["content"]["data"], message["parent_header"].get("msg_id")

    async def interrupt(self):
        await self.manager.interrupt_kernel()

    async def shutdown(self):
        """Ask the kernel to end, and wait until its process has."""
        await self.manager.shutdown_kernel()

    async def value(self, expression):
        """The ``repr`` of an expression in the kernel."""
        cell = await self.run(f"print(repr({expression}))")
        assert cell.ok, cell.traceback
        return cell.stdout.strip()


@asynccontextmanager
async def running_kernel(folder, *, name="python3", **environment):
    """A fresh kernel in ``folder`` with nothing of ours in its environment but ``environment``."""
    env = {key: value for key, value in os.environ.items() if not key.startswith(("TABLE_COPILOT", "JPY_", "OPEN"))}
    for variable in ("IPYTHONDIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        (folder / variable).mkdir(exist_ok=True)
        env[variable] = str(folder / variable)
    # Sockets in a folder of its own: two processes that look for a free TCP port may find the same.
    sockets = tempfile.TemporaryDirectory(prefix="kernel-")
    manager = AsyncKernelManager(kernel_name=name, transport="ipc", connection_file=f"{sockets.name}/kernel.json")
    await manager.start_kernel(env={**env, **environment}, cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=TIMEOUT_S)
        yield KernelClient(manager, client)
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)
        sockets.cleanup()
