"""Run a notebook headless against a real Jupyter server, print what the copilot answered.

    python scripts/run_notebook.py notebooks/01_quickstart.ipynb [--out executed.ipynb]

The server is started for this run, on a free port, with directories of its own, so that nothing
of the user's (sessions, todos, reminders) is read or changed. Exits with 1 when a cell failed.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

START_S = 60
SETTINGS = ("OPENROUTER_", "OPENAI_", "OLLAMA_", "MODEL_NAME", "TABLE_COPILOT_")


class SocketKernelManager(AsyncKernelManager):
    """Talks over sockets in a folder of its own: two processes that look for a free TCP port may find the same."""

    transport = "ipc"

    def __init__(self, **options: Any) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-")
        super().__init__(connection_file=f"{self._folder.name}/kernel.json", **options)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self._folder.cleanup()


@contextmanager
def jupyter_server(home: Path, *, keep: tuple[str, ...] = ()) -> Iterator[dict[str, str]]:
    """A Jupyter server with the extension; yields the environment for a kernel that is to use it.

    Of the settings in the environment only those named in ``keep`` are handed on.
    """
    token = secrets.token_hex(16)
    environment = {
        **{k: v for k, v in os.environ.items() if k in keep or not k.startswith(SETTINGS)},
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_TOKEN": token,
    }
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", "--port=0", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = home / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={home}"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address = _wait_for(server, home / "runtime", log)
        yield {
            **environment,
            "TABLE_COPILOT_URL": address.replace("http", "ws", 1) + "table-copilot/ws",
            "TABLE_COPILOT_TOKEN": token,
        }
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """The server's address, once it answers."""
    deadline = time.monotonic() + START_S
    information = runtime / f"jpserver-{server.pid}.json"
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            running = json.loads(information.read_text())
            request = urllib.request.Request(
                running["url"] + "table-copilot/api/health", headers={"Authorization": f"token {running['token']}"}
            )
            with urllib.request.urlopen(request, timeout=5):
                return str(running["url"])
        except (OSError, ValueError):
            time.sleep(0.1)
    raise SystemExit(f"The Jupyter server did not start:\n{log.read_text()}")


def run(path: Path, out: Path | None = None) -> bool:
    """Run it; True when every cell succeeded."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder, jupyter_server(Path(folder)) as environment:
        client = NotebookClient(notebook, timeout=120, kernel_manager_class=SocketKernelManager)
        failure = None
        try:
            client.execute(env=environment)
        except CellExecutionError as error:
            failure = error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _print_cell(cell)
    if out is not None:
        nbformat.write(notebook, out)
    print(f"{path.name}: {'failed' if failure else 'every cell succeeded'}")
    return failure is None


def _print_cell(cell: nbformat.NotebookNode) -> None:
    print("\n".join(f"> {line}" for line in cell.source.splitlines()))
    for output in cell.outputs:
        if output.output_type == "stream":
            print(output.text.rstrip())
        elif output.output_type == "error":
            print(f"{output.ename}: {output.evalue}")
        else:
            print(output.data.get("text/plain", "").rstrip())
    print()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("--out", type=Path, help="write the executed notebook here")
    arguments = parser.parse_args()
    sys.exit(0 if run(arguments.notebook, arguments.out) else 1)
