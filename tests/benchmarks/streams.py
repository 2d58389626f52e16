"""What the benchmarks measure with: a mock provider, a Jupyter server, and clients of both, each a process.

Figures of one machine mean little, so everything is a ratio to the plain ``openai`` client, which reads
the same stream of the same provider in the same run.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import psutil
import websockets

TESTS = Path(__file__).parent.parent
START_S = 60


@dataclass
class Sample:
    """One answer. Times in seconds; ``cpu`` is of the process that read the provider's stream."""

    first: float
    total: float
    cpu: float


def median(samples, field):
    return statistics.median(getattr(sample, field) for sample in samples)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_answers(process, url, headers=None):
    deadline = time.monotonic() + START_S
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=2) as reply:
                return reply.read()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.02)


@contextlib.contextmanager
def provider():
    """The mock provider; yields its base URL."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(TESTS / "mock_model.py"), "--port", str(port)])
    try:
        wait_until_answers(process, f"http://127.0.0.1:{port}/stats")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()


@dataclass
class Server:
    """A running Jupyter server with the extension."""

    process: psutil.Process
    port: int
    token: str
    url: str

    def cpu(self) -> float:
        times = self.process.cpu_times()
        return times.user + times.system

    def health(self) -> dict:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/table-copilot/api/health", headers=headers)
        with urllib.request.urlopen(request, timeout=5) as reply:
            return json.load(reply)

    def connect(self, **options):
        return websockets.connect(
            self.url,
            subprotocols=["table-copilot.v1"],
            additional_headers={"Authorization": f"token {self.token}"},
            max_size=None,
            proxy=None,
            **options,
        )


@contextlib.contextmanager
def jupyter_server(base_url, *, enabled=True):
    """A real Jupyter server whose provider is ``base_url``; ``enabled=False`` leaves the extension out."""
    port, token = free_port(), "benchmark"
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "JUPYTER_DATA_DIR": f"{home}/data",
            "JUPYTER_CONFIG_DIR": f"{home}/config",
            "JUPYTER_RUNTIME_DIR": f"{home}/runtime",
            "OPENAI_API_KEY": "sk-benchmark",
            "OPENAI_BASE_URL": base_url,
            "MODEL_NAME": "mock",
        }
        with (Path(home) / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root"),
                    *(f"--port={port}", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={home}"),
                    f"--ServerApp.jpserver_extensions=table_copilot_jupyter={enabled}",
                ],
                env=environment,
                stdout=log,
                stderr=log,
            )
            try:
                wait_until_answers(process, f"http://127.0.0.1:{port}/api", {"Authorization": f"token {token}"})
                yield Server(psutil.Process(process.pid), port, token, f"ws://127.0.0.1:{port}/table-copilot/ws")
            finally:
                process.terminate()
                process.wait()


async def openai_answer(client, prompt, history=()) -> Sample:
    """One answer through the plain openai client, in this process."""
    cpu, begin, first = time.process_time(), time.perf_counter(), None
    messages = [*history, {"role": "user", "content": prompt}]
    async for chunk in await client.chat.completions.create(
        model="mock", messages=messages, stream=True, stream_options={"include_usage": True}
    ):
        if first is None and chunk.choices and chunk.choices[0].delta.content:
            first = time.perf_counter() - begin
    return Sample(first or 0.0, time.perf_counter() - begin, time.process_time() - cpu)


class Surface:
    """One v1 connection that is attached to a session."""

    def __init__(self, server, socket, session_id):
        self.server, self.socket, self.session_id, self.count = server, socket, session_id, 0

    async def receive(self, type):
        while True:
            frame = json.loads(await self.socket.recv())
            assert frame["type"] != "error", frame
            if frame["type"] == type:
                return frame

    async def begin_anew(self):
        """Go on in a new session."""
        await self.socket.send(json.dumps({"type": "attach"}))
        self.session_id = (await self.receive("attached"))["session_id"]

    async def answer(self, prompt) -> Sample:
        self.count += 1
        message = {"type": "message", "session_id": self.session_id, "content": prompt, "message_id": str(self.count)}
        cpu, begin = self.server.cpu(), time.perf_counter()
        await self.socket.send(json.dumps(message))
        await self.receive("text")
        first = time.perf_counter() - begin
        await self.receive("message")
        total = time.perf_counter() - begin
        await self.receive("turn_finished")
        return Sample(first, total, self.server.cpu() - cpu)


@contextlib.asynccontextmanager
async def surface(server, session_id="benchmark"):
    async with server.connect() as socket:
        await socket.send(json.dumps({"type": "attach", "session_id": session_id}))
        attached = Surface(server, socket, session_id)
        await attached.receive("attached")
        yield attached


async def settled(server):
    """Return when the server has done its imports and is quiet, so that they do not count as a turn's."""
    while True:
        before = server.cpu()
        await asyncio.sleep(0.5)
        if server.cpu() - before < 0.02:
            return
