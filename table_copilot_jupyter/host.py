"""Which process this is, for leases: two hosts on one store never run one session's turn at once."""

from __future__ import annotations

import os
import socket

from .clock import new_id


def host_name() -> str:
    """``machine:pid:random``; one for each hub."""
    return f"{socket.gethostname()}:{os.getpid()}:{new_id(4)}"


def is_gone(host: str) -> bool:
    """Whether ``host`` was a process of this machine that has ended (so its leases are free at once)."""
    machine, _, rest = host.rpartition(":")[0].rpartition(":")
    if machine != socket.gethostname() or not rest.isdigit():
        return False
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
