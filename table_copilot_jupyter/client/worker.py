"""One thread per process on which the chat's Python side reacts to what happens in its session.

Events arrive on the background loop's thread, which must never wait. They are queued, and this thread takes them in
order: it sets traits, calls observers and callbacks, and redraws the static transcript. What a user's callback does
there, even a long wait or another question to the copilot, holds up nothing but further callbacks.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable

Job = Callable[[], object]


class Worker:
    """Runs jobs one after another, on a daemon thread that starts with the first."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def post(self, job: Job) -> None:
        """Run ``job`` after all that was posted before; from any thread."""
        self._jobs.put(job)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="table-copilot-callbacks", daemon=True)
                self._thread.start()

    def drain(self, timeout: float) -> bool:
        """Wait until all that was posted before has run; at once, and True, on the worker's own thread."""
        if threading.current_thread() is self._thread:
            return True
        reached = threading.Event()
        self.post(reached.set)
        return reached.wait(timeout)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                job()
            except Exception:
                show_error()
            del job  # else it, and the chat in it, lives until the next one


def show_error() -> None:
    """Show the exception that is being handled, as IPython shows those of a cell."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        shell.showtraceback()
    else:
        traceback.print_exc()


_lock = threading.Lock()
_workers: dict[int, Worker] = {}


def worker() -> Worker:
    """The process's worker; a forked child has its own."""
    with _lock:
        return _workers.setdefault(os.getpid(), Worker())
