"""The kernel that this very process is: for a hub that runs in an IPython without a Jupyter server.

An operation beside the cells runs in a thread. One as a cell needs the main thread, which a cell blocks while it
waits for its answer: such a cell offers itself through ``run_on_main``.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import threading
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from ..clock import new_id
from .base import KernelLink, Request, kernel_busy, no_such_kernel, out_of_time, value_of
from .resident import Calls

Namespace = MutableMapping[str, Any]
RunOnMain = Callable[[Callable[[], None]], bool]

KERNEL_ID = "local"


class LocalKernel:
    """``namespace`` gives the user's variables.

    ``run_on_main`` takes a job for the main thread, and is False where nobody waits there to do it.
    """

    def __init__(
        self,
        namespace: Callable[[], Namespace],
        run_on_main: RunOnMain | None = None,
        *,
        kernel_id: str = KERNEL_ID,
        notebook: str = "",
    ) -> None:
        self.kernel_id = kernel_id
        self.notebook = notebook
        self._run_on_main = run_on_main
        self._calls = Calls(_handle, namespace)

    async def call(self, request: Request, *, timeout_s: float, main_thread: bool = False) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[str | None] = loop.create_future()
        key, content = new_id(), request.to_json()

        def work() -> None:
            result = self._calls.run(key, content, on_main=main_thread, started=lambda: None)
            with contextlib.suppress(RuntimeError):  # the hub has stopped meanwhile
                loop.call_soon_threadsafe(_resolve, reply, result)

        if not main_thread:
            threading.Thread(target=work, name="table-copilot", daemon=True).start()
        elif self._run_on_main is None or not self._run_on_main(work):
            raise kernel_busy()
        try:
            async with asyncio.timeout(timeout_s):
                result = await reply
        except TimeoutError:
            raise out_of_time(request.op, timeout_s) from None
        finally:
            if not reply.done() or reply.cancelled():
                self._calls.give_up(key, also_running=True)
        assert result is not None  # only what was given up has no reply
        return value_of(result)


class LocalKernels:
    """The one kernel that a hub in a kernel can reach."""

    def __init__(self, kernel: LocalKernel) -> None:
        self._kernel = kernel

    def link(self, kernel_id: str) -> KernelLink:
        if kernel_id != self._kernel.kernel_id:
            raise no_such_kernel(kernel_id)
        return self._kernel

    async def warm_up(self) -> None:
        """Nothing takes time here."""

    async def close(self) -> None:
        """Nothing is kept."""


def _resolve(reply: asyncio.Future[str | None], result: str | None) -> None:
    if not reply.done():
        reply.set_result(result)


def _handle(namespace: Namespace, request: Mapping[str, Any]) -> Any:
    """The probe's way in, imported in the thread of the first request."""
    return importlib.import_module(".probe.entry", __package__).handle(namespace, request)
