"""A client that does not read, while the model streams as fast as it can: nobody else is to notice.

The neighbours talk to the offline model, which lives in the server: what they wait for is the server alone, and not
the mock model that is busy with the flood.
"""

import asyncio
import socket
import time
from itertools import pairwise

import pytest
import websockets
from processes import mock_model, percentile, text_of, until, world

FLOODS = {
    "more-than-is-kept-for-it": (100_000, "a word that takes some room in every buffer on its way; "),
    "less-than-is-kept-for-it": (150_000, "word "),
}
NEIGHBOURS = 2
MAX_GAP_S = 0.25
MAX_GROWTH = 64 * 1024 * 1024


@pytest.fixture(scope="module")
def model():
    with mock_model() as running:
        yield running


@pytest.fixture(scope="module")
def server(model, tmp_path_factory):
    with world(tmp_path_factory.mktemp("slow"), model.url, TABLE_COPILOT_OFFLINE_DELAY="0.02") as running:
        asyncio.run(warm_up(running))
        yield running


async def warm_up(server):
    """What is imported and kept once does not count."""
    async with server.client("warm") as client:
        await client.say("@deltas:2000")
        await count(client)


def narrow_socket(address):
    """A connection whose own buffer is as small as it gets."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, _, port = address.removeprefix("http://").rstrip("/").rpartition(":")
    made.connect(("127.0.0.1" if host == "localhost" else host, int(port)))
    made.setblocking(False)
    return made


class Watch:
    """Measures what the server takes while something happens."""

    def __init__(self, server):
        self.server = server

    async def __aenter__(self):
        self.before = self.peak = self.server.memory()
        self._task = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self):
        while True:
            self.peak = max(self.peak, self.server.memory())
            await asyncio.sleep(0.02)

    @property
    def growth(self):
        return self.peak - self.before


@pytest.mark.parametrize("flood", FLOODS)
async def test_a_client_that_does_not_read_disturbs_nobody(server, model, flood):
    deltas, word = FLOODS[flood]
    over = asyncio.Event()
    async with server.client(flood, sock=narrow_socket(server.address)) as idle, Watch(server) as watch:
        model.script({"text": word * deltas, "deltas": deltas})
        neighbours = [asyncio.create_task(neighbour(server, f"{flood}-{n}", over)) for n in range(NEIGHBOURS)]
        began = time.perf_counter()
        message_id = await idle.post("as fast as you can")
        await idle.until("text")
        await until_it_ended(server, flood)
        rate = deltas / (time.perf_counter() - began)
        over.set()
        gaps = [gap for found in await asyncio.gather(*neighbours) for gap in found]
        code = None
        try:
            await idle.turn_of(message_id)
        except websockets.ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
    assert code in (None, 4408)
    async with server.client(flood, after_seq=max(seq for seq, _ in idle.log)) as again:
        if not idle.events("turn_finished"):
            await again.until("turn_finished")
    (message,) = idle.events("message") + again.events("message")
    print(
        f"{rate:.0f} deltas/s; gaps of the neighbours: p95 {1000 * percentile(gaps, 0.95):.0f} ms, longest "
        f"{1000 * max(gaps):.0f} ms of {len(gaps)}; memory grew by {watch.growth / 2**20:.1f} MB; the slow one "
        + ("survived" if code is None else "was closed with 4408")
    )
    assert message["content"] == word * deltas
    assert percentile(gaps, 0.95) <= MAX_GAP_S
    assert watch.growth < MAX_GROWTH


async def neighbour(server, session_id, over):
    """The gaps between the words of an answer that somebody reads while the flood lasts, in seconds."""
    gaps = []
    async with server.client(session_id) as client:
        while not over.is_set():
            gaps += await count(client)
    return gaps


async def count(client):
    """Have the offline model count to 40; returns the gaps between its words."""
    await client.ask("configure", session_id=client.session_id, model="offline")
    turn = await client.say("count to 40")
    assert turn[-1]["reason"] == "complete"
    assert "38 39 40" in text_of(event for event in turn if event["type"] == "text")
    turn_id = turn[0]["turn_id"]
    texts = [item for item in client.received if item.frame["type"] == "text" and item.frame["turn_id"] == turn_id]
    return [later.at - earlier.at for earlier, later in pairwise(texts)]


async def until_it_ended(server, session_id):
    """Return when no turn runs in the session, which nobody reads."""

    def ended():
        return not next(one for one in server.get("sessions")["sessions"] if one["session_id"] == session_id)["running"]

    await asyncio.to_thread(until, ended)
