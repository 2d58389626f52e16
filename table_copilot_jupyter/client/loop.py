"""One background event loop per process, on a daemon thread.

Network, reconnecting and the in-kernel host live on it, so the main thread is free to render, to take
``input()`` and to be interrupted, and an event loop that runs in the kernel already is never touched.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_pid = 0


def background_loop() -> asyncio.AbstractEventLoop:
    """The process's background loop; started at the first call, and anew in a forked child."""
    global _loop, _pid
    with _lock:
        if _loop is None or _pid != os.getpid():
            _loop, _pid = asyncio.new_event_loop(), os.getpid()
            threading.Thread(target=_loop.run_forever, name="table-copilot-io", daemon=True).start()
        return _loop


def submit(coroutine: Coroutine[Any, Any, T]) -> Future[T]:
    """Run ``coroutine`` on the background loop."""
    return asyncio.run_coroutine_threadsafe(coroutine, background_loop())


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run ``coroutine`` on the background loop and wait for its result; an interrupt cancels it."""
    future = submit(coroutine)
    try:
        while True:  # a wait without an end can't be interrupted on every platform
            try:
                return future.result(0.2)
            except TimeoutError:
                if future.done():
                    raise
    except BaseException:
        future.cancel()
        raise
