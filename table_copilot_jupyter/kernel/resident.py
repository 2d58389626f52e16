"""What stays in the kernel after the first request: it takes our messages and carries them out.

An operation *beside* the cells comes on the control channel, which ipykernel serves in a thread whatever the cells
do, and runs in a thread of its own. So it neither waits for a cell nor touches what belongs to the running one: where
its output goes, whether it may ask for input, its half-made figures, and the kernel's status. (Code that is executed
on a subshell touches each of them.) An operation *as a cell* comes on the shell channel and waits for its turn on the
main thread.

The first answer to a request says that it has started, the second one is the result. A request that is given up is
interrupted if it runs, and never runs if it does not: one lock keeps the two apart.

This module is sent to the kernel beside the probe, so it imports the standard library only, and runs on Python 3.9.
"""

from __future__ import annotations

import importlib
import json
import math
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

REQUEST = "table_copilot_request"
RUN_REQUEST = "table_copilot_run_request"
CANCEL_REQUEST = "table_copilot_cancel_request"
STARTED = "table_copilot_started"
REPLY = "table_copilot_reply"

INTERRUPTED = {"ok": False, "interrupted": True}
CANCEL_EVERY_S = 0.25
_REMEMBERED = 1000

Handle = Callable[[MutableMapping[str, Any], Mapping[str, Any]], Any]


class _Running:
    def __init__(self, on_main: bool, call_id: str | None) -> None:
        self.on_main = on_main
        self.call_id = call_id
        self.ended = threading.Event()


class Calls:
    """Which requests run, which were given up; and how a running one is interrupted."""

    def __init__(self, handle: Handle, namespace: Callable[[], MutableMapping[str, Any]]) -> None:
        self._handle = handle
        self._namespace = namespace
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._given_up: deque[str] = deque(maxlen=_REMEMBERED)

    def run(self, key: str, request: str, *, on_main: bool, started: Callable[[], None]) -> str | None:
        """Carry out a request; both it and the reply are JSON. None if it was given up before.

        ``on_main``: this is the main thread, where a signal interrupts.
        """
        try:
            asked = json.loads(request)
            with self._lock:
                if key in self._given_up:
                    return None
                self._running[key] = _Running(on_main, asked["arguments"].get("call_id"))
            started()
            return _to_json(self._handle(self._namespace(), asked))
        except KeyboardInterrupt:
            return json.dumps(INTERRUPTED)
        except Exception as error:
            return _to_json(_failed(error))
        finally:
            self._end(key)

    def give_up(self, key: str, *, also_running: bool) -> bool:
        """Give a request up. True: it had not begun, and never will. ``also_running``: if it has, interrupt it."""
        with self._lock:
            running = self._running.get(key)
            if running is None:
                self._given_up.append(key)
                return True
            if also_running and running.on_main:
                _interrupt_main()  # within the lock: once ``_end`` has it, a signal would meet the user's next cell
        if also_running and running.call_id is not None:
            threading.Thread(target=self._cancel, args=(running,), daemon=True).start()
        return False

    def _cancel(self, running: _Running) -> None:
        while not running.ended.is_set():  # again and again: it may be too young to be interrupted
            self._handle(self._namespace(), {"op": "cancel", "arguments": {"call_id": running.call_id}})
            running.ended.wait(CANCEL_EVERY_S)

    def _end(self, key: str) -> None:
        while True:
            try:
                with self._lock:
                    running = self._running.pop(key, None)
                if running is not None:
                    running.ended.set()
                return
            except KeyboardInterrupt:  # it came too late to interrupt anything
                continue


class Turns:
    """Short turns at the interpreter while a request runs beside a cell.

    A cell that computes in Python gives the interpreter up every 5 ms only, and a description of a table asks for it
    hundreds of times. While one runs, threads change places ten times as often; afterwards as before.
    """

    SHORT_S = 0.0005

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = 0
        self._usual = 0.0

    def __enter__(self) -> None:
        with self._lock:
            self._running += 1
            if self._running == 1:
                self._usual = sys.getswitchinterval()
                sys.setswitchinterval(min(self._usual, self.SHORT_S))

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                sys.setswitchinterval(self._usual)


