"""Which session belongs to a notebook, for a page that shows the notebook and can't know its path on the disk."""

from __future__ import annotations

import json
import os
import posixpath

from jupyter_server.auth.decorator import authorized
from tornado import web

from .rest import CopilotAPIHandler


class NotebookSessionHandler(CopilotAPIHandler):
    """``GET …/api/notebook-session?path=API_PATH&kernel_id=ID``: ``{session_id}``.

    It is the session that ``%copilot`` talks in there: the notebook's first one that was not deleted. A living
    kernel goes by the path that it was started with, also when the notebook was renamed since.
    """

    @web.authenticated
    @authorized  # type: ignore[untyped-decorator]  # jupyter_server is not type checked
    async def get(self) -> None:
        from ..protocol import CopilotError, ErrorCode, notebook_session_ids

        path = self.get_query_argument("path", "").strip("/")
        notebook = self.service.grants.notebook_of(self.get_query_argument("kernel_id", ""))
        if not notebook and not path:
            self.refuse(CopilotError(ErrorCode.BAD_FRAME, "No notebook was named.", "Add ?path=FOLDER/NAME.ipynb."))
            return
        if not notebook:
            folder = self.kernel_manager.cwd_for_path(path)
            notebook = os.path.join(folder, posixpath.basename(path))
        try:
            hub = await self.service.hub()
            session_id = await hub.usable_session_id(notebook_session_ids(notebook))
        except CopilotError as error:
            self.refuse(error)
            return
        self.finish(json.dumps({"session_id": session_id}))
