"""The relay between a browser's chat and the hub: frames pass as they are, gathered, counted, and let go."""

import asyncio
import json

import pytest

from table_copilot_jupyter.client import relay as relay_module
from table_copilot_jupyter.client.connection import TransportClosed
from table_copilot_jupyter.client.errors import CopilotConnectionError
from table_copilot_jupyter.client.relay import MESSAGE_CHARS, WAITING_CHARS, Pace, Relays

FAST = Pace(interval=0.001, idle=30)


class Hub:
    """A transport whose other end the test holds."""

    def __init__(self):
        self.sent = asyncio.Queue()
        self.frames = asyncio.Queue()
        self.read = 0
        self.closed = asyncio.Event()

    async def send(self, text):
        if self.closed.is_set():
            raise TransportClosed(1006)
        self.sent.put_nowait(text)

    async def receive(self):
        frame = await self.frames.get()
        if isinstance(frame, TransportClosed):
            raise frame
        self.read += 1
        return frame

    async def close(self):
        self.closed.set()

    def say(self, *frames):
        for frame in frames:
            self.frames.put_nowait(frame)


class Browser:
    """What the kernel sends to the browser, and a relay to send to."""

    def __init__(self, *, pace=FAST, error=None):
        self.hubs = []
        self.error = error
        self.received = asyncio.Queue()
        self.relays = Relays(self.find_dial, self.received.put_nowait, pace)

    async def find_dial(self):
        return self.dial

    async def dial(self):
        if self.error is not None:
            raise self.error
        self.hubs.append(Hub())
        return self.hubs[-1]

    def send(self, connection="c1", **content):
        self.relays.take({"to": "copilot", "connection": connection, **content})

    async def next(self):
        async with asyncio.timeout(10):
            return await self.received.get()

    async def open(self, connection="c1"):
        self.send(connection, open=True)
        assert await self.next() == {"connection": connection, "opened": True}
        return self.hubs[-1]

    async def frames(self, count):
        """The next frames, and the sizes of the messages that they came in. The messages are counted without a gap."""
        frames, sizes = [], []
        while len(frames) < count:
            message = await self.next()
            frames += message["frames"]
            sizes.append(len(message["frames"]))
            assert message["n"] == self.counted
            self.counted += 1
        return frames, sizes

    counted = 0


@pytest.fixture
async def browser():
    browser = Browser()
    yield browser
    await browser.relays.close()


async def test_frames_pass_as_they_are_in_both_directions(browser):
    hub = await browser.open()
    browser.send(frame='{"type": "ping", "界": " "}')
    assert await hub.sent.get() == '{"type": "ping", "界": " "}'
    hub.say('{"type":"pong"}')
    assert await browser.next() == {"connection": "c1", "n": 0, "frames": ['{"type":"pong"}']}


async def test_what_was_sent_before_it_is_open_is_not_lost(browser):
    browser.send(open=True)
    browser.send(frame="first")
    browser.send(frame="second")
    await browser.next()
    assert [await browser.hubs[0].sent.get(), await browser.hubs[0].sent.get()] == ["first", "second"]


async def test_each_connection_has_a_way_of_its_own(browser):
    one, two = await browser.open("one"), await browser.open("two")
    one.say("to one")
    assert (await browser.next())["connection"] == "one"
    two.say("to two")
    assert await browser.next() == {"connection": "two", "n": 0, "frames": ["to two"]}


async def test_opening_twice_is_opening_once(browser):
    await browser.open()
    browser.send(open=True)
    browser.send(frame="x")
    assert await browser.hubs[0].sent.get() == "x"
    assert len(browser.hubs) == 1


async def test_frames_that_come_fast_are_gathered_into_few_messages(browser):
    hub = await browser.open()
    said = [str(number) for number in range(1000)]
    hub.say(*said)
    frames, sizes = await browser.frames(1000)
    assert frames == said
    assert len(sizes) <= 2


