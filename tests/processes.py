"""What the fault tests are made of: a model server and a Jupyter server, each a process, and clients of the socket.

A ``World`` has directories of its own; its Jupyter server may be killed and started again on them as often as
a test likes. A ``Client`` reads its socket only when it is told to, and keeps every frame word for word with
the moment of its arrival.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import websockets

TESTS = Path(__file__).parent
TOKEN = "the-token-of-the-user"
KEY = "sk-canary-5f0e2b7c91d84a63"
START_S = 60.0
WAIT_S = 10.0
_SETTINGS = ("OPENROUTER_", "OPENAI_", "OLLAMA_", "MODEL_NAME", "TABLE_COPILOT_", "JUPYTER", "JPY_")


def until(found: Callable[[], Any], *, process: subprocess.Popen | None = None, timeout: float = START_S) -> Any:
    """Look again and again for something that tells nobody when it happens. A process that died ends the wait."""
    deadline = time.monotonic() + timeout
    while True:
        if result := found():
            return result
        if process is not None and process.poll() is not None:
            raise AssertionError(f"process {process.pid} ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not happen within {timeout:g} s")
        time.sleep(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def http(url: str, data: Any = None, *, method: str | None = None, **headers: str) -> bytes:
    """The body of the answer, whatever its status."""
    body = None if data is None else json.dumps(data).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, body, headers, method=method), timeout=WAIT_S) as reply:
            return reply.read()
    except urllib.error.HTTPError as error:
        return error.read()


class Model:
    """``mock_model.py`` as a process."""

    def __init__(self, process: subprocess.Popen, url: str) -> None:
        self._process = process
        self.url = url
        self._root = url.removesuffix("/v1")

    def script(self, *replies: dict[str, Any]) -> None:
        """Answer the next requests with these, in this order: the fields of ``mock_model.Reply``."""
        http(f"{self._root}/script", list(replies))

    def requests(self) -> list[dict[str, Any]]:
        return json.loads(http(f"{self._root}/requests"))

    def stats(self) -> dict[str, int]:
        return json.loads(http(f"{self._root}/stats"))

    def reset(self) -> None:
        http(f"{self._root}/reset", {})


@contextlib.contextmanager
def mock_model():
    """A running ``Model``."""
    command = [sys.executable, str(TESTS / "mock_model.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Model(process, process.stdout.readline().strip())
        finally:
            process.terminate()


class World:
    """A Jupyter server and everything that it keeps. ``environment`` is added to its own.

    ``port`` 0 takes a free one at each start; another keeps the address over restarts.
    """

    def __init__(self, home: Path, base_url: str, *, port: int = 0, **environment: str) -> None:
        self.home = home
        self.port = port
        self.log = home / "server.log"
        self.process: subprocess.Popen | None = None
        self.address = ""
        self.has_copilot = True
        self._runtime = tempfile.TemporaryDirectory(prefix="jupyter-")  # a socket's path is at most 107 bytes long
        self.runtime = Path(self._runtime.name)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
        self.environment = {
            **inherited,
            "HOME": str(home),
            "IPYTHONDIR": str(home / "ipython"),
            "JUPYTER_DATA_DIR": str(home / "data"),
            "JUPYTER_CONFIG_DIR": str(home / "config"),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_TOKEN": TOKEN,
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": base_url,
            "MODEL_NAME": "mock",
            "TABLE_COPILOT_TIMEZONE": "UTC",
            **environment,
        }
        (home / "root").mkdir(exist_ok=True)

    def forget(self) -> None:
        """Remove the sockets' folder."""
        self._runtime.cleanup()

    @property
    def database(self) -> Path:
        return self.home / "data" / "table_copilot" / "sessions.db"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    # --- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the server and wait until the copilot answers; the server, where it has none."""
        command = [sys.executable, "-m", "jupyter", "server", "--no-browser", f"--port={self.port}"]
        command += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={self.home / 'root'}"]
        command += [f"--ServerApp.jpserver_extensions=table_copilot_jupyter={self.has_copilot}"]
        command.append("--KernelManager.transport=ipc")
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log)
        until(self._answers, process=self.process)

    def _answers(self) -> bool:
        try:
            running = json.loads((self.runtime / f"jpserver-{self.pid}.json").read_text())
            self.address = running["url"]
            if not self.has_copilot:
                return "version" in json.loads(http(f"{self.address}api"))
            return bool(self.get("health")["status"])
        except (OSError, ValueError):
            return False

    def kill(self) -> float:
        """``kill -9``, the server and nothing else. Returns the moment, on the clock of ``Received.at``."""
        assert self.process is not None
        self.process.kill()
        at = time.perf_counter()
        self.process.wait()
        return at

    def terminate(self) -> None:
        """Ask the server to end, as a service manager would; do not wait for it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def wait_for_end(self) -> int:
        assert self.process is not None
        return self.process.wait(WAIT_S)

    def end(self) -> None:
        """Ask the server to end, and see that it does.

        A Jupyter server that is asked amid a request may wait for a thread of AnyIO's for ever (jupyterlab#10442).
        """
        self.terminate()
        try:
            self.wait_for_end()
        except subprocess.TimeoutExpired:
            self.kill()

    def stop(self) -> None:
        """The end of the test."""
        if self.process is not None and self.process.poll() is None:
            self.kill()

    # --- what it says --------------------------------------------------------------------------

    def get_bytes(self, path: str) -> bytes:
        return http(f"{self.address}table-copilot/api/{path}", Authorization=f"token {TOKEN}")

    def get(self, path: str) -> Any:
        return json.loads(self.get_bytes(path))

    def events(self, session_id: str) -> list[dict[str, Any]]:
        return self.get(f"sessions/{session_id}")["events"]

    def memory(self) -> int:
        """Its resident memory, in bytes."""
        return psutil.Process(self.pid).memory_info().rss

    def connect(self, **options: Any) -> Any:
        return websockets.connect(
            self.address.replace("http", "ws", 1) + "table-copilot/ws",
            subprotocols=["table-copilot.v1"],
            additional_headers={"Authorization": f"token {TOKEN}"},
            max_size=None,
            proxy=None,
            **options,
        )

    @contextlib.asynccontextmanager
    async def client(self, session_id: str | None = None, *, after_seq: int = 0, **options: Any):
        """A ``Client``, attached if a session is given."""
        async with self.connect(**options) as socket:
            client = Client(socket, session_id)
            if session_id is not None:
                await client.attach(session_id, after_seq=after_seq)
            yield client


@contextlib.contextmanager
def world(home: Path, base_url: str, **environment: str):
    """A running ``World``."""
    made = World(home, base_url, **environment)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        made.forget()


@dataclass(frozen=True)
class Received:
    """One frame as it came. ``at`` is ``time.perf_counter()``."""

    at: float
    raw: str
    frame: dict[str, Any]


class Client:
    """One v1 connection. Nothing is read but by its methods."""

    _count = 0

    def __init__(self, socket: Any, session_id: str | None = None) -> None:
        self.socket = socket
        self.session_id = session_id
        self.received: list[Received] = []

    @classmethod
    def new_id(cls) -> str:
        Client._count += 1
        return f"id-{Client._count}"

    async def send(self, type: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": type, **fields}))

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(WAIT_S):
            raw = await self.socket.recv()
        self.received.append(Received(time.perf_counter(), raw, json.loads(raw)))
        return self.received[-1].frame

    async def until(self, type: str | None = None, **fields: Any) -> dict[str, Any]:
        """Read on to the next frame of this type with these fields."""
        while True:
            frame = await self.next()
            if type in (None, frame["type"]) and all(frame.get(name) == value for name, value in fields.items()):
                return frame

    async def ask(self, type: str, **fields: Any) -> dict[str, Any]:
        """Send with a request_id, return the reply."""
        request_id = self.new_id()
        await self.send(type, request_id=request_id, **fields)
        return await self.until(request_id=request_id)

    async def attach(self, session_id: str | None = None, *, after_seq: int = 0) -> dict[str, Any]:
        named = {} if session_id is None else {"session_id": session_id}
        attached = await self.ask("attach", after_seq=after_seq, **named)
        assert attached["type"] == "attached", attached
        self.session_id = attached["session_id"]
        return attached

    async def post(self, content: str, message_id: str | None = None) -> str:
        """Send a message; returns its id."""
        message_id = message_id or self.new_id()
        await self.send("message", session_id=self.session_id, content=content, message_id=message_id)
        return message_id

    async def say(self, content: str) -> list[dict[str, Any]]:
        """Send a message and return its turn's events."""
        return await self.turn_of(await self.post(content))

    async def turn_of(self, message_id: str) -> list[dict[str, Any]]:
        """Read to the end of the turn that answers a message; return its events, those read before too."""
        started = next((e for e in self.events("turn_started") if e["message_id"] == message_id), None)
        started = started or await self.until("turn_started", message_id=message_id)
        if not any(event["turn_id"] == started["turn_id"] for event in self.events("turn_finished")):
            await self.until("turn_finished", turn_id=started["turn_id"])
        return [item.frame for item in self.received if item.frame.get("turn_id") == started["turn_id"]]

    async def rest(self) -> None:
        """Read what is still to come, to the end of the connection."""
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                await self.next()

    def abort(self) -> None:
        """Drop the connection without a word."""
        self.socket.transport.abort()

    def events(self, *types: str) -> list[dict[str, Any]]:
        return [item.frame for item in self.received if item.frame["type"] in types]

    @property
    def log(self) -> list[tuple[int, str]]:
        """(seq, word for word) of every event that the session keeps, as they came."""
        return [(item.frame["seq"], item.raw) for item in self.received if is_kept(item.frame)]

    def text(self, turn_id: str) -> str:
        """What the text frames of a turn's (one) answer add up to."""
        return text_of(frame for frame in self.events("text") if frame["turn_id"] == turn_id)


