"""The kernel of a cell that waits for its turn: requests go to the client, which runs them in that cell."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from .. import protocol
from ..clock import new_id
from ..kernel.base import OperationFailed, Request
from ..protocol import CopilotError, ErrorCode


class CellKernel:
    """A ``KernelLink`` through the client whose message offered its cell."""

    def __init__(self, kernel_id: str, session_id: str, send: Callable[[protocol.Frame], None]) -> None:
        self.kernel_id = kernel_id
        self.notebook = ""
        self._session_id = session_id
        self._send = send
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._gone = False

    @property
    def finished(self) -> bool:
        return self._gone

    async def call(self, request: Request, *, timeout_s: float, main_thread: bool = False) -> dict[str, Any]:
        """The operation's value. A cell has one thread, its main one, so ``main_thread`` makes no difference."""
        if self._gone:
            raise _gone()
        call_id = new_id()
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = future
        self._ask(call_id, request)
        try:
            async with asyncio.timeout(timeout_s):
                return await future
        except TimeoutError:
            self._interrupt(call_id)
            raise CopilotError(
                ErrorCode.TIMEOUT,
                f"The kernel did not finish {request.op!r} within {timeout_s:g} s.",
                "Ask for less at once, or try again.",
            ) from None
        except asyncio.CancelledError:
            self._interrupt(call_id)
            raise
        finally:
            self._waiting.pop(call_id, None)

    def take(self, result: protocol.KernelResult) -> bool:
        """A ``kernel_result`` came. False when nothing waits for it (any more)."""
        future = self._waiting.get(result.call_id)
        if future is None or future.done():
            return False
        if result.ok:
            future.set_result(result.value or {})
        else:
            fault = result.error or protocol.KernelFault(message="It failed in the kernel.")
            future.set_exception(OperationFailed(fault.message, fault.hint, detail=fault.detail))
        return True

    def close(self) -> None:
        """The turn has ended or the client is gone: what waits fails, and so does what is asked later."""
        self._gone = True
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(_gone())

    def _ask(self, call_id: str, request: Request) -> None:
        self._send(
            protocol.KernelRequest(
                session_id=self._session_id,
                call_id=call_id,
                op=request.op,
                arguments={"call_id": call_id, **request.arguments},
                policy=dict(request.policy),
            )
        )

    def _interrupt(self, call_id: str) -> None:
        if not self._gone:
            self._ask(new_id(), Request("cancel", {"call_id": call_id}, {}))


def _gone() -> CopilotError:
    return CopilotError(ErrorCode.KERNEL_GONE, "The cell that asked is gone.", "Run it again.")