async def test_a_message_is_bounded_and_a_long_frame_goes_alone(browser):
    hub = await browser.open()
    half, long = "h" * (MESSAGE_CHARS // 2), "l" * (MESSAGE_CHARS + 1)
    hub.say(half, half, half, long, "end")
    frames, sizes = await browser.frames(5)
    assert frames == [half, half, half, long, "end"]
    assert sizes == [2, 1, 1, 1]


async def test_the_hub_is_read_no_faster_than_the_browser_takes(browser):
    stopped = Browser(pace=Pace(interval=30, idle=30))
    hub = await stopped.open()
    frames = 4 * WAITING_CHARS // MESSAGE_CHARS
    hub.say(*["x" * MESSAGE_CHARS] * frames)
    await stopped.next()
    assert hub.read < frames
    await stopped.relays.close()


@pytest.mark.parametrize(("code", "told"), [(1001, 1001), (4401, 4401), (4408, 4408), (None, 1006)])
async def test_how_the_hub_closed_is_told_after_all_that_it_said(browser, code, told):
    hub = await browser.open()
    hub.say("last words", TransportClosed(code, "because"))
    assert (await browser.frames(1))[0] == ["last words"]
    assert await browser.next() == {"connection": "c1", "closed": {"code": told, "reason": "because"}}
    assert hub.closed.is_set()
    assert len(browser.relays) == 0


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (CopilotConnectionError("No way.", "Restart the kernel."), 1011, "No way. Restart the kernel."),
        (ConnectionRefusedError("nobody there"), 1006, "nobody there"),
        (TimeoutError(), 1006, "TimeoutError"),
        (ValueError("broken"), 1011, "ValueError: broken"),
    ],
)
async def test_a_hub_that_can_not_be_reached_is_told(error, code, reason):
    browser = Browser(error=error)
    browser.send(open=True)
    assert await browser.next() == {"connection": "c1", "closed": {"code": code, "reason": reason}}


async def test_the_browser_closes(browser):
    hub = await browser.open()
    browser.send(close=True)
    assert (await browser.next())["closed"] == {"code": 1000, "reason": ""}
    assert hub.closed.is_set()
    browser.send(close=True)
    assert len(browser.relays) == 0


async def test_a_browser_that_is_not_heard_of_any_more_is_let_go():
    browser = Browser(pace=Pace(interval=0.001, idle=0.01))
    hub = await browser.open()
    assert (await browser.next())["closed"]["code"] == 1001
    assert hub.closed.is_set()


async def test_who_comes_back_after_that_is_told_to_dial_again(browser):
    browser.send(frame='{"type":"ping"}')
    assert (await browser.next())["closed"]["code"] == 1001


async def test_a_hub_that_reads_nothing_ends_the_connection(browser, monkeypatch):
    monkeypatch.setattr(relay_module, "MAX_INBOX", 3)
    browser.send(open=True)
    for _ in range(5):
        browser.send(frame="x")
    assert (await browser.next())["opened"]
    assert (await browser.next())["closed"]["code"] == 1001


async def test_connections_are_bounded(browser, monkeypatch):
    monkeypatch.setattr(relay_module, "MAX_RELAYS", 1)
    await browser.open("one")
    browser.send("two", open=True)
    assert (await browser.next())["closed"]["code"] == 4429


async def test_who_was_silent_longest_makes_room(monkeypatch):
    monkeypatch.setattr(relay_module, "MAX_RELAYS", 2)
    browser = Browser(pace=Pace(interval=0.001, idle=30, silent=0))
    first = await browser.open("one")
    await browser.open("two")
    browser.send("three", open=True)
    told = [await browser.next(), await browser.next()]
    assert {"connection": "three", "opened": True} in told
    assert [message["closed"]["code"] for message in told if message["connection"] == "one"] == [1001]
    assert first.closed.is_set()
    await browser.relays.close()


@pytest.mark.parametrize(
    "content",
    [None, "open", [], {}, {"to": "other", "connection": "c1", "open": True}, {"to": "copilot", "open": True}]
    + [{"to": "copilot", "connection": connection, "open": True} for connection in (1, "", "x" * 129, None)]
    + [{"to": "copilot", "connection": "c1", **extra} for extra in ({}, {"frame": 1}, {"open": 1}, {"close": "yes"})],
    ids=json.dumps,
)
async def test_what_can_not_be_read_is_ignored(browser, content):
    browser.relays.take(content)
    hub = await browser.open()
    hub.say("still here")
    assert (await browser.frames(1))[0] == ["still here"]
    assert len(browser.hubs) == 1


async def test_all_connections_end_with_the_chat(browser):
    hubs = [await browser.open("one"), await browser.open("two")]
    await browser.relays.close()
    assert all(hub.closed.is_set() for hub in hubs)
    browser.send("three", open=True)
    assert len(browser.relays) == 0
    assert browser.received.empty()
