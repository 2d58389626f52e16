"""Front ends of real kernels, the kernels' specifications, and requests to them."""

import asyncio
import json

from jupyter_servers import until

from table_copilot_jupyter.kernel.base import Request

TIMEOUT_S = 30.0


def request(op, **arguments):
    return Request(op, arguments, {"level": "schema", "ceiling": "schema"})


class FrontEnd:
    """A client that runs cells and sees all that the kernel publishes."""

    def __init__(self, kernel_manager, kernel_id):
        client = kernel_manager.get_kernel(kernel_id).client()
        client.session = client.session.clone()
        client.session.session = "a-front-end"
        self.client = client
        self.published = []
        self._reading = None

    async def __aenter__(self):
        self.client.start_channels(hb=False)
        await self.client.wait_for_ready(timeout=TIMEOUT_S)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_):
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self.client.stop_channels()

    async def _read(self):
        while True:
            self.published.append(await self.client.get_iopub_msg(timeout=None))

    async def begin(self, code, **options):
        """Start a cell; return when it runs."""
        cell = self.client.execute(code, **options)
        await until(lambda: self._shown(cell, "execute_input"))
        return cell

    async def end(self, cell):
        """Wait for the end of a cell; return its reply."""
        await until(lambda: [status for status in self._shown(cell, "status") if _state(status) == "idle"])
        while True:
            reply = await self.client.get_shell_msg(timeout=TIMEOUT_S)
            if reply["parent_header"]["msg_id"] == cell:
                return reply["content"]

    async def run(self, code, **options):
        return await self.end(await self.begin(code, **options))

    def output_of(self, cell):
        return "".join(message["content"]["text"] for message in self._shown(cell, "stream"))

    def of_others(self):
        """Kinds of messages that no cell of this front end has caused."""
        return {
            message["msg_type"]
            for message in self.published
            if message["parent_header"].get("session") != self.client.session.session
        }

    def _shown(self, cell, kind):
        return [
            message
            for message in self.published
            if message["parent_header"].get("msg_id") == cell and message["msg_type"] == kind
        ]


def _state(status):
    return status["content"]["execution_state"]


def add_kernel_spec(directories, name, *argv, language="python"):
    """Let ``start_kernel(kernel_name=name)`` run ``argv``."""
    folder = directories.data / "kernels" / name
    folder.mkdir(parents=True)
    spec = {"argv": [*argv, "{connection_file}"], "display_name": name, "language": language}
    (folder / "kernel.json").write_text(json.dumps(spec))
