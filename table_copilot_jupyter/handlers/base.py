"""What the handlers share: the hub of this server, and errors as JSON.

The hub starts in the background once the server's loop runs. A handler that is asked earlier waits for it.
Where it can't start (a setting, the store), the server runs on and every request is told why; the next request
tries again, so a corrected ``.env`` needs no restart.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from http.client import responses
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tornado import web

from ..grants import Grants
from ..settings import SettingError

if TYPE_CHECKING:
    from ..hub import Hub
    from ..protocol import CopilotError

SERVICE = "table_copilot_service"
"""The key of the ``CopilotService`` in the web application's settings."""


class CopilotService:
    """The hub of one server, opened once; whose sessions it has; and which kernels may use it."""

    def __init__(self, open_hub: Callable[[], Awaitable[Hub]], *, owner: str, grants: Grants, log: Any) -> None:
        self.owner = owner
        self.grants = grants
        self._open_hub = open_hub
        self.log: logging.Logger = log
        self._opening: asyncio.Task[Hub] | None = None
        self._last_problem = ""
        self._stopped = False

    @property
    def running_hub(self) -> Hub | None:
        """The hub, if it is open."""
        opening = self._opening
        if opening is None or not opening.done() or opening.cancelled() or opening.exception():
            return None
        return opening.result()

    async def hub(self) -> Hub:
        """The hub; opens it if need be. Raises CopilotError with the reason why there is none."""
        from ..protocol import CopilotError, ErrorCode

        if self._stopped:
            raise CopilotError(ErrorCode.INTERNAL, "The server is shutting down.", "Connect again when it is back.")
        if self._opening is None or (self._opening.done() and self.running_hub is None):
            self._opening = asyncio.ensure_future(self._open_hub())
        try:
            # Shielded: the one who gives up waiting must not end it for the others.
            return await asyncio.shield(self._opening)
        except CopilotError as error:
            problem = error
        except SettingError as error:
            problem = CopilotError(ErrorCode.INTERNAL, str(error), "Correct it where the Jupyter server was started.")
        except Exception as error:
            reason = f"The copilot could not start: {error}"
            problem = CopilotError(ErrorCode.INTERNAL, reason, "The server's log has more.")
            problem.__cause__ = error
        if str(problem) != self._last_problem:
            self._last_problem = str(problem)
            self.log.error("Table copilot is not available: %s", problem, exc_info=problem.__cause__)
        raise problem

    async def stop(self) -> None:
        """Close the hub; from now on there is none."""
        self._stopped = True
        hub = self.running_hub
        if hub is not None:
            await hub.stop()
        elif self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)


def error_body(error: CopilotError) -> dict[str, str]:
    return {"code": error.code.value, "message": error.message, "hint": error.hint}


class CopilotHandlerMixin(web.RequestHandler):
    """For every handler of ours: the authorizer's resource and the service."""

    auth_resource = "table_copilot"

    @property
    def service(self) -> CopilotService:
        service: CopilotService = self.settings[SERVICE]
        return service

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what went wrong with the path alone: Tornado's own line has the address as it came, token and all."""
        where = f"{self.request.method} {self.request.path}"
        log = self.service.log
        if not isinstance(value, web.HTTPError):
            log.error("%s failed", where, exc_info=value)
        elif value.log_message:
            log.warning("%d %s: %s", value.status_code, where, said(value))


class JSONErrorsMixin(web.RequestHandler):
    """Errors as ``{code, message, hint}``, without internals."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        exception = (kwargs.get("exc_info") or (None, None, None))[1]
        message = said(exception) if isinstance(exception, web.HTTPError) else ""
        message = message or responses.get(status_code, "Error")
        code = {400: "bad_frame", 403: "denied", 404: "unknown_session"}.get(status_code, "internal")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"code": code, "message": message, "hint": ""}))


def said(error: web.HTTPError) -> str:
    """The message of an HTTPError."""
    message = error.log_message or ""
    return message % error.args if error.args else message
