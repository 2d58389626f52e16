"""Who may use the copilot. All decisions about that are made in this file.

A *user* is whoever Jupyter Server's identity provider lets in and its authorizer allows ``execute`` on
``table_copilot``. A *kernel* is whoever shows a kernel's grant; a grant opens the socket and nothing else,
because only the socket's handler asks for it. Both are asked again while a connection is open.

Whose sessions they see is not theirs to say: the owner is the user that the server runs for.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_core.utils import ensure_async

from ..grants import PREFIX, Grant, Grants

RESOURCE = "table_copilot"
_SCHEMES = ("bearer", "token")


class Refused(Exception):
    """A kernel's token that is not, or no longer, good for anything."""


def server_owner() -> str:
    """The user that this server runs for: JupyterHub's name, else the operating system's."""
    if hub_user := os.environ.get("JUPYTERHUB_USER", "").strip():
        return hub_user
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in the password database
        return f"uid-{os.getuid()}"


def kernel_grant(headers: Mapping[str, str], grants: Grants) -> Grant | None:
    """The grant in the ``Authorization`` header, None if the header holds no kernel's token.

    Raises Refused for a kernel's token that was revoked or never minted: such a request is not tried as
    anyone else, not even where the server lets everyone in.
    """
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() not in _SCHEMES or not token.startswith(PREFIX):
        return None
    grant = grants.check(token)
    if grant is None:
        raise Refused("This kernel's token is not valid any more. Restart the kernel to get another.")
    return grant


@dataclass(frozen=True)
class Authority:
    """Who is at the other end of one connection: a kernel with its grant, or a user."""

    handler: Any
    grant: Grant | None

    async def holds(self) -> bool:
        """Whether they may (still) use the copilot."""
        if self.grant is not None:
            return not self.grant.revoked
        user = self.handler.current_user
        if not user:
            return False
        return bool(await ensure_async(self.handler.authorizer.is_authorized(self.handler, user, "execute", RESOURCE)))
