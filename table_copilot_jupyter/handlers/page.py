"""The page at ``…/table-copilot/``: the chat by itself, and the built files that it and other mounts load.

The page is a frame; its script opens the socket and shows everything else, also what is wrong with the copilot. Its
policy lets it load our own files and talk to this server, and nothing else: no inline script or style, no markup
from text but through DOMPurify.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from functools import lru_cache
from html import escape
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from ..frontend import BUILD_HINT, NOT_BUILT, FrontEndNotBuilt, built
from .base import CopilotHandlerMixin

PROBLEM_WAIT_S = 0.3
"""How long the page waits for the hub to say that it can't start. A hub that starts later says it to the script."""
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_FILES = ("widget.js", "page.js", "chat.css", "page.css")
_HOST = re.compile(r"[A-Za-z0-9.\-_]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")

_HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Table copilot</title><link rel="icon" href="{base_url}favicon.ico">
"""
_PAGE = (
    _HEAD
    + """<link rel="stylesheet" href="{chat_style}"><link rel="stylesheet" href="{style}">
<script type="module" src="{script}"></script></head>
<body><header class="tcj-for-readers"><h1>Table copilot</h1></header>
<main id="chat" data-base="{base}" data-session="{session}">{problem}</main>
<noscript><p class="tcj-page-note">The chat needs JavaScript. Without it, ask from a terminal:
<code>jupyter table-copilot ask "what can you do"</code></p></noscript>
</body></html>
"""
)
_NOT_BUILT_PAGE = (
    _HEAD
    + """</head><body><h1>Table copilot</h1><p>{not_built} {hint}</p>{problem}
<p>The <code>%copilot</code> magic and <code>jupyter table-copilot ask "…"</code> work without it.</p></body></html>
"""
)


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> tuple[bytes, str]:
    data = path.read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]


def built_file(name: str) -> tuple[bytes, str]:
    """A built file and the hash of it, which its address carries. Raises FrontEndNotBuilt."""
    path = built(name)
    return _read(path, path.stat().st_mtime_ns)


class PageHandler(CopilotHandlerMixin, JupyterHandler):  # type: ignore[misc]  # jupyter_server is not type checked
    """``GET …/table-copilot/``, with ``?session=ID`` for a certain session."""

    @property
    def content_security_policy(self) -> str:
        # Some browsers do not count a WebSocket to the same host as 'self'.
        host = self.request.host if _HOST.fullmatch(self.request.host) else ""
        return "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                "img-src 'self' data:",
                f"connect-src 'self' ws://{host} wss://{host}" if host else "connect-src 'self'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'self'",
                "require-trusted-types-for 'script'",
                "trusted-types dompurify",
            ]
        )

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self) -> None:
        problem = await self._problem()
        values = {
            "base_url": escape(self.base_url),
            "base": escape(url_path_join(self.base_url, "table-copilot/")),
            "problem": f'<p class="tcj-page-note" role="alert">{escape(problem)}</p>' if problem else "",
        }
        self.set_header("Referrer-Policy", "no-referrer")  # the address may hold the token
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        try:
            files = {"chat_style": "chat.css", "style": "page.css", "script": "page.js"}
            values |= {use: self._address(name) for use, name in files.items()}
        except FrontEndNotBuilt:
            self.finish(_NOT_BUILT_PAGE.format(**values, not_built=escape(NOT_BUILT), hint=escape(BUILD_HINT)))
            return
        self.finish(_PAGE.format(**values, session=escape(self._session())))

    def _address(self, name: str) -> str:
        _, version = built_file(name)
        return escape(f"{url_path_join(self.base_url, 'table-copilot/static', name)}?v={version}")

    def _session(self) -> str:
        """The session that the address names; empty for none, or for what can't be one."""
        from ..protocol import is_session_id

        named = self.get_query_argument("session", "")
        return named if is_session_id(named) else ""

    async def _problem(self) -> str:
        """Why there is no hub, if that is known by now."""
        from ..protocol import CopilotError

        try:
            async with asyncio.timeout(PROBLEM_WAIT_S):
                await self.service.hub()
        except TimeoutError:
            return ""
        except CopilotError as error:
            return str(error)
        return ""


class StaticHandler(CopilotHandlerMixin, JupyterHandler):  # type: ignore[misc]  # likewise
    """``GET …/table-copilot/static/NAME``: one of the built files. An address with its hash is kept for good."""

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]
    async def get(self, name: str) -> None:
        try:
            if name not in _FILES:
                raise web.HTTPError(404)
            data, version = built_file(name)
        except FrontEndNotBuilt as error:
            raise web.HTTPError(404, str(error)) from None
        current = self.get_query_argument("v", "") == version
        self.set_header("Content-Type", _TYPES[Path(name).suffix])
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "private, max-age=31536000, immutable" if current else "no-cache")
        self.finish(data)
