"""Keeps our messages out of what a server and JupyterLab take for a kernel's work.

For itself, because it is called while the server starts and must import nothing that takes time.
"""

from __future__ import annotations

from typing import Any

from .resident import CANCEL_REQUEST, REPLY, REQUEST, STARTED


def untrack(kernel_manager: Any) -> None:
    """Leave our messages out of the status and the activity of ``kernel_manager``'s kernels.

    JupyterLab reads the same list from its page, so this comes before the first page is served.
    """
    known = getattr(kernel_manager, "untracked_message_types", None)
    if known is not None:
        ours = (REQUEST, CANCEL_REQUEST, STARTED, REPLY)
        kernel_manager.untracked_message_types = [*known, *(kind for kind in ours if kind not in known)]
