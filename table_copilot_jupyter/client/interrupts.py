"""Interrupts of the main thread: sent to it on purpose, and told apart there from those of the user.

Whoever sends one remembers that under a lock, so that the thread that it hits can tell that it was not the user.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]


def interrupt_main_thread() -> None:
    """Raise KeyboardInterrupt there; from another thread."""
    if sys.platform != "win32" and (ident := threading.main_thread().ident) is not None:
        signal.pthread_kill(ident, signal.SIGINT)  # unlike interrupt_main, this ends a read() that blocks
    else:
        _thread.interrupt_main()


def await_interrupt() -> None:
    """The interrupt that was sent must not hit later code: wait until it is here."""
    for _ in range(100):
        time.sleep(0.01)


@dataclass
class Watch:
    """``seen``: whether an interrupt came. ``usual``: who else was to hear of it, in place of KeyboardInterrupt."""

    seen: bool = False
    usual: Handler | None = None


@contextmanager
def watched() -> Iterator[Watch]:
    """Have an interrupt of the main thread raise KeyboardInterrupt at once, and remember that it came.

    In a cell that awaits, an interrupt cancels a task instead: code that does not await would go on. And code of the
    user's may keep the exception to itself.
    """
    watch, usual = Watch(), signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield watch
        return
    if usual is not signal.default_int_handler:
        watch.usual = usual

    def interrupt(number: int, frame: FrameType | None) -> None:
        watch.seen = True
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield watch
    finally:
        signal.signal(signal.SIGINT, usual)


@contextmanager
def held_back() -> Iterator[None]:
    """Let an interrupt of the main thread wait for the end of something short that must not be half done."""
    usual, came = signal.getsignal(signal.SIGINT), list[tuple[int, FrameType | None]]()
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if came:
            usual(*came[0])
