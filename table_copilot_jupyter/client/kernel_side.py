"""Runs the kernel requests of one turn, in the process whose cell waits for that turn.

While a cell waits, nothing else can run in its kernel, so the server sends what its tools need there to the client
that waits. Requests are queued with the turn's events and run on the caller's own thread, through the same probe
that the server would send; only ``cancel`` is carried out at once on the background loop's thread, for what it
cancels keeps the caller's thread busy.

A request names its session, not its turn, and may come before the turn's first event. Turns of one session come one
after another, so the first that waits takes it, once.

A result that comes too late, or over a connection that was lost meanwhile, is dropped: the server has ended the turn
then, or has found another way into the kernel.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import signal
import sys
import threading
import uuid
from collections import deque
from collections.abc import Callable, MutableMapping
from typing import Any

from .connection import Event
from .figures import size
from .interrupts import Watch, await_interrupt, interrupt_main_thread, watched

Probe = Callable[[dict[str, Any]], dict[str, Any]]
"""One operation: ``{"op", "arguments", "policy"}`` to ``{"ok", "value" or "error"}``."""
Send = Callable[[Event], object]

CANCEL_EVERY_S = 0.25
_ROOM = 1_000
"""For what is added to a result on its way."""
_taken: deque[str] = deque(maxlen=1000)
"""The requests that some turn of this process has taken."""
_CANCELLED = {"ok": False, "error": {"message": "It was cancelled.", "hint": ""}}


class KernelSide:
    """The requests of one turn. ``probe`` replaces the one of this process, for tests."""

    def __init__(self, probe: Probe | None = None) -> None:
        self._probe = probe or run_in_this_process
        self._send: Send = lambda _frame: None
        self._lock = threading.Lock()
        self._cancelled: set[str] = set()
        self._running: tuple[str, str] | None = None
        self._fired = False
        self._closed = False

    # --- on the background loop's thread -------------------------------------------------------

    def open(self, send: Send) -> None:
        """From now on ``send`` takes the results, on whatever thread they are made."""
        self._send = send

    def take(self, request: Event) -> bool:
        """Whether ``request`` is to be handed to ``run``. ``cancel`` is done at once."""
        call_id, arguments = request.get("call_id"), request.get("arguments")
        if not isinstance(call_id, str):
            return False
        if request.get("op") == "cancel":
            target = arguments.get("call_id") if isinstance(arguments, dict) else None
            if isinstance(target, str):
                self._cancel(target)
            self._answer(request, {"ok": True, "value": {}})
            return False
        if self._closed or call_id in _taken:
            return False
        _taken.append(call_id)
        return True

    def close(self) -> None:
        """The turn has ended: what runs is interrupted, what waits is not begun."""
        with self._lock:
            self._closed = True
            running = self._running
        if running is not None:
            self._cancel(running[0])

    def _cancel(self, call_id: str) -> None:
        with self._lock:
            self._cancelled.add(call_id)
            if self._running is None or self._running[0] != call_id:
                return
            if self._running[1] == "run":
                if not self._fired:
                    self._fired = True
                    interrupt_main_thread()
                return
        self._probe({"op": "cancel", "arguments": {"call_id": call_id}, "policy": {}})
        # It may have been too young to be interrupted: try until it has ended.
        asyncio.get_running_loop().call_later(CANCEL_EVERY_S, self._cancel, call_id)

    # --- on the caller's thread ----------------------------------------------------------------

    def run(self, request: Event) -> None:
        """Carry out a request that ``take`` has let through, and send its result.

        Raises KeyboardInterrupt when the user interrupts, unless a running event loop sees to that itself.
        """
        if self._closed:
            return
        with watched() as watch:
            reply = self._carried_out(request, watch)
        interrupted = not self._fired and (watch.seen or reply is None)
        if interrupted and watch.usual is not None:
            watch.usual(signal.SIGINT, None)
            return  # an answer could end the turn before the loop has ended what waits for it
        self._answer(request, reply or _CANCELLED)
        if interrupted:
            raise KeyboardInterrupt

    def _carried_out(self, request: Event, watch: Watch) -> dict[str, Any] | None:
        """The probe's reply; None where an interrupt ended it."""
        reply = None
        try:
            if not self._begin(str(request["call_id"]), str(request.get("op"))):
                return _CANCELLED
            try:
                reply = self._probe({name: request.get(name) or {} for name in ("op", "arguments", "policy")})
            finally:
                self._end()
            if self._fired and not watch.seen:
                await_interrupt()
        except KeyboardInterrupt:
            self._end()
        return reply

    def _begin(self, call_id: str, op: str) -> bool:
        """From now on it can be interrupted; False where it was cancelled before."""
        with self._lock:
            self._fired = False
            if self._closed or call_id in self._cancelled:
                return False
            self._running = (call_id, op)
            return True

    def _end(self) -> None:
        """From now on nothing is interrupted any more."""
        with self._lock:
            self._running = None

    def _answer(self, request: Event, reply: dict[str, Any]) -> None:
        frame: Event = {
            "type": "kernel_result",
            "session_id": request.get("session_id"),
            "call_id": request.get("call_id"),
            "ok": reply.get("ok") is True,
        }
        if frame["ok"]:
            frame["value"] = reply.get("value") or {}
            if problem := _problem(frame):
                frame |= {"ok": False, "value": None, "error": problem}
        else:
            error = reply.get("error") or {}
            frame["error"] = {name: str(error.get(name) or "") for name in ("message", "hint", "detail")}
        self._send(frame)


def _problem(frame: Event) -> dict[str, str] | None:
    """Why a result can't be sent, in words without any of its values."""
    from ..protocol import MAX_FRAME_BYTES

    try:
        length = len(json.dumps(frame, ensure_ascii=False, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        return {"message": "The result can't be sent as JSON.", "hint": "Ask for less.", "detail": str(error)}
    if length > MAX_FRAME_BYTES - _ROOM:
        return {"message": f"The result is too large to be sent: {size(length)}.", "hint": "Ask for less at once."}
    return None


# --- this process ------------------------------------------------------------------------------


def kernel_side() -> KernelSide | None:
    """For a turn that the calling thread is about to wait for; None where it could not run code as a cell does."""
    return KernelSide() if threading.current_thread() is threading.main_thread() else None


def run_in_this_process(request: dict[str, Any]) -> dict[str, Any]:
    """One operation on this process's variables. Raises nothing but KeyboardInterrupt."""
    try:
        return load_probe()(user_namespace(), request)
    except Exception as error:  # the probe could not be loaded
        return {
            "ok": False,
            "error": {
                "message": "The copilot could not look into this kernel.",
                "hint": "Restart the kernel.",
                "detail": f"{type(error).__name__}: {error}",
            },
        }


def load_probe() -> Callable[..., dict[str, Any]]:
    """The probe's way in: of the copy that a server has put into this kernel, so that both use one; else our own."""
    from ..kernel.bundle import probe_bundle

    package = probe_bundle().name
    if package not in sys.modules:
        package = f"{__package__.rpartition('.')[0]}.kernel.probe"
    handle: Callable[..., dict[str, Any]] = importlib.import_module(f"{package}.entry").handle
    return handle


def user_namespace() -> MutableMapping[str, Any]:
    """The user's variables: those of IPython, else those of the script."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    namespace: MutableMapping[str, Any] = vars(sys.modules["__main__"]) if shell is None else shell.user_ns
    return namespace


_process_ids: dict[int, str] = {}


def process_id() -> str:
    """An id for a process that no server has given a kernel's id."""
    return _process_ids.setdefault(os.getpid(), f"process-{uuid.uuid4().hex[:16]}")
