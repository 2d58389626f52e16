"""The two dialects of the endpoint, on any transport: a Tornado socket, or memory inside a kernel."""

from __future__ import annotations

from ..hub import Hub
from ..protocol import SUBPROTOCOL
from .base import Peer, Transport
from .plain import PlainPeer
from .v1 import V1Peer

__all__ = ["Peer", "Transport", "open_peer"]


def open_peer(
    hub: Hub, *, subprotocol: str | None, owner: str, transport: Transport, kernel_id: str | None = None
) -> Peer:
    """Begin to serve one authenticated connection.

    ``kernel_id``: the only kernel that this connection may speak for (its token's), None for any.
    Raises CopilotError when there are too many connections.
    """
    kind = V1Peer if subprotocol == SUBPROTOCOL else PlainPeer
    peer = kind(hub, owner=owner, transport=transport, kernel_id=kernel_id)
    hub.connect(peer)
    return peer