class Resident:
    """Our messages' handlers in an ipykernel."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.calls = Calls(_handle, lambda: kernel.shell.user_ns)
        self._turns = Turns()
        kernel.control_handlers[REQUEST] = self.beside
        kernel.control_handlers[CANCEL_REQUEST] = self.cancel
        kernel.shell_handlers[RUN_REQUEST] = self.as_cell

    def beside(self, stream: Any, ident: Any, parent: Any) -> None:
        self._send(stream, STARTED, {}, parent, ident)

        def work() -> None:
            for output in (sys.stdout, sys.stderr):
                if hasattr(output, "set_thread_parent"):  # else what a library prints here would go to the running cell
                    output.set_thread_parent(parent)
            with self._turns:
                result = self._run(parent, on_main=False, started=lambda: None)
            stream.io_loop.add_callback(self._send, stream, REPLY, result, parent, ident)  # its thread alone may send

        thread = threading.Thread(target=work, name="table-copilot", daemon=True)
        thread.pydev_do_not_trace = thread.is_pydev_daemon_thread = True  # type: ignore[attr-defined]  # for debuggers
        thread.start()

    def as_cell(self, stream: Any, ident: Any, parent: Any) -> None:
        def started() -> None:
            self._send(stream, STARTED, {}, parent, ident)
            if hasattr(stream, "flush"):  # ipykernel 6 sends from the loop, which now stands still
                stream.flush()

        self._send(stream, REPLY, self._run(parent, on_main=True, started=started), parent, ident)

    def cancel(self, stream: Any, ident: Any, parent: Any) -> None:
        content = parent["content"]
        withdrawn = self.calls.give_up(content["request"], also_running=content["also_running"])
        self._send(stream, REPLY, {"withdrawn": withdrawn}, parent, ident)

    def _run(self, parent: Any, *, on_main: bool, started: Callable[[], None]) -> dict[str, Any]:
        key = parent["header"]["msg_id"]
        reply = self.calls.run(key, parent["content"]["request"], on_main=on_main, started=started)
        return {"reply": reply}

    def _send(self, stream: Any, kind: str, content: dict[str, Any], parent: Any, ident: Any) -> None:
        self.kernel.session.send(stream, kind, content, parent, ident=ident)


_resident: Resident | None = None


def install(main_is_busy: bool) -> str:
    """Start answering in this process's ipykernel. Runs in a silent cell on the control channel; "ready"."""
    global _resident
    shell = sys.modules["IPython"].get_ipython()
    kernel = shell.kernel
    _hush(shell.events)
    if main_is_busy:
        # The "idle" that follows this cell is not the kernel's. Servers and JupyterLab tell by this name.
        kernel.get_parent("control")["header"]["msg_type"] = "kernel_info_request"
    if _resident is None or kernel.control_handlers.get(REQUEST) != _resident.beside:
        _resident = Resident(kernel)
    return "ready"


def _hush(events: Any) -> None:
    """Skip the one ``post_execute`` of this thread: IPython's inline figures would be shown and closed half-made."""
    thread, trigger = threading.get_ident(), events.trigger

    def hushed(event: str, *args: Any, **kwargs: Any) -> None:
        if event == "post_execute" and threading.get_ident() == thread:
            del events.trigger
        else:
            trigger(event, *args, **kwargs)

    events.trigger = hushed


def _handle(namespace: MutableMapping[str, Any], request: Mapping[str, Any]) -> Any:
    """The probe's way in; imported (and compiled) by the first request."""
    return importlib.import_module(".entry", __package__).handle(namespace, request)


def _interrupt_main() -> None:
    if hasattr(signal, "pthread_kill"):
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)  # also ends what waits in the operating system
    else:
        import _thread

        _thread.interrupt_main()


def _to_json(reply: Any) -> str:
    """JSON as every reader takes it: numbers that JSON lacks are null, lone surrogates the replacement character."""
    try:
        text = json.dumps(reply, ensure_ascii=False, allow_nan=False)
    except ValueError:
        text = json.dumps(_finite(reply), ensure_ascii=False)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(entry) for entry in value]
    return value


def _failed(error: Exception) -> dict[str, Any]:
    """Only the error's type: its words may quote values."""
    return {"ok": False, "error": {"message": f"It failed in the kernel with {type(error).__name__}.", "hint": ""}}
