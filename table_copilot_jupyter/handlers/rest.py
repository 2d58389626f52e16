"""The REST side: is the copilot well, which sessions are there, and a session as a file. It only reads.

Every endpoint needs a login and the authorizer's consent, as all of Jupyter's do. A kernel's token opens none.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from tornado import web

from ..version import __version__
from .base import CopilotHandlerMixin, JSONErrorsMixin, error_body

if TYPE_CHECKING:
    from ..protocol import CopilotError, SessionInfo

_STATUS = {"bad_frame": 400, "denied": 403, "unknown_session": 404, "busy": 409, "rate_limited": 429}
_EXPORTS = {"md": "text/markdown; charset=utf-8", "json": "application/json"}


class CopilotAPIHandler(CopilotHandlerMixin, JSONErrorsMixin, APIHandler):  # type: ignore[misc]  # no types
    """Base of the endpoints below."""

    def refuse(self, error: CopilotError) -> None:
        """Answer with an error that a client is meant to read."""
        self.set_status(_STATUS.get(error.code.value, 503))
        self.finish(json.dumps(error_body(error)))

    async def session_log(self, session_id: str) -> tuple[SessionInfo, list[dict[str, Any]]]:
        """A session of the owner with its events. Raises CopilotError."""
        from ..protocol import CopilotError, ErrorCode, is_session_id

        if not is_session_id(session_id):
            raise CopilotError(
                ErrorCode.BAD_FRAME,
                f"{session_id[:80]!r} can't name a session.",
                "An id has 1 to 64 letters, digits, '-' and '_'; …/api/sessions lists them.",
            )
        hub = await self.service.hub()
        return await hub.session_log(self.service.owner, session_id)


class HealthHandler(CopilotAPIHandler):
    """``GET …/api/health``. Where there is no hub, ``status`` is ``error`` and ``error`` says why."""

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self) -> None:
        from ..protocol import CopilotError

        try:
            health = (await self.service.hub()).health()
        except CopilotError as error:
            health = {"status": "error", "version": __version__, "error": error_body(error)}
        self.finish(json.dumps(health, default=str))


class SessionsHandler(CopilotAPIHandler):
    """``GET …/api/sessions``: the last used first."""

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self) -> None:
        from ..protocol import CopilotError

        try:
            sessions = await (await self.service.hub()).sessions(self.service.owner)
        except CopilotError as error:
            self.refuse(error)
            return
        self.finish(json.dumps({"sessions": [info.model_dump() for info in sessions]}))


class SessionHandler(CopilotAPIHandler):
    """``GET …/api/sessions/{id}``: what the list shows of it, and its events."""

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self, session_id: str) -> None:
        from ..protocol import CopilotError

        try:
            info, events = await self.session_log(session_id)
        except CopilotError as error:
            self.refuse(error)
            return
        self.finish(json.dumps({"session": info.model_dump(), "events": events}))


class ExportHandler(CopilotAPIHandler):
    """``GET …/api/sessions/{id}/export?format=md|json``: the session as a file to keep."""

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self, session_id: str) -> None:
        from ..export import export_json, export_markdown
        from ..protocol import CopilotError, ErrorCode

        format_ = self.get_query_argument("format", "md")
        try:
            if format_ not in _EXPORTS:
                raise CopilotError(
                    ErrorCode.BAD_FRAME, f"The format {format_[:40]!r} is not known.", "Use format=md or format=json."
                )
            info, events = await self.session_log(session_id)
        except CopilotError as error:
            self.refuse(error)
            return
        export = export_markdown if format_ == "md" else export_json
        self.set_header("Content-Disposition", content_disposition(info.title, session_id, format_))
        finish: Any = self.finish  # jupyter_server's own, which takes the type; Tornado's does not
        finish(export(info, events), set_content_type=_EXPORTS[format_])


def content_disposition(title: str, session_id: str, extension: str) -> str:
    """A download's header; the plain name is for clients that know no other."""
    from ..export import file_name

    name = quote(file_name(title, session_id, extension), safe="")
    return f"attachment; filename=\"session-{session_id[:8]}.{extension}\"; filename*=UTF-8''{name}"
