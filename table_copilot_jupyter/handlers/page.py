"""The page at ``…/table-copilot/``: what this is, whether it is well, and how to talk to it.

Rendered here, without a script. Its policy allows its own style, named by hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from ..version import __version__
from .base import CopilotHandlerMixin

_STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --line: #d0d7de; --back: #fff; --code: #f6f8fa;
  --accent: #0b57d0 }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9da7b3; --line: #30363d; --back: #0d1117;
  --code: #161b22; --accent: #7cb3ff } }
body { margin: 0 auto; max-width: 44rem; padding: 2rem 1.25rem; font: 16px/1.55 system-ui, sans-serif;
  color: var(--text); background: var(--back) }
h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem }
p { margin: .5rem 0 } .muted { color: var(--muted) } a { color: var(--accent) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; border: solid var(--line);
  border-width: 1px 0; padding: .75rem 0 } dt { color: var(--muted) } dd { margin: 0; overflow-wrap: anywhere }
pre, code { font: .875em/1.5 ui-monospace, monospace; background: var(--code); border-radius: 6px }
pre { padding: .75rem 1rem; overflow-x: auto } code { padding: .1em .35em } pre code { padding: 0 }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Table copilot</title><style>{style}</style></head><body>
<h1>Table copilot</h1>
<p class="muted">A copilot for the tables in your notebooks. One conversation across the notebook, this server and
every WebSocket client.</p>
<dl>{facts}</dl>
<h2>From a notebook</h2>
<pre><code>%load_ext table_copilot_jupyter
%copilot add a todo: check the penguin table tomorrow 9am</code></pre>
<h2>From a terminal</h2>
<pre><code>jupyter table-copilot ask "what can you do"
websocat -H "Authorization: token $JUPYTER_TOKEN" {socket}</code></pre>
<p class="muted">Type a line, get a reply. <code>jupyter server list</code> shows this server's token.</p>
<h2>What is there</h2>
<p><a href="{base}api/sessions">Sessions</a> · <a href="{base}api/health">Health</a> (JSON)</p>
</body></html>
"""


class PageHandler(CopilotHandlerMixin, JupyterHandler):  # type: ignore[misc]  # jupyter_server is not type checked
    """``GET …/table-copilot/``."""

    @property
    def content_security_policy(self) -> str:
        return "; ".join(
            [
                "default-src 'none'",
                f"style-src 'sha256-{_STYLE_HASH}'",
                "base-uri 'none'",
                "form-action 'none'",
                "frame-ancestors 'self'",
            ]
        )

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self) -> None:
        from ..protocol import CopilotError

        try:
            health = (await self.service.hub()).health()
        except CopilotError as error:
            health = {"status": f"error: {error}", "version": __version__}
        base = url_path_join(self.base_url, "table-copilot/")
        scheme = "wss" if self.request.protocol == "https" else "ws"
        socket = f"{scheme}://{self.request.host}{base}ws"
        self.set_header("Referrer-Policy", "no-referrer")  # the address may hold the token
        self.set_header("Cache-Control", "no-store")
        self.finish(
            _PAGE.format(
                style=_STYLE, facts=_facts({**health, "socket": socket}), socket=escape(socket), base=escape(base)
            )
        )


def _facts(health: dict[str, Any]) -> str:
    labels = {
        "status": "Status",
        "problem": "Problem",
        "model": "Model",
        "host": "Runs at",
        "socket": "Socket",
        "sessions": "Sessions",
        "version": "Version",
        "warnings": "Warnings",
    }
    rows = []
    for key, label in labels.items():
        value = health.get(key)
        if isinstance(value, list):
            value = " ".join(str(item) for item in value)
        if value not in (None, ""):
            rows.append(f"<dt>{label}</dt><dd>{escape(str(value))}</dd>")
    return "".join(rows)
