"""Kernels of the Jupyter server, reached over their ZeroMQ channels.

One link per kernel, one channel per process of it: after a restart everything is made anew, with the next call. Calls
beside the cells run at the same time, in the kernel's own order; a call as a cell (``main_thread``) is taken back when
it does not start at once, because a cell runs. How the kernel does its part is told in ``resident.py``.

The messages are of types of ours, which ``untrack`` makes the server and JupyterLab leave out of a kernel's status:
otherwise reading from a busy kernel would show it as idle, and have it culled.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
from collections.abc import Callable
from typing import Any

from ..protocol import CopilotError, ErrorCode
from .base import KernelLink, Request, kernel_busy, no_such_kernel, out_of_time, value_of
from .bundle import Bundle, probe_bundle
from .channel import Channel, Exchange, Line
from .resident import CANCEL_REQUEST, REQUEST, RUN_REQUEST
from .untracked import untrack

START_S = 5.0
"""How long a kernel may take to answer at first: it may just be starting."""
BESIDE_S = 2.0
AS_CELL_S = 0.5
"""How long a request may take to begin, before the kernel counts as busy."""
MAX_CALLS = 8

_AGAIN = "Its variables are gone: run the cells that make the tables, then ask again."


class RemoteKernels:
    """``kernel_manager``: jupyter_server's MappingKernelManager. ``notebook_of``: the path of a kernel's notebook."""

    def __init__(
        self, kernel_manager: Any, notebook_of: Callable[[str], str], *, bundle: Callable[[], Bundle] = probe_bundle
    ) -> None:
        untrack(kernel_manager)
        self._kernel_manager = kernel_manager
        self._notebook_of = notebook_of
        self._bundle = bundle
        self._links: dict[str, RemoteLink] = {}
        self._closing: set[asyncio.Future[None]] = set()

    def link(self, kernel_id: str) -> KernelLink:
        for ended in [kept for kept in self._links if kept not in self._kernel_manager]:
            closing = asyncio.ensure_future(self._links.pop(ended).close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        if kernel_id not in self._kernel_manager:
            raise no_such_kernel(kernel_id)
        if kernel_id not in self._links:
            self._links[kernel_id] = RemoteLink(self._kernel_manager, kernel_id, self._notebook_of, self._bundle)
        return self._links[kernel_id]

    async def warm_up(self) -> None:
        """Pack the bundle, so that the first call need not wait for it (0.1 s)."""
        await asyncio.to_thread(lambda: self._bundle().parcel)

    async def close(self) -> None:
        links, self._links = self._links, {}
        await asyncio.gather(*self._closing, *(link.close() for link in links.values()))


class RemoteLink:
    """The way to one kernel."""

    def __init__(
        self, kernel_manager: Any, kernel_id: str, notebook_of: Callable[[str], str], bundle: Callable[[], Bundle]
    ) -> None:
        self.kernel_id = kernel_id
        self._kernels = kernel_manager
        self._notebook_of = notebook_of
        self._bundle = bundle
        self._channel: Channel | None = None
        self._process: tuple[Any, Any] = (None, None)
        self._doubtful = True
        self._opening = asyncio.Lock()
        self._slots = asyncio.Semaphore(MAX_CALLS)

    @property
    def notebook(self) -> str:
        return self._notebook_of(self.kernel_id)

    async def call(self, request: Request, *, timeout_s: float, main_thread: bool = False) -> dict[str, Any]:
        try:
            async with asyncio.timeout(timeout_s), self._slots:
                channel = await self._connected()
                return value_of(await self._ask(channel, request.to_json(), as_cell=main_thread))
        except TimeoutError:
            raise out_of_time(request.op, timeout_s) from None

    async def close(self, error: CopilotError | None = None) -> None:
        """Close the channel; the next call makes another one. Calls that are open end with ``error``."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close(error or _gone("The connection to the kernel was closed.", "Ask again."))

    async def _ask(self, channel: Channel, request: str, *, as_cell: bool) -> str:
        line: Line = "shell" if as_cell else "control"
        with channel.exchange(line, RUN_REQUEST if as_cell else REQUEST, {"request": request}) as exchange:
            try:
                if not await exchange.answered(AS_CELL_S if as_cell else BESIDE_S):
                    await self._take_back(channel, exchange, as_cell=as_cell)
                reply = await exchange.reply
            except asyncio.CancelledError:
                channel.post("control", CANCEL_REQUEST, {"request": exchange.key, "also_running": True})
                raise
        if reply.get("reply") is None:
            raise kernel_busy()
        return str(reply["reply"])

    async def _take_back(self, channel: Channel, exchange: Exchange, *, as_cell: bool) -> None:
        """Raise that the kernel is busy, unless the request begins just now."""
        if not as_cell:  # something holds the interpreter; or the kernel has forgotten us
            self._doubtful = True
            channel.post("control", CANCEL_REQUEST, {"request": exchange.key, "also_running": True})
            raise kernel_busy()
        with channel.exchange(
            "control", CANCEL_REQUEST, {"request": exchange.key, "also_running": False}
        ) as taken_back:
            if not await taken_back.answered(BESIDE_S):
                self._doubtful = True
                raise kernel_busy()
            if (await taken_back.reply).get("withdrawn"):
                raise kernel_busy()

    async def _connected(self) -> Channel:
        """The channel to the kernel's present process, with our part running there."""
        async with self._opening:
            if self._channel is not None and (error := await self._fate()) is not None:
                await self.close(error)
            if self._channel is None:
                manager = await self._started_manager()
                self._process = (manager, getattr(manager, "ready", None))
                if (error := await self._fate()) is not None:
                    raise error
                channel = Channel(manager, self._fate)
                await channel.start()
                self._channel, self._doubtful = channel, True
            if self._doubtful:
                await self._boot(self._channel)
                self._doubtful = False
            return self._channel

    async def _started_manager(self) -> Any:
        """The kernel's manager, once its process is started. Raises CopilotError if there is none, or not soon."""
        deadline = asyncio.get_running_loop().time() + START_S
        while True:
            if self.kernel_id not in self._kernels:
                raise no_such_kernel(self.kernel_id)
            manager = self._kernels.get_kernel(self.kernel_id)
            ready = getattr(manager, "ready", None)
            if (ready is None or ready.done()) and not getattr(manager, "shutting_down", False):
                return manager
            if asyncio.get_running_loop().time() > deadline:
                raise _starting()
            await asyncio.sleep(0.05)

    async def _fate(self) -> CopilotError | None:
        """What became of the process that the channel belongs to; None while it lives."""
        if self.kernel_id not in self._kernels:
            return _gone("The notebook's kernel was shut down.", "Start it and run its cells, then ask again.")
        manager = self._kernels.get_kernel(self.kernel_id)
        if manager is not self._process[0] or getattr(manager, "ready", None) is not self._process[1]:
            return _gone("The notebook's kernel was restarted or shut down while it worked on this.", _AGAIN)
        alive = manager.is_alive()
        if not (await alive if inspect.isawaitable(alive) else alive):
            return _gone("The notebook's kernel has died.", _AGAIN)
        return None

    async def _boot(self, channel: Channel) -> None:
        """Have the kernel load the bundle. Raises CopilotError if it does not answer, or is not one for us."""
        info = await self._info(channel)
        language = str(info.get("language_info", {}).get("name"))
        if language.lower() != "python":
            raise CopilotError(
                ErrorCode.TOOL_FAILED,
                f"This notebook's kernel runs {language}; tables are read from Python kernels.",
                "Ask in a notebook with a Python kernel.",
            )
        bundle, parcel = await asyncio.to_thread(self._packed)
        main_is_busy = getattr(self._process[0], "execution_state", "") == "busy"
        cell = {
            "code": bundle.boot(main_is_busy=main_is_busy),
            "parcel": parcel,
            "silent": True,
            "store_history": False,
            "user_expressions": {"outcome": bundle.outcome},
            "allow_stdin": True,  # False would also stop the running cell from asking
            "stop_on_error": False,
        }
        with channel.exchange("control", "execute_request", cell) as exchange:
            if not await exchange.answered(START_S):
                raise _starting()
            outcome = _outcome(await exchange.reply)
        if outcome != "ready":
            raise _unfit(outcome)

    async def _info(self, channel: Channel) -> dict[str, Any]:
        """What the kernel says of itself, on whichever line it answers first."""
        lines: list[Line] = ["shell", "control"]
        if getattr(self._process[0], "execution_state", "") == "starting":
            lines = ["shell"]  # ipykernel 6 stumbles over what comes on the other one now
        with contextlib.ExitStack() as exchanges:
            answers = {
                exchanges.enter_context(channel.exchange(line, "kernel_info_request", {})).reply for line in lines
            }
            done, _ = await asyncio.wait(answers, timeout=START_S, return_when=asyncio.FIRST_COMPLETED)
            if not done:
                raise _starting()
            return done.pop().result()

    def _packed(self) -> tuple[Bundle, dict[str, Any]]:
        bundle = self._bundle()
        return bundle, bundle.parcel


def _outcome(reply: dict[str, Any]) -> str:
    shown = reply.get("user_expressions", {}).get("outcome", {})
    if shown.get("status") != "ok":
        return str(shown.get("ename") or "no IPython")
    return str(ast.literal_eval(shown["data"]["text/plain"]))


def _unfit(outcome: str) -> CopilotError:
    if outcome == "old python":
        message, hint = "Its Python is too old to read tables.", "Use a kernel with Python 3.9 or newer."
    else:
        message = f"It can't be asked for tables ({outcome})."
        hint = "Tables are read from kernels of ipykernel 6 or newer."
    return CopilotError(ErrorCode.TOOL_FAILED, f"This notebook's kernel is not fit for that. {message}", hint)


def _gone(message: str, hint: str) -> CopilotError:
    return CopilotError(ErrorCode.KERNEL_GONE, message, hint)


def _starting() -> CopilotError:
    return CopilotError(
        ErrorCode.KERNEL_BUSY,
        f"The kernel has not answered for {START_S:g} s: it is starting, or too busy.",
        "Ask again in a moment; if that does not help, interrupt or restart it.",
    )
