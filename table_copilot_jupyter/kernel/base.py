"""What a turn knows of kernels: links that carry out one operation of the probe each, and how that can fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..clock import new_id
from ..protocol import CopilotError, ErrorCode


@dataclass(frozen=True, slots=True)
class Request:
    """One operation of ``probe/entry.py``. ``arguments`` and ``policy`` are JSON."""

    op: str
    arguments: Mapping[str, Any]
    policy: Mapping[str, Any]

    def to_json(self) -> str:
        """As the kernel reads it, in ASCII. A query gets a ``call_id``, by which it can be interrupted."""
        arguments = {"call_id": new_id(), **self.arguments} if self.op == "query" else dict(self.arguments)
        return json.dumps({"op": self.op, "arguments": arguments, "policy": dict(self.policy)})


class OperationFailed(CopilotError):
    """The operation ran in the kernel and could not do what was asked.

    ``message`` and ``hint`` have passed the gate. ``detail`` has not: it is for the user alone, "" where there is none.
    """

    def __init__(self, message: str, hint: str = "", *, detail: str = "") -> None:
        super().__init__(ErrorCode.TOOL_FAILED, message, hint)
        self.detail = detail


class KernelLink(Protocol):
    """The way into one kernel."""

    @property
    def kernel_id(self) -> str: ...

    @property
    def notebook(self) -> str:
        """The path of the notebook that the kernel belongs to, "" if unknown."""

    async def call(self, request: Request, *, timeout_s: float, main_thread: bool = False) -> dict[str, Any]:
        """The operation's value. Cancelling the task interrupts the operation in the kernel.

        ``main_thread``: run it where cells run, as one of them; else beside them, where the kernel can do so.
        Raises OperationFailed, and CopilotError with the codes ``kernel_busy`` (at once, never after a wait for a
        cell), ``kernel_gone``, ``timeout`` and ``tool_failed``.
        """


class Kernels(Protocol):
    """The kernels that a hub can reach."""

    def link(self, kernel_id: str) -> KernelLink:
        """The link to a kernel. Raises CopilotError ``kernel_gone`` when there is no such kernel."""

    async def warm_up(self) -> None:
        """Prepare what the first request would have to wait for."""

    async def close(self) -> None:
        """Give up every link, and what the kernels keep for them."""


def value_of(reply: str) -> dict[str, Any]:
    """The value in a reply, which is JSON. Raises OperationFailed with the error in it."""
    answer: dict[str, Any] = json.loads(reply)
    if answer.get("ok") is True:
        value: dict[str, Any] = answer["value"]
        return value
    if answer.get("interrupted"):
        raise OperationFailed("It was interrupted in the kernel.", "Ask again if it should run to its end.")
    error: dict[str, Any] = answer["error"]
    raise OperationFailed(error["message"], error["hint"], detail=error.get("detail", ""))


def kernel_busy() -> CopilotError:
    """A cell runs, so nothing else can be run as one."""
    return CopilotError(
        ErrorCode.KERNEL_BUSY, "The kernel is busy with a cell.", "Wait until it has finished, or interrupt it."
    )


def out_of_time(op: str, timeout_s: float) -> CopilotError:
    return CopilotError(
        ErrorCode.TIMEOUT,
        f"The kernel did not finish this within {timeout_s:g} s ({op}).",
        "It was interrupted there. Ask for less at a time.",
    )


def no_such_kernel(kernel_id: str) -> CopilotError:
    return CopilotError(
        ErrorCode.KERNEL_GONE,
        f"There is no kernel {kernel_id!r} here.",
        "Start the notebook's kernel, then ask again.",
    )
