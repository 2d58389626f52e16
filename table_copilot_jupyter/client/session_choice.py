"""Which session a notebook talks in: one for the magic and the chat, so that both show one conversation.

A notebook that is opened again goes on with its own session, so the id is made from the notebook's path. A
kernel without a notebook begins a session of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from ..protocol import notebook_session_ids
from .connection import Connection
from .errors import CopilotTurnError


@dataclass
class NotebookSession:
    """The session that this kernel's notebook talks in; None until something was said or shown in it."""

    session_id: str | None = None


notebook_session = NotebookSession()


def notebook_identity(environment: Mapping[str, str], user_ns: Mapping[str, Any]) -> str | None:
    """The path of the notebook: Jupyter gives it in the environment, VS Code in the namespace."""
    if path := environment.get("JPY_SESSION_NAME"):
        return path
    path = user_ns.get("__vsc_ipynb_file__")
    return path if isinstance(path, str) and path else None


def session_ids(identity: str | None) -> Iterator[str]:
    """The ids to try in turn; the first is the notebook's own."""
    if identity is not None:
        yield from notebook_session_ids(identity)
    yield uuid.uuid4().hex


async def attach_first(
    connection: Connection, candidates: Iterator[str], before: Callable[[Connection, str], None]
) -> str:
    """Attach the first session that can be used; the id of a deleted one can't be used again.

    ``before`` is called with each candidate before it is attached.
    """
    for session_id in candidates:
        before(connection, session_id)
        try:
            await connection.attach(session_id)
        except CopilotTurnError as error:
            if error.code != "unknown_session":
                raise
        else:
            return session_id
    raise CopilotTurnError(
        "unknown_session",
        "No session could be opened.",
        "Name one: %copilot --session NAME …",
        chinese=("没有能打开的会话。", "请指定一个：%copilot --session NAME …"),
    )


async def attach_own(connection: Connection, identity: str | None, before: Callable[[Connection, str], None]) -> str:
    """Attach the session that the notebook talks in: the same as before, unless it was deleted since."""
    known = notebook_session.session_id
    candidates = chain([] if known is None else [known], session_ids(identity))
    notebook_session.session_id = await attach_first(connection, candidates, before)
    return notebook_session.session_id
