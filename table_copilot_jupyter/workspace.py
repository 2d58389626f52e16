"""The user's kernel, as one turn may use it: which way leads into it, and under which privacy.

A turn that a cell waits for runs its operations in that very cell, where nothing else can run; every other turn
goes through the server's own link. When the cell's client is lost in mid-turn, the server's link takes over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from .engine.masking import NameMask
from .kernel.base import KernelLink, Kernels, Request
from .privacy import Privacy
from .protocol import CopilotError, ErrorCode, PrivacyLevel

LEARN_TIMEOUT_S = 2.0


class Cell(KernelLink, Protocol):
    """The kernel of a cell that waits for a turn."""

    def close(self) -> None:
        """Its turn has ended, or will never begin: it is asked nothing more."""
        ...


NO_KERNEL = CopilotError(
    ErrorCode.KERNEL_GONE,
    "This session has no kernel, so there are no tables.",
    "Ask from a notebook, or open one in JupyterLab and ask in its copilot panel.",
)


class TurnWorkspace:
    """One turn's way into a kernel. ``cell``: the cell that waits for the turn, if one does."""

    def __init__(
        self,
        kernels: Kernels,
        kernel_id: str | None,
        *,
        cell: Cell | None,
        privacy: Callable[[], Privacy],
        allow: Callable[[PrivacyLevel], Awaitable[None]],
        next_result: Callable[[], int],
        mask: NameMask | None,
    ) -> None:
        self._kernels = kernels
        self._kernel_id = cell.kernel_id if cell is not None else kernel_id
        self._cell = cell
        self._privacy = privacy
        self._allow = allow
        self._next_result = next_result
        self._mask = mask

    @property
    def kernel_id(self) -> str | None:
        return self._kernel_id

    @property
    def mask(self) -> NameMask | None:
        return self._mask

    @property
    def notebook(self) -> str:
        try:
            # a cell's client does not know it
            return self._link().notebook or self._kernels.link(self._kernel_id or "").notebook
        except CopilotError:
            return ""

    @property
    def privacy(self) -> Privacy:
        return self._privacy()

    def next_result(self) -> int:
        return self._next_result()

    def close(self) -> None:
        """The turn has ended."""
        if self._cell is not None:
            self._cell.close()

    async def allow(self, level: PrivacyLevel) -> None:
        await self._allow(level)

    async def call(
        self, op: str, arguments: dict[str, Any], *, timeout_s: float, main_thread: bool = False
    ) -> dict[str, Any]:
        """One operation of the kernel's probe. Raises CopilotError."""
        request = Request(op, arguments, self.privacy.policy())
        value = await self._carry_out(request, timeout_s, main_thread)
        if self._mask is not None:
            await self.learn_names()  # before a word of the result is sent: code may have made tables
        return value

    async def learn_names(self) -> None:
        """Tell the mask which tables and columns there are. Raises CopilotError: what is not known can't be masked."""
        if self._mask is None or self._kernel_id is None:
            return
        found = await self._carry_out(Request("tables", {}, self.privacy.policy()), LEARN_TIMEOUT_S, False)
        self._mask.learn(
            (str(table["name"]), [str(column["name"]) for column in table.get("columns", ())])
            for table in found.get("items", ())
        )

    async def _carry_out(self, request: Request, timeout_s: float, main_thread: bool) -> dict[str, Any]:
        cell = self._cell
        if cell is not None:
            try:
                return await cell.call(request, timeout_s=timeout_s, main_thread=main_thread)
            except CopilotError as error:
                if error.code is not ErrorCode.KERNEL_GONE:
                    raise
                self._cell = None  # its client is gone; the kernel need not be
        return await self._link().call(request, timeout_s=timeout_s, main_thread=main_thread)

    def _link(self) -> KernelLink:
        if self._cell is not None:
            return self._cell
        if self._kernel_id is None:
            raise NO_KERNEL
        return self._kernels.link(self._kernel_id)


class NoKernels:
    """For a host that reaches no kernels."""

    def link(self, kernel_id: str) -> KernelLink:
        raise CopilotError(
            ErrorCode.KERNEL_GONE,
            f"The kernel {kernel_id!r} can't be reached from here.",
            "Ask from one of its cells with %copilot.",
        )

    async def warm_up(self) -> None:
        """Nothing is needed."""

    async def close(self) -> None:
        """Nothing is open."""
