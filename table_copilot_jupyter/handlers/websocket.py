"""The socket: ``…/table-copilot/ws``. It lets in, hands frames to the hub's peer, and writes what comes back.

Refusals happen before the upgrade: 403 without a login, from a foreign origin, or with a kernel's token that
has ended; 400 for subprotocols of which we speak none. ``on_message`` never waits for a turn, because Tornado
reads no further frame (no cancel, no close) until it returns.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from jupyter_server.auth import User
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from .authority import Authority, Refused, kernel_grant
from .base import CopilotHandlerMixin, JSONErrorsMixin

if TYPE_CHECKING:
    from ..grants import Grant
    from ..hub import Hub
    from ..protocol import CopilotError
    from ..wire import Peer

_MAX_MESSAGE_BYTES = 8 * 1024 * 1024
"""Above this Tornado closes with 1009. Between the protocol's limit and this, the answer is a clear error."""
_MAX_REASON_BYTES = 120


class SocketTransport:
    """A peer's way out. ``send`` returns Tornado's future, which is done when the frame has left our buffer."""

    def __init__(self, handler: WebSocketHandler) -> None:
        self._handler = handler

    def send(self, text: str) -> Awaitable[None] | None:
        try:
            sent = self._handler.write_message(text)
        except WebSocketClosedError:
            return None
        # A client that goes away while frames wait is nothing to log, whether or not the peer awaits this.
        asyncio.ensure_future(sent).add_done_callback(lambda future: future.cancelled() or future.exception())
        return sent

    def close(self, code: int, reason: str) -> None:
        self._handler.close(code, reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore"))


class UnavailablePeer:
    """Stands in where there is no hub: answers every frame with the reason."""

    def __init__(self, problem: CopilotError, transport: SocketTransport, subprotocol: str | None) -> None:
        self._problem = problem
        self._transport = transport
        self._plain = subprotocol is None

    def receive(self, text: str | bytes) -> None:
        from ..protocol import ErrorFrame, PlainError

        if self._plain:
            self._transport.send(PlainError(code=self._problem.code, content=str(self._problem)).to_wire())
            return
        try:
            request_id = json.loads(text).get("request_id")
        except (ValueError, AttributeError, RecursionError):
            request_id = None
        self._transport.send(
            ErrorFrame(
                code=self._problem.code,
                message=self._problem.message,
                hint=self._problem.hint,
                request_id=request_id if isinstance(request_id, str) else None,
            ).to_wire()
        )

    def closed(self) -> None:
        """Nothing to let go of."""


class CopilotWebSocket(
    CopilotHandlerMixin,
    JSONErrorsMixin,
    WebSocketMixin,  # type: ignore[misc]  # jupyter_server is not type checked
    WebSocketHandler,
    JupyterHandler,  # type: ignore[misc]  # likewise
):
    """One client's connection."""

    # Tornado's, in seconds. The mixin's own pings (in ms) are not used: they begin in its open().
    ping_interval = 20.0
    ping_timeout = 20.0
    max_message_size = _MAX_MESSAGE_BYTES

    grant: Grant | None = None
    forget_grant: Callable[[], None] | None = None
    authority: Authority
    hub: Hub
    peer: Peer | UnavailablePeer | None = None
    problem: CopilotError | None = None

    def set_default_headers(self) -> None:
        """None of a page's headers."""

    def get_compression_options(self) -> dict[str, Any] | None:
        options: dict[str, Any] | None = self.settings.get("websocket_compression_options")
        return options

    async def prepare(self) -> None:
        try:
            self.grant = kernel_grant(self.request.headers, self.service.grants)
        except Refused as refused:
            self.current_user = self._jupyter_current_user = None
            raise web.HTTPError(403, str(refused)) from None
        if self.grant is None:
            prepared: Any = super().prepare()  # JupyterHandler's, a coroutine
            await prepared
            return
        name = f"kernel:{self.grant.kernel_id}"
        self.current_user = self._jupyter_current_user = User(username=name, name=name)
        if not self.check_host():
            raise web.HTTPError(403)

    def check_origin(self, origin: str | None = None) -> bool:
        """A kernel's grant is never sent by a browser on its own, so no page can misuse it."""
        allowed: Any = super().check_origin  # jupyter_server's, which reads the header itself
        return self.grant is not None or bool(allowed(origin))

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        from ..protocol import SUBPROTOCOL

        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Let in or refuse, then upgrade."""
        from ..protocol import SUBPROTOCOL, CopilotError

        self.authority = Authority(self, self.grant)
        if not await self.authority.holds():
            raise web.HTTPError(403, "Log in to this Jupyter server first, or send its token.")
        offered = [name.strip() for name in self.request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        if any(offered) and SUBPROTOCOL not in offered:
            raise web.HTTPError(
                400, "This server speaks none of the subprotocols %r. Ask for %r, or for none.", offered, SUBPROTOCOL
            )
        try:
            self.hub = await self.service.hub()
        except CopilotError as problem:
            self.problem = problem
        await super().get(*args, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Make the peer. (The mixin's ``open`` would start its own pings.)"""
        from ..protocol import CloseCode, CopilotError
        from ..wire import open_peer

        self.set_nodelay(True)  # else a small frame waits up to 40 ms for the acknowledgement of the one before
        transport = SocketTransport(self)
        if self.problem is not None:
            self.peer = UnavailablePeer(self.problem, transport, self.selected_subprotocol)
            return
        try:
            self.peer = open_peer(
                self.hub,
                subprotocol=self.selected_subprotocol,
                owner=self.service.owner,
                transport=transport,
                kernel_id=self.grant.kernel_id if self.grant else None,
            )
        except CopilotError as error:
            transport.close(CloseCode.TOO_MANY_CONNECTIONS, str(error))
            return
        if self.grant is not None:
            self.forget_grant = self.grant.on_revoked(self._end_authority)

    async def on_message(self, message: str | bytes) -> None:
        """Hand one frame on, if its sender may still send."""
        if self.peer is None:
            return
        if not await self.authority.holds():
            self._end_authority()
            return
        if not _is_ping(message):  # a client that only keeps its connection alive keeps no idle server alive
            self.settings["table_copilot_last_activity"] = datetime.now(UTC)
        self.peer.receive(message)

    def on_close(self) -> None:
        if self.forget_grant is not None:
            self.forget_grant()
        if self.peer is not None:
            peer, self.peer = self.peer, None
            peer.closed()

    def _end_authority(self) -> None:
        from ..protocol import CloseCode

        self.close(CloseCode.NOT_AUTHENTICATED, "Not authenticated any more.")


def _is_ping(message: str | bytes) -> bool:
    return isinstance(message, str) and len(message) < 200 and '"type":"ping"' in message.replace(" ", "")