def is_kept(frame: dict[str, Any]) -> bool:
    """Whether a frame is an event of the log, and not a reply."""
    return frame.get("session_id") is not None and frame.get("seq") is not None and "at" in frame


def text_of(frames: Any) -> str:
    """What text frames of one message add up to. Raises AssertionError where they leave a gap."""
    text = ""
    for frame in frames:
        assert frame["offset"] <= len(text), "text frames leave a gap"
        text = text[: frame["offset"]] + frame["delta"]
    return text


def assert_whole(events: list[dict[str, Any]]) -> None:
    """A log in which nothing is doubled, missing or left open."""
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    for type, name in {
        "user_message": "message_id",
        "turn_started": "message_id",
        "turn_finished": "turn_id",
        "message": "message_id",
        "tool_started": "call_id",
        "tool_finished": "call_id",
        "question_closed": "question_id",
    }.items():
        ids = [event[name] for event in events if event["type"] == type]
        assert len(ids) == len(set(ids)), f"{type} twice: {ids}"
    ids = {
        type: {event[name] for event in events if event["type"] == type}
        for type, name in (
            ("turn_started", "turn_id"),
            ("turn_finished", "turn_id"),
            ("tool_started", "call_id"),
            ("tool_finished", "call_id"),
        )
    }
    assert ids["turn_started"] == ids["turn_finished"]
    assert ids["tool_started"] == ids["tool_finished"]


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
